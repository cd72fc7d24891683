"""Which algorithm computes a convolution: a heuristic by shape, or what was measured on this
machine.

Algorithms differ in how much they multiply, move and read, and which of them is the fastest depends
on the shape and on the machine. The heuristic looks at the shape alone, so it gives the same
numbers on every machine; it is the default, and all that training uses. ``tune`` measures the large
convolutions of a network, with every algorithm that has a chance, and stores the fastest in a file
(engine/kernels/autotune_cache.py), which inference follows from then on. Nothing is ever measured
during a run (docs/decisions/0007-tuning-by-command.md).

The environment variable ``CONVSCOPE_KERNEL`` overrides both: the name of an algorithm, which is
used wherever it suits, or ``heuristic``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, NamedTuple, Protocol

import numpy as np

from engine.kernels import autotune_cache, depthwise, im2col, pointwise, winograd
from engine.kernels.autotune_cache import Measured
from engine.kernels.gemm import pack_panels
from engine.kernels.spec import ConvProblem
from engine.types import Array, Epilogue

# Below these Winograd's transforms cost more than the multiplications that they save
# (benchmarks/conv_kernels.py).
MIN_CHANNELS = 12
MIN_TILES = 32
MIN_WORK = 8_000_000  # multiply-adds; with less, all algorithms take about as long
PRUNE_FACTOR = (
    3.0  # an algorithm whose estimated cost is so many times the lowest one is not measured
)
# Multiply-adds that BLAS does while one element is read from or written to memory.
ELEMENT_COST = 24.0
ROUNDS = 4
FLUSH_BYTES = 32 << 20
MOST_OF_A_ROW = 1 << 22  # numbers
TIME_LIMIT = 0.25  # seconds that measuring one problem may take, after the first round


class ConvAlgorithm(NamedTuple):
    """One way to compute a convolution.

    - ``suits`` says whether it can solve a problem at all;
    - ``cost`` is an estimate of its time, in multiply-adds;
    - ``prepare`` makes of the weight (kh, kw, C / groups, K) what ``convolve`` reads, which depends
      on nothing else;
    - ``convolve(problem, x, prepared, bias, y, epilogue)`` fills y (N, Ho, Wo, K).
    """

    suits: Callable[[ConvProblem], bool]
    cost: Callable[[ConvProblem], float]
    prepare: Callable[[ConvProblem, Array], Array]
    convolve: Callable[[ConvProblem, Array, Array, Array | None, Array, Epilogue | None], None]


class Choice(NamedTuple):
    """The algorithm of a layer, and the milliseconds of all that were measured; none where the
    heuristic chose.
    """

    layer: str
    algorithm: str
    milliseconds: dict[str, float]


def _places(problem: ConvProblem) -> int:
    rows, cols = problem.output_size
    return problem.images * rows * cols


def _im2col_cost(problem: ConvProblem) -> float:
    depth = problem.kernel[0] * problem.kernel[1] * problem.channels
    return problem.multiply_adds + ELEMENT_COST * _places(problem) * depth / 4


def _winograd(tile: int) -> ConvAlgorithm:
    reach = tile + 2

    def tiles(problem: ConvProblem) -> int:
        rows, cols = problem.output_size
        return problem.images * -(-rows // tile) * -(-cols // tile)

    def cost(problem: ConvProblem) -> float:
        numbers = (
            tiles(problem) * (problem.channels + problem.filters)
            + problem.channels * problem.filters
        )
        return reach**2 * (
            tiles(problem) * problem.channels * problem.filters + ELEMENT_COST * numbers / 2
        )

    def suits(problem: ConvProblem) -> bool:
        g = problem.params
        return (
            problem.kernel == (3, 3)
            and g.stride == g.dilation == (1, 1)
            and g.groups == 1
            and problem.type == "f"
            and min(problem.channels, problem.filters) >= MIN_CHANNELS
            and _has_short_rows(problem)
        )

    return ConvAlgorithm(
        suits,
        cost,
        lambda _, weight: pack_panels(winograd.transform_weights(weight, tile)),
        lambda problem, x, transformed_weights, bias, y, epilogue: winograd.convolve(
            x, transformed_weights, bias, problem.params, y, epilogue
        ),
    )


def _has_short_rows(problem: ConvProblem) -> bool:
    """Whether an algorithm may compute whole rows of the output, between which it can be stopped;
    im2col cuts long ones.
    """
    rows, cols = problem.output_size
    work = problem.multiply_adds // max(1, problem.images * rows)
    numbers = max(problem.size[1] * problem.channels, cols * problem.filters)
    return work <= im2col.MOST_WORK and numbers <= MOST_OF_A_ROW


def _is_pointwise(problem: ConvProblem) -> bool:
    if not _has_short_rows(problem):
        return False
    g = problem.params
    return problem.kernel == g.stride == (1, 1) and g.groups == 1 and not any(g.padding)


def _is_depthwise(problem: ConvProblem) -> bool:
    is_depthwise = problem.channels == problem.filters == problem.params.groups > 1
    return is_depthwise and _has_short_rows(problem)


ALGORITHMS: dict[str, ConvAlgorithm] = {
    "pointwise": ConvAlgorithm(
        _is_pointwise,
        lambda problem: 0.0,
        lambda problem, weight: pack_panels(weight[0, 0]),
        lambda problem, x, matrix, bias, y, epilogue: pointwise.convolve(
            x, matrix, bias, y, epilogue
        ),
    ),
    "depthwise": ConvAlgorithm(
        _is_depthwise,
        lambda problem: 0.0,
        lambda problem, weight: depthwise.rows_of_weights(
            weight, problem.output_size[1], problem.params.stride[1]
        ),
        lambda problem, x, weights, bias, y, epilogue: depthwise.convolve(
            x, weights, bias, problem.params, y, epilogue
        ),
    ),
    "winograd4": _winograd(4),
    "winograd2": _winograd(2),
    "im2col": ConvAlgorithm(
        lambda problem: True,
        _im2col_cost,
        lambda problem, weight: im2col.matrices(weight, problem.params.groups),
        lambda problem, x, matrices, bias, y, epilogue: im2col.convolve(
            x, matrices, bias, problem.kernel, problem.params, y, epilogue
        ),
    ),
}


def heuristic(problem: ConvProblem) -> str:
    """The algorithm's name by shape alone: the same on every machine."""
    forced = _forced(problem)
    if forced:
        return forced
    for name in ("pointwise", "depthwise"):
        if ALGORITHMS[name].suits(problem):
            return name
    enough = _places(problem) >= MIN_TILES * 16
    return "winograd4" if enough and ALGORITHMS["winograd4"].suits(problem) else "im2col"


def autotuned(problem: ConvProblem) -> str:
    """The algorithm's name as it was measured on this machine, or else by the heuristic."""
    return _choice(problem).algorithm


def tune(network: Convolutions, check: Callable[[], None] | None = None) -> list[Choice]:
    """Measure every large convolution of the network for one image at a time, and store what was
    found.

    Networks that are loaded afterwards use it. ``check`` is called before each measurement and may
    raise to stop. Raises OSError when the file cannot be written.
    """
    measured: dict[ConvProblem, Measured] = {}
    for _, problem in _problems(network):
        if problem not in measured and _is_worth_measuring(problem):
            if check is not None:
                check()
            measured[problem] = _measure(problem, _candidates(problem))
    autotune_cache.store(measured)
    return choices(network)


def choices(network: Convolutions) -> list[Choice]:
    """The algorithm of every convolution of the network, for one image at a time. Nothing is
    measured.
    """
    return [Choice(name, *_choice(problem)) for name, problem in _problems(network)]


class Convolutions(Protocol):
    """A network, as this module uses it."""

    @property
    def nodes(self) -> Iterable[Any]: ...

    def shapes(self, n: int = 1) -> dict[str, tuple[int, ...]]: ...


def _problems(network: Convolutions) -> Iterable[tuple[str, ConvProblem]]:
    """The name and the problem of every convolution."""
    shapes = network.shapes()
    for node in network.nodes:
        problem = getattr(node.op, "problem", None)
        if problem is not None:
            yield node.name, problem(shapes[node.inputs[0]])


def _choice(problem: ConvProblem) -> Measured:
    if not _forced(problem) and _is_worth_measuring(problem):
        found = autotune_cache.load().get(autotune_cache.key(problem))
        if found and found.algorithm in _candidates(problem):
            return found
    return Measured(heuristic(problem), {})


def _is_worth_measuring(problem: ConvProblem) -> bool:
    """Whether an algorithm may be measured for it: one large image, in float32, and more than one
    candidate.
    """
    is_large = problem.images == 1 and problem.multiply_adds >= MIN_WORK
    return is_large and problem.type == "f" and len(_candidates(problem)) > 1


def _forced(problem: ConvProblem) -> str | None:
    """The algorithm that ``CONVSCOPE_KERNEL`` names, where it suits."""
    name = os.environ.get("CONVSCOPE_KERNEL", "")
    return name if name in ALGORITHMS and ALGORITHMS[name].suits(problem) else None


def _candidates(problem: ConvProblem) -> list[str]:
    """The algorithms that may be the fastest."""
    if os.environ.get("CONVSCOPE_KERNEL") == "heuristic":
        return [heuristic(problem)]
    costs = {name: a.cost(problem) for name, a in ALGORITHMS.items() if a.suits(problem)}
    return [name for name, cost in costs.items() if cost <= PRUNE_FACTOR * min(costs.values())]


def _measure(problem: ConvProblem, names: Iterable[str]) -> Measured:
    """The best of a few rounds for each, in turns, so that other load affects all of them alike."""
    rng = np.random.default_rng(0)
    depth = problem.channels // problem.params.groups
    x = rng.standard_normal((problem.images, *problem.size, problem.channels), np.float32)
    weight = rng.standard_normal((*problem.kernel, depth, problem.filters), np.float32)
    y = np.empty((problem.images, *problem.output_size, problem.filters), np.float32)
    prepared = {name: ALGORITHMS[name].prepare(problem, weight) for name in names}
    best = dict.fromkeys(prepared, float("inf"))
    begin = perf_counter()
    flush = np.zeros(FLUSH_BYTES // 4, np.float32)
    for attempt in range(ROUNDS + 1):
        for name, weights in prepared.items():
            # Within a network the other layers push these weights out of the processor's caches.
            flush += 1
            start = perf_counter()
            ALGORITHMS[name].convolve(problem, x, weights, None, y, None)
            if attempt:  # the first call grows the scratch buffers
                best[name] = min(best[name], (perf_counter() - start) * 1e3)
        if attempt and perf_counter() - begin > TIME_LIMIT:
            break
    return Measured(min(best, key=best.__getitem__), best)
