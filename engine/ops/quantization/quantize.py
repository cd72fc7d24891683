"""Whole numbers for fractions and back: q = round(x / scale) + zero_point, x = (q - zero_point) ·
scale.

The whole numbers are held as floats; what matters is which of them there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.ops.base import Box, Explanation, Op, normal_axis, one_term, same_shape
from engine.types import Array, Index, Shape

TYPES = ("uint8", "int8", "uint16", "int16")


@dataclass(frozen=True, eq=False)
class _Quantising(Op):
    """``scale`` and ``zero_point``: one number each, or one for each cell of ``axis``, which is
    counted from the back (-3: channels).
    """

    scale: Array
    zero_point: Array
    axis: int = -1

    def __post_init__(self) -> None:
        if self.scale.shape != self.zero_point.shape or self.scale.ndim > 1:
            raise ShapeError(
                f"{self.op_type}: scale and zero_point must be of one shape, () or (C,), got "
                f"{self.scale.shape} and {self.zero_point.shape}"
            )
        if self.axis >= 0:
            raise ShapeError(f"{self.op_type}: axis is counted from the back, got {self.axis}")

    @property
    def buffers(self) -> Mapping[str, Array]:
        return {"scale": self.scale, "zero_point": self.zero_point}

    @property
    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        size = self.scale.size
        if size != 1 and size != shape[normal_axis(self.op_type, self.axis, shape)]:
            raise ShapeError(
                f"{self.op_type}: {size} scales do not fit axis {self.axis} of {shape}"
            )
        return shape

    @property
    def along(self) -> tuple[Array, Array]:
        """Scale and zero point, shaped so that they are broadcast along the axis."""
        shape = (-1, *(1,) * (-1 - self.axis)) if self.scale.size > 1 else ()
        return self.scale.reshape(shape), self.zero_point.reshape(shape)

    def parameters(self, shape: Shape, part: tuple[Any, ...]) -> list[Array]:
        """Scale and zero point for that part of a value."""
        return [np.broadcast_to(numbers, shape)[part] for numbers in self.along]

    def at(self, index: Index) -> tuple[float, float]:
        """Scale and zero point of one place."""
        cell = index[self.axis] if self.scale.size > 1 else 0
        return float(self.scale.ravel()[cell]), float(self.zero_point.ravel()[cell])

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (box,)


@dataclass(frozen=True, eq=False)
class Quantize(_Quantising):
    """The nearest whole number (of two the even one) of those that ``type`` has.

    Its derivative is 0 nearly everywhere and would stop all learning: the gradient passes as if
    nothing were rounded, and stops where the range ends. Source: Bengio et al., "Estimating or
    propagating gradients through stochastic neurons", 2013.
    """

    op_type: ClassVar[str] = "quantize"
    display_name: ClassVar[str] = "Quantisation"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)

    type: str = "uint8"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.type not in TYPES:
            raise ShapeError(
                f"{self.op_type}: type must be one of {', '.join(TYPES)}; got {self.type!r}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis, "type": self.type}

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        y, bounds = np.empty_like(x), np.iinfo(self.type)
        for part in threads.pieces(x.shape):
            np.clip(self._rounded(x, part), bounds.min, bounds.max, out=y[part])
        return y, x

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        rounded, bounds = self._rounded(cache), np.iinfo(self.type)
        dx = dy / self.along[0]
        dx *= (rounded >= bounds.min) & (rounded <= bounds.max)
        return (dx,), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return one_term("function", index, xs[0][index], nan, y[index])

    def _rounded(self, x: Array, part: tuple[Any, ...] = (...,)) -> Array:
        """That part of x before it is cut off at the ends of the range."""
        scale, zero_point = self.parameters(x.shape, part)
        y: Array = x[part] / scale
        np.rint(y, out=y)
        y += zero_point
        return y


@dataclass(frozen=True, eq=False)
class Dequantize(_Quantising):
    """The real values of quantised numbers."""

    op_type: ClassVar[str] = "dequantize"
    display_name: ClassVar[str] = "Dequantisation"
    per_channel: ClassVar[bool] = True

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        y = np.empty_like(x)
        for part in threads.pieces(x.shape):
            scale, zero_point = self.parameters(x.shape, part)
            np.subtract(x[part], zero_point, out=y[part])
            y[part] *= scale
        return y, None

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (dy * self.along[0],), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        scale, zero_point = self.at(index)
        return one_term("function", index, xs[0][index], scale, y[index], -zero_point * scale)
