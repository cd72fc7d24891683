"""Activation functions: each output element depends on the input element at the same position
(softmax: on its neighbours too).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isfinite, nan
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import from_memory, in_memory, memory_axis
from engine.execution.reduction import reduced
from engine.ops.base import (
    Box,
    Elementwise,
    Explanation,
    Family,
    Op,
    filled,
    normal_axis,
    one_term,
    same_shape,
)
from engine.ops.elementwise.binary import unbroadcast, unbroadcast_index
from engine.types import Array, Index, Shape


@dataclass(frozen=True, eq=False)
class Relu(Elementwise):
    """max(x, 0)."""

    op_type: ClassVar[str] = "relu"
    display_name: ClassVar[str] = "ReLU"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "max(0, x)"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("output",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        # A third of the time that maximum takes with a single number.
        y = filled(xs[0], lambda x, y: x.clip(0, np.inf, out=y))
        return y, y

    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> Callable[[slice], object]:
        (x,) = xs
        return lambda rows: x[rows].clip(0, np.inf, out=y[rows])

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        return y

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (dy * (cache > 0),), {}

    def rowwise_gradient(self, dy: Array, cache: Any) -> Callable[[slice], object]:
        return lambda rows: np.multiply(dy[rows], cache[rows] > 0, out=dy[rows])

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        x = xs[0][index]
        return one_term("function", index, x, 1.0 if x > 0 else 0.0, y[index])


@dataclass(frozen=True, eq=False)
class LeakyRelu(Elementwise):
    """x where it is positive, ``alpha`` · x elsewhere."""

    op_type: ClassVar[str] = "leaky_relu"
    display_name: ClassVar[str] = "Leaky ReLU"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "leaky(x)"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)

    alpha: float = 0.01

    @property
    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.alpha}

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        return filled(x, lambda x, y: np.copyto(y, self._bent(x))), x

    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> Callable[[slice], object]:
        (x,) = xs
        return lambda rows: np.copyto(y[rows], self._bent(x[rows]))

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        return xs[0]

    def _bent(self, x: Array) -> Array:
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (np.where(cache > 0, dy, self.alpha * dy),), {}

    def rowwise_gradient(self, dy: Array, cache: Any) -> Callable[[slice], object]:
        def work(rows: slice) -> None:
            part = dy[rows]
            np.multiply(part, self.alpha, out=part, where=~(cache[rows] > 0))

        return work

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        x = xs[0][index]
        return one_term("function", index, x, 1.0 if x > 0 else self.alpha, y[index])


@dataclass(frozen=True, eq=False)
class PRelu(Op):
    """x where it is positive, ``slope`` · x elsewhere. The slope is learned; it is broadcast to the
    shape of x.

    Source: He et al., "Delving deep into rectifiers", 2015.
    """

    op_type: ClassVar[str] = "prelu"
    display_name: ClassVar[str] = "PReLU"
    family: ClassVar[Family] = "activation"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)

    slope: Array

    @property
    def params(self) -> Mapping[str, Array]:
        return {"slope": self.slope}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape, slope = same_shape(self.op_type, shapes), self.slope.shape
        sizes = zip(reversed(slope), reversed(shape), strict=False)
        if len(slope) > len(shape) or any(size not in (1, to) for size, to in sizes):
            raise ShapeError(f"{self.op_type}: slopes of shape {slope} do not fit {shape}")
        return shape

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        y, slope = np.empty_like(x), np.broadcast_to(self.slope, x.shape)
        for part in threads.pieces(x.shape):
            bent = np.minimum(x[part], 0, out=y[part])
            bent *= slope[part]
            bent += np.maximum(x[part], 0)
        return y, x

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return self.input_grads(dy, cache), self.param_grads(dy, cache)

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]:
        return (np.where(cache > 0, dy, self.slope * dy),)

    def param_grads(self, dy: Array, cache: Any) -> dict[str, Array]:
        return {"slope": unbroadcast(dy * np.minimum(cache, 0), self.slope.shape)}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        x, slope = xs[0][index], self.slope[unbroadcast_index(index, self.slope.shape)]
        return one_term("function", index, x, 1.0 if x > 0 else slope, y[index])

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (box,)


@dataclass(frozen=True, eq=False)
class Sigmoid(Elementwise):
    """1 / (1 + exp(-x))."""

    op_type: ClassVar[str] = "sigmoid"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "1 ÷ (1 + e⁻ˣ)"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("output",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        y = filled(xs[0], lambda x, y: np.copyto(y, sigmoid(x)))
        return y, y

    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> Callable[[slice], object]:
        (x,) = xs
        return lambda rows: np.copyto(y[rows], sigmoid(x[rows]))

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        return y

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (dy * cache * (1 - cache),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return one_term("function", index, xs[0][index], nan, y[index])


@dataclass(frozen=True, eq=False)
class Tanh(Elementwise):
    """The hyperbolic tangent."""

    op_type: ClassVar[str] = "tanh"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "tanh(x)"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("output",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        y = filled(xs[0], lambda x, y: np.tanh(x, out=y))
        return y, y

    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> Callable[[slice], object]:
        (x,) = xs
        return lambda rows: np.tanh(x[rows], out=y[rows])

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        return y

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (dy * (1 - cache * cache),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return one_term("function", index, xs[0][index], nan, y[index])


@dataclass(frozen=True, eq=False)
class Clip(Elementwise):
    """x, but not below ``low`` and not above ``high``. On a bound the gradient passes, as in
    PyTorch.

    A bound that is left out is infinite, and None among the attributes: JSON knows no infinity.
    """

    op_type: ClassVar[str] = "clip"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "clip(x)"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)

    low: float = -inf
    high: float = inf

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", _bound(self.low, -inf))
        object.__setattr__(self, "high", _bound(self.high, inf))
        if not self.low <= self.high:
            raise ShapeError(f"clip: low must not be above high, got {self.low} and {self.high}")

    @property
    def attributes(self) -> dict[str, Any]:
        bounds = {"low": self.low, "high": self.high}
        return {name: bound if isfinite(bound) else None for name, bound in bounds.items()}

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        return filled(x, lambda x, y: x.clip(self.low, self.high, out=y)), x

    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> Callable[[slice], object]:
        (x,) = xs
        return lambda rows: x[rows].clip(self.low, self.high, out=y[rows])

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        return xs[0]

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (dy * self._passing(cache),), {}

    def rowwise_gradient(self, dy: Array, cache: Any) -> Callable[[slice], object]:
        return lambda rows: np.multiply(dy[rows], self._passing(cache[rows]), out=dy[rows])

    def _passing(self, x: Array) -> Array:
        """Where the gradient passes."""
        inside = x >= self.low
        inside &= x <= self.high
        return inside

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        x, result = xs[0][index], y[index]
        if self.low <= x <= self.high:
            return one_term("function", index, x, 1.0, result)
        return one_term("function", index, x, 0.0, result, bias=result)


@dataclass(frozen=True, eq=False)
class Softmax(Op):
    """exp(x) over its sum along ``axis``: scores become shares of one.

    The largest score is taken off first: it changes nothing about the shares, and exp cannot
    overflow.
    """

    op_type: ClassVar[str] = "softmax"
    family: ClassVar[Family] = "output"
    cached: ClassVar[tuple[str, ...]] = ("output",)

    axis: int = 1

    @property
    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        normal_axis(self.op_type, self.axis, shape)
        return shape

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        y = softmax(xs[0], self.axis)
        return y, y

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        dx = dy - (dy * cache).sum(axis=self.axis, keepdims=True)
        dx *= cache
        return (dx,), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        axis = normal_axis(self.op_type, self.axis, x.shape)
        logits = np.moveaxis(x, axis, -1)[index[:axis] + index[axis + 1 :]].astype(np.float64)
        weights = np.exp(logits - logits.max())
        positions = np.tile(np.array(index, np.int64), (logits.size, 1))
        positions[:, axis] = np.arange(logits.size)
        contributions = np.zeros(logits.size)
        contributions[index[axis]] = y[index]
        return Explanation(
            rule="softmax",
            result=float(y[index]),
            bias=0.0,
            input_indices=np.zeros(logits.size, np.int64),
            positions=positions,
            values=logits,
            weights=weights,
            contributions=contributions,
            details={"maximum": float(logits.max()), "denominator": float(weights.sum())},
        )

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        start, stop = list(box.start), list(box.stop)
        axis = normal_axis(self.op_type, self.axis, shapes[0])
        start[axis], stop[axis] = 0, shapes[0][axis]
        return (Box(tuple(start), tuple(stop)),)


@dataclass(frozen=True, eq=False)
class LogSoftmax(Softmax):
    """The logarithm of softmax, x - log(sum of exp(x)): near 0 it keeps the digits that a logarithm
    of shares would lose.
    """

    op_type: ClassVar[str] = "log_softmax"
    family: ClassVar[Family] = "output"
    cached: ClassVar[tuple[str, ...]] = ("output",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        y = log_softmax(xs[0], self.axis)
        return y, y

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        dx = np.exp(cache)
        dx *= -dy.sum(axis=self.axis, keepdims=True)
        dx += dy
        return (dx,), {}


def sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))`` of every number, computed from exp(-|x|) so that nothing overflows."""
    small = np.exp(-np.abs(x))
    y: Array = np.where(x >= 0, 1, small)
    small += 1
    y /= small
    return y


def softmax(x: Array, axis: int = -1) -> Array:
    """``exp(x) / sum(exp(x))`` along an axis, of x's shape and dtype, in [0, 1].

    The largest is taken off first, so that no number is too large for exp.
    """
    y, along = _below_the_largest(x, axis)
    for part in threads.pieces(y.shape):
        np.exp(y[part], out=y[part])
    total = np.broadcast_to(reduced(np.add, y, (along,)), y.shape)
    for part in threads.pieces(y.shape):
        y[part] /= total[part]
    return from_memory(y)


def log_softmax(x: Array, axis: int = -1) -> Array:
    """``x - log(sum(exp(x)))`` along an axis, of x's shape and dtype, at most 0."""
    y, along = _below_the_largest(x, axis)
    total = reduced(np.add, filled(y, lambda y, e: np.exp(y, out=e)), (along,))
    total = np.broadcast_to(filled(total, lambda total, log: np.log(total, out=log)), y.shape)
    for part in threads.pieces(y.shape):
        y[part] -= total[part]
    return from_memory(y)


def _below_the_largest(x: Array, axis: int) -> tuple[Array, int]:
    """x less the largest along an axis, in the order of memory, and where that axis is there."""
    rows, along = in_memory(x), memory_axis(axis % x.ndim, x.ndim)
    top = np.broadcast_to(reduced(np.maximum, rows, (along,)), rows.shape)
    y = np.empty_like(rows)
    for part in threads.pieces(rows.shape):
        np.subtract(rows[part], top[part], out=y[part])
    return y, along


def _bound(bound: float | None, missing: float) -> float:
    return missing if bound is None else bound
