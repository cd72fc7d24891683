"""The public package ``convscope`` is complete and documented, and the documents use nothing
else.
"""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import convscope
import convscope.training
from app import client
from app.version import VERSION
from engine import errors

DOCS = Path(__file__).parent.parent / "docs"
PUBLIC = {"convscope": convscope, "convscope.training": convscope.training}
NAMES = [(module, name) for module in PUBLIC for name in PUBLIC[module].__all__]


def raised(module, base):
    """The errors of a module."""
    kinds = vars(module).values()
    return {kind.__name__ for kind in kinds if inspect.isclass(kind) and issubclass(kind, base)}


def test_every_error_is_public():
    inside = raised(errors, errors.EngineError) | raised(client, client.ClientError)
    assert inside <= set(convscope.__all__)


def test_nothing_is_public_by_accident():
    for module in PUBLIC.values():
        shown = {name for name in vars(module) if not name.startswith("_")}
        shown -= {"training"}  # the package knows its module once that is imported
        assert shown == set(module.__all__) - {"__version__"}


def test_the_version_is_that_of_the_package():
    assert convscope.__version__ == VERSION


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_every_name_is_documented(module, name):
    found = getattr(PUBLIC[module], name)
    assert isinstance(found, str) or inspect.getdoc(found)
    assert f"`{name}`" in (DOCS / "python.md").read_text()


def test_every_public_method_has_a_docstring():
    for module, name in NAMES:
        found = getattr(PUBLIC[module], name)
        for method, value in vars(found).items() if inspect.isclass(found) else ():
            if inspect.isfunction(value) and not method.startswith("_"):
                assert inspect.getdoc(value), f"{name}.{method}"


def test_documents_import_the_public_package_alone():
    for document in DOCS.rglob("*.md"):
        for code in re.findall(
            r"^```python\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL
        ):
            found = re.search(r"^\s*(?:from|import) (?:app|engine)\b.*", code, re.MULTILINE)
            assert not found, f"{document.name}: {found.group()}"


def test_it_needs_no_web_server():
    """A program that looks into networks loads neither FastAPI nor the command line."""
    script = "import convscope, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not {"fastapi", "uvicorn", "typer", "PIL", "pydantic"} & set(done.stdout.split())


@pytest.fixture(scope="module")
def network():
    return convscope.load("everyday")


def test_a_network_shows_what_it_is(network):
    text = repr(network)
    assert text.startswith("Network('everyday', inputs={'")
    assert f"layers={len(network.nodes)}" in text
    html = network._repr_html_()
    assert all(f"<td>{node.name}</td>" in html for node in network.nodes)
    assert "3 × 64 × 64" in text + html or "64, 64" in text


def test_a_trace_shows_its_values(network):
    trace = network.forward(np.zeros((1, 3, 64, 64), np.float32))
    assert repr(trace).startswith(f"Trace(values={len(trace)}, outputs={{'")
    html = trace._repr_html_()
    assert html.count("<tr>") == len(trace) + 1
    assert "<th>maximum</th>" in html


HOSTILE = "<img src=x onerror=alert(1)>"


def test_names_from_a_file_are_escaped_in_html():
    network = convscope.Network([], inputs={HOSTILE: (1, 2, 2)}, outputs=[HOSTILE], name=HOSTILE)
    trace = network.forward(np.zeros((1, 1, 2, 2), np.float32))
    for html in (network._repr_html_(), trace._repr_html_()):
        assert "<img" not in html
        assert "&lt;img" in html


def test_an_analysis_and_a_step_show_what_they_are():
    layer = {"name": HOSTILE, "kind": "conv", "shape": [8, 4, 4]}
    summary = {
        "id": "abc",
        "model": "everyday",
        "predictions": [{"label": HOSTILE, "score": 0.5}],
        "layers": [layer],
    }
    analysis = convscope.Analysis(convscope.Client("http://localhost"), summary)
    assert repr(analysis).startswith("Analysis('abc', model='everyday', layers=1, best=Prediction(")
    html = analysis._repr_html_()
    assert "<img" not in html
    assert "8 × 4 × 4" in html
    assert "0.5000" in html
    step = convscope.TrainingStep(convscope.Client("http://localhost"), summary)
    assert repr(step) == "Step('abc', layers=1)"
