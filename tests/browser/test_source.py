"""Promises that can be read off the templates and styles. Those of the scripts:
eslint.config.js.
"""

import re
from pathlib import Path

import pytest

from .conftest import ROOT

TEMPLATES = sorted((ROOT / "templates").glob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))


def found_in(paths, pattern):
    """What a pattern finds, by file."""
    found = {path: re.findall(pattern, path.read_text("utf-8")) for path in paths}
    return {str(path.relative_to(ROOT)): what for path, what in found.items() if what}


def test_there_are_sources():
    assert len(TEMPLATES) >= 3
    assert STYLES


def test_templates_have_nothing_inline():
    assert found_in(TEMPLATES, r"<style|\sstyle=|\son[a-z]+=") == {}
    assert found_in(TEMPLATES, r"<script(?![^>]*\ssrc=)") == {}


def test_no_other_host_is_named():
    """But the name of SVG, which nobody loads."""
    assert found_in([*TEMPLATES, *STYLES], r"https?://(?!www\.w3\.org\b)[\w.-]+") == {}


@pytest.mark.parametrize(
    ("template", "script"), [("index.html", "pages/inspect.js"), ("learn.html", "pages/learn.js")]
)
def test_all_modules_are_fetched_at_once(template, script):
    """Not one after the other, as each is found to import the next."""
    page = (ROOT / "templates" / template).read_text("utf-8")
    named = set(re.findall(r'"modulepreload" href="([^"]+)"', page))
    main = ROOT / "static" / "js" / script
    assert named == {str(path.relative_to(ROOT)) for path in imported_by(main)} - {
        str(main.relative_to(ROOT))
    }


def imported_by(module: Path, found: frozenset[Path] = frozenset()) -> frozenset[Path]:
    """A module and all that it imports, directly or not."""
    found |= {module}
    for name in re.findall(
        r'^(?:import|\}) .*?from "(\.[^"]+)"', module.read_text("utf-8"), re.MULTILINE
    ):
        path = (module.parent / name).resolve()
        if path not in found:
            found = imported_by(path, found)
    return found
