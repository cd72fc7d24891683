"""Channels last: how maps lie in memory, and the one place that puts them so."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.execution import buffers, threads
from engine.types import Array, Shape

FEW_CHANNELS = 8  # of a photo; more are copied quicker all at once


def to_nhwc(x: Array) -> Array:
    """Maps (N, C, H, W) as a contiguous (N, H, W, C) array: a view when they lie channels last
    already, a copy otherwise.
    """
    cells = x.transpose(0, 2, 3, 1)
    if not cells.flags.c_contiguous:
        cells = np.empty(cells.shape, cells.dtype)
        copy_maps(from_nhwc(cells), x)
    return cells


def copy_maps(target: Array, x: Array) -> None:
    """The numbers of ``x`` into ``target``, of the same shape. A photo's few maps one by one: that
    is four times as quick.
    """
    if x.ndim == 4 and x.shape[1] <= FEW_CHANNELS and x.flags.c_contiguous:
        for channel in range(x.shape[1]):
            for part in threads.pieces(x[:, channel].shape):
                target[:, channel][part] = x[:, channel][part]
    else:
        for part in threads.pieces(x.shape):
            np.copyto(target[part], x[part])


def contiguous(x: Array, dtype: Any = None) -> Array:
    """``x`` with its numbers one after the other in the order of its axes, in that dtype; copied,
    part by part, only if they are not so.
    """
    dtype = x.dtype if dtype is None else np.dtype(dtype)
    if x.flags.c_contiguous and x.dtype == dtype:
        return x
    y = np.empty(x.shape, dtype)
    for part in threads.pieces(x.shape):
        np.copyto(y[part], x[part])
    return y


def from_nhwc(x: Array) -> Array:
    """The (N, C, H, W) view on (N, H, W, C) data."""
    return x.transpose(0, 3, 1, 2)


def channels_last(x: Array) -> Array:
    """``x`` in the memory order that the engine keeps: maps channels last, anything else
    contiguous. Copies only if it must.
    """
    return from_nhwc(to_nhwc(x)) if x.ndim == 4 else contiguous(x)


def empty_maps(shape: Shape, dtype: Any) -> Array:
    """Maps of shape (N, C, H, W), channels last, not yet filled."""
    n, c, h, w = shape
    return from_nhwc(buffers.empty((n, h, w, c), np.dtype(dtype)))


def in_memory(x: Array) -> Array:
    """``x`` with its axes in the order in which its numbers lie: maps as (N, H, W, C), anything
    else as it is; contiguous.
    """
    return to_nhwc(x) if x.ndim == 4 else contiguous(x)


def from_memory(x: Array) -> Array:
    """The reverse of ``in_memory``, always a view."""
    return from_nhwc(x) if x.ndim == 4 else x


def memory_axis(axis: int, rank: int) -> int:
    """Where an axis (from 0) of a value of that rank has gone ``in_memory``."""
    return (0, 3, 1, 2)[axis] if rank == 4 else axis
