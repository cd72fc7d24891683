"""Docs are part of the contract: every setting, error and call stands in docs/."""

import re
from pathlib import Path

import pytest

from app.http.application import API, create_app
from app.http.problems import problems
from app.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_table(name):
    (row,) = re.findall(
        rf"^\| `CONVSCOPE_{name.upper()}` \|.*$", (DOCS / "settings.md").read_text(), re.MULTILINE
    )
    assert Settings.model_fields[name].description.rstrip(".") in row


def test_the_table_knows_no_setting_that_is_gone():
    text = (DOCS / "settings.md").read_text()
    listed = set(re.findall(r"^\| `CONVSCOPE_([A-Z_]+)` \|", text, re.MULTILINE))
    assert listed == {name.upper() for name in Settings.model_fields}


def test_what_the_engine_reads_by_itself_stands_under_the_table():
    """Whatever the page names is a setting or is read by the engine; and all of that is named."""
    sources = "".join(path.read_text() for path in (DOCS.parent / "engine").rglob("*.py"))
    read = set(re.findall(r"CONVSCOPE_[A-Z_]+", sources))
    settings = {f"CONVSCOPE_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"CONVSCOPE_[A-Z_]+", (DOCS / "settings.md").read_text()))
    assert named == settings | read


@pytest.mark.parametrize(
    "name", sorted(set(Settings.model_fields) - {"workers", "workspace_share"})
)
def test_defaults_in_the_table_are_true(name):
    default = Settings.model_fields[name].default
    shown = f"`{str(default).removesuffix('.0')}`" if default != "" else "–"
    (row,) = re.findall(
        rf"^\| `CONVSCOPE_{name.upper()}` \|(.*)$", (DOCS / "settings.md").read_text(), re.MULTILINE
    )
    assert row.split("|")[0].strip() == shown


@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.slug)
def test_every_error_has_a_heading_with_status_and_title(problem):
    text = (DOCS / "errors.md").read_text()
    section = re.search(
        rf"^## {re.escape(problem.slug)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert section, f"{problem.slug} is not explained"
    assert str(problem.status) in section[1]
    assert problem.title in section[1]


def test_no_error_is_explained_that_is_gone():
    headings = set(re.findall(r"^## (.+)$", (DOCS / "errors.md").read_text(), re.MULTILINE))
    assert headings == {p.slug for p in problems()}


def test_every_call_is_described(registry):
    text = (DOCS / "api.md").read_text()
    for path, methods in create_app(Settings(), registry).openapi()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path.removeprefix(API)}`" in text
