"""Receptive fields of deep networks: exact (test_views, test_paths), and in a time that grows as the network does."""

from itertools import pairwise

import numpy as np
import pytest

from engine import views
from engine.fields import Fields
from engine.network import Network, Node
from engine.ops import Add, Conv2d, Relu
from engine.ops.base import Box


def deep(blocks):
    """Residual blocks on small maps."""
    weight = np.zeros((2, 2, 3, 3), np.float32)
    nodes, x = [], "input"
    for i in range(blocks):
        nodes += [
            Node(f"conv{i}", Conv2d(weight, padding=(1, 1, 1, 1)), (x,)),
            Node(f"relu{i}", Relu(), (f"conv{i}",)),
            Node(f"add{i}", Add(), (f"relu{i}", x)),
        ]
        x = f"add{i}"
    return Network(nodes, inputs={"input": (2, 8, 8)}, outputs=(x,))


@pytest.fixture
def count(monkeypatch):
    """How many windows of convolutions were asked for."""
    asked = []
    window = Conv2d.window

    def counted(self, *args):
        asked.append(1)
        return window(self, *args)

    monkeypatch.setattr(Conv2d, "window", counted)
    return lambda: len(asked)


def test_twice_the_layers_take_about_twice_the_steps(count):
    views.describe_layers(deep(20))
    few = count()
    views.describe_layers(deep(80))
    assert count() - few < 5 * few


def test_a_deep_number_sees_everything():
    fields = Fields(deep(20))
    assert fields.at("add19", (0, 0, 4, 4)) == Box((0, 0, 0, 0), (1, 2, 8, 8))
    assert fields.at("conv1", (0, 0, 0, 4)) == Box((0, 0, 0, 2), (1, 2, 3, 7))
    assert fields.size("conv0") == (3, 3)


def test_a_layer_whose_middle_sees_what_the_one_before_sees_takes_one_step(monkeypatch):
    asked = []
    window = Relu.window
    monkeypatch.setattr(Relu, "window", lambda *args: asked.append(1) or window(*args))
    names = [f"relu{i}" for i in range(1000)]
    nodes = [Node(b, Relu(), (a,)) for a, b in pairwise(["x", *names])]
    infos = views.describe_layers(Network(nodes, inputs={"x": (1, 5, 5)}, outputs=[names[-1]]))
    assert {info.receptive_field for info in infos} == {(1, 1)}
    assert len(asked) < 3 * len(nodes)


def test_describing_can_be_stopped():
    def check():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        views.describe_layers(deep(3), check)
