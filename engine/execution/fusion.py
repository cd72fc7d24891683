"""Fusion: nodes that are computed together, block by block, while what one wrote is still in the
cache.

A fused group begins with an op that fills its output block by block (a convolution) or works row by
row (normalisation, activation, sum), and goes on through the ops of the second kind that follow it.
Every value of the group is there afterwards, bit for bit as if its nodes had run one by one.

Which nodes form a group is decided by the shapes of their values and by how these lie in memory. It
is found out once for inputs of one shape, as in a small network finding it takes longer than the
arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice, pairwise
from math import prod
from time import perf_counter
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from engine.execution import buffers, threads
from engine.execution.memory_format import from_memory
from engine.types import Array, Epilogue, Shape

BLOCK = 1 << 16  # elements of each value that are worked on at a time

FillRows = Callable[[slice], object]
FillBlocks = Callable[[Array, Epilogue | None], None]


class FusableOp(Protocol):
    """What fusion needs of an op (engine/ops/base.py)."""

    gradient_by_shape: ClassVar[bool]

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]: ...
    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> FillRows | None: ...
    def blockwise_kernel(self, x: Array) -> tuple[Shape, FillBlocks] | None: ...
    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any: ...


class FusableNode(Protocol):
    """A node of a network, as execution uses it."""

    @property
    def name(self) -> str: ...
    @property
    def op(self) -> FusableOp: ...
    @property
    def inputs(self) -> tuple[str, ...]: ...


class NodeResult(NamedTuple):
    """A node's value, what its op saved for the backward pass, and the seconds it took."""

    value: Array
    cache: Any
    seconds: float


class _FusedNode(NamedTuple):
    """A node, and the shape of its value as it lies in memory and as rows."""

    node: FusableNode
    memory_shape: Shape
    row_shape: Shape


class _FusedGroup(NamedTuple):
    """Nodes that are computed together, all in one dtype, and the names of the values that they
    read of others.
    """

    dtype: np.dtype[Any]
    reads: tuple[str, ...]
    nodes: tuple[_FusedNode, ...]


class FusionPlan:
    """The fused groups of a network at inference, for inputs of one shape. Several threads may use
    it at the same time.
    """

    def __init__(self, nodes: Sequence[FusableNode]) -> None:
        self._nodes = nodes
        self._groups: dict[int, _FusedGroup | None] = {}  # by the position of the first node

    def run(self, position: int, values: Mapping[str, Array]) -> list[NodeResult]:
        """Compute the node at that position, and as many of those after it as can be fused with it.

        ``values`` holds all that was computed before. Empty when no group begins with the node.
        """
        if position not in self._groups:
            self._groups[position] = _find_group(self._nodes, position, values)
        group = self._groups[position]
        return [] if group is None else _compute(group, values)


def _find_group(
    nodes: Sequence[FusableNode], position: int, values: Mapping[str, Array]
) -> _FusedGroup | None:
    """The fused group that begins at a node. Nothing is computed: its values are placeholders whose
    memory is never touched.
    """
    fused: list[_FusedNode] = []
    outside: dict[str, None] = {}
    made: dict[str, Array] = {}
    for node in islice(nodes, position, None):
        if fused and made.keys().isdisjoint(node.inputs):
            break
        reads = [made.get(name, values.get(name)) for name in node.inputs]
        known = [value for value in reads if value is not None]
        if not known or len(known) < len(reads):
            break
        shape = _fused_shape(node, known, is_first=not fused)
        if shape is None:
            break
        outside.update((name, None) for name in node.inputs if name not in made)
        memory_shape = shape if len(shape) != 4 else (shape[0], *shape[2:], shape[1])
        made[node.name] = from_memory(np.empty(memory_shape, known[0].dtype))
        fused.append(_FusedNode(node, memory_shape, _row_shape(shape)))
    if not fused:
        return None
    return _FusedGroup(made[fused[0].node.name].dtype, tuple(outside), tuple(fused))


def _fused_shape(node: FusableNode, reads: Sequence[Array], is_first: bool) -> Shape | None:
    """The shape of a node's value; None for a node that cannot be fused."""
    dtype = reads[0].dtype
    rows = [row for row in map(as_rows, reads) if row is not None and row.dtype == dtype]
    if len(rows) < len(reads):
        return None
    blockwise = node.op.blockwise_kernel(reads[0]) if is_first else None
    if blockwise is not None:
        return blockwise[0]
    if dtype.kind != "f":
        return None
    work = node.op.rowwise_kernel(tuple(rows), np.empty_like(rows[0]))
    return None if work is None else reads[0].shape


def _compute(group: _FusedGroup, values: Mapping[str, Array]) -> list[NodeResult]:
    """All values of a group. Empty when what it reads does not lie in memory as it did when the
    group was found.
    """
    start = perf_counter()
    rows: dict[str, Array] = {}
    for name in group.reads:
        found = as_rows(values[name])
        if found is None or found.dtype != group.dtype:
            return []
        rows[name] = found
    made: dict[str, Array] = {}
    rowwise: list[FillRows] = []
    blockwise: Callable[[Epilogue | None], None] | None = None
    for position, (node, memory_shape, row_shape) in enumerate(group.nodes):
        block = buffers.empty(memory_shape, group.dtype)
        made[node.name], rows[node.name] = from_memory(block), block.reshape(row_shape)
        kernel = node.op.blockwise_kernel(values[node.inputs[0]]) if position == 0 else None
        if kernel is not None:
            blockwise = _bound(kernel[1], block)
            continue
        work = node.op.rowwise_kernel(tuple([rows[name] for name in node.inputs]), rows[node.name])
        assert work is not None
        rowwise.append(work)
    timestamps = _fill(group.nodes[0], rowwise, blockwise)
    seconds = _seconds(timestamps, len(group.nodes), perf_counter() - start)
    results = []
    for (node, _, _), took in zip(group.nodes, seconds, strict=True):
        value = made[node.name]
        xs = tuple([made[name] if name in made else values[name] for name in node.inputs])
        results.append(NodeResult(value, node.op.saved_for_backward(xs, value), took))
    return results


def _bound(fill: FillBlocks, y: Array) -> Callable[[Epilogue | None], None]:
    return lambda epilogue: fill(y, epilogue)


def _fill(
    first: _FusedNode,
    rowwise: list[FillRows],
    blockwise: Callable[[Epilogue | None], None] | None,
) -> list[list[float]]:
    """Fill all values, the first one by ``blockwise`` if there is one; the times between the
    kernels, for each block.
    """
    timestamps: list[list[float]] = []

    def fill_rows(rows: slice) -> None:
        times = [perf_counter()]
        for work in rowwise:
            work(rows)
            times.append(perf_counter())
        timestamps.append(times)

    def epilogue(images: slice, rows: slice) -> None:
        height = first.memory_shape[1]
        fill_rows(slice(images.start * height + rows.start, (images.stop - 1) * height + rows.stop))

    if blockwise is not None:
        blockwise(epilogue if rowwise else None)
    else:
        height, width = first.row_shape
        plan = threads.plan_split(0, height * width)
        step = max(1, min(BLOCK // width, -(-height // plan.parts)))
        blocks = [slice(i, i + step) for i in range(0, height, step)]
        threads.parallel_for(blocks, fill_rows, wake=plan.wakes)
    return timestamps


def _seconds(timestamps: list[list[float]], nodes: int, total: float) -> list[float]:
    """How the time of a group is divided among its nodes. A convolution is not timed: it gets what
    is left.
    """
    seconds = [0.0] * nodes
    helpers = min(threads.THREADS, len(timestamps))
    for times in timestamps:
        position = nodes - len(times)
        for begin, end in pairwise(times):
            position += 1
            seconds[position] += (end - begin) / helpers
    seconds[0] += max(total - sum(seconds), 0.0)
    return seconds


def _row_shape(shape: Shape) -> Shape:
    """Maps (N, C, H, W) as (N · H, W · C), anything else as (N, all the rest)."""
    if len(shape) == 4:
        return shape[0] * shape[2], shape[3] * shape[1]
    return shape[0], prod(shape[1:])


def as_rows(value: Array) -> Array | None:
    """A value as rows: a view. None if its elements do not lie in that order, if there are none, or
    too many in a row: nothing stops the work on one.
    """
    cells = value.transpose(0, 2, 3, 1) if value.ndim == 4 else value
    if not cells.flags.c_contiguous or not value.size or not value.ndim:
        return None
    shape = _row_shape(value.shape)
    return cells.reshape(shape) if shape[1] <= threads.PIECE else None
