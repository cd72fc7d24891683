"""The page's modules import one way too (docs/architecture.md): no arrow points back, no circle
closes.

Types in comments do not count: they are gone when the page runs.
"""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

MODULES = Path(__file__).parent.parent / "static" / "js"

# Bottom to top. A package may import what stands on a line above its own, and itself.
PACKAGES = """
    lib
    i18n
    api render
    model
    network
    state
    export views/shared
    views/attribution views/explain views/training-step views/models views/prediction
    article views/compare views/photo
    views/inspector views/layer views/shell views/strip views/whatif
    learn
    learn/live learn/run learn/setup learn/step-inspector
    pages
"""
# Packages that are split by domain: their folders are packages of their own.
SPLIT = {"views", "learn"}

COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"])//[^\n]*", re.DOTALL)
IMPORT = re.compile(
    r"""(?:^import\s[^;]*?\bfrom\s*|^export\s[^;]*?\bfrom\s*|^import\s*|\bimport\s*\(\s*)["']([^"']+)["']""",
    re.MULTILINE,
)


def imports(name, source):
    """The modules that a module imports, at the start or later, by their path below static/js."""
    for target in IMPORT.findall(COMMENT.sub("", source)):
        assert target.startswith("."), f"{name} imports {target}"
        path = (MODULES / name).parent.joinpath(target).resolve()
        if path.is_relative_to(MODULES):  # the others are the libraries in static/vendor
            yield str(path.relative_to(MODULES))


def graph():
    names = [str(path.relative_to(MODULES)) for path in sorted(MODULES.rglob("*.js"))]
    return {name: set(imports(name, (MODULES / name).read_text("utf-8"))) for name in names}


def package(name):
    folders = name.split("/")[:-1]
    return "/".join(folders[: 2 if folders and folders[0] in SPLIT else 1])


def heights():
    lines = [line.split() for line in PACKAGES.split("\n") if line.strip()]
    return {name: height for height, line in enumerate(lines) for name in line}


def arrows_back(found):
    """The imports that point back, and the modules that have no place in the order yet."""
    height = heights()
    for name, targets in found.items():
        if package(name) not in height:
            yield f"{name} has no place in the order"
            continue
        for target in sorted(targets):
            goes_up = height.get(package(target), -1) >= height[package(name)]
            if goes_up and package(target) != package(name):
                yield f"{name} imports {target}"


def test_imports_point_one_way():
    assert list(arrows_back(graph())) == []


def test_modules_do_not_import_in_circles():
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_what_is_imported_exists():
    found = graph()
    assert {target for targets in found.values() for target in targets} <= set(found)


def test_every_package_of_the_order_exists():
    assert set(heights()) == {package(name) for name in graph()}


def test_the_order_is_in_the_docs():
    docs = (MODULES.parent.parent / "docs" / "architecture.md").read_text("utf-8")
    for name in heights():
        assert f"`static/js/{name}/`" in docs or f"`{name}/`" in docs, name


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('import { a } from "../lib/dom.js";', {"lib/dom.js"}),
        ('import {\n  a,\n  b,\n} from "./terms.js";', {"model/terms.js"}),
        ('import "./terms.js";', {"model/terms.js"}),
        ('export { a } from "./terms.js";', {"model/terms.js"}),
        ('const load = () => import("./terms.js");', {"model/terms.js"}),
        ('/** @typedef {import("./terms.js").Term} Term */', set()),
        ('// import "./terms.js";', set()),
        ('import plot from "../../vendor/uplot/uPlot.esm.js";', set()),
    ],
)
def test_imports_are_read(source, found):
    assert set(imports("model/graph.js", source)) == found


def test_an_arrow_that_points_back_is_found():
    planted = {
        "model/graph.js": {"views/layer/grid.js", "lib/dom.js", "model/terms.js"},
        "views/layer/grid.js": {"views/strip/index.js"},
        "attic/old.js": set(),
    }
    assert list(arrows_back(planted)) == [
        "model/graph.js imports views/layer/grid.js",
        "views/layer/grid.js imports views/strip/index.js",
        "attic/old.js has no place in the order",
    ]
