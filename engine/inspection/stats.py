"""Key figures of a value, and its strongest channels.

``y`` is one picture's value without the batch axis, (C, H, W) or (K,).
"""

from __future__ import annotations

from math import isfinite, nan
from typing import TypedDict

import numpy as np

from engine.types import Array


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


def layer_stats(y: Array) -> LayerStats:
    """Key figures of one value (C, H, W) or (K,). Sums are taken in float64, so a large layer loses
    no digits.
    """
    alive = np.count_nonzero(y, axis=(1, 2)) if y.ndim == 3 else None
    zeros = y.size - (np.count_nonzero(y) if alive is None else int(alive.sum()))
    least, most, finite = float(y.min()), float(y.max()), y
    nan_count = inf_count = 0
    if not (isfinite(least) and isfinite(most)):  # a NaN is the minimum of all that has one
        nan_count, inf_count = int(np.isnan(y).sum()), int(np.isinf(y).sum())
        finite = y[np.isfinite(y)]
        least, most = (float(finite.min()), float(finite.max())) if finite.size else (nan, nan)
    return LayerStats(
        min=least,
        max=most,
        mean=float(finite.mean(dtype=np.float64)) if finite.size else nan,
        std=float(finite.std(dtype=np.float64)) if finite.size else nan,
        zero_fraction=float(zeros / y.size),
        nan_count=nan_count,
        inf_count=inf_count,
        silent_channels=None if alive is None else np.flatnonzero(alive == 0).tolist(),
    )


def top_channels(y: Array, k: int) -> list[int]:
    """The channels (units, for a vector) with the largest mean |value|, strongest first, at most
    ``k``.
    """
    size = np.abs(y).mean(axis=tuple(range(1, y.ndim)), dtype=np.float64)
    return [int(c) for c in np.argsort(-size, kind="stable")[:k]]
