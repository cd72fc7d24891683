"""Global pooling: each map becomes one element, its mean or its maximum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.execution.memory_format import from_nhwc, to_nhwc
from engine.execution.reduction import reduced
from engine.ops.base import Box, Explanation, Family, Op, terms_of_one
from engine.ops.pooling.pool import maps_only
from engine.types import Array, Index, Shape


class _WholeMap(Op):
    """What both share."""

    def infer_shape(self, *shapes: Shape) -> Shape:
        return (*maps_only(self.op_type, shapes)[:2], 1, 1)

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (Box((*box.start[:2], 0, 0), (*box.stop[:2], *shapes[0][2:])),)


@dataclass(frozen=True, eq=False)
class GlobalAveragePool(_WholeMap):
    """The mean of each whole map: (N, C, H, W) → (N, C, 1, 1)."""

    op_type: ClassVar[str] = "global_average_pool"
    display_name: ClassVar[str] = "Global average pooling"
    family: ClassVar[Family] = "pool"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        n, c, h, w = xs[0].shape
        cells = to_nhwc(xs[0]).reshape(n, h * w, c)
        y = np.full(h * w, 1 / (h * w), cells.dtype) @ cells
        return from_nhwc(y.reshape(n, 1, 1, c)), xs[0].shape

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        n, c, h, w = cache
        dx = np.empty((n, h, w, c), dy.dtype)
        dx[...] = dy.transpose(0, 2, 3, 1) / (h * w)
        return (from_nhwc(dx),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        positions, values = _cells(xs[0], index)
        return terms_of_one(
            "mean",
            positions,
            values,
            np.full(len(values), 1 / len(values)),
            y[index],
            contributions=values / len(values),
        )


@dataclass(frozen=True, eq=False)
class GlobalMaxPool(_WholeMap):
    """The largest number of each whole map: (N, C, H, W) → (N, C, 1, 1). Of equal numbers the first
    in reading order wins.
    """

    op_type: ClassVar[str] = "global_max_pool"
    display_name: ClassVar[str] = "Global max pooling"
    family: ClassVar[Family] = "pool"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        return from_nhwc(reduced(np.maximum, to_nhwc(xs[0]), (1, 2))), xs[0]

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        n, c, h, w = cache.shape
        cells = to_nhwc(cache).reshape(n, h * w, c)
        dx = np.zeros((n, h * w, c), dy.dtype)
        np.put_along_axis(dx, cells.argmax(1)[:, None], dy.reshape(n, 1, c), axis=1)
        return (from_nhwc(dx.reshape(n, h, w, c)),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        positions, values = _cells(xs[0], index)
        weights = np.zeros(len(values))
        weights[values.argmax()] = 1.0
        return terms_of_one(
            "max",
            positions,
            values,
            weights,
            y[index],
            contributions=np.where(weights > 0, values, 0.0),
        )


def _cells(x: Array, index: Index) -> tuple[Array, Array]:
    """The positions (T, 4) of one map in reading order, and its numbers (T,)."""
    n, c = index[:2]
    _, _, h, w = x.shape
    positions = np.empty((h * w, 4), np.int64)
    positions[:, :2] = n, c
    positions[:, 2:] = np.indices((h, w)).reshape(2, -1).T
    return positions, x[n, c].astype(np.float64).ravel()
