"""Gradients against numerical ones in float64, over all cases, in training and at inference."""

from dataclasses import replace

import numpy as np
import pytest

from engine.execution.executor import shapes_alone
from engine.ops import (
    BatchNorm,
    Dequantize,
    Dropout,
    DynamicQuantize,
    MaxPool,
    Quantize,
    QuantizedAdd,
    Relu,
    Requantize,
)
from tests.engine.gradcheck import check_gradients
from tests.engine.ops.cases import CASES, NAMES

# What they pass on is no gradient: test_quantising_passes_on_what_it_rounds and those after it.
STRAIGHT_THROUGH = {"quantize", "requantize", "quantized_add", "dynamic_quantize"}


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.op_type not in STRAIGHT_THROUGH],
    ids=lambda case: case.name,
)
def test_gradients(case):
    for train in (False, True):
        op = case.op()
        check_gradients(forward_of(op, train), op.backward, case.inputs(), op.params)


def forward_of(op, train):
    def forward(*xs):
        # The same draws every time: a mask that changed between two steps would be no function to
        # take a gradient of.
        fixed = replace(op, rng=np.random.default_rng(4)) if isinstance(op, Dropout) else op
        return fixed.forward(*xs, train=train)

    return forward


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_gradients_of_inputs_alone_and_of_parameters_alone_are_the_same(case):
    for train in (False, True):
        op = case.op()
        y, cache = op.forward(*case.inputs(), train=train)
        dy = np.random.default_rng(5).standard_normal(y.shape)
        inputs, params = op.backward(dy, cache)
        for one, alone in zip(inputs, op.input_grads(dy, cache), strict=True):
            assert (one == alone).all(), train
        alone = op.param_grads(dy, cache)
        assert params.keys() == alone.keys()
        assert all((params[name] == alone[name]).all() for name in params), train


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_frozen_op_has_the_same_gradients_each_time(case):
    op, frozen = case.op(), case.op()
    for array in (*frozen.params.values(), *frozen.buffers.values()):
        array.flags.writeable = False
    y, cache = op.forward(*case.inputs())
    for seed in (5, 6):  # what the first pass prepared serves the second
        dy = np.random.default_rng(seed).standard_normal(y.shape)
        kept = dy.copy()
        for one, again in zip(
            op.input_grads(dy, cache), frozen.input_grads(dy, cache), strict=True
        ):
            assert (one == again).all()
        assert (dy == kept).all()


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.op().gradient_by_shape], ids=lambda case: case.name
)
def test_an_op_that_says_so_reads_the_shapes_alone(case):
    """Of what it saved: numbers that are not read are not kept for it."""
    op = case.op()
    y, cache = op.forward(*case.inputs())
    dy = np.random.default_rng(5).standard_normal(y.shape)
    nothing = shapes_alone(cache)
    for one, other in zip(op.input_grads(dy, cache), op.input_grads(dy, nothing), strict=True):
        assert (one == other).all()


def test_dropout_draws_and_scales():
    op = Dropout(rate=0.25, rng=np.random.default_rng(8))
    x = np.ones((100, 200))
    y, mask = op.forward(x, train=True)
    assert set(np.unique(y)) == {0.0, 1 / 0.75}
    assert abs((y == 0).mean() - 0.25) < 0.01
    assert (op.backward(x, mask)[0][0] == y).all()
    assert (op.forward(x, train=True)[0] != y).any()
    assert (op.forward(x)[0] == x).all()


def test_of_equal_numbers_the_first_wins():
    x = np.zeros((1, 1, 4, 4))
    op = MaxPool((3, 3), (1, 1))
    y, cache = op.forward(x)
    dy = np.array([1.0, 2.0, 4.0, 8.0]).reshape(y.shape)
    (dx,), _ = op.backward(dy, cache)
    assert dx[0, 0, :2, :2].ravel().tolist() == [1, 2, 4, 8]
    assert dx.sum() == 15


def test_relu_passes_nothing_at_zero():
    op = Relu()
    _, cache = op.forward(np.array([[-1.0, 0.0, 1.0]]))
    (dx,), _ = op.backward(np.full((1, 3), 5.0), cache)
    assert dx.tolist() == [[0, 0, 5]]


@pytest.mark.parametrize("offset", [0, 1e3])
def test_batch_norm_is_sound_far_from_zero(offset):
    """A one-pass variance (E[x²] - E[x]²) fails here: x² is a million times the variance."""
    rng = np.random.default_rng(2)
    exact = rng.standard_normal((16, 3, 8, 8)) + offset
    ones, zeros = np.ones(3, np.float32), np.zeros(3, np.float32)
    x = exact.astype(np.float32)
    y, cache = BatchNorm(ones, zeros, zeros, ones).forward(x, train=True)
    x64 = x.astype(np.float64)
    np.testing.assert_allclose(cache.batch_mean, x64.mean((0, 2, 3)), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(cache.batch_var, x64.var((0, 2, 3)), rtol=1e-4)
    assert cache.count == 16 * 8 * 8
    assert np.abs(y.mean((0, 2, 3))).max() < 1e-3
    assert np.abs(y.std((0, 2, 3)) - 1).max() < 1e-3


def test_quantising_passes_on_what_it_rounds():
    """As if nothing were rounded, but nothing beyond the ends of the range."""
    scale, zero_point = np.array(0.5), np.array(3.0)
    op, back = Quantize(scale, zero_point), Dequantize(scale, zero_point)
    x = np.array([[-2.0, -1.5, 0.1, 60.0, 126.0, 127.0]])
    q, kept = op.forward(x)
    assert q.tolist() == [[0, 0, 3, 123, 255, 255]]
    y, others = back.forward(q)
    assert y.tolist() == [[-1.5, -1.5, 0, 60, 126, 126]]
    ((gradient,), _) = back.backward(np.ones_like(y), others)
    assert op.backward(gradient, kept)[0][0].tolist() == [[0, 1, 1, 1, 1, 0]]


def test_requantising_passes_on_what_it_rounds():
    op = Requantize(np.array(0.5), np.array(3.0))
    q, kept = op.forward(np.array([[-20.0, -7.0, 0.2, 10.0, 600.0]]))
    assert q.tolist() == [[0, 0, 3, 8, 255]]
    assert op.backward(np.ones_like(q), kept)[0][0].tolist() == [[0, 0, 0.5, 0.5, 0]]


def test_a_sum_in_bytes_passes_on_what_it_rounds():
    op = QuantizedAdd(0.5, 2.0, 1.0)
    y, kept = op.forward(np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 200.0, -4.0]]))
    assert y.tolist() == [[4, 255, 0]]  # 3.5 to the even neighbour, and both ends of the range
    (da, db), _ = op.backward(np.ones_like(y), kept)
    assert (da.tolist(), db.tolist()) == ([[0.5, 0, 0]], [[2, 0, 0]])


def test_quantising_by_a_computed_scale_passes_on_what_it_rounds():
    op = DynamicQuantize()
    x, scale, zero_point = np.array([[-3.0, 0.3, 1.0, 200.0]]), np.array(0.5), np.array(2.0)
    y, kept = op.forward(x, scale, zero_point)
    assert y.tolist() == [[0, 3, 4, 255]]
    (dx, *others), _ = op.backward(np.ones_like(y), kept)
    assert dx.tolist() == [[0, 2, 2, 0]]
    assert [float(other) for other in others] == [0, 0]
