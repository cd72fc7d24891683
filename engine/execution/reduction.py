"""Sums, products and extremes along axes: what ``ufunc.reduce`` gives, but of a large value part by
part, so that it can be stopped.

NumPy adds up a row by halves of halves, and the rows of a matrix one after the other. Both can be
done in parts, to the last bit: the first halves here, and a sum that goes on as the first row of
the next part. (Only products along axes that do not lie side by side are rounded otherwise.)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from engine.execution import threads
from engine.types import Array

LANES = 8  # sums that NumPy holds side by side: halves of a row are multiples of it


def reduced(join: np.ufunc, x: Array, axes: Sequence[int]) -> Array:
    """A contiguous x reduced along these axes (from 0), which stay with size 1."""
    if x.size <= threads.PIECE:
        threads.check()
        return np.asarray(join.reduce(x, axis=tuple(axes), keepdims=True))
    last = _last_together(x.shape, axes)
    ahead, behind = prod(x.shape[: last[0]]), prod(x.shape[last[-1] + 1 :])
    y = np.empty([1 if axis in last else size for axis, size in enumerate(x.shape)], x.dtype)
    rows, out = x.reshape(ahead, -1, behind), y.reshape(ahead, 1, behind)
    if rows[0].size <= threads.PIECE:
        for part in threads.pieces(rows.shape, whole=(1, 2)):
            join.reduce(rows[part], axis=1, keepdims=True, out=out[part])
    elif behind == 1 and join is np.add:
        for row, place in zip(rows, out, strict=True):
            place[...] = _sum(row[:, 0])
    else:
        for row, place in zip(rows, out, strict=True):
            _one_by_one(join, row, place)
    others = [axis for axis in axes if axis not in last]
    return reduced(join, y, others) if others else y


def mean(x: Array, axes: Sequence[int]) -> Array:
    """The mean along these axes, as ``x.mean`` has it."""
    total = reduced(np.add, x, axes)
    count = np.intp(prod(x.shape[axis] for axis in axes))
    for part in threads.pieces(total.shape):
        np.true_divide(total[part], count, out=total[part], casting="unsafe")
    return total


def _last_together(shape: tuple[int, ...], axes: Sequence[int]) -> list[int]:
    """The last of the axes, with those that lie before it without one that stays between them."""
    together: list[int] = []
    for axis in sorted(axes, reverse=True):
        if together and prod(shape[axis + 1 : together[0]]) > 1:
            break
        together.insert(0, axis)
    return together


def _sum(row: Array) -> Array:
    if len(row) <= threads.PIECE:
        threads.check()
        return np.asarray(row.sum())
    half = len(row) // 2 // LANES * LANES
    return np.asarray(_sum(row[:half]) + _sum(row[half:]))


def _one_by_one(join: np.ufunc, rows: Array, y: Array) -> None:
    """The rows (R, K) joined in their order: y (1, K)."""
    for part in threads.pieces(y.shape):
        columns = rows[:, part[1]]
        step = max(1, threads.PIECE // columns.shape[1])
        so_far = columns[:0]
        for start in range(0, len(rows), step):
            threads.check()
            joined = np.concatenate([so_far, columns[start : start + step]])
            so_far = join.reduce(joined, axis=0, keepdims=True)
        y[part] = so_far
