"""Convolution as one matrix product over gathered windows (im2col), in chunks that stay in the cache.

Everything here is channels last: x (N, H, W, C), weight (kh, kw, C / groups, K), y (N, Ho, Wo, K). A row of the gathered matrix is one
window; in channels-last order its cells lie in runs of kw · C numbers, so that gathering is a copy of long runs.
Source: Chellapilla, Puri and Simard, "High performance convolutional neural networks for document processing", 2006.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.kernels import parallel
from engine.kernels.geometry import Geometry
from engine.types import Array

CHUNK_BYTES = (
    1 << 20
)  # of gathered windows at a time: they are read back from the second-level cache
PARTIAL_SUMS = (
    2  # of a weight's gradient; fixed, so that the number of cores does not change the rounding
)


def convolve(x: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    """The convolution (cross-correlation, as in every framework). Returns y (N, Ho, Wo, K), freshly allocated."""
    kernel, filters = weight.shape[:2], weight.shape[3]
    windows = _windows(_padded(x, geometry.padding), (kernel[0], kernel[1]), geometry, x.shape)
    n, rows, cols = windows.shape[:3]
    y = np.empty((n, rows, cols, filters), x.dtype)
    blocks = _blocks(windows, parallel.WORKERS)
    matrices = _matrices(weight, geometry.groups)

    def work(first: int, last: int) -> None:
        for block in blocks[first:last]:
            target = y[block]
            _multiply(windows[block], matrices, target.reshape(-1, filters))
            if bias is not None:
                target += bias

    parallel.split(len(blocks), work)
    return y


def weight_gradient(x: Array, dy: Array, kernel: tuple[int, int], geometry: Geometry) -> Array:
    """dW (kh, kw, C / groups, K) = Σ over all windows of window ⊗ dy."""
    groups = geometry.groups
    windows = _windows(_padded(x, geometry.padding), kernel, geometry, x.shape)
    blocks = _blocks(windows, PARTIAL_SUMS)
    depth, filters = x.shape[3] // groups, dy.shape[3]
    cells = kernel[0] * kernel[1] * depth
    partial_sums = np.zeros((PARTIAL_SUMS, groups, cells, filters // groups), x.dtype)

    def work(first: int, last: int) -> None:
        for part in range(first, last):
            for block in blocks[part::PARTIAL_SUMS]:
                gathered = _gather(windows[block], groups)
                blame = dy[block].reshape(-1, groups, filters // groups).transpose(1, 0, 2)
                partial_sums[part] += gathered.transpose(0, 2, 1) @ blame

    parallel.split(PARTIAL_SUMS, work)
    total = partial_sums.sum(0)  # (G, kh·kw·C/G, K/G)
    shape = (groups, *kernel, depth, filters // groups)
    return np.ascontiguousarray(total.reshape(shape).transpose(1, 2, 3, 0, 4)).reshape(
        *kernel, depth, filters
    )


def _padded(x: Array, padding: tuple[int, int, int, int]) -> Array:
    """x with zeros around it; a negative padding (it occurs in gradients) cuts off instead."""
    if not any(padding):
        return x
    n, height, width, channels = x.shape
    top, left, bottom, right = padding
    padded = np.zeros((n, height + top + bottom, width + left + right, channels), x.dtype)
    inside = padded[:, max(top, 0) : top + height, max(left, 0) : left + width]
    rows, cols = inside.shape[1:3]
    inside[...] = x[:, max(-top, 0) : max(-top, 0) + rows, max(-left, 0) : max(-left, 0) + cols]
    return padded


def _windows(
    padded: Array, kernel: tuple[int, int], geometry: Geometry, shape: tuple[int, ...]
) -> Array:
    """A view (N, Ho, Wo, kh, kw, C) of every window; no number is copied."""
    rows, cols = geometry.output_size(shape[1], shape[2], kernel)
    s = padded.strides
    (sy, sx), (dilation_y, dilation_x) = geometry.stride, geometry.dilation
    return as_strided(
        padded,
        (shape[0], rows, cols, *kernel, shape[3]),
        (s[0], s[1] * sy, s[2] * sx, s[1] * dilation_y, s[2] * dilation_x, s[3]),
        writeable=False,
    )


def _blocks(windows: Array, parts: int) -> list[tuple[slice, slice]]:
    """(pictures, output rows) whose gathered windows stay in the cache."""
    per_block = max(1, CHUNK_BYTES // max(windows[0, 0].nbytes, 1))
    return parallel.blocks(windows.shape[0], windows.shape[1], per_block, parts)


def _matrices(weight: Array, groups: int) -> Array:
    """(G, kh·kw·C/G, K/G): a view for one group."""
    kernel_h, kernel_w, depth, filters = weight.shape
    if groups == 1:
        return weight.reshape(1, kernel_h * kernel_w * depth, filters)
    split = weight.reshape(kernel_h * kernel_w * depth, groups, filters // groups)
    return np.ascontiguousarray(split.transpose(1, 0, 2))


def _gather(windows: Array, groups: int) -> Array:
    """(n, rows, cols, kh, kw, C) -> (G, n·rows·cols, kh·kw·C/G) in this thread's scratch; a plain view for 1 × 1 kernels."""
    n, rows, cols, kernel_h, kernel_w, channels = windows.shape
    m, depth = n * rows * cols, channels // groups
    if groups == kernel_h == kernel_w == 1 and windows.flags.c_contiguous:
        return windows.reshape(1, m, channels)
    buffer = parallel.scratch(windows.size, windows.dtype, "windows")
    gathered = buffer.reshape(groups, n, rows, cols, kernel_h, kernel_w, depth)
    by_group = windows.reshape(n, rows, cols, kernel_h, kernel_w, groups, depth)
    np.copyto(gathered, by_group.transpose(5, 0, 1, 2, 3, 4, 6))
    return gathered.reshape(groups, m, kernel_h * kernel_w * depth)


def _multiply(windows: Array, matrices: Array, target: Array) -> None:
    """target (m, K) = windows · weights, group by group."""
    groups, _, filters = matrices.shape
    gathered = _gather(windows, groups)
    if groups == 1:
        np.matmul(gathered[0], matrices[0], out=target)
    else:
        target.reshape(-1, groups, filters)[...] = (gathered @ matrices).transpose(1, 0, 2)
