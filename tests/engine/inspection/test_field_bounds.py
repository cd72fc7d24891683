"""What every number sees of the picture, carried forward: held against walks back, against single
windows and against pixels.
"""

import numpy as np
import pytest

from engine.inspection.field_bounds import NOTHING, Windows, of_nothing, of_picture
from engine.inspection.receptive_fields import ReceptiveFields
from engine.network import Network, Node
from engine.ops import (
    Add,
    AveragePool,
    Concat,
    Conv2d,
    ConvTranspose2d,
    DepthToSpace,
    Expand,
    Flatten,
    Gather,
    GlobalAveragePool,
    GroupNorm,
    LayerNorm,
    LocalResponseNorm,
    MatMul,
    MaxPool,
    Mul,
    Pad,
    ReduceMax,
    ReduceMean,
    Relu,
    Reshape,
    Resize,
    Slice,
    Softmax,
    SpaceToDepth,
    Transpose,
)
from engine.ops.base import Box
from tests.app.analyses.test_ranks import build_odd
from tests.browser.menagerie import build_menagerie
from tests.engine.inspection.walked_fields import walked
from tests.engine.networks import network as branched
from tests.engine.ops.cases import CASES, NAMES


def conv(outs, ins, kernel, **more):
    return Conv2d(np.ones((outs, ins, *kernel), np.float32), **more)


def ones(*shape):
    return np.ones(shape, np.float32)


# One op behind two branches of different fields, so that channels, rows and columns all differ: of
# 4 maps of 6 × 8.
OPS = {
    "conv": conv(3, 4, (3, 2), padding=(1, 0, 1, 1)),
    "stride": conv(3, 4, (3, 3), stride=(2, 3), padding=(2, 1, 0, 1)),
    "dilation": conv(2, 4, (2, 3), dilation=(3, 2)),
    "groups": conv(4, 2, (1, 1), groups=2),
    "depthwise": conv(8, 1, (3, 3), groups=4, padding=(1, 1, 1, 1)),
    "far outside": conv(2, 4, (2, 2), padding=(5, 4, 0, 6)),
    "transposed": ConvTranspose2d(ones(4, 2, 2, 2), stride=(3, 2)),
    "max_pool": MaxPool((3, 2), (2, 2), (1, 0, 1, 1)),
    "average_pool": AveragePool((2, 2), (2, 2)),
    "global": GlobalAveragePool(),
    "group_norm": GroupNorm(ones(4), ones(4), 2),
    "layer_norm": LayerNorm(ones(8), ones(8), axis=-1),
    "lrn": LocalResponseNorm(3),
    "softmax": Softmax(1),
    "softmax rows": Softmax(2),
    "relu": Relu(),
    "transpose": Transpose((0, 3, 1, 2)),
    "flatten": Flatten(),
    "flatten rows": Flatten(2),
    "cut": Reshape((0, 2, 2, 3, 2, 8)),
    "joined": Reshape((0, 4, 48)),
    "rows and maps": Reshape((0, 24, 8)),
    "across": Reshape((0, 8, 3, 8)),
    "without": Reshape((4, 6, 8)),
    "slice": Slice((1, -1), (9, -7), (2, -2), (2, 3)),
    "first maps": Slice((0,), (2,), axes=(1,)),
    "first rows": Slice((0,), (4,), axes=(2,)),
    "gather": Gather(((0, 3), (3, 1)), 1),
    "one": Gather(2, 2),
    "expand": Expand((1, 4, 6, 8)),
    "pad": Pad((1, 0, 2, 3), axes=(2, 3)) if "axes" in Pad.__dataclass_fields__ else None,
    "resize": Resize(scales=(2.0, 1.5), axes=(2, 3)),
    "linear": Resize(sizes=(9, 5), axes=(2, 3), mode="linear"),
    "depth_to_space": DepthToSpace(2),
    "space_to_depth": SpaceToDepth(2),
    "mean": ReduceMean((2, 3)),
    "mean of maps": ReduceMean((1,), keepdims=False),
    "max of all": ReduceMax((1, 2, 3), keepdims=False),
    "matmul": MatMul(ones(8, 5)),
}
OPS = {name: op for name, op in OPS.items() if op is not None}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_bounds_go_through_every_op_as_its_windows_say(case):
    """Each input in turn is the picture itself."""
    op, shapes = case.op(), case.shapes
    made = op.infer_shape(*shapes)
    for source, shape in enumerate(shapes):
        if not shape:
            continue  # a lone number is no picture
        given = [of_nothing(len(other), len(shape)) for other in shapes]
        given[source] = of_picture(shape)
        bounds = Windows().through(op, given, shapes, made)
        for index in positions(made)[:: max(1, int(np.prod(made)) // 60)]:
            assert bounds.at(index) == op.input_region(Box.at(index), *shapes)[source], (
                source,
                index,
            )


def behind_branches(op):
    """The op on maps of which some see one pixel, some 3 × 3 and one sees all."""
    nodes = [
        Node("small", conv(1, 2, (1, 1)), ("x",)),
        Node("large", conv(2, 2, (3, 3), padding=(1, 1, 1, 1)), ("x",)),
        Node("pooled", GlobalAveragePool(), ("x",)),
        Node("wide", Mul(), ("small", "mean")),
        Node("mean", ReduceMean((1,)), ("pooled",)),
        Node("maps", Concat(1), ("small", "large", "wide")),
        Node("op", op, ("maps",)),
    ]
    return Network(nodes, inputs={"x": (2, 6, 8)}, outputs=("op",))


def positions(shape):
    return list(np.ndindex(*shape))


@pytest.mark.parametrize("name", OPS)
def test_every_number_sees_what_its_window_sees(name):
    net = behind_branches(OPS[name])
    shapes, fields = net.shapes(), ReceptiveFields(net)
    for index in positions(shapes["op"]):
        (window,) = net.node("op").op.input_region(Box.at(index), shapes["maps"])
        expected = None
        for cell in positions(np.subtract(window.stop, window.start)) if window else ():
            seen = fields.at("maps", tuple(np.add(cell, window.start)))
            expected = seen if expected is None else expected.union(seen)
        assert fields.at("op", index) == expected, index


@pytest.mark.parametrize("name", OPS)
def test_no_number_sees_more_than_the_walk_back(name):
    net = behind_branches(OPS[name])
    fields = ReceptiveFields(net)
    for index in positions(net.shapes()["op"])[::3]:
        seen, walk = fields.at("op", index), walked(net, "op", Box.at(index))
        assert seen == walk or (walk is not None and seen.union(walk) == walk)


def chains(seed):
    """A network that is drawn at random: steps, short cuts, branches that are joined."""
    rng = np.random.default_rng(seed)
    nodes, here, maps, shape = [], "x", 2, (13, 11)
    earlier = []
    for i in range(14):
        kind = rng.choice(["conv", "one", "depthwise", "pool", "add", "concat", "relu", "resize"])
        same = [name for name, as_it_is in earlier if as_it_is == (maps, shape)]
        k = int(rng.integers(1, 4))
        reads = (here,)
        if kind == "conv":
            op = conv(3, maps, (k, 3), padding=(k // 2, 1, k // 2, 1), dilation=(1, 1))
        elif kind == "one":
            op = conv(4, maps, (1, 1))
        elif kind == "depthwise":
            op = conv(maps, 1, (3, 3), groups=maps, padding=(2, 2, 2, 2), dilation=(2, 2))
        elif kind == "pool" and min(shape) > 3:
            op = MaxPool((2, 3), (2, 1), (0, 1, 0, 1))
        elif kind in ("add", "concat") and same:
            op, reads = (Add() if kind == "add" else Concat(1)), (here, str(rng.choice(same)))
        elif kind == "resize":
            op = Resize(scales=(1.5, 1.0), axes=(2, 3))
        else:
            op = Relu()
        nodes.append(Node(f"n{i}", op, reads))
        earlier.append((here, (maps, shape)))
        here = f"n{i}"
        net = Network(nodes, inputs={"x": (2, 13, 11)}, outputs=(here,))
        _, maps, *sides = net.shapes()[here]
        shape = tuple(sides)
    return net


NETWORKS = {f"seed {seed}": chains(seed) for seed in range(12)} | {
    "branched": branched(),
    "menagerie": build_menagerie(),
    "odd": build_odd(),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_whole_networks_see_what_walks_back_see(name):
    net, rng = NETWORKS[name], np.random.default_rng(1)
    shapes, fields = net.shapes(), ReceptiveFields(net)
    for node in net.nodes:
        shape = shapes[node.name]
        for _ in range(4):
            index = tuple(int(rng.integers(size)) for size in shape)
            seen, walk = fields.at(node.name, index), walked(net, node.name, Box.at(index))
            # A walk takes all maps between two that it needs; what they see is then not less.
            assert seen == walk or seen.union(walk) == walk, (node.name, index)
            if not any(isinstance(n.op, Concat | Reshape | Flatten) for n in net.nodes):
                assert seen == walk, (node.name, index)
        assert fields.input_box(node.name, Box.whole(shape)) == walked(
            net, node.name, Box.whole(shape)
        )


def test_a_changed_pixel_outside_changes_nothing_and_some_on_each_side_do():
    net = NETWORKS["seed 3"]
    rng, fields, last = np.random.default_rng(0), ReceptiveFields(net), net.outputs[0]
    x = rng.random((1, 2, 13, 11)).astype(np.float32)
    index = tuple(size // 2 for size in net.shapes()[last])
    box = fields.at(last, index)
    assert box is not None
    inside = np.zeros(x.shape, bool)
    inside[tuple(map(slice, box.start, box.stop))] = True
    before = net.forward(x)[last][index]
    assert net.forward(np.where(inside, x, 9))[last][index] == before
    for axis in (2, 3):
        for edge in (box.start[axis], box.stop[axis] - 1):
            there = np.zeros(x.shape, bool)
            there[(slice(None),) * axis + (edge,)] = True
            assert net.forward(np.where(there & inside, 9, x))[last][index] != before


def test_what_only_differs_along_one_axis_takes_one_entry_an_index():
    shape = (1, 2, 6, 8)
    bounds = Windows().through(conv(9, 2, (3, 3)), [of_picture(shape)], [shape], (1, 9, 4, 6))
    assert [array.shape[1:] for array in bounds.axes] == [
        (1, 1, 1, 1),
        (1, 1, 1, 1),
        (1, 1, 4, 1),
        (1, 1, 1, 6),
    ]
    assert not bounds.gaps
    assert all((array < NOTHING).all() for array in bounds.axes)


def test_beyond_a_bound_of_memory_the_whole_value_stands_for_each_number(monkeypatch):
    monkeypatch.setattr("engine.inspection.receptive_fields.MOST_ENTRIES", 0)
    net = behind_branches(Relu())
    assert ReceptiveFields(net).at("op", (0, 0, 0, 0)) == Box((0, 0, 0, 0), (1, 2, 6, 8))
