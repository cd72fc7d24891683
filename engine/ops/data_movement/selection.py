"""Ops that select elements by the values of other elements: where, top k, gather elements."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last
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
        c, a, b = xs
        return channels_last(np.where(c != 0, a, b)), xs

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
        y = order.astype(x.dtype) if self.places else np.take_along_axis(x, order, self.axis)
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
        for part in threads.pieces(x.shape, whole=axis):
            found = np.argsort(-x[part] if self.largest else x[part], axis=axis, kind="stable")
            order[part] = np.take(found, np.arange(self.k), axis=axis)
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
        return channels_last(np.take_along_axis(x, self._cells(x, indices), self.axis)), xs

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


def whole_along(box: Box, axis: int, shape: Shape) -> Box:
    """The box with all of one axis (from 0)."""
    start, stop = list(box.start), list(box.stop)
    start[axis], stop[axis] = 0, shape[axis]
    return Box(tuple(start), tuple(stop))
