"""Converters of what computes with 8-bit whole numbers: QLinear…, …Integer, and quantisation by
what a run finds.

The arithmetic is onnxruntime's: zero points are taken off, sums are exact, one float32 scale for
all of them (or one a channel) leads back to 8 bits, halves are rounded to the even neighbour, and
what is beyond the range is set to its end. What onnxruntime does by a table of 256 fractions
(sigmoid, softmax, means) goes over those fractions here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.formats.onnx.converters.elementwise import joined
from engine.formats.onnx.converters.windows import averaging, sliding
from engine.formats.onnx.importing.builder import Operand, as_parameter
from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import (
    Add,
    Concat,
    Dequantize,
    DynamicQuantize,
    DynamicScale,
    DynamicZeroPoint,
    IntegerConv,
    IntegerMatMul,
    LeakyRelu,
    Mul,
    Op,
    Quantize,
    QuantizedAdd,
    ReduceSum,
    Requantize,
    Sigmoid,
    Softmax,
    Sub,
    Transpose,
)
from engine.types import Array

FOREIGN = "com.microsoft"


def qlinear_conv(step: NodeContext) -> None:
    """QLinearConv: exact sums, then one scale a filter."""
    weight = _weight(step, 3, 5)
    bias = step.parameter(8, "its bias") if step.has(8) else None
    op = IntegerConv(weight, bias, **sliding(step, weight))
    sums = step.make(op, _shifted(step, 0, 2), part="sums")
    scale = _scale(step, 1) * _scale(step, 4, one=False)
    _requantized(step, sums, scale, 6, axis=-3)


def conv_integer(step: NodeContext) -> None:
    """ConvInteger: the exact sums alone."""
    weight = _weight(step, 1, 3)
    op = IntegerConv(weight, None, **sliding(step, weight))
    step.make(op, _shifted(step, 0, 2))


def qlinear_matmul(step: NodeContext) -> None:
    """QLinearMatMul: exact sums, then one scale, or one a column of a constant matrix."""
    sums = _product(step, _shifted(step, 0, 2), 3, 5, part="sums")
    scale = _scale(step, 1) * _scale(step, 4, one=False)
    _requantized(step, sums, scale, 6, axis=-1)


def matmul_integer(step: NodeContext) -> None:
    """MatMulInteger: the exact sums alone."""
    _product(step, _shifted(step, 0, 2), 1, 3)


def qgemm(step: NodeContext) -> None:
    """QGemm (com.microsoft): a dense layer in whole numbers; without a scale of its result it makes
    fractions.
    """
    x = _shifted(step, 0, 2)
    if step.integer("transA", 0):
        x = step.make(Transpose((1, 0)), x, part="transposed")
    scale = _scale(step, 1) * _scale(step, 4, one=False) * np.float32(step.real("alpha", 1.0))
    sums = step.make(IntegerMatMul(_gemm_weight(step)), x, part="sums")
    if step.has(6):
        sums = step.make(Add(step.parameter(6, "its bias")), sums, part="offset")
    if step.has(7):
        _requantized(step, sums, scale, 7, axis=-1)
    else:
        step.make(Mul(as_parameter(scale)), sums)


def _gemm_weight(step: NodeContext) -> Array:
    matrix, zero_point = step.parameter(3, "its matrix"), step.parameter(5, "its zero point")
    if matrix.ndim != 2:
        raise step.refused(f"its matrix has shape {list(matrix.shape)}")
    return np.subtract(matrix.T if step.integer("transB", 0) else matrix, zero_point, order="C")


def qlinear_add(step: NodeContext) -> None:
    """QLinearAdd (com.microsoft): both in the scale of the result, added and rounded once."""
    result, zero_point, kind = _result(step, 6)
    a, b = _scale(step, 1) / result, _scale(step, 4) / result
    offset = zero_point - (a * _zero_point(step, 2) + b * _zero_point(step, 5))
    op = QuantizedAdd(float(a), float(b), float(offset), kind)
    step.make(op, step.value(0), step.value(3))


def qlinear_mul(step: NodeContext) -> None:
    """QLinearMul (com.microsoft): zero points off, an exact product, one scale."""
    product = joined(step, Mul, _shifted(step, 0, 2), _shifted(step, 3, 5), part="products")
    result, zero_point, kind = _result(step, 6)
    scale = _scale(step, 1) * _scale(step, 4) / result
    step.make(
        Requantize(as_parameter(scale), zero_point, type=kind, zero_point_first=True), product
    )


def qlinear_global_average_pool(step: NodeContext) -> None:
    """QLinearGlobalAveragePool (com.microsoft): an exact sum of each map, one scale."""
    _channels_first(step)
    shape = step.shape()
    axes = tuple(range(2, len(shape)))
    total = step.make(ReduceSum(axes), _shifted(step, 0, 2), part="sums")
    result, zero_point, kind = _result(step, 3)
    scale = _scale(step, 1) / (result * np.float32(np.prod(shape[2:])))
    step.make(Requantize(as_parameter(scale), zero_point, type=kind), total)


def qlinear_average_pool(step: NodeContext) -> None:
    """QLinearAveragePool (com.microsoft)."""
    _channels_first(step)
    _through_fractions(step, averaging(step))


def qlinear_softmax(step: NodeContext) -> None:
    """QLinearSoftmax (com.microsoft) along one axis."""
    axis = step.axis(step.integer("axis", -1), len(step.shape()))
    if step.integer("opset") < 13 and any(size > 1 for size in step.shape()[axis + 1 :]):
        raise step.refused("it runs over one axis here")
    _through_fractions(step, Softmax(axis))


def qlinear(op: Callable[[NodeContext], Op]) -> Callable[[NodeContext], None]:
    """A function of one number, by way of the fractions that the whole numbers stand for."""
    return lambda step: _through_fractions(step, op(step))


def leaky(step: NodeContext) -> Op:
    """The function of QLinearLeakyRelu."""
    return LeakyRelu(step.real("alpha", 0.01))


def sigmoid(step: NodeContext) -> Op:
    """The function of QLinearSigmoid."""
    return Sigmoid()


def qlinear_concat(step: NodeContext) -> None:
    """QLinearConcat (com.microsoft): each value in the scale of the result, then one behind the
    other.
    """
    result, zero_point, kind = _result(step, 0)
    parts: list[Operand] = []
    for place in range(2, len(step.inputs), 3):
        if (len(step.inputs) - 2) % 3:
            raise step.refused("a value, a scale and a zero point belong together")
        number = len(parts) + 1
        scale, zero = _scale(step, place + 1), _zero_point(step, place + 2)
        x = step.value(place)
        if (scale, zero) != (result, zero_point):
            x = step.make(Dequantize(scale, zero), x, part=f"fractions{number}")
            x = step.make(Quantize(result, zero_point, type=kind), x, part=f"steps{number}")
        parts.append(x)
    step.make(Concat(step.integer("axis")), *parts)


def dynamic_quantize_linear(step: NodeContext) -> None:
    """DynamicQuantizeLinear: scale, zero point and whole numbers."""
    _quantized_by_itself(step, step.operand(0), outputs=True)


def dynamic_quantize_matmul(step: NodeContext) -> None:
    """DynamicQuantizeMatMul (com.microsoft): A float, B, scale of B, zero point of B, bias."""
    x, scale, zero_point = _quantized_by_itself(step, step.operand(0))
    x = step.make(Sub(), x, zero_point, part="shifted")
    sums = _product(step, x, 1, 3, part="sums")
    scales = step.make(Mul(step.parameter(2, "its scale")), scale, part="scales")
    _scaled(step, sums, scales, bias=4)


def matmul_integer_to_float(step: NodeContext) -> None:
    """MatMulIntegerToFloat (com.microsoft): A, B, their scales, their zero points, bias."""
    sums = _product(step, _shifted(step, 0, 4), 1, 5, part="sums")
    a, b = step.operand(2), step.operand(3)
    scales = joined(step, Mul, a, b, part="scales") if a.array is None or b.array is None else None
    if scales is None:
        known = step.parameter(2, "its scale") * step.parameter(3, "its scale")
        scales = Operand.known("", known)
    _scaled(step, sums, scales, bias=6)


def _scaled(step: NodeContext, sums: Operand, scales: Operand, bias: int) -> None:
    """The fractions that exact sums stand for, with a bias where the node has one."""
    added = step.has(bias)
    y = joined(step, Mul, sums.as_float(), scales, part="fractions" if added else "")
    if added:
        step.make(Add(step.parameter(bias, "its bias")), y)


def _quantized_by_itself(
    step: NodeContext, x: Operand, *, outputs: bool = False
) -> tuple[Operand, Operand, Operand]:
    """x in whole numbers with a scale and a zero point of its own: (whole numbers, scale, zero
    point).
    """

    def made(op: Op, *values: Operand, number: int, part: str) -> Operand:
        if outputs:
            return step.make(op, *values, output=number)
        return step.make(op, *values, part=part)

    scale = made(DynamicScale(), x, number=1, part="scale")
    zero_point = made(DynamicZeroPoint(), x, number=2, part="zero_point")
    whole = made(DynamicQuantize(), x, scale, zero_point, number=0, part="steps")
    return whole, scale, zero_point


def _shifted(step: NodeContext, place: int, zero_point: int) -> Operand:
    """The operand at that place without its zero point, which may be a constant or computed by the
    network.
    """
    x = step.operand(place)
    if not step.has(zero_point):
        return x
    zero = step.operand(zero_point)
    if x.array is not None:
        if zero.array is None:
            raise step.refused("a constant with a computed zero point is not read")
        return Operand.known(x.name, x.array.astype(np.float32) - zero.array.astype(np.float32))
    if zero.array is None:
        return step.make(Sub(), x, zero, part=f"shifted{place}")
    if zero.array.size != 1:
        raise step.refused("it takes one zero point for all of a computed value")
    if not zero.array.any():
        return x
    whole = step.parameter(zero_point, "its zero point").reshape(())
    return step.make(Sub(whole), x, part=f"shifted{place}")


def _weight(step: NodeContext, place: int, zero_point: int) -> Array:
    """A kernel without its zero point, of which there may be one a filter."""
    weight = step.parameter(place, "its kernel")
    if step.has(zero_point):
        zero = step.parameter(zero_point, "its kernel's zero point")
        weight -= zero.reshape(-1, *[1] * (weight.ndim - 1)) if zero.size > 1 else zero.ravel()
    return weight


def _product(step: NodeContext, x: Operand, place: int, zero_point: int, part: str = "") -> Operand:
    """The exact product of x and the operand at that place, which may be a constant or computed by
    the network.
    """
    known = step.operand(place).array
    if x.array is not None:
        raise step.refused("its first factor is a constant; the second one may be")
    if known is None:
        return step.make(IntegerMatMul(), x, _shifted(step, place, zero_point), part=part)
    weight = step.parameter(place, "its matrix")
    if weight.ndim < 2:
        raise step.refused(f"its matrix has shape {list(weight.shape)}")
    if step.has(zero_point):
        weight -= step.parameter(zero_point, "its matrix's zero point")
    return step.make(IntegerMatMul(weight), x, part=part)


def _through_fractions(step: NodeContext, op: Op) -> None:
    result, zero_point, kind = _result(step, 3)
    scale, zero = _scale(step, 1), _zero_point(step, 2)
    x = step.make(Dequantize(scale, zero), step.operand(0), part="fractions")
    y = step.make(op, x, part="function")
    step.make(Quantize(result, zero_point, type=kind), y)


def _requantized(
    step: NodeContext, sums: Operand, scale: Array, place: int, axis: int = -1
) -> None:
    """Exact sums back to 8 bits, with the result's scale and zero point at that place and the one
    behind it.
    """
    result, zero_point, kind = _result(step, place)
    scales = as_parameter(scale / result)
    zero_points = np.full(scales.shape, zero_point, np.float32)
    step.make(Requantize(scales, zero_points, axis, kind), sums)


def _result(step: NodeContext, place: int) -> tuple[Array, Array, str]:
    """Scale, zero point and type of the result; where the zero point is left out it is 0 of
    uint8.
    """
    kind = str(step.array(place + 1, "its zero point").dtype) if step.has(place + 1) else "uint8"
    return _scale(step, place), _zero_point(step, place + 1), kind


def _scale(step: NodeContext, place: int, *, one: bool = True) -> Array:
    """A scale: one number (), or one a channel (C,) where that is allowed."""
    scale = step.parameter(place, "its scale")
    if scale.size == 1:
        return scale.reshape(())
    if one or scale.ndim != 1:
        raise step.refused(f"scales of shape {list(scale.shape)} are not read here")
    return scale


def _zero_point(step: NodeContext, place: int) -> Array:
    if not step.has(place):
        return np.zeros((), np.float32)
    zero_point = step.parameter(place, "its zero point")
    if zero_point.size != 1:
        raise step.refused("it takes one zero point for all of a value")
    return zero_point.reshape(())


def _channels_first(step: NodeContext) -> None:
    if step.integer("channels_last", 0):
        raise step.refused("channels that come last are not read here")
