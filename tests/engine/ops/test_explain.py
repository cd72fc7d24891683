"""Explanations: terms add up, stand where they say, and agree with the backward pass."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.ops import MaxPool, Pad
from tests.engine.ops.cases import CASES

# How the terms of an op are joined. Pads answer with a constant outside of the map.
RULES = {
    "conv": {"weighted_sum"},
    "conv_transpose": {"weighted_sum"},
    "dense": {"weighted_sum"},
    "relu": {"function"},
    "leaky_relu": {"function"},
    "sigmoid": {"function"},
    "tanh": {"function"},
    "clip": {"function"},
    "prelu": {"function"},
    "hard_sigmoid": {"function"},
    "hard_swish": {"function"},
    "mish": {"function"},
    "elu": {"function"},
    "gelu": {"function"},
    "erf": {"function"},
    "softplus": {"function"},
    "abs": {"function"},
    "neg": {"function"},
    "exp": {"function"},
    "log": {"function"},
    "sqrt": {"function"},
    "reciprocal": {"function"},
    "softmax": {"softmax"},
    "log_softmax": {"softmax"},
    "max_pool": {"max"},
    "average_pool": {"mean"},
    "global_average_pool": {"mean"},
    "lp_pool": {"norm"},
    "global_max_pool": {"max"},
    "batch_norm": {"scale"},
    "instance_norm": {"scale"},
    "group_norm": {"scale"},
    "layer_norm": {"scale"},
    "lrn": {"scale"},
    "dropout": {"copy"},
    "flatten": {"copy"},
    "reshape": {"copy"},
    "resize": {"copy", "weighted_sum", "constant"},
    "pad": {"copy", "constant"},
    "concat": {"copy"},
    "transpose": {"copy"},
    "slice": {"copy"},
    "gather": {"copy"},
    "expand": {"copy"},
    "depth_to_space": {"copy"},
    "space_to_depth": {"copy"},
    "add": {"sum"},
    "sub": {"sum"},
    "mul": {"product"},
    "div": {"quotient", "function"},
    "pow": {"power", "function"},
    "min": {"min"},
    "max": {"max"},
    "matmul": {"weighted_sum"},
    "reduce_mean": {"mean"},
    "reduce_sum": {"sum"},
    "reduce_max": {"max"},
    "arg_max": {"function"},
    "quantize": {"function"},
    "dequantize": {"function"},
    "floor": {"function"},
    "ceil": {"function"},
    "round": {"function"},
    "trunc": {"function"},
    "sign": {"function"},
    "selu": {"function"},
    "celu": {"function"},
    "softsign": {"function"},
    "thresholded_relu": {"function"},
    "shrink": {"function"},
    "trigonometric": {"function"},
    "mod": {"remainder"},
    "compare": {"comparison"},
    "where": {"copy"},
    "top_k": {"copy", "function"},
    "gather_elements": {"copy"},
    "cum_sum": {"sum", "constant"},
    "reduce_min": {"min"},
    "reduce_prod": {"product"},
    "conv_integer": {"weighted_sum"},
    "matmul_integer": {"weighted_sum"},
    "requantize": {"function"},
    "quantized_add": {"sum"},
    "dynamic_scale": {"sum"},
    "dynamic_zero_point": {"function"},
    "dynamic_quantize": {"function"},
    "constant": {"constant"},
    "identity": {"copy"},
}
# Here a product is value · weight. Softmax and the curved functions join their terms in another
# way.
LINEAR = {"weighted_sum", "max", "min", "mean", "norm", "scale", "copy", "sum", "product"}
# Their one term is the number itself; the gradient also goes through the statistics of all its
# neighbours.
OF_NEIGHBOURS = {"instance_norm", "group_norm", "layer_norm", "lrn"}
PRODUCTS = {"matmul", "matmul_integer"}
PIECEWISE = {"relu", "leaky_relu", "prelu", "clip", "hard_sigmoid", "abs", "neg", "dequantize"}


@st.composite
def moments(draw, cases=CASES):
    """(case, op, inputs, output, one position of the output)."""
    case = draw(st.sampled_from(cases))
    dtype = draw(st.sampled_from(["float32", "float64"]))
    make = draw(st.sampled_from([case.inputs, case.tied_inputs]))
    xs = make(dtype, seed=draw(st.integers(0, 1000)))
    op = case.op(dtype)
    y, _ = op.forward(*xs)
    index = tuple(draw(st.integers(0, size - 1)) for size in y.shape)
    return case, op, xs, y, index


def within(position, shape):
    return all(0 <= i < size for i, size in zip(position, shape, strict=True))


def proof(test):
    fast = settings(max_examples=300, deadline=None, derandomize=True)
    return fast(given(moments())(test))


@proof
def test_the_terms_add_up(moment):
    case, op, xs, y, index = moment
    told = op.explain(xs, y, index)
    tolerance = 1e-5 if y.dtype == np.float32 else 1e-12
    assert told.rule in RULES[case.op_type]
    assert told.result == y[index]
    assert abs(told.bias + told.contributions.sum() - told.result) <= tolerance * (
        1 + np.abs(told.contributions).sum()
    )


@proof
def test_terms_are_parallel_and_in_float64(moment):
    _, op, xs, y, index = moment
    told = op.explain(xs, y, index)
    count = len(told.input_indices)
    assert told.positions.shape == (count, max((x.ndim for x in xs), default=y.ndim))
    assert told.input_indices.dtype.kind == told.positions.dtype.kind == "i"
    for numbers in (told.values, told.weights, told.contributions):
        assert numbers.shape == (count,)
        assert numbers.dtype == np.float64
    assert type(told.result) is type(told.bias) is float
    assert all(type(number) is float for number in told.details.values())


@proof
def test_terms_stand_where_they_say(moment):
    _, op, xs, y, index = moment
    told = op.explain(xs, y, index)
    for source, position, value in zip(
        told.input_indices, told.positions, told.values, strict=True
    ):
        x = xs[source]
        place = tuple(int(i) for i in position[: x.ndim])
        assert (position[x.ndim :] == -1).all()
        assert value == (x[place] if within(place, x.shape) else 0)


@proof
def test_no_place_comes_twice(moment):
    _, op, xs, y, index = moment
    told = op.explain(xs, y, index)
    places = {
        (int(s), *map(int, p)) for s, p in zip(told.input_indices, told.positions, strict=True)
    }
    assert len(places) == len(told.input_indices)


@proof
def test_a_product_is_value_times_weight(moment):
    case, op, xs, y, index = moment
    told = op.explain(xs, y, index)
    assume(told.rule in LINEAR or case.op_type in PIECEWISE)
    tolerance = 1e-5 if y.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(
        told.contributions, told.values * told.weights, rtol=tolerance, atol=tolerance
    )


@proof
def test_the_weights_are_what_the_backward_pass_uses(moment):
    """Where an op multiplies, a term's weight is the result's derivative by the term's value."""
    case, op, xs, y, index = moment
    told = op.explain(xs, y, index)
    assume(told.rule in LINEAR - {"product"} or case.op_type in PIECEWISE)
    assume(case.op_type not in OF_NEIGHBOURS)
    # With two inputs each factor has half of the product, as in "product".
    assume(case.op_type not in PRODUCTS or len(xs) == 1)
    # On the bound either side may be called the derivative.
    assume(case.op_type != "clip" or float(told.values[0]) not in (op.low, op.high))
    _, cache = op.forward(*xs)
    dy = np.zeros_like(y)
    dy[index] = 1
    gradients, _ = op.backward(dy, cache)
    from_terms = [np.zeros(x.shape) for x in xs]
    for source, position, weight in zip(
        told.input_indices, told.positions, told.weights, strict=True
    ):
        place = tuple(int(i) for i in position[: xs[source].ndim])
        if within(place, xs[source].shape):
            from_terms[source][place] += weight
    for ours, theirs in zip(from_terms, gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(moments([case for case in CASES if case.op_type == "softmax"]))
def test_softmax_tells_maximum_and_denominator(moment):
    _, op, xs, y, index = moment
    told = op.explain(xs, y, index)
    assert told.details["maximum"] == told.values.max()
    own = np.flatnonzero(told.contributions)
    assert len(own) == 1
    np.testing.assert_allclose(
        told.weights[own[0]] / told.details["denominator"], y[index], rtol=1e-5
    )


def test_one_cell_wins_a_tie():
    x = np.zeros((1, 1, 3, 3))
    op = MaxPool((3, 3), (1, 1))
    y, _ = op.forward(x)
    told = op.explain((x,), y, (0, 0, 0, 0))
    assert told.weights.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0]


def test_a_padded_pixel_comes_from_nowhere():
    x = np.ones((1, 1, 2, 2))
    op = Pad((1, 0, 0, 0), value=2.5)
    y, _ = op.forward(x)
    told = op.explain((x,), y, (0, 0, 0, 1))
    assert (told.rule, told.bias, len(told.input_indices)) == ("constant", 2.5, 0)


def test_a_window_of_nothing_but_padding_gives_minus_infinity():
    x = np.ones((1, 1, 2, 2))
    op = MaxPool((2, 2), (1, 1), padding=(1, 1, 1, 1), dilation=(3, 3))
    y, _ = op.forward(x)
    assert y.tolist() == [[[[-np.inf]]]]
    told = op.explain((x,), y, (0, 0, 0, 0))
    assert told.bias + told.contributions.sum() == told.result


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_position_of_every_case_adds_up(case):
    op, xs = case.op(), case.inputs()
    y, _ = op.forward(*xs)
    for index in np.ndindex(y.shape):
        told = op.explain(xs, y, index)
        assert abs(told.bias + told.contributions.sum() - y[index]) < 1e-12 * (1 + abs(told.bias))
