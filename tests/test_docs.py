"""What the documents say is true: links lead somewhere, commands and calls exist, and nothing is in the tree that must not be."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer.main

from app.cli.main import app
from app.http.application import create_app

PROJECT = Path(__file__).parent.parent
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
MIB = 2**20
# Larger than a megabyte on purpose.
HEAVY = {"engine/zoo/weights/everyday.safetensors": 4 * MIB}


def prose(document):
    """A document without its code blocks and code spans, in which brackets mean something else."""
    return re.sub(r"`[^`\n]*`", "", BLOCK.sub("", document.read_text()))


def slug(heading):
    """The anchor that GitHub gives a heading."""
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"[`*_]", "", heading).strip().lower())
    return kept.replace(" ", "-")


def anchors(document):
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", document.read_text()), re.MULTILINE)
    named = re.findall(r"<a (?:id|name)=\"([^\"]+)\"", document.read_text())
    return {slug(heading) for heading in headings} | set(named)


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return [
        PROJECT / name for name in listed.stdout.split("\0") if name and (PROJECT / name).is_file()
    ]


def text_of(path):
    """A tracked file as text, None for pictures and weights."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def name_of(path):
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(document):
    for pair in LINK.findall(prose(document)):
        link = "".join(pair)
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_prose_has_at_most_100_columns(document):
    """Tables, code blocks, headings, pictures and the targets of links may run on."""
    blank = BLOCK.sub(lambda block: "\n" * block[0].count("\n"), document.read_text())
    for number, line in enumerate(blank.splitlines(), 1):
        if not line.lstrip().startswith(("|", "#", "![")):
            width = len(re.sub(r"\]\([^)\s]+\)", "]", line))
            assert width <= 100, f"{name_of(document)}:{number} has {width} columns"


def commands(document):
    """The lines of a document's shell examples."""
    blocks = [code for language, code in BLOCK.findall(document.read_text()) if language == "sh"]
    lines = (line.split(" # ")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def test_scripts_that_the_documents_name_exist_and_can_be_run():
    named = {
        script
        for document in DOCUMENTS
        for line in commands(document)
        for script in re.findall(r"(?<![\w/.])scripts/[\w-]+(?:\.py)?", line)
    }
    assert {"scripts/run", "scripts/test"} <= named
    for script in named:
        assert (PROJECT / script).stat().st_mode & 0o111, f"{script} cannot be run"


def test_shell_commands_in_the_documents_are_understood():
    """Each ``convscope …`` names a command that exists, with options that it has."""
    known = typer.main.get_command(app).commands
    examples = [line.split() for document in DOCUMENTS for line in commands(document)]
    examples = [words[1:] for words in examples if words[0] == "convscope"]
    assert {words[0] for words in examples} >= {"predict", "analyze", "models", "train"}
    for command, *words in examples:
        found = known[command]
        found = getattr(found, "commands", {}).get(words[0] if words else None, found)
        options = {"--help"} | {option for p in found.params for option in p.opts}
        assert {word for word in words if word.startswith("--")} <= options, command


def test_calls_in_the_documents_are_in_the_openapi_document():
    paths = [
        re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in create_app().openapi()["paths"]
    ]
    called = {
        call
        for document in DOCUMENTS
        for line in commands(document)
        for call in re.findall(r"https?://[\w.:]+(/api/v1/[^\s\"'?]+)", line)
    }
    assert len(called) > 3
    for call in called:
        assert any(path.fullmatch(call) for path in paths), call


def test_changelog_tells_of_this_version():
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    changes = (PROJECT / "CHANGELOG.md").read_text()
    assert "## [Unreleased]" in changes or f"## [{version}]" in changes


def test_no_file_names_a_package_index_or_a_place_on_one_machine():
    """Those who install may use another index; and a path of one machine is nobody else's."""
    hosts = [r"pypi\.org", r"pythonhosted", r"npmjs\.", r"yarnpkg", r"jsdelivr", r"unpkg\.com"]
    places = [re.escape(str(PROJECT)) + r"\b", r"(?<![\w/])/(?:root|home)/\w"]
    forbidden = re.compile("|".join(hosts + places), re.IGNORECASE)
    for path in tracked():
        found = None if path == Path(__file__) else forbidden.search(text_of(path) or "")
        assert not found, f"{name_of(path)} names {found.group()}"


def test_no_file_is_heavy_by_accident():
    for path in tracked():
        limit = HEAVY.get(name_of(path), MIB)
        assert path.stat().st_size <= limit, f"{name_of(path)} has {path.stat().st_size:,} bytes"


def test_source_files_are_of_a_size_that_can_be_read():
    kinds = {".py", ".js", ".css", ".html"}
    for path in tracked():
        if path.suffix in kinds and not name_of(path).startswith("scripts/"):
            lines = path.read_text().count("\n")
            assert lines <= 500, f"{name_of(path)} has {lines} lines: split it by reason to change"
