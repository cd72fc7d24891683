"""What the documents say is true: links lead somewhere, commands and calls exist, and nothing is in
the tree that must not be.
"""

import functools
import importlib
import re
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
import typer.main

import convscope
from app.cli.main import app
from app.http.application import API, create_app
from app.settings import Settings

PROJECT = Path(__file__).parent.parent
FOLDERS = (
    "app",
    "benchmarks",
    "convscope",
    "deploy",
    "docs",
    "engine",
    "scripts",
    "static",
    "tests",
)
DOCUMENTS = sorted(
    [*PROJECT.glob("*.md"), *(path for name in FOLDERS for path in (PROJECT / name).rglob("*.md"))]
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# Files that a person brings or a command writes; everything else that looks like a file is in the
# tree.
MADE_ELSEWHERE = {
    "convscope/autotune.json",
    "model.safetensors",
    "checkpoint.safetensors",
    "history.json",
    "run.json",
}
SUFFIXES = (".py", ".js", ".css", ".html", ".json", ".tsv", ".toml", ".txt", ".yaml", ".jpg")
MIB = 2**20
# Larger than a megabyte on purpose.
HEAVY = {"engine/zoo/weights/everyday.safetensors": 4 * MIB}


def is_history(document):
    """Whether a document tells of names that may be gone: the changelog, a replaced decision."""
    return document.name == "CHANGELOG.md" or "**Status.** Replaced" in document.read_text()


CURRENT = [document for document in DOCUMENTS if not is_history(document)]


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


@functools.cache
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


def shell():
    """The commands of ``convscope``, and the options of all of them."""
    known = typer.main.get_command(app).commands
    nested = [
        sub for command in known.values() for sub in getattr(command, "commands", {}).values()
    ]
    options = {
        option for found in [*known.values(), *nested] for p in found.params for option in p.opts
    }
    return known, options


def test_shell_commands_in_the_documents_are_understood():
    """Each ``convscope …`` names a command that exists, with options that it has."""
    known, _ = shell()
    lines = [line for document in CURRENT for line in [*commands(document), *spans(document)]]
    examples = [re.split(r"[\s…]+", line)[1:] for line in lines if line.startswith("convscope ")]
    assert {words[0] for words in examples} >= {"predict", "analyze", "models", "train"}
    for command, *words in examples:
        found = known[command]
        found = getattr(found, "commands", {}).get(words[0] if words else None, found)
        options = {"--help"} | {option for p in found.params for option in p.opts}
        assert {word for word in words if word.startswith("--")} <= options, command


@functools.cache
def sources(*patterns):
    """The text of tracked files, documents left out."""
    listed = [path for path in tracked() if path.suffix not in {".md", ".png", ".jpg"}]
    chosen = [path for path in listed if name_of(path).startswith(patterns)]
    return "\n".join(text_of(path) or "" for path in chosen)


def spans(document):
    """The code spans of a document's text."""
    return re.findall(r"`([^`\n]+)`", BLOCK.sub("", document.read_text()))


@pytest.mark.parametrize("document", CURRENT, ids=name_of)
def test_options_that_are_named_alone_exist(document):
    _, options = shell()
    written = sources("scripts/", "benchmarks/")
    for span in spans(document):
        if option := re.match(r"--[a-z-]+", span):
            assert option[0] in options or f'"{option[0]}"' in written or f"{option[0]})" in written


@pytest.mark.parametrize("document", CURRENT, ids=name_of)
def test_variables_that_are_named_exist(document):
    settings = {f"CONVSCOPE_{name.upper()}" for name in Settings.model_fields}
    read = set(re.findall(r"CONVSCOPE_[A-Z_]+", sources("engine/", "scripts/", "tests/browser/")))
    assert set(re.findall(r"CONVSCOPE_[A-Z_]+\b", document.read_text())) <= settings | read


@pytest.mark.parametrize("document", CURRENT, ids=name_of)
def test_paths_that_are_named_exist(document):
    """A path from the top or from the document's own folder, or the end of a path."""
    tops = {name_of(path).split("/")[0] for path in tracked()}
    ends = {
        "/".join(parts[i:])
        for parts in (name_of(path).split("/") for path in tracked())
        for i in range(len(parts))
    }
    for line in BLOCK.sub("", document.read_text()).splitlines():
        for span in re.findall(r"`([^`\n]+)`", line):
            if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", span) or span in MADE_ELSEWHERE:
                continue
            top = span.split("/")[0]
            if top in tops and "/" in span:
                assert (PROJECT / span).exists(), span
            elif span.endswith(SUFFIXES):
                assert span in ends or (document.parent / span).exists(), span


@pytest.mark.parametrize("document", CURRENT, ids=name_of)
def test_modules_that_are_named_exist(document):
    """``engine.x.y`` names a module or what is in one; ``python -m x`` one that can be run."""
    text = document.read_text()
    for name in re.findall(r"(?:-m |`)(benchmarks(?:\.\w+)+|(?<=-m )(?:app|engine)[\w.]*)", text):
        assert "__main__" in (PROJECT / (name.replace(".", "/") + ".py")).read_text(), name
    for name in re.findall(r"`((?:app|convscope|engine|tests)(?:\.\w+)+)", text):
        if not name.endswith(("safetensors", ".json")):
            assert resolves(name), name


def resolves(name):
    """Whether a dotted name leads to a module or to something in one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part, None)
        return found is not None
    return False


@pytest.mark.parametrize("document", CURRENT, ids=name_of)
def test_tests_that_are_named_exist(document):
    """``test_a.py::test_b``; a ``test_c`` after it is of the same file, unless it is a file's
    own.
    """
    files = defaultdict(str)
    for path in tracked():
        if path.suffix == ".py":
            files[path.name] += path.read_text()
    named = ""
    for file, test in re.findall(
        r"`(?:[\w/]*/)?(\w+\.py)?(?:::)?(test_\w+|open_page)?`", document.read_text()
    ):
        named = files[file] if file else named
        assert not test or f"def {test}(" in named, f"{file}::{test}"


@functools.cache
def openapi_paths():
    return create_app().openapi()["paths"]


@pytest.mark.parametrize("document", CURRENT, ids=name_of)
def test_calls_that_are_named_exist(document):
    """``GET /analyses/{id}`` and the like."""
    paths = openapi_paths()
    shapes = {(m.upper(), re.sub(r"\{\w+\}", "{}", path)) for path in paths for m in paths[path]}
    for method, path in re.findall(
        r"`(GET|POST|DELETE|PUT|PATCH) (/[^`?\s]*)", document.read_text()
    ):
        path = re.sub(r"\{\w+\}", "{}", path.removeprefix(API))
        assert {(method, path), (method, API + path)} & shapes, f"{method} {path}"


@pytest.mark.parametrize("document", CURRENT, ids=name_of)
def test_methods_that_the_examples_call_exist(document):
    """Of the client, an analysis, a step and a network."""
    public = {
        "client": convscope.Client,
        "analysis": convscope.Analysis,
        "step": convscope.TrainingStep,
        "net": convscope.Network,
        "network": convscope.Network,
    }
    code = "\n".join(
        code for language, code in BLOCK.findall(document.read_text()) if language == "python"
    )
    for owner, method in re.findall(r"\b(client|analysis|step|net|network)\.(\w+)\(", code):
        assert hasattr(public[owner], method), f"{owner}.{method}"


def test_calls_in_the_documents_are_in_the_openapi_document():
    paths = [re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in openapi_paths()]
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
