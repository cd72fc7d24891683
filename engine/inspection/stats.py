"""Key figures of a value, and its strongest channels.

``y`` is one picture's value without the batch axis, (C, H, W) or (K,).
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from engine.types import Array


class LayerStats(TypedDict):
    """Key figures of one value. ``dead_channels`` counts the maps that are zero everywhere; None
    for a vector.
    """

    min: float
    max: float
    mean: float
    std: float
    zero_fraction: float
    dead_channels: int | None


def layer_stats(y: Array) -> LayerStats:
    """Key figures of one value (C, H, W) or (K,). Sums are taken in float64, so a large layer loses
    no digits.
    """
    alive = np.count_nonzero(y, axis=(1, 2)) if y.ndim == 3 else None
    zeros = y.size - (np.count_nonzero(y) if alive is None else int(alive.sum()))
    return LayerStats(
        min=float(y.min()),
        max=float(y.max()),
        mean=float(y.mean(dtype=np.float64)),
        std=float(y.std(dtype=np.float64)),
        zero_fraction=float(zeros / y.size),
        dead_channels=None if alive is None else int(np.count_nonzero(alive == 0)),
    )


def top_channels(y: Array, k: int) -> list[int]:
    """The channels (units, for a vector) with the largest mean |value|, strongest first, at most
    ``k``.
    """
    size = np.abs(y).mean(axis=tuple(range(1, y.ndim)), dtype=np.float64)
    return [int(c) for c in np.argsort(-size, kind="stable")[:k]]
