"""The one door to convolution.

Everything here is channels last: x (N, H, W, C), weight (kh, kw, C / groups, K), y (N, Ho, Wo, K).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

from engine.execution import buffers
from engine.kernels import autotune, conv_transpose, im2col, winograd
from engine.kernels.spec import Case, Geometry
from engine.types import Array, Epilogue


def case_of(shape: tuple[int, ...], weight: tuple[int, ...], geometry: Geometry, kind: str) -> Case:
    """The case of an input (N, H, W, C) and a weight (kh, kw, C / groups, K) of these shapes and this type of numbers."""
    kernel = (weight[0], weight[1])
    return Case(shape[0], (shape[1], shape[2]), shape[3], weight[3], kernel, geometry, kind)


def convolve(x: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    """The convolution (cross-correlation, as in every framework). Returns y (N, Ho, Wo, K), freshly allocated.

    The kernel is chosen by rule: the same numbers on every machine.
    """
    case = case_of(x.shape, weight.shape, geometry, x.dtype.char)
    y = buffers.empty((len(x), *case.output_size, weight.shape[3]), x.dtype)
    by_rule(case, weight)(x, bias, y, None)
    return y


# Fills y (N, Ho, Wo, K) from x and the bias, and tells of each block of it that is done.
Plan = Callable[[Array, Array | None, Array, Epilogue | None], None]


def by_rule(case: Case, weight: Array) -> Plan:
    """How to convolve by this weight, for once: by the kernel that the shapes alone decide."""
    kernel = autotune.KERNELS[autotune.by_rule(case)]
    return partial(_apply, kernel, case, kernel.prepare(case, weight))


def by_sums(case: Case, weight: Array) -> Plan:
    """How to convolve by a kernel that does nothing but add up products, so that whole numbers stay whole."""
    name = autotune.by_rule(case)
    kernel = autotune.KERNELS["im2col" if name.startswith("winograd") else name]
    return partial(_apply, kernel, case, kernel.prepare(case, weight))


def by_stopwatch(
    case: Case, weight: Array, kept: Callable[[Hashable, Callable[[], Array]], Array]
) -> Plan:
    """How to convolve many times by a weight that does not change any more: by the fastest kernel on this machine.

    ``kept`` remembers what kernels make of the weight under a name of theirs, as several cases may share it.
    """
    name = autotune.by_stopwatch(case)
    kernel = autotune.KERNELS[name]
    # The same weight serves every size, but for a depthwise one, whose rows are repeated.
    what = (name, case.output_size[1] if name == "depthwise" else 0)
    return partial(_apply, kernel, case, kept(what, lambda: kernel.prepare(case, weight)))


def _apply(
    kernel: autotune.Kernel,
    case: Case,
    prepared: Array,
    x: Array,
    bias: Array | None,
    y: Array,
    epilogue: Epilogue | None,
) -> None:
    kernel.convolve(case, x, prepared, bias, y, epilogue)


def weight_gradient(x: Array, dy: Array, kernel: tuple[int, int], geometry: Geometry) -> Array:
    """dW (kh, kw, C / groups, K) = Σ over all windows of window ⊗ dy."""
    weight = (*kernel, x.shape[3] // geometry.groups, dy.shape[3])
    case = case_of(x.shape, weight, geometry, x.dtype.char)
    if autotune.by_rule(case).startswith("winograd"):
        return winograd.weight_gradient(x, dy, geometry.padding)
    return im2col.weight_gradient(x, dy, kernel, geometry)


def input_gradient(
    dy: Array, weight: Array, geometry: Geometry, input_size: tuple[int, int]
) -> Array:
    """dx (N, H, W, C): itself a convolution, of dy by the kernel turned half round; or several (engine/kernels/conv_transpose.py).

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.
    """
    kernel_h, kernel_w, depth, filters = weight.shape
    groups = geometry.groups
    turned = weight[::-1, ::-1].reshape(kernel_h, kernel_w, depth, groups, filters // groups)
    turned = turned.transpose(0, 1, 4, 3, 2)
    turned = turned.reshape(kernel_h, kernel_w, filters // groups, groups * depth)
    return conv_transpose.paint(dy, turned, geometry, input_size, convolve)
