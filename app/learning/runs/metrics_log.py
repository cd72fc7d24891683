"""The history of a training: one point for each batch, one record for each epoch. In memory for the
server, on disk for the next one.

On disk each line is a JSON list: ``[step, loss, accuracy, learning rate]`` of a batch, or
``["epoch", {…}]``.
"""

from __future__ import annotations

import json
import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.formats.safetensors import write_atomically

Point = list[float]  # step, loss and accuracy of this batch alone, learning rate

MOST_SHOWN = 2000  # points of the whole course
MOST_KEPT = 10 * MOST_SHOWN  # in memory

_FIELDS = 4


class MetricsLog:
    """Points and epochs so far, ordered by step.

    A point takes 32 bytes. A training may have 200,000 of them, and the server keeps many
    trainings: so of those that lie far back only every so many is kept. All are on disk.
    """

    def __init__(self) -> None:
        self._numbers = array("d")
        self._stride = 1
        self.epochs: list[dict[str, Any]] = []

    @classmethod
    def read(cls, path: Path, step: int) -> MetricsLog:
        """The history up to ``step``; a last line that a kill cut off is ignored."""
        metrics_log = cls()
        if not path.exists():
            return metrics_log
        for entry in _entries(path):
            if _step(entry) > step:
                continue
            if entry[0] == "epoch":
                metrics_log.epochs.append(entry[1])
            else:
                metrics_log.add([entry])
        return metrics_log

    def add(self, points: Iterable[Sequence[float | None]]) -> None:
        """Append points; a value that is not finite is null in JSON."""
        for point in points:
            self._numbers.extend(math.nan if number is None else number for number in point)
            if len(self) > MOST_KEPT:
                self._thin_the_past()

    def __len__(self) -> int:
        return len(self._numbers) // _FIELDS

    @property
    def last(self) -> Point | None:
        """The newest point."""
        return self._point(len(self) - 1) if self._numbers else None

    def cut(self, step: int) -> None:
        """Drop everything after ``step``."""
        del self._numbers[_FIELDS * self._after(step) :]
        self.epochs = [record for record in self.epochs if record["step"] <= step]

    def thin(self) -> None:
        """Keep only the points that are shown of the whole course, once a training has ended."""
        points = self.since(0)
        self._numbers = array("d")
        self.add(points)

    def _thin_the_past(self) -> None:
        """Of all but the last points, which streams are about to send, keep those at whole
        multiples of a number of steps; twice as many steps once they are half of all.
        """
        past, recent = (
            self._numbers[: -_FIELDS * MOST_SHOWN],
            self._numbers[-_FIELDS * MOST_SHOWN :],
        )
        kept = _every(past, self._stride)
        while len(kept) > _FIELDS * MOST_KEPT // 2:
            self._stride *= 2
            kept = _every(kept, self._stride)
        self._numbers = kept + recent

    def since(self, step: int) -> list[Point]:
        """The points after ``step``, thinned."""
        return [self._point(i) for i in thinned(range(self._after(step), len(self)))]

    def _point(self, i: int) -> Point:
        step, *rest = self._numbers[_FIELDS * i : _FIELDS * (i + 1)]
        return [int(step), *rest]

    def _after(self, step: int) -> int:
        """The index of the first point after ``step``."""
        return bisect_right(range(len(self)), step, key=lambda i: int(self._numbers[_FIELDS * i]))


def cut_file(path: Path, step: int) -> None:
    """Drop every line after ``step``, and half a line. A kill in the middle leaves the file as it
    was.
    """
    if not path.exists():
        return
    kept = [entry for entry in _entries(path) if _step(entry) <= step]
    text = "".join(json.dumps(entry) + "\n" for entry in kept)
    write_atomically(path, text.encode())


def _step(entry: list[Any]) -> int:
    step: int = entry[1]["step"] if entry[0] == "epoch" else entry[0]
    return step


def _every(numbers: array[float], stride: int) -> array[float]:
    """The points whose steps are multiples of the stride."""
    kept = array("d")
    for i in range(0, len(numbers), _FIELDS):
        if numbers[i] % stride == 0:
            kept.extend(numbers[i : i + _FIELDS])
    return kept


def thinned(places: Sequence[int]) -> Sequence[int]:
    """At most ``MOST_SHOWN`` of the places, evenly, the last one among them."""
    stride = -(-len(places) // MOST_SHOWN)
    return places if stride <= 1 else places[::-1][::stride][::-1]


def _entries(path: Path) -> Iterator[list[Any]]:
    with path.open() as lines:
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                continue
