"""Pooling: each window of a map is reduced to its largest number, its mean or its length. Maps do
not mix.

Maximum and sum both go over the rows of a window first and then over its columns, so that a k × k
window costs 2k passes rather than k². Loops run over the cells of the kernel, never over pixels or
channels, and padding is never written out: every cell of the kernel knows which outputs it serves
(``Sliding.taps``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import buffers, threads
from engine.execution.memory_format import from_nhwc, to_nhwc
from engine.ops.base import Box, Explanation, Family, Op, same_shape, terms_of_one
from engine.ops.take import seen_through
from engine.ops.window import Pair, Quad, Sliding, Tap, axes, checked
from engine.types import Array, Index, Shape

BLOCK = 1 << 17  # numbers whose rows are joined at a time


class _Pool(Op):
    """What the pools with a kernel share."""

    kernel: Pair
    stride: Pair
    padding: Quad
    dilation: Pair
    ceil_mode: bool

    def __post_init__(self) -> None:
        for name, count, least in (("kernel", 2, 1), ("stride", 2, 1), ("padding", 4, 0)):
            numbers = checked(self.op_type, name, getattr(self, name), count, least)
            object.__setattr__(self, name, numbers)
        object.__setattr__(self, "dilation", checked(self.op_type, "dilation", self.dilation, 2, 1))
        for before, after, axis in zip(
            self.padding[:2], self.padding[2:], self._axes((1, 1, 1, 1)), strict=True
        ):
            if max(before, after) >= axis.extent:
                raise ShapeError(
                    f"{self.op_type}: padding {list(self.padding)} is not smaller than the "
                    f"kernel {list(self.kernel)}; a window would see nothing but padding"
                )

    def _axes(self, shape: Shape) -> tuple[Sliding, Sliding]:
        return axes(shape, self.kernel, self.stride, self.padding, self.dilation, self.ceil_mode)

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = maps_only(self.op_type, shapes)
        rows, columns = (axis.outputs for axis in self._axes(shape))
        if rows < 1 or columns < 1:
            raise ShapeError(
                f"{self.op_type}: a kernel of {self.kernel[0]} × {self.kernel[1]} (stride {list(self.stride)}, "
                f"dilation {list(self.dilation)}, padding {list(self.padding)}) does not fit on maps "
                f"of {shape[2]} × {shape[3]}"
            )
        return shape[0], shape[1], rows, columns

    def window_reads(self, *shapes: Shape) -> int:
        _, channels, rows, columns = self.infer_shape(*shapes)
        wide = max(columns, shapes[0][3])  # one axis after the other
        return channels * rows * wide * sum(self.kernel)

    def tables(self, *shapes: Shape) -> dict[int, Array]:
        rows, columns = self._axes(shapes[0])
        return {2: rows.table(), 3: columns.table()}

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (seen_through(self.tables(*shapes), box),)

    def _cells(self, shape: Shape, index: Index) -> Array:
        """(T, 4): the positions under the window of one output, in scan order, padding included."""
        rows, columns = self._axes(shape)
        y, x = np.meshgrid(rows.cells(index[2]), columns.cells(index[3]), indexing="ij")
        cells = np.empty((y.size, 4), np.int64)
        cells[:, :2] = index[:2]
        cells[:, 2], cells[:, 3] = y.ravel(), x.ravel()
        return cells


@dataclass(frozen=True, eq=False)
class MaxPool(_Pool):
    """The largest number of each window. Padding never wins; of equal numbers the first in reading
    order does.

    ``kernel`` and ``stride`` are (rows, columns), ``padding`` (top, left, bottom, right). A window
    that sees nothing but padding, which takes a dilation and a very small map, gives -inf.
    """

    op_type: ClassVar[str] = "max_pool"
    display_name: ClassVar[str] = "Max pooling"
    family: ClassVar[Family] = "pool"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input", "output")

    kernel: Pair
    stride: Pair
    padding: Quad = (0, 0, 0, 0)
    dilation: Pair = (1, 1)
    ceil_mode: bool = False

    @property
    def attributes(self) -> dict[str, Any]:
        return {
            "kernel": list(self.kernel),
            "stride": list(self.stride),
            "padding": list(self.padding),
            "dilation": list(self.dilation),
            "ceil_mode": self.ceil_mode,
        }

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        x = to_nhwc(xs[0])
        rows, columns = self._axes(xs[0].shape)
        y = _reduce(np.maximum, -np.inf, x, rows, columns)
        return from_nhwc(y), (x, y)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        x, y = cache
        dx = np.zeros_like(x)
        # What no cell has claimed yet: a cell that holds its window's maximum takes all and leaves
        # nothing to later ones.
        left = dy.transpose(0, 2, 3, 1).copy()
        cut = threads.plan_split(threads.WORK_PER_TAP * x.size, x.size)
        # One picture at a time stays in the cache; a single one is cut into some of its maps each.
        maps = x.shape[3] if len(x) >= cut.parts else max(1, -(-x.shape[3] // cut.parts))

        def work(task: tuple[int, int]) -> None:
            picture, first = task
            part = np.s_[picture, :, :, first : first + maps]
            self._claim(x[part], y[part], left[part], dx[part])

        tasks = list(product(range(len(x)), range(0, x.shape[3], max(1, maps))))
        threads.parallel_for(tasks, work, wake=cut.wakes)
        return (from_nhwc(dx),), {}

    def _claim(self, x: Array, y: Array, left: Array, dx: Array) -> None:
        """Give the gradient in ``left`` to the winners: x and dx are (H, W, C), y and left (rows,
        columns, C).
        """
        rows, columns = self._axes((1, x.shape[2], *x.shape[:2]))
        overlap = self.stride[0] < rows.extent or self.stride[1] < columns.extent
        for vertical, horizontal in product(rows.taps(), columns.taps()):
            seen, out = (vertical.inputs, horizontal.inputs), (vertical.outputs, horizontal.outputs)
            wins = x[seen] == y[out]
            if overlap:
                share = left[out] * wins
                dx[seen] += share
            else:
                share = np.multiply(left[out], wins, out=dx[seen])
            left[out] -= share

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        cells = self._cells(x.shape, index)
        cells = cells[_inside(cells, x.shape)]
        values = x[tuple(cells.T)].astype(np.float64)
        weights = np.zeros(len(cells))
        weights[np.flatnonzero(values == y[index])[:1]] = 1.0
        return terms_of_one(
            "max",
            cells,
            values,
            weights,
            y[index],
            bias=0.0 if len(cells) else y[index],
            contributions=np.where(weights > 0, values, 0.0),
        )


@dataclass(frozen=True, eq=False)
class AveragePool(_Pool):
    """The mean of each window. ``count_include_pad`` says whether padded cells count, as zeros.

    What hangs over the padding itself (``ceil_mode``) never counts.
    """

    op_type: ClassVar[str] = "average_pool"
    display_name: ClassVar[str] = "Average pooling"
    family: ClassVar[Family] = "pool"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    kernel: Pair
    stride: Pair
    padding: Quad = (0, 0, 0, 0)
    ceil_mode: bool = False
    count_include_pad: bool = False
    dilation: Pair = (1, 1)

    @property
    def attributes(self) -> dict[str, Any]:
        return {
            "kernel": list(self.kernel),
            "stride": list(self.stride),
            "padding": list(self.padding),
            "dilation": list(self.dilation),
            "ceil_mode": self.ceil_mode,
            "count_include_pad": self.count_include_pad,
        }

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        shape = xs[0].shape
        rows, columns = self._axes(shape)
        y = _reduce(np.add, 0, to_nhwc(xs[0]), rows, columns)
        down, along = self._counts(rows), self._counts(columns)
        for part in threads.pieces(y.shape, last=3):
            weights = 1.0 / np.multiply.outer(down[part[1]], along[part[2]])
            y[part] *= weights.astype(y.dtype)[:, :, None]
        return from_nhwc(y), shape

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        rows, columns = self._axes(cache)
        gradient = to_nhwc(dy) * self._weights(rows, columns).astype(dy.dtype)[:, :, None]
        return (from_nhwc(_spread(_spread(gradient, 2, columns), 1, rows)),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        cells = self._cells(x.shape, index)
        inside = _inside(cells, x.shape)
        bottom, right = self.padding[2:]
        padded = (cells[:, 2] < x.shape[2] + bottom) & (cells[:, 3] < x.shape[3] + right)
        counted = padded if self.count_include_pad else inside
        values = np.zeros(len(cells))
        values[inside] = x[tuple(cells[inside].T)]
        rows, columns = self._axes(x.shape)
        weight = float(self._weights(rows, columns)[index[2:]])
        return terms_of_one(
            "mean",
            cells[counted],
            values[counted],
            np.full(int(counted.sum()), weight),
            y[index],
            contributions=values[counted] * weight,
        )

    def _weights(self, rows: Sliding, columns: Sliding) -> Array:
        """(rows, columns) of the output: one over the number of cells that count there."""
        return np.asarray(1.0 / np.multiply.outer(self._counts(rows), self._counts(columns)))

    def _counts(self, axis: Sliding) -> Array:
        starts = np.arange(axis.outputs) * axis.stride - axis.before
        before, after = (axis.before, axis.after) if self.count_include_pad else (0, 0)
        first = np.maximum(-((starts + before) // axis.dilation), 0)
        last = np.minimum((axis.size + after - 1 - starts) // axis.dilation, axis.kernel - 1)
        # Nothing but padding, which a dilation may see, has a sum of 0 and counts as one cell.
        return np.asarray(np.maximum(last - first + 1, 1))


@dataclass(frozen=True, eq=False)
class LpPool(_Pool):
    """(Σ |x|ᵖ)^(1/p) over each window: its length, for p = 2. Padding adds nothing."""

    op_type: ClassVar[str] = "lp_pool"
    display_name: ClassVar[str] = "Lp pooling"
    family: ClassVar[Family] = "pool"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input", "output")

    kernel: Pair
    stride: Pair
    p: int = 2
    padding: Quad = (0, 0, 0, 0)
    dilation: Pair = (1, 1)
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if int(self.p) != self.p or self.p < 1:
            raise ShapeError(f"{self.op_type}: p must be a whole number from 1, got {self.p}")

    @property
    def attributes(self) -> dict[str, Any]:
        return {
            "kernel": list(self.kernel),
            "stride": list(self.stride),
            "p": self.p,
            "padding": list(self.padding),
            "dilation": list(self.dilation),
            "ceil_mode": self.ceil_mode,
        }

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        x = to_nhwc(xs[0])
        rows, columns = self._axes(xs[0].shape)
        powers = np.empty_like(x)
        for part in threads.pieces(x.shape, last=3):
            powers[part] = np.abs(x[part]) ** self.p
        y = _reduce(np.add, 0, powers, rows, columns)
        for part in threads.pieces(y.shape, last=3) if self.p > 1 else ():
            y[part] = np.sqrt(y[part]) if self.p == 2 else y[part] ** (1 / self.p)
        return from_nhwc(y), (x, y)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        """dx = sign(x) · |x / y|^(p - 1) · dy, summed over the windows; nothing where a window
        holds zeros alone.
        """
        x, y = cache
        rows, columns = self._axes((len(x), x.shape[3], *x.shape[1:3]))
        gradient = np.zeros_like(y)
        np.divide(to_nhwc(dy), y ** (self.p - 1), out=gradient, where=y > 0)
        dx = _spread(_spread(gradient, 2, columns), 1, rows)
        dx *= np.sign(x) * np.abs(x) ** (self.p - 1)
        return (from_nhwc(dx),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        """A number's weight is its derivative, sign(x) · |x| ^ (p - 1) / y ^ (p - 1): with it the
        products add up to y.
        """
        (x,) = xs
        cells = self._cells(x.shape, index)
        cells = cells[_inside(cells, x.shape)]
        values = x[tuple(cells.T)].astype(np.float64)
        length = float((np.abs(values) ** self.p).sum() ** (1 / self.p))
        weights = np.zeros(len(cells))
        if length > 0:
            weights = np.sign(values) * (np.abs(values) / length) ** (self.p - 1)
        return terms_of_one("norm", cells, values, weights, y[index])


def maps_only(op_type: str, shapes: tuple[Shape, ...]) -> Shape:
    """The shape of the one input, which must be maps."""
    shape = same_shape(op_type, shapes)
    if len(shape) != 4:
        raise ShapeError(f"{op_type} takes maps (N, C, H, W), got an input of shape {shape}")
    return shape


def _inside(cells: Array, shape: Shape) -> Array:
    """Which of the (T, 4) positions lie inside maps of that shape, a mask (T,)."""
    return np.asarray(np.all((cells >= 0) & (cells < shape), axis=1))


def _reduce(join: np.ufunc, start: float, x: Array, rows: Sliding, columns: Sliding) -> Array:
    """Join (maximum, add) the cells of each window of x (N, H, W, C); ``start`` is what an empty
    window gives.

    Bands of rows are shared out among the cores; what a band's rows come to is still in the cache
    when its columns are joined.
    """
    n, _, width, channels = x.shape
    y = buffers.empty((n, rows.outputs, columns.outputs, channels), x.dtype)
    down, along = list(rows.taps()), list(columns.taps())
    step = max(1, columns.outputs * threads.PIECE // (width * channels))  # of a very wide row
    strips = [slice(i, min(i + step, columns.outputs)) for i in range(0, columns.outputs, step)]

    def work(block: tuple[slice, slice]) -> None:
        pictures, band = block
        mine = _within(down, band)
        for strip in strips:
            across = _within(along, strip)
            first = min((tap.inputs.start for tap in across), default=0)
            last = max((tap.inputs.stop for tap in across), default=first)
            seen = x[pictures, :, first:last]
            shape = (len(seen), band.stop - band.start, last - first, channels)
            joined = threads.scratch(prod(shape), x.dtype, "pool").reshape(shape)
            _join(join, start, seen, 1, mine, joined)
            shifted = [tap.shifted(-first) for tap in across]
            _join(join, start, joined, 2, shifted, y[pictures, band, strip])

    cut = threads.plan_split(threads.WORK_PER_TAP * len(down) * y.size * rows.stride, y.size)
    per_block = max(1, BLOCK // (width * channels))
    threads.parallel_for(
        threads.blocks(n, rows.outputs, per_block, cut.parts), work, wake=cut.wakes
    )
    return y


def _within(taps: list[Tap], outputs: slice) -> list[Tap]:
    """What is left of the taps for these outputs."""
    parts = (tap.within(outputs.start, outputs.stop) for tap in taps)
    return [part for part in parts if part is not None]


def _join(join: np.ufunc, start: float, x: Array, axis: int, taps: list[Tap], y: Array) -> None:
    """y becomes the cells of x along one axis, joined as the taps say."""
    before = (slice(None),) * axis
    everywhere = slice(0, y.shape[axis])
    complete = [tap for tap in taps if tap.outputs == everywhere]
    if len(complete) > 1:
        first, second = complete[:2]
        join(x[(*before, first.inputs)], x[(*before, second.inputs)], out=y)
        taps = [tap for tap in taps if tap not in (first, second)]
    else:
        y[...] = start
    for tap in taps:
        threads.check()
        part = y[(*before, tap.outputs)]
        join(part, x[(*before, tap.inputs)], out=part)


def _spread(dy: Array, axis: int, sliding: Sliding) -> Array:
    """The reverse of a sum over windows along one axis: every cell gets the sum of the windows that
    it lies in.
    """
    before = (slice(None),) * axis
    dx = np.zeros((*dy.shape[:axis], sliding.size, *dy.shape[axis + 1 :]), dy.dtype)
    for tap in sliding.taps():
        dx[(*before, tap.inputs)] += dy[(*before, tap.outputs)]
    return dx
