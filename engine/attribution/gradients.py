"""Attribution by gradients: by how much the score would change if a pixel did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from engine.attribution.target import AttributionTarget
from engine.ops import Clip, LeakyRelu, Op, PRelu, Relu
from engine.ops.base import Elementwise, Explanation
from engine.types import Array, Index

# Ops that guided backpropagation changes: those that let some numbers through and hold others back.
RECTIFIERS = (Relu, LeakyRelu, PRelu, Clip)


def saliency(question: AttributionTarget) -> Array:
    """max over colours of |∂score/∂x|, (H, W).

    Source: Simonyan et al., "Deep inside convolutional networks: visualising image classification
    models and saliency maps", 2014.
    """
    return _largest(_gradient(question))


def input_x_gradient(question: AttributionTarget) -> Array:
    """Σ over colours of x · ∂score/∂x, (H, W). For a network without bias and with ReLUs alone it
    adds up to the score.

    Source: Shrikumar et al., "Not just a black box: learning important features through propagating
    activation differences", 2016.
    """
    return _over_colours(question.x[0] * _gradient(question))


def integrated_gradients(question: AttributionTarget, steps: int) -> Array:
    """(x − baseline) · the mean gradient on the straight way from the baseline to x, summed over
    colours, (H, W).

    It adds up to score − score of the baseline, up to the error of the sum that stands for the
    integral. That sum takes the middle of ``steps`` equal parts: along the way the gradient of a
    network with ReLUs is a staircase, for which the midpoint rule is as good as any and no point
    counts more than another, as it would in a Gauss rule.

    Source: Sundararajan et al., "Axiomatic attribution for deep networks", 2017.
    """
    way = question.x - question.baseline
    places = ((np.arange(steps) + 0.5) / steps).astype(way.dtype)[:, None, None, None]
    total = np.zeros(way.shape[1:])
    for piece in question.batches(steps):
        total += _gradients(question, question.baseline + places[piece] * way).sum(0, np.float64)
    return _over_colours(total / steps * way[0])


def smooth_grad(question: AttributionTarget, samples: int, noise: float, seed: int) -> Array:
    """max over colours of |mean gradient| of ``samples`` noisy copies of x, (H, W).

    ``noise`` is the standard deviation of the noise, as a part of the range of the picture's
    numbers.

    Source: Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017.
    """
    x, rng = question.x, np.random.default_rng(seed)
    deviation = x.dtype.type(noise * (x.max() - x.min()))
    total = np.zeros(x.shape[1:])
    for piece in question.batches(samples):
        # One by one, so that the numbers do not depend on how many pictures run together.
        draws = [rng.standard_normal(x.shape[1:], x.dtype) for _ in range(piece.stop - piece.start)]
        total += _gradients(question, x + deviation * np.stack(draws)).sum(0, np.float64)
    return _largest(total / samples)


def guided_backprop(question: AttributionTarget) -> Array:
    """Saliency, but every activation function passes on praise alone: max over colours of the
    absolute value, (H, W).

    Smooth functions (sigmoid, tanh, gelu) are left as they are: they hold nothing back that could
    be guided.

    Source: Springenberg et al., "Striving for simplicity: the all convolutional net", 2015.
    """
    guides = {n.name: Guided(n.op) for n in question.network.nodes if isinstance(n.op, RECTIFIERS)}
    guided = replace(question, network=question.network.replaced(guides))
    return _largest(_gradient(guided))


@dataclass(frozen=True, eq=False)
class Guided(Elementwise):
    """An activation function whose backward pass keeps positive gradients only (guided
    backpropagation).
    """

    op_type: ClassVar[str] = "guided"

    inner: Op

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        return self.inner.forward(*xs, train=train)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return self.inner.input_grads(np.maximum(dy, 0), cache), {}

    def rowwise_gradient(self, dy: Array, cache: Any) -> Callable[[slice], object] | None:
        work = self.inner.rowwise_gradient(dy, cache)

        def guided(rows: slice) -> None:
            assert work is not None
            np.maximum(dy[rows], 0, out=dy[rows])
            work(rows)

        return None if work is None else guided

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return self.inner.explain(xs, y, index)


def _gradient(question: AttributionTarget) -> Array:
    """∂score/∂x of the picture itself, (C, H, W)."""
    found: Array
    for _ in question.batches(1):
        found = question.gradients(question.trace, [question.input])[question.input][0]
    return found


def _gradients(question: AttributionTarget, pictures: Array) -> Array:
    """∂score/∂x of every picture, (N, C, H, W)."""
    trace = question.run(pictures, saves=True)
    return question.gradients(trace, [question.input])[question.input]


def _largest(gradient: Array) -> Array:
    """(C, H, W) → (H, W)."""
    return np.asarray(np.abs(gradient).max(axis=0))


def _over_colours(parts: Array) -> Array:
    """(C, H, W) → (H, W)."""
    return np.asarray(parts.sum(axis=0, dtype=np.float64))
