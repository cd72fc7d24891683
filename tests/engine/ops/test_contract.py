"""What all ops promise: dtype, memory order, no side effects, threads, rebuilding from plain
values, and clear refusals.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest

from engine.errors import ShapeError
from engine.execution import threads
from engine.ops import (
    OPS,
    Add,
    ArgMax,
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Constant,
    Conv2d,
    ConvTranspose2d,
    Dense,
    DepthToSpace,
    Dequantize,
    Div,
    Dropout,
    DynamicQuantize,
    Expand,
    Flatten,
    Gather,
    Gelu,
    GlobalAveragePool,
    GlobalMaxPool,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocalResponseNorm,
    LpPool,
    MatMul,
    Max,
    MaxPool,
    Mul,
    Op,
    Pad,
    PRelu,
    Quantize,
    QuantizedAdd,
    ReduceMean,
    ReduceSum,
    Relu,
    Reshape,
    Resize,
    Slice,
    Softmax,
    SpaceToDepth,
    Sub,
    Transpose,
)
from tests.engine.ops.cases import CASES, NAMES

every_case = pytest.mark.parametrize("case", CASES, ids=NAMES)


def laid_out(x):
    """Channels last for maps, contiguous for anything else."""
    return (x.transpose(0, 2, 3, 1) if x.ndim == 4 else x).flags.c_contiguous


def rebuilt(op):
    """The op made again from what a file would hold."""
    attributes = json.loads(json.dumps(op.attributes, allow_nan=False))
    return type(op)(**op.params, **op.buffers, **attributes)


@every_case
def test_dtype_and_memory_order_are_kept(case):
    for dtype, train in product(("float32", "float64"), (False, True)):
        op, xs = case.op(dtype), case.inputs(dtype)
        y, cache = op.forward(*xs, train=train)
        gradients, params = op.backward(np.ones_like(y), cache)
        for array in (y, *gradients):
            assert array.dtype == dtype, f"train={train}"
            assert laid_out(array), f"{dtype}, train={train}"
        assert all(gradient.dtype == dtype for gradient in params.values()), f"train={train}"
        assert {n: g.shape for n, g in params.items()} == {n: p.shape for n, p in op.params.items()}


@every_case
def test_channels_first_memory_is_understood(case):
    """The network keeps maps channels last; a caller of one op alone need not know."""
    xs = case.inputs()
    for train in (False, True):
        results = []
        for given in (xs, tuple(np.ascontiguousarray(x) for x in xs)):
            op = case.op()
            y, cache = op.forward(*given, train=train)
            gradients, params = op.backward(np.ascontiguousarray(y), cache)
            results.append([y, *gradients, *params.values()])
        for ours, theirs in zip(*results, strict=True):
            np.testing.assert_allclose(
                ours, theirs, rtol=1e-12, atol=1e-12, err_msg=f"train={train}"
            )


@every_case
def test_nothing_is_written_to(case):
    """Inputs, gradients and parameters are read-only here: NumPy raises on any attempt."""
    for train in (False, True):
        op, xs = case.op(), case.inputs()
        for array in (*xs, *op.params.values(), *op.buffers.values()):
            array.flags.writeable = False
        y, cache = op.forward(*xs, train=train)
        y.flags.writeable = False
        dy = np.ones_like(y)
        dy.flags.writeable = False
        op.backward(dy, cache)
        op.explain(xs, y, (0,) * y.ndim)


@every_case
def test_threads_share_an_op(case):
    op = case.op("float32")
    given = [case.inputs("float32", seed=seed) for seed in range(8)]

    def run(xs):
        y, cache = op.forward(*xs)
        gradients, params = op.backward(y, cache)
        return [y, *gradients, *params.values()]

    alone = [run(xs) for xs in given]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, given * 4))
    for number, results in enumerate(together):
        expected = alone[number % len(given)]
        assert all((a == b).all() for a, b in zip(results, expected, strict=True))


@every_case
def test_an_op_that_is_shared_out_among_threads_gives_what_one_thread_gives(case, monkeypatch):
    """However small it is: every output is written by one of them, and by no other."""
    op, xs = case.op("float32"), case.inputs("float32")
    monkeypatch.setattr(threads, "MIN_SPLIT_WORK", 0)
    monkeypatch.setattr(threads, "MIN_WAKE_WORK", 0)
    monkeypatch.setattr(threads, "THREADS", 1)
    alone, _ = op.forward(*xs)
    monkeypatch.setattr(threads, "THREADS", 3)
    for _ in range(3):
        shared, _ = op.forward(*xs)
        np.testing.assert_allclose(shared, alone, rtol=1e-5, atol=1e-6)


@every_case
def test_an_op_is_made_again_from_plain_values(case):
    op, xs = case.op(), case.inputs()
    again = rebuilt(op)
    assert again.attributes == op.attributes
    assert (again.forward(*xs)[0] == op.forward(*xs)[0]).all()
    assert OPS[op.op_type] is type(op)


@every_case
def test_infer_shape_tells_what_forward_makes(case):
    op = case.op()
    y, _ = op.forward(*case.inputs())
    shape = op.infer_shape(*case.shapes)
    assert shape == y.shape
    assert all(type(size) is int for size in shape)


def keeps_the_batch(case):
    """Not where the batch axis is folded into another, or where an input has none."""
    ranks = {len(shape) for shape in case.shapes}
    return len(ranks) == 1 and case.op().infer_shape(*case.shapes)[:1] == case.shapes[0][:1]


BATCHES = [case for case in CASES if keeps_the_batch(case)]


def test_few_kinds_have_no_batch_at_all():
    left_out = {case.op_type for case in CASES} - {case.op_type for case in BATCHES}
    assert left_out == {"dynamic_quantize", "dynamic_scale", "dynamic_zero_point"}


@pytest.mark.parametrize("case", BATCHES, ids=lambda case: case.name)
def test_a_picture_does_not_depend_on_those_beside_it(case):
    op, xs = case.op(), case.inputs()
    y, _ = op.forward(*xs)
    last, _ = op.forward(*(x[-1:] for x in xs))
    np.testing.assert_allclose(last[0], y[-1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.op_type != "concat"],  # which takes any number
    ids=lambda case: case.name,
)
def test_too_many_inputs_are_refused(case):
    with pytest.raises(ShapeError, match=r"(one input|two inputs|three inputs), got 4"):
        case.op().infer_shape((2, 3), (2, 3), (2, 3), (2, 3))


def test_multiply_adds():
    """By hand: 8 filters of 3 · 3 · 3 numbers on 6 × 6 outputs; grouped, each filter sees half of
    the maps.
    """
    assert Conv2d(np.zeros((8, 3, 3, 3))).multiply_adds((1, 3, 8, 8)) == 8 * 27 * 36
    assert Conv2d(np.zeros((8, 2, 1, 1)), groups=2).multiply_adds((1, 4, 5, 5)) == 8 * 2 * 25
    assert ConvTranspose2d(np.zeros((4, 3, 2, 2))).multiply_adds((1, 4, 5, 6)) == 4 * 3 * 4 * 30
    assert MatMul(np.zeros((6, 3))).multiply_adds((1, 5, 6)) == 5 * 6 * 3
    assert MatMul().multiply_adds((1, 2, 5, 6), (1, 2, 6, 5)) == 2 * 5 * 6 * 5
    assert Dense(np.zeros((10, 7))).multiply_adds((1, 7)) == 70
    assert LayerNorm(np.ones(8)).multiply_adds((1, 5, 8)) == 40
    assert LocalResponseNorm(5).multiply_adds((1, 6, 2, 2)) == 24 * 6
    assert Resize((2.0, 2.0), mode="linear").multiply_adds((1, 3, 4, 4)) == 3 * 64 * 4
    assert Resize((2.0, 2.0)).multiply_adds((1, 3, 4, 4)) == 0
    ones = np.ones(3)
    assert BatchNorm(ones, ones, ones, ones).multiply_adds((1, 3, 4, 5)) == 60
    assert MaxPool((2, 2), (2, 2)).multiply_adds((1, 3, 8, 8)) == 0


def test_an_op_is_frozen():
    with pytest.raises(AttributeError):
        Softmax().axis = 2


def test_an_op_that_forgets_a_method_cannot_be_made():
    class Half(Op):
        op_type = "half"

    with pytest.raises(TypeError, match="abstract"):
        Half()


REFUSALS = [
    (lambda: Dense(np.zeros((3, 4, 5))), r"weight must be \(K, D\), got shape \(3, 4, 5\)"),
    (lambda: Dense(np.zeros((3, 4)), np.zeros(4)), r"3 outputs need a bias of shape \(3,\)"),
    (lambda: Dense(np.zeros((3, 4))).infer_shape((1, 5)), "4 inputs, got 5"),
    (lambda: Dense(np.zeros((3, 4))).infer_shape((1, 4, 1, 1)), "flatten it first"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3))).infer_shape((1, 2, 8, 8)), "3, H, W"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3))).infer_shape((1, 3, 2, 8)), "does not fit"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3))).infer_shape((1, 3)), "3, H, W"),
    (lambda: Conv2d(np.zeros((4, 3, 3))), r"\(4, 3, 3\)"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3)), groups=3), "multiple of groups"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3)), groups=0), "groups"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3)), np.zeros(3)), "bias"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3)), stride=(0, 1)), "stride"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3)), padding=(0, 0, -1, 0)), "padding"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3)), padding=(1, 1)), "padding"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3)), padding=(0, 0, 0, 257)), "at most 256 cells"),
    (lambda: Conv2d(np.zeros((4, 3, 3, 3)), stride=(1, 65_537)), "stride is at most 65,536"),
    (lambda: MaxPool((2, 2), (2, 2), dilation=(2**40, 1)), "dilation is at most 65,536"),
    (lambda: ConvTranspose2d(np.zeros((4, 3, 3))), r"\(4, 3, 3\)"),
    (lambda: ConvTranspose2d(np.zeros((4, 3, 3, 3)), groups=3), "multiple of groups"),
    (lambda: ConvTranspose2d(np.zeros((4, 3, 3, 3)), np.zeros(4)), r"bias \(3,\)"),
    (lambda: ConvTranspose2d(np.zeros((4, 3, 3, 3)), output_padding=(0, -1)), "output_padding"),
    (lambda: ConvTranspose2d(np.zeros((4, 3, 2, 2))).infer_shape((1, 3, 8, 8)), "4, H, W"),
    (
        lambda: ConvTranspose2d(np.zeros((4, 3, 2, 2)), padding=(1,) * 4).infer_shape((1, 4, 1, 1)),
        "leaves nothing",
    ),
    (lambda: LpPool((2, 2), (2, 2), p=0), "p must be a whole number from 1"),
    (lambda: GlobalMaxPool().infer_shape((1, 40)), "takes maps"),
    (lambda: GroupNorm(np.ones(4), np.ones(3), 1), r"\(C,\) each"),
    (lambda: GroupNorm(np.ones(4), np.ones(4), 3), "do not make 3 groups"),
    (lambda: InstanceNorm(np.ones(4), np.ones(4)).infer_shape((1, 3, 2, 2)), "has 4 channels"),
    (lambda: InstanceNorm(np.ones(4), np.ones(4)).infer_shape((1, 4)), "has 4 channels"),
    (lambda: LayerNorm(np.ones(4), np.ones(3)), "one shape"),
    (lambda: LayerNorm(np.ones(4)).infer_shape((1, 5)), "does not fit"),
    (lambda: LayerNorm(np.ones((2, 4)), axis=0).infer_shape((2, 4)), "does not fit"),
    (lambda: LocalResponseNorm(0), "size must be"),
    (lambda: LocalResponseNorm(3, k=0.0), "k must be above 0"),
    (lambda: LocalResponseNorm(3).infer_shape((2, 3)), "takes maps"),
    (lambda: Resize((2.0, 2.0), mode="area"), "must be one of nearest, linear, cubic; got 'area'"),
    (lambda: Resize((2.0, 2.0), antialias=True), "need a mixture of cells"),
    (lambda: Resize((2.0, 2.0), nearest_mode="simple"), "nearest_mode must be one of"),
    (lambda: Resize((2.0,)), "2 axes take as many"),
    (lambda: Resize((2.0, 0.0)), "scales above 0"),
    (lambda: Resize((2.0, float("inf"))), "scales above 0"),
    (lambda: Resize((float("nan"), 2.0)), "scales above 0"),
    (lambda: Resize((2.0, 2.0), (4, 4)), "not both"),
    (lambda: Resize(sizes=(4, 0)), "sizes must be 2 whole numbers from 1"),
    (lambda: Resize((2.0, 2.0), roi=(0, 0, 1, 1)), "for a crop alone"),
    (lambda: Resize((0.1, 1.0)).infer_shape((1, 2, 3, 4)), "nothing is left of axis 2"),
    (lambda: MaxPool((2, 2, 2), (2, 2)), "kernel must be 2 whole numbers from 1"),
    (lambda: MaxPool((2, 1.5), (2, 2)), "kernel must be 2 whole numbers from 1"),
    (lambda: MaxPool((2, 2), 2), "stride must be 2 whole numbers from 1, got 2"),
    (lambda: MaxPool((2, 2), (0, 2)), "stride must be 2 whole numbers from 1"),
    (lambda: MaxPool((2, 2), (2, 2), padding=(0, 2, 0, 0)), "nothing but padding"),
    (lambda: AveragePool((2, 3), (2, 2), padding=(0, 0, 2, 0)), "nothing but padding"),
    (lambda: AveragePool((2, 2), (2, 2), padding=(-1, 0, 0, 0)), "padding must be 4"),
    (lambda: MaxPool((3, 3), (1, 1)).infer_shape((1, 4, 2, 8)), "does not fit on maps of 2 × 8"),
    (lambda: MaxPool((3, 3), (1, 1)).infer_shape((1, 40)), "takes maps"),
    (lambda: GlobalAveragePool().infer_shape((1, 40)), "takes maps"),
    (lambda: BatchNorm(*(np.ones(n) for n in (3, 3, 3, 2))), r"\(C,\) each"),
    (lambda: BatchNorm(*(np.ones(3),) * 4).infer_shape((1, 4, 2, 2)), "has 3 channels"),
    (lambda: BatchNorm(*(np.ones(3),) * 4).infer_shape((1, 3, 2)), "has 3 channels"),
    (lambda: Dropout(1.0), "rate must be from 0 to below 1, got 1"),
    (lambda: Dropout(-0.1), "rate"),
    (lambda: Clip(1.0, 0.0), "low must not be above high"),
    (lambda: Softmax(4).infer_shape((1, 2, 3, 4)), "no axis 4"),
    (lambda: Flatten(-3).infer_shape((1, 2)), "no axis -3"),
    (lambda: Reshape((-1, -1)), "at most one"),
    (lambda: Reshape((0, 5)).infer_shape((2, 6)), r"12 numbers of shape \(2, 6\) do not make"),
    (lambda: Reshape((-1, 5)).infer_shape((2, 6)), "do not make"),
    (lambda: Reshape((0, 6, 0)).infer_shape((2, 6)), "does not have"),
    (lambda: Pad((1, 1, 1)), "pads must be 4 whole numbers from 0"),
    (lambda: Pad((1, 1, 1, -1)), "pads must be 4 whole numbers from 0"),
    (lambda: Pad((1, 1, 1, 1)).infer_shape((2, 3)), "no axis 2"),
    (lambda: Pad((1, 1, 1, 1), axes=(1, -1)).infer_shape((2, 3)), "one comes twice"),
    (lambda: Pad((1, 1), mode="mirror", axes=(1,)), "mode must be one of"),
    (lambda: Pad((0, 3), mode="reflect", axes=(1,)).infer_shape((2, 3)), "in the mirror"),
    (lambda: Transpose((0, 2, 2)), "every axis once"),
    (lambda: Transpose((0, 2, 1)).infer_shape((1, 2, 3, 4)), "of 3 axes"),
    (lambda: Slice((0, 1), (2,)), "equally many"),
    (lambda: Slice((0,), (2,), (0,)), "leads nowhere"),
    (lambda: Slice((3,), (9,), axes=(1,)).infer_shape((2, 3)), "nothing is left of axis 1"),
    (lambda: Gather((0, 3), 1).infer_shape((2, 3)), "beyond axis 1"),
    (lambda: Gather((-4,), 1).infer_shape((2, 3)), "beyond axis 1"),
    (lambda: Gather((0.5,)), "whole numbers"),
    (lambda: Gather(((1, 2), (3,))), "whole numbers"),
    (lambda: Expand((2, 3)), "begin with 1"),
    (lambda: Expand((1, 3)).infer_shape((2, 2)), "cannot be repeated"),
    (lambda: Expand((1, 1, 3)).infer_shape((2, 3)), "cannot be repeated"),
    (lambda: DepthToSpace(0), "block must be"),
    (lambda: DepthToSpace(2, "RCD"), "mode must be one of"),
    (lambda: DepthToSpace(2).infer_shape((1, 6, 2, 2)), "multiple of 4"),
    (lambda: SpaceToDepth(2).infer_shape((1, 6, 2, 3)), "multiples of 2"),
    (lambda: Concat().infer_shape((1, 2, 3, 3), (1, 2, 4, 3)), "along axis 1 only"),
    (lambda: Concat().infer_shape((1, 2, 3, 3), (1, 2)), "along axis 1 only"),
    (lambda: Concat().infer_shape(), "at least one"),
    (lambda: Concat(axis=2).infer_shape((1, 2)), "no axis 2"),
    (lambda: Add().infer_shape((1, 3, 4, 4), (1, 2, 4, 4)), "do not fit each other"),
    (lambda: Mul().infer_shape((1, 3)), "two inputs, got 1"),
    (lambda: Sub(np.ones(3)).infer_shape((1, 2)), "do not fit each other"),
    (lambda: Max(np.ones((5, 3))).infer_shape((1, 3)), "does not fit the pictures"),
    (lambda: Div(np.ones((1, 2, 3))).infer_shape((1, 3)), "does not fit the pictures"),
    (lambda: PRelu(np.ones(4)).infer_shape((1, 3)), "slopes of shape"),
    (lambda: PRelu(np.ones((1, 1, 3))).infer_shape((1, 3)), "slopes of shape"),
    (lambda: Gelu("sigmoid"), "approximate must be one of none, tanh"),
    (lambda: MatMul().infer_shape((1, 3, 4), (1, 3, 4)), "do not fit each other"),
    (lambda: MatMul().infer_shape((2, 3, 4), (3, 4, 5)), "do not fit each other"),
    (lambda: MatMul(np.ones((2, 4, 5))).infer_shape((1, 3, 4)), "does not fit a batch"),
    (lambda: MatMul(np.ones(4)), "must be a matrix"),
    (lambda: ReduceMean(()), "at least one axis"),
    (lambda: ReduceSum((1, -1)).infer_shape((1, 2)), "one comes twice"),
    (lambda: ArgMax(2).infer_shape((1, 2)), "no axis 2"),
    (lambda: Quantize(np.ones(2), np.ones(3)), "of one shape"),
    (lambda: Quantize(np.ones(()), np.ones(()), type="int4"), "type must be one of"),
    (lambda: Dequantize(np.ones(2), np.ones(2), axis=1), "counted from the back"),
    (lambda: Dequantize(np.ones(2), np.ones(2)).infer_shape((1, 3)), "do not fit axis -1"),
    (lambda: QuantizedAdd(1.0, 1.0, type="int32"), "type must be one of"),
    (lambda: QuantizedAdd(1.0, 1.0).infer_shape((1, 2), (1, 3)), "do not fit each other"),
    (lambda: DynamicQuantize().infer_shape((1, 2), (2,), ()), "one number each"),
    (lambda: Constant(np.ones((2, 3))).infer_shape((4, 3)), "no single picture"),
    (lambda: Relu().infer_shape(), "one input, got 0"),
]


@pytest.mark.parametrize(("make", "text"), REFUSALS, ids=[text for _, text in REFUSALS])
def test_what_does_not_fit_is_refused_by_name(make, text):
    with pytest.raises(ShapeError, match=text):
        make()
