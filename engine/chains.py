"""Steps that are computed together, a few rows at a time, while what one wrote is still in the cache for the next.

A chain begins with a convolution or with a step that works row by row (normalisation, activation, sum), and goes on through the
steps of the second sort that follow it. Every one of its values is there afterwards, exactly as if the steps had run one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from engine.kernels import memory, parallel
from engine.ops import Conv2d, Op
from engine.ops.layout import from_nhwc, to_nhwc
from engine.types import Array, Shape

BLOCK = 1 << 16  # numbers of each value that are worked on at a time


class Step(Protocol):
    """A node, as far as this module looks at it."""

    @property
    def name(self) -> str: ...
    @property
    def op(self) -> Op: ...
    @property
    def inputs(self) -> tuple[str, ...]: ...


class Done(NamedTuple):
    """What became of a step."""

    value: Array
    cache: Any
    seconds: float


Work = Callable[[slice], object]


def run(steps: Sequence[Step], values: Mapping[str, Array]) -> list[Done]:
    """Compute the first of the steps, at inference, and as many of those after it as can be computed along with it.

    ``values`` holds what the first step reads, and whatever else is known. Empty when the first step is none to begin with.
    """
    first, *others = steps
    reads = tuple(values[name] for name in first.inputs)
    start = perf_counter()
    if isinstance(first.op, Conv2d) and _regular(reads):
        y = _empty(first.op.infer_shape(reads[0].shape), reads[0])
        works: list[Work] = []
        chain = [(first, reads, y)]
    else:
        begun = _begin(first, reads)
        if begun is None:
            return []
        y, work = begun
        works, chain = [work], [(first, reads, y)]
    made = {first.name: y}
    for step in others:
        if chain[-1][0].name not in step.inputs:
            break
        reads = tuple(made[name] if name in made else values.get(name) for name in step.inputs)  # type: ignore[misc]
        if any(value is None for value in reads):
            break
        begun = _begin(step, reads)
        if begun is None:
            break
        made[step.name], work = begun
        works.append(work)
        chain.append((step, reads, made[step.name]))
    laps = _compute(first, chain[0][1], y, works)
    return _done(chain, laps, perf_counter() - start)


def _compute(
    first: Step, reads: tuple[Array, ...], y: Array, works: list[Work]
) -> list[list[float]]:
    """Fill all the values; the seconds that each of the works took, in each block."""
    laps: list[list[float]] = []

    def finish(rows: slice) -> None:
        times = [perf_counter()]
        for work in works:
            work(rows)
            times.append(perf_counter())
        laps.append(times)

    if isinstance(first.op, Conv2d):
        height = y.shape[2]

        def finish_block(pictures: slice, rows: slice) -> None:
            last = (pictures.stop - 1) * height + rows.stop
            finish(slice(pictures.start * height + rows.start, last))

        first.op.fill(to_nhwc(reads[0]), y.transpose(0, 2, 3, 1), finish_block if works else None)
    else:
        rows = _rows(y)
        parts = parallel.parts(0, rows.size)
        step = max(1, min(BLOCK // rows.shape[1], -(-len(rows) // parts)))
        parallel.each((slice(i, i + step) for i in range(0, len(rows), step)), finish)
    return laps


def _done(
    chain: list[tuple[Step, tuple[Array, ...], Array]], laps: list[list[float]], seconds: float
) -> list[Done]:
    """The steps with their caches, and with their shares of the time that all of them took."""
    threads = min(parallel.WORKERS, max(len(laps), 1))
    behind = len(chain) - (
        len(laps[0]) - 1 if laps else 0
    )  # 1 behind a convolution, whose time is what is left
    shares = [0.0] * behind + [
        sum(times[i + 1] - times[i] for times in laps) / threads for i in range(len(chain) - behind)
    ]
    shares[0] += max(seconds - sum(shares), 0.0)
    return [
        Done(value, step.op.cache(reads, value), share)
        for (step, reads, value), share in zip(chain, shares, strict=True)
    ]


def _begin(step: Step, reads: tuple[Array, ...]) -> tuple[Array, Work] | None:
    """The value of a step that works row by row, not yet filled, and how to fill some of its rows."""
    if not _regular(reads) or type(step.op).by_rows is Op.by_rows:
        return None
    y = _empty(reads[0].shape, reads[0])
    work = step.op.by_rows(tuple(map(_rows, reads)), _rows(y))
    return None if work is None else (y, work)


def _regular(values: tuple[Array, ...]) -> bool:
    """Whether all lie in memory as the engine keeps them, and hold the same type of numbers."""
    return bool(values) and all(
        (v.transpose(0, 2, 3, 1) if v.ndim == 4 else v).flags.c_contiguous
        and v.ndim >= 1
        and v.size > 0
        and v.dtype == values[0].dtype
        for v in values
    )


def _empty(shape: Shape, like: Array) -> Array:
    if len(shape) != 4:
        return memory.empty(shape, like.dtype)
    n, c, h, w = shape
    return from_nhwc(memory.empty((n, h, w, c), like.dtype))


def _rows(value: Array) -> Array:
    """Maps (N, C, H, W) as (N · H, W · C), anything else as (N, all the rest): a view."""
    if value.ndim == 4:
        n, c, h, w = value.shape
        return value.transpose(0, 2, 3, 1).reshape(n * h, w * c)
    return value.reshape(len(value), -1)
