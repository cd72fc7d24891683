"""The gradient of a convolution's input, and the forward pass of a transposed one: from small maps
to larger ones.

With a stride of s, only every s-th cell of the kernel can ever meet a given row of the large map,
and rows that are s apart meet the same cells. So the large map falls into s · s interleaved parts,
each a plain convolution of the small map by its own share of the kernel, and nothing is multiplied
by the zeros that the textbook's way puts between the numbers. Source: Shi et al., "Is the
deconvolution layer the same as a convolutional layer?", 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import gcd
from typing import NamedTuple

from engine.execution import buffers, threads
from engine.kernels.spec import ConvParams
from engine.types import Array, Epilogue

BLOCK = 1 << 16  # numbers that an epilogue is called on at a time

# As in engine/kernels/convolution.py: fills y from x and the bias.
ConvPlan = Callable[[Array, Array | None, Array, Epilogue | None], None]


class _Part(NamedTuple):
    """Of one axis: every stride-th cell of the large map from ``first`` on, as a convolution of the
    small one.
    """

    first: int
    outputs: int
    cells: slice  # of the kernel flipped_kernel half round
    dilation: int
    before: int
    after: int


@dataclass(frozen=True, eq=False)
class TransposePlan:
    """How to get from dy (N, Ho, Wo, K) of one shape to dx (N, H, W, C): part by part.

    Of every part: the row and the column of dx that it begins with, its size, its convolution.
    """

    stride: tuple[int, int]
    parts: tuple[tuple[tuple[int, int], tuple[int, int], ConvPlan], ...]

    def __call__(self, dy: Array, dx: Array, epilogue: Epilogue | None) -> None:
        """Fill dx, and call the epilogue after each block of it."""
        n, height, width, channels = dx.shape
        if self.stride == (1, 1):
            for _, _, plan in self.parts:
                plan(dy, None, dx, epilogue)
            return
        if len(self.parts) < min(self.stride[0], height) * min(self.stride[1], width):
            dx[...] = 0  # some cells of dx meet no cell of the kernel
        for (row, column), size, plan in self.parts:
            part = buffers.empty((n, *size, channels), dy.dtype)
            plan(dy, None, part, None)
            target = dx[:, row :: self.stride[0], column :: self.stride[1]]
            for piece in threads.pieces(part.shape):
                target[piece] = part[piece]
        finish(dx, epilogue)


def finish(dx: Array, epilogue: Epilogue | None) -> None:
    """Call the epilogue block by block where dx was filled in another order."""
    if epilogue is None:
        return
    n, height, width, channels = dx.shape
    cut = threads.plan_split(0, dx.size)
    per_block = max(1, BLOCK // (width * channels))
    blocks = threads.blocks(n, height, per_block, cut.parts)
    threads.parallel_for(blocks, lambda block: epilogue(*block), wake=cut.wakes)


def plan_transpose(
    shape: tuple[int, ...],
    flipped_kernel: Array,
    params: ConvParams,
    size: tuple[int, int],
    plan_part: Callable[[ConvParams, tuple[slice, slice]], ConvPlan],
) -> TransposePlan:
    """How to compute dx (N, H, W, C) of ``size`` (H, W): what the convolution of that params hands
    back for a dy of that shape, (N, Ho, Wo, K).

    ``flipped_kernel`` is its kernel half round, (kh, kw, K / groups, C). ``plan_part`` says how to
    convolve dy by those of its cells.
    """
    rows, columns = (
        _parts(
            shape[axis + 1],
            size[axis],
            flipped_kernel.shape[axis],
            params.stride[axis],
            params.padding[axis],
            params.dilation[axis],
        )
        for axis in (0, 1)
    )
    parts = []
    for row, column in product(rows, columns):
        padding = (row.before, column.before, row.after, column.after)
        own = ConvParams((1, 1), padding, (row.dilation, column.dilation), params.groups)
        plan = plan_part(own, (row.cells, column.cells))
        parts.append(((row.first, column.first), (row.outputs, column.outputs), plan))
    return TransposePlan(params.stride, tuple(parts))


def _parts(
    small: int, large: int, kernel: int, stride: int, before: int, dilation: int
) -> list[_Part]:
    """The parts of one axis that any cell of the kernel ever meets.

    Cell p of the kernel meets large cell i and small cell u where i + before = u · stride + p ·
    dilation.
    """
    common = gcd(stride, dilation)
    step, spread = stride // common, dilation // common
    parts = []
    for first in range(min(stride, large)):
        fitting = [
            p for p in range(min(step, kernel)) if not (first + before - p * dilation) % stride
        ]
        if not fitting:
            continue
        (lowest,) = fitting
        count = (kernel - 1 - lowest) // step + 1
        outputs = -(-(large - first) // stride)
        nearest = (first + before - lowest * dilation) // stride  # what the lowest cell meets first
        cells = slice((kernel - 1 - lowest) % step, kernel - lowest, step)
        ahead = (count - 1) * spread - nearest
        parts.append(
            _Part(first, outputs, cells, spread, ahead, outputs - 1 + nearest - (small - 1))
        )
    return parts
