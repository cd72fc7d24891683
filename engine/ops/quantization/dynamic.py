"""Quantisation by what a run finds: the scale and the zero point follow from the smallest and the
largest number of a value.

They belong to all of a value, the pictures of a batch together, as ONNX's DynamicQuantizeLinear has
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution.memory_format import in_memory
from engine.execution.reduction import reduced
from engine.ops.base import Box, Explanation, Op, filled, one_term, same_shape, terms_of_one
from engine.types import Array, Index, Shape

STEPS = 255  # from the smallest to the largest number of 8 bits


class _OfAll(Op):
    """An op that makes one number of all of its input."""

    def infer_shape(self, *shapes: Shape) -> Shape:
        same_shape(self.op_type, shapes)
        return ()

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (Box.whole(shapes[0]),)


@dataclass(frozen=True, eq=False)
class DynamicScale(_OfAll):
    """(largest - smallest) / 255, where zero counts as one of the numbers; 1 where all are zero."""

    op_type: ClassVar[str] = "dynamic_scale"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        return _scale(xs[0]), xs[0]

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        dx = np.zeros_like(cache)
        for place, weight in self._ends(cache):
            dx[place] = float(dy.sum()) * weight
        return (dx,), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        ends = self._ends(x)
        return terms_of_one(
            "sum",
            np.array([place for place, _ in ends], np.int64).reshape(-1, x.ndim),
            np.array([x[place] for place, _ in ends], np.float64),
            np.array([weight for _, weight in ends], np.float64),
            float(y[()]),
            bias=0.0 if ends else float(y[()]),
        )

    def _ends(self, x: Array) -> list[tuple[Index, float]]:
        """Where the largest and the smallest number are, with their weights, if they lie beyond
        zero.
        """
        ends = []
        for place, sign in ((x.argmax(), 1), (x.argmin(), -1)):
            cell = tuple(map(int, np.unravel_index(place, x.shape)))
            if sign * x[cell] > 0:
                ends.append((cell, sign / STEPS))
        return ends


@dataclass(frozen=True, eq=False)
class DynamicZeroPoint(_OfAll):
    """The zero point, a whole number from 0 to 255. A step function: its gradient is zero."""

    op_type: ClassVar[str] = "dynamic_zero_point"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        low, _ = _ends(x)
        return np.asarray(np.rint(np.clip(-low / _scale(x), 0, STEPS)), x.dtype), x

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (np.zeros_like(cache),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        place = tuple(map(int, np.unravel_index(x.argmin(), x.shape)))
        return one_term("function", place, float(x[place]), nan, float(y[()]))


@dataclass(frozen=True, eq=False)
class DynamicQuantize(Op):
    """round(x / scale) + zero point, from 0 to 255; x, scale and zero point are inputs.

    The gradient of x passes as if nothing were rounded (straight through) and stops where the range
    ends; none passes to scale and zero point.
    """

    op_type: ClassVar[str] = "dynamic_quantize"
    display_name: ClassVar[str] = "Dynamic quantisation"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def infer_shape(self, *shapes: Shape) -> Shape:
        if len(shapes) != 3 or not shapes[0]:
            raise ShapeError(f"{self.op_type} takes three inputs, got {len(shapes)}")
        if any(shape not in ((), (1,)) for shape in shapes[1:]):
            raise ShapeError(
                f"{self.op_type}: scale and zero point are one number each, got {shapes[1]} and {shapes[2]}"
            )
        return shapes[0]

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        x, *parameters = xs
        y = filled(x, lambda x, y: np.clip(_stepped(x, *parameters), 0, STEPS, out=y))
        return y, xs

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        rounded = _stepped(*cache)
        dx = dy / cache[1]
        dx *= (rounded >= 0) & (rounded <= STEPS)
        return (dx, np.zeros_like(cache[1]), np.zeros_like(cache[2])), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return one_term("function", index, float(xs[0][index]), nan, float(y[index]))

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return box, Box.whole(shapes[1]), Box.whole(shapes[2])


def _ends(x: Array) -> tuple[Array, Array]:
    """The smallest and the largest number, zero being one of them."""
    rows, axes = in_memory(x), range(x.ndim)
    low, high = (reduced(join, rows, axes).ravel()[0] for join in (np.minimum, np.maximum))
    return np.minimum(low, 0), np.maximum(high, 0)


def _scale(x: Array) -> Array:
    low, high = _ends(x)
    scale = (high - low) / x.dtype.type(STEPS)
    return np.asarray(scale or 1, x.dtype)


def _stepped(x: Array, scale: Array, zero_point: Array) -> Array:
    with np.errstate(all="ignore"):
        y: Array = x / scale
        np.rint(y, out=y)
    y += zero_point
    return y
