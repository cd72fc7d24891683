"""Maps made larger or smaller: each output cell looks at one place between the input's cells.

Axes are independent, so each has one table: for every output cell the input cells that it looks at,
and their shares. The forward pass, the way back, the explanation and the window all follow from it.
Places are computed in float32 like onnxruntime's, so that a place halfway between two cells goes to
the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from math import ceil, prod
from typing import Any, ClassVar, NamedTuple

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last, from_memory, in_memory, memory_axis
from engine.ops.base import Box, Explanation, Family, Op, no_terms, same_shape, terms_of_one
from engine.ops.take import given_back, normal_axes, picked, seen_through
from engine.ops.window import checked
from engine.types import Array, Index, Shape

MODES = ("nearest", "linear", "cubic")
COORDINATES = (
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_half_pixel_for_nn",
    "tf_crop_and_resize",
)
ROUNDINGS: Mapping[str, Callable[[Array], Array]] = {
    "round_prefer_floor": lambda places: np.ceil(places - 0.5),
    "round_prefer_ceil": lambda places: np.floor(places + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}
MOST_CELLS = 1 << 20  # of an axis that is resized; more than any picture has
# Numbers behind an axis, below which shares are repeated for them: NumPy's inner loops would be too
# short.
FEW = 32


class _Table(NamedTuple):
    """One axis: output cell o is Σ over t of shares[o, t] · input cell cells[o, t]; all shares are
    0 outside of the input.
    """

    cells: Array  # (O, T) int
    shares: Array  # (O, T) float64

    @property
    def seen(self) -> Array:
        """The cells, with -1 for those of no share."""
        return np.where(self.shares != 0, self.cells, -1)


@dataclass(frozen=True, eq=False)
class Resize(Op):
    """The input with the sizes of ``axes`` changed: to ``sizes``, or by ``scales``, whichever is
    given.

    - ``mode``: the nearest cell, a linear mixture of the two around the place, or a cubic one of
      four (Keys, "Cubic convolution interpolation for digital image processing", 1981;
      ``cubic_coeff_a`` is its a);
    - ``exclude_outside``: cells beyond the border have no share (else those on the border stand for
      them);
    - ``antialias``: where an axis shrinks, the mixture is over as many more cells, so that none is
      skipped;
    - ``coordinate_transformation_mode`` says which place in the input an output cell looks at,
      ``nearest_mode`` which way a place between two cells is rounded; both with ONNX's names;
    - ``roi`` (starts, then ends, one an axis, as shares of the input) is the part that
      "tf_crop_and_resize" takes; what lies outside of the input is ``extrapolation_value``.
    """

    op_type: ClassVar[str] = "resize"
    family: ClassVar[Family] = "reshape"
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    scales: tuple[float, ...] = ()
    sizes: tuple[int, ...] = ()
    axes: tuple[int, ...] = (2, 3)
    mode: str = "nearest"
    coordinate_transformation_mode: str = "half_pixel"
    nearest_mode: str = "round_prefer_floor"
    roi: tuple[float, ...] = ()
    extrapolation_value: float = 0.0
    cubic_coeff_a: float = -0.75
    exclude_outside: bool = False
    antialias: bool = False

    def __post_init__(self) -> None:
        for name, known in (
            ("mode", MODES),
            ("coordinate_transformation_mode", COORDINATES),
            ("nearest_mode", tuple(ROUNDINGS)),
        ):
            if getattr(self, name) not in known:
                raise ShapeError(
                    f"{self.op_type}: {name} must be one of {', '.join(known)}; got {getattr(self, name)!r}"
                )
        object.__setattr__(self, "axes", tuple(map(int, self.axes)))
        object.__setattr__(self, "scales", tuple(map(float, self.scales)))
        object.__setattr__(self, "roi", tuple(map(float, self.roi)))
        if self.sizes:
            sizes = checked(self.op_type, "sizes", self.sizes, len(self.axes), 1)
            object.__setattr__(self, "sizes", sizes)
        elif len(self.scales) != len(self.axes) or not all(0 < s < np.inf for s in self.scales):
            raise ShapeError(
                f"{self.op_type}: {len(self.axes)} axes take as many sizes, or scales above 0; got {self.scales}"
            )
        if self.scales and self.sizes:
            raise ShapeError(f"{self.op_type} takes sizes or scales, not both")
        crops = self.coordinate_transformation_mode == "tf_crop_and_resize"
        if len(self.roi) != (2 * len(self.axes) if crops else 0):
            raise ShapeError(f"{self.op_type}: a roi is two numbers an axis, for a crop alone")
        if self.mode == "nearest" and (self.antialias or self.exclude_outside):
            raise ShapeError(
                f"{self.op_type}: antialias and exclude_outside need a mixture of cells"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return {
            "scales": list(self.scales),
            "sizes": list(self.sizes),
            "axes": list(self.axes),
            "mode": self.mode,
            "coordinate_transformation_mode": self.coordinate_transformation_mode,
            "nearest_mode": self.nearest_mode,
            "roi": list(self.roi),
            "extrapolation_value": self.extrapolation_value,
            "cubic_coeff_a": self.cubic_coeff_a,
            "exclude_outside": self.exclude_outside,
            "antialias": self.antialias,
        }

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        resized = list(shape)
        for number, axis in enumerate(normal_axes(self.op_type, self.axes, shape)):
            resized[axis] = self._length(number, shape[axis])
            if resized[axis] < 1:
                raise ShapeError(f"{self.op_type}: nothing is left of axis {axis} of {shape}")
            if max(resized[axis], shape[axis]) > MOST_CELLS:
                raise ShapeError(f"{self.op_type}: at most {MOST_CELLS:,} cells, got {shape}")
        return tuple(resized)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        tables = self._tables(x.shape)
        y = channels_last(x)
        # What shrinks goes first, so that the rest has less to do.
        for axis, table in sorted(tables.items(), key=lambda t: len(t[1].cells) / x.shape[t[0]]):
            y = (
                picked(y, table.cells[:, 0], axis)
                if self.mode == "nearest"
                else _mixed(y, axis, table)
            )
        for axis, table in tables.items():
            for cell in np.flatnonzero(~table.shares.any(axis=1)):
                threads.check()
                y[(slice(None),) * axis + (cell,)] = self.extrapolation_value
        return y, x.shape

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        dy = channels_last(dy)
        for axis, table in self._tables(cache).items():
            parts = []
            for cells, shares in zip(table.seen.T, table.shares.T, strict=True):
                part = dy
                if self.mode != "nearest":
                    part = dy.copy(order="K")
                    _scale(in_memory(part), shares, memory_axis(axis, part.ndim))
                parts.append(given_back(part, cells, axis, cache[axis]))
            dy = parts[0]
            for part in parts[1:]:
                dy = dy + part
        return (dy,), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        tables = self._tables(x.shape)
        places, shares = [], []
        for axis, i in enumerate(index):
            if axis not in tables:
                places.append([i])
                shares.append([1.0])
                continue
            row = tables[axis].shares[i]
            places.append(tables[axis].cells[i][row != 0].tolist())
            shares.append(row[row != 0].tolist())
        positions = np.array(list(product(*places)), np.int64)
        if not len(positions):
            return no_terms(float(y[index]), x.ndim)
        weights = np.prod(list(product(*shares)), axis=1)
        values = x[tuple(positions.T)].astype(np.float64)
        return terms_of_one(
            "copy" if self.mode == "nearest" else "weighted_sum",
            positions,
            values,
            weights,
            y[index],
        )

    def tables(self, *shapes: Shape) -> dict[int, Array]:
        return {axis: table.seen for axis, table in self._tables(shapes[0]).items()}

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (seen_through(self.tables(*shapes), box),)

    def multiply_adds(self, *shapes: Shape) -> int:
        if self.mode == "nearest":
            return 0
        terms = [table.cells.shape[1] for table in self._tables(shapes[0]).values()]
        return int(prod(self.infer_shape(*shapes)[1:]) * prod(terms))

    def _length(self, number: int, size: int) -> int:
        """How many cells the axis of that number in ``axes`` gets, of ``size`` before."""
        return self.sizes[number] if self.sizes else int(np.float32(self.scales[number]) * size)

    def _tables(self, shape: Shape) -> dict[int, _Table]:
        """For each axis (from 0) that changes."""
        tables = {}
        for number, axis in enumerate(normal_axes(self.op_type, self.axes, shape)):
            size, length = shape[axis], self._length(number, shape[axis])
            scale = np.float32(length / size if self.sizes else self.scales[number])
            if scale != 1 or self.roi:
                threads.check()
                places = self._places(number, size, length, scale)
                tables[axis] = self._table(places, size, float(scale))
        return tables

    def _table(self, places: Array, size: int, scale: float) -> _Table:
        inside = np.ones(len(places), bool)
        if self.roi:
            inside = (places >= 0) & (places <= size - 1)
        if self.mode == "nearest":
            cells = ROUNDINGS[self.nearest_mode](places).clip(0, size - 1)
            return _Table(cells.astype(np.int64)[:, None], inside[:, None].astype(np.float64))
        if self.mode == "cubic" or self.antialias:
            mixture = self._mixture(places, size, scale)
            return _Table(mixture.cells, mixture.shares * inside[:, None])
        places = places.clip(0, size - 1)
        first = np.floor(places)
        second_share = places - first
        cells = np.stack([first, np.minimum(first + 1, size - 1)], axis=1).astype(np.int64)
        return _Table(cells, np.stack([1 - second_share, second_share], axis=1) * inside[:, None])

    def _mixture(self, places: Array, size: int, scale: float) -> _Table:
        """Shares by distance, over so many cells to either side; those of equal cells are put
        together, and all add up to 1.
        """
        stretch = max(1.0, 1 / scale) if self.antialias else 1.0
        reach = (2 if self.mode == "cubic" else 1) * stretch
        offsets = np.arange(1 - ceil(reach), ceil(reach) + 1)
        cells = np.floor(places).astype(np.int64)[:, None] + offsets
        threads.check()
        shares = self._share(np.abs(cells - places[:, None]) / stretch)
        if self.exclude_outside:
            shares[(cells < 0) | (cells >= size)] = 0
        threads.check()
        shares /= shares.sum(axis=1, keepdims=True)
        cells = cells.clip(0, size - 1)
        for left in range(len(offsets) - 1):
            threads.check()
            same = cells[:, left] == cells[:, left + 1]
            shares[same, left + 1] += shares[same, left]
            shares[same, left] = 0
        return _Table(cells, shares)

    def _share(self, far: Array) -> Array:
        """What a cell counts for that lies so far away, in cells."""
        if self.mode == "linear":
            return np.asarray(np.maximum(1 - far, 0))
        a = self.cubic_coeff_a
        near = ((a + 2) * far - (a + 3)) * far * far + 1
        beyond = ((far - 5) * far + 8) * far * a - 4 * a
        return np.where(far <= 1, near, np.where(far < 2, beyond, 0.0))

    def _places(self, number: int, size: int, length: int, scale: np.float32) -> Array:
        """Where in the input each output cell of an axis looks, (length,); rounded to float32 at
        every step.
        """
        one, half, before = np.float32(1), np.float32(0.5), np.float32(size - 1)
        outputs = np.arange(length, dtype=np.float32)
        match self.coordinate_transformation_mode:
            case "asymmetric":
                places = outputs / scale
            case "tf_half_pixel_for_nn":
                places = (outputs + half) / scale
            case "align_corners":
                places = outputs * before / np.float32(max(length - 1, 1))
            case "tf_crop_and_resize":
                start, end = (np.float32(self.roi[i]) for i in (number, number + len(self.axes)))
                step = (end - start) * before / np.float32(max(length - 1, 1))
                places = start * before + outputs * step
                if length == 1:
                    places[:] = half * (start + end) * before
            case "pytorch_half_pixel" if length == 1:
                places = np.zeros(1, np.float32)
            case _:
                places = (outputs + half) / scale - half
                if self.coordinate_transformation_mode == "half_pixel_symmetric":
                    # A length that was rounded down would shift the picture: keep its middle in the
                    # middle.
                    fitted = np.float32(length) / (scale * np.float32(size))
                    places += np.float32(size) / np.float32(2) * (one - fitted)
        return places.astype(np.float64)


def _mixed(x: Array, axis: int, table: _Table) -> Array:
    """Every output cell of one axis (from 0) as the mixture of input cells that the table says."""
    rows, along = in_memory(x), memory_axis(axis, x.ndim)
    y = np.empty((*rows.shape[:along], len(table.cells), *rows.shape[along + 1 :]), x.dtype)
    for part in threads.pieces(y.shape):
        source, target = rows[(*part[:along], slice(None), *part[along + 1 :])], y[part]
        for term in range(table.cells.shape[1]):
            threads.check()
            taken = np.take(source, table.cells[part[along], term], along)
            _scale(taken, table.shares[part[along], term], along)
            if term:
                target += taken
            else:
                target[...] = taken
    return from_memory(y)


def _scale(x: Array, shares: Array, axis: int) -> None:
    """Multiply the cells of one axis (from 0) by their shares, in place; x is contiguous."""
    behind = int(np.prod(x.shape[axis + 1 :]))
    factors = shares.astype(x.dtype)
    if behind < FEW:
        flat = x.reshape(-1, len(shares) * behind)
        flat *= np.repeat(factors, behind)
    else:
        rows = x.reshape(-1, len(shares), behind)
        rows *= factors[:, None]
