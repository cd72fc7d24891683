"""The way back through a convolution, and the forward pass of a transposed one: small maps painted
onto larger ones.

With a stride of s, only every s-th cell of the kernel can ever meet a given row of the large map,
and rows that are s apart meet the same cells. So the large map falls into s · s interleaved parts,
each a plain convolution of the small map by its own share of the kernel, and nothing is multiplied
by the zeros that the textbook's way puts between the numbers. Source: Shi et al., "Is the
deconvolution layer the same as a convolutional layer?", 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import NamedTuple

import numpy as np

from engine.execution import threads
from engine.kernels.spec import ConvParams
from engine.types import Array


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


def conv_transpose(
    dy: Array,
    flipped_kernel: Array,
    params: ConvParams,
    size: tuple[int, int],
    convolve: Callable[[Array, Array, None, ConvParams], Array],
) -> Array:
    """dx (N, H, W, C) of ``size`` (H, W): what the convolution of that params hands back for dy (N,
    Ho, Wo, K).

    ``flipped_kernel`` is its kernel flipped_kernel half round, (kh, kw, K / groups, C);
    ``convolve`` does the parts.
    """
    (stride_y, stride_x), groups = params.stride, params.groups
    rows, columns = (
        _parts(
            dy.shape[axis + 1],
            size[axis],
            flipped_kernel.shape[axis],
            params.stride[axis],
            params.padding[axis],
            params.dilation[axis],
        )
        for axis in (0, 1)
    )
    whole = (stride_y, stride_x) == (1, 1)
    dx = None if whole else np.zeros((len(dy), *size, flipped_kernel.shape[3]), dy.dtype)
    for row in rows:
        for column in columns:
            padding = (row.before, column.before, row.after, column.after)
            dilation = (row.dilation, column.dilation)
            own = ConvParams((1, 1), padding, dilation, groups)
            part = convolve(dy, flipped_kernel[row.cells, column.cells], None, own)
            if dx is None:
                return part
            target = dx[:, row.first :: stride_y, column.first :: stride_x]
            for piece in threads.pieces(part.shape):
                target[piece] = part[piece]
    assert dx is not None
    return dx


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
