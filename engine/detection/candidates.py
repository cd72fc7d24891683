"""Boxes with scores, and non-maximum suppression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.types import Array

MOST_CANDIDATES = 2_000  # that take part in non-maximum suppression, the best ones


@dataclass(frozen=True, eq=False)
class Candidates:
    """A detector's boxes before non-maximum suppression.

    - ``boxes`` (N, 4) float64: left, top, right, bottom in pixels of the network's input;
    - ``scores`` (N, C) float64, from 0 to 1: one a class, without a class for the background;
    - ``sources``: names of the values that hold scores; ``source`` (N,) int: which of them holds a
      box's;
    - ``rows`` (N,) int: in which row of it (which cell, for maps).
    """

    boxes: Array
    scores: Array
    sources: tuple[str, ...]
    source: Array
    rows: Array

    @classmethod
    def of_one(cls, boxes: Array, scores: Array, source: str) -> Candidates:
        """All from one value, a row each."""
        count = len(boxes)
        return cls(boxes, scores, (source,), np.zeros(count, np.int64), np.arange(count))


@dataclass(frozen=True)
class Detection:
    """One box that stays: corners in pixels of the network's input, its class, and the row it was
    read from.
    """

    left: float
    top: float
    right: float
    bottom: float
    score: float
    unit: int
    source: str
    row: int


def detections(found: Candidates, *, least: float, overlap: float, most: int) -> list[Detection]:
    """The boxes with a score of ``least`` or more that are not suppressed by a better one, best
    first.

    Greedy non-maximum suppression within each class: a box goes where its intersection over union
    with a better box of its class is above ``overlap``. At most ``most``.
    """
    unit = found.scores.argmax(axis=1)
    score = np.take_along_axis(found.scores, unit[:, None], 1)[:, 0]
    fit = np.isfinite(found.boxes).all(axis=1) & np.isfinite(score) & (score >= least)
    fit &= (found.boxes[:, 2:] > found.boxes[:, :2]).all(axis=1)
    (chosen,) = np.nonzero(fit)
    chosen = chosen[np.argsort(-score[chosen], kind="stable")][:MOST_CANDIDATES]
    kept = chosen[_suppress(found.boxes[chosen], unit[chosen], overlap, most)]
    left, top, right, bottom = found.boxes.T
    return [
        Detection(
            float(left[i]),
            float(top[i]),
            float(right[i]),
            float(bottom[i]),
            float(score[i]),
            int(unit[i]),
            found.sources[found.source[i]],
            int(found.rows[i]),
        )
        for i in kept
    ]


def _suppress(boxes: Array, unit: Array, overlap: float, most: int) -> Array:
    """Indices of the boxes that stay; ``boxes`` (N, 4) are sorted by score, best first."""
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    alive = np.ones(len(boxes), bool)
    kept: list[int] = []
    for i in range(len(boxes)):
        if not alive[i]:
            continue
        kept.append(i)
        if len(kept) == most:
            break
        low = np.maximum(boxes[i + 1 :, :2], boxes[i, :2])
        high = np.minimum(boxes[i + 1 :, 2:], boxes[i, 2:])
        shared = np.maximum(high - low, 0).prod(axis=1)
        same = unit[i + 1 :] == unit[i]
        alive[i + 1 :] &= ~(same & (shared > overlap * (area[i] + area[i + 1 :] - shared)))
    return np.array(kept, np.int64)
