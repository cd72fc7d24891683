"""Ops that select elements by the values of other elements: where, top k, gather elements."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar, cast

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last, contiguous, empty_maps
from engine.ops.base import (
    Box,
    Explanation,
    Family,
    Op,
    broadcast_shape,
    normal_axis,
    one_term,
    same_shape,
)
from engine.ops.elementwise.binary import unbroadcast, unbroadcast_index
from engine.types import Array, Index, Shape

SORTED_AT_ONCE = 1 << 18  # numbers


@dataclass(frozen=True, eq=False)
class Where(Op):
    """Of three inputs c, a and b, with broadcasting: a where c is not 0, b elsewhere. No gradient
    passes to c.
    """

    op_type: ClassVar[str] = "where"
    family: ClassVar[Family] = "merge"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def infer_shape(self, *shapes: Shape) -> Shape:
        if len(shapes) != 3:
            raise ShapeError(f"{self.op_type} takes three inputs, got {len(shapes)}")
        return broadcast_shape(self.op_type, shapes)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        shape = self.infer_shape(*(x.shape for x in xs))
        c, a, b = (np.broadcast_to(x, shape) for x in xs)
        dtype = np.result_type(*xs[1:])
        y = empty_maps(shape, dtype) if len(shape) == 4 else np.empty(shape, dtype)
        for part in threads.pieces(shape):
            y[part] = np.where(c[part] != 0, a[part], b[part])
        return y, xs

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        c, a, b = cache
        chosen = c != 0
        return (
            np.zeros_like(c),
            unbroadcast(np.where(chosen, dy, 0), a.shape),
            unbroadcast(np.where(chosen, 0, dy), b.shape),
        ), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        source = 1 if xs[0][unbroadcast_index(index, xs[0].shape)] != 0 else 2
        place = unbroadcast_index(index, xs[source].shape)
        longest = max(x.ndim for x in xs)
        return Explanation(
            rule="copy",
            result=float(y[index]),
            bias=0.0,
            input_indices=np.array([source]),
            positions=np.array([(*place, *(-1,) * (longest - len(place)))], np.int64),
            values=np.array([xs[source][place]], np.float64),
            weights=np.ones(1),
            contributions=np.array([xs[source][place]], np.float64),
        )

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return tuple(
            Box(
                unbroadcast_index(box.start, shape),
                tuple(i + 1 for i in unbroadcast_index(tuple(i - 1 for i in box.stop), shape)),
            )
            for shape in shapes
        )


@dataclass(frozen=True, eq=False)
class TopK(Op):
    """The ``k`` largest numbers along ``axis`` in their order, or the smallest; with ``places``
    where they were instead.

    Of equal numbers the first comes first. The gradient goes to the numbers that were kept; none
    passes to a place.
    """

    op_type: ClassVar[str] = "top_k"
    display_name: ClassVar[str] = "TopK"
    family: ClassVar[Family] = "output"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    k: int
    axis: int = -1
    largest: bool = True
    places: bool = False

    @property
    def attributes(self) -> dict[str, Any]:
        return {"k": self.k, "axis": self.axis, "largest": self.largest, "places": self.places}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        axis = normal_axis(self.op_type, self.axis, shape)
        if not 1 <= self.k <= shape[axis]:
            raise ShapeError(
                f"{self.op_type}: there are no {self.k} numbers along axis {axis} of {shape}"
            )
        return (*shape[:axis], self.k, *shape[axis + 1 :])

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        order = self._order(x)
        y = contiguous(order, x.dtype) if self.places else _taken(x, order, self.axis)
        return channels_last(y), x

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        dx = np.zeros_like(cache)
        if not self.places:
            np.put_along_axis(dx, self._order(cache), dy, self.axis)
        return (dx,), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        axis = normal_axis(self.op_type, self.axis, x.shape)
        row = np.moveaxis(x, axis, -1)[index[:axis] + index[axis + 1 :]]
        cell = int(self._order(row, 0)[index[axis]])
        place = (*index[:axis], cell, *index[axis + 1 :])
        if self.places:
            return one_term("function", place, float(x[place]), nan, float(y[index]))
        return one_term("copy", place, float(x[place]), 1.0, float(y[index]))

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (whole_along(box, normal_axis(self.op_type, self.axis, shapes[0]), shapes[0]),)

    def _order(self, x: Array, axis: int | None = None) -> Array:
        axis = normal_axis(self.op_type, self.axis if axis is None else axis, x.shape)
        order = np.empty((*x.shape[:axis], self.k, *x.shape[axis + 1 :]), np.intp)
        for part in threads.pieces(x.shape, whole=(axis,)):
            if x.shape[axis] <= SORTED_AT_ONCE:
                found = np.argsort(-x[part] if self.largest else x[part], axis=axis, kind="stable")
                order[part] = np.take(found, np.arange(self.k), axis=axis)
                continue
            rows, places = np.moveaxis(x[part], axis, -1), np.moveaxis(order[part], axis, -1)
            for row in np.ndindex(rows.shape[:-1]):
                places[row] = _first(rows[row], self.k, self.largest)[0]
        return order


@dataclass(frozen=True, eq=False)
class GatherElements(Op):
    """y[…, i, …] = x[…, indices[…, i, …], …] along ``axis``: an index for every output, computed by
    the network.

    Indices are whole numbers in floats; negative ones count from the end, and what is beyond an end
    is that end. No gradient passes to them.
    """

    op_type: ClassVar[str] = "gather_elements"
    display_name: ClassVar[str] = "GatherElements"
    family: ClassVar[Family] = "reshape"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    axis: int = 1

    @property
    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def infer_shape(self, *shapes: Shape) -> Shape:
        if len(shapes) != 2:
            raise ShapeError(f"{self.op_type} takes two inputs, got {len(shapes)}")
        x, indices = shapes
        axis = normal_axis(self.op_type, self.axis, x)
        fits = len(indices) == len(x) and all(
            own == axis or size == x[own] for own, size in enumerate(indices)
        )
        if not fits:
            raise ShapeError(f"{self.op_type}: indices of shape {indices} do not fit {x}")
        return indices

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        x, indices = xs
        cells = np.empty(indices.shape, np.int64)
        for part in threads.pieces(cells.shape):
            cells[part] = self._cells(x, indices[part])
        return channels_last(_taken(x, cells, self.axis)), xs

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        x, indices = cache
        axis = normal_axis(self.op_type, self.axis, x.shape)
        places: list[Array] = list(np.ogrid[tuple(map(slice, indices.shape))])
        places[axis] = self._cells(x, indices)
        dx = np.zeros_like(x)
        np.add.at(dx, tuple(places), dy)
        return (dx, np.zeros_like(indices)), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        x, indices = xs
        axis = normal_axis(self.op_type, self.axis, x.shape)
        cell = int(self._cells(x, indices[index]))
        place = (*index[:axis], cell, *index[axis + 1 :])
        return one_term("copy", place, float(x[place]), 1.0, float(y[index]))

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        axis = normal_axis(self.op_type, self.axis, shapes[0])
        return whole_along(box, axis, shapes[0]), box

    def _cells(self, x: Array, indices: Array) -> Array:
        size = x.shape[self.axis]
        cells = np.trunc(indices).astype(np.int64)
        return np.asarray(np.where(cells < 0, cells + size, cells).clip(0, size - 1))


def _taken(x: Array, cells: Array, axis: int) -> Array:
    """``np.take_along_axis`` in parts."""
    axis %= x.ndim
    y = np.empty(cells.shape, x.dtype)
    for part in threads.pieces(y.shape):
        beside = (*part[:axis], slice(None), *part[axis + 1 :])
        y[part] = np.take_along_axis(x[beside], cells[part], axis)
    return y


def _first(row: Array, k: int, largest: bool) -> tuple[Array, Array]:
    """Where the first k numbers of a long row stand when it is in order, and their keys: those of
    its halves, merged. Of equal numbers the first comes first.
    """
    if len(row) <= SORTED_AT_ONCE:
        threads.check()
        keys = -row if largest else row
        places = np.argsort(keys, kind="stable")[:k]
        return places, keys[places]
    half = len(row) // 2
    left, (places, keys) = _first(row[:half], k, largest), _first(row[half:], k, largest)
    right = places + half, keys
    count = len(left[0]) + len(right[0])
    merged = np.empty(count, np.intp), np.empty(count, row.dtype)
    for (places, keys), others, side in ((left, right[1], "left"), (right, left[1], "right")):
        for start in range(0, len(keys), SORTED_AT_ONCE):
            threads.check()
            some = slice(start, start + SORTED_AT_ONCE)
            to = np.searchsorted(others, keys[some], cast("Any", side))
            to += np.arange(start, start + len(to))
            merged[0][to], merged[1][to] = places[some], keys[some]
    return merged[0][:k], merged[1][:k]


def whole_along(box: Box, axis: int, shape: Shape) -> Box:
    """The box with all of one axis (from 0)."""
    start, stop = list(box.start), list(box.stop)
    start[axis], stop[axis] = 0, shape[axis]
    return Box(tuple(start), tuple(stop))
