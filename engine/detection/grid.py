"""The anchor grid of a detector: every position of its maps, level by level."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from engine.types import Array

# The strides that detectors come with; the first that fits the number of rows is taken.
_STRIDES = ((8, 16, 32), (8, 16, 32, 64), (16, 32), (8, 16), (4, 8, 16, 32), (8, 16, 32, 64, 128))
_ANCHORS = (1, 3, 2, 6, 9)  # boxes a cell


class Grid(NamedTuple):
    """The cells of one or more levels, in the order of rows.

    ``corners`` (N, 2): x, y of a cell's corner, counted in cells; ``stride`` (N, 1): pixels a cell.
    ``anchors``: how many boxes each cell has, one after the other.
    """

    corners: Array
    stride: Array
    anchors: int
    levels: int

    @property
    def middles(self) -> Array:
        """x, y of each cell's middle, in pixels of the input: (N, 2)."""
        return np.asarray((self.corners + 0.5) * self.stride)


def level_size(size: tuple[int, int], stride: int) -> tuple[int, int]:
    """(rows, columns) of the map of that stride over an input of ``size`` (height, width)."""
    return -(-size[0] // stride), -(-size[1] // stride)


def grid_of(
    size: tuple[int, int], strides: tuple[int, ...], anchors: int, *, level_first: bool = False
) -> Grid:
    """The grid of these levels. ``level_first``: all cells of one anchor come before those of the
    next (YOLOv5's order).
    """
    corners, steps = [], []
    for stride in strides:
        rows, cols = level_size(size, stride)
        y, x = np.indices((rows, cols))
        cells = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float64)
        cells = np.tile(cells, (anchors, 1)) if level_first else np.repeat(cells, anchors, axis=0)
        corners.append(cells)
        steps.append(np.full((len(cells), 1), float(stride)))
    return Grid(np.concatenate(corners), np.concatenate(steps), anchors, len(strides))


def grid_with(rows: int, size: tuple[int, int]) -> Grid | None:
    """The usual grid that has so many rows over an input of ``size`` (height, width); None where
    none has.
    """
    for anchors, strides in product(_ANCHORS, _STRIDES):
        count = sum(h * w for h, w in (level_size(size, stride) for stride in strides))
        if count * anchors == rows:
            return grid_of(size, strides, anchors, level_first=anchors == 3)
    return None
