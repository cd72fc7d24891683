"""Convolution as one matrix product over gathered windows (im2col), in chunks that stay in the
cache.

Everything here is channels last: x (N, H, W, C), weight (kh, kw, C / groups, K), y (N, Ho, Wo, K).
A row of the gathered matrix is one window; in channels-last order its cells lie in runs of kw · C
numbers, so that gathering is a copy of long runs. Source: Chellapilla, Puri and Simard, "High
performance convolutional neural networks for document processing", 2006.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.execution import threads
from engine.kernels.gemm import multiply, pack_panels
from engine.kernels.padding import padded_rows, strided_view
from engine.kernels.spec import ConvParams
from engine.types import Array, Epilogue

CHUNK_BYTES = 1 << 22  # of gathered windows at a time; smaller chunks wait more for the interpreter
MOST_BYTES = 1 << 26  # of a row's windows: more take long, and a thread keeps what it gathers in
MOST_WORK = 1 << 30  # multiply-adds of a row: more take too long to be stopped only behind them
GRADIENT_BYTES = 1 << 20  # and for a gradient, whose parts are each worked on by one core alone
PARTIAL_SUMS = (
    2  # of a weight's gradient; fixed, so that the number of cores does not change the rounding
)


def matrices(weight: Array, groups: int) -> Array:
    """What ``convolve`` reads in place of the weight (kh, kw, C / G, K): panels of (G, kh·kw·C/G,
    K/G).
    """
    kernel_h, kernel_w, depth, filters = weight.shape
    split = weight.reshape(kernel_h * kernel_w * depth, groups, filters // groups)
    return pack_panels(split.transpose(1, 0, 2))


def convolve(
    x: Array,
    matrices: Array,
    bias: Array | None,
    kernel: tuple[int, int],
    params: ConvParams,
    y: Array,
    epilogue: Epilogue | None = None,
) -> None:
    """y (N, Ho, Wo, K) becomes the convolution of x by the weights that ``matrices`` made."""
    n, rows, cols, filters = y.shape
    row_bytes = cols * kernel[0] * kernel[1] * x.shape[3] * x.itemsize
    cut = threads.plan_split(y.size * row_bytes // (cols * x.itemsize * params.groups), y.size)
    work_of_a_row = row_bytes // x.itemsize * filters // params.groups
    is_short = row_bytes <= MOST_BYTES and work_of_a_row <= MOST_WORK
    band_of_rows = max(1, CHUNK_BYTES // row_bytes) if is_short else 1
    blocks = threads.blocks(n, rows, band_of_rows, cut.parts)
    step, (high, width) = params.stride[0], _extent(kernel, params)
    # Columns at a time, where one row is too much.
    columns = min(CHUNK_BYTES * cols // row_bytes, MOST_WORK * cols // max(1, work_of_a_row))
    step_along = cols if is_short else max(1, columns)

    def work(block: tuple[slice, slice]) -> None:
        pictures, these = block
        deep = (these.stop - these.start - 1) * step + high
        across = (cols - 1) * params.stride[1] + width
        band = padded_rows(x[pictures], these.start * step, deep, across, params.padding[:2])
        target = y[block]
        windows = _windows(band, kernel, params, target.shape)
        for i in range(0, cols, step_along):
            threads.check()
            here = target[:, :, i : i + step_along]
            _multiply(windows[:, :, i : i + step_along], matrices, here.reshape(-1, filters))
            if bias is not None:
                here += bias
        if epilogue is not None:
            epilogue(*block)

    threads.parallel_for(blocks, work, wake=cut.wakes)


def weight_gradient(x: Array, dy: Array, kernel: tuple[int, int], params: ConvParams) -> Array:
    """dW (kh, kw, C / groups, K) = Σ over all windows of window ⊗ dy."""
    groups = params.groups
    windows = _windows(_padded(x, kernel, params, dy.shape), kernel, params, dy.shape)
    blocks = _blocks(windows, PARTIAL_SUMS)
    depth, filters = x.shape[3] // groups, dy.shape[3]
    cells = kernel[0] * kernel[1] * depth
    partial_sums = np.zeros((PARTIAL_SUMS, groups, cells, filters // groups), x.dtype)

    def work(first: int, last: int) -> None:
        for part in range(first, last):
            for block in blocks[part::PARTIAL_SUMS]:
                gathered = _gather(windows[block], groups)
                gradient = dy[block].reshape(-1, groups, filters // groups).transpose(1, 0, 2)
                partial_sums[part] += gathered.transpose(0, 2, 1) @ gradient

    threads.parallel_ranges(PARTIAL_SUMS, work)
    total = partial_sums.sum(0)  # (G, kh·kw·C/G, K/G)
    shape = (groups, *kernel, depth, filters // groups)
    return np.ascontiguousarray(total.reshape(shape).transpose(1, 2, 3, 0, 4)).reshape(
        *kernel, depth, filters
    )


def _extent(kernel: tuple[int, int], params: ConvParams) -> tuple[int, int]:
    """Rows and columns from a window's first cell to its last."""
    dilation_y, dilation_x = params.dilation
    return dilation_y * (kernel[0] - 1) + 1, dilation_x * (kernel[1] - 1) + 1


def _padded(x: Array, kernel: tuple[int, int], params: ConvParams, shape: tuple[int, ...]) -> Array:
    """The part of x that an output of this shape sees, with zeros around it: in this thread's
    scratch, or a view.
    """
    (sy, sx), (high, width) = params.stride, _extent(kernel, params)
    deep, across = (shape[1] - 1) * sy + high, (shape[2] - 1) * sx + width
    return padded_rows(x, 0, deep, across, params.padding[:2])


def _windows(
    padded: Array, kernel: tuple[int, int], params: ConvParams, shape: tuple[int, ...]
) -> Array:
    """A view (N, Ho, Wo, kh, kw, C) of every window of an output of this shape; no number is
    copied.
    """
    s = padded.strides
    (sy, sx), (dilation_y, dilation_x) = params.stride, params.dilation
    return strided_view(
        padded,
        (0, 0, 0, 0),
        (*shape[:3], *kernel, padded.shape[3]),
        (s[0], s[1] * sy, s[2] * sx, s[1] * dilation_y, s[2] * dilation_x, s[3]),
    )


def _blocks(windows: Array, parts: int) -> Sequence[tuple[slice, slice]]:
    """(pictures, output rows) whose gathered windows stay in the cache."""
    per_block = max(1, GRADIENT_BYTES // max(windows[0, 0].nbytes, 1))
    return threads.blocks(windows.shape[0], windows.shape[1], per_block, parts)


def _gather(windows: Array, groups: int) -> Array:
    """(n, rows, cols, kh, kw, C) -> (G, n·rows·cols, kh·kw·C/G) in this thread's scratch; a plain
    view for 1 × 1 kernels.
    """
    n, rows, cols, kernel_h, kernel_w, channels = windows.shape
    m, depth = n * rows * cols, channels // groups
    if groups == kernel_h == kernel_w == 1 and windows.flags.c_contiguous:
        return windows.reshape(1, m, channels)
    buffer = threads.scratch(windows.size, windows.dtype, "windows")
    gathered = buffer.reshape(groups, n, rows, cols, kernel_h, kernel_w, depth)
    by_group = windows.reshape(n, rows, cols, kernel_h, kernel_w, groups, depth)
    np.copyto(gathered, by_group.transpose(5, 0, 1, 2, 3, 4, 6))
    return gathered.reshape(groups, m, kernel_h * kernel_w * depth)


def _multiply(windows: Array, matrices: Array, target: Array) -> None:
    """target (m, K) = windows · weights, group by group."""
    groups, filters = len(matrices), target.shape[1] // len(matrices)
    multiply(_gather(windows, groups), matrices, target.reshape(-1, groups, filters).swapaxes(0, 1))
