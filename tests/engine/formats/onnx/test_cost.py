"""Reading costs in proportion to the file: twice the nodes, twice the work. Counted in calls of
functions, which no machine slows.
"""

import sys

import numpy as np
import pytest
from onnx import helper

from engine.formats.onnx import from_onnx
from tests.engine.formats.onnx.files import FLOAT, model

make = helper.make_node
X = {"x": [1, 4, 8, 8]}


def pairs(count, first, second):
    """``count`` nodes in a row, of two kinds in turn."""
    nodes = []
    for number in range(count):
        value = f"v{number}" if number else "x"
        nodes.append((second if number % 2 else first)(value, f"v{number + 1}"))
    return nodes


def conv(x, y):
    return make("Conv", [x, "w"], [y])


def relu(x, y):
    return make("Relu", [x], [y])


def shortcut(x, y):
    return make("Add", [x, "x"], [y])


def chain(count):
    return model(pairs(count, conv, relu), inputs=X, outputs=[f"v{count}"], arrays=WEIGHT)


def shortcuts(count):
    return model(pairs(count, relu, shortcut), inputs=X, outputs=[f"v{count}"])


def backwards(count):
    """The same with the last node first in the file."""
    return model(pairs(count, conv, relu)[::-1], inputs=X, outputs=[f"v{count}"], arrays=WEIGHT)


def branches(count):
    """Every node inside an If of its own."""
    nodes = []
    for number in range(count // 2):
        value = f"v{number}" if number else "x"
        then = helper.make_graph(
            [make("Relu", [value], ["r"])],
            "then",
            [],
            [helper.make_tensor_value_info("r", FLOAT, None)],
        )
        nodes.append(make("If", ["c"], [f"v{number + 1}"], then_branch=then, else_branch=then))
    arrays = {"c": np.bool_(True)}
    return model(nodes, inputs=X, outputs=[f"v{count // 2}"], arrays=arrays)


def functions(count):
    """Calls of one function of two nodes."""
    nodes = [
        make("F", [f"v{number}" if number else "x"], [f"v{number + 1}"], domain="mine")
        for number in range(count // 3)
    ]
    made = model(nodes, inputs=X, outputs=[f"v{count // 3}"])
    opsets = [helper.make_opsetid("", 21)]
    body = [relu("a", "h"), make("Neg", ["h"], ["r"])]
    made.functions.append(helper.make_function("mine", "F", ["a"], ["r"], body, opsets))
    made.opset_import.append(helper.make_opsetid("mine", 1))
    return made


def unneeded(count):
    """All nodes but one lead nowhere."""
    nodes = [*pairs(count, conv, relu), relu("x", "y")]
    return model(nodes, inputs=X, arrays=WEIGHT)


WEIGHT = {"w": np.eye(4, dtype=np.float32).reshape(4, 4, 1, 1)}
SHAPES = (chain, shortcuts, backwards, branches, functions, unneeded)


def calls(data):
    """How many calls of Python functions it takes to read a file."""
    count = 0

    def counted(frame, event, arg):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        from_onnx(data)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("build", SHAPES)
def test_twice_the_nodes_take_twice_the_work(build):
    small, large = (build(count).SerializeToString() for count in (240, 480))
    calls(small)  # what is remembered, is by now
    assert calls(large) < 2.1 * calls(small)


def test_nodes_that_lead_nowhere_are_not_counted_and_cost_next_to_nothing():
    count = 20_000
    assert calls(unneeded(count).SerializeToString()) < 60 * count


def test_as_many_nodes_as_are_allowed_take_a_few_hundred_calls_each():
    assert calls(chain(4096).SerializeToString()) < 400 * 4096
