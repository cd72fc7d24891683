"""The receptive field of every element of a value, propagated from op to op as bounds.

For each axis of the picture a value has an array of bounds, (2, …): the first place that is seen
and minus the place after the last one, so that the smallest of several bounds is what they see
together. Behind the 2 come the value's own axes, of size 1 where all numbers along an axis see the
same: the rows that a map sees need one entry a row, however many channels and columns there are.
Nothing is seen where both entries are NOTHING.

Everything follows from ``Op.input_region`` and ``Op.tables``, where stride, padding and dilation
come in (``engine/ops/window.py``). Ops that only move, join or repeat numbers do the same with the
bounds; of all others the windows of each index along each axis are asked for once, and are the same
for ops of the same geometry.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from engine.layouts import blocks
from engine.ops import Concat, Dequantize, Flatten, Op, PRelu, Quantize, Reshape, Transpose
from engine.ops.base import Box, DataMovementOp, Elementwise, normal_axis
from engine.ops.elementwise.binary import BinaryOp
from engine.types import Array, Index, Shape

NOTHING = np.int32(2**30)

# Entries of bounds for all values of a network together, 8 bytes each. They are needed where maps
# of different fields were joined and then reshaped again and again; beyond, what a whole value sees
# stands for each of its numbers.
MOST_ENTRIES = 1 << 24


@dataclass(frozen=True, eq=False)
class Bounds:
    """The bounds of a value, one array for each axis of the image; ``gaps``: whether some element
    may have an empty receptive field.
    """

    axes: tuple[Array, ...]
    gaps: bool = False

    @property
    def size(self) -> int:
        """How many entries there are."""
        return sum(array.size // 2 for array in self.axes)

    def at(self, index: Index) -> Box | None:
        """What one number of the value sees."""
        spans = []
        for array in self.axes:
            sizes = array.shape[1:]
            place = [0 if size == 1 else i for size, i in zip(sizes, index, strict=True)]
            first, stop = (half.item(*place) for half in array)
            if first >= NOTHING:
                return None
            spans.append((first, -stop))
        return Box(tuple(first for first, _ in spans), tuple(stop for _, stop in spans))

    def seen(self, box: Box) -> Box | None:
        """The union of the receptive fields of the elements in a box."""
        spans = [self._least(array, box) for array in self.without_gaps().axes]
        if any(first >= stop for first, stop in spans):
            return None
        return Box(tuple(first for first, _ in spans), tuple(stop for _, stop in spans))

    def along(self, axis: int, seen: int) -> Array:
        """What each index along an axis sees of the picture's axis ``seen``: (2, size), or (2, 1)
        where all see the same.
        """
        array = self.without_gaps().axes[seen]
        others = tuple(i for i in range(1, array.ndim) if i != axis + 1)
        return np.asarray(array.min(axis=others))

    def without_gaps(self) -> Bounds:
        """The same, with NOTHING in the bounds of all axes wherever it is in those of one."""
        if not self.gaps:
            return self
        empty = np.zeros((1,) * (self.axes[0].ndim - 1), bool)
        for array in self.axes:
            empty = empty | (array[0] >= NOTHING)
        return Bounds(tuple(np.where(empty, NOTHING, array) for array in self.axes), True)

    def together(self) -> Bounds:
        """What the whole value sees, for each of its numbers."""
        inner = tuple(range(1, self.axes[0].ndim))
        axes = tuple(array.min(axis=inner, keepdims=True) for array in self.without_gaps().axes)
        return Bounds(axes, any(array[0].item() >= NOTHING for array in axes))

    @staticmethod
    def _least(array: Array, box: Box) -> tuple[int, int]:
        part = tuple(
            slice(None) if size == 1 else slice(start, stop)
            for size, start, stop in zip(array.shape[1:], *box, strict=True)
        )
        first, stop = array[(slice(None), *part)].reshape(2, -1).min(axis=1).tolist()
        return first, -stop


def of_picture(shape: Shape) -> Bounds:
    """Of the picture itself: every number sees its own place."""
    axes = []
    for axis, size in enumerate(shape):
        places = np.arange(size, dtype=np.int32)
        inner = (size if i == axis else 1 for i in range(len(shape)))
        axes.append(np.stack([places, -1 - places]).reshape(2, *inner))
    return Bounds(tuple(axes))


def of_nothing(rank: int, seen: int) -> Bounds:
    """The bounds of a value that does not depend on the image, which has ``seen`` axes."""
    return Bounds((np.full((2,) + (1,) * rank, NOTHING),) * seen, True)


class Windows:
    """Propagates bounds through ops. The windows of an op are computed once for all ops of the same
    geometry.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, _Table | None] = {}

    def through(
        self, op: Op, given: Sequence[Bounds], shapes: Sequence[Shape], shape: Shape
    ) -> Bounds:
        """The bounds of what an op makes, of the given ``shape``, from the bounds and the shapes of
        what it reads.
        """
        if isinstance(op, Elementwise | Quantize | Dequantize | PRelu):
            return given[0]
        if isinstance(op, BinaryOp):
            return _union([_of_rank(bounds, len(shape)) for bounds in given])
        if isinstance(op, Concat):
            return _concatenated(given, shapes, normal_axis(op.op_type, op.axis, shape))
        if isinstance(op, Transpose):
            order = (0, *(axis + 1 for axis in op.perm))
            return Bounds(tuple(a.transpose(order) for a in given[0].axes), given[0].gaps)
        if isinstance(op, Flatten | Reshape):
            return _each(given[0].without_gaps(), lambda array: _reshaped(array, shapes[0], shape))
        table = self._table(op, given, shapes, shape)
        if table is not None:
            return table.applied(given, len(shape))
        if isinstance(op, DataMovementOp):
            return _each(given[0].without_gaps(), lambda array: _moved(op, array, shapes[0]))
        return _union([_of_rank(bounds.together(), len(shape)) for bounds in given])

    def _table(
        self, op: Op, given: Sequence[Bounds], shapes: Sequence[Shape], shape: Shape
    ) -> _Table | None:
        needed = tuple(
            tuple(i for i in range(len(s)) if any(a.shape[i + 1] > 1 for a in bounds.axes))
            for bounds, s in zip(given, shapes, strict=True)
        )
        params = tuple(
            (key, a.shape, id(a) if a.dtype.kind in "iu" else 0) for key, a in op.params.items()
        )
        key = (type(op), repr(op.attributes), params, needed, tuple(shapes))
        if key not in self._known:
            tables = op.tables(*shapes)
            self._known[key] = (
                _asked(op, needed, tuple(shapes), shape)
                if tables is None
                else _told(tables, needed[0], shapes[0])
            )
        return self._known[key]


class _Range(NamedTuple):
    """What is seen of one axis of an input: from ``starts`` to before ``stops``, for every index
    along the output's ``axis``.

    Where the same is seen everywhere, ``axis`` is None and there is one entry.
    """

    axis: int | None
    starts: Array
    stops: Array

    def changes_nothing(self, axis: int, size: int) -> bool:
        """Whether every index of that axis, which has that size in the input, sees itself alone."""
        places = np.arange(size)
        alone = np.array_equal(self.starts, places) and np.array_equal(self.stops, places + 1)
        return self.axis == axis and alone


class _Table(NamedTuple):
    """An op's windows, axis by axis: for each input the ranges of its axes, and where along the
    output's axes it is not seen.

    An axis without ranges stays as it is. None for an input that is not seen at all.
    """

    ranges: list[dict[int, _Range]]
    blind: list[dict[int, Array] | None]

    def applied(self, given: Sequence[Bounds], rank: int) -> Bounds:
        """The bounds of the op's output, of that rank."""
        parts = []
        for bounds, ranges, blind in zip(given, self.ranges, self.blind, strict=True):
            if blind is None:
                continue
            if not ranges and not blind and rank == bounds.axes[0].ndim - 1:
                parts.append(bounds)
                continue
            axes = [_windowed(array, ranges, rank) for array in bounds.axes]
            for axis, mask in blind.items():
                axes = _blinded(axes, axis, mask)
            parts.append(Bounds(tuple(axes), bounds.gaps or bool(blind)))
        return _union(parts) if parts else of_nothing(rank, len(given[0].axes))


def _told(tables: Mapping[int, Array], needed: Sequence[int], shape: Shape) -> _Table:
    """An op's windows by its own tables, for an input of that shape."""
    ranges: dict[int, _Range] = {}
    blind: dict[int, Array] = {}
    for axis, table in tables.items():
        cells = table.reshape(len(table), -1)
        there = cells >= 0
        starts = np.where(there, cells, NOTHING).min(axis=1)
        stops = np.where(there, cells, -1).max(axis=1) + 1
        if not there.any(axis=1).all():
            blind[axis] = np.logical_not(there.any(axis=1))
        found = _range(axis, starts, stops)
        if axis in needed and not found.changes_nothing(axis, shape[axis]):
            ranges[axis] = found
    return _Table([ranges], [blind])


def _asked(
    op: Op, needed: Sequence[Sequence[int]], shapes: tuple[Shape, ...], shape: Shape
) -> _Table | None:
    """An op's windows along the axes that are ``needed`` of each input, by asking for them; None if
    they do not go axis by axis.
    """
    inputs = range(len(shapes))
    whole = op.input_region(Box.whole(shape), *shapes)
    ranges: list[dict[int, _Range]] = [
        {j: _constant(seen, j) for j in axes} for seen, axes in zip(whole, needed, strict=True)
    ]
    blind: list[dict[int, Array] | None] = [None if seen is None else {} for seen in whole]
    for axis, size in enumerate(shape):
        wanted = [(i, j) for i in inputs if whole[i] is not None for j in needed[i]]
        outer = [op.input_region(_slab(shape, axis, k), *shapes) for k in (0, size - 1)]
        if size == 1 or all(_same(one, whole, wanted, inputs) for one in outer):
            # Windows go one way, so what is the same at both ends is the same between them.
            continue
        slabs = [op.input_region(_slab(shape, axis, k), *shapes) for k in range(size)]
        for i in inputs:
            mask, known = np.array([seen[i] is None for seen in slabs]), blind[i]
            if known is not None and mask.any():
                known[axis] = mask
        for i, j in wanted:
            spans = [(0, 0) if s[i] is None else (s[i].start[j], s[i].stop[j]) for s in slabs]  # type: ignore[union-attr]
            found = _range(axis, *np.array(spans).T)
            if found.axis is None:
                continue
            if ranges[i][j].axis is not None:
                return None
            ranges[i][j] = found
    table = _Table(ranges, blind)
    ends = [size - 1 for size in shape]
    some = [[0] * len(shape), [i // 2 for i in ends], ends]
    some += [[i * ((axis + turn) % 2) for axis, i in enumerate(ends)] for turn in (0, 1)]
    return table if all(_agrees(table, op, index, shapes) for index in some) else None


def _range(axis: int, starts: Array, stops: Array) -> _Range:
    """What is seen along the output's axis, where anything is."""
    spans = {(a, b) for a, b in zip(starts.tolist(), stops.tolist(), strict=True) if a < b}
    if len(spans) > 1:
        return _Range(axis, starts, stops)
    start, stop = next(iter(spans), (0, 1))
    return _Range(None, np.array([start]), np.array([stop]))


def _slab(shape: Shape, axis: int, index: int) -> Box:
    """All of a value that has that index along an axis."""
    start = tuple(index if i == axis else 0 for i in range(len(shape)))
    stop = tuple(index + 1 if i == axis else size for i, size in enumerate(shape))
    return Box(start, stop)


def _constant(seen: Box | None, axis: int) -> _Range:
    start, stop = (0, 1) if seen is None else (seen.start[axis], seen.stop[axis])
    return _Range(None, np.array([start]), np.array([stop]))


def _same(
    one: Sequence[Box | None],
    other: Sequence[Box | None],
    wanted: Sequence[tuple[int, int]],
    inputs: range,
) -> bool:
    """Whether two windows are equal along the given axes."""
    if any((one[i] is None) != (other[i] is None) for i in inputs):
        return False
    spans = [[(box[i].start[j], box[i].stop[j]) for i, j in wanted] for box in (one, other)]  # type: ignore[union-attr]
    return spans[0] == spans[1]


def _agrees(table: _Table, op: Op, index: Sequence[int], shapes: tuple[Shape, ...]) -> bool:
    """Whether a single element's window agrees with the table."""
    windows = op.input_region(Box.at(tuple(index)), *shapes)
    for seen, ranges, blind in zip(windows, table.ranges, table.blind, strict=True):
        unseen = blind is None or any(mask[index[axis]] for axis, mask in blind.items())
        if unseen != (seen is None):
            return False
        for j, found in ranges.items() if seen is not None else ():
            k = 0 if found.axis is None else index[found.axis]
            if (seen.start[j], seen.stop[j]) != (found.starts[k], found.stops[k]):  # type: ignore[union-attr]
                return False
    return True


def _windowed(array: Array, ranges: dict[int, _Range], rank: int) -> Array:
    """The smallest bounds in each window; the axes go where the output has them."""
    inner = [1] * rank
    order = []
    for j, size in enumerate(array.shape[1:]):
        if size == 1:
            continue
        found, to = ranges.get(j), j
        if found is not None:
            array = _least_of(array, j + 1, found)
            if found.axis is None:
                continue
            to = found.axis
        order.append((to, j + 1))
        inner[to] = array.shape[j + 1]
    kept = [j for _, j in sorted(order)]
    gone = [j for j in range(array.ndim) if j != 0 and j not in kept]
    return array.transpose(0, *kept, *gone).reshape(2, *inner)


def _least_of(array: Array, axis: int, found: _Range) -> Array:
    """The smallest entries in each range along an axis, by a table of the smallest of 1, 2, 4, …
    neighbours.

    Source: Bender and Farach-Colton, "The LCA problem revisited", 2000 (the sparse table).
    """
    lengths = found.stops - found.starts
    if len(lengths) == 1:
        part = (slice(None),) * axis + (slice(found.starts[0], found.stops[0]),)
        return np.asarray(array[part].min(axis=axis, keepdims=True))
    levels = np.log2(np.maximum(lengths, 1)).astype(np.int64)
    smallest, step = np.moveaxis(array, axis, 0), 1
    out = np.full((len(lengths), *smallest.shape[1:]), NOTHING)
    for level in range(int(levels.max()) + 1):
        here = (levels == level) & (lengths > 0)
        first, last = found.starts[here], found.stops[here] - step
        out[here] = np.minimum(smallest[first], smallest[last])
        smallest, step = np.minimum(smallest[: -step or None], smallest[step:]), step * 2
    return np.moveaxis(out, 0, axis)


def _blinded(axes: Sequence[Array], axis: int, mask: Array) -> list[Array]:
    """NOTHING where the mask along an axis says so: in all bounds that differ along it, or else in
    the first.
    """
    shaped = mask.reshape([-1 if i == axis else 1 for i in range(axes[0].ndim - 1)])
    hit = [array.shape[axis + 1] > 1 for array in axes]
    if not any(hit):
        hit[0] = True
    return [
        np.where(shaped, NOTHING, array) if there else array
        for array, there in zip(axes, hit, strict=True)
    ]


def _of_rank(bounds: Bounds, rank: int) -> Bounds:
    """With axes of size 1 in front, as in broadcasting; a value without axes, or of more that are
    all the same, likewise.
    """
    has = bounds.axes[0].ndim - 1
    if has == rank:
        return bounds
    if has > rank:
        return Bounds(tuple(array.reshape(2, *(1,) * rank) for array in bounds.axes), bounds.gaps)
    more = (1,) * (rank - has)
    return Bounds(tuple(a.reshape(2, *more, *a.shape[1:]) for a in bounds.axes), bounds.gaps)


def _union(parts: Sequence[Bounds]) -> Bounds:
    """The union of several values' receptive fields, element by element."""
    if all(part is parts[0] for part in parts):
        return parts[0]
    whole = [part.without_gaps() for part in parts]
    axes = []
    for arrays in zip(*(part.axes for part in whole), strict=True):
        least = arrays[0]
        for array in arrays[1:]:
            least = np.minimum(least, array)
        axes.append(least)
    return Bounds(tuple(axes), all(part.gaps for part in parts) or _has_gaps(axes, parts))


def _has_gaps(axes: Sequence[Array], parts: Sequence[Bounds]) -> bool:
    return any(part.gaps for part in parts) and any((a[0] >= NOTHING).any() for a in axes)


def _concatenated(given: Sequence[Bounds], shapes: Sequence[Shape], axis: int) -> Bounds:
    whole = [bounds.without_gaps() for bounds in given]
    axes = [
        _joined(arrays, [shape[axis] for shape in shapes], axis + 1)
        for arrays in zip(*(bounds.axes for bounds in whole), strict=True)
    ]
    return Bounds(tuple(axes), any(bounds.gaps for bounds in given))


def _joined(arrays: Sequence[Array], sizes: Sequence[int], axis: int) -> Array:
    first = arrays[0]
    if first.shape[axis] == 1 and all(np.array_equal(first, array) for array in arrays[1:]):
        return first
    common = np.broadcast_shapes(*((*a.shape[:axis], 1, *a.shape[axis + 1 :]) for a in arrays))
    return np.concatenate(
        [
            np.broadcast_to(a, (*common[:axis], size, *common[axis + 1 :]))
            for a, size in zip(arrays, sizes, strict=True)
        ],
        axis=axis,
    )


def _each(bounds: Bounds, made: Callable[[Array], Array]) -> Bounds:
    return Bounds(tuple(_thinned(made(array)) for array in bounds.axes), bounds.gaps)


def _thinned(array: Array) -> Array:
    """Without the axes along which nothing differs."""
    for axis in range(1, array.ndim):
        first = array[(slice(None),) * axis + (slice(0, 1),)]
        if array.shape[axis] > 1 and (array == first).all():
            array = first
    return array


def _moved(op: DataMovementOp, array: Array, shape: Shape) -> Array:
    """An op that only moves numbers, moving bounds."""
    whole = np.broadcast_to(array, (2, *shape))
    return np.stack([op.forward(np.ascontiguousarray(half))[0] for half in whole])


def _reshaped(array: Array, before: Shape, after: Shape) -> Array:
    """Bounds of a value whose axes are joined or cut: only those axes are spelled out along which
    something differs.
    """
    spelled: list[int] = []
    made: list[int] = []
    for old, new in blocks(before, after):
        sizes = array.shape[1 + old.start : 1 + old.stop]
        differs = prod(sizes) > 1
        spelled += before[old] if differs else [1] * len(sizes)
        made += after[new] if differs else [1] * (new.stop - new.start)
    return np.broadcast_to(array, (2, *spelled)).reshape(2, *made)
