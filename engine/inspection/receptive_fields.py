"""Receptive fields of elements, rows and columns of a value, in the network's first input."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from engine.errors import ShapeError
from engine.inspection.field_bounds import MOST_ENTRIES, Bounds, Windows, of_nothing, of_picture
from engine.network import Network
from engine.ops.base import Box
from engine.types import Index

Span = tuple[int, int]


def receptive_fields_of(
    network: Network, check: Callable[[], None] | None = None
) -> ReceptiveFields:
    """The receptive fields of a network for one picture, found once as long as the network
    lives.
    """
    known = _KNOWN.get(network)
    if known is None:
        known = _KNOWN[network] = ReceptiveFields(network, check=check)
    return known


class ReceptiveFields:
    """The exact receptive fields of a network, for a batch of ``n``: the input regions of its ops,
    chained.

    The bounds of all values (engine/inspection/field_bounds.py) are found in one walk through the
    graph, in time linear in the network's size; every question is then read off them. ``check`` is
    called before each node and may raise to stop.
    """

    def __init__(
        self, network: Network, n: int = 1, check: Callable[[], None] | None = None
    ) -> None:
        self._shapes = network.shapes(n)
        picture, *others = network.inputs
        rank = len(self._shapes[picture])
        self._bounds: dict[str, Bounds] = {picture: of_picture(self._shapes[picture])}
        for name in others:
            self._bounds[name] = of_nothing(len(self._shapes[name]), rank)
        windows, entries = Windows(), 0
        for node in network.nodes:
            if check is not None:
                check()
            shape = self._shapes[node.name]
            if not node.inputs:
                self._bounds[node.name] = of_nothing(len(shape), rank)
                continue
            given = [self._bounds[name] for name in node.inputs]
            shapes = [self._shapes[name] for name in node.inputs]
            bounds = windows.through(node.op, given, shapes, shape)
            if bounds is not given[0]:
                entries += bounds.size
            self._bounds[node.name] = bounds if entries <= MOST_ENTRIES else bounds.together()

    def at(self, name: str, index: Index) -> Box | None:
        """The smallest box that can change the number at an index; None when it does not depend on
        the input (a padded constant).
        """
        return self._bounds[name].at(index)

    def input_box(self, name: str, box: Box) -> Box | None:
        """The smallest box that can change any number in a box of the value ``name``."""
        return self._bounds[name].seen(box)

    def size_of(self, name: str) -> tuple[int, ...]:
        """(height, width) of what the middle number of a value sees; () when that does not depend
        on the input.
        """
        box = self.at(name, tuple(size // 2 for size in self._shapes[name]))
        if box is None:
            return ()
        return tuple(stop - start for start, stop in zip(box.start[2:], box.stop[2:], strict=True))

    def rows_and_columns(
        self, name: str, axes: tuple[int, int] = (-2, -1)
    ) -> tuple[list[Span], list[Span]]:
        """What each row and each column of a value's maps sees: (start, stop) in the input's rows,
        in its columns.

        ``axes``: those of the value that are shown as rows and columns. A place sees what its row
        and its column see. Where branches of different windows were concatenated, one map may see
        less than another: this is what all maps see together. (0, 0) is nothing. Raises ShapeError
        for a value without maps.
        """
        rank = len(self._shapes[name])
        if rank < 2 or (axes == (-2, -1) and rank < 3):
            raise ShapeError(f"{name!r} is a list of numbers and has no rows and columns")
        rows, columns = (axis % rank for axis in axes)
        return self._spans(name, rows, 2), self._spans(name, columns, 3)

    def _spans(self, name: str, axis: int, seen_axis: int) -> list[Span]:
        starts, stops = self._bounds[name].along(axis, seen_axis).tolist()
        spans = [(a, -b) if a < -b else (0, 0) for a, b in zip(starts, stops, strict=True)]
        return spans * (self._shapes[name][axis] if len(spans) == 1 else 1)


_KNOWN: WeakKeyDictionary[Network, ReceptiveFields] = WeakKeyDictionary()
