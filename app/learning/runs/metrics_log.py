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

Point = list[float]  # step, loss and accuracy of this batch alone, learning rate

MOST_SHOWN = 2000  # points of the whole course

_FIELDS = 4


class MetricsLog:
    """Points and epochs so far, ordered by step.

    A point takes 32 bytes. A training may have 200,000 of them, and the server keeps many
    trainings.
    """

    def __init__(self) -> None:
        self._numbers = array("d")
        self.epochs: list[dict[str, Any]] = []

    @classmethod
    def read(cls, path: Path, step: int) -> MetricsLog:
        """The history up to ``step``; a last line that a kill cut off is ignored."""
        metrics_log = cls()
        if not path.exists():
            return metrics_log
        for entry in _entries(path):
            if entry[0] != "epoch":
                if entry[0] <= step:
                    metrics_log.add([entry])
            elif entry[1]["step"] <= step:
                metrics_log.epochs.append(entry[1])
        return metrics_log

    def add(self, points: Iterable[Sequence[float | None]]) -> None:
        """Append points; a value that is not finite is null in JSON."""
        for point in points:
            self._numbers.extend(math.nan if number is None else number for number in point)

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

    def write(self, path: Path) -> None:
        """Rewrite the file."""
        with path.open("w") as file:
            file.writelines(json.dumps(self._point(i)) + "\n" for i in range(len(self)))
            file.writelines(json.dumps(["epoch", record]) + "\n" for record in self.epochs)

    def since(self, step: int) -> list[Point]:
        """The points after ``step``, thinned."""
        return [self._point(i) for i in thinned(range(self._after(step), len(self)))]

    def _point(self, i: int) -> Point:
        step, *rest = self._numbers[_FIELDS * i : _FIELDS * (i + 1)]
        return [int(step), *rest]

    def _after(self, step: int) -> int:
        """The index of the first point after ``step``."""
        return bisect_right(range(len(self)), step, key=lambda i: int(self._numbers[_FIELDS * i]))


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
