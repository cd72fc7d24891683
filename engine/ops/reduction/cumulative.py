"""The cumulative sum along an axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.execution import threads
from engine.execution.memory_format import channels_last, copy_maps
from engine.ops.base import (
    Box,
    Explanation,
    Family,
    Op,
    no_terms,
    normal_axis,
    same_shape,
    terms_of_one,
)
from engine.types import Array, Index, Shape


@dataclass(frozen=True, eq=False)
class CumSum(Op):
    """Every number becomes the sum of all up to it along ``axis``: without itself if ``exclusive``,
    from the end if ``reverse``.
    """

    op_type: ClassVar[str] = "cum_sum"
    display_name: ClassVar[str] = "CumSum"
    family: ClassVar[Family] = "pool"

    axis: int = -1
    exclusive: bool = False
    reverse: bool = False

    @property
    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis, "exclusive": self.exclusive, "reverse": self.reverse}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        normal_axis(self.op_type, self.axis, shape)
        return shape

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        return self._summed(xs[0], self.reverse), None

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (self._summed(dy, not self.reverse),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        (seen,) = self.input_region(Box.at(index), x.shape)
        if seen is None:
            return no_terms(float(y[index]), x.ndim)
        axis = normal_axis(self.op_type, self.axis, x.shape)
        cells = np.arange(seen.start[axis], seen.stop[axis])
        positions = np.tile(np.array(index, np.int64), (len(cells), 1))
        positions[:, axis] = cells
        values = x[tuple(positions.T)].astype(np.float64)
        return terms_of_one("sum", positions, values, np.ones(len(cells)), float(y[index]))

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        axis = normal_axis(self.op_type, self.axis, shapes[0])
        start, stop, own = list(box.start), list(box.stop), int(self.exclusive)
        if self.reverse:
            start[axis], stop[axis] = start[axis] + own, shapes[0][axis]
        else:
            start[axis], stop[axis] = 0, stop[axis] - own
        return (Box(tuple(start), tuple(stop)) if start[axis] < stop[axis] else None,)

    def _summed(self, x: Array, reverse: bool) -> Array:
        axis = normal_axis(self.op_type, self.axis, x.shape)
        ahead = (slice(None),) * axis
        turned = x[(*ahead, slice(None, None, -1))] if reverse else x
        y = np.empty(x.shape, x.dtype)
        # The sums of a part go on from those before it.
        for part in threads.pieces(x.shape, whole=(axis,)):
            own, sums = turned[part], y[part]
            step = max(1, x.shape[axis] * threads.PIECE // own.size)
            for start in range(0, x.shape[axis], step):
                threads.check()
                here = sums[(*ahead, slice(start, start + step))]
                here[...] = own[(*ahead, slice(start, start + step))]
                if start:
                    here[(*ahead, slice(1))] += sums[(*ahead, slice(start - 1, start))]
                np.cumsum(here, axis=axis, out=here)
        if self.exclusive:
            moved = np.empty_like(y)
            first = moved[(*ahead, slice(1))]
            copy_maps(first, np.broadcast_to(y.dtype.type(0), first.shape))
            copy_maps(moved[(*ahead, slice(1, None))], y[(*ahead, slice(-1))])
            y = moved
        return channels_last(y[(*ahead, slice(None, None, -1))] if reverse else y)
