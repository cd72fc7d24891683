"""What leads to a value, and what every way to it goes through."""

from itertools import product

import numpy as np
import pytest

from engine.graph import leading_to, passages
from engine.network import Network, Node
from engine.ops import Add, Constant, Mul, Relu, Sigmoid


def net(edges, outputs, inputs=("x",)):
    """Nodes by name → what they read, at most two."""
    ops = {0: lambda: Constant(np.ones((1, 2), np.float32)), 1: Relu, 2: Add}
    nodes = [Node(name, ops[len(reads)](), tuple(reads)) for name, reads in edges.items()]
    return Network(nodes, inputs=dict.fromkeys(inputs, (2,)), outputs=outputs)


def test_everything_goes_through_a_chain():
    assert passages(net({"a": "x", "b": "a"}, ["b"]), "b") == ["x", "a", "b"]


def test_a_short_cut_goes_past_its_block():
    assert passages(net({"a": "x", "b": "a", "c": "bx", "d": "c"}, ["d"]), "d") == ["x", "c", "d"]


def test_a_gate_is_gone_past():
    nodes = [Node("a", Relu(), ("x",)), Node("g", Sigmoid(), ("a",)), Node("m", Mul(), ("a", "g"))]
    assert passages(Network(nodes, inputs={"x": (2,)}, outputs=["m"]), "m") == ["x", "a", "m"]


def test_constants_and_what_is_beside_the_way_do_not_count():
    edges = {"k": "", "a": "x", "b": "ak", "aside": "a", "c": "b"}
    assert passages(net(edges, ["c", "aside"]), "c") == ["x", "a", "b", "c"]
    assert leading_to(net(edges, ["c", "aside"]), "c") == {"x", "k", "a", "b", "c"}


def test_two_inputs_have_ways_of_their_own():
    assert passages(net({"a": "x", "b": "ay", "c": "b"}, ["c"], "xy"), "c") == ["b", "c"]


@pytest.mark.parametrize("seed", range(20))
def test_it_is_what_cannot_be_left_out(seed):
    """Held against the definition: without the value no way is left."""
    rng = np.random.default_rng(seed)
    names = "abcdefghij"
    edges = {}
    for i, name in enumerate(names):
        before = [*"x", *names[max(0, i - 3) : i]]
        edges[name] = list(rng.choice(before, min(len(before), int(rng.integers(1, 3))), False))
    graph = net(edges, [names[-1]])
    found = passages(graph, names[-1])
    for value, goal in product(["x", *names], [names[-1]]):
        reached = {"x"} - {value}
        for name, reads in edges.items():
            if name != value and reached & set(reads):
                reached.add(name)
        on_a_way = value in leading_to(graph, goal)
        assert (value in found) == (goal not in reached and on_a_way) or value == goal
