"""Normalisation of each picture by itself: over groups of channels, over single channels, over the
last axes.

Nothing here depends on the rest of the batch, so that training and inference are the same.
Channels-last maps are worked on as rows of W · C numbers, like in batch normalisation
(engine/ops/normalization/batch_norm.py), and in blocks that stay in the cache.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, NamedTuple

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last, contiguous, from_nhwc, to_nhwc
from engine.execution.reduction import mean
from engine.ops.base import Box, Explanation, Family, Op, normal_axis, one_term, same_shape
from engine.ops.normalization.channel_rows import blocks, channel_sums, row_width, squared, tiled
from engine.types import Array, Index, Shape


class _OfAGroup(Op):
    """gamma · (x - mean) / √(var + epsilon) + beta with the mean and (biased) variance of the
    number's own group.
    """

    gamma: Array
    beta: Array | None
    epsilon: float

    @property
    def params(self) -> Mapping[str, Array]:
        return {"gamma": self.gamma} | ({} if self.beta is None else {"beta": self.beta})

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        """One term: the number itself. That mean and variance contain it, and all others of its
        group, is in the details.
        """
        (x,) = xs
        (seen,) = self.input_region(Box.at(index), x.shape)
        assert seen is not None
        group = x[tuple(map(slice, *seen))].astype(np.float64)
        own = self._parameter(index)
        numbers = {
            "mean": float(group.mean()),
            "var": float(group.var()),
            "gamma": float(self.gamma[own]),
            "beta": 0.0 if self.beta is None else float(self.beta[own]),
        }
        weight = numbers["gamma"] / float(np.sqrt(numbers["var"] + self.epsilon))
        bias = numbers["beta"] - numbers["mean"] * weight
        term = one_term("scale", index, x[index], weight, y[index], bias)
        return replace(term, details={**numbers, "epsilon": self.epsilon})

    @abstractmethod
    def _parameter(self, index: Index) -> Index:
        """Where in gamma and beta the factor of a position stands."""

    def multiply_adds(self, *shapes: Shape) -> int:
        return prod(shapes[0][1:])


class _Cache(NamedTuple):
    """What the norms over channels keep: pictures (N, R, W · C), mean and 1 / σ of every group (N,
    G) in float64.
    """

    pictures: Array
    mean: Array
    inverse: Array
    shape: Shape


class _OfChannels(_OfAGroup):
    """The norms whose groups are channels, with one gamma and one beta a channel."""

    beta: Array

    @property
    @abstractmethod
    def _count(self) -> int:
        """G, how many groups there are."""

    def _check(self) -> None:
        if self.gamma.ndim != 1 or self.gamma.shape != self.beta.shape:
            raise ShapeError(
                f"{self.op_type}: gamma and beta must be (C,) each, got {self.gamma.shape} and {self.beta.shape}"
            )

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        if len(shape) < 3 or shape[1] != len(self.gamma):
            raise ShapeError(
                f"{self.op_type} has {len(self.gamma)} channels and takes (N, C, H, W), or other axes after "
                f"the channels, got an input of shape {shape}"
            )
        return shape

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        pictures = _pictures(x)
        mean, inverse = (
            np.array(numbers) for numbers in zip(*map(self._statistics, pictures), strict=True)
        )
        scale = self.gamma * self._for_channels(inverse)
        shift = self.beta - self._for_channels(mean) * scale
        y = np.empty_like(pictures)
        for picture, out, slope, offset in zip(pictures, y, scale, shift, strict=True):
            slope, offset = tiled(slope, out), tiled(offset, out)
            for block in blocks(out):
                np.multiply(picture[block], slope, out=out[block])
                out[block] += offset
        return _shaped(y, x.shape), _Cache(pictures, mean, inverse, x.shape)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        """Each element has a part in the gradient of all others of its group, through mean and
        variance.

        With x̂ for the normalised input and g = gamma · dy: dx = (g - mean(g) - x̂ · mean(g · x̂))
        / σ, means over the group. That is linear in dy and in x, so it is computed as scale · dy +
        slope · x + shift, and x̂ is never stored.
        """
        dys = _pictures(dy)
        sums, products = self._sums(dys, cache)
        count = prod(cache.shape[1:]) // self._count
        inverse = self._for_channels(cache.inverse)
        scale = self.gamma * inverse
        slope = -(inverse**2) * self._for_channels(self._of_groups(self.gamma * products) / count)
        shift = -inverse * self._for_channels(self._of_groups(self.gamma * sums) / count)
        shift -= slope * self._for_channels(cache.mean)
        dx = np.empty_like(dys)
        for n, out in enumerate(dx):
            by_dy, by_x, offset = (tiled(v[n], out) for v in (scale, slope, shift))
            for block in blocks(out):
                from_x = cache.pictures[n][block] * by_x
                from_x += offset
                np.multiply(dys[n][block], by_dy, out=out[block])
                out[block] += from_x
        grads = {
            "gamma": products.sum(0).astype(self.gamma.dtype),
            "beta": sums.sum(0).astype(self.beta.dtype),
        }
        return (_shaped(dx, cache.shape),), grads

    def _sums(self, dys: Array, cache: _Cache) -> tuple[Array, Array]:
        """Σ dy and Σ dy · x̂ over the pixels of each picture, (N, C) each in float64."""
        channels = len(self.gamma)
        sums, products = np.empty((2, len(dys), channels))
        for n, (x, dy) in enumerate(zip(cache.pictures, dys, strict=True)):
            middle = tiled(np.repeat(cache.mean[n], channels // self._count), x)
            sums[n] = channel_sums((dy[b] for b in blocks(dy)), channels)
            products[n] = channel_sums(((x[b] - middle) * dy[b] for b in blocks(dy)), channels)
        return sums, products * self._for_channels(cache.inverse)

    def _statistics(self, picture: Array) -> tuple[Array, Array]:
        """The mean and 1 / σ of each group of one picture (R, W · C), (G,) each in float64."""
        channels = len(self.gamma)
        count = picture.size // self._count
        sums = channel_sums((picture[b] for b in blocks(picture)), channels)
        mean = self._of_groups(sums) / count
        middle = tiled(np.repeat(mean, channels // self._count), picture)
        squares = (squared(picture[b] - middle) for b in blocks(picture))
        var = self._of_groups(channel_sums(squares, channels)) / count
        return mean, 1 / np.sqrt(var + self.epsilon)

    def _of_groups(self, numbers: Array) -> Array:
        """(…, C) summed up for each group: (…, G)."""
        return np.asarray(numbers.reshape(*numbers.shape[:-1], self._count, -1).sum(-1))

    def _for_channels(self, numbers: Array) -> Array:
        """(…, G) for each channel: (…, C)."""
        return np.repeat(numbers, len(self.gamma) // self._count, axis=-1)

    def _parameter(self, index: Index) -> Index:
        return index[1:2]

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        depth = len(self.gamma) // self._count
        first, last = box.start[1] // depth, (box.stop[1] - 1) // depth
        rest = shapes[0][2:]
        return (
            Box(
                (box.start[0], first * depth, *(0 for _ in rest)),
                (box.stop[0], (last + 1) * depth, *rest),
            ),
        )


@dataclass(frozen=True, eq=False)
class GroupNorm(_OfChannels):
    """gamma · (x - mean) / √(var + epsilon) + beta, mean and variance over each of ``groups``
    groups of channels of a picture.

    Source: Wu and He, "Group normalization", 2018.
    """

    op_type: ClassVar[str] = "group_norm"
    display_name: ClassVar[str] = "Group normalisation"
    family: ClassVar[Family] = "norm"
    cached: ClassVar[tuple[str, ...]] = ("input", "mean", "inverse")

    gamma: Array
    beta: Array
    groups: int
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        self._check()
        if self.groups < 1 or len(self.gamma) % self.groups:
            raise ShapeError(
                f"{self.op_type}: {len(self.gamma)} channels do not make {self.groups} groups"
            )

    @property
    def _count(self) -> int:
        return self.groups

    @property
    def attributes(self) -> dict[str, Any]:
        return {"groups": self.groups, "epsilon": self.epsilon}


@dataclass(frozen=True, eq=False)
class InstanceNorm(_OfChannels):
    """gamma · (x - mean) / √(var + epsilon) + beta, mean and variance over each map of a picture.

    Source: Ulyanov, Vedaldi and Lempitsky, "Instance normalization: the missing ingredient for fast
    stylization", 2016.
    """

    op_type: ClassVar[str] = "instance_norm"
    display_name: ClassVar[str] = "Instance normalisation"
    family: ClassVar[Family] = "norm"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input", "mean", "inverse")

    gamma: Array
    beta: Array
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        self._check()

    @property
    def _count(self) -> int:
        return len(self.gamma)

    @property
    def attributes(self) -> dict[str, Any]:
        return {"epsilon": self.epsilon}


@dataclass(frozen=True, eq=False)
class LayerNorm(_OfAGroup):
    """gamma · (x - mean) / √(var + epsilon) + beta, mean and variance over all axes from ``axis``
    on.

    ``gamma`` and ``beta`` (or None) have the shape of those axes.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
    """

    op_type: ClassVar[str] = "layer_norm"
    display_name: ClassVar[str] = "Layer normalisation"
    family: ClassVar[Family] = "norm"
    cached: ClassVar[tuple[str, ...]] = ("normal", "inverse")

    gamma: Array
    beta: Array | None = None
    axis: int = -1
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        if self.beta is not None and self.gamma.shape != self.beta.shape:
            raise ShapeError(
                f"{self.op_type}: gamma and beta must have one shape, got {self.gamma.shape} and {self.beta.shape}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis, "epsilon": self.epsilon}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        axis = normal_axis(self.op_type, self.axis, shape)
        if not axis or shape[axis:] != self.gamma.shape:
            raise ShapeError(
                f"{self.op_type}: gamma {self.gamma.shape} does not fit what follows axis {self.axis} of {shape}"
            )
        return shape

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        rows = contiguous(x).reshape(-1, self.gamma.size)
        normal, y = np.empty_like(rows), np.empty_like(rows)
        inverse = np.empty((len(rows), 1), x.dtype)
        middle = np.broadcast_to(mean(rows, (1,)), rows.shape)
        for part in threads.pieces(rows.shape):
            np.subtract(rows[part], middle[part], out=normal[part])
        for part in threads.pieces(rows.shape, whole=(1,)):
            squares = sum(
                np.einsum("ij,ij->i", normal[part][cut], normal[part][cut])
                for cut in threads.pieces(normal[part].shape)
            )
            var = np.asarray(squares) / rows.shape[1]
            inverse[part] = (1 / np.sqrt(var + self.epsilon))[:, None]
        gamma = np.broadcast_to(self.gamma.ravel(), rows.shape)
        beta = None if self.beta is None else np.broadcast_to(self.beta.ravel(), rows.shape)
        factor = np.broadcast_to(inverse, rows.shape)
        for part in threads.pieces(rows.shape):
            normal[part] *= factor[part]
            np.multiply(normal[part], gamma[part], out=y[part])
            if beta is not None:
                y[part] += beta[part]
        return channels_last(y.reshape(x.shape)), (normal, inverse)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        """As for the norms over channels: dx = (g - mean(g) - x̂ · mean(g · x̂)) / σ with g = gamma
        · dy.
        """
        normal, inverse = cache
        rows = dy.reshape(normal.shape)
        dx = rows * self.gamma.ravel()
        shared = np.einsum("ij,ij->i", dx, normal)[:, None] / normal.shape[1]
        dx -= dx.mean(1, keepdims=True)
        dx -= normal * shared
        dx *= inverse
        grads = {"gamma": np.einsum("ij,ij->j", rows, normal).reshape(self.gamma.shape)}
        if self.beta is not None:
            grads["beta"] = rows.sum(0).reshape(self.beta.shape)
        return (channels_last(dx.reshape(dy.shape)),), grads

    def _parameter(self, index: Index) -> Index:
        return index[len(index) - self.gamma.ndim :]

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        (shape,) = shapes
        axis = normal_axis(self.op_type, self.axis, shape)
        rest = shape[axis:]
        return (Box((*box.start[:axis], *(0 for _ in rest)), (*box.stop[:axis], *rest)),)


def _pictures(x: Array) -> Array:
    """(N, C, H, W) as contiguous (N, H, W · C), a view if x lies channels last; (N, C, …) of
    another rank as (N, …, C), a copy.
    """
    if x.ndim == 4:
        return to_nhwc(x).reshape(len(x), -1, row_width(x.shape[3], x.shape[1]))
    last = contiguous(np.moveaxis(x, 1, -1))
    return last.reshape(len(x), -1, x.shape[1])


def _shaped(pictures: Array, shape: Shape) -> Array:
    """The reverse of ``_pictures``."""
    if len(shape) == 4:
        n, c, h, w = shape
        return from_nhwc(pictures.reshape(n, h, w, c))
    last = pictures.reshape(shape[0], *shape[2:], shape[1])
    return contiguous(np.moveaxis(last, -1, 1))
