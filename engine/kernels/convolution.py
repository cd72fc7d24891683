"""The one door to convolution: picks the kernel that is faster for the shapes at hand.

Everything here is channels last: x (N, H, W, C), weight (kh, kw, C / groups, K), y (N, Ho, Wo, K).
"""

from __future__ import annotations

import numpy as np

from engine.kernels import im2col, winograd
from engine.kernels.geometry import Geometry
from engine.types import Array

# Below these Winograd's transforms cost more than the multiplications that they save (benchmarks/conv_kernels.py).
LEAST_CHANNELS = 12
LEAST_TILES = 32


def convolve(x: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    """The convolution (cross-correlation, as in every framework). Returns y (N, Ho, Wo, K), freshly allocated."""
    kernel = (weight.shape[0], weight.shape[1])
    if _suits_winograd(x, kernel, weight.shape[3], geometry):
        return winograd.convolve(x, weight, bias, geometry.padding)
    return im2col.convolve(x, weight, bias, geometry)


def weight_gradient(x: Array, dy: Array, kernel: tuple[int, int], geometry: Geometry) -> Array:
    """dW (kh, kw, C / groups, K) = Σ over all windows of window ⊗ dy."""
    if _suits_winograd(x, kernel, dy.shape[3], geometry):
        return winograd.weight_gradient(x, dy, geometry.padding)
    return im2col.weight_gradient(x, dy, kernel, geometry)


def input_gradient(
    dy: Array, weight: Array, geometry: Geometry, input_size: tuple[int, int]
) -> Array:
    """dx (N, H, W, C): itself a convolution, of dy with zeros put between its cells, by the kernel turned half round.

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.
    """
    (sy, sx), (dilation_y, dilation_x) = geometry.stride, geometry.dilation
    kernel_h, kernel_w, depth, filters = weight.shape
    groups = geometry.groups
    reach_y, reach_x = dilation_y * (kernel_h - 1), dilation_x * (kernel_w - 1)
    top, left = reach_y - geometry.padding[0], reach_x - geometry.padding[1]
    # The far edge is whatever makes the result as large as the input, cells that no window reached included.
    bottom = input_size[0] + reach_y - top - ((dy.shape[1] - 1) * sy + 1)
    right = input_size[1] + reach_x - left - ((dy.shape[2] - 1) * sx + 1)
    turned = weight[::-1, ::-1].reshape(kernel_h, kernel_w, depth, groups, filters // groups)
    turned = turned.transpose(0, 1, 4, 3, 2)
    turned = turned.reshape(kernel_h, kernel_w, filters // groups, groups * depth)
    spread = Geometry((1, 1), (top, left, bottom, right), geometry.dilation, groups)
    return convolve(_with_zeros_between(dy, sy, sx), turned, None, spread)


def _with_zeros_between(dy: Array, step_y: int, step_x: int) -> Array:
    if step_y == step_x == 1:
        return dy
    n, rows, cols, filters = dy.shape
    spread = np.zeros((n, (rows - 1) * step_y + 1, (cols - 1) * step_x + 1, filters), dy.dtype)
    spread[:, ::step_y, ::step_x] = dy
    return spread


def _suits_winograd(x: Array, kernel: tuple[int, int], filters: int, geometry: Geometry) -> bool:
    rows, cols = geometry.output_size(x.shape[1], x.shape[2], kernel)
    return (
        kernel == (3, 3)
        and geometry.stride == geometry.dilation == (1, 1)
        and geometry.groups == 1
        and x.dtype == np.float32
        and min(x.shape[3], filters) >= LEAST_CHANNELS
        and x.shape[0] * rows * cols >= LEAST_TILES * winograd.TILE**2
    )
