"""Converters of what chooses, counts and sorts: mostly the work that detectors do behind their
convolutions.
"""

from __future__ import annotations

from math import prod

import numpy as np

from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import (
    Add,
    Compare,
    CumSum,
    Gather,
    GatherElements,
    Identity,
    Mul,
    Reshape,
    TopK,
    Where,
)
from engine.types import Array, Shape

MOST_REPEATED = 1 << 16  # cells along an axis that Tile makes


def where(step: NodeContext) -> None:
    """Where."""
    step.make(Where(), step.value(0), step.value(1), step.value(2))


def top_k(step: NodeContext) -> None:
    """TopK: a step for the numbers and one for their places, each where it is read."""
    count = step.int_values(1, "its k")[0] if step.has(1) else step.integer("k")
    axis, largest = step.integer("axis", -1), bool(step.integer("largest", 1))
    for place, name in enumerate(step.outputs):
        if name in step.read:
            step.make(TopK(count, axis, largest, bool(place)), step.operand(0), output=place)
            if place:
                step.mark_whole(output=1)


def gather_elements(step: NodeContext) -> None:
    """GatherElements, by indices that are known on load or computed."""
    axis = step.axis(step.integer("axis", 0), len(step.shape()))
    if axis == 0 and len(step.shape()) > 1:
        raise step.refused("it picks along the axis of the pictures")
    step.make(GatherElements(axis), step.value(0), step.value(1))


def cum_sum(step: NodeContext) -> None:
    """CumSum along an axis that is known on load."""
    op = CumSum(
        step.int_values(1, "its axis")[0],
        bool(step.integer("exclusive", 0)),
        bool(step.integer("reverse", 0)),
    )
    step.make(op, step.operand(0))


def tile(step: NodeContext) -> None:
    """Tile: along each axis that is repeated a selection that goes through it again and again."""
    x, times = step.operand(0), step.int_values(1, "its repeats")
    if len(times) != len(x.shape) or min(times, default=1) < 1:
        raise step.refused(f"{list(x.shape)} cannot be repeated {list(times)} times")
    repeated = [axis for axis, count in enumerate(times) if count > 1]
    if not repeated:
        step.make(Identity(), x)
    if 0 in repeated:
        raise step.refused("it repeats the pictures")
    for axis in repeated:
        length = x.shape[axis] * times[axis]
        if length > MOST_REPEATED:
            raise step.refused(
                f"axis {axis} would have {length:,} cells; {MOST_REPEATED:,} are read"
            )
        op = Gather(np.arange(length) % x.shape[axis], axis)
        x = step.make(op, x, part="" if axis == repeated[-1] else f"axis{axis}")


def one_hot(step: NodeContext) -> None:
    """OneHot of computed indices: compared with every number from 0 on, then scaled to the two
    values.
    """
    x = step.operand(0)
    depth = int(step.array(1, "its depth").ravel()[0])
    off, on = step.array(2, "its values").ravel()[:2]
    rank = len(x.shape) + 1
    axis = step.axis(step.integer("axis", -1), rank)
    if axis == 0 or depth < 1:
        raise step.refused(f"depth {depth} along axis {axis} is not computed here")
    shape = (*x.shape[:axis], 1, *x.shape[axis:])
    x = step.make(Reshape((-1, *shape[1:])), x, part="indices")
    cells = np.arange(depth, dtype=np.float32).reshape(
        [-1 if i == axis else 1 for i in range(rank)]
    )
    hot = step.make(Compare(cells[0] if rank > 1 else cells), x, part="hot")
    if (off, on) == (0, 1):
        step.make(Identity(), hot)
        return
    scaled = step.make(Mul(np.array(on - off, np.float32)), hot, part="scaled")
    step.make(Add(np.array(off, np.float32)), scaled)


def trilu(step: NodeContext) -> None:
    """Trilu: one half of each matrix, zeros in the other."""
    shape, rank = step.shape(), len(step.shape())
    offset = step.int_values(1, "its diagonal")[0] if step.has(1) else 0
    upper = bool(step.integer("upper", 1))
    lower = np.tri(shape[-2], shape[-1], offset - int(upper), dtype=bool)
    kept = ~lower if upper else lower
    mask = step.constant(kept.reshape((1,) * (rank - 2) + kept.shape), f"{step.outputs[0]}.mask")
    zero = step.constant(np.zeros((1,) * rank, np.float32), f"{step.outputs[0]}.zero")
    step.make(Where(), mask, step.operand(0), zero)


def scatter_nd(step: NodeContext) -> None:
    """ScatterND at indices that form a grid, as an assignment to a slice is exported: the updates
    spread out, then chosen.
    """
    if step.text("reduction", "none") != "none":
        raise step.refused("a reduction is not computed here")
    shape = step.shape()
    grid = _grid(step, shape)
    updates = step.value(2)
    wanted = (*(len(cells) for cells in grid), *shape[len(grid) :])
    if prod(updates.shape) != prod(wanted):
        raise step.refused(f"updates {list(updates.shape)} do not fill {list(wanted)}")
    if updates.shape != wanted:
        updates = step.make(Reshape((-1, *wanted[1:])), updates, part="updates")
    changed = [axis for axis, cells in enumerate(grid) if len(cells) < shape[axis]]
    if not changed:
        step.make(Identity(), updates)
        return
    mask = np.ones((1,) * len(shape), bool)
    for axis in changed:
        found = np.isin(np.arange(shape[axis]), grid[axis])
        mask = mask & found.reshape([-1 if i == axis else 1 for i in range(len(shape))])
        places = np.searchsorted(grid[axis], np.arange(shape[axis])).clip(0, len(grid[axis]) - 1)
        updates = step.make(Gather(places, axis), updates, part=f"spread{axis}")
    chosen = step.constant(mask, f"{step.outputs[0]}.mask")
    step.make(Where(), chosen, updates, step.value(0))


def _grid(step: NodeContext, shape: Shape) -> list[Array]:
    """The indices along each axis that the indices of all of them are made of, in rising order."""
    indices = step.array(1, "its indices")
    count = indices.shape[-1]
    step.builder.reserve(2 * indices.size)
    flat = indices.reshape(-1, count)
    flat = np.where(flat < 0, flat + np.array(shape[:count]), flat)
    axes = [np.unique(column) for column in flat.T]
    made = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, count)
    if made.shape != flat.shape or (made != flat).any():
        raise step.refused("its indices form no grid of rows and columns")
    if any(cells[0] < 0 or cells[-1] >= size for cells, size in zip(axes, shape, strict=False)):
        raise step.refused("an index is beyond the value")
    if len(axes[0]) != shape[0]:
        raise step.refused("it changes some of the pictures")
    return axes
