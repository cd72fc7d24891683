"""The set-up: lock files that pin everything, and scripts that do a step once and say what is
missing.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
LOCKS = sorted((PROJECT / "requirements").glob("*.txt"))


def pins(lock):
    """Name -> version of a lock file; every entry must have a hash."""
    found = {}
    for entry in re.split(r"\n(?=[a-z0-9])", lock.read_text().split("\n", 2)[2]):
        name, version = re.match(r"([a-z0-9-]+)==([\w.]+)", entry).groups()
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), f"{name} has no hash"
        assert name not in found, f"{name} is pinned twice"
        found[name] = version
    return found


def wanted(requirements):
    return {re.match(r"[\w-]+", requirement)[0].lower() for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_lock_files_pin_by_version_and_hash_and_name_no_index(lock):
    assert pins(lock)
    assert not re.search(r"https?://|--(extra-)?index|--find-links", lock.read_text())


def test_lock_files_hold_what_pyproject_asks_for_and_agree():
    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    project = pyproject["project"]
    asked = {"run": project["dependencies"], **pyproject["dependency-groups"]}
    asked["test"] = project["dependencies"] + project["optional-dependencies"]["test"]
    locked = {lock.stem: pins(lock) for lock in LOCKS}
    assert asked.keys() == locked.keys()
    for name, requirements in asked.items():
        assert wanted(requirements) <= locked[name].keys()
        for package, version in locked[name].items():
            assert version == locked["test"].get(package, version), f"{package} in {name}"
    assert locked["run"].items() <= locked["test"].items()


@pytest.fixture
def checkout(tmp_path):
    """A folder with the scripts and an empty .venv."""
    shutil.copytree(
        PROJECT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / ".venv").mkdir()
    return tmp_path


def shell(checkout, line, **env):
    return subprocess.run(
        ["bash", "-c", f"source scripts/lib\n{line}"],
        cwd=checkout, env=os.environ | env, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_step_is_done_once_and_again_when_its_file_changes(checkout):
    lock, line = checkout / "lock.txt", "once step lock.txt -- echo done"
    lock.write_text("a==1")
    assert shell(checkout, line).stdout == "done\n"
    assert shell(checkout, line).stdout == ""
    lock.write_text("a==2")
    assert shell(checkout, line).stdout == "done\n"


def test_a_step_that_failed_is_tried_again(checkout):
    (checkout / "lock.txt").write_text("a==1")
    assert shell(checkout, "once step lock.txt -- false").returncode == 1
    assert (
        shell(checkout, "once step lock.txt -- false || true; once step lock.txt -- echo x").stdout
        == "x\n"
    )


def tools(checkout, *names):
    """A PATH with these tools only."""
    folder = checkout / "bin"
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name))
    return str(folder)


def test_without_a_python_that_is_new_enough_the_way_out_is_named(checkout):
    done = shell(checkout, "make_venv", PATH=tools(checkout, "bash", "dirname"))
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert "CONVSCOPE_PYTHON=" in done.stderr


def test_without_a_chromium_the_ways_out_are_named(checkout):
    done = shell(
        checkout, "need_chromium", PATH=tools(checkout, "bash", "dirname"), CONVSCOPE_CHROMIUM=""
    )
    assert done.returncode == 1
    assert "CONVSCOPE_CHROMIUM=" in done.stderr
    assert "not browser" in done.stderr


def test_the_chromium_that_was_named_is_taken(checkout):
    browser = checkout / "my-browser"
    browser.write_text("#!/bin/sh\necho Chromium 1.0\n")
    browser.chmod(0o755)
    line = "need_chromium; echo $CONVSCOPE_CHROMIUM"
    assert shell(checkout, line, CONVSCOPE_CHROMIUM=str(browser)).stdout.strip() == str(browser)


def test_tests_of_several_servers_are_left_out_where_no_nginx_can_be_had(checkout):
    done = shell(checkout, "try_nginx", PATH=tools(checkout, "bash", "dirname"))
    assert done.returncode == 0
    assert "skipped" in done.stderr


def test_the_nginx_that_was_named_is_taken(checkout):
    server = checkout / "my-nginx"
    server.write_text("#!/bin/sh\n")
    server.chmod(0o755)
    line = "want_nginx; echo $CONVSCOPE_NGINX"
    assert shell(checkout, line, CONVSCOPE_NGINX=str(server)).stdout.strip() == str(server)


AUDITS = {
    "nothing is known": ('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', 0),
    "a hole": (
        '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}]}',
        1,
    ),
    "no index": ("", 2),
    "a package that the index does not know": (
        '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}',
        2,
    ),
    "no package": ('{"dependencies": []}', 2),
}


@pytest.mark.parametrize("what", AUDITS)
def test_an_audit_that_looked_nothing_up_does_not_pass(checkout, what):
    report, status = AUDITS[what]
    (checkout / "requirements").mkdir()
    for name in ("audit", "run"):
        (checkout / "requirements" / f"{name}.txt").write_text("a==1\n")
    tool = checkout / ".venv/bin"
    tool.mkdir()
    (tool / "python").symlink_to(sys.executable)
    (tool / "pip").touch()
    (tool / "pip-audit").write_text(f"#!/bin/sh\necho '{report}'\nexit {min(status, 1)}\n")
    (tool / "pip-audit").chmod(0o755)
    assert shell(checkout, "once audit requirements/audit.txt -- true").returncode == 0
    done = subprocess.run(
        ["scripts/audit"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    lines = done.stdout.splitlines()
    assert all(("NOT CHECKED" in line) == (status == 2) for line in lines)
    assert ("a 1: CVE-1, fixed in 2" in done.stdout) == (status == 1)
    assert all(any(f"{name}.txt" in line for line in lines) for name in ("audit", "run"))
