"""Softsign, the example of «Add an op» in CONTRIBUTING.md: nothing knows of it but its class, the
list of ops and the docs.
"""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from engine.formats.onnx import from_onnx, to_onnx
from engine.inspection import curve, explain
from engine.ops import OPS
from engine.train.config import TrainConfig
from engine.train.inspection.step_trace import trace_step_of
from tests.engine.formats.onnx.twins import run_file
from tests.engine.model_list.net import Net

ROOT = Path(__file__).parents[3]
MOST_FILES, MOST_LINES = 3, 60


def file():
    """A convolution, Softsign, and a dense layer, as an exporter writes them."""
    net = Net("torch", 3, 8, 8)
    return net.file(net.head(net("Softsign", net.conv(net.x, 4, 3)), 4, 3))


@pytest.fixture
def network():
    return from_onnx(file())


@pytest.fixture
def x():
    return np.random.default_rng(2).standard_normal((1, 3, 8, 8)).astype(np.float32)


def test_few_files_and_lines_know_of_it():
    asked = ["git", "grep", "-il", "softsign", "--", "engine", "app", "static", "templates", "docs"]
    try:
        found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("without git nobody can be asked")
    if found.returncode > 1:
        pytest.skip("not a repository")
    files = found.stdout.split()
    assert len(files) <= MOST_FILES, files
    lines = (ROOT / files[-1]).read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("class Softsign"))
    own = next(i for i, line in enumerate(lines[start + 1 :]) if line.startswith("class "))
    assert own + len(files) <= MOST_LINES


def test_it_is_read_and_written_as_onnx(network, x):
    assert [node.op.op_type for node in network.nodes][1] == "softsign"
    for data in (file(), to_onnx(network)):
        again = from_onnx(data)
        (expected,) = run_file(data, {next(iter(again.inputs)): x}, list(again.outputs))
        np.testing.assert_allclose(again.forward(x)[again.outputs[0]], expected, atol=1e-6)


def test_it_is_trained_through(network, x):
    target = np.array([[0, 1, 0]], np.float32)
    step = trace_step_of(network, x, target, TrainConfig(learning_rate=0.1))
    assert step.loss_after < step.loss
    before = network.nodes[0].name
    assert np.abs(step.gradients.values[before]).max() > 0


def test_its_gradient_is_the_numerical_one():
    op, x = OPS["softsign"](), np.linspace(-3, 3, 12).reshape(1, 3, 2, 2)
    y, cache = op.forward(x, train=True)
    (dx,), _ = op.backward(np.ones_like(y), cache)
    step = 1e-6
    numerical = (op.forward(x + step)[0] - op.forward(x - step)[0]) / (2 * step)
    np.testing.assert_allclose(dx, numerical, rtol=1e-6)


def test_a_number_of_it_is_explained(network, x):
    trace, node = network.forward(x), network.nodes[1]
    why = explain(network, trace, node.name, (0, 2, 3, 4))
    assert why.rule == "function"
    assert why.values[0] == trace[node.inputs[0]][0, 2, 3, 4]
    assert why.result == pytest.approx(why.values[0] / (1 + abs(why.values[0])))
    xs, ys = curve(network, trace, node.name)
    np.testing.assert_allclose(ys, xs / (1 + np.abs(xs)), rtol=1e-6)
