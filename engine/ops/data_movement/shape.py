"""Steps that reshape or join values: flatten, reshape, concat, identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from math import prod
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last, contiguous, copy_maps, empty_maps
from engine.ops.base import (
    Box,
    DataMovementOp,
    Elementwise,
    Explanation,
    Family,
    Op,
    normal_axis,
    one_term,
    same_shape,
)
from engine.types import Array, Index, Shape


@dataclass(frozen=True, eq=False)
class Identity(Elementwise):
    """x itself."""

    op_type: ClassVar[str] = "identity"
    family: ClassVar[Family] = "reshape"
    per_channel: ClassVar[bool] = True
    preserves_order: ClassVar[bool] = True

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        return xs[0], None

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (dy,), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return one_term("copy", index, xs[0][index], 1.0, y[index])


class _Reordering(DataMovementOp):
    """The same numbers in the same (C, H, W) order under another shape."""

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        return channels_last(contiguous(x).reshape(self.infer_shape(x.shape))), x.shape

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (channels_last(contiguous(dy).reshape(cache)),), {}

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        (shape,) = shapes
        block = np.ix_(*map(np.arange, box.start, box.stop))
        flat = np.ravel_multi_index(block, self.infer_shape(shape))
        places = np.unravel_index(flat.ravel(), shape)
        start = tuple(int(axis.min()) for axis in places)
        return (Box(start, tuple(int(axis.max()) + 1 for axis in places)),)


@dataclass(frozen=True, eq=False)
class Flatten(_Reordering):
    """Join all axes before ``axis``, and all from it on: (N, C, H, W) → (N, C · H · W)."""

    op_type: ClassVar[str] = "flatten"
    preserves_order: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    axis: int = 1

    @property
    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        axis = normal_axis(self.op_type, self.axis, shape)
        return prod(shape[:axis]), prod(shape[axis:])


@dataclass(frozen=True, eq=False)
class Reshape(_Reordering):
    """The same numbers as ``shape``, batch axis included: 0 keeps the axis as it is, one -1 takes
    what is left (as in ONNX).
    """

    op_type: ClassVar[str] = "reshape"
    preserves_order: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))
        if self.shape.count(-1) > 1 or any(size < -1 for size in self.shape):
            raise ShapeError(
                f"{self.op_type}: at most one size may be -1 and none less, got {list(self.shape)}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return {"shape": list(self.shape)}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        if any(size == 0 for size in self.shape[len(shape) :]):
            raise ShapeError(
                f"{self.op_type}: {list(self.shape)} keeps an axis that {shape} does not have"
            )
        wanted = [shape[axis] if size == 0 else size for axis, size in enumerate(self.shape)]
        known = prod(size for size in wanted if size != -1)
        if -1 in wanted and known:
            wanted[wanted.index(-1)] = prod(shape) // known
        if prod(wanted) != prod(shape):
            raise ShapeError(
                f"{self.op_type}: {prod(shape)} numbers of shape {shape} do not make {list(self.shape)}"
            )
        return tuple(wanted)


@dataclass(frozen=True, eq=False)
class Concat(Op):
    """The inputs one after the other along ``axis``."""

    op_type: ClassVar[str] = "concat"
    display_name: ClassVar[str] = "Concatenation"
    family: ClassVar[Family] = "merge"
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    axis: int = 1

    @property
    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def infer_shape(self, *shapes: Shape) -> Shape:
        if not shapes:
            raise ShapeError(f"{self.op_type} takes at least one input")
        axis = normal_axis(self.op_type, self.axis, shapes[0])
        others = {shape[:axis] + shape[axis + 1 :] for shape in shapes}
        if len(others) != 1 or len({len(shape) for shape in shapes}) != 1:
            raise ShapeError(
                f"{self.op_type}: inputs may differ along axis {axis} only, got {list(shapes)}"
            )
        total = sum(shape[axis] for shape in shapes)
        return (*shapes[0][:axis], total, *shapes[0][axis + 1 :])

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        shapes = [x.shape for x in xs]
        axis, shape = normal_axis(self.op_type, self.axis, shapes[0]), self.infer_shape(*shapes)
        dtype, maps = np.result_type(*xs), len(shape) == 4
        y = empty_maps(shape, dtype) if maps else np.empty(shape, dtype)
        cut = threads.plan_split(0, y.size)
        # Rows of maps are shared out among the cores, unless they are what is joined.
        shared = maps and axis != 2
        parts = cut.parts if shared else 1
        edges = [y.shape[2] * i // parts for i in range(parts + 1)] if shared else [0, 0]

        def join(start: int, stop: int) -> None:
            band = (slice(None), slice(None), slice(start, stop)) if shared else (...,)
            for first, x in zip(self._starts(shapes), xs, strict=True):
                own = y[(slice(None),) * axis + (slice(first, first + x.shape[axis]),)]
                copy_maps(own[band], x[band])

        threads.run([partial(join, *band) for band in pairwise(edges)], wake=cut.wakes)
        return y, shapes

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        starts = self._starts(cache)
        parts = np.split(dy, starts[1:], axis=self.axis)
        return tuple(channels_last(part) for part in parts), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        windows = self.input_region(Box.at(index), *(x.shape for x in xs))
        source, position = next((i, box.start) for i, box in enumerate(windows) if box is not None)
        term = one_term("copy", position, xs[source][position], 1.0, y[index])
        term.input_indices[0] = source
        return term

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        axis = normal_axis(self.op_type, self.axis, shapes[0])
        offsets = np.zeros((len(shapes), len(shapes[0])), np.int64)
        offsets[:, axis] = self._starts(shapes)
        return tuple(_clipped(box, o.tolist(), s) for o, s in zip(offsets, shapes, strict=True))

    def _starts(self, shapes: Sequence[Shape]) -> list[int]:
        """Where each input begins in the output."""
        return list(accumulate((shape[self.axis] for shape in shapes[:-1]), initial=0))


def _clipped(box: Box, offset: Any, shape: Shape) -> Box | None:
    """The part of ``box`` that an input of that shape covers when it lies at ``offset``, in the
    input's own positions.
    """
    start = tuple(max(0, i - o) for i, o in zip(box.start, offset, strict=True))
    stop = tuple(min(size, i - o) for i, o, size in zip(box.stop, offset, shape, strict=True))
    return Box(start, stop) if all(a < b for a, b in zip(start, stop, strict=True)) else None
