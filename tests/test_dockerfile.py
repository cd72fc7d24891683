"""The container's recipe keeps its promises: small, weak, read-only. scripts/docker-steps proves
that it works.
"""

import importlib.machinery
import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent


def load_script(name):
    loader = importlib.machinery.SourceFileLoader(
        name.replace("-", "_"), str(PROJECT / "scripts" / name)
    )
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module  # where dataclasses look their module up
    loader.exec_module(module)
    return module


steps = load_script("docker-steps")


@pytest.fixture(scope="module")
def stages():
    """The instructions of each stage, FROM first."""
    stages = []
    for word, rest in steps.instructions((PROJECT / "Dockerfile").read_text()):
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, rest))
    return stages


def all_of(stage, word):
    return [rest for found, rest in stage if found == word]


def test_base_images_are_the_same_and_pinned_by_their_tag(stages):
    images = {stage[0][1].split()[0] for stage in stages}
    assert len(images) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", images.pop())


def test_every_dependency_is_checked_against_its_hash(stages):
    installs = [
        part for run in all_of(stages[0], "RUN") for part in run.split("&&") if " install " in part
    ]
    assert installs
    for install in installs:
        assert "--no-deps" in install
        assert "--require-hashes" in install or "--no-index" in install


def test_the_last_stage_installs_nothing_and_runs_as_nobody_in_particular(stages):
    last = stages[-1]
    assert not any("pip" in run or "apt" in run for run in all_of(last, "RUN"))
    (user,) = all_of(last, "USER")
    uid, gid = map(int, user.split(":"))
    assert uid > 0
    assert gid > 0


def test_says_how_it_is(stages):
    last = stages[-1]
    assert steps.exec_form(all_of(last, "HEALTHCHECK")[0].partition("CMD ")[2]) == [
        "convscope",
        "health",
    ]
    assert all_of(last, "EXPOSE") == ["8000"]
    (labels,) = all_of(last, "LABEL")
    for label in ("title", "description", "licenses", "version"):
        assert f"org.opencontainers.image.{label}=" in labels
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert f'image.version="{project["version"]}"' in labels
    assert f'image.licenses="{project["license"]}"' in labels


def test_writes_nothing_at_run_time(stages):
    assert any("PYTHONDONTWRITEBYTECODE=1" in env for env in all_of(stages[-1], "ENV"))


def test_everything_that_is_copied_reaches_the_builder():
    patterns = [
        line
        for line in (PROJECT / ".dockerignore").read_text().splitlines()
        if line and line[0] != "#"
    ]
    for word, rest in steps.instructions((PROJECT / "Dockerfile").read_text()):
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (PROJECT / source).exists()
                assert not steps.ignored(source, patterns)
    for secret in (
        ".git/config",
        ".venv/bin/python",
        "runs/best.safetensors",
        "app/__pycache__/cli.pyc",
        "static/vendor/uplot/uPlot.esm.js",
    ):
        assert steps.ignored(secret, patterns)


def test_compose_takes_every_right_away():
    compose = (PROJECT / "compose.yaml").read_text()
    for line in (
        "read_only: true",
        "- ALL",
        "- no-new-privileges:true",
        "mem_limit: 512m",
        "- /tmp:",
    ):
        assert re.search(rf"^\s+{re.escape(line)}", compose, re.MULTILINE), line
    assert "privileged: true" not in compose
    assert "cap_add" not in compose


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("FROM a AS b", [("FROM", "a AS b")]),
        ("RUN one \\\n    && two\nUSER 1", [("RUN", "one  && two"), ("USER", "1")]),
        ("# note\nrun x\n\n", [("RUN", "x")]),
    ],
)
def test_instructions_are_read_as_docker_reads_them(text, pairs):
    assert steps.instructions(text) == pairs
