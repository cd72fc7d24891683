"""Ops whose output is taken from the input axis by axis, by tables of input positions: what they
share.

``y[…, o, …] = x[…, cells[o], …]`` along each axis that has a table; -1 stands for a cell that is
not there. The same table says how to go forward, where a gradient goes back to, and what a position
sees.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import from_memory, in_memory, memory_axis
from engine.ops.base import Box, DataMovementOp, normal_axis
from engine.types import Array, Shape


class Picking(DataMovementOp):
    """An op that picks, along some axes. Every other axis stays as it is."""

    @abstractmethod
    def cells(self, shape: Shape) -> Mapping[int, Array]:
        """For an input of that shape: axis (from 0) → the input cell of every output cell (O,) int,
        -1 for none.
        """

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (y,) = xs
        for axis, cells in self.cells(y.shape).items():
            y = picked(y, cells, axis)
        return y, xs[0].shape

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        for axis, cells in self.cells(cache).items():
            dy = given_back(dy, cells, axis, cache[axis])
        return (from_memory(in_memory(dy)),), {}

    def tables(self, *shapes: Shape) -> Mapping[int, Array]:
        return self.cells(shapes[0])

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (seen_through(self.tables(*shapes), box),)


def picked(x: Array, cells: Array, axis: int) -> Array:
    """x with the cells of one axis (from 0) taken in that order; none of them may be -1."""
    rows, along = in_memory(x), memory_axis(axis, x.ndim)
    shape = (*rows.shape[:along], len(cells), *rows.shape[along + 1 :])
    y = np.empty(shape, x.dtype)
    for part in threads.pieces(shape):
        beside = (*part[:along], slice(None), *part[along + 1 :])
        y[part] = np.take(rows[beside], cells[part[along]], along)
    return from_memory(y)


def given_back(dy: Array, cells: Array, axis: int, size: int) -> Array:
    """The gradient of ``picked``: every cell of an axis of that size gets the sum of what was
    picked from it.
    """
    rows, along = in_memory(dy), memory_axis(axis, dy.ndim)
    ahead = (slice(None),) * along
    dx = np.zeros((*rows.shape[:along], size, *rows.shape[along + 1 :]), dy.dtype)
    order = np.argsort(cells, kind="stable")
    order = order[np.searchsorted(cells[order], 0) :]
    found, firsts, counts = np.unique(cells[order], return_index=True, return_counts=True)
    for turn in range(
        counts.max(initial=0)
    ):  # all that were picked once, all that were picked twice, …
        left = counts > turn
        to = (*ahead, _evenly(found[left]))
        dx[to] += rows[(*ahead, _evenly(order[firsts[left] + turn]))]
    return from_memory(dx)


def _evenly(places: Array) -> slice | Array:
    """Places as a slice where they are equally far apart, which NumPy reads several times faster
    than a list.
    """
    steps = np.diff(places)
    if (steps != steps[:1]).any() or (steps <= 0).any():
        return places
    step = int(steps[0]) if len(steps) else 1
    return slice(int(places[0]), int(places[-1]) + 1, step)


def seen_through(tables: Mapping[int, Array], box: Box) -> Box | None:
    """The box in the input that an output box sees through tables of cells, None if it sees none. A
    table is (O,) or (O, T).
    """
    start, stop = list(box.start), list(box.stop)
    for axis, cells in tables.items():
        seen = cells[start[axis] : stop[axis]]
        seen = seen[seen >= 0]
        if not seen.size:
            return None
        start[axis], stop[axis] = int(seen.min()), int(seen.max()) + 1
    return Box(tuple(start), tuple(stop))


def normal_axes(op_type: str, axes: Iterable[int], shape: Shape) -> Sequence[int]:
    """``axes`` counted from the front, for a value of this shape. ShapeError for a repeated one."""
    normal = [normal_axis(op_type, axis, shape) for axis in axes]
    if len(set(normal)) != len(normal):
        raise ShapeError(f"{op_type}: of the axes {list(axes)} one comes twice")
    return normal
