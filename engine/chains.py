"""Steps that are computed together, a few rows at a time, while what one wrote is still in the cache for the next.

A chain begins with a convolution or with a step that works row by row (normalisation, activation, sum), and goes on through the
steps of the second sort that follow it. Every one of its values is there afterwards, exactly as if the steps had run one by one.

Which steps make a chain is decided by shapes and by how values lie in memory. It is found out once, as in a small network that takes
longer than the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice, pairwise
from math import prod
from time import perf_counter
from typing import Any, NamedTuple, Protocol

import numpy as np

from engine.kernels import memory, parallel
from engine.kernels.geometry import Finish
from engine.ops import Conv2d, Op
from engine.ops.layout import from_memory, to_nhwc
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
Fill = Callable[[Finish | None], None]


class _Link(NamedTuple):
    """A step, and the shape of its value as it lies in memory and as rows."""

    step: Step
    cells: Shape
    rows: Shape


class _Chain(NamedTuple):
    """Steps that are computed together, all in numbers of one type, and what they read of others."""

    kind: np.dtype[Any]
    outside: tuple[str, ...]
    links: tuple[_Link, ...]


class Chains:
    """The chains of a network at inference, for inputs of one shape. Several threads may use them at the same time."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._found: dict[int, _Chain | None] = {}  # by the place of the first step

    def run(self, place: int, values: Mapping[str, Array]) -> list[Done]:
        """Compute the step at that place, and as many of those after it as can be computed along with it.

        ``values`` holds all that was made before. Empty when the step is none to begin a chain with.
        """
        if place not in self._found:
            self._found[place] = _find(self._steps, place, values)
        chain = self._found[place]
        return [] if chain is None else _compute(chain, values)


def _find(steps: Sequence[Step], place: int, values: Mapping[str, Array]) -> _Chain | None:
    """The chain that begins there. Nothing is computed: what its values stand for is memory that is never touched."""
    links: list[_Link] = []
    outside: dict[str, None] = {}
    made: dict[str, Array] = {}
    for step in islice(steps, place, None):
        if links and made.keys().isdisjoint(step.inputs):
            break
        reads = [made.get(name, values.get(name)) for name in step.inputs]
        known = [value for value in reads if value is not None]
        if not known or len(known) < len(reads):
            break
        shape = _shape(step, known, first=not links)
        if shape is None:
            break
        outside.update((name, None) for name in step.inputs if name not in made)
        cells = shape if len(shape) != 4 else (shape[0], *shape[2:], shape[1])
        made[step.name] = from_memory(np.empty(cells, known[0].dtype))
        links.append(_Link(step, cells, _as_rows(shape)))
    if not links:
        return None
    return _Chain(made[links[0].step.name].dtype, tuple(outside), tuple(links))


def _shape(step: Step, reads: Sequence[Array], first: bool) -> Shape | None:
    """The shape of a step's value; None for one that cannot be computed along with others."""
    kind = reads[0].dtype
    rows = [row for row in map(_rows, reads) if row is not None and row.dtype == kind]
    if len(rows) < len(reads):
        return None
    if first and isinstance(step.op, Conv2d):
        return step.op.plan(reads[0])[0]
    if type(step.op).by_rows is Op.by_rows or kind.kind != "f":
        return None
    work = step.op.by_rows(tuple(rows), np.empty_like(rows[0]))
    return None if work is None else reads[0].shape


def _compute(chain: _Chain, values: Mapping[str, Array]) -> list[Done]:
    """All the values of a chain. Empty when what it reads does not lie as it did when the chain was found."""
    start = perf_counter()
    rows: dict[str, Array] = {}
    for name in chain.outside:
        found = _rows(values[name])
        if found is None or found.dtype != chain.kind:
            return []
        rows[name] = found
    made: dict[str, Array] = {}
    works: list[Work] = []
    fill: Fill | None = None
    for place, (step, cells, flat) in enumerate(chain.links):
        block = memory.empty(cells, chain.kind)
        made[step.name], rows[step.name] = from_memory(block), block.reshape(flat)
        if place == 0 and isinstance(step.op, Conv2d):
            (x,) = (values[name] for name in step.inputs)
            fill = partial(step.op.plan(x)[1], to_nhwc(x), step.op.bias, block)
        else:
            work = step.op.by_rows(tuple([rows[name] for name in step.inputs]), rows[step.name])
            assert work is not None
            works.append(work)
    laps = _fill(chain.links[0], works, fill)
    shares = _shares(laps, len(chain.links), perf_counter() - start)
    done = []
    for (step, _, _), seconds in zip(chain.links, shares, strict=True):
        value = made[step.name]
        xs = tuple([made[name] if name in made else values[name] for name in step.inputs])
        done.append(Done(value, step.op.cache(xs, value), seconds))
    return done


def _fill(first: _Link, works: list[Work], fill: Fill | None) -> list[list[float]]:
    """Fill all the values, the first one by ``fill`` if there is one; the times between the works, in each block."""
    laps: list[list[float]] = []

    def finish(rows: slice) -> None:
        times = [perf_counter()]
        for work in works:
            work(rows)
            times.append(perf_counter())
        laps.append(times)

    def finish_block(pictures: slice, rows: slice) -> None:
        high = first.cells[1]
        finish(slice(pictures.start * high + rows.start, (pictures.stop - 1) * high + rows.stop))

    if fill is not None:
        fill(finish_block if works else None)
    else:
        height, width = first.rows
        cut = parallel.cut(0, height * width)
        step = max(1, min(BLOCK // width, -(-height // cut.parts)))
        parallel.each([slice(i, i + step) for i in range(0, height, step)], finish, wake=cut.wakes)
    return laps


def _shares(laps: list[list[float]], steps: int, seconds: float) -> list[float]:
    """The steps' shares of the time that all of them took. A convolution is not timed: its share is what is left."""
    shares = [0.0] * steps
    threads = min(parallel.WORKERS, len(laps))
    for times in laps:
        place = steps - len(times)
        for begin, end in pairwise(times):
            place += 1
            shares[place] += (end - begin) / threads
    shares[0] += max(seconds - sum(shares), 0.0)
    return shares


def _as_rows(shape: Shape) -> Shape:
    """Of maps (N, C, H, W) (N · H, W · C), of anything else (N, all the rest)."""
    if len(shape) == 4:
        return shape[0] * shape[2], shape[3] * shape[1]
    return shape[0], prod(shape[1:])


def _rows(value: Array) -> Array | None:
    """A value as rows: a view; None if its numbers do not lie in that order, or if there are none."""
    cells = value.transpose(0, 2, 3, 1) if value.ndim == 4 else value
    if not cells.flags.c_contiguous or not value.size or not value.ndim:
        return None
    return cells.reshape(_as_rows(value.shape))
