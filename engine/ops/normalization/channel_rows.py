"""Maps as rows of W · C numbers, and sums over them, for normalisations: a block of rows at a time,
which stays in the cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from engine.execution import threads
from engine.types import Array

BLOCK = 1 << 16  # numbers that are worked on at a time


def row_width(columns: int, channels: int) -> int:
    """Numbers in a row of maps; where they are too many to work on at a time, in an equal part of
    it.
    """
    least = -(-columns * channels // threads.PIECE)
    parts = next((p for p in range(least, least + 100) if columns % p == 0), columns)
    return columns // parts * channels


def tiled(vector: Array, rows: Array) -> Array:
    """One number per channel, repeated along a row, in the rows' dtype."""
    return np.tile(vector.astype(rows.dtype), rows.shape[1] // len(vector))


def blocks(rows: Array) -> Iterator[slice]:
    """Rows to take at a time; before each of them the work may be stopped."""
    step = max(1, BLOCK // rows.shape[1])
    for i in range(0, len(rows), step):
        threads.check()
        yield slice(i, i + step)


def channel_sums(blocks: Iterable[Array], channels: int) -> Array:
    """Sum over all rows of all blocks, (C,). The sums of the blocks, in their dtype, are added up
    in float64.
    """
    total = sum((np.ones(len(b), b.dtype) @ b).astype(np.float64) for b in blocks)
    sums: Array = np.asarray(total).reshape(-1, channels).sum(0)
    return sums


def squared(x: Array) -> Array:
    """x², in x's own memory."""
    x *= x
    return x
