"""Inputs that are given a constant become numbers of the file, of the type and shape that it
declares.
"""

import numpy as np
import pytest
from onnx import TensorProto, helper

from engine.errors import FormatError, ModelTooLarge
from engine.formats.onnx import from_onnx
from tests.engine.formats.onnx.files import random
from tests.engine.formats.onnx.twins import run_file

make = helper.make_node


def file(kind, dims, nodes=None, opset=13):
    graph = helper.make_graph(
        nodes or [make("Cast", ["c"], ["f"], to=TensorProto.FLOAT), make("Add", ["x", "f"], ["y"])],
        "made",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4]),
            helper.make_tensor_value_info("c", kind, dims),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    imports = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8).SerializeToString()


@pytest.mark.parametrize(
    ("kind", "dims", "given", "array"),
    [
        (TensorProto.FLOAT, [], [0.5], np.array(0.5, np.float32)),
        (TensorProto.FLOAT, [4], [1, 2, 3, 4], np.array([1, 2, 3, 4], np.float32)),
        (TensorProto.INT64, [1], [3], np.array([3])),
        (TensorProto.UINT8, ["n", 4], [7], np.full((1, 4), 7, np.uint8)),
        (TensorProto.BOOL, [], [1], np.array(True)),
        (TensorProto.FLOAT16, [1, 3, 1, 1], [1, 2, 3], np.float16([1, 2, 3]).reshape(1, 3, 1, 1)),
    ],
)
def test_a_constant_is_of_the_input_s_type_and_shape(kind, dims, given, array):
    data = file(kind, dims)
    x = random(1, 3, 4, 4)
    network = from_onnx(data, constants={"c": given})
    np.testing.assert_allclose(
        network.forward(x)["y"], run_file(data, {"x": x, "c": array})[0], atol=1e-6
    )


def test_what_follows_from_a_constant_is_folded():
    """An input that says how to reshape is as good as one that the file brings."""
    data = file(TensorProto.INT64, [2], [make("Reshape", ["x", "c"], ["y"])])
    assert from_onnx(data, constants={"c": [1, -1]}).shapes()["y"] == (1, 48)


@pytest.mark.parametrize(
    ("kind", "dims", "given", "words"),
    [
        (TensorProto.FLOAT, [4], [1, 2], "takes 4 numbers"),
        (TensorProto.INT64, [1], [0.5], "whole numbers"),
        (TensorProto.UINT8, [1], [300], "from 0 to 255"),
        (TensorProto.BOOL, [1], [2], "from 0 to 1"),
        (TensorProto.STRING, [1], [2], "no numbers"),
    ],
)
def test_numbers_that_do_not_fit(kind, dims, given, words):
    with pytest.raises(FormatError, match=words):
        from_onnx(file(kind, dims), constants={"c": given})


def test_more_numbers_than_are_computed_on_load():
    with pytest.raises(ModelTooLarge):
        from_onnx(file(TensorProto.FLOAT, [10**9]), constants={"c": [1]})


def test_an_input_that_is_not_there():
    with pytest.raises(FormatError, match="there is: 'x', 'c'"):
        from_onnx(file(TensorProto.FLOAT, []), constants={"d": [1]})
