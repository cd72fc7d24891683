"""Values of which nobody knows how many numbers they hold: the network ends before them, and says
so.
"""

import numpy as np
import pytest
from onnx import TensorProto, helper

from engine.errors import FormatError
from engine.formats.onnx import from_onnx
from tests.engine.formats.onnx.files import model, random

make = helper.make_node
BOXES = [
    make("Relu", ["x"], ["boxes"]),
    make("Transpose", ["x"], ["turned"], perm=[0, 2, 1]),
    make("Sigmoid", ["turned"], ["scores"]),
    make("NonMaxSuppression", ["boxes", "scores", "k"], ["chosen"], "nms"),
]
K = {"k": np.int64([3]), "two": np.int64([2])}


def cut(nodes, outputs, arrays=()):
    made = model(nodes, inputs={"x": [1, 4, 4]}, outputs=outputs, arrays=dict(arrays), opset=13)
    return from_onnx(made.SerializeToString())


def test_boxes_and_scores_are_the_outputs():
    network = cut(BOXES, ["chosen"], K)
    assert network.outputs == ("boxes", "scores")
    trace = network.forward(random(1, 4, 4))
    assert trace["scores"].shape == (1, 4, 4)
    assert "NonMaxSuppression 'nms' reads" in network.meta["summary"]


def test_what_follows_is_left_out_and_what_only_repeats_the_boxes():
    """Rows are gathered by what was chosen, from the boxes without their first axis: no further
    output.
    """
    nodes = [
        *BOXES,
        make("Gather", ["chosen", "two"], ["rows"], axis=1),
        make("Squeeze", ["boxes", "first"], ["flat"]),
        make("Gather", ["flat", "rows"], ["y"], axis=0),
    ]
    network = cut(nodes, ["y", "chosen"], K | {"first": np.int64([0])})
    assert network.outputs == ("boxes", "scores")


def test_what_else_is_read_behind_is_an_output_too():
    """A class for each box, of which those of the chosen boxes would be kept."""
    nodes = [
        *BOXES,
        make("Tanh", ["x"], ["kinds"]),
        make("Gather", ["chosen", "two"], ["rows"], axis=1),
        make("Gather", ["kinds", "rows"], ["y"], axis=1),
    ]
    assert cut(nodes, ["y"], K).outputs == ("boxes", "scores", "kinds")


def test_an_output_before_the_cut_stays_the_first():
    nodes = [*BOXES, make("Neg", ["x"], ["features"])]
    assert cut(nodes, ["features", "chosen"], K).outputs == ("features", "boxes", "scores")


@pytest.mark.parametrize("op", ["NonZero", "Unique"])
def test_places_and_distinct_numbers(op):
    nodes = [make("Floor", ["x"], ["f"]), make(op, ["f"], ["y"])]
    network = cut(nodes, ["y"])
    assert network.outputs == ("f",)
    assert f"{op} 'y' reads" in network.meta["summary"]


def test_compressing():
    nodes = [
        make("Relu", ["x"], ["r"]),
        make("Cast", ["r"], ["t"], to=TensorProto.BOOL),
        make("Compress", ["r", "t"], ["y"], axis=1),
    ]
    assert cut(nodes, ["y"]).outputs == ("r", "t")


def test_places_that_follow_from_the_file_are_no_cut():
    """As PyTorch writes them where it expands: NonZero of a constant."""
    nodes = [
        make("Shape", ["x"], ["s"]),
        make("ConstantOfShape", ["s"], ["ones"], value=helper.make_tensor("v", 7, [1], [1])),
        make("NonZero", ["ones"], ["places"]),
        make("Shape", ["places"], ["size"]),
        make("Cast", ["size"], ["f"], to=TensorProto.FLOAT),
        make("ReduceSum", ["f"], ["many"], keepdims=0),
        make("Mul", ["x", "many"], ["y"]),
    ]
    network = cut(nodes, ["y"])
    assert network.outputs == ("y",)
    assert "summary" not in network.meta
    x = random(1, 4, 4)
    np.testing.assert_allclose(network.forward(x)["y"], x * 19)


def test_one_that_no_output_needs_changes_nothing():
    network = cut([*BOXES, make("Neg", ["x"], ["y"])], ["y"], K)
    assert (network.outputs, dict(network.meta)) == (("y",), {})


def test_a_cycle_is_still_found():
    nodes = [make("NonZero", ["b"], ["a"]), make("Add", ["a", "x"], ["b"])]
    with pytest.raises(FormatError, match="need each other in a cycle"):
        cut(nodes, ["b"])
