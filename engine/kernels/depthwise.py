"""Depthwise convolution: every map has a small kernel of its own, so there is no matrix product in
it.

NumPy's ``einsum`` adds up the products of a window without keeping any of them. Its inner loop runs
over a whole row of the output at stride 1 (W · C numbers, with the weights repeated W times), which
is what makes it fast; at other strides over the channels.

Everything is channels last: x (N, H, W, C), weight (kh, kw, 1, C), any stride and dilation.
"""

from __future__ import annotations

import numpy as np

from engine.execution import threads
from engine.kernels.padding import padded_rows, strided_view
from engine.kernels.spec import ConvParams
from engine.types import Array, Epilogue

CHUNK_NUMBERS = 1 << 20  # of padded input at a time


def rows_of_weights(weight: Array, width: int, stride: int) -> Array:
    """What ``convolve`` reads in place of the weight (kh, kw, 1, C): (kh, kw, Wo · C) at stride 1,
    else (kh, kw, C).
    """
    flat = weight[:, :, 0]
    return np.ascontiguousarray(np.tile(flat, (1, 1, width)) if stride == 1 else flat)


def convolve(
    x: Array,
    weights: Array,
    bias: Array | None,
    params: ConvParams,
    y: Array,
    epilogue: Epilogue | None = None,
) -> None:
    """Write into y (N, Ho, Wo, C) the convolution of x by weights from ``rows_of_weights``."""
    n, rows, cols, channels = y.shape
    (sy, sx), (dilation_y, dilation_x) = params.stride, params.dilation
    kernel = weights.shape[:2]
    reach = dilation_y * (kernel[0] - 1) + 1
    width = (cols - 1) * sx + dilation_x * (kernel[1] - 1) + 1
    band = max(1, (CHUNK_NUMBERS // (width * channels) - reach) // sy + 1)
    cut = threads.plan_split(threads.WORK_PER_TAP * y.size * kernel[0] * kernel[1], y.size)
    blocks = threads.blocks(n, rows, band, cut.parts)
    has_unit_stride = sx == 1

    def work(block: tuple[slice, slice]) -> None:
        pictures, these = block
        high = (these.stop - these.start - 1) * sy + reach
        padded = padded_rows(x[pictures], these.start * sy, high, width, params.padding[:2])
        s = padded.strides
        taps = (dilation_y * s[1], dilation_x * s[2])
        target = y[block]
        n, r = target.shape[:2]
        if has_unit_stride:
            run = (n, r, *kernel, cols * channels)
            windows = strided_view(padded, (0, 0, 0, 0), run, (s[0], sy * s[1], *taps, s[3]))
            np.einsum("nhijk,ijk->nhk", windows, weights, out=target.reshape(n, r, -1))
        else:
            shape = (n, r, cols, *kernel, channels)
            windows = strided_view(
                padded, (0, 0, 0, 0), shape, (s[0], sy * s[1], sx * s[2], *taps, s[3])
            )
            np.einsum("nhwijc,ijc->nhwc", windows, weights, out=target)
        if bias is not None:
            target += bias
        if epilogue is not None:
            epilogue(*block)

    threads.parallel_for(blocks, work, wake=cut.wakes)
