"""Products of matrices: rows of one input times columns of another input, or of a weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import buffers, threads
from engine.execution.memory_format import channels_last, contiguous
from engine.ops.base import Box, Explanation, Family, Op
from engine.ops.elementwise.binary import unbroadcast, unbroadcast_index
from engine.types import Array, Index, Shape

MOST_AT_ONCE = 1 << 30  # multiply-adds of one product


@dataclass(frozen=True, eq=False)
class MatMul(Op):
    """a · b over the last two axes, (…, L, K) · (…, K, M) → (…, L, M); those before are broadcast.
    b may be a ``weight``.

    In an explanation each of two inputs answers for half of every product.
    """

    op_type: ClassVar[str] = "matmul"
    display_name: ClassVar[str] = "MatMul"
    family: ClassVar[Family] = "weights"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    weight: Array | None = None

    def __post_init__(self) -> None:
        if self.weight is not None and self.weight.ndim < 2:
            raise ShapeError(f"{self.op_type}: weight must be a matrix, got {self.weight.shape}")

    @property
    def params(self) -> Mapping[str, Array]:
        return {} if self.weight is None else {"weight": self.weight}

    def infer_shape(self, *shapes: Shape) -> Shape:
        wanted = "two inputs" if self.weight is None else "one input"
        if len(shapes) != (2 if self.weight is None else 1):
            raise ShapeError(f"{self.op_type} takes {wanted}, got {len(shapes)}")
        a, b = shapes if self.weight is None else (shapes[0], self.weight.shape)
        if min(len(a), len(b)) < 2 or a[-1] != b[-2]:
            raise ShapeError(f"{self.op_type}: matrices of shape {a} and {b} do not fit each other")
        try:
            ahead = np.broadcast_shapes(a[:-2], b[:-2])
        except ValueError:
            raise ShapeError(
                f"{self.op_type}: matrices of shape {a} and {b} do not fit each other"
            ) from None
        if self.weight is not None and (len(ahead) > len(a) - 2 or ahead[:1] != a[:-2][:1]):
            raise ShapeError(f"{self.op_type}: a weight of shape {b} does not fit a batch {a}")
        return (*ahead, a[-2], b[-1])

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        return channels_last(product(*self._operands(xs))), xs

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return self.input_grads(dy, cache), self.param_grads(dy, cache)

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]:
        a, b = self._operands(cache)
        da = unbroadcast(product(dy, b.swapaxes(-1, -2)), a.shape)
        return (da,) if self.weight is not None else (da, _right_grad(dy, a, b))

    def param_grads(self, dy: Array, cache: Any) -> dict[str, Array]:
        return {} if self.weight is None else {"weight": _right_grad(dy, cache[0], self.weight)}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        a, b = self._operands(xs)
        *ahead, row, column = index
        count = a.shape[-1]
        inner = np.arange(count)
        rows = _places((*unbroadcast_index(tuple(ahead), a.shape[:-2]), row, 0), -1, inner)
        columns = _places((*unbroadcast_index(tuple(ahead), b.shape[:-2]), 0, column), -2, inner)
        left, right = (m[tuple(p.T)].astype(np.float64) for m, p in ((a, rows), (b, columns)))
        if self.weight is not None:
            sources, positions, values, weights = np.zeros(count, np.int64), rows, left, right
        else:
            longest = max(a.ndim, b.ndim)
            sources = np.repeat([0, 1], count)
            positions = np.concatenate([_filled(p, longest) for p in (rows, columns)])
            values, weights = np.concatenate([left, right]), np.concatenate([right, left]) / 2
        return Explanation(
            rule="weighted_sum",
            result=float(y[index]),
            bias=0.0,
            input_indices=sources,
            positions=positions,
            values=values,
            weights=weights,
            contributions=values * weights,
        )

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        start, stop = box
        seen = []
        for place, shape in enumerate(shapes):
            ahead = shape[:-2]
            first = unbroadcast_index(start[:-2], ahead)
            last = unbroadcast_index(tuple(i - 1 for i in stop[:-2]), ahead)
            matrix = (
                ((start[-2], 0), (stop[-2], shape[-1]))
                if place == 0
                else ((0, start[-1]), (shape[-2], stop[-1]))
            )
            seen.append(Box((*first, *matrix[0]), (*(i + 1 for i in last), *matrix[1])))
        return tuple(seen)

    def multiply_adds(self, *shapes: Shape) -> int:
        return prod(self.infer_shape(*shapes)) * shapes[0][-1]

    def _operands(self, xs: tuple[Array, ...]) -> tuple[Array, Array]:
        if self.weight is not None:
            return xs[0], self.weight
        a, b = xs
        return a, b


def product(a: Array, b: Array) -> Array:
    """a @ b, each core its share of the pictures or rows. BLAS wants matrices whose rows or columns
    lie one after the other.
    """
    a, b = _as_matrices(a), _as_matrices(b)
    if b.ndim == 2:  # one product for all: the axes before are rows as well
        rows = contiguous(a).reshape(-1, a.shape[-1])
        y = buffers.empty((len(rows), b.shape[1]), np.result_type(a, b))
        _shared(rows, b, y)
        return y.reshape(*a.shape[:-1], b.shape[1])
    ahead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    y = buffers.empty((*ahead, a.shape[-2], b.shape[-1]), np.result_type(a, b))
    _shared(
        np.broadcast_to(a, (*ahead, *a.shape[-2:])), np.broadcast_to(b, (*ahead, *b.shape[-2:])), y
    )
    return y


def _shared(a: Array, b: Array, y: Array) -> None:
    cut = threads.plan_split(y.size * a.shape[-1], y.size)
    edges = [len(y) * i // cut.parts for i in range(cut.parts + 1)]

    def work(rows: slice) -> None:
        _product(a[rows], b if b.ndim == 2 else b[rows], y[rows])

    threads.parallel_for([slice(i, j) for i, j in pairwise(edges) if i < j], work, wake=cut.wakes)


def _product(a: Array, b: Array, y: Array) -> None:
    """y = a @ b; one that would take long in halves: nothing can stop a product in its middle."""
    threads.check()
    axis = next((axis for axis, length in enumerate(y.shape[:-1]) if length > 1), None)
    if axis is None or y.size * a.shape[-1] <= MOST_AT_ONCE:
        np.matmul(a, b, out=y)
        return
    ahead, middle = (slice(None),) * axis, y.shape[axis] // 2
    for half in ((*ahead, slice(middle)), (*ahead, slice(middle, None))):
        _product(a[half], b[half] if axis < y.ndim - 2 and b.ndim > 2 else b, y[half])


def _as_matrices(x: Array) -> Array:
    """x with matrices that BLAS can read in place; a copy only where neither rows nor columns are
    contiguous.
    """
    return x if x.itemsize in x.strides[-2:] else contiguous(x)


def _right_grad(dy: Array, a: Array, b: Array) -> Array:
    if b.ndim == 2:  # all rows at once: the sum over the axes before comes with the product
        rows = np.ascontiguousarray(a).reshape(-1, a.shape[-1])
        return np.asarray(rows.T @ np.ascontiguousarray(dy).reshape(len(rows), -1))
    return unbroadcast(product(a.swapaxes(-1, -2), dy), b.shape)


def _places(place: Index, axis: int, cells: Array) -> Array:
    """Positions (T, D): one place with the given axis running through the cells."""
    positions = np.tile(np.array(place, np.int64), (len(cells), 1))
    positions[:, axis] = cells
    return positions


def _filled(positions: Array, rank: int) -> Array:
    """Positions filled up with -1 on the right."""
    missing = rank - positions.shape[1]
    return np.pad(positions, ((0, 0), (0, missing)), constant_values=-1)
