"""Convolution: the weighted sum of the elements in a window that slides over all input maps."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import buffers
from engine.execution.memory_format import from_nhwc, to_nhwc
from engine.kernels import convolution
from engine.kernels.spec import ConvParams, ConvProblem
from engine.ops.base import Box, Explanation, Family, Op, same_shape, terms_of_one
from engine.ops.take import seen_through
from engine.ops.window import Sliding, axes, checked
from engine.types import Array, Epilogue, Index, Shape


@dataclass(frozen=True, eq=False)
class Conv2d(Op):
    """y[n, k, i, j] = bias[k] + Σ weight[k, c, p, q] · x[n, c, i·sy − top + p·dy, j·sx − left +
    q·dx], c in k's group.

    - ``weight`` (K, C / groups, kh, kw), ``bias`` (K,) or None;
    - ``padding`` (top, left, bottom, right), in cells of zeros;
    - ``groups`` splits the maps into so many independent convolutions; groups == C is a depthwise
      one.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.
    """

    op_type: ClassVar[str] = "conv"
    display_name: ClassVar[str] = "Convolution"
    family: ClassVar[Family] = "weights"
    weighted: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)
    gradient_by_shape: ClassVar[bool] = True

    weight: Array
    bias: Array | None = None
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1

    def __post_init__(self) -> None:
        for name, count, least in (("stride", 2, 1), ("padding", 4, 0), ("dilation", 2, 1)):
            numbers = checked(self.op_type, name, getattr(self, name), count, least)
            object.__setattr__(self, name, numbers)
        if self.weight.ndim != 4 or self.groups < 1 or self.weight.shape[0] % self.groups:
            raise ShapeError(
                f"a conv's weight is (K, C / groups, kh, kw) with K a multiple of groups: got "
                f"{self.weight.shape} with {self.groups} groups"
            )
        filters = self.weight.shape[0]
        if self.bias is not None and self.bias.shape != (filters,):
            raise ShapeError(
                f"a conv of {filters} filters takes a bias ({filters},): got {self.bias.shape}"
            )
        # Kept in memory as (kh, kw, C / groups, K), which is the matrix that the product reads,
        # under its usual shape.
        ordered = np.ascontiguousarray(self.weight.transpose(2, 3, 1, 0)).transpose(3, 2, 0, 1)
        object.__setattr__(self, "weight", ordered)

    @property
    def keeps_channels(self) -> bool:
        return self.groups == len(self.weight)  # depthwise

    @property
    def params(self) -> Mapping[str, Array]:
        return {"weight": self.weight} | ({} if self.bias is None else {"bias": self.bias})

    @property
    def attributes(self) -> Mapping[str, Any]:
        return {
            "stride": list(self.stride),
            "padding": list(self.padding),
            "dilation": list(self.dilation),
            "groups": self.groups,
        }

    @property
    def kernel(self) -> tuple[int, int]:
        """(kh, kw)."""
        return self.weight.shape[2], self.weight.shape[3]

    @property
    def _params(self) -> ConvParams:
        return ConvParams(self.stride, self.padding, self.dilation, self.groups)

    def _axes(self, shape: Shape) -> tuple[Sliding, Sliding]:
        return axes(shape, self.kernel, self.stride, self.padding, self.dilation)

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        channels = self.weight.shape[1] * self.groups
        if len(shape) != 4 or shape[1] != channels:
            raise ShapeError(f"this conv takes (N, {channels}, H, W), got {shape}")
        rows, columns = (axis.outputs for axis in self._axes(shape))
        if rows < 1 or columns < 1:
            raise ShapeError(
                f"a {self.kernel[0]}×{self.kernel[1]} window with dilation {self.dilation} does not fit into "
                f"{shape[2]}×{shape[3]} with padding {self.padding}"
            )
        return shape[0], self.weight.shape[0], rows, columns

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        rows = to_nhwc(x)
        if train:
            weight = self.weight.transpose(2, 3, 1, 0)
            y = convolution.convolve(rows, weight, self.bias, self._params)
        else:
            shape, plan = self._plan(x)
            y = buffers.empty((shape[0], *shape[2:], shape[1]), x.dtype)
            plan(rows, self.bias, y, None)
        return from_nhwc(y), rows

    def blockwise_kernel(
        self, x: Array
    ) -> tuple[Shape, Callable[[Array, Epilogue | None], None]] | None:
        shape, plan = self._plan(x)
        return shape, lambda y, epilogue: plan(to_nhwc(x), self.bias, y, epilogue)

    def _plan(self, x: Array) -> tuple[Shape, convolution.ConvPlan]:
        """At inference, for such an x: the output's shape, and how to fill it."""

        def make() -> tuple[Shape, convolution.ConvPlan]:
            problem, weight = self.problem(x.shape, x.dtype.char), self.weight.transpose(2, 3, 1, 0)
            if self.is_frozen:
                return self.infer_shape(x.shape), convolution.plan_autotuned(
                    problem, weight, self.memoize
                )
            return self.infer_shape(x.shape), convolution.plan_heuristic(problem, weight)

        return self.memoize((x.shape, x.dtype.char), make)

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        return to_nhwc(xs[0])

    def problem(self, shape: Shape, kind: str = "f") -> ConvProblem:
        """The convolution problem for an input of this shape and dtype."""
        n, channels, height, width = shape
        weight = self.weight.transpose(2, 3, 1, 0).shape
        rows = (n, height, width, channels)
        return convolution.conv_problem(rows, weight, self._params, kind)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return self.input_grads(dy, cache), self.param_grads(dy, cache)

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]:
        shape, fill = self.blockwise_gradient(dy, cache, None)
        dx = buffers.empty(shape, dy.dtype)
        fill(dx, None)
        return (from_nhwc(dx),)

    def takes_slopes(self) -> bool:
        return self.is_frozen  # else the kernel would be turned and multiplied for every picture

    def blockwise_gradient(
        self, dy: Array, cache: Any, behind: Op | None
    ) -> tuple[Shape, Callable[[Array, Epilogue | None], None]]:
        rows, size, kind = to_nhwc(dy), cache.shape[1:3], dy.dtype.char

        def memoize(key: Hashable, make: Callable[[], Any]) -> Any:
            return self.memoize(("gradient", behind, key), make)

        def make() -> convolution.GradientPlan:
            weight = self.weight.transpose(2, 3, 1, 0)
            slopes = None if behind is None else behind.channel_slopes(cache)
            if slopes is not None:
                weight = weight * slopes.astype(weight.dtype)
            return convolution.plan_input_gradient(
                rows.shape, weight, self._params, size, kind, memoize
            )

        plan = memoize((rows.shape, size, kind), make)
        return cache.shape, lambda dx, epilogue: plan(rows, dx, epilogue)

    def param_grads(self, dy: Array, cache: Any) -> dict[str, Array]:
        dy_rows = to_nhwc(dy)
        dw = convolution.weight_gradient(cache, dy_rows, self.kernel, self._params)
        grads = {"weight": dw.transpose(3, 2, 0, 1)}
        if self.bias is not None:
            flat = dy_rows.reshape(-1, dy_rows.shape[3])
            grads["bias"] = np.ones(len(flat), flat.dtype) @ flat
        return grads

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        n, k, i, j = index
        depth, height, width = self.weight.shape[1:]
        first = k // (self.weight.shape[0] // self.groups) * depth
        channel, p, q = (g.ravel() for g in np.indices((depth, height, width)))
        rows, columns = self._axes(x.shape)
        at_y, at_x = rows.cells(i)[p], columns.cells(j)[q]
        inside = (at_y >= 0) & (at_y < x.shape[2]) & (at_x >= 0) & (at_x < x.shape[3])
        values = np.zeros(len(channel), np.float64)
        values[inside] = x[n, channel[inside] + first, at_y[inside], at_x[inside]]
        weights = self.weight[k].ravel().astype(np.float64)
        return terms_of_one(
            "weighted_sum",
            np.stack([np.full_like(channel, n), channel + first, at_y, at_x], axis=1),
            values,
            weights,
            y[index],
            bias=0.0 if self.bias is None else self.bias[k],
        )

    def tables(self, *shapes: Shape) -> dict[int, Array]:
        rows, columns = self._axes(shapes[0])
        count, depth = self.weight.shape[:2]
        firsts = np.arange(count) // (count // self.groups) * depth
        channels = np.stack([firsts, firsts + depth - 1], axis=1)
        return {1: channels, 2: rows.table(), 3: columns.table()}

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (seen_through(self.tables(*shapes), box),)

    def multiply_adds(self, *shapes: Shape) -> int:
        rows, cols = self.infer_shape(*shapes)[2:]
        return int(self.weight.size) * rows * cols
