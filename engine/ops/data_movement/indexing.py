"""Transpose, slice, gather, expand: ops that move or repeat elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution.memory_format import channels_last
from engine.ops.base import Box, DataMovementOp, normal_axis, same_shape
from engine.ops.take import Picking, given_back, normal_axes, picked
from engine.types import Array, Shape


@dataclass(frozen=True, eq=False)
class Transpose(DataMovementOp):
    """The axes in another order: the output's axis i is the input's axis ``perm[i]``."""

    op_type: ClassVar[str] = "transpose"

    perm: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "perm", tuple(map(int, self.perm)))
        if sorted(self.perm) != list(range(len(self.perm))):
            raise ShapeError(
                f"{self.op_type}: perm must hold every axis once, got {list(self.perm)}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return {"perm": list(self.perm)}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        if len(shape) != len(self.perm):
            raise ShapeError(
                f"{self.op_type} of {len(self.perm)} axes got an input of shape {shape}"
            )
        return tuple(shape[axis] for axis in self.perm)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        return channels_last(xs[0].transpose(self.perm)), None

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (channels_last(dy.transpose(np.argsort(self.perm))),), {}

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        back = np.argsort(self.perm)
        return (Box(*(tuple(side[i] for i in back) for side in box)),)


@dataclass(frozen=True, eq=False)
class Slice(Picking):
    """Every ``steps``-th cell from ``starts`` to before ``stops`` along each of ``axes``; with
    Python's rules for negative numbers.

    ``steps`` may be left out (1) and so may ``axes`` (0, 1, …).
    """

    op_type: ClassVar[str] = "slice"
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    starts: tuple[int, ...]
    stops: tuple[int, ...]
    steps: tuple[int, ...] = ()
    axes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.starts)
        whole = {
            "starts": self.starts,
            "stops": self.stops,
            "steps": self.steps or (1,) * count,
            "axes": self.axes or tuple(range(count)),
        }
        for name, numbers in whole.items():
            object.__setattr__(self, name, tuple(map(int, numbers)))
        if {len(numbers) for numbers in whole.values()} != {count}:
            raise ShapeError(f"{self.op_type}: starts, stops, steps and axes must be equally many")
        if 0 in self.steps:
            raise ShapeError(f"{self.op_type}: a step of 0 leads nowhere")

    @property
    def attributes(self) -> dict[str, Any]:
        return {
            "starts": list(self.starts),
            "stops": list(self.stops),
            "steps": list(self.steps),
            "axes": list(self.axes),
        }

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        kept = list(shape)
        for axis, cells in self._ranges(shape).items():
            kept[axis] = len(cells)
            if not cells:
                raise ShapeError(f"{self.op_type}: nothing is left of axis {axis} of {shape}")
        return tuple(kept)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        return channels_last(x[self._part(x.shape)]), x.shape

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        dx = np.zeros(cache, dy.dtype)
        if len(cache) == 4:
            dx = channels_last(dx)
        dx[self._part(cache)] = dy
        return (dx,), {}

    def cells(self, shape: Shape) -> Mapping[int, Array]:
        return {axis: np.array(cells) for axis, cells in self._ranges(shape).items()}

    def _ranges(self, shape: Shape) -> dict[int, range]:
        axes = normal_axes(self.op_type, self.axes, shape)
        return {
            axis: range(*slice(start, stop, step).indices(shape[axis]))
            for axis, start, stop, step in zip(
                axes, self.starts, self.stops, self.steps, strict=True
            )
        }

    def _part(self, shape: Shape) -> tuple[slice, ...]:
        kept = [slice(None)] * len(shape)
        axes = normal_axes(self.op_type, self.axes, shape)
        for axis, *cut in zip(axes, self.starts, self.stops, self.steps, strict=True):
            kept[axis] = slice(*cut)
        return tuple(kept)


@dataclass(frozen=True, eq=False)
class Gather(DataMovementOp):
    """The cells at ``indices`` along ``axis``, which may come in any order and more than once.

    ``indices`` is a whole number or a list of any depth; its axes take the place of ``axis``, so
    that a single number drops the axis. Negative indices count from the end.
    """

    op_type: ClassVar[str] = "gather"
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    indices: Any
    axis: int = 0

    def __post_init__(self) -> None:
        try:
            indices = np.asarray(self.indices)
        except ValueError:  # lists of different lengths
            indices = np.zeros(0)
        if indices.dtype.kind not in "iu" or not indices.size:
            raise ShapeError(
                f"{self.op_type}: indices must be whole numbers, in lists of one length"
            )
        object.__setattr__(self, "indices", indices.astype(np.int64))

    @property
    def attributes(self) -> dict[str, Any]:
        return {"indices": self.indices.tolist(), "axis": self.axis}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        axis = normal_axis(self.op_type, self.axis, shape)
        if self.indices.min() < -shape[axis] or self.indices.max() >= shape[axis]:
            raise ShapeError(f"{self.op_type}: an index is beyond axis {axis} of {shape}")
        return (*shape[:axis], *self.indices.shape, *shape[axis + 1 :])

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        cells, axis = self._cells(x.shape)
        y = picked(x, cells.ravel(), axis).reshape(self.infer_shape(x.shape))
        return channels_last(y), x.shape

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        cells, axis = self._cells(cache)
        flat = dy.reshape(*cache[:axis], cells.size, *cache[axis + 1 :])
        return (given_back(flat, cells.ravel(), axis, cache[axis]),), {}

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        cells, axis = self._cells(shapes[0])
        end = axis + cells.ndim
        seen = cells[tuple(map(slice, box.start[axis:end], box.stop[axis:end]))]
        return (
            Box(
                (*box.start[:axis], int(seen.min()), *box.start[end:]),
                (*box.stop[:axis], int(seen.max()) + 1, *box.stop[end:]),
            ),
        )

    def _cells(self, shape: Shape) -> tuple[Array, int]:
        """The indices from 0 on, and the axis from 0 on."""
        axis = normal_axis(self.op_type, self.axis, shape)
        return self.indices % shape[axis], axis


@dataclass(frozen=True, eq=False)
class Expand(Picking):
    """Axes of size 1 repeated until the value has ``shape``, by the rules of broadcasting; the
    batch axis stays as it is.

    A size of 1 in ``shape`` leaves the input's axis as it is. The first is the batch's, and 1.
    """

    op_type: ClassVar[str] = "expand"
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(map(int, self.shape)))
        if not self.shape or self.shape[0] != 1 or min(self.shape) < 1:
            raise ShapeError(
                f"{self.op_type}: shape must begin with 1, for the batch, and hold sizes from 1, "
                f"got {list(self.shape)}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return {"shape": list(self.shape)}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        fits = len(shape) == len(self.shape) and all(
            1 in (has, wants) or has == wants for has, wants in zip(shape, self.shape, strict=True)
        )
        if not fits:
            raise ShapeError(f"{self.op_type}: {shape} cannot be repeated to {list(self.shape)}")
        return tuple(map(max, shape, self.shape))

    def cells(self, shape: Shape) -> Mapping[int, Array]:
        return {
            axis: np.zeros(wants, np.int64)
            for axis, (has, wants) in enumerate(zip(shape, self.shape, strict=True))
            if has < wants
        }
