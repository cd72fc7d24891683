"""Reductions: the mean, sum or largest number along some axes, and the place of the largest."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last, from_memory, in_memory, memory_axis
from engine.execution.reduction import mean, reduced
from engine.ops.base import (
    Box,
    Explanation,
    Family,
    Op,
    normal_axis,
    one_term,
    same_shape,
    terms_of_one,
)
from engine.ops.take import normal_axes
from engine.types import Array, Index, Shape


class Reducing(Op):
    """An op whose output positions each look at whole rows of the input, along the reduced axes."""

    keepdims: bool

    @abstractmethod
    def reduced(self, shape: Shape) -> Sequence[int]:
        """The axes, from 0, that are gone through in an input of that shape."""

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        axes = self.reduced(shape)
        if self.keepdims:
            return _kept(shape, axes)
        return tuple(size for axis, size in enumerate(shape) if axis not in axes)

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        (shape,) = shapes
        axes = self.reduced(shape)
        ranges = iter(zip(box.start, box.stop, strict=True))
        seen = []
        for axis, size in enumerate(shape):
            whole = axis in axes
            own = next(ranges) if self.keepdims or not whole else (0, size)
            seen.append((0, size) if whole else own)
        return (Box(tuple(a for a, _ in seen), tuple(b for _, b in seen)),)

    def rows(self, x: Array) -> Array:
        """x as (…, R): the reduced axes joined into one, behind all others."""
        axes = self.reduced(x.shape)
        behind = np.moveaxis(x, axes, range(-len(axes), 0))
        return behind.reshape(*behind.shape[: x.ndim - len(axes)], -1)

    def seen(self, x: Array, index: Index) -> tuple[Array, Array]:
        """What the output position looks at: positions (T, D) and values (T,) float64, in reading
        order.
        """
        (box,) = self.input_region(Box.at(index), x.shape)
        assert box is not None
        grid = np.meshgrid(*map(np.arange, box.start, box.stop), indexing="ij")
        positions = np.stack(grid, axis=-1).reshape(-1, x.ndim)
        return positions, x[tuple(map(slice, box.start, box.stop))].ravel().astype(np.float64)


@dataclass(frozen=True, eq=False)
class Reduce(Reducing):
    """A reduction along ``axes``, which stay as axes of size 1 with ``keepdims`` and are left out
    without.
    """

    axes: tuple[int, ...]
    keepdims: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", tuple(int(axis) for axis in self.axes))
        if not self.axes:
            raise ShapeError(f"{self.op_type} needs at least one axis")

    @property
    def attributes(self) -> dict[str, Any]:
        return {"axes": list(self.axes), "keepdims": self.keepdims}

    def reduced(self, shape: Shape) -> Sequence[int]:
        return normal_axes(self.op_type, self.axes, shape)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        axes = tuple(memory_axis(axis, x.ndim) for axis in self.reduced(x.shape))
        y = from_memory(self.joined(in_memory(x), axes))
        return channels_last(y.reshape(self.infer_shape(x.shape))), x

    @abstractmethod
    def joined(self, x: Array, axes: tuple[int, ...]) -> Array:
        """x reduced along these axes, which stay with size 1."""

    def explained(
        self, rule: str, xs: tuple[Array, ...], y: Array, index: Index, weights: Array | float
    ) -> Explanation:
        """One term for each number that was looked at, with its weight."""
        positions, values = self.seen(xs[0], index)
        weights = np.broadcast_to(weights, values.shape).astype(np.float64)
        return terms_of_one(rule, positions, values, weights, y[index])


@dataclass(frozen=True, eq=False)
class ReduceSum(Reduce):
    """The sum."""

    op_type: ClassVar[str] = "reduce_sum"
    display_name: ClassVar[str] = "ReduceSum"
    family: ClassVar[Family] = "pool"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def joined(self, x: Array, axes: tuple[int, ...]) -> Array:
        return reduced(np.add, x, axes)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        kept = dy.reshape(_kept(cache.shape, self.reduced(cache.shape)))
        dx = np.empty_like(cache)
        dx[...] = kept
        return (dx,), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return self.explained("sum", xs, y, index, 1.0)


@dataclass(frozen=True, eq=False)
class ReduceMean(ReduceSum):
    """The mean."""

    op_type: ClassVar[str] = "reduce_mean"
    display_name: ClassVar[str] = "ReduceMean"
    family: ClassVar[Family] = "pool"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def joined(self, x: Array, axes: tuple[int, ...]) -> Array:
        return mean(x, axes)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return super().backward(dy * (dy.size / cache.size), cache)

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return self.explained("mean", xs, y, index, y.size / xs[0].size)


@dataclass(frozen=True, eq=False)
class ReduceMax(Reduce):
    """The largest number. Of equal ones the first in reading order wins."""

    op_type: ClassVar[str] = "reduce_max"
    display_name: ClassVar[str] = "ReduceMax"
    family: ClassVar[Family] = "pool"
    cached: ClassVar[tuple[str, ...]] = ("input",)
    rule: ClassVar[str] = "max"

    def joined(self, x: Array, axes: tuple[int, ...]) -> Array:
        return reduced(np.maximum, x, axes)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        rows, axes = self.rows(cache), self.reduced(cache.shape)
        winners = self.winner(rows)[..., None]
        gradient = np.zeros_like(rows)
        np.put_along_axis(gradient, winners, dy.reshape(winners.shape), axis=-1)
        behind = [size for axis, size in enumerate(cache.shape) if axis not in axes]
        shaped = gradient.reshape(*behind, *(cache.shape[axis] for axis in axes))
        return (channels_last(np.moveaxis(shaped, range(-len(axes), 0), axes)),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        _, values = self.seen(xs[0], index)
        weights = np.zeros(len(values))
        weights[self.winner(values)] = 1.0
        return self.explained(self.rule, xs, y, index, weights)

    def winner(self, rows: Array) -> Array:
        """Where in each row (…, R) the number is that is kept."""
        return np.asarray(rows.argmax(axis=-1))


@dataclass(frozen=True, eq=False)
class ReduceMin(ReduceMax):
    """The smallest number. Of equal ones the first in reading order wins."""

    op_type: ClassVar[str] = "reduce_min"
    display_name: ClassVar[str] = "ReduceMin"
    family: ClassVar[Family] = "pool"
    cached: ClassVar[tuple[str, ...]] = ("input",)
    rule: ClassVar[str] = "min"

    def joined(self, x: Array, axes: tuple[int, ...]) -> Array:
        return reduced(np.minimum, x, axes)

    def winner(self, rows: Array) -> Array:
        return np.asarray(rows.argmin(axis=-1))


@dataclass(frozen=True, eq=False)
class ReduceProd(Reduce):
    """The product. In an explanation each factor answers for an equal part of it."""

    op_type: ClassVar[str] = "reduce_prod"
    display_name: ClassVar[str] = "ReduceProd"
    family: ClassVar[Family] = "pool"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def joined(self, x: Array, axes: tuple[int, ...]) -> Array:
        return reduced(np.multiply, x, axes)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        rows, axes = self.rows(cache), self.reduced(cache.shape)
        gradient = _others(rows) * dy.reshape(rows.shape[:-1])[..., None]
        behind = [size for axis, size in enumerate(cache.shape) if axis not in axes]
        shaped = gradient.reshape(*behind, *(cache.shape[axis] for axis in axes))
        return (channels_last(np.moveaxis(shaped, range(-len(axes), 0), axes)),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        _, values = self.seen(xs[0], index)
        return self.explained("product", xs, y, index, _others(values) / len(values))


@dataclass(frozen=True, eq=False)
class ArgMax(Reducing):
    """Where the largest number along ``axis`` is, counted from 0, as a float. Of equal ones the
    first, or the last if so told.

    A place does not move when a number changes a little: no gradient passes.
    """

    op_type: ClassVar[str] = "arg_max"
    display_name: ClassVar[str] = "ArgMax"
    family: ClassVar[Family] = "output"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    axis: int = 1
    keepdims: bool = True
    select_last_index: bool = False

    @property
    def attributes(self) -> dict[str, Any]:
        return {
            "axis": self.axis,
            "keepdims": self.keepdims,
            "select_last_index": self.select_last_index,
        }

    def reduced(self, shape: Shape) -> Sequence[int]:
        return (normal_axis(self.op_type, self.axis, shape),)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        (axis,) = self.reduced(x.shape)
        y = np.empty(_kept(x.shape, (axis,)), x.dtype)
        for part in threads.pieces(x.shape, whole=(axis,)):
            rows = np.flip(x[part], axis) if self.select_last_index else x[part]
            places = _first_largest(rows, axis)
            y[part] = x.shape[axis] - 1 - places if self.select_last_index else places
        return channels_last(y.reshape(self.infer_shape(x.shape))), x

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (np.zeros_like(cache),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        positions, values = self.seen(xs[0], index)
        winner = int(y[index])
        place = tuple(positions[winner].tolist())
        return one_term("function", place, float(values[winner]), nan, float(y[index]))


def _first_largest(x: Array, axis: int) -> Array:
    """Where along an axis, which stays with size 1, the first of the largest numbers is."""
    if x.size <= threads.PIECE:
        return np.asarray(x.argmax(axis=axis, keepdims=True))
    ahead, step = (slice(None),) * axis, max(1, x.shape[axis] * threads.PIECE // x.size)
    found = np.zeros((*x.shape[:axis], 1, *x.shape[axis + 1 :]), np.intp)
    for start in range(0, x.shape[axis], step):
        threads.check()
        places = start + x[(*ahead, slice(start, start + step))].argmax(axis=axis, keepdims=True)
        both = np.concatenate(
            [np.take_along_axis(x, where, axis) for where in (found, places)], axis
        )
        found = np.where(both.argmax(axis=axis, keepdims=True) == 0, found, places)
    return found


def _others(rows: Array) -> Array:
    """For each number of a row (…, R) the product of all others: of those before it and those
    behind it.
    """
    ones = np.ones_like(rows[..., :1])
    before = np.concatenate([ones, rows[..., :-1].cumprod(axis=-1)], axis=-1)
    behind = np.concatenate([ones, rows[..., :0:-1].cumprod(axis=-1)], axis=-1)[..., ::-1]
    return np.asarray(before * behind)


def _kept(shape: Shape, axes: Sequence[int]) -> Shape:
    return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
