"""Every case's output against onnxruntime's, in float32."""

from dataclasses import replace

import numpy as np
import pytest
from onnx import helper
from onnx.reference import ReferenceEvaluator

from engine.ops import LocalResponseNorm, Sigmoid, Softmax
from tests.engine.formats.onnx.twins import onnx_nodes, run_onnx
from tests.engine.ops.case import plain
from tests.engine.ops.cases import CASES, NAMES


def theirs(op, xs):
    inputs = {f"x{number}": x for number, x in enumerate(xs)}
    nodes, initializers = onnx_nodes(op, list(inputs), "y")
    return run_onnx(nodes, initializers, inputs, ["y"])[0]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_forward(case):
    op, xs = case.op("float32"), case.inputs("float32")
    y, _ = op.forward(*xs)
    expected = theirs(op, xs)
    assert y.dtype == np.float32
    assert op.infer_shape(*case.shapes) == y.shape == expected.shape
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.op_type == "batch_norm"], ids=lambda case: case.name
)
def test_batch_norm_in_training(case):
    """A running mean with momentum 1 is the batch's own mean, and so is the variance."""
    op, (x,) = case.op("float32"), case.inputs("float32")
    (node,), initializers = onnx_nodes(replace(op, momentum=1.0), ["x"], "y")
    node.output.extend(["mean_of_batch", "var_of_batch"])
    node.attribute.append(helper.make_attribute("training_mode", 1))
    outputs = ["y", "mean_of_batch", "var_of_batch"]
    y, mean, var = run_onnx([node], initializers, {"x": x}, outputs)
    ours, cache = op.forward(x, train=True)
    np.testing.assert_allclose(ours, y, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(cache.batch_mean, mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(cache.batch_var, var, rtol=1e-5)


def test_scores_far_apart_do_not_overflow():
    x = np.array([[-1e4, -90.0, 0.0, 90.0, 1e4]], np.float32)
    assert Softmax().forward(x)[0].tolist() == [[0, 0, 0, 0, 1]]
    np.testing.assert_allclose(Sigmoid().forward(x)[0], [[0, np.exp(-90.0), 0.5, 1, 1]], rtol=1e-5)


def test_lrn_of_an_even_size():
    """onnxruntime takes odd sizes only; ONNX's reference says where the further channel lies."""
    op = LocalResponseNorm(4, alpha=0.5)
    (x,) = plain("lrn", "even", (6, 6, 1, 2)).inputs("float32")  # it takes N for C: both are 6
    attributes = {"size": op.size, "alpha": op.alpha, "beta": op.beta, "bias": op.k}
    theirs = ReferenceEvaluator(helper.make_node("LRN", ["x"], ["y"], **attributes))
    np.testing.assert_allclose(op.forward(x)[0], theirs.run(None, {"x": x})[0], rtol=1e-5)
