"""What happened in a training: a point for each batch, a record for each epoch. In memory for the
server, on disk for the next one.

On disk each line is a list: ``[step, loss, accuracy, learning rate]`` of one batch, or ``["epoch",
{…}]``.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Point = list[float]  # step, loss and accuracy of this batch alone, learning rate

MOST_SHOWN = 2000  # points of the whole course


class MetricsLog:
    """Points and epochs so far, in the order of their steps."""

    def __init__(self) -> None:
        self.batches: list[Point] = []
        self.epochs: list[dict[str, Any]] = []

    @classmethod
    def read(cls, path: Path, step: int) -> MetricsLog:
        """What was written up to ``step``; a line that was cut off by a kill is not there."""
        metrics_log = cls()
        if not path.exists():
            return metrics_log
        for entry in _entries(path):
            if entry[0] != "epoch":
                if entry[0] <= step:
                    metrics_log.batches.append(entry)
            elif entry[1]["step"] <= step:
                metrics_log.epochs.append(entry[1])
        return metrics_log

    def cut(self, step: int) -> None:
        """Forget what came after ``step``."""
        self.batches = [point for point in self.batches if point[0] <= step]
        self.epochs = [record for record in self.epochs if record["step"] <= step]

    def write(self, path: Path) -> None:
        """Write all of it anew."""
        lines = [*self.batches, *(["epoch", record] for record in self.epochs)]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def since(self, step: int) -> list[Point]:
        """The points after ``step``, thinned."""
        first = bisect_right(self.batches, float(step), key=lambda point: point[0])
        return thinned(self.batches[first:])


def thinned(points: list[Point]) -> list[Point]:
    """At most ``MOST_SHOWN`` of the points, evenly, the last one among them."""
    stride = -(-len(points) // MOST_SHOWN)
    return points if stride <= 1 else points[::-1][::stride][::-1]


def _entries(path: Path) -> Iterator[list[Any]]:
    with path.open() as lines:
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                continue
