"""The wheel: what it carries, and that it works where there is no checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        PROJECT,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the wheel's packages; dependencies come from the environment that runs the
    tests.
    """
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run([*pip, "--no-deps", "--no-index", "--no-compile", "--target", target, wheel], target)
    return target


def run(words, folder, **env):
    done = subprocess.run(
        list(map(str, words)),
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tracked(folder):
    listed = run(["git", "ls-files", "-z", folder], PROJECT).split("\0")
    return {name for name in listed if name and (PROJECT / name).exists()}


@pytest.mark.parametrize("folder", ["app", "convscope", "engine"])
def test_carries_every_module_and_the_weights(names, folder):
    assert tracked(folder) <= names


@pytest.mark.parametrize("folder", ["static", "templates"])
def test_carries_the_page_inside_the_package(names, folder):
    page = {f"app/{name}" for name in tracked(folder)}
    types = {name for name in page if name.endswith(".d.ts")}  # nobody but scripts/check reads them
    assert page - types
    assert page - types <= names
    assert not types & names


def test_carries_the_libraries_of_the_page_with_their_licences(names):
    """git ignores them; the build hook puts them in place before the wheel is made."""
    for name in (
        "uplot/uPlot.esm.js",
        "uplot/uPlot.min.css",
        "uplot/LICENSE",
        "swagger-ui-dist/swagger-ui-bundle.js",
        "swagger-ui-dist/LICENSE",
        "client-zip/client-zip.js",
        "client-zip/LICENSE",
    ):
        assert f"app/static/vendor/{name}" in names


def test_brings_nothing_else(names):
    tops = {name.split("/")[0] for name in names}
    (metadata,) = (top for top in tops if top.endswith(".dist-info"))
    assert tops == {"app", "convscope", "engine", metadata}
    assert f"{metadata}/licenses/LICENSE" in names


def test_finds_its_files_from_any_folder(installed, tmp_path):
    script = "import app.paths as p; print(p.static_dir(), p.templates_dir(), sep='\\n')"
    folders = run([sys.executable, "-c", script], tmp_path, PYTHONPATH=str(installed)).split()
    assert [Path(folder).relative_to(installed).as_posix() for folder in folders] == [
        "app/static",
        "app/templates",
    ]
    assert all(any(Path(folder).iterdir()) for folder in folders)


def test_its_command_works_from_any_folder(installed, tmp_path):
    output = run([installed / "bin/convscope", "models"], tmp_path, PYTHONPATH=str(installed))
    assert "everyday" in output
