"""Receptive fields: what a number, a row or a column of a value can see of the network's first input."""

from __future__ import annotations

from engine.errors import ShapeError
from engine.network import Network
from engine.ops.base import Box
from engine.types import Index

Span = tuple[int, int]


class Fields:
    """The receptive fields of a network, for a batch of ``n``. Exact: every op's own window, walked back through the graph.

    Where branches meet, boxes are joined. Deep in a network a few steps back lead to all of a value; what that sees is known from the
    beginning, so a walk ends there, and a hundred layers more cost a hundred steps rather than ten thousand.
    """

    def __init__(self, network: Network, n: int = 1) -> None:
        self._network = network
        self._picture = next(iter(network.inputs))
        self._shapes = network.shapes(n)
        self._whole: dict[str, Box | None] = {}
        for node in network.nodes:
            self._whole[node.name] = self.seen(node.name, Box.whole(self._shapes[node.name]))

    def at(self, name: str, index: Index) -> Box | None:
        """The smallest box that can change the number at an index; None when it does not depend on the input (a padded constant)."""
        return self.seen(name, Box.at(index))

    def seen(self, name: str, box: Box) -> Box | None:
        """The smallest box that can change any number in a box of the value ``name``."""
        seen: dict[str, Box] = {name: box}

        def add(source: str, part: Box | None) -> None:
            if part is not None:
                seen[source] = part.union(seen[source]) if source in seen else part

        for node in reversed(self._network.nodes):
            here = seen.get(node.name)
            if here is None:
                continue
            if node.name in self._whole and here == Box.whole(self._shapes[node.name]):
                add(self._picture, self._whole[node.name])
                continue
            shapes = (self._shapes[source] for source in node.inputs)
            for source, part in zip(node.inputs, node.op.window(here, *shapes), strict=True):
                add(source, part)
        return seen.get(self._picture)

    def size(self, name: str) -> tuple[int, ...]:
        """(height, width) of what the middle number of a value sees; () when that does not depend on the input."""
        box = self.at(name, (0, *(size // 2 for size in self._shapes[name][1:])))
        if box is None:
            return ()
        return tuple(stop - start for start, stop in zip(box.start[2:], box.stop[2:], strict=True))

    def rows_and_columns(self, name: str) -> tuple[list[Span], list[Span]]:
        """What each row and each column of a value's maps sees: (start, stop) in the input's rows, in its columns.

        A place sees what its row and its column see. Where branches of different windows were concatenated, one map may see less
        than another: this is what all maps see together. (0, 0) is nothing. Raises ShapeError for a value without maps.
        """
        rank = len(self._shapes[name])
        if rank < 3:
            raise ShapeError(f"{name!r} is a list of numbers and has no rows and columns")
        return self._spans(name, rank - 2, 2), self._spans(name, rank - 1, 3)

    def _spans(self, name: str, axis: int, seen_axis: int) -> list[Span]:
        shape = self._shapes[name]
        spans = []
        for i in range(shape[axis]):
            start, stop = [0] * len(shape), list(shape)
            start[axis], stop[axis] = i, i + 1
            box = self.seen(name, Box(tuple(start), tuple(stop)))
            spans.append((0, 0) if box is None else (box.start[seen_axis], box.stop[seen_axis]))
        return spans
