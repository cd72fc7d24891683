"""Steps that are computed together, a few rows at a time, while what one wrote is still in the cache for the next.

A chain begins with a convolution or with a step that works row by row (normalisation, activation, sum), and goes on through the
steps of the second sort that follow it. Every one of its values is there afterwards, exactly as if the steps had run one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from engine.kernels import memory, parallel
from engine.kernels.geometry import Finish
from engine.ops import Conv2d, Op
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


class _Link(NamedTuple):
    """A step with what it reads and makes; the latter also as rows."""

    step: Step
    reads: tuple[Array, ...]
    value: Array
    rows: Array


def run(steps: Sequence[Step], place: int, values: Mapping[str, Array]) -> list[Done]:
    """Compute the step at that place, at inference, and as many of those after it as can be computed along with it.

    ``values`` holds what the first of them reads, and whatever else is known. Empty when it is none to begin a chain with.
    """
    start = perf_counter()
    first = steps[place]
    reads = [values[name] for name in first.inputs]
    rows = [_rows(value) for value in reads]
    works: list[Work] = []
    fill: Callable[[Finish | None], None] | None = None
    if isinstance(first.op, Conv2d) and rows[0] is not None:
        shape, plan = first.op.plan(reads[0])
        link = _Link(first, tuple(reads), *_empty(shape, reads[0]))
        fill = partial(plan, _nhwc(reads[0]), first.op.bias, _nhwc(link.value))
    else:
        begun = _begin(first, reads, rows)
        if begun is None:
            return []
        link, work = begun
        works.append(work)
    chain = [link]
    made = {first.name: link}
    for step in islice(steps, place + 1, None):
        if made.keys().isdisjoint(step.inputs):
            break
        links = [made.get(name) for name in step.inputs]
        reads = [k.value if k else values.get(n) for k, n in zip(links, step.inputs, strict=True)]  # type: ignore[misc]
        if any(value is None for value in reads):
            break
        rows = [k.rows if k else _rows(v) for k, v in zip(links, reads, strict=True)]
        begun = _begin(step, reads, rows)
        if begun is None:
            break
        link, work = begun
        works.append(work)
        chain.append(link)
        made[step.name] = link
    laps = _compute(chain[0], works, fill)
    return _done(chain, laps, perf_counter() - start)


def _compute(
    first: _Link, works: list[Work], fill: Callable[[Finish | None], None] | None
) -> list[list[float]]:
    """Fill all the values, the first one by ``fill`` if there is one; the times between the works, in each block."""
    laps: list[list[float]] = []

    def finish(rows: slice) -> None:
        times = [perf_counter()]
        for work in works:
            work(rows)
            times.append(perf_counter())
        laps.append(times)

    def finish_block(pictures: slice, rows: slice) -> None:
        height = first.value.shape[2]
        last = (pictures.stop - 1) * height + rows.stop
        finish(slice(pictures.start * height + rows.start, last))

    if fill is not None:
        fill(finish_block if works else None)
    else:
        height, width = first.rows.shape
        cut = parallel.cut(0, first.rows.size)
        step = max(1, min(BLOCK // width, -(-height // cut.parts)))
        parallel.each([slice(i, i + step) for i in range(0, height, step)], finish, wake=cut.wakes)
    return laps


def _done(chain: list[_Link], laps: list[list[float]], seconds: float) -> list[Done]:
    """The steps with their caches, and with their shares of the time that all of them took."""
    threads = parallel.threads(len(laps))
    timed = len(laps[0]) - 1 if laps else 0  # a convolution is not: its time is what is left
    shares = [0.0] * (len(chain) - timed)
    for i in range(timed):
        shares.append(sum(times[i + 1] - times[i] for times in laps) / threads)
    shares[0] += max(seconds - sum(shares), 0.0)
    return [
        Done(link.value, link.step.op.cache(link.reads, link.value), share)
        for link, share in zip(chain, shares, strict=True)
    ]


def _begin(step: Step, reads: list[Array], rows: list[Array | None]) -> tuple[_Link, Work] | None:
    """A step that works row by row with its value, not yet filled, and how to fill some of its rows."""
    if type(step.op).by_rows is Op.by_rows or not reads:
        return None
    kind, regular = reads[0].dtype, [r for r in rows if r is not None and r.dtype == reads[0].dtype]
    if len(regular) < len(rows) or kind.kind != "f":
        return None
    link = _Link(step, tuple(reads), *_empty(reads[0].shape, reads[0]))
    work = step.op.by_rows(tuple(regular), link.rows)
    return None if work is None else (link, work)


def _nhwc(value: Array) -> Array:
    return value.transpose(0, 2, 3, 1)


def _rows(value: Array) -> Array | None:
    """Maps (N, C, H, W) as (N · H, W · C), anything else as (N, all the rest): a view; None if it does not lie in that order."""
    cells = _nhwc(value) if value.ndim == 4 else value
    if not cells.flags.c_contiguous or not value.size or not value.ndim:
        return None
    rows = value.shape[0] * value.shape[2] if value.ndim == 4 else value.shape[0]
    return cells.reshape(rows, -1)


def _empty(shape: Shape, like: Array) -> tuple[Array, Array]:
    """A value of that shape, not yet filled, and its rows."""
    if len(shape) != 4:
        value = memory.common(shape, like.dtype)
        return value, value.reshape(shape[0], -1)
    n, c, h, w = shape
    cells = memory.common((n, h, w, c), like.dtype)
    return cells.transpose(0, 3, 1, 2), cells.reshape(n * h, w * c)
