"""Normalisation and dropout: the two steps that do something else in training than at inference.

Channels-last maps are worked on as rows of W · C numbers, with the per-channel vectors tiled W
times: a vector of a few channels would make NumPy start a new inner loop for every pixel. Rows are
taken in blocks that stay in the cache over several passes, and a block's sums per channel are
products with a vector of ones, which BLAS computes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution.memory_format import from_nhwc, to_nhwc
from engine.ops.base import Elementwise, Explanation, Family, one_term, same_shape
from engine.ops.normalization.channel_rows import blocks, channel_sums, row_width, squared, tiled
from engine.types import Array, Index, Shape


@dataclass(frozen=True, eq=False)
class BatchNormCache:
    """What a training pass keeps: its input, and the mean and (biased) variance of ``count``
    numbers per channel.
    """

    x: Array
    batch_mean: Array
    batch_var: Array
    count: int


@dataclass(frozen=True, eq=False)
class BatchNorm(Elementwise):
    """gamma · (x - mean) / √(var + epsilon) + beta, for each channel of (N, C, H, W) or each unit
    of (N, K).

    In training mean and (biased) variance are those of the batch, at inference the running ones in
    the buffers. The op never changes its buffers: the training loop does, with ``momentum`` and the
    cache's ``batch_mean``, ``batch_var`` and ``count``.

    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing
    internal covariate shift", 2015.
    """

    op_type: ClassVar[str] = "batch_norm"
    display_name: ClassVar[str] = "Batch normalisation"
    family: ClassVar[Family] = "norm"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input", "mean", "variance")
    gradient_by_shape: ClassVar[bool] = True

    gamma: Array
    beta: Array
    mean: Array
    var: Array
    epsilon: float = 1e-5
    momentum: float = 0.1

    def __post_init__(self) -> None:
        shapes = [v.shape for v in (self.gamma, self.beta, self.mean, self.var)]
        if len(shapes[0]) != 1 or len(set(shapes)) != 1:
            raise ShapeError(
                f"{self.op_type}: gamma, beta, mean and var must be (C,) each, got {shapes}"
            )

    @property
    def params(self) -> Mapping[str, Array]:
        return {"gamma": self.gamma, "beta": self.beta}

    @property
    def buffers(self) -> Mapping[str, Array]:
        return {"mean": self.mean, "var": self.var}

    @property
    def attributes(self) -> dict[str, Any]:
        return {"epsilon": self.epsilon, "momentum": self.momentum}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        if len(shape) not in (2, 4) or shape[1] != len(self.gamma):
            raise ShapeError(
                f"{self.op_type} has {len(self.gamma)} channels and takes (N, C, H, W) or (N, C), "
                f"got an input of shape {shape}"
            )
        return shape

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        rows = _rows(x)
        if not train:
            return self._normalised(rows, x.shape, self.mean, self.var), x
        count = x.size // x.shape[1]
        mean = channel_sums((rows[b] for b in blocks(rows)), x.shape[1]) / count
        middle = tiled(mean, rows)
        var = channel_sums((squared(rows[b] - middle) for b in blocks(rows)), x.shape[1]) / count
        y = self._normalised(rows, x.shape, mean, var)
        return y, BatchNormCache(x, mean.astype(x.dtype), var.astype(x.dtype), count)

    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> Callable[[slice], object]:
        (x,) = xs

        def make() -> tuple[Array, Array]:
            slope = self._slope(self.var)
            return tiled(slope, x), tiled(self.beta - self.mean * slope, x)

        slope, shift = self.memoize((x.shape[1], x.dtype.char), make)

        def work(rows: slice) -> None:
            part = y[rows]
            np.multiply(x[rows], slope, out=part)
            part += shift

        return work

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        return xs[0]

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        if isinstance(cache, BatchNormCache):
            return self._backward_of_batch(dy, cache)
        dgamma, dbeta = self._param_sums(_rows(dy), cache, self.mean, self.var)
        return self.input_grads(dy, cache), self._param_grads(dgamma, dbeta)

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]:
        if isinstance(cache, BatchNormCache):
            return self._backward_of_batch(dy, cache)[0]
        dy_rows = _rows(dy)
        dx = dy_rows * tiled(self.gamma * self._inverse(self.var), dy_rows)
        return (_shaped(dx, dy.shape),)

    def rowwise_gradient(self, dy: Array, cache: Any) -> Callable[[slice], object]:
        slopes = self.memoize(
            ("slopes", dy.shape[1], dy.dtype.char), lambda: tiled(self._slope(self.var), dy)
        )
        return lambda rows: np.multiply(dy[rows], slopes, out=dy[rows])

    def channel_slopes(self, cache: Any) -> Array | None:
        if isinstance(cache, BatchNormCache) or not self.is_frozen or cache.ndim != 4:
            return None
        slopes: Array = self.memoize("slopes", lambda: self._slope(self.var))
        return slopes

    def _backward_of_batch(
        self, dy: Array, cache: BatchNormCache
    ) -> tuple[tuple[Array, ...], dict[str, Array]]:
        """Mean and variance depend on every element of the batch, so each has a part in the
        gradient of all others.

        With x̂ for the normalised input: dx = gamma / σ · (dy - dbeta / count - x̂ · dgamma /
        count). That is linear in dy and in x, so it is computed as scale · dy + slope · x + shift,
        and x̂ is never stored.
        """
        x, mean, var = cache.x, cache.batch_mean, cache.batch_var
        dy_rows, x_rows = _rows(dy), _rows(x)
        dgamma, dbeta = self._param_sums(dy_rows, x, mean, var)
        inverse = self._inverse(var)
        scale = self.gamma * inverse
        slope = -scale * inverse * dgamma / cache.count
        shift = -scale * dbeta / cache.count - slope * mean
        scale, slope, shift = (tiled(v, dy_rows) for v in (scale, slope, shift))
        dx = np.empty_like(dy_rows)
        for block in blocks(dx):
            from_x = x_rows[block] * slope
            from_x += shift
            np.multiply(dy_rows[block], scale, out=dx[block])
            dx[block] += from_x
        return (_shaped(dx, dy.shape),), self._param_grads(dgamma, dbeta)

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        channel = index[1]
        numbers = {
            name: float(getattr(self, name)[channel]) for name in ("mean", "var", "gamma", "beta")
        }
        weight = numbers["gamma"] / float(np.sqrt(numbers["var"] + self.epsilon))
        bias = numbers["beta"] - numbers["mean"] * weight
        term = one_term("scale", index, xs[0][index], weight, y[index], bias)
        return replace(term, details={**numbers, "epsilon": self.epsilon})

    def multiply_adds(self, *shapes: Shape) -> int:
        return prod(shapes[0][1:])

    def _inverse(self, var: Array) -> Array:
        """1 / σ for each channel, in float64."""
        return np.asarray(1 / np.sqrt(var.astype(np.float64) + self.epsilon))

    def _slope(self, var: Array) -> Array:
        """gamma / σ for each channel, in float64."""
        return np.asarray(self.gamma * self._inverse(var))

    def _normalised(self, rows: Array, shape: Shape, mean: Array, var: Array) -> Array:
        scale = self._slope(var)
        slope, shift = tiled(scale, rows), tiled(self.beta - mean * scale, rows)
        y = np.empty_like(rows)
        for block in blocks(rows):
            np.multiply(rows[block], slope, out=y[block])
            y[block] += shift
        return _shaped(y, shape)

    def _param_sums(self, dy: Array, x: Array, mean: Array, var: Array) -> tuple[Array, Array]:
        """dgamma = Σ dy · x̂ and dbeta = Σ dy, both (C,) in float64."""
        rows, middle = _rows(x), tiled(mean, dy)
        contributions = ((rows[b] - middle) * dy[b] for b in blocks(dy))
        dgamma = channel_sums(contributions, x.shape[1]) * self._inverse(var)
        return dgamma, channel_sums((dy[b] for b in blocks(dy)), x.shape[1])

    def _param_grads(self, dgamma: Array, dbeta: Array) -> dict[str, Array]:
        return {"gamma": dgamma.astype(self.gamma.dtype), "beta": dbeta.astype(self.beta.dtype)}


@dataclass(frozen=True, eq=False)
class Dropout(Elementwise):
    """In training, each number is zero with probability ``rate`` and divided by 1 - rate otherwise;
    at inference, nothing.

    ``rng`` is where the draws come from: a trainer puts its own in, so that a seed decides
    everything.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
    2014.
    """

    op_type: ClassVar[str] = "dropout"
    family: ClassVar[Family] = "reshape"
    per_channel: ClassVar[bool] = True
    preserves_order: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("mask",)

    rate: float = 0.5
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0), repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise ShapeError(f"{self.op_type}: rate must be from 0 to below 1, got {self.rate}")

    @property
    def attributes(self) -> dict[str, Any]:
        return {"rate": self.rate}

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        if not train:
            return x, None
        rows = _rows(x)
        kept = self.rng.random(rows.shape, np.float32) >= self.rate
        mask = _shaped(kept * rows.dtype.type(1 / (1 - self.rate)), x.shape)
        return x * mask, mask

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return (dy if cache is None else dy * cache,), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return one_term("copy", index, xs[0][index], 1.0, y[index])


def _rows(x: Array) -> Array:
    """(N, C, H, W) as contiguous rows (N · H, W · C) or parts of them, a view if x lies channels
    last; (N, K) as it is.
    """
    if x.ndim == 2:
        return np.ascontiguousarray(x)
    return to_nhwc(x).reshape(-1, row_width(x.shape[3], x.shape[1]))


def _shaped(rows: Array, shape: Shape) -> Array:
    """The reverse of ``_rows``, always a view."""
    if len(shape) == 2:
        return rows
    n, c, h, w = shape
    return from_nhwc(rows.reshape(n, h, w, c))
