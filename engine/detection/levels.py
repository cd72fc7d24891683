"""Detectors that give one set of outputs for each level of their pyramid: SCRFD, YuNet, NanoDet,
FCOS; and CenterNet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from engine.detection.candidates import Candidates
from engine.detection.grid import Grid, grid_of, level_size
from engine.detection.layouts import (
    Layout,
    Recogniser,
    Shapes,
    Size,
    Values,
    expected_distance,
    from_centres,
    from_distances,
    probabilities,
    rows_of,
)
from engine.ops.elementwise.activation import sigmoid
from engine.types import Array, Shape

_STRIDES = (4, 8, 16, 32, 64, 128)

_BINS = (32, 44, 64, 68)  # four edges with 8, 11, 16 or 17 distances each

# (stride, anchors, columns or maps) of an output that belongs to one level, None of any other.
LevelOf = Callable[[Shape, Size], "tuple[int, int, int] | None"]


class Level(NamedTuple):
    """The outputs over one grid: names by the number of their columns (or maps), in the file's
    order.
    """

    stride: int
    anchors: int
    names: dict[int, list[str]]


def face_rows(shapes: Shapes, size: Size) -> Layout | None:
    """SCRFD and YuNet: per level rows of scores (1), boxes (4) and, perhaps, landmarks (10)."""
    levels = _levels(shapes, size, _row_level)
    if len(levels) < 2 or not all(len(level.names.get(4, ())) == 1 for level in levels):
        return None
    scores = {len(level.names.get(1, ())) for level in levels}
    if scores == {1}:
        return Layout("SCRFD", _used(levels, 1, 4), partial(_scrfd, levels, size))
    if scores == {2}:
        return Layout("YuNet", _used(levels, 1, 4), partial(_yunet, levels, size))
    return None


def _scrfd(levels: list[Level], size: Size, values: Values) -> Candidates:
    """Distances to the edges in strides, from the corner of a cell. Source: Guo et al., "Sample and
    computation redistribution for efficient face detection", 2021.
    """
    parts = []
    for level in levels:
        grid = _grid(level, size)
        distances = rows_of(values[level.names[4][0]], 4) * grid.stride
        score = level.names[1][0]
        boxes = from_distances(grid.corners * grid.stride, distances)
        parts.append((boxes, probabilities(rows_of(values[score], 1)), score))
    return _joined(parts)


def _yunet(levels: list[Level], size: Size, values: Values) -> Candidates:
    """The score is the geometric mean of class and objectness; centres and logarithms of sides in
    strides. Source: Wu et al., "YuNet: a tiny millisecond-level face detector", 2023.
    """
    parts = []
    for level in levels:
        grid = _grid(level, size)
        one, other = (np.clip(rows_of(values[n], 1), 0, 1) for n in level.names[1])
        y = rows_of(values[level.names[4][0]], 4)
        with np.errstate(over="ignore"):
            sides = np.exp(y[:, 2:]) * grid.stride
        boxes = from_centres(
            np.concatenate([(grid.corners + y[:, :2]) * grid.stride, sides], axis=1)
        )
        parts.append((boxes, np.sqrt(one * other), level.names[1][0]))
    return _joined(parts)


def nanodet(shapes: Shapes, size: Size) -> Layout | None:
    """NanoDet: per level rows of class scores, and of a distribution over distances for each
    edge.
    """
    levels = _levels(shapes, size, _row_level)
    kinds = {tuple(sorted(level.names)) for level in levels}
    if len(kinds) != 1 or not all(len(n) == 1 for level in levels for n in level.names.values()):
        return None
    columns = kinds.pop()
    bins = next((c for c in columns if c in _BINS), 0)
    if len(columns) != 2 or not bins:
        return None
    classes = columns[0] + columns[1] - bins
    return Layout(
        "NanoDet", _used(levels, classes, bins), partial(_nanodet, levels, classes, bins, size)
    )


def _nanodet(
    levels: list[Level], classes: int, bins: int, size: Size, values: Values
) -> Candidates:
    parts = []
    for level in levels:
        grid, score = _grid(level, size), level.names[classes][0]
        distances = expected_distance(rows_of(values[level.names[bins][0]], bins)) * grid.stride
        boxes = from_distances(grid.middles, distances)
        parts.append((boxes, probabilities(rows_of(values[score], classes)), score))
    return _joined(parts)


def fcos(shapes: Shapes, size: Size) -> Layout | None:
    """FCOS: per level maps of class scores, of four distances, and of centerness."""
    levels = _levels(shapes, size, _map_level)
    kinds = {tuple(sorted(level.names)) for level in levels}
    if len(levels) < 2 or len(kinds) != 1:
        return None
    others = [c for c in next(iter(kinds)) if c not in (1, 4)]
    complete = all(len(level.names.get(c, ())) == 1 for level in levels for c in (1, 4, *others))
    if len(others) != 1 or not complete:
        return None
    classes = others[0]
    note = "Distances are taken for pixels, or for strides where all of them are small."
    return Layout("FCOS", _used(levels, classes, 4, 1), partial(_fcos, levels, classes, size), note)


def _fcos(levels: list[Level], classes: int, size: Size, values: Values) -> Candidates:
    """Source: Tian et al., "FCOS: fully convolutional one-stage object detection", 2019, eq. 1 to
    3.
    """
    parts = []
    for level in levels:
        grid, score = _grid(level, size), level.names[classes][0]
        distances = _by_cell(values[level.names[4][0]], 4)
        if distances.size and np.quantile(distances, 0.99) < max(size) / level.stride:
            distances = distances * grid.stride
        centerness = probabilities(_by_cell(values[level.names[1][0]], 1))
        scores = np.sqrt(probabilities(_by_cell(values[score], classes)) * centerness)
        parts.append((from_distances(grid.middles, distances), scores, score))
    return _joined(parts)


def centernet(shapes: Shapes, size: Size) -> Layout | None:
    """CenterNet: a heatmap of centres a class, and at each place the size of the box and where in
    the cell its centre lies.
    """
    levels = _levels(shapes, size, _map_level)
    if len(levels) != 1 or len(levels[0].names.get(2, ())) != 2 or len(levels[0].names) != 2:
        return None
    (classes,) = (c for c in levels[0].names if c != 2)
    if len(levels[0].names[classes]) != 1:
        return None
    return Layout(
        "CenterNet", _used(levels, classes, 2), partial(_centernet, levels[0], classes, size)
    )


def _centernet(level: Level, classes: int, size: Size, values: Values) -> Candidates:
    """Sizes and offsets in cells; the peaks of the heatmap are its local maxima. Source: Zhou et
    al., "Objects as points", 2019.
    """
    score, grid = level.names[classes][0], _grid(level, size)
    first, second = level.names[2]
    if "off" in first.lower() or "reg" in first.lower():
        first, second = second, first
    heat = np.asarray(values[score], np.float64).reshape(classes, *level_size(size, level.stride))
    heat = heat if heat.min() >= 0 and heat.max() <= 1 else sigmoid(heat)
    peaks = np.where(heat == _largest_around(heat), heat, 0)
    centres = (grid.corners + _by_cell(values[second], 2)) * grid.stride
    sides = _by_cell(values[first], 2) * grid.stride
    boxes = from_centres(np.concatenate([centres, sides], axis=1))
    return _joined([(boxes, peaks.reshape(classes, -1).T, score)])


def _largest_around(heat: Array) -> Array:
    padded = np.pad(heat, ((0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return np.asarray(around.max(axis=(3, 4)))


def _by_cell(y: Array, channels: int) -> Array:
    """Maps (C, H, W) → (H · W, C)."""
    return np.asarray(y, np.float64).reshape(channels, -1).T


def _joined(parts: list[tuple[Array, Array, str]]) -> Candidates:
    """The levels' boxes, scores and names of scores as one list."""
    boxes, scores, names = zip(*parts, strict=True)
    counts = [len(rows) for rows in scores]
    return Candidates(
        boxes=np.concatenate(boxes),
        scores=np.concatenate(scores),
        sources=names,
        source=np.repeat(np.arange(len(counts)), counts),
        rows=np.concatenate([np.arange(count) for count in counts]),
    )


def _used(levels: list[Level], *columns: int) -> tuple[str, ...]:
    return tuple(name for level in levels for c in columns for name in level.names[c])


def _grid(level: Level, size: Size) -> Grid:
    return grid_of(size, (level.stride,), level.anchors)


def _row_level(shape: Shape, size: Size) -> tuple[int, int, int] | None:
    """(stride, anchors, columns) of rows (N, K) that belong to one level; None for anything
    else.
    """
    if len(shape) == 1:
        shape = (shape[0], 1)
    if len(shape) != 2:
        return None
    for anchors in (1, 2):
        for stride in _STRIDES:
            rows, cols = level_size(size, stride)
            if rows * cols * anchors == shape[0] and shape[0] > 1:
                return stride, anchors, shape[1]
    return None


def _map_level(shape: Shape, size: Size) -> tuple[int, int, int] | None:
    """(stride, 1, maps) of maps (C, H, W) that belong to one level."""
    if len(shape) != 3:
        return None
    found = (s for s in _STRIDES if level_size(size, s) == shape[1:] and shape[1:] != (1, 1))
    stride = next(found, None)
    return None if stride is None else (stride, 1, shape[0])


def _levels(shapes: Shapes, size: Size, level_of: LevelOf) -> list[Level]:
    """The outputs by level, the finest first; empty where one of them belongs to none."""
    levels: dict[tuple[int, int], Level] = {}
    for name, shape in shapes.items():
        found = level_of(shape, size)
        if found is None:
            return []
        stride, anchors, columns = found
        level = levels.setdefault((stride, anchors), Level(stride, anchors, {}))
        level.names.setdefault(columns, []).append(name)
    ordered = [levels[key] for key in sorted(levels)]
    return ordered if len({level.anchors for level in ordered}) == 1 else []


RECOGNISERS: tuple[Recogniser, ...] = (face_rows, nanodet, fcos, centernet)
