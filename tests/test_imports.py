"""Imports point one way (docs/architecture.md): a lower room never reaches up, and no modules go
round in circles.
"""

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent

# From the ground up. A module may import what stands on its own line or above it.
ENGINE = """
    errors types notebook
    execution
    kernels
    ops preprocess display detection
    layouts
    outputs
    network trace
    edits graph cost
    inspection
    formats train attribution
    zoo
"""
APP = """
    errors settings version paths workspaces client
    execution images encoding
    models
    analyses
    learning
    http
    cli
"""
OUTSIDE_ENGINE = {
    "app",
    "convscope",
    "PIL",
    "fastapi",
    "starlette",
    "pydantic",
    "uvicorn",
    "httpx",
    "jinja2",
    "typer",
    "rich",
}


def floors(plan):
    """Room -> floor number."""
    lines = [line.split() for line in plan.split("\n") if line.strip()]
    return {room: number for number, line in enumerate(lines) for room in line}


def modules(package):
    """Dotted name -> syntax tree of every module."""
    paths = sorted((PROJECT / package).rglob("*.py"))
    return {dotted(path): ast.parse(path.read_text()) for path in paths}


def dotted(path):
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree, names):
    """The modules that a module imports when it runs; ``if TYPE_CHECKING`` is for the reader and
    mypy only.
    """
    for node in tree.body if isinstance(tree, ast.Module) else [tree]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import):
                yield from (alias.name for alias in inner.names)
            elif isinstance(inner, ast.ImportFrom):
                assert inner.level == 0, f"line {inner.lineno}: relative import"
                whole = [f"{inner.module}.{alias.name}" for alias in inner.names]
                yield from (name if name in names else inner.module for name in whole)


def graph(package):
    trees = modules(package)
    return {name: set(imports(tree, trees)) for name, tree in trees.items()}


def room(name):
    return name.split(".")[1] if "." in name else None


def reaches_up(package, plan, found):
    """The imports that point back, and the modules that have no place in the plan yet."""
    floor = floors(plan)
    top = (
        max(floor.values()) + 1
    )  # the package itself is the roof: its face re-exports what it likes
    height = {None: top} | floor
    for name, targets in found.items():
        if room(name) not in height:
            yield f"{name} has no place in the plan"
            continue
        for target in targets:
            inside = target.startswith(f"{package}.") and room(target) in height
            if inside and height[room(target)] > height[room(name)]:
                yield f"{name} imports {target}"


@pytest.mark.parametrize(("package", "plan"), [("engine", ENGINE), ("app", APP)])
def test_imports_point_one_way(package, plan):
    assert list(reaches_up(package, plan, graph(package))) == []


@pytest.mark.parametrize("package", ["engine", "app"])
def test_modules_do_not_import_in_circles(package):
    found = graph(package)
    inside = {
        name: {t for t in targets if t in found and t != name} for name, targets in found.items()
    }
    # "from engine.ops.base import Op" also runs engine.ops, which re-exports; only real needs count
    # here.
    leaves = {name: targets for name, targets in inside.items() if not is_package(name)}
    try:
        TopologicalSorter(leaves).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def is_package(name):
    return (PROJECT / name.replace(".", "/")).is_dir()


def test_the_public_package_is_above_all():
    for package in ("engine", "app"):
        for name, targets in graph(package).items():
            assert not any(t.split(".")[0] == "convscope" for t in targets), name


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in (PROJECT / "app").rglob("*.py")})
)
def test_a_package_has_at_most_a_dozen_modules(folder):
    found = [path.stem for path in folder.glob("*.py") if path.stem != "__init__"]
    assert len(found) <= 12, f"{folder.name} has {len(found)}: {', '.join(sorted(found))}"


def test_the_engine_stands_on_numpy_alone():
    for name, targets in graph("engine").items():
        roots = {target.split(".")[0] for target in targets}
        foreign = roots - set(sys.stdlib_module_names) - {"engine"}
        assert not foreign & OUTSIDE_ENGINE, f"{name} imports {foreign & OUTSIDE_ENGINE}"
        allowed = {"numpy", "onnx", "safetensors", "threadpoolctl"}
        allowed |= (
            {"google"} if name.startswith("engine.formats.onnx") else set()
        )  # protobuf, which is what onnx reads
        assert foreign <= allowed, f"{name} imports {foreign}"


def test_an_arrow_that_points_back_is_found():
    planted = {"engine.ops.linear.conv": {"engine.network", "engine.errors"}, "engine.attic": set()}
    assert list(reaches_up("engine", ENGINE, planted)) == [
        "engine.ops.linear.conv imports engine.network",
        "engine.attic has no place in the plan",
    ]
