"""Depth to space (pixel shuffle) and space to depth: channels become positions, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution.memory_format import contiguous, from_nhwc, to_nhwc
from engine.ops.base import Box, DataMovementOp, same_shape
from engine.types import Array, Shape

MODES = ("DCR", "CRD")


def _size(op_type: str, size: int) -> int:
    if int(size) != size or size < 1:
        raise ShapeError(f"{op_type}: block must be a whole number from 1, got {size}")
    return int(size)


@dataclass(frozen=True, eq=False)
class DepthToSpace(DataMovementOp):
    """Each block × block channels become a square of pixels: (N, C, H, W) → (N, C / block², H ·
    block, W · block).

    With mode "DCR" channel (p · block + q) · C' + c holds pixel (p, q) of every square of map c,
    with "CRD" channel (c · block + p) · block + q does (C' maps come out).

    Source: Shi et al., "Real-time single image and video super-resolution using an efficient
    sub-pixel convolutional neural network", 2016.
    """

    op_type: ClassVar[str] = "depth_to_space"
    display_name: ClassVar[str] = "DepthToSpace"

    block: int
    mode: str = "DCR"

    def __post_init__(self) -> None:
        object.__setattr__(self, "block", _size(self.op_type, self.block))
        if self.mode not in MODES:
            raise ShapeError(f"{self.op_type}: mode must be one of {MODES}, got {self.mode!r}")

    @property
    def attributes(self) -> dict[str, Any]:
        return {"block": self.block, "mode": self.mode}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        if len(shape) != 4 or shape[1] % self.block**2:
            raise ShapeError(
                f"{self.op_type} takes maps (N, C, H, W), C a multiple of {self.block**2}, got {shape}"
            )
        n, c, h, w = shape
        return n, c // self.block**2, h * self.block, w * self.block

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        n, c, h, w = x.shape
        b, maps = self.block, c // self.block**2
        if self.mode == "DCR":
            squares = to_nhwc(x).reshape(n, h, w, b, b, maps).transpose(0, 1, 3, 2, 4, 5)
        else:
            squares = to_nhwc(x).reshape(n, h, w, maps, b, b).transpose(0, 1, 4, 2, 5, 3)
        return from_nhwc(contiguous(squares).reshape(n, h * b, w * b, maps)), None

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        n, maps, rows, columns = dy.shape
        b, h, w = self.block, rows // self.block, columns // self.block
        squares = to_nhwc(dy).reshape(n, h, b, w, b, maps)
        order = (0, 1, 3, 2, 4, 5) if self.mode == "DCR" else (0, 1, 3, 5, 2, 4)
        channels = contiguous(squares.transpose(order))
        return (from_nhwc(channels.reshape(n, h, w, maps * b * b)),), {}

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        b, maps = self.block, shapes[0][1] // self.block**2
        # The channel grows with p, with q and with c: the extremes of all three make the extremes
        # of the channel.
        (p, rows), (q, columns) = (
            (numbers % b, numbers // b)
            for numbers in (np.arange(box.start[axis], box.stop[axis]) for axis in (2, 3))
        )
        ends = []
        for c, i, j in (
            (box.start[1], p.min(), q.min()),
            (box.stop[1] - 1, p.max(), q.max()),
        ):
            ends.append((i * b + j) * maps + c if self.mode == "DCR" else (c * b + i) * b + j)
        start = (box.start[0], int(ends[0]), int(rows[0]), int(columns[0]))
        stop = (box.stop[0], int(ends[1]) + 1, int(rows[-1]) + 1, int(columns[-1]) + 1)
        return (Box(start, stop),)


@dataclass(frozen=True, eq=False)
class SpaceToDepth(DataMovementOp):
    """Each square of block × block pixels becomes one pixel: (N, C, H, W) → (N, C · block², H /
    block, W / block).

    Pixel (p, q) of every square of map c goes to channel (p · block + q) · C + c.
    """

    op_type: ClassVar[str] = "space_to_depth"
    display_name: ClassVar[str] = "SpaceToDepth"

    block: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "block", _size(self.op_type, self.block))

    @property
    def attributes(self) -> dict[str, Any]:
        return {"block": self.block}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        if len(shape) != 4 or shape[2] % self.block or shape[3] % self.block:
            raise ShapeError(
                f"{self.op_type} takes maps (N, C, H, W), H and W multiples of {self.block}, "
                f"got {shape}"
            )
        n, c, h, w = shape
        return n, c * self.block**2, h // self.block, w // self.block

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        n, c, rows, columns = self.infer_shape(xs[0].shape)
        b = self.block
        squares = to_nhwc(xs[0]).reshape(n, rows, b, columns, b, -1).transpose(0, 1, 3, 2, 4, 5)
        return from_nhwc(contiguous(squares).reshape(n, rows, columns, c)), None

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return DepthToSpace(self.block).forward(dy)[:1], {}

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        b, c = self.block, shapes[0][1]
        cells, channels = np.divmod(np.arange(box.start[1], box.stop[1]), c)
        p, q = np.divmod(cells, b)
        rows, columns = ((box.start[axis] * b, (box.stop[axis] - 1) * b) for axis in (2, 3))
        start = (channels.min(), rows[0] + p.min(), columns[0] + q.min())
        last = (channels.max(), rows[1] + p.max(), columns[1] + q.max())
        return (Box((box.start[0], *map(int, start)), (box.stop[0], *(int(i) + 1 for i in last))),)
