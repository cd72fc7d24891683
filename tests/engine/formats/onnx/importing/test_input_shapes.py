"""Inputs whose axes a file leaves open: asked for once, when nothing else is against the file, and
only for what is open.
"""

import numpy as np
import onnxruntime as ort
import pytest
from onnx import helper

from engine.errors import FormatError, InputSizeNeeded, UnsupportedOp
from engine.formats.onnx import from_onnx
from tests.engine.formats.onnx.files import model, random

make = helper.make_node
NODES = [make("Conv", ["x", "w"], ["c"]), make("GlobalAveragePool", ["c"], ["y"])]


def file(dims, nodes=NODES, channels=3, **arrays):
    made = model(nodes, inputs={"x": [None] * 4}, arrays={"w": random(4, channels, 3, 3), **arrays})
    shape = made.graph.input[0].type.tensor_type.shape
    if dims is None:
        made.graph.input[0].type.tensor_type.ClearField("shape")
        return made.SerializeToString()
    del shape.dim[:]
    for dim in dims:
        added = shape.dim.add()
        if isinstance(dim, int):
            added.dim_value = dim
        elif dim is not None:
            added.dim_param = dim
    return made.SerializeToString()


OPEN = {
    "no number": [None] * 4,
    "names": ["batch", "channels", "height", "width"],
    "−1, as Paddle writes": [-1, 3, -1, -1],
    "−1 on all axes": [-1] * 4,
    "0": [0, 3, 0, 0],
    "no shape at all": None,
}


@pytest.mark.parametrize("channels", [3, 1])
@pytest.mark.parametrize("what", OPEN)
def test_a_size_is_asked_for_and_taken(what, channels):
    dims = OPEN[what]
    dims = dims and [channels if dim == 3 else dim for dim in dims]
    data = file(dims, channels=channels)
    with pytest.raises(InputSizeNeeded) as caught:
        from_onnx(data)
    error = caught.value
    assert error.input == "x"
    assert error.sides == ("height", "width")
    assert error.suggested == (224, 224)
    assert error.shape[2:] == (None, None)
    assert from_onnx(data, input_size=(16, 24)).inputs == {"x": (channels, 16, 24)}


def test_only_the_side_that_is_open_is_asked_for():
    data = file([-1, 3, 48, -1])
    with pytest.raises(InputSizeNeeded, match="of any width") as caught:
        from_onnx(data)
    assert caught.value.sides == ("width",)
    assert caught.value.shape == (None, 3, 48, None)
    assert caught.value.suggested == (48, 224)
    assert from_onnx(data, input_size=(48, 320)).inputs == {"x": (3, 48, 320)}
    with pytest.raises(FormatError, match="fixes its input 'x' at 48 × any"):
        from_onnx(data, input_size=(64, 320))


def test_colours_may_come_last_where_all_is_open():
    data = file([None] * 4, [make("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]), *moved()])
    assert from_onnx(data, input_size=(16, 24)).inputs == {"x": (16, 24, 3)}
    with pytest.raises(InputSizeNeeded):
        from_onnx(data)


def moved():
    return [make("Conv", ["t", "w"], ["c"]), NODES[1]]


@pytest.mark.parametrize("dims", [[1, 3, 32, 32], [1, None, 32, 32], ["N", "C", 32, 32]])
def test_a_size_that_the_file_fixes_is_not_asked_for(dims):
    assert from_onnx(file(dims)).inputs == {"x": (3, 32, 32)}


@pytest.mark.parametrize(
    "node",
    [
        make("Det", ["c"], ["y"]),
        make("Conv", ["c", "c"], ["y"]),
        make("BatchNormalization", ["c", *["v"] * 4], ["y", "m", "n"], training_mode=1),
    ],
)
def test_what_cannot_be_run_at_any_size_is_said_before_one_is_asked_for(node):
    data = file([None] * 4, [NODES[0], node], v=np.ones(4, np.float32))
    with pytest.raises(UnsupportedOp):
        from_onnx(data)


def test_a_size_is_asked_for_where_only_some_fit():
    """A flatten before a dense layer: it takes 64 × 64, and is told so."""
    nodes = [NODES[0], make("Flatten", ["c"], ["f"]), make("MatMul", ["f", "d"], ["y"])]
    data = file([None, 3, None, None], nodes, d=random(4 * 62 * 62, 2))
    with pytest.raises(InputSizeNeeded, match="64 × 64 can be run") as caught:
        from_onnx(data)
    assert caught.value.suggested == (64, 64)
    with pytest.raises(FormatError, match="MatMul"):
        from_onnx(data, input_size=(32, 32))
    other = file([None, 3, None, None], nodes, d=random(4 * 31 * 31, 2))
    with pytest.raises(InputSizeNeeded) as caught:
        from_onnx(other)
    assert caught.value.suggested is None
    assert from_onnx(other, input_size=(33, 33)).outputs == ("y",)


@pytest.mark.parametrize(("dims", "word"), [(["N", 1, "T"], "1-D"), ([-1, 3, -1, -1, -1], "3-D")])
def test_inputs_of_sound_and_volumes_are_called_so(dims, word):
    with pytest.raises(FormatError, match=f"{word}.*make_dynamic_shape_fixed"):
        from_onnx(file(dims, [make("Relu", ["x"], ["y"])]))


@pytest.mark.parametrize("dims", [[1, "K"], [1, 3, None], [1, 3, -2, 8]])
def test_other_open_axes_are_refused(dims):
    with pytest.raises(FormatError, match=r"leaves axes open|has the shape"):
        from_onnx(file(dims, [make("Relu", ["x"], ["y"])]))


def unbatched(dims, channels, *front):
    """A network whose input is one picture without an axis of pictures: ``front`` makes maps (1, C,
    H, W) "c" of it.
    """
    nodes = [*front, make("Conv", ["c", "w"], ["d"]), make("GlobalAveragePool", ["d"], ["y"])]
    return file(
        dims, nodes, channels, axes=np.array([0]), both=np.array([0, 1]), maps=[1, 1, 28, 28]
    )


UNBATCHED = {
    "(C, H, W)": ([3, 16, 20], 3, make("Unsqueeze", ["x", "axes"], ["c"])),
    "(H, W)": ([28, 20], 1, make("Unsqueeze", ["x", "both"], ["c"])),
    "(H, W, C)": (
        [16, 20, 3],
        3,
        make("Unsqueeze", ["x", "axes"], ["t"]),
        make("Transpose", ["t"], ["c"], perm=[0, 3, 1, 2]),
    ),
    "(H · W,)": ([784], 1, make("Reshape", ["x", "maps"], ["c"])),
}


@pytest.mark.parametrize("what", UNBATCHED)
def test_one_picture_without_an_axis_of_pictures_is_taken(what):
    """The network takes it with such an axis, and computes what onnxruntime does without."""
    dims, channels, *front = UNBATCHED[what]
    data = unbatched(dims, channels, *front)
    network = from_onnx(data)
    assert network.inputs == {"x (batch)": tuple(dims)}
    x = random(*dims, seed=3)
    (expected,) = ort.InferenceSession(data).run(None, {"x": x})
    np.testing.assert_allclose(network.forward(x[None])["y"], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dims", [[8, 3, 16, 16], [8, 784], [1, 784], ["n", 28, 28], [2, 28, 28]])
def test_a_batch_that_the_file_fixes_is_one(dims):
    nodes = [make("Relu", ["x"], ["y"])]
    assert list(from_onnx(file(dims, nodes)).inputs) == ["x"]


def test_four_channels_may_come_last():
    """Height and width are asked for, not the bands."""
    nodes = [make("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]), make("Conv", ["t", "w"], ["y"])]
    with pytest.raises(InputSizeNeeded) as refused:
        from_onnx(file(["n", "h", "w", 4], nodes, channels=4))
    assert refused.value.sides == ("height", "width")
