"""Products and sums of whole numbers, exact as in 32-bit integers, and the step back to 8 bits.

Whole numbers are held as floats. A float32 holds every whole number up to 2²⁴; where a sum may be
larger it is added up in float64 and rounded once, which is what turning an int32 into a float32
does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import (
    channels_last,
    contiguous,
    empty_maps,
    from_nhwc,
    to_nhwc,
)
from engine.kernels import convolution
from engine.ops.base import Box, Explanation, Family, Op, broadcast_shape
from engine.ops.elementwise.binary import unbroadcast, unbroadcast_index
from engine.ops.linear.conv import Conv2d
from engine.ops.linear.matmul import MatMul, product
from engine.ops.quantization.quantize import TYPES, Quantize
from engine.types import Array, Index, Shape

EXACT = 1 << 24  # up to here float32 holds every whole number
LARGEST = 255  # of an 8-bit number without its zero point


@dataclass(frozen=True, eq=False)
class IntegerConv(Conv2d):
    """A convolution of whole numbers (of 8 bits, their zero points taken off) by whole weights.
    Every sum is exact.
    """

    op_type: ClassVar[str] = "conv_integer"
    weighted: ClassVar[bool] = False
    display_name: ClassVar[str] = "Integer convolution"
    family: ClassVar[Family] = "weights"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        rows = to_nhwc(x)
        shape, plan = self._plan(x)
        y = np.empty((shape[0], *shape[2:], shape[1]), x.dtype)
        plan(rows, self.bias, y, None)
        return from_nhwc(y), rows

    def _plan(self, x: Array) -> tuple[Shape, convolution.ConvPlan]:
        """The output's shape, and how to fill it: never by a kernel that computes with fractions on
        the way (Winograd's).
        """

        def make() -> tuple[Shape, convolution.ConvPlan]:
            weight = self.weight.transpose(2, 3, 1, 0)
            largest = LARGEST * np.abs(weight).sum(axis=(0, 1, 2))
            if self.bias is not None:
                largest = largest + np.abs(self.bias)
            if largest.max() <= EXACT:
                problem = self.problem(x.shape, x.dtype.char)
                return self.infer_shape(x.shape), convolution.plan_exact(problem, weight)
            wide = weight.astype(np.float64)
            return self.infer_shape(x.shape), _widened(
                convolution.plan_exact(self.problem(x.shape, "d"), wide)
            )

        return self.memoize((x.shape, x.dtype.char), make)


def _widened(plan: convolution.ConvPlan) -> convolution.ConvPlan:
    """The same in float64, rounded to the output's type at the end."""

    def fill(x: Array, bias: Array | None, y: Array, finish: Any) -> None:
        wide = np.empty(y.shape, np.float64)
        offsets = None if bias is None else bias.astype(np.float64)
        plan(contiguous(x, np.float64), offsets, wide, None)
        for part in threads.pieces(y.shape):
            y[part] = wide[part]
        if finish is not None:
            finish(slice(0, y.shape[0]), slice(0, y.shape[1]))

    return fill


@dataclass(frozen=True, eq=False)
class IntegerMatMul(MatMul):
    """A product of matrices of whole numbers (of 8 bits, their zero points taken off). Every sum is
    exact.
    """

    op_type: ClassVar[str] = "matmul_integer"
    display_name: ClassVar[str] = "Integer matrix product"
    family: ClassVar[Family] = "weights"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        a, b = xs if self.weight is None else (xs[0], self.weight)
        wide = np.float64 if self._largest(a.shape[-1]) > EXACT else a.dtype
        y = product(contiguous(a, wide), contiguous(b, wide))
        return channels_last(contiguous(y, a.dtype)), xs

    def _largest(self, terms: int) -> float:
        """What a sum of so many terms can come to."""
        weight = self.weight
        if weight is None:
            return float(terms * LARGEST**2)
        return self.memoize("largest", lambda: float(LARGEST * np.abs(weight).sum(axis=-2).max()))


@dataclass(frozen=True, eq=False)
class Requantize(Quantize):
    """round(x · scale) + zero_point, within what ``type`` holds: sums of whole numbers back to 8
    bits.

    ``scale`` is that of the products over that of the result. ``zero_point_first``: the zero point
    is added before the sum is rounded, which decides where halves go (to the even number);
    onnxruntime does so for products of two values.

    As with Quantize, the gradient passes as if nothing were rounded (straight through), and stops
    where the range ends.
    """

    op_type: ClassVar[str] = "requantize"
    display_name: ClassVar[str] = "Requantisation"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)

    zero_point_first: bool = False

    @property
    def attributes(self) -> dict[str, Any]:
        return super().attributes | {"zero_point_first": self.zero_point_first}

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        rounded, bounds = self._rounded(cache), np.iinfo(self.type)
        dx = dy * self.along[0]
        dx *= (rounded >= bounds.min) & (rounded <= bounds.max)
        return (dx,), {}

    def _rounded(self, x: Array, part: tuple[Any, ...] = (...,)) -> Array:
        scale, zero_point = self.parameters(x.shape, part)
        y: Array = x[part] * scale
        if self.zero_point_first:
            y += zero_point
        np.rint(y, out=y)
        if not self.zero_point_first:
            y += zero_point
        return y


@dataclass(frozen=True, eq=False)
class QuantizedAdd(Op):
    """round(``scale_a`` · a + ``scale_b`` · b + ``offset``), within what ``type`` holds: two 8-bit
    values added in a scale of their own.

    The scales are those of the inputs over that of the result, and ``offset`` holds all zero
    points. Rounded in float32 after each product and sum, as onnxruntime does (with products that
    are added unrounded). The gradient is that of the unrounded sum (straight through), and stops
    where the range ends.
    """

    op_type: ClassVar[str] = "quantized_add"
    display_name: ClassVar[str] = "Quantised addition"
    family: ClassVar[Family] = "merge"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)

    scale_a: float
    scale_b: float
    offset: float = 0.0
    type: str = "uint8"

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise ShapeError(
                f"{self.op_type}: type must be one of {', '.join(TYPES)}; got {self.type!r}"
            )

    @property
    def attributes(self) -> Mapping[str, Any]:
        return {
            "scale_a": self.scale_a,
            "scale_b": self.scale_b,
            "offset": self.offset,
            "type": self.type,
        }

    def infer_shape(self, *shapes: Shape) -> Shape:
        if len(shapes) != 2:
            raise ShapeError(f"{self.op_type} takes two inputs, got {len(shapes)}")
        return broadcast_shape(self.op_type, shapes)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        shape, bounds = self.infer_shape(*(x.shape for x in xs)), np.iinfo(self.type)
        dtype = np.result_type(*xs)
        y = empty_maps(shape, dtype) if len(shape) == 4 else np.empty(shape, dtype)
        a, b = (np.broadcast_to(x, shape) for x in xs)
        for part in threads.pieces(shape):
            np.clip(self._rounded(a[part], b[part]), bounds.min, bounds.max, out=y[part])
        return y, xs

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        rounded, bounds = self._rounded(*cache), np.iinfo(self.type)
        passed = dy * ((rounded >= bounds.min) & (rounded <= bounds.max))
        return tuple(
            unbroadcast(passed * scale, x.shape)
            for x, scale in zip(cache, (self.scale_a, self.scale_b), strict=True)
        ), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        """Two weighted terms; what is left is the offset and the rounding. Beyond the range nothing
        of them counts.
        """
        places = [unbroadcast_index(index, x.shape) for x in xs]
        values = np.array([x[place] for x, place in zip(xs, places, strict=True)], np.float64)
        scales = np.array([self.scale_a, self.scale_b])
        bounds = np.iinfo(self.type)
        cut_off = not bounds.min <= self._rounded(*values) <= bounds.max
        weights = np.zeros(2) if cut_off else scales
        longest = max(map(len, places))
        contributions = values * weights
        return Explanation(
            rule="sum",
            result=float(y[index]),
            bias=float(y[index]) - float(contributions.sum()),
            input_indices=np.arange(2),
            positions=np.array([(*p, *(-1,) * (longest - len(p))) for p in places], np.int64),
            values=values,
            weights=weights,
            contributions=contributions,
        )

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return tuple(
            Box(
                unbroadcast_index(box.start, shape),
                tuple(i + 1 for i in unbroadcast_index(tuple(i - 1 for i in box.stop), shape)),
            )
            for shape in shapes
        )

    def _rounded(self, a: Any, b: Any) -> Array:
        dtype = np.result_type(a, b)
        narrow = np.float32 if dtype == np.float32 else np.float64
        inner = (np.float64(narrow(self.scale_b)) * b + narrow(self.offset)).astype(narrow)
        y = (np.float64(narrow(self.scale_a)) * a + inner).astype(narrow)
        return np.asarray(np.rint(y))
