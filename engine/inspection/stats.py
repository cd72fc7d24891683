"""Key figures of values, and their strongest channels.

A value is one picture's, without the batch axis: (C, H, W) or (K,). It is read block by block, each
once in its own numbers and once in float64, while the block is in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import isfinite, nan, sqrt
from typing import NamedTuple, TypedDict

import numpy as np

from engine.execution import buffers, threads
from engine.types import Array

# NumPy adds numbers that it must convert in pieces of so many, and others in halves of halves
# (Higham, "The accuracy of floating point summation", 1993). Here it is done likewise, so that a
# mean is NumPy's to the last bit.
_PIECE = 8192
_BLOCK = 8 * _PIECE
_WIDE = 512  # neighbouring rows are taken as one until it has so many numbers


class LayerStats(TypedDict):
    """Key figures of one value. Minimum, maximum, mean and standard deviation are those of its
    finite elements, and NaN where it has none. ``silent_channels`` are the maps that are zero
    everywhere; None for a vector.
    """

    min: float
    max: float
    mean: float
    std: float
    zero_fraction: float
    nan_count: int
    inf_count: int
    silent_channels: list[int] | None


class Summary(NamedTuple):
    """A value's key figures, and the mean |value| of each channel (unit, for a vector)."""

    stats: LayerStats
    sizes: Array

    def top_channels(self, k: int) -> list[int]:
        """The channels with the largest mean |value|, strongest first, at most ``k``."""
        return [int(c) for c in np.argsort(-self.sizes, kind="stable")[:k]]


class _Pass(NamedTuple):
    """What one pass over all numbers finds; ``sizes`` are sums of |value| by channel."""

    least: float
    most: float
    zeros: int
    total: float
    sizes: Array


def summaries(values: Sequence[Array]) -> list[Summary]:
    """The summary of each value, on all threads."""
    found: dict[int, Summary] = {}

    def work(position: int) -> None:
        found[position] = summary(values[position])

    # The largest first, so that no thread is left with it at the end.
    order = sorted(range(len(values)), key=lambda position: -values[position].size)
    plan = threads.plan_split(0, sum(value.size for value in values))
    threads.run([partial(work, position) for position in order], wake=plan.wakes)
    return [found[position] for position in range(len(values))]


def layer_stats(y: Array) -> LayerStats:
    """Key figures of one value."""
    return summary(y).stats


def summary(y: Array) -> Summary:
    """Key figures of one value, or of an array of any shape. Sums are taken in float64, so a large
    layer loses no digits.
    """
    y = np.atleast_1d(y)
    flat = y.ravel(order="K")
    room = min(y.size, _BLOCK + max(_WIDE, len(y)))
    scratch = buffers.empty((room,), np.dtype(np.float64))
    channels = len(y) if _lies_by_rows(y) else 0
    with np.errstate(invalid="ignore"):  # an infinity less another one
        seen = _look(flat, channels, scratch)
    sizes = seen.sizes if channels else np.abs(y).sum(axis=tuple(range(1, y.ndim)), dtype=float)
    least, most, total, finite = seen.least, seen.most, seen.total, flat
    nan_count = inf_count = 0
    if not (isfinite(least) and isfinite(most)):  # a NaN is the minimum of all that has one
        nan_count, inf_count = int(np.isnan(y).sum()), int(np.isinf(y).sum())
        finite = y[np.isfinite(y)]
        least, most, _, total, _ = _look(finite, 0, scratch)
    mean = np.float64(total) / finite.size if finite.size else nan
    stats = LayerStats(
        min=least,
        max=most,
        mean=float(mean),
        std=sqrt(_squares(finite, mean, scratch) / finite.size) if finite.size else nan,
        zero_fraction=seen.zeros / y.size,
        nan_count=nan_count,
        inf_count=inf_count,
        silent_channels=np.flatnonzero(sizes == 0).tolist() if y.ndim == 3 else None,
    )
    return Summary(stats, sizes / (y.size // len(y)))


def _lies_by_rows(y: Array) -> bool:
    """Whether maps lie in memory as the engine keeps them: all channels of a place together."""
    return y.ndim == 3 and y.transpose(1, 2, 0).flags.c_contiguous


def _look(flat: Array, channels: int, scratch: Array) -> _Pass:
    """Read all numbers once. Without ``channels`` there are no sums by channel."""
    period = channels * max(1, _WIDE // channels) if channels else 0
    sums = np.zeros(period)
    leasts, mosts, zeros, total = [], [], 0, 0.0
    for start in range(0, flat.size, _BLOCK):
        stop = min(start + _BLOCK, flat.size)
        # Sums by channel are taken of whole rows: those that begin in the block.
        first, end = (_next(edge, period, flat.size) for edge in (start, stop))
        block, wide = flat[start:end], scratch[: end - start]
        leasts.append(block.min())
        mosts.append(block.max())
        zeros += stop - start - int(np.count_nonzero(flat[start:stop] != 0))
        np.copyto(wide, block)
        total = _added(total, wide[: stop - start])
        if not channels:
            continue
        rows = wide[first - start :]
        if not leasts[-1] >= 0:
            np.abs(rows, out=rows)
        whole = rows.size // period * period
        if whole:
            sums += np.ones(whole // period) @ rows[:whole].reshape(-1, period)
        sums[: rows.size - whole] += rows[whole:]
    if not flat.size:
        return _Pass(nan, nan, 0, 0.0, sums)
    sizes = sums.reshape(-1, channels).sum(axis=0) if channels else sums
    return _Pass(float(np.min(leasts)), float(np.max(mosts)), zeros, total, sizes)


def _next(edge: int, period: int, size: int) -> int:
    """Where the next whole row begins."""
    return min(-(-edge // period) * period, size) if period else edge


def _added(total: float, numbers: Array) -> float:
    """The total, and all numbers more, piece by piece."""
    whole = numbers.size // _PIECE * _PIECE
    if whole:
        for part in np.add.reduce(numbers[:whole].reshape(-1, _PIECE), axis=1).tolist():
            total += part
    return total + float(np.add.reduce(numbers[whole:])) if whole < numbers.size else total


def _squares(flat: Array, mean: float, scratch: Array) -> float:
    """The sum of the squares of what each number is above the mean, in halves of halves."""
    if flat.size > _BLOCK:
        half = flat.size // 2 - flat.size // 2 % 8
        return _squares(flat[:half], mean, scratch) + _squares(flat[half:], mean, scratch)
    apart = np.subtract(flat, mean, out=scratch[: flat.size], dtype=np.float64)
    return float(np.add.reduce(np.multiply(apart, apart, out=apart)))
