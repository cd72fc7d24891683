"""Further activation functions, and the trigonometric functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.ops.base import Family
from engine.ops.elementwise.unary import UnaryOp
from engine.types import Array


@dataclass(frozen=True, eq=False)
class Selu(UnaryOp):
    """``gamma`` · x where x is positive, ``gamma`` · ``alpha`` · (exp(x) - 1) elsewhere.

    Source: Klambauer et al., "Self-normalizing neural networks", 2017.
    """

    op_type: ClassVar[str] = "selu"
    display_name: ClassVar[str] = "SELU"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "selu(x)"

    alpha: float = 1.6732632
    gamma: float = 1.050701

    @property
    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.alpha, "gamma": self.gamma}

    def fill(self, x: Array, y: Array) -> object:
        np.minimum(x, 0, out=y)
        np.expm1(y, out=y)
        y *= self.alpha
        np.copyto(y, x, where=x > 0)
        y *= self.gamma
        return y

    def slope(self, x: Array, y: Array) -> Array | float:
        return np.where(x > 0, x.dtype.type(self.gamma), y + self.gamma * self.alpha)


@dataclass(frozen=True, eq=False)
class Celu(UnaryOp):
    """x where it is positive, ``alpha`` · (exp(x / ``alpha``) - 1) elsewhere.

    Source: Barron, "Continuously differentiable exponential linear units", 2017.
    """

    op_type: ClassVar[str] = "celu"
    display_name: ClassVar[str] = "CELU"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "celu(x)"

    alpha: float = 1.0

    def __post_init__(self) -> None:
        if not self.alpha:
            raise ShapeError(f"{self.op_type}: alpha must not be 0")

    @property
    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.alpha}

    def fill(self, x: Array, y: Array) -> object:
        np.divide(x, self.alpha, out=y)
        np.expm1(y, out=y)
        y *= self.alpha
        np.minimum(y, 0, out=y)
        y += np.maximum(x, 0)
        return y

    def slope(self, x: Array, y: Array) -> Array | float:
        below = np.where(self.alpha * np.expm1(x / self.alpha) < 0, np.exp(x / self.alpha), 0)
        return np.asarray((x > 0) + below, x.dtype)


@dataclass(frozen=True, eq=False)
class Softsign(UnaryOp):
    """x / (1 + |x|)."""

    op_type: ClassVar[str] = "softsign"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "x ÷ (1 + |x|)"

    def fill(self, x: Array, y: Array) -> object:
        np.abs(x, out=y)
        y += 1
        return np.divide(x, y, out=y)

    def slope(self, x: Array, y: Array) -> Array | float:
        return np.asarray(1 / np.square(1 + np.abs(x)))


@dataclass(frozen=True, eq=False)
class ThresholdedRelu(UnaryOp):
    """x where it is above ``alpha``, 0 elsewhere."""

    op_type: ClassVar[str] = "thresholded_relu"
    display_name: ClassVar[str] = "Thresholded ReLU"
    family: ClassVar[Family] = "activation"

    alpha: float = 1.0

    @property
    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.alpha}

    def fill(self, x: Array, y: Array) -> object:
        y[...] = 0
        np.copyto(y, x, where=x > self.alpha)
        return y

    def slope(self, x: Array, y: Array) -> Array | float:
        return np.asarray(x > self.alpha, x.dtype)


@dataclass(frozen=True, eq=False)
class Shrink(UnaryOp):
    """x + ``bias`` below -``lambd``, x - ``bias`` above ``lambd``, 0 between."""

    op_type: ClassVar[str] = "shrink"
    family: ClassVar[Family] = "activation"

    lambd: float = 0.5
    bias: float = 0.0

    @property
    def attributes(self) -> dict[str, Any]:
        return {"lambd": self.lambd, "bias": self.bias}

    def fill(self, x: Array, y: Array) -> object:
        y[...] = 0
        np.add(x, self.bias, out=y, where=x < -self.lambd)
        return np.subtract(x, self.bias, out=y, where=x > self.lambd)

    def slope(self, x: Array, y: Array) -> Array | float:
        return np.asarray((x < -self.lambd) | (x > self.lambd), x.dtype)


# Function → (itself, its derivative by x and y).
_CIRCLE: Mapping[str, tuple[np.ufunc, Callable[[Array, Array], Array]]] = {
    "sin": (np.sin, lambda x, y: np.cos(x)),
    "cos": (np.cos, lambda x, y: -np.sin(x)),
    "tan": (np.tan, lambda x, y: 1 + y * y),
    "asin": (np.arcsin, lambda x, y: 1 / np.sqrt(1 - x * x)),
    "acos": (np.arccos, lambda x, y: -1 / np.sqrt(1 - x * x)),
    "atan": (np.arctan, lambda x, y: 1 / (1 + x * x)),
    "sinh": (np.sinh, lambda x, y: np.cosh(x)),
    "cosh": (np.cosh, lambda x, y: np.sinh(x)),
    "asinh": (np.arcsinh, lambda x, y: 1 / np.sqrt(1 + x * x)),
    "acosh": (np.arccosh, lambda x, y: 1 / np.sqrt(x * x - 1)),
    "atanh": (np.arctanh, lambda x, y: 1 / (1 - x * x)),
}


@dataclass(frozen=True, eq=False)
class Trigonometric(UnaryOp):
    """The ``function`` of that name (sin, cos, …, atanh), of angles in radians."""

    op_type: ClassVar[str] = "trigonometric"
    display_name: ClassVar[str] = "Trigonometric function"

    function: str = "sin"

    def __post_init__(self) -> None:
        if self.function not in _CIRCLE:
            raise ShapeError(
                f"{self.op_type}: function must be one of {', '.join(_CIRCLE)}; got {self.function!r}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return {"function": self.function}

    def fill(self, x: Array, y: Array) -> object:
        return _CIRCLE[self.function][0](x, out=y)

    def slope(self, x: Array, y: Array) -> Array | float:
        return _CIRCLE[self.function][1](x, y)
