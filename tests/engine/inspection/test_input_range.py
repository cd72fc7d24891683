"""What a network's own first steps, and the type of its input, say of the pixels that it takes."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from app.models.loading import read_model
from app.models.options import parse_options
from engine.cost import ModelLimits
from tests.engine.formats.onnx.files import FLOAT, file

make = helper.make_node
IMAGENET_MEAN = np.float32([0.485, 0.456, 0.406])
IMAGENET_STD = np.float32([0.229, 0.224, 0.225])


def found(nodes, arrays=None, shape=(1, 3, 8, 8), kind=FLOAT, last="f"):
    """The preprocessing of a network with these first steps from ``x`` to ``last``, and a
    convolution or ReduceMean behind.
    """
    nodes = [*nodes, make("GlobalAveragePool", [last], ["p"]), make("Flatten", ["p"], ["y"])]
    arrays = {k: np.asarray(v, np.float32) for k, v in (arrays or {}).items()}
    data = file(nodes, inputs={"x": list(shape)}, arrays=arrays, kind=kind, opset=13)
    return read_model(data, parse_options({}), ModelLimits()).preprocess


def column(numbers):
    return np.asarray(numbers, np.float32).reshape(1, -1, 1, 1)


def said(steps):
    return (steps.source, steps.scale, steps.mean, steps.std, steps.channels)


RAW = ("graph", 1.0, (0.0,) * 3, (1.0,) * 3, "rgb")
BGR = (*RAW[:4], "bgr")
UNIT = ("graph", 255.0, (0.0,) * 3, (1.0,) * 3, "rgb")


@pytest.mark.parametrize(
    ("nodes", "arrays", "expected"),
    [
        ([make("Div", ["x", "c"], ["f"])], {"c": 255}, RAW),
        ([make("Mul", ["x", "c"], ["f"])], {"c": 1 / 255}, RAW),
        ([make("Div", ["x", "c"], ["d"]), make("Sub", ["d", "one"], ["f"])], {"c": 127.5, "one": 1}, RAW),
        ([make("Sub", ["x", "c"], ["d"]), make("Div", ["d", "s"], ["f"])], {"c": 127.5, "s": 128}, RAW),
        (
            [make("Mul", ["x", "c"], ["a"]), make("Sub", ["a", "m"], ["b"]), make("Div", ["b", "s"], ["f"])],
            {"c": 1 / 255, "m": column(IMAGENET_MEAN), "s": column(IMAGENET_STD)},
            RAW,
        ),
        ([make("Sub", ["x", "m"], ["f"])], {"m": column([123.68, 116.779, 103.939])}, RAW),
        ([make("Add", ["x", "m"], ["f"])], {"m": column([-103.939, -116.779, -123.68])}, BGR),
        ([make("Sub", ["x", "m"], ["f"])], {"m": 128}, RAW),
        (
            [make("Sub", ["x", "m"], ["d"]), make("Div", ["d", "s"], ["f"])],
            {"m": column(IMAGENET_MEAN), "s": column(IMAGENET_STD)},
            UNIT,
        ),
        ([make("Mul", ["x", "two"], ["d"]), make("Sub", ["d", "one"], ["f"])], {"two": 2, "one": 1}, UNIT),
        ([make("Mul", ["x", "c"], ["d"]), make("Sub", ["d", "m"], ["f"])], {"c": 255, "m": 117}, UNIT),
        (
            [make("BatchNormalization", ["x", "g", "b", "m", "v"], ["f"])],
            {"g": [0.7, 1.1, 0.9], "b": [0.1, 0, 0.3], "m": [123, 117, 104], "v": [3400, 3300, 3350]},
            RAW,
        ),
        (
            [make("BatchNormalization", ["x", "g", "b", "m", "v"], ["f"])],
            {"g": [1 / 58] * 3, "b": [-2, -2, -1.8], "m": [0] * 3, "v": [1] * 3},
            RAW,
        ),
        (
            [make("Conv", ["x", "w"], ["f"], group=3)],
            {"w": np.full((3, 1, 1, 1), 1 / 255)},
            RAW,
        ),
    ],
    ids=[
        "/255", "·1/255", "/127.5 − 1", "(x − 127.5) / 128", "Rescaling and ImageNet", "− mean", "caffe", "− 128",
        "ImageNet", "2x − 1", "·255 − 117", "BN of pixels", "BN that nobody measured", "depthwise",
    ],
)  # fmt: skip
def test_steps_that_tell(nodes, arrays, expected):
    steps = found(nodes, arrays)
    assert said(steps)[:2] == expected[:2]
    assert said(steps) == expected


@pytest.mark.parametrize(
    ("nodes", "arrays"),
    [
        ([make("Relu", ["x"], ["f"])], {}),
        ([make("Sub", ["x", "c"], ["f"])], {"c": 0.01}),
        ([make("Sub", ["x", "c"], ["f"])], {"c": 0.5}),
        ([make("Mul", ["x", "c"], ["f"])], {"c": 0.9}),
        (
            [make("BatchNormalization", ["x", "g", "b", "m", "v"], ["f"])],
            {"g": [0.02] * 3, "b": [0.1] * 3, "m": [0.01, -0.02, 0.03], "v": [1.1, 0.9, 1.0]},
        ),
        # Inception v3 of torchvision: from ImageNet's numbers to those about 0.
        (
            [make("Mul", ["x", "s"], ["d"]), make("Add", ["d", "m"], ["f"])],
            {"s": column(IMAGENET_STD / 0.5), "m": column((IMAGENET_MEAN - 0.5) / 0.5)},
        ),
        ([make("Div", ["x", "c"], ["a"]), make("Add", ["a", "x"], ["f"])], {"c": 255}),
        ([make("Div", ["c", "x"], ["f"])], {"c": 255}),
        ([make("Mul", ["x", "c"], ["f"])], {"c": np.linspace(0.003, 0.004, 64).reshape(1, 1, 8, 8)}),
        ([make("Mul", ["x", "c"], ["f"])], {"c": 0}),
    ],
    ids=[
        "none", "tiny", "− 0.5", "· 0.9", "BN about 0", "Inception", "two ways", "c / x", "not alike", "· 0",
    ],
)  # fmt: skip
def test_steps_that_prove_nothing(nodes, arrays):
    assert found(nodes, arrays).source == "assumed"


def test_channels_last_are_seen_through():
    mean, std = IMAGENET_MEAN * 255, IMAGENET_STD * 255
    nodes = [
        make("Sub", ["x", "m"], ["d"]),
        make("Div", ["d", "s"], ["e"]),
        make("Transpose", ["e"], ["f"], perm=[0, 3, 1, 2]),
    ]
    assert said(found(nodes, {"m": mean, "s": std}, shape=(1, 8, 6, 3))) == RAW


def test_a_grey_input():
    steps = found([make("Div", ["x", "c"], ["f"])], {"c": 255}, shape=(1, 1, 8, 8))
    assert said(steps) == ("graph", 1.0, (0.0,), (1.0,), "rgb")


@pytest.mark.parametrize(
    ("kind", "mean"),
    [
        (TensorProto.UINT8, 0.0),
        (TensorProto.INT32, 0.0),
        (TensorProto.INT64, 0.0),
        (TensorProto.INT8, 128.0),
    ],
)
@pytest.mark.parametrize("shape", [(1, 3, 8, 8), (1, 8, 6, 3)])
def test_integers_are_pixels_as_they_are(kind, mean, shape):
    nodes = [make("Cast", ["x"], ["c"], to=FLOAT)]
    if shape[-1] == 3:
        nodes.append(make("Transpose", ["c"], ["t"], perm=[0, 3, 1, 2]))
    steps = found(nodes, shape=shape, kind=kind, last="t" if shape[-1] == 3 else "c")
    assert said(steps) == ("graph", 1.0, (mean,) * 3, (1.0,) * 3, "rgb")


def test_what_somebody_says_comes_first():
    nodes = [
        make("Div", ["x", "c"], ["f"]),
        make("GlobalAveragePool", ["f"], ["p"]),
        make("Flatten", ["p"], ["y"]),
    ]
    data = file(nodes, inputs={"x": [1, 3, 8, 8]}, arrays={"c": np.float32(255)}, opset=13)
    steps = read_model(data, parse_options({"preset": "unit"}), ModelLimits()).preprocess
    assert (steps.source, steps.scale) == ("chosen", 255)
    order = read_model(data, parse_options({"channels": "bgr"}), ModelLimits()).preprocess
    assert (order.source, order.scale, order.channels) == ("graph", 1, "bgr")
