"""Local response normalisation: an element is divided by the size of its neighbours among the
channels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last
from engine.ops.base import Box, Explanation, Family, Op, one_term, same_shape
from engine.ops.take import seen_through
from engine.ops.window import Sliding
from engine.types import Array, Index, Shape


@dataclass(frozen=True, eq=False)
class LocalResponseNorm(Op):
    """x / (k + alpha / size · Σ x²)^beta, the sum over the ``size`` channels around the number's
    own, at its place.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
    neural networks", 2012, section 3.3; alpha is divided by ``size``, as in ONNX.
    """

    op_type: ClassVar[str] = "lrn"
    display_name: ClassVar[str] = "Local response normalisation"
    family: ClassVar[Family] = "norm"
    cached: ClassVar[tuple[str, ...]] = ("input", "base")

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def __post_init__(self) -> None:
        if int(self.size) != self.size or self.size < 1:
            raise ShapeError(f"{self.op_type}: size must be a whole number from 1, got {self.size}")
        if self.alpha < 0 or self.k <= 0:
            raise ShapeError(
                f"{self.op_type}: k must be above 0 and alpha not below, got {self.k} and {self.alpha}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return {"size": self.size, "alpha": self.alpha, "beta": self.beta, "k": self.k}

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        if len(shape) < 3:
            raise ShapeError(
                f"{self.op_type} takes maps (N, C, H, W), got an input of shape {shape}"
            )
        return shape

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        (x,) = xs
        base, y = np.empty_like(x), np.empty_like(x)
        for part in threads.pieces(x.shape, whole=(1,)):
            self._add_up(x[part], base[part])
            np.multiply(x[part], _power(base[part], -self.beta), out=y[part])
        return channels_last(y), (x, base)

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        """An element enters its own result, and the base of every neighbour whose window it lies
        in.
        """
        x, base = cache
        turned_down = _power(base, -self.beta)
        gradient = dy * x
        gradient *= turned_down
        gradient /= base
        shared = np.zeros_like(x)
        for tap in self._channels(x.shape).taps():
            threads.check()
            shared[:, tap.inputs] += gradient[:, tap.outputs]
        dx = dy * turned_down
        shared *= x
        shared *= 2 * self.alpha * self.beta / self.size
        dx -= shared
        return (channels_last(dx),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        """One term: the number itself. How loud its neighbours are is in the details."""
        (x,) = xs
        (seen,) = self.input_region(Box.at(index), x.shape)
        assert seen is not None
        squares = float((x[tuple(map(slice, *seen))].astype(np.float64) ** 2).sum())
        weight = (self.k + self.alpha / self.size * squares) ** -self.beta
        term = one_term("scale", index, x[index], weight, y[index])
        numbers = {name: float(number) for name, number in self.attributes.items()}
        return replace(term, details={**numbers, "squares": squares})

    def tables(self, *shapes: Shape) -> dict[int, Array]:
        return {1: self._channels(shapes[0]).table()}

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (seen_through(self.tables(*shapes), box),)

    def multiply_adds(self, *shapes: Shape) -> int:
        return int(np.prod(shapes[0][1:])) * (self.size + 1)

    def _channels(self, shape: Shape) -> Sliding:
        """The window along the channels, no wider than there are any: its far side is the longer
        one.
        """
        before = min((self.size - 1) // 2, shape[1])
        after = min(self.size // 2, shape[1])
        return Sliding(shape[1], before + 1 + after, 1, before, after)

    def _add_up(self, x: Array, base: Array) -> None:
        """Write into ``base`` k + alpha / size · Σ x² for every number."""
        squares = x * x
        base[...] = 0
        for tap in self._channels(x.shape).taps():
            threads.check()
            base[:, tap.outputs] += squares[:, tap.inputs]
        base *= self.alpha / self.size
        base += self.k


def _power(base: Array, exponent: float) -> Array:
    if exponent == -0.75:  # everyone's choice, and two roots are several times faster than a power
        root = np.sqrt(base)
        return np.asarray(1 / (root * np.sqrt(root)))
    return np.asarray(base**exponent)
