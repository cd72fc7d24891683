"""Converters of reductions, and of what makes whole numbers of fractions and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from engine.formats.onnx.building import as_parameter
from engine.formats.onnx.step import Step
from engine.ops import ArgMax, Dequantize, Identity, Op, Quantize
from engine.types import Array


class Reduction(Protocol):
    """The class of an op that reduces along axes."""

    def __call__(self, axes: tuple[int, ...], keepdims: bool) -> Op: ...


def reduction(op: Reduction) -> Callable[[Step], None]:
    """A reduction along axes that are an attribute in old files and an operand in new ones; all if none is named."""

    def convert(step: Step) -> None:
        rank = len(step.shape())
        axes = step.setting(1, "axes", ())
        if not axes and step.integer("noop_with_empty_axes", 0):
            step.make(Identity(), step.operand(0))
            return
        named = tuple(step.axis(axis, rank) for axis in axes or range(rank))
        step.make(op(named, bool(step.integer("keepdims", 1))), step.operand(0))

    return convert


def arg_max(step: Step) -> None:
    """ArgMax, whose whole numbers are held as floats."""
    op = ArgMax(
        step.integer("axis", 0),
        bool(step.integer("keepdims", 1)),
        bool(step.integer("select_last_index", 0)),
    )
    step.make(op, step.operand(0))


def quantize(step: Step) -> None:
    """QuantizeLinear to 8 or 16 bits."""
    scale, zero_point, axis = _scales(step)
    type_ = str(step.array(2, "its zero point").dtype) if step.has(2) else "uint8"
    step.make(Quantize(scale, zero_point, axis, type_), step.operand(0))


def dequantize(step: Step) -> None:
    """DequantizeLinear of computed numbers."""
    step.make(Dequantize(*_scales(step)), step.operand(0))


def _scales(step: Step) -> tuple[Array, Array, int]:
    """Scale, zero point, and the axis that they run along, counted from the back."""
    scale = step.parameter(1, "its scale")
    zero_point = step.parameter(2, "its zero point") if step.has(2) else np.zeros_like(scale)
    if scale.size == zero_point.size == 1:
        return as_parameter(scale.reshape(())), as_parameter(zero_point.reshape(())), -1
    if scale.ndim != 1:
        raise step.refused("scales of blocks are not read; one for all, or one a channel")
    rank = len(step.shape())
    return scale, zero_point, step.axis(step.integer("axis", 1), rank) - rank
