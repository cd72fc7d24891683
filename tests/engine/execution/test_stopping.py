"""Work is stopped in the middle of an op, in every thread that has a part in it; and an op that is
cut into parts for it computes the same.
"""

import numpy as np
import pytest

from engine.execution import threads
from engine.execution.memory_format import channels_last
from engine.kernels import im2col
from engine.network import Network, Node
from engine.ops import (
    ArgMax,
    Conv2d,
    CumSum,
    InstanceNorm,
    LeakyRelu,
    LocalResponseNorm,
    LpPool,
    MatMul,
    Pow,
    Resize,
    Sigmoid,
    Softmax,
    Tanh,
    TopK,
    Transpose,
)
from engine.ops.linear import matmul


class Stopped(Exception):
    pass


def after(count):
    """A check that lets work go on so many times."""
    left = [count]

    def check():
        left[0] -= 1
        if left[0] < 0:
            raise Stopped

    return check


@pytest.mark.parametrize(
    ("op", "shape"),
    [
        (Conv2d(np.ones((2, 3, 31, 31), np.float32), None, padding=(15,) * 4), (1, 3, 96, 96)),
        (Conv2d(np.ones((1, 256, 63, 63), np.float32), None, padding=(31,) * 4), (1, 256, 1, 128)),
        (MatMul(np.ones((2048, 1024), np.float32)), (1, 1024, 2048)),
        (LocalResponseNorm(33), (1, 64, 8, 8)),
        (CumSum(axis=3), (1, 8, 512, 512)),
        (TopK(2), (1, 512, 4096)),
        (ArgMax(axis=2), (1, 8, 512, 512)),
        (LpPool((2, 2), (2, 2), 3), (1, 8, 512, 512)),
        (InstanceNorm(np.ones(8, np.float32), np.ones(8, np.float32)), (1, 8, 128, 128)),
        (Resize(mode="cubic", scales=(2.0, 2.0)), (1, 2, 8, 8)),
        (Transpose((0, 3, 1, 2)), (1, 256, 256, 64)),
        (Softmax(), (1, 8)),
    ],
    ids=lambda value: value.op_type if hasattr(value, "op_type") else "",
)
def test_an_op_is_stopped_in_its_middle(op, shape):
    x = channels_last(np.ones(shape, np.float32))
    with pytest.raises(Stopped), threads.stopped_by(after(1)):
        op.forward(x)


@pytest.mark.parametrize("op", [Sigmoid(), Tanh(), LeakyRelu(0.3)], ids=lambda op: op.op_type)
def test_a_function_of_one_element_is_stopped_between_blocks_and_computes_the_same(op):
    network = Network([Node("y", op, ("x",))], inputs={"x": (8, 256, 256)}, outputs=("y",))
    x = channels_last(np.random.default_rng(6).normal(0, 3, (1, 8, 256, 256)).astype(np.float32))
    with pytest.raises(Stopped), threads.stopped_by(after(1)):
        network.forward(x)
    np.testing.assert_array_equal(network.forward(x)["y"], op.forward(x)[0])


@pytest.mark.parametrize("shape", [(1, 64, 1, 1), (1, 1, 1, 128), (128,), (1, 1, 96, 1)])
def test_two_operands_are_joined_in_parts(monkeypatch, shape):
    rng = np.random.default_rng(7)
    x = channels_last(rng.uniform(0.1, 3, (1, 64, 96, 128)).astype(np.float32))
    op = Pow(rng.uniform(0.5, 3, shape).astype(np.float32))
    whole, _ = op.forward(x)
    monkeypatch.setattr(threads, "PIECE", 1 << 14)
    with pytest.raises(Stopped), threads.stopped_by(after(1)):
        op.forward(x)
    np.testing.assert_array_equal(op.forward(x)[0], whole)


def test_helpers_are_stopped_too_and_what_follows_is_not():
    done = []
    with pytest.raises(Stopped), threads.stopped_by(after(3)):
        threads.run([lambda: done.append(0)] * 100)
    assert len(done) < 10
    threads.run([lambda: done.append(1)] * 100)
    assert done.count(1) == 100


def test_pieces_make_up_the_whole():
    x = np.zeros((3, 5, 4096, 100), np.int8)
    for part in threads.pieces(x.shape, whole=(2,)):
        x[part] += 1
    assert (x == 1).all()
    parts = list(threads.pieces(x.shape))
    assert len(parts) > 4
    for part in parts:
        x[part] += 1
    assert (x == 2).all()


def test_a_row_that_is_too_wide_is_convolved_in_parts(monkeypatch):
    rng = np.random.default_rng(3)
    x = channels_last(rng.normal(size=(2, 6, 5, 37)))
    op = Conv2d(rng.normal(size=(4, 3, 5, 5)), rng.normal(size=4), padding=(2,) * 4, groups=2)
    whole, _ = op.forward(x)
    monkeypatch.setattr(im2col, "MOST_BYTES", 0)
    monkeypatch.setattr(im2col, "CHUNK_BYTES", 6 * 25 * 8 * 3)  # three columns
    parts, _ = op.forward(x)
    np.testing.assert_allclose(parts, whole, rtol=1e-12)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((7, 9), (9, 4)),
        ((1, 3, 7, 9), (9, 4)),
        ((1, 3, 7, 9), (1, 3, 9, 4)),
        ((1, 3, 7, 9), (1, 1, 9, 4)),
        ((1, 1, 1, 9), (1, 1, 9, 4)),
    ],
)
def test_a_large_product_is_computed_in_halves(monkeypatch, a, b):
    rng = np.random.default_rng(4)
    left, right = rng.normal(size=a), rng.normal(size=b)
    monkeypatch.setattr(matmul, "MOST_AT_ONCE", 40)
    np.testing.assert_allclose(matmul.product(left, right), left @ right, rtol=1e-12)


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_sums_and_orders_along_an_axis_are_those_of_the_whole(monkeypatch, axis):
    monkeypatch.setattr(threads, "PIECE", 16)
    x = channels_last(np.random.default_rng(5).normal(size=(2, 5, 4, 6)))
    np.testing.assert_array_equal(CumSum(axis=axis).forward(x)[0], np.cumsum(x, axis))
    np.testing.assert_array_equal(
        TopK(2, axis=axis).forward(x)[0],
        np.take(-np.sort(-x, axis=axis), np.arange(2), axis=axis),
    )
    np.testing.assert_array_equal(ArgMax(axis, False).forward(x)[0], np.argmax(x, axis))
