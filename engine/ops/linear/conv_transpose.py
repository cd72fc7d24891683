"""Transposed convolution: every element of a small map adds its own copy of the kernel to a
larger one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import from_nhwc, to_nhwc
from engine.kernels import convolution
from engine.kernels.spec import ConvParams
from engine.ops.base import Box, Explanation, Family, Op, same_shape, terms_of_one
from engine.ops.window import checked
from engine.types import Array, Index, Shape


@dataclass(frozen=True, eq=False)
class ConvTranspose2d(Op):
    """y[n, k, i, j] = bias[k] + Σ weight[c, k, p, q] · x[n, c, u, v] over i = u·sy − top + p·dy, j
    = v·sx − left + q·dx.

    - ``weight`` (C, K / groups, kh, kw), ``bias`` (K,) or None;
    - ``padding`` (top, left, bottom, right): what is cut off from the painted map;
    - ``output_padding`` (rows, columns): what is added to it below and on the right, before it is
      cut;
    - ``groups`` splits the maps into so many independent ones.

    It is the backward pass of the convolution with the same weight, and is computed by that.
    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter
    4.
    """

    op_type: ClassVar[str] = "conv_transpose"
    display_name: ClassVar[str] = "Transposed convolution"
    family: ClassVar[Family] = "weights"
    cached: ClassVar[tuple[str, ...]] = ("input",)

    weight: Array
    bias: Array | None = None
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: tuple[int, int] = (1, 1)
    output_padding: tuple[int, int] = (0, 0)
    groups: int = 1

    def __post_init__(self) -> None:
        for name, count, least in (
            ("stride", 2, 1),
            ("padding", 4, 0),
            ("dilation", 2, 1),
            ("output_padding", 2, 0),
        ):
            numbers = checked(self.op_type, name, getattr(self, name), count, least)
            object.__setattr__(self, name, numbers)
        if self.weight.ndim != 4 or self.groups < 1 or self.weight.shape[0] % self.groups:
            raise ShapeError(
                f"{self.op_type}: the weight is (C, K / groups, kh, kw) with C a multiple of groups: got "
                f"{self.weight.shape} with {self.groups} groups"
            )
        if self.bias is not None and self.bias.shape != (self.filters,):
            raise ShapeError(
                f"{self.op_type} of {self.filters} filters takes a bias ({self.filters},): got {self.bias.shape}"
            )

    @property
    def params(self) -> Mapping[str, Array]:
        return {"weight": self.weight} | ({} if self.bias is None else {"bias": self.bias})

    @property
    def attributes(self) -> Mapping[str, Any]:
        return {
            "stride": list(self.stride),
            "padding": list(self.padding),
            "dilation": list(self.dilation),
            "output_padding": list(self.output_padding),
            "groups": self.groups,
        }

    @property
    def kernel(self) -> tuple[int, int]:
        """(kh, kw)."""
        return self.weight.shape[2], self.weight.shape[3]

    @property
    def filters(self) -> int:
        """K."""
        return int(self.weight.shape[1]) * self.groups

    @property
    def _geometry(self) -> ConvParams:
        """Of the convolution whose backward pass this is."""
        return ConvParams(self.stride, self.padding, self.dilation, self.groups)

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        if len(shape) != 4 or shape[1] != len(self.weight):
            raise ShapeError(
                f"this {self.op_type} takes (N, {len(self.weight)}, H, W), got {shape}"
            )
        sizes = [
            (size - 1) * stride + dilation * (kernel - 1) + 1 + more - before - after
            for size, stride, dilation, kernel, more, before, after in zip(
                shape[2:],
                self.stride,
                self.dilation,
                self.kernel,
                self.output_padding,
                self.padding[:2],
                self.padding[2:],
                strict=True,
            )
        ]
        if min(sizes) < 1:
            raise ShapeError(
                f"{self.op_type}: padding {self.padding} leaves nothing of what {shape[2]}×{shape[3]} numbers paint"
            )
        return shape[0], self.filters, sizes[0], sizes[1]

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        rows = to_nhwc(xs[0])
        weight = self.weight.transpose(2, 3, 1, 0)
        size = self.infer_shape(xs[0].shape)[2:]
        y = convolution.input_gradient(rows, weight, self._geometry, (size[0], size[1]))
        if self.bias is not None:
            for part in threads.pieces(y.shape, last=3):
                y[part] += np.broadcast_to(self.bias, y.shape)[part]
        return from_nhwc(y), rows

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return self.input_grads(dy, cache), self.param_grads(dy, cache)

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]:
        weight = self.weight.transpose(2, 3, 1, 0)
        return (from_nhwc(convolution.convolve(*self._painted(dy, cache, weight))),)

    def param_grads(self, dy: Array, cache: Any) -> dict[str, Array]:
        rows, _, _, geometry = self._painted(dy, cache, self.weight)
        dw = convolution.weight_gradient(rows, cache, self.kernel, geometry)
        grads = {"weight": dw.transpose(3, 2, 0, 1)}
        if self.bias is not None:
            flat = to_nhwc(dy).reshape(-1, self.filters)
            grads["bias"] = np.ones(len(flat), flat.dtype) @ flat
        return grads

    def _painted(self, dy: Array, x: Array, weight: Array) -> tuple[Array, Array, None, ConvParams]:
        """What the convolution of dy is given: dy without the last cells that no number paints on,
        and its far padding.

        With that it has one window for every number of x (N, H, W, C).
        """
        rows = to_nhwc(dy)
        sizes, after = list(rows.shape[1:3]), list(self.padding[2:])
        for axis in (0, 1):
            reach = (x.shape[axis + 1] - 1) * self.stride[axis] - self.padding[axis]
            reach += self.dilation[axis] * (self.kernel[axis] - 1) + 1
            sizes[axis], after[axis] = min(sizes[axis], reach), max(0, reach - sizes[axis])
        rows = np.ascontiguousarray(rows[:, : sizes[0], : sizes[1]])
        padding = (*self.padding[:2], after[0], after[1])
        return rows, weight, None, self._geometry._replace(padding=padding)

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (x,) = xs
        n, k, *place = index
        per_group, depth = self.weight.shape[1], len(self.weight) // self.groups
        first = k // per_group * depth
        (at_y, p), (at_x, q) = (
            self._painters(axis, np.array([place[axis]]), x.shape) for axis in (0, 1)
        )
        channels = np.arange(first, first + depth)
        grid = np.meshgrid(channels, at_y, at_x, indexing="ij")
        weights = self.weight[np.ix_(channels, [k % per_group], p, q)].astype(np.float64).ravel()
        c, i, j = (axis.ravel() for axis in grid)
        values = x[n, c, i, j].astype(np.float64)
        return terms_of_one(
            "weighted_sum",
            np.stack([np.full_like(c, n), c, i, j], axis=1),
            values,
            weights,
            y[index],
            bias=0.0 if self.bias is None else self.bias[k],
        )

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        per_group, depth = self.weight.shape[1], len(self.weight) // self.groups
        start = [box.start[0], box.start[1] // per_group * depth]
        stop = [box.stop[0], ((box.stop[1] - 1) // per_group + 1) * depth]
        for axis in (0, 1):
            outputs = np.arange(box.start[axis + 2], box.stop[axis + 2])
            seen, _ = self._painters(axis, outputs, shapes[0])
            if not len(seen):
                return (None,)
            start.append(int(seen.min()))
            stop.append(int(seen.max()) + 1)
        return (Box(tuple(start), tuple(stop)),)

    def _painters(self, axis: int, outputs: Array, shape: Shape) -> tuple[Array, Array]:
        """Along rows (0) or columns (1): the inputs that paint on these outputs, and the cells of
        the kernel that they do it with.
        """
        cells = np.arange(self.kernel[axis])
        offsets = outputs[:, None] + self.padding[axis] - cells * self.dilation[axis]
        inputs, rest = np.divmod(offsets, self.stride[axis])
        hits = (rest == 0) & (inputs >= 0) & (inputs < shape[axis + 2])
        return inputs[hits], np.broadcast_to(cells, inputs.shape)[hits]

    def multiply_adds(self, *shapes: Shape) -> int:
        _, _, height, width = shapes[0]
        return int(self.weight.size) * height * width
