"""Convolution and its gradients, whichever algorithm computes them.

Everything here is channels last: x (N, H, W, C), weight (kh, kw, C / groups, K), y (N, Ho, Wo, K).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from engine.execution import buffers
from engine.kernels import autotune, col2im, conv_transpose, im2col, winograd
from engine.kernels.spec import ConvParams, ConvProblem
from engine.types import Array, Epilogue


def conv_problem(
    shape: tuple[int, ...], weight: tuple[int, ...], params: ConvParams, dtype: str
) -> ConvProblem:
    """The problem of an input (N, H, W, C) and a weight (kh, kw, C / groups, K) of these shapes, in
    this dtype.
    """
    kernel = (weight[0], weight[1])
    return ConvProblem(shape[0], (shape[1], shape[2]), shape[3], weight[3], kernel, params, dtype)


def convolve(x: Array, weight: Array, bias: Array | None, params: ConvParams) -> Array:
    """The convolution (cross-correlation, as in every framework). Returns y (N, Ho, Wo, K), freshly
    allocated.

    The heuristic chooses the algorithm, so the numbers are the same on every machine.
    """
    problem = conv_problem(x.shape, weight.shape, params, x.dtype.char)
    y = buffers.empty((len(x), *problem.output_size, weight.shape[3]), x.dtype)
    plan_heuristic(problem, weight)(x, bias, y, None)
    return y


# Fills y (N, Ho, Wo, K) from x and the bias, and calls the epilogue after each block of it.
ConvPlan = Callable[[Array, Array | None, Array, Epilogue | None], None]


def plan_heuristic(problem: ConvProblem, weight: Array) -> ConvPlan:
    """How to convolve by this weight once: by the algorithm that the shapes alone decide."""
    algorithm = autotune.ALGORITHMS[autotune.heuristic(problem)]
    return partial(_apply, algorithm, problem, algorithm.prepare(problem, weight))


def plan_exact(problem: ConvProblem, weight: Array) -> ConvPlan:
    """How to convolve by an algorithm that only adds up products, so that integers stay
    integers.
    """
    name = autotune.heuristic(problem)
    algorithm = autotune.ALGORITHMS["im2col" if name.startswith("winograd") else name]
    return partial(_apply, algorithm, problem, algorithm.prepare(problem, weight))


def plan_autotuned(
    problem: ConvProblem, weight: Array, memoize: Callable[[Hashable, Callable[[], Array]], Array]
) -> ConvPlan:
    """How to convolve many times by a frozen weight: by the fastest algorithm, as far as it was
    measured.

    ``memoize`` keeps the weight as the algorithm reads it, as several problems may share it.
    """
    name = autotune.autotuned(problem)
    algorithm = autotune.ALGORITHMS[name]
    # The same prepared weight serves every size, but for a depthwise one, whose rows are repeated.
    key = (name, problem.output_size[1] if name == "depthwise" else 0)
    return partial(
        _apply, algorithm, problem, memoize(key, lambda: algorithm.prepare(problem, weight))
    )


def _apply(
    algorithm: autotune.ConvAlgorithm,
    problem: ConvProblem,
    prepared: Array,
    x: Array,
    bias: Array | None,
    y: Array,
    epilogue: Epilogue | None,
) -> None:
    algorithm.convolve(problem, x, prepared, bias, y, epilogue)


def weight_gradient(x: Array, dy: Array, kernel: tuple[int, int], params: ConvParams) -> Array:
    """dW (kh, kw, C / groups, K) = Σ over all windows of window ⊗ dy."""
    weight = (*kernel, x.shape[3] // params.groups, dy.shape[3])
    problem = conv_problem(x.shape, weight, params, x.dtype.char)
    if autotune.heuristic(problem).startswith("winograd"):
        return winograd.weight_gradient(x, dy, params.padding)
    return im2col.weight_gradient(x, dy, kernel, params)


# Fills dx (N, H, W, C) from dy (N, Ho, Wo, K), and calls the epilogue after each block of it.
GradientPlan = Callable[[Array, Array, Epilogue | None], None]
Memoize = Callable[[Hashable, Callable[[], Any]], Any]


def input_gradient(
    dy: Array, weight: Array, params: ConvParams, input_size: tuple[int, int]
) -> Array:
    """dx (N, H, W, C), by a weight that is read once."""
    plan = plan_input_gradient(dy.shape, weight, params, input_size, dy.dtype.char, _made_anew)
    dx = buffers.empty((len(dy), *input_size, weight.shape[2] * params.groups), dy.dtype)
    plan(dy, dx, None)
    return dx


def plan_input_gradient(
    shape: tuple[int, ...],
    weight: Array,
    params: ConvParams,
    input_size: tuple[int, int],
    dtype: str,
    memoize: Memoize,
) -> GradientPlan:
    """How to get from a dy of that shape, (N, Ho, Wo, K), to dx (N, H, W, C): itself a convolution,
    of dy by the flipped kernel; or several (engine/kernels/conv_transpose.py), or sums
    (engine/kernels/col2im.py).

    ``memoize`` keeps the weight as it is read, as several shapes may share it. The algorithms are
    the heuristic's. Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep
    learning", 2016, section 4.
    """
    if col2im.suits(weight.shape, params):
        prepared = memoize("col2im", lambda: col2im.prepare(weight, params))
        return partial(_by_col2im, prepared)
    flipped = _flipped(weight, params.groups)

    def plan_part(own: ConvParams, cells: tuple[slice, slice]) -> ConvPlan:
        kernel = flipped[cells]
        problem = conv_problem(shape, kernel.shape, own, dtype)
        name = autotune.heuristic(problem)
        algorithm = autotune.ALGORITHMS[name]
        width = problem.output_size[1] if name == "depthwise" else 0
        key = ("gradient", name, width, *((c.start, c.stop, c.step) for c in cells))
        prepared = memoize(key, lambda: algorithm.prepare(problem, kernel))
        return partial(_apply, algorithm, problem, prepared)

    return conv_transpose.plan_transpose(shape, flipped, params, input_size, plan_part)


def _by_col2im(fill: col2im.Col2Im, dy: Array, dx: Array, epilogue: Epilogue | None) -> None:
    fill(dy, dx)
    conv_transpose.finish(dx, epilogue)


def _flipped(weight: Array, groups: int) -> Array:
    """The kernel half round, (kh, kw, K / groups, C): a view where there is one group."""
    kernel_h, kernel_w, depth, filters = weight.shape
    turned = weight[::-1, ::-1].reshape(kernel_h, kernel_w, depth, groups, filters // groups)
    turned = turned.transpose(0, 1, 4, 3, 2)
    return turned.reshape(kernel_h, kernel_w, filters // groups, groups * depth)


def _made_anew(key: Hashable, make: Callable[[], Any]) -> Any:
    return make()
