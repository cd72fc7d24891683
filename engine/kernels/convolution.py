"""The one door to convolution.

Everything here is channels last: x (N, H, W, C), weight (kh, kw, C / groups, K), y (N, Ho, Wo, K).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.kernels import im2col, planner, transposed, winograd
from engine.kernels.geometry import Case, Finish, Geometry
from engine.types import Array

# Where a network that no longer learns keeps what was made of its weights: by name, made if it is not there yet.
Kept = Callable[[str, Callable[[], Array]], Array]


def case_of(shape: tuple[int, ...], weight: tuple[int, ...], geometry: Geometry, kind: str) -> Case:
    """The case of an input (N, H, W, C) and a weight (kh, kw, C / groups, K) of these shapes and this type of numbers."""
    kernel = (weight[0], weight[1])
    return Case(shape[0], (shape[1], shape[2]), shape[3], weight[3], kernel, geometry, kind)


def convolve(x: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    """The convolution (cross-correlation, as in every framework). Returns y (N, Ho, Wo, K), freshly allocated.

    The kernel is chosen by rule: the same numbers on every machine.
    """
    case = case_of(x.shape, weight.shape, geometry, x.dtype.char)
    y = np.empty((len(x), *case.output_size, weight.shape[3]), x.dtype)
    convolve_into(y, x, weight, bias, geometry)
    return y


def convolve_into(
    y: Array,
    x: Array,
    weight: Array,
    bias: Array | None,
    geometry: Geometry,
    *,
    kept: Kept | None = None,
    finish: Finish | None = None,
) -> None:
    """y (N, Ho, Wo, K) becomes the convolution.

    - ``kept`` is for weights that do not change any more: what a kernel makes of them is remembered there, and the kernel is the
      fastest on this machine rather than the rule's;
    - ``finish`` is told of each block of y as soon as its numbers are there.
    """
    case = case_of(x.shape, weight.shape, geometry, x.dtype.char)
    name = planner.by_rule(case) if kept is None else planner.by_stopwatch(case)
    kernel = planner.KERNELS[name]
    if kept is None:
        prepared = kernel.prepare(case, weight)
    else:
        # The same weight serves every size, but for a depthwise one, whose rows are repeated.
        what = f"{name}.{case.output_size[1]}" if name == "depthwise" else name
        prepared = kept(what, lambda: kernel.prepare(case, weight))
    kernel.convolve(case, x, prepared, bias, y, finish)


def weight_gradient(x: Array, dy: Array, kernel: tuple[int, int], geometry: Geometry) -> Array:
    """dW (kh, kw, C / groups, K) = Σ over all windows of window ⊗ dy."""
    weight = (*kernel, x.shape[3] // geometry.groups, dy.shape[3])
    case = case_of(x.shape, weight, geometry, x.dtype.char)
    if planner.by_rule(case).startswith("winograd"):
        return winograd.weight_gradient(x, dy, geometry.padding)
    return im2col.weight_gradient(x, dy, kernel, geometry)


def input_gradient(
    dy: Array, weight: Array, geometry: Geometry, input_size: tuple[int, int]
) -> Array:
    """dx (N, H, W, C): itself a convolution, of dy by the kernel turned half round; or several (engine/kernels/transposed.py).

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.
    """
    kernel_h, kernel_w, depth, filters = weight.shape
    groups = geometry.groups
    turned = weight[::-1, ::-1].reshape(kernel_h, kernel_w, depth, groups, filters // groups)
    turned = turned.transpose(0, 1, 4, 3, 2)
    turned = turned.reshape(kernel_h, kernel_w, filters // groups, groups * depth)
    return transposed.paint(dy, turned, geometry, input_size, convolve)
