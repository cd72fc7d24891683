"""The gradient of a convolution's input with few maps (a photo's colours) by col2im: the product
first, the sums after it.

Gathering the windows of dy for a product with three columns moves dozens of numbers for each that
comes out, and BLAS is slow at so narrow a product. Here one product makes what every number of dy
adds to its window of dx, as a plane for each cell of the kernel and each map, and the planes are
added up where their cells say. With a stride of s, rows of dx that are s apart meet the same cells
of the kernel, other rows other ones: each kind of rows is a task of its own, and its s kinds of
columns are interleaved at the end.

Everything is channels last: dy (N, Ho, Wo, K), weight (kh, kw, C, K), dx (N, H, W, C), one group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from engine.execution import threads
from engine.kernels.spec import ConvParams
from engine.types import Array

MOST_MAPS = 4  # of dx; more of them are better gathered
MIN_FILTERS = 8
CHUNK_BYTES = 1 << 19  # of planes at a time: they are still in the cache when they are added


class _Cell(NamedTuple):
    """A cell of the kernel along one axis: it adds number u of dy to cell u + shift of the kind
    of cells that begins at ``first``, counted in its own kind.
    """

    first: int
    shift: int


@dataclass(frozen=True, eq=False)
class Col2Im:
    """How to get from dy to dx for one weight. ``weights``: for every kind of rows, (cells · C, K).

    Use ``prepare``, where ``suits`` says so.
    """

    kernel: tuple[int, int]
    params: ConvParams
    maps: int
    weights: tuple[Array, ...]

    def __call__(self, dy: Array, dx: Array) -> None:
        """Fill dx (N, H, W, C)."""

        def work(task: tuple[int, int]) -> None:
            image, first = task
            self._fill_rows(dy[image], first, dx[image])

        tasks = list(product(range(len(dy)), range(min(self.params.stride[0], dx.shape[1]))))
        cut = threads.plan_split(dy.size * self.maps * self.kernel[0] * self.kernel[1], dx.size)
        threads.parallel_for(tasks, work, wake=cut.wakes)

    def _fill_rows(self, dy: Array, first: int, dx: Array) -> None:
        """The rows of dx (H, W, C) from ``first`` on, a stride apart."""
        target, step = dx[first :: self.params.stride[0]], self.params.stride[1]
        rows = [cell.shift for cell in _cells(self.kernel, self.params, 0) if cell.first == first]
        columns = _cells(self.kernel, self.params, 1)
        planes = np.zeros((step, self.maps, len(target), -(-dx.shape[1] // step)), dy.dtype)
        for start, added in self._chunks(dy, self.weights[first], len(rows)):
            for (i, down), (j, (kind, along)) in product(enumerate(rows), enumerate(columns)):
                seen, here = _overlap(start, added.shape[3], down, planes.shape[2])
                across, there = _overlap(0, added.shape[4], along, planes.shape[3])
                planes[kind, :, here, there] += added[i, j, :, seen, across]
        for kind in range(min(step, dx.shape[1])):
            threads.check()
            part = target[:, kind::step]
            part[...] = planes[kind, :, :, : part.shape[1]].transpose(1, 2, 0)

    def _chunks(self, dy: Array, weights: Array, cells: int) -> Iterator[tuple[int, Array]]:
        """Some rows of dy at a time: the first of them, and what they add, (cells down, cells
        along, C, rows, Wo).
        """
        height, width, filters = dy.shape
        band = max(1, CHUNK_BYTES // max(1, len(weights) * width * dy.itemsize))
        for start in range(0, height if cells else 0, band):
            threads.check()
            numbers = dy[start : start + band].reshape(-1, filters)
            added = threads.scratch(len(weights) * len(numbers), dy.dtype, "col2im")
            added = added.reshape(len(weights), len(numbers))
            np.matmul(weights, numbers.T, out=added)
            yield start, added.reshape(cells, self.kernel[1], self.maps, -1, width)


def suits(weight: tuple[int, ...], params: ConvParams) -> bool:
    """Whether this is the way for a weight (kh, kw, C, K) of that shape."""
    kernel_h, kernel_w, maps, filters = weight
    few = maps <= MOST_MAPS and filters >= MIN_FILTERS
    return few and params.groups == 1 and kernel_h * kernel_w > 1


def prepare(weight: Array, params: ConvParams) -> Col2Im:
    """The col2im by a weight (kh, kw, C, K)."""
    kernel, maps = (weight.shape[0], weight.shape[1]), weight.shape[2]
    cells = _cells(kernel, params, 0)
    weights = [
        weight[[at for at, cell in enumerate(cells) if cell.first == first]].reshape(
            -1, weight.shape[3]
        )
        for first in range(params.stride[0])
    ]
    return Col2Im(kernel, params, maps, tuple(map(np.ascontiguousarray, weights)))


def _cells(kernel: tuple[int, int], params: ConvParams, axis: int) -> list[_Cell]:
    """All cells along an axis: number u meets u · stride + p · dilation - padding of dx."""
    stride = params.stride[axis]
    offsets = [p * params.dilation[axis] - params.padding[axis] for p in range(kernel[axis])]
    return [_Cell(offset % stride, offset // stride) for offset in offsets]


def _overlap(start: int, count: int, shift: int, cells: int) -> tuple[slice, slice]:
    """Which of ``count`` numbers from ``start`` on fall on one of so many cells, counted from
    ``start``, and on which.
    """
    low = max(start, -shift)
    high = max(low, min(start + count, cells - shift))
    return slice(low - start, high - start), slice(low + shift, high + shift)
