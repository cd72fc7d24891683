"""What an op's class says of itself, held against what the op does."""

from typing import get_args

import numpy as np
import pytest

from engine.ops import FUNCTIONS, OPS
from engine.ops.base import Family
from tests.engine.ops.cases import CASES

KINDS = pytest.mark.parametrize("op", OPS.values(), ids=OPS)
MAPS = 4  # axes

APART = [
    case
    for case in CASES
    if case.op().keeps_channels and all(len(shape) == MAPS for shape in case.shapes)
]


def those(trait):
    chosen = [case for case in CASES if trait(case.op())]
    assert chosen
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case.name)


@KINDS
def test_every_op_has_a_name_and_a_family(op):
    assert op.display_name.strip() == op.display_name != ""
    assert op.display_name[0].isupper()
    assert op.family in get_args(Family)


def test_names_are_told_apart():
    assert len({op.display_name for op in OPS.values()}) == len(OPS)


def test_formulas_are_those_of_functions():
    assert all(op.formula for op in FUNCTIONS.values() if op.family == "activation")
    assert all(set("xˣ") & set(op.formula) for op in OPS.values() if op.formula)


@pytest.mark.parametrize("case", APART, ids=[case.name for case in APART])
def test_a_channel_depends_on_the_same_channel_alone(case):
    op, xs = case.op(), case.inputs()
    y, _ = op.forward(*xs)
    for place, x in enumerate(xs):
        if x.shape[1] == y.shape[1]:  # or else the one channel is there for all
            moved = x.copy(order="K")
            moved[:, -1] = -moved[:, -1] + 0.3
            again, _ = op.forward(*xs[:place], moved, *xs[place + 1 :])
            np.testing.assert_array_equal(again[:, :-1], y[:, :-1])


def test_nearly_all_that_keep_channels_apart_are_tried_on_maps():
    said = {kind for kind, op in OPS.items() if op.per_channel}
    assert said - {case.op_type for case in APART} <= {"ceil", "max", "trigonometric", "trunc"}
    assert "conv" in {case.op_type for case in APART}  # depthwise


@those(lambda op: op.preserves_order)
def test_the_order_is_preserved_where_it_is_said(case):
    op, xs = case.op(), case.inputs()
    y, _ = op.forward(*xs)
    np.testing.assert_array_equal(y.ravel(), xs[0].ravel())


@those(lambda op: op.weighted)
def test_a_weight_has_a_kernel_for_each_channel_or_unit(case):
    op = case.op()
    assert len(op.params["weight"]) == op.infer_shape(*case.shapes)[1]


def test_what_ops_keep_is_said_by_every_op():
    kept_nothing = {"identity", "transpose", "depth_to_space", "space_to_depth"}
    kept_nothing |= {"dequantize", "constant", "cum_sum"}
    assert {kind for kind, op in OPS.items() if not op.cached} == kept_nothing
