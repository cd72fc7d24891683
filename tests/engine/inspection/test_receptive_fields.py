"""Receptive fields of deep networks: exact (test_bounds, test_views, test_paths), at a cost that
grows as the network does.
"""

from itertools import pairwise

import numpy as np
import pytest

from engine import inspection
from engine.inspection import strongest_path
from engine.inspection.field_bounds import Windows
from engine.inspection.receptive_fields import ReceptiveFields, receptive_fields_of
from engine.network import Network, Node
from engine.ops import Add, Concat, Conv2d, Flatten, Op, Relu, Reshape, Transpose
from engine.ops.base import Box


def deep(blocks, kernel=3, groups=1, size=8):
    """Residual blocks."""
    weight = np.zeros((2, 2 // groups, kernel, kernel), np.float32)
    pad = (kernel // 2,) * 4
    nodes, x = [], "input"
    for i in range(blocks):
        nodes += [
            Node(f"conv{i}", Conv2d(weight, padding=pad, groups=groups), (x,)),
            Node(f"relu{i}", Relu(), (f"conv{i}",)),
            Node(f"add{i}", Add(), (f"relu{i}", x)),
        ]
        x = f"add{i}"
    return Network(nodes, inputs={"input": (2, size, size)}, outputs=(x,))


def detector(size, boxes=3):
    """Three heads on maps of three sizes, flattened to rows of 6 numbers and put one after the
    other.
    """
    nodes, here, rows = [], "input", []
    for i in range(3):
        maps = 2 if i == 0 else 8
        body = Conv2d(np.zeros((8, maps, 3, 3), np.float32), stride=(2, 2), padding=(1, 1, 1, 1))
        nodes += [
            Node(f"body{i}", body, (here,)),
            Node(f"head{i}", Conv2d(np.zeros((boxes * 6, 8, 1, 1), np.float32)), (f"body{i}",)),
            Node(
                f"cut{i}", Reshape((0, boxes, 6, size >> (i + 1), size >> (i + 1))), (f"head{i}",)
            ),
            Node(f"turned{i}", Transpose((0, 1, 3, 4, 2)), (f"cut{i}",)),
            Node(f"rows{i}", Reshape((0, -1, 6)), (f"turned{i}",)),
        ]
        here = f"body{i}"
        rows.append(f"rows{i}")
    nodes.append(Node("all", Concat(1), tuple(rows)))
    return Network(nodes, inputs={"input": (2, size, size)}, outputs=("all",))


class Count:
    """How often bounds go through an op, and how many windows are asked for, of any op."""

    def __init__(self, monkeypatch):
        self.ops = self.windows = self.tables = 0
        through, tables = Windows.through, Conv2d.tables

        def counted(*args):
            self.ops += 1
            return through(*args)

        def tabled(*args):
            self.tables += 1
            return tables(*args)

        monkeypatch.setattr(Windows, "through", counted)
        monkeypatch.setattr(Conv2d, "tables", tabled)
        for kind in _all_kinds(Op):
            if "window" in vars(kind):
                monkeypatch.setattr(kind, "window", self._of(kind.input_region))

    def _of(self, window):
        def counted(*args):
            self.windows += 1
            return window(*args)

        return counted


def _all_kinds(kind):
    return [kind, *(k for child in kind.__subclasses__() for k in _all_kinds(child))]


@pytest.fixture
def count(monkeypatch):
    return Count(monkeypatch)


@pytest.mark.parametrize("form", [{}, {"kernel": 1}, {"groups": 2}, {"kernel": 1, "groups": 2}])
def test_every_node_is_gone_through_once_and_equal_ops_are_looked_at_once(count, form):
    blocks = 50
    infos = inspection.describe_layers(deep(blocks, **form))
    assert len(infos) == 3 * blocks + 1
    assert count.ops == 3 * blocks
    assert count.windows == 0
    assert count.tables <= 2  # the first one, whose input sees pixels one by one, and all others


def test_four_thousand_nodes_are_gone_through_once(count):
    names = [f"relu{i}" for i in range(4096)]
    nodes = [Node(b, Relu(), (a,)) for a, b in pairwise(["x", *names])]
    infos = inspection.describe_layers(Network(nodes, inputs={"x": (1, 5, 5)}, outputs=[names[-1]]))
    assert {info.receptive_field for info in infos} == {(1, 1)}
    assert (count.ops, count.windows) == (4096, 0)


def test_the_rows_of_a_detector_cost_no_more_for_more_of_them(count):
    costs = []
    for size in (16, 64):
        count.ops = count.windows = 0
        fields = ReceptiveFields(detector(size))
        spans, columns = fields.rows_and_columns("all")
        assert len(spans) == sum(3 * (size >> i) ** 2 for i in (1, 2, 3))
        assert len(columns) == 6
        assert spans[0] == (0, 2)  # of the first head: a kernel of 3 at the edge
        assert spans[-1] == (
            size - 15,
            size,
        )  # of the last one: 15 rows, the last of them the picture's
        costs.append((count.ops, count.windows))
    assert costs[0] == costs[1] == (16, 0)


def test_a_network_is_gone_through_once_as_long_as_it_lives(count):
    net = deep(3)
    inspection.describe_layers(net)
    assert receptive_fields_of(net) is receptive_fields_of(net)
    assert count.ops == 9


def test_a_deep_number_sees_everything():
    fields = ReceptiveFields(deep(20))
    assert fields.at("add19", (0, 0, 4, 4)) == Box((0, 0, 0, 0), (1, 2, 8, 8))
    assert fields.at("conv1", (0, 0, 0, 4)) == Box((0, 0, 0, 2), (1, 2, 3, 7))
    assert fields.size_of("conv0") == (3, 3)


def test_values_without_an_axis_of_pictures_see_what_they_are_made_of():
    conv = Conv2d(np.ones((2, 1, 3, 3), np.float32), padding=(1, 1, 1, 1))
    nodes = [
        Node("conv", conv, ("x",)),
        Node("last", Transpose((0, 2, 3, 1)), ("conv",)),
        Node("rows", Reshape((20, 2)), ("last",)),
        Node("flat", Flatten(0), ("rows",)),
    ]
    fields = ReceptiveFields(Network(nodes, inputs={"x": (1, 4, 5)}, outputs=("flat",)))
    assert fields.at("rows", (0, 1)) == Box((0, 0, 0, 0), (1, 1, 2, 2))
    assert fields.at("rows", (7, 0)) == Box((0, 0, 0, 1), (1, 1, 3, 4))
    assert fields.size_of("rows") == (3, 2)
    assert fields.at("flat", (0, 39)) == Box((0, 0, 2, 3), (1, 1, 4, 5))


def test_describing_can_be_stopped():
    def check():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        inspection.describe_layers(deep(3), check)


def test_the_strongest_path_can_be_stopped():
    def check():
        raise TimeoutError

    net = deep(3)
    trace = net.forward(np.zeros((1, 2, 8, 8), np.float32))
    with pytest.raises(TimeoutError):
        strongest_path(net, trace, "add2", (0, 0, 0, 0), check)
