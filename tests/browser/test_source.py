"""Promises that can be read off the page's source. No browser is needed for these."""

import re
from pathlib import Path

import pytest

from .conftest import ROOT

SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
TEMPLATES = sorted((ROOT / "templates").glob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_write_text_only(path):
    source = path.read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_nothing_inline(path):
    source = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


@pytest.mark.parametrize("path", [*SCRIPTS, *TEMPLATES, *STYLES], ids=lambda path: path.name)
def test_no_other_host_is_named(path):
    hosts = set(re.findall(r"https?://([\w.-]+)", path.read_text("utf-8")))
    assert hosts <= {"www.w3.org"}  # the name of SVG, which nobody loads


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
