"""Converters of reductions, and of what makes whole numbers of fractions and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from engine.formats.onnx.importing.builder import Operand, as_parameter
from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import (
    Abs,
    Add,
    ArgMax,
    Dequantize,
    Div,
    DynamicQuantize,
    Exp,
    Identity,
    Log,
    Max,
    Mul,
    Neg,
    Op,
    Quantize,
    ReduceMax,
    ReduceSum,
    Reshape,
    Sqrt,
    Sub,
)
from engine.types import Array


class Reduction(Protocol):
    """The class of an op that reduces along axes."""

    def __call__(self, axes: tuple[int, ...], keepdims: bool) -> Op: ...


def reduction(op: Reduction) -> Callable[[NodeContext], None]:
    """A reduction along axes that are an attribute in old files and an operand in new ones; all if
    none is named.
    """

    def convert(step: NodeContext) -> None:
        axes = _axes(step)
        step.make(op(axes, _keepdims(step)) if axes else Identity(), step.operand(0))

    return convert


def _axes(step: NodeContext) -> tuple[int, ...]:
    """The axes, from 0; none where the node says that without any it does nothing."""
    rank = len(step.shape())
    axes = step.setting(1, "axes", ())
    if not axes and step.integer("noop_with_empty_axes", 0):
        return ()
    return tuple(step.axis(axis, rank) for axis in axes or range(rank))


def _keepdims(step: NodeContext) -> bool:
    return bool(step.integer("keepdims", 1))


def summed(
    before: Callable[[], Op] | None, after: Callable[[], Op] | None
) -> Callable[[NodeContext], None]:
    """A sum of a function of the numbers, and a function of the sum: ReduceL1, ReduceL2,
    ReduceSumSquare, ReduceLogSum.
    """

    def convert(step: NodeContext) -> None:
        x, axes = step.operand(0), _axes(step)
        if before is not None:
            op = before()
            both = (x, x) if isinstance(op, Mul) else (x,)
            x = step.make(op, *both, part="terms" if axes or after else "")
        if axes:
            x = step.make(ReduceSum(axes, _keepdims(step)), x, part="sum" if after else "")
        if after is not None:
            step.make(after(), x)

    return convert


def log_sum_exp(step: NodeContext) -> None:
    """ReduceLogSumExp: the largest number is taken off first, so that exp cannot overflow."""
    x, axes = step.operand(0), _axes(step)
    if not axes:
        raise step.refused("it names no axes")
    largest = step.make(ReduceMax(axes, True), x, part="largest")
    x = step.make(Exp(), step.make(Sub(), x, largest, part="moved"), part="exp")
    total = step.make(Log(), step.make(ReduceSum(axes, True), x, part="sum"), part="log")
    if _keepdims(step):
        step.make(Add(), total, largest)
        return
    made = step.make(Add(), total, largest, part="kept")
    shape = tuple(size for axis, size in enumerate(made.shape) if axis not in axes)
    step.make(Reshape((-1, *shape[1:]) if shape else ()), made)


def lp_normalization(step: NodeContext) -> None:
    """LpNormalization: divided by its length along an axis; what has none stays 0."""
    x, p = step.operand(0), step.integer("p", 2)
    axis = step.axis(step.integer("axis", -1), len(x.shape))
    if p == 1:
        length = step.make(ReduceSum((axis,)), step.make(Abs(), x, part="terms"), part="length")
    else:
        terms = step.make(Mul(), x, x, part="terms")
        length = step.make(Sqrt(), step.make(ReduceSum((axis,)), terms, part="sum"), part="length")
    least = np.array(np.finfo(np.float32).tiny, np.float32)
    step.make(Div(), x, step.make(Max(least), length, part="not_zero"))


def arg_min(step: NodeContext) -> None:
    """ArgMin: the place of the largest of the negated numbers."""
    _arg(step, step.make(Neg(), step.operand(0), part="negated"))


def arg_max(step: NodeContext) -> None:
    """ArgMax, whose whole numbers are held as floats."""
    _arg(step, step.operand(0))


def _arg(step: NodeContext, x: Operand) -> None:
    op = ArgMax(
        step.integer("axis", 0),
        bool(step.integer("keepdims", 1)),
        bool(step.integer("select_last_index", 0)),
    )
    step.make(op, x)


def quantize(step: NodeContext) -> None:
    """QuantizeLinear to 8 or 16 bits; by a computed scale to bytes."""
    if step.operand(1).array is None:
        step.make(DynamicQuantize(), step.operand(0), step.operand(1), step.value(2))
        return
    scale, zero_point, axis = _scales(step)
    type_ = str(step.array(2, "its zero point").dtype) if step.has(2) else "uint8"
    step.make(Quantize(scale, zero_point, axis, type_), step.operand(0))


def dequantize(step: NodeContext) -> None:
    """DequantizeLinear of computed numbers, by a scale that is known on load or computed."""
    if step.operand(1).array is None:
        x = step.operand(0)
        if step.has(2):
            x = step.make(Sub(), x, step.value(2), part="moved")
        step.make(Mul(), x.as_float(), step.operand(1))
        return
    step.make(Dequantize(*_scales(step)), step.operand(0))


def _scales(step: NodeContext) -> tuple[Array, Array, int]:
    """Scale, zero point, and the axis that they run along, counted from the back."""
    scale = step.parameter(1, "its scale")
    zero_point = step.parameter(2, "its zero point") if step.has(2) else np.zeros_like(scale)
    if scale.size == zero_point.size == 1:
        return as_parameter(scale.reshape(())), as_parameter(zero_point.reshape(())), -1
    if scale.ndim != 1:
        raise step.refused("scales of blocks are not read; one for all, or one a channel")
    rank = len(step.shape())
    return scale, zero_point, step.axis(step.integer("axis", 1), rank) - rank
