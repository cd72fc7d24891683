"""Receptive fields: what a number, a row or a column of a value can see of the network's first input."""

from __future__ import annotations

from heapq import heappop, heappush

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
        self._places = {node.name: place for place, node in enumerate(network.nodes)}
        self._whole: dict[str, Box | None] = {}
        self._middle: dict[tuple[str, Box], Box | None] = {}
        for node in network.nodes:
            self._whole[node.name] = self.seen(node.name, Box.whole(self._shapes[node.name]))

    def at(self, name: str, index: Index) -> Box | None:
        """The smallest box that can change the number at an index; None when it does not depend on the input (a padded constant)."""
        return self.seen(name, Box.at(index))

    def seen(self, name: str, box: Box) -> Box | None:
        """The smallest box that can change any number in a box of the value ``name``.

        The walk goes from node to node, the last one first, as all that read a node have then told what they see of it.
        """
        seen: dict[str, Box] = {}
        # Of the nodes that are still to be gone through, negative: the last one comes first.
        places: list[int] = []

        def add(source: str, part: Box | None) -> None:
            if part is None:
                return
            if source in seen:
                part = part.union(seen[source])
            elif source in self._places:
                heappush(places, -self._places[source])
            seen[source] = part

        add(name, box)
        while places:
            node = self._network.nodes[-heappop(places)]
            here = seen[node.name]
            if node.name in self._whole and here == Box.whole(self._shapes[node.name]):
                add(self._picture, self._whole[node.name])
            elif (node.name, here) in self._middle:
                add(self._picture, self._middle[node.name, here])
            else:
                shapes = (self._shapes[source] for source in node.inputs)
                for source, part in zip(node.inputs, node.op.window(here, *shapes), strict=True):
                    add(source, part)
        return seen.get(self._picture)

    def size(self, name: str) -> tuple[int, ...]:
        """(height, width) of what the middle number of a value sees; () when that does not depend on the input."""
        middle = Box.at((0, *(size // 2 for size in self._shapes[name][1:])))
        # Remembered, as the next layer's middle often sees no more than this one.
        box = self._middle[name, middle] = self.seen(name, middle)
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
