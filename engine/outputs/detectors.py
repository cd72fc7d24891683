"""Outputs of detectors: rows of boxes, and outputs that belong to them."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from engine.detection import layout_of
from engine.outputs.graph import Graph
from engine.outputs.names import hint_of
from engine.outputs.walk import covers, head_of
from engine.types import Shape

_BOX = 4  # numbers of a box
_ROWS = 20  # rows from which on a table is more than a handful of points
_FIRST = 5  # numbers of a row that says where, and how sure
_LOOKED_AT = 512  # values on the way back to the grids
_HEADS = (30, 125, 255, 425)  # channels of YOLO's grids: 2 to 5 boxes, classes of VOC or COCO


def find_detectors(graph: Graph, outputs: Iterable[str]) -> dict[str, str]:
    """Output → why it is taken for boxes, for those that are, and those that belong to them."""
    names = [name for name in outputs if graph.op(name) is not None]
    found = _usual(graph, names)
    for name in names:
        if name in found:
            continue
        reason = _alone(graph, name)
        if reason is not None:
            found[name] = reason
    found |= _pyramid(graph, names)
    return found | _beside(graph, names, found)


def _usual(graph: Graph, names: list[str]) -> dict[str, str]:
    """The outputs that a usual detector's layout is made of: its boxes can be drawn
    (engine/detection).
    """
    inputs = list(graph.network.inputs.values())
    if len(inputs) != 1 or len(inputs[0]) != 3:
        return {}
    _, rows, columns = inputs[0]
    open_ones = [name for name in names if not _is_one_answer(graph, name)]
    layout = layout_of({name: graph.shape(name) for name in open_ones}, (rows, columns))
    if layout is None or (len(layout.outputs) == 1 and _is_softmax(graph, layout.outputs[0])):
        return {}
    return dict.fromkeys(layout.outputs, f"It is laid out as the outputs of {layout.name} are.")


def _alone(graph: Graph, name: str) -> str | None:
    """Why an output is boxes, by itself."""
    shape, hint = graph.shape(name), hint_of(name)
    rows = _rows(shape)
    if hint == "boxes" and (rows is not None or len(shape) == 3) and not _is_list(shape):
        return "Its name speaks of boxes."
    if rows is None:
        if len(shape) == 3 and shape[0] in _HEADS and max(shape[1:]) <= 32 and min(shape[1:]) > 1:
            return f"It is a grid with {shape[0]} numbers a cell, as YOLO's detectors have."
        return None
    count, width = rows
    if width == _BOX and count >= 2:
        return "It is rows of four numbers, as boxes are."
    if count < _ROWS or width <= _BOX or _is_softmax(graph, name):
        return None
    if width in (6, 7) or _are_cells(graph, name, count, width):
        return (
            f"It is {count:,} rows of {width} numbers, one for each place where something may be."
        )
    return None


def _pyramid(graph: Graph, names: list[str]) -> dict[str, str]:
    """Grids with the same numbers a cell in several sizes: a detector looks for large and small
    things.
    """
    grids: dict[tuple[int, ...], set[tuple[int, int]]] = {}
    for name in names:
        if (grid := _grid(graph.shape(name))) is not None:
            grids.setdefault(grid[0], set()).add(grid[1])
    reason = "It is one of several grids in several sizes, as detectors have."
    return {
        name: reason
        for name in names
        if (grid := _grid(graph.shape(name))) is not None and len(grids[grid[0]]) > 1
    }


def _grid(shape: Shape) -> tuple[tuple[int, ...], tuple[int, int]] | None:
    """(numbers a cell, (rows, columns)) of maps (C, H, W), or of boxes in them (A, H, W, D)."""
    if len(shape) == 3 and min(shape[1:]) > 1 and shape[0] > _BOX:
        return (shape[0],), (shape[1], shape[2])
    if len(shape) == 3 and min(shape) > 1 and shape[0] == shape[1] and shape[2] > _FIRST:
        return (shape[2],), (shape[0], shape[1])
    if len(shape) == 4 and shape[3] >= _FIRST:
        return (shape[0], shape[3]), (shape[1], shape[2])
    return None


def _beside(graph: Graph, names: list[str], found: dict[str, str]) -> dict[str, str]:
    """Outputs with as many rows, or in the same grid, as one that is boxes: the scores, or points,
    of these boxes.
    """
    shapes = {name: graph.shape(name) for name in found}
    counts = {rows[0] for shape in shapes.values() if (rows := _rows(shape)) is not None}
    grids: set[Shape] = {
        shape[1:] for shape in shapes.values() if len(shape) == 3 and min(shape[1:]) > 1
    }
    return {
        name: "It has as many rows as there are boxes in another output, or the same grid: it belongs to them."
        for name in names
        if name not in found
        and _belongs(graph.shape(name), counts, grids)
        and not _is_one_answer(graph, name)
    }


def _is_one_answer(graph: Graph, name: str) -> bool:
    """Whether a list is the softmax of a whole picture, however many numbers it has."""
    head = head_of(graph, name)
    return head.activation == "softmax" and covers(graph, head)


def _is_softmax(graph: Graph, name: str) -> bool:
    return head_of(graph, name).activation == "softmax"


def _belongs(shape: Shape, counts: set[int], grids: set[Shape]) -> bool:
    if len(shape) == 3 and shape[1:] in grids:
        return True
    return not counts.isdisjoint(size for size in shape if size > _BOX)


def _rows(shape: Shape) -> tuple[int, int] | None:
    """(rows, numbers a row) of a table, whichever way it lies; None where it is none."""
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) != 2 or min(shape) < 1 or max(shape) < 2 or min(shape) == 1:
        return None
    if _BOX in shape:
        return (shape[0] if shape[1] == _BOX else shape[1]), _BOX
    return max(shape), min(shape)


def _is_list(shape: Shape) -> bool:
    return max(shape, default=1) == prod(shape)


def _are_cells(graph: Graph, name: str, count: int, width: int) -> bool:
    """Whether the rows are the cells of the grids that the value was made from, or a few for each
    cell.
    """
    grids = _grids_behind(graph, name)
    cells = sum(rows * columns for rows, columns in grids)
    if cells > 0 and count % cells == 0 and count // cells <= 16:
        return True
    # YOLOv8's distances go through a convolution of their own, whose rows are no grid.
    return any(rows * columns == count for rows, columns in grids)


def _grids_behind(graph: Graph, name: str) -> set[tuple[int, int]]:
    """(rows, columns) of the last maps that a value was made from, on every way back."""
    grids: set[tuple[int, int]] = set()
    open_ones, seen = [name], {name}
    while open_ones and len(seen) < _LOOKED_AT:
        here = open_ones.pop()
        shape = graph.shape(here)
        op = graph.op(here)
        if op is None:
            continue
        if len(shape) == 3 and op.op_type in ("conv", "conv_transpose", "batch_norm"):
            if min(shape[1:]) > 1:
                grids.add((shape[1], shape[2]))
            continue
        for before in graph.inputs(here):
            if before not in seen:
                seen.add(before)
                open_ones.append(before)
    return grids
