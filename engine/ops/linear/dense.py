"""The fully connected layer: every output unit is a weighted sum of all inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import buffers, threads
from engine.ops.base import Box, Explanation, Family, Op, same_shape, terms_of_one
from engine.types import Array, Index, Shape

PER_WEIGHT = 10  # multiply-adds that BLAS does while a weight comes from memory


@dataclass(frozen=True, eq=False)
class Dense(Op):
    """x · weightᵀ + bias, from (N, D) to (N, K). ``weight`` is (K, D), ``bias`` (K,) or None."""

    op_type: ClassVar[str] = "dense"
    display_name: ClassVar[str] = "Fully connected"
    family: ClassVar[Family] = "weights"
    weighted: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)
    gradient_by_shape: ClassVar[bool] = True

    weight: Array
    bias: Array | None = None

    def __post_init__(self) -> None:
        if self.weight.ndim != 2:
            raise ShapeError(
                f"{self.op_type}: weight must be (K, D), got shape {self.weight.shape}"
            )
        if self.bias is not None and self.bias.shape != self.weight.shape[:1]:
            raise ShapeError(
                f"{self.op_type}: {len(self.weight)} outputs need a bias of shape "
                f"({len(self.weight)},), got {self.bias.shape}"
            )

    @property
    def params(self) -> Mapping[str, Array]:
        return {"weight": self.weight} | ({} if self.bias is None else {"bias": self.bias})

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        outputs, inputs = self.weight.shape
        if len(shape) != 2:
            raise ShapeError(
                f"{self.op_type} takes vectors (N, D), got an input of shape {shape}; flatten it first"
            )
        if shape[1] != inputs:
            raise ShapeError(f"{self.op_type} has weights for {inputs} inputs, got {shape[1]}")
        return shape[0], outputs

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        y = buffers.empty((len(x), len(self.weight)), np.result_type(x, self.weight))
        # One pass over the weights, which are most of what is read: each core its share of the
        # outputs.
        cut = threads.plan_split(x.size * len(self.weight) + PER_WEIGHT * self.weight.size, y.size)
        edges = [len(self.weight) * i // cut.parts for i in range(cut.parts + 1)]

        def work(units: slice) -> None:
            np.matmul(x, self.weight[units].T, out=y[:, units])
            if self.bias is not None:
                y[:, units] += self.bias[units]

        threads.parallel_for([slice(a, b) for a, b in pairwise(edges)], work, wake=cut.wakes)
        return y, x

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        grads = {"weight": dy.T @ cache}
        if self.bias is not None:
            grads["bias"] = dy.sum(axis=0)
        return self.input_grads(dy, cache), grads

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]:
        return (dy @ self.weight,)

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        n, unit = index
        values = xs[0][n].astype(np.float64)
        weights = self.weight[unit].astype(np.float64)
        positions = np.stack([np.full(values.size, n), np.arange(values.size)], axis=1)
        return terms_of_one(
            "weighted_sum",
            positions,
            values,
            weights,
            y[index],
            bias=0.0 if self.bias is None else self.bias[unit],
        )

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (Box((box.start[0], 0), (box.stop[0], shapes[0][1])),)

    def multiply_adds(self, *shapes: Shape) -> int:
        return int(self.weight.size)
