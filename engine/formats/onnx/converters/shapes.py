"""Converters of what moves numbers about: reshape, transpose, slice, gather, pad and the like.

The batch axis stays free: a reshape to (1, 512) becomes one to (-1, 512), so that the numbers of
one picture stay together and a network runs with any number of them.
"""

from __future__ import annotations

from math import prod

from engine.formats.onnx.importing.builder import Operand
from engine.formats.onnx.importing.node_context import NodeContext, slice_parts
from engine.ops import (
    Concat,
    DepthToSpace,
    Expand,
    Flatten,
    Gather,
    Identity,
    Pad,
    Reshape,
    Slice,
    SpaceToDepth,
    Transpose,
)
from engine.types import Shape


def reshape(step: NodeContext) -> None:
    """Reshape to a shape that is known on load."""
    target = list(step.int_values(1, "its shape"))
    shape = step.shape()
    if not step.integer("allowzero", 0):
        if any(size == 0 for size in target[len(shape) :]):
            raise step.refused(f"{target} keeps an axis that {list(shape)} does not have")
        target = [shape[axis] if size == 0 else size for axis, size in enumerate(target)]
    if target.count(-1) == 1 and prod(size for size in target if size != -1) > 0:
        rest = prod(size for size in target if size != -1)
        target[target.index(-1)] = prod(shape) // rest
    _reshaped(step, tuple(target))


def _reshaped(step: NodeContext, target: Shape) -> None:
    """The operand with the shape ``target``, the first axis left open."""
    if prod(target) != prod(step.shape()) or min(target, default=1) < 1:
        raise step.refused(f"{list(step.shape())} cannot become {list(target)}")
    step.make(Reshape((-1, *target[1:]) if target else ()), step.operand(0))


def flatten(step: NodeContext) -> None:
    """Flatten before an axis that may lie behind the last."""
    axis, shape = step.integer("axis", 1), step.shape()
    if axis == len(shape):
        _reshaped(step, (prod(shape), 1))
    else:
        step.make(Flatten(axis), step.operand(0))


def squeeze(step: NodeContext) -> None:
    """Squeeze: the named axes, or all, of size 1 go; the batch's never does unless it is named."""
    shape = step.shape()
    named = step.setting(1, "axes", ())
    gone = {step.axis(axis, len(shape)) for axis in named} or {
        axis for axis, size in enumerate(shape) if axis and size == 1
    }
    if any(shape[axis] != 1 for axis in gone):
        raise step.refused(f"not all axes {sorted(gone)} of {list(shape)} are of size 1")
    _reshaped(step, tuple(size for axis, size in enumerate(shape) if axis not in gone))


def unsqueeze(step: NodeContext) -> None:
    """Unsqueeze: new axes of size 1, counted in the result."""
    named = step.setting(1, "axes")
    rank = len(step.shape()) + len(named)
    new = {step.axis(axis, rank) for axis in named}
    if len(new) != len(named):
        raise step.refused(f"axes {list(named)} name one twice")
    sizes = iter(step.shape())
    _reshaped(step, tuple(1 if axis in new else next(sizes) for axis in range(rank)))


def transpose(step: NodeContext) -> None:
    """Transpose; without ``perm`` all axes are turned round."""
    step.make(Transpose(step.integers("perm", range(len(step.shape()))[::-1])), step.operand(0))


def concat(step: NodeContext) -> None:
    """Concat; of one operand it is that operand."""
    values = [step.value(place) for place in range(len(step.inputs))]
    op = Concat(step.integer("axis")) if len(values) > 1 else Identity()
    step.make(op, *values)


def split(step: NodeContext) -> None:
    """Split: one slice for each output that is read."""
    shape = step.shape()
    axis = step.axis(step.integer("axis", 0), len(shape))
    if step.has(1) or "split" in step.attributes:
        parts = step.setting(1, "split")
    else:
        count = step.integer("num_outputs", len(step.outputs))
        largest = -(-shape[axis] // max(count, 1))
        parts = (*(largest,) * (count - 1), shape[axis] - largest * (count - 1))
    if len(parts) != len(step.outputs) or sum(parts) != shape[axis] or min(parts) < 0:
        raise step.refused(f"axis {axis} of {list(shape)} does not fall into {list(parts)}")
    start = 0
    for place, size in enumerate(parts):
        if step.outputs[place] in step.read:
            op = Slice((start,), (start + size,), axes=(axis,))
            step.make(op, step.operand(0), output=place)
        start += size


def slice_(step: NodeContext) -> None:
    """Slice: numbers from places that lie evenly apart."""
    step.make(Slice(*slice_parts(step)), step.operand(0))


def gather(step: NodeContext) -> None:
    """Gather with constant indices."""
    indices = step.array(1, "its indices")
    step.make(Gather(indices, step.integer("axis", 0)), step.operand(0))


def expand(step: NodeContext) -> None:
    """Expand to a shape that is known on load: axes that are missing in front come first, but for
    the batch's.
    """
    target, shape = step.int_values(1, "its shape"), step.shape()
    rank = max(len(target), len(shape))
    wanted = (*(1,) * (rank - len(target)), *target)
    has = (*(1,) * (rank - len(shape)), *shape)
    if any(w not in (1, h) and h != 1 for w, h in zip(wanted, has, strict=True)):
        raise step.refused(f"{list(shape)} cannot be repeated to {list(target)}")
    x = step.operand(0)
    if len(shape) < rank:
        raise step.refused(f"it adds axes in front of the batch's: {list(shape)} to {list(target)}")
    whole = tuple(map(max, has, wanted))
    if whole == has:
        step.make(Identity(), x)
        return
    step.make(Expand((1, *wanted[1:]) if wanted[0] == has[0] else wanted), x)


def pad(step: NodeContext) -> None:
    """Pad; negative pads cut off instead."""
    mode = step.text("mode", "constant")
    if step.opset < 11:
        pads, value = step.integers("pads"), step.real("value", 0.0)
    else:
        pads = step.int_values(1, "pads")
        value = step.bound(2, "value") or 0.0
    rank = len(step.shape())
    named = step.int_values(3, "axes") if step.has(3) else tuple(range(rank))
    axes = [step.axis(axis, rank) for axis in named]
    if len(pads) != 2 * len(axes):
        raise step.refused(f"{len(axes)} axes take {2 * len(axes)} pads, got {list(pads)}")
    borders = dict(zip(axes, zip(pads[: len(axes)], pads[len(axes) :], strict=True), strict=True))
    grown = {axis: (max(0, a), max(0, b)) for axis, (a, b) in borders.items() if max(a, b) > 0}
    cut = {axis: (min(0, a), min(0, b)) for axis, (a, b) in borders.items() if min(a, b) < 0}
    x = step.operand(0)
    if cut and grown:
        x = _cut(step, x, cut, part="cut")
    elif cut:
        _cut(step, x, cut)
        return
    if not grown:
        step.make(Identity(), x)
        return
    step.make(
        Pad(
            (*(a for a, _ in grown.values()), *(b for _, b in grown.values())),
            value if mode == "constant" else 0.0,
            mode,
            tuple(grown),
        ),
        x,
    )


def _cut(
    step: NodeContext, x: Operand, borders: dict[int, tuple[int, int]], part: str = ""
) -> Operand:
    """Cells taken off before and behind."""
    op = Slice(
        tuple(-before for before, _ in borders.values()),
        tuple(x.shape[axis] + after for axis, (_, after) in borders.items()),
        axes=tuple(borders),
    )
    return step.make(op, x, part=part)


def depth_to_space(step: NodeContext) -> None:
    """DepthToSpace."""
    step.make(DepthToSpace(step.integer("blocksize"), step.text("mode", "DCR")), step.operand(0))


def space_to_depth(step: NodeContext) -> None:
    """SpaceToDepth: the cells of a block become the outer part of the channels (DCR), or the inner
    one.
    """
    block, mode = step.integer("blocksize"), step.text("mode", "DCR")
    if mode == "DCR":
        step.make(SpaceToDepth(block), step.operand(0))
        return
    _, channels, height, width = shape = step.shape()
    if mode != "CRD" or block < 1 or height % block or width % block:
        raise step.refused(f"mode {mode!r} with blocks of {block} does not fit {list(shape)}")
    rows, columns = height // block, width // block
    cells = step.make(
        Reshape((-1, channels, rows, block, columns, block)), step.operand(0), part="cells"
    )
    turned = step.make(Transpose((0, 1, 3, 5, 2, 4)), cells, part="turned")
    step.make(Reshape((-1, channels * block * block, rows, columns)), turned)
