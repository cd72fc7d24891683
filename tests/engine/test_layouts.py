"""Which axis is what: through transposes, reshapes, reductions and products, and back from the ops
that read a value.
"""

import numpy as np
import pytest

from engine.layouts import blocks
from engine.network import Network, Node
from engine.ops import (
    Add,
    ArgMax,
    Concat,
    Constant,
    Conv2d,
    Dense,
    Expand,
    Flatten,
    Gather,
    Gelu,
    GlobalAveragePool,
    InstanceNorm,
    LayerNorm,
    MatMul,
    MaxPool,
    Mul,
    Pad,
    ReduceMax,
    ReduceMean,
    Relu,
    Reshape,
    Resize,
    Sigmoid,
    Slice,
    Softmax,
    Transpose,
)
from tests.browser.menagerie import build_menagerie
from tests.engine.networks import network as branched

LAST = Transpose((0, 2, 3, 1))
FIRST = Transpose((0, 3, 1, 2))


def ones(*shape):
    return np.ones(shape, np.float32)


def conv(outs, ins, kernel=1, **more):
    return Conv2d(ones(outs, ins, kernel, kernel), **more)


def chain(*ops, size=(3, 4, 6)):
    """Ops one after the other, called by their places: "0", "1", …"""
    names = ["x", *map(str, range(len(ops)))]
    nodes = [Node(names[i + 1], op, (names[i],)) for i, op in enumerate(ops)]
    return Network(nodes, inputs={"x": size}, outputs=(names[-1],))


def letters(net, *names):
    return [net.layouts[name].letters for name in names or list(net.layouts)[1:]]


CHAINS = {
    "channels first": ((conv(8, 3), Relu(), MaxPool((2, 2), (2, 2))), ["NCHW"] * 3),
    "as TensorFlow writes": (
        (conv(8, 3), LAST, Relu(), Pad((1, 1, 1, 1), axes=(1, 2)), FIRST, conv(2, 8)),
        ["NCHW", "NHWC", "NHWC", "NHWC", "NCHW", "NCHW"],
    ),
    "a block of ConvNeXt": (
        (
            conv(4, 3),
            LAST,
            LayerNorm(ones(4), ones(4)),
            MatMul(ones(4, 16)),
            Gelu(),
            MatMul(ones(16, 4)),
            Mul(ones(4)),
            FIRST,
        ),
        ["NCHW", *["NHWC"] * 6, "NCHW"],
    ),
    "the mean of all places": (
        (LAST, ReduceMean((1, 2), keepdims=False), Dense(ones(5, 3))),
        ["NHWC", "NC", "NC"],
    ),
    "the mean that stays": ((LAST, ReduceMean((1, 2))), ["NHWC", "NHWC"]),
    "one map": ((ReduceMax((1,), keepdims=False),), ["NHW"]),
    "the class of every place": (
        (conv(5, 3), LAST, ArgMax(3, keepdims=False)),
        ["NCHW", "NHWC", "NHW"],
    ),
    "tokens": (
        (conv(8, 3), Reshape((0, 8, 24)), Transpose((0, 2, 1)), LayerNorm(ones(8), ones(8))),
        ["NCHW", "NCL", "NLC", "NLC"],
    ),
    "tokens and back": (
        (Reshape((0, 3, 24)), Transpose((0, 2, 1)), Transpose((0, 2, 1)), Reshape((0, 3, 4, 6))),
        ["NCL", "NLC", "NCL", "NCHW"],
    ),
    "tokens to channels last": (
        (Reshape((0, 3, 24)), Transpose((0, 2, 1)), Reshape((0, 4, 6, 3)), FIRST),
        ["NCL", "NLC", "NHWC", "NCHW"],
    ),
    "the first token": (
        (Reshape((0, 3, 24)), Transpose((0, 2, 1)), Gather(0, 1), Dense(ones(2, 3))),
        ["NCL", "NLC", "NC", "NC"],
    ),
    "numbers": ((Flatten(), Dense(ones(4, 72)), Softmax(1)), ["NC"] * 3),
    "squeezed": ((GlobalAveragePool(), Reshape((0, 3)), Dense(ones(2, 3))), ["NCHW", "NC", "NC"]),
    "maps again, for a convolution": (
        (Flatten(), Dense(ones(48, 72)), Reshape((0, 3, 4, 4)), conv(2, 3)),
        ["NC", "NC", "NCHW", "NCHW"],
    ),
    "maps again, channels last": (
        (Flatten(), Dense(ones(48, 72)), Reshape((0, 4, 4, 3)), FIRST, conv(2, 3)),
        ["NC", "NC", "NHWC", "NCHW", "NCHW"],
    ),
    "maps again, that only a mean reads": (
        (Flatten(), Dense(ones(48, 72)), Reshape((0, 4, 4, 3)), ReduceMean((1, 2))),
        ["NC", "NC", "NHWC", "NHWC"],
    ),
    "shuffled channels": (
        (conv(8, 3), Reshape((0, 2, 4, 4, 6)), Transpose((0, 2, 1, 3, 4)), Reshape((0, 8, 4, 6))),
        ["NCHW", "NCCHW", "NCCHW", "NCHW"],
    ),
    "rows of a detector": (
        (conv(18, 3), Reshape((0, 3, 6, 4, 6)), Transpose((0, 1, 3, 4, 2)), Reshape((0, 72, 6))),
        ["NCHW", "NCCHW", "NCHWC", "NLC"],
    ),
    "rows of an SSD": ((conv(18, 3), LAST, Reshape((0, 72, 6))), ["NCHW", "NHWC", "NLC"]),
    "windows of Swin": (
        (
            LAST,
            Reshape((0, 2, 2, 3, 2, 3)),
            Transpose((0, 1, 3, 2, 4, 5)),
            Reshape((6, 2, 2, 3)),
            LayerNorm(ones(3), ones(3)),
        ),
        ["NHWC", "NHHWWC", "NHWHWC", "LHWC", "LHWC"],
    ),
    "pictures not in front": (
        (Reshape((0, 3, 24)), Transpose((2, 0, 1)), LayerNorm(ones(3), ones(3))),
        ["NCL", "LNC", "LNC"],
    ),
    "rows without an axis of pictures": ((conv(2, 3), LAST, Reshape((48, 1))), None),
    "squeezed pictures": ((Gather(0, 0), Relu()), ["CHW", "CHW"]),
    "flattened, one picture fixed": ((Reshape((1, 72)), Dense(ones(2, 72))), ["NC", "NC"]),
    "cut and enlarged": (
        (LAST, Slice((1,), (3,), axes=(2,)), Resize(scales=(2.0, 2.0), axes=(1, 2))),
        ["NHWC"] * 3,
    ),
    "norm of tokens": ((Reshape((0, 3, 24)), InstanceNorm(ones(3), ones(3))), ["NCL", "NCL"]),
}


@pytest.mark.parametrize("name", CHAINS)
def test_letters_go_along(name):
    ops, expected = CHAINS[name]
    found = letters(chain(*ops))
    if expected is not None:
        assert found == expected
    else:
        assert "N" not in found[-1]


def test_a_square_is_no_riddle():
    """As many channels as rows and columns: shapes would not tell."""
    net = chain(conv(4, 4), LAST, Relu(), size=(4, 4, 4))
    assert letters(net) == ["NCHW", "NHWC", "NHWC"]


def test_of_two_values_the_one_that_is_not_stretched_says_what_an_axis_is():
    nodes = [
        Node("last", LAST, ("x",)),
        Node("mean", ReduceMean((1, 2), keepdims=False), ("last",)),
        Node("gate", Sigmoid(), ("mean",)),
        Node("shaped", Reshape((0, 1, 1, 3)), ("gate",)),
        Node("gated", Mul(), ("shaped", "last")),
        Node("joined", Concat(3), ("gated", "last")),
    ]
    net = Network(nodes, inputs={"x": (3, 4, 6)}, outputs=("joined",))
    assert letters(net, "shaped", "gated", "joined") == ["NHWC", "NHWC", "NHWC"]


def test_a_constant_has_no_axis_of_pictures():
    nodes = [
        Node("place", Constant(ones(1, 24, 3)), ()),
        Node("rows", Reshape((0, 3, 24)), ("x",)),
        Node("tokens", Transpose((0, 2, 1)), ("rows",)),
        Node("sum", Add(), ("tokens", "place")),
    ]
    net = Network(nodes, inputs={"x": (3, 4, 6)}, outputs=("sum",))
    assert letters(net, "tokens", "sum") == ["NLC", "NLC"]


def test_attention_keeps_heads_rows_and_columns_apart():
    heads = Transpose((0, 2, 1, 3))
    nodes = [
        Node("rows", Reshape((0, 4, 6)), ("x",)),
        Node("tokens", Transpose((0, 2, 1)), ("rows",)),
        Node("cut", Reshape((0, 6, 2, 2)), ("tokens",)),
        Node("q", heads, ("cut",)),
        Node("k", Transpose((0, 2, 3, 1)), ("cut",)),
        Node("scores", MatMul(), ("q", "k")),
        Node("weights", Softmax(3), ("scores",)),
        Node("mixed", MatMul(), ("weights", "q")),
        Node("back", heads, ("mixed",)),
        Node("out", Reshape((0, 6, 4)), ("back",)),
    ]
    net = Network(nodes, inputs={"x": (4, 2, 3)}, outputs=("out",))
    assert letters(net) == [
        "NCL", "NLC", "NLCC", "NCLC", "NCCL", "NCLL", "NCLL", "NCLC", "NLCC", "NLC",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((1, 8, 4, 4), (1, 128), [((0, 1), (0, 1)), ((1, 4), (1, 2))]),
        ((1, 8, 4, 4), (8, 4, 4), [((0, 1), (0, 0)), ((1, 2), (0, 1)), ((2, 3), (1, 2)), ((3, 4), (2, 3))]),
        ((6, 4), (3, 8), [((0, 2), (0, 2))]),
        ((2, 12), (2, 3, 4), [((0, 1), (0, 1)), ((1, 2), (1, 3))]),
        ((), (1, 1), [((0, 0), (0, 1)), ((0, 0), (1, 2))]),
        ((5,), (5, 1), [((0, 1), (0, 1)), ((1, 1), (1, 2))]),
    ],
)  # fmt: skip
def test_runs_of_axes_that_hold_equally_many_numbers(before, after, expected):
    found = [((old.start, old.stop), (new.start, new.stop)) for old, new in blocks(before, after)]
    assert found == expected


@pytest.mark.parametrize(
    ("ops", "together"),
    [
        ((conv(4, 3), LAST, Relu()), True),
        ((Flatten(), Dense(ones(2, 72))), True),
        ((Reshape((1, 72)), Dense(ones(2, 72))), False),  # one picture fixed
        ((Reshape((1, 3, 24)),), False),
        ((LAST, Reshape((-1, 3))), False),  # rows of all pictures
        ((LAST, Reshape((24, 3))), False),
        ((Gather(0, 0), Relu()), False),
        ((Reshape((0, 3, 24)), Transpose((2, 0, 1))), False),  # pictures in the middle
        ((Reshape((1, -1, 4)), Softmax(1), Reshape((-1, 72))), False),  # pictures mixed on the way
        ((Expand((1, 3, 4, 6)), conv(2, 3)), True),
    ],
)
def test_pictures_run_together_where_each_is_for_itself(ops, together):
    assert chain(*ops).runs_in_batches is together


@pytest.mark.parametrize("build", [branched, build_menagerie])
def test_networks_of_every_kind_of_layer_run_in_batches(build):
    assert build().runs_in_batches
