"""Every op asks often enough whether to go on: between two checks it touches only so many values,
however large and of whatever shape its input is.
"""

import numpy as np
import pytest

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last
from engine.kernels import col2im, depthwise, im2col, pointwise, winograd
from engine.ops import (
    OPS,
    BatchNorm,
    Constant,
    Conv2d,
    ConvTranspose2d,
    Dense,
    DynamicQuantize,
    Expand,
    GroupNorm,
    InstanceNorm,
    IntegerConv,
    IntegerMatMul,
    LayerNorm,
    MatMul,
)
from engine.ops.data_movement import selection
from engine.ops.normalization import channel_rows
from engine.ops.pooling import pool
from tests.engine.ops.cases import CASES, NAMES
from tests.engine.ops.counted import Counted, counting

PIECE = 1 << 12
PASSES = 32  # over a piece, at most, before it is asked again: GELU has 29
SIZE = 2 * PASSES * PIECE
SHAPES = [
    (1, 16, 128, SIZE // 2048),
    (1, 32, 1, SIZE // 32),
    (1, 32, SIZE // 64, 2),
    (1, SIZE),
    (1, SIZE // 1024, 1024),
    (1, 64, SIZE // 64),
]


def ones(*shape):
    return np.ones(shape, np.float32)


# Ops with parameters that fit one shape alone.
FITTED = [
    (Conv2d(ones(16, 16, 3, 3), ones(16), padding=(1,) * 4), SHAPES[0]),
    (Conv2d(ones(16, 16, 1, 1), ones(16)), SHAPES[0]),
    (Conv2d(ones(16, 1, 3, 3), ones(16), padding=(1,) * 4, groups=16), SHAPES[0]),
    (IntegerConv(300 * ones(16, 16, 3, 3), padding=(1,) * 4), SHAPES[0]),
    (ConvTranspose2d(ones(16, 4, 2, 2), ones(4), stride=(2, 2)), SHAPES[0]),
    (Dense(ones(4, SIZE), ones(4)), SHAPES[3]),
    (MatMul(ones(1024, 512)), SHAPES[4]),
    (IntegerMatMul(300 * ones(1024, 512)), SHAPES[4]),
    (BatchNorm(*ones(4, 16)), SHAPES[0]),
    (GroupNorm(*ones(2, 16), 4), SHAPES[0]),
    (InstanceNorm(*ones(2, 16)), SHAPES[0]),
    (InstanceNorm(*ones(2, 64)), SHAPES[5]),
    (LayerNorm(ones(1024), ones(1024)), SHAPES[4]),
    (LayerNorm(ones(SIZE), ones(SIZE)), SHAPES[3]),
    (LayerNorm(ones(64, SIZE // 64), None, axis=1), SHAPES[5]),
    (Constant(ones(1, 16, 128, 1)), (SIZE // 2048, 1)),
    (Expand((1, 16, 128, SIZE // 2048)), (1, 16, 1, SIZE // 2048)),
]


def fits(op, shapes):
    try:
        return np.prod(op.infer_shape(*shapes)) <= 4 * SIZE
    except ShapeError:
        return False


def asked():
    """The name, the op and the shapes of its inputs: of every case with two of the shapes."""
    for number, case in enumerate(CASES):
        op, inputs = case.op("float32"), len(case.shapes)
        fitting = [shape for shape in SHAPES if inputs and fits(op, (shape,) * inputs)]
        for shape in {fitting[i % len(fitting)] for i in (number, number + 1) if fitting}:
            yield case.name, op, (shape,) * inputs
    for op, shape in FITTED:
        yield op.op_type, op, (shape,)
    yield "dynamic_quantize", DynamicQuantize(), (SHAPES[0], (), ())


ASKED = list(asked())


def test_every_kind_is_asked():
    assert set(OPS) - {op.op_type for _, op, _ in ASKED} == set()


@pytest.mark.parametrize(
    ("op", "shapes"),
    [each[1:] for each in ASKED],
    ids=[f"{name} {shapes[:1]}" for name, _, shapes in ASKED],
)
def test_an_op_asks_often_enough_whether_to_go_on(op, shapes, monkeypatch):
    monkeypatch.setattr(threads, "PIECE", PIECE)
    monkeypatch.setattr(selection, "SORTED_AT_ONCE", PIECE)
    monkeypatch.setattr(pool, "BLOCK", PIECE)
    monkeypatch.setattr(channel_rows, "BLOCK", PIECE)
    for kernel in (depthwise, pointwise):
        monkeypatch.setattr(kernel, "CHUNK_NUMBERS", PIECE)
    for kernel in (col2im, im2col, winograd):
        monkeypatch.setattr(kernel, "CHUNK_BYTES", 4 * PIECE)
    rng = np.random.default_rng(0)
    xs = [channels_last(rng.uniform(0.5, 2, shape).astype(np.float32)) for shape in shapes]
    with counting(monkeypatch) as counter, np.errstate(all="ignore"):
        op.forward(*(x.view(Counted) for x in xs))
    assert counter.most <= PASSES * PIECE, f"{counter.most} values, the last by {counter.where}"


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_an_op_computes_the_same_in_parts(case, monkeypatch):
    """To the last bit, but for sums that are added up part by part."""
    op, xs = case.op("float32"), case.inputs("float32")
    whole, _ = op.forward(*xs)
    monkeypatch.setattr(threads, "PIECE", 16)
    monkeypatch.setattr(selection, "SORTED_AT_ONCE", 4)
    parts, _ = op.forward(*xs)
    if op.family in ("norm", "pool"):
        np.testing.assert_allclose(parts, whole, rtol=1e-4, atol=1e-5)
    else:
        np.testing.assert_array_equal(parts, whole)
