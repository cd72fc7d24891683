"""Padding some rows at a time, so that what is copied is still in the cache when it is read; and
cheap strided views.
"""

from __future__ import annotations

from math import prod
from operator import mul

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.execution import threads
from engine.types import Array


def padded_rows(
    x: Array, first: int, high: int, width: int, pad_offset: tuple[int, int], value: float = 0.0
) -> Array:
    """Rows ``first`` … ``first + high - 1``, and ``width`` columns, of x (N, H, W, C) padded with
    ``value``.

    ``pad_offset`` (top, left) is the padding above and to the left; where it is negative, x is
    cropped instead. A view of x where nothing has to be padded, otherwise in this thread's scratch
    buffer.
    """
    n, height, columns, channels = x.shape
    top, left = first - pad_offset[0], -pad_offset[1]  # of the band, counted in x
    if top >= 0 and left >= 0 and top + high <= height and left + width <= columns:
        return x[:, top : top + high, left : left + width]
    shape = (n, high, width, channels)
    padded = threads.scratch(prod(shape), x.dtype, "band").reshape(shape)
    rows = slice(min(max(top, 0), height), min(max(top + high, 0), height))
    cols = slice(min(max(left, 0), columns), min(max(left + width, 0), columns))
    down = slice(rows.start - top, rows.stop - top) if rows.start < rows.stop else slice(0, 0)
    along = slice(cols.start - left, cols.stop - left) if cols.start < cols.stop else slice(0, 0)
    padded[:, : down.start] = value
    padded[:, down.stop :] = value
    padded[:, down, : along.start] = value
    padded[:, down, along.stop :] = value
    padded[:, down, along] = x[:, rows, cols]
    return padded


def strided_view(
    array: Array, start: tuple[int, ...], shape: tuple[int, ...], strides: tuple[int, ...]
) -> Array:
    """A view of an array from the cell ``start`` on: ``as_strided``, but of a contiguous array
    cheaper and with checked bounds.
    """
    if array.flags.c_contiguous:
        offset = sum(map(mul, start, array.strides))
        return np.ndarray(shape, array.dtype, array, offset, strides)
    return as_strided(array[tuple(map(slice, start, array.shape))], shape, strides)
