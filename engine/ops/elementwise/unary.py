"""Functions of one element: exp, log, abs and the like, and smooth activation functions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import nan, pi, sqrt
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.ops.base import Elementwise, Explanation, Family, filled, one_term
from engine.ops.elementwise.erf import erf
from engine.types import Array, Index

FAR = 40.0  # from here on softplus is x to float64's last place, and exp(x)² is still a float32


class UnaryOp(Elementwise):
    """f(x), elementwise. Subclasses define f and its derivative. Where f is undefined (the
    logarithm of a negative number) the result is NaN.
    """

    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input", "output")

    @abstractmethod
    def fill(self, x: Array, y: Array) -> object:
        """Write f(x) into y."""

    @abstractmethod
    def slope(self, x: Array, y: Array) -> Array | float:
        """f'(x), where y = f(x)."""

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        y = filled(xs[0], self._fill)
        return y, (xs[0], y)

    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> Callable[[slice], object]:
        (x,) = xs
        return lambda rows: self._fill(x[rows], y[rows])

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        return xs[0], y

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        with np.errstate(all="ignore"):
            return (dy * self.slope(*cache),), {}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return one_term("function", index, xs[0][index], nan, y[index])

    def _fill(self, x: Array, y: Array) -> None:
        with np.errstate(all="ignore"):
            self.fill(x, y)


@dataclass(frozen=True, eq=False)
class Abs(UnaryOp):
    """x without its sign. At 0 no gradient passes."""

    op_type: ClassVar[str] = "abs"
    display_name: ClassVar[str] = "Absolute value"
    formula: ClassVar[str] = "|x|"

    def fill(self, x: Array, y: Array) -> object:
        return np.abs(x, out=y)

    def slope(self, x: Array, y: Array) -> Array | float:
        return np.sign(x)

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        x = xs[0][index]
        return one_term("function", index, x, np.sign(x), y[index])


@dataclass(frozen=True, eq=False)
class Neg(UnaryOp):
    """-x."""

    op_type: ClassVar[str] = "neg"
    display_name: ClassVar[str] = "Negation"
    formula: ClassVar[str] = "−x"

    def fill(self, x: Array, y: Array) -> object:
        return np.negative(x, out=y)

    def slope(self, x: Array, y: Array) -> Array | float:
        return -1.0

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return one_term("function", index, xs[0][index], -1.0, y[index])


@dataclass(frozen=True, eq=False)
class Exp(UnaryOp):
    """e to the power of x."""

    op_type: ClassVar[str] = "exp"
    display_name: ClassVar[str] = "Exponential"
    formula: ClassVar[str] = "eˣ"

    def fill(self, x: Array, y: Array) -> object:
        return np.exp(x, out=y)

    def slope(self, x: Array, y: Array) -> Array | float:
        return y


@dataclass(frozen=True, eq=False)
class Log(UnaryOp):
    """The natural logarithm."""

    op_type: ClassVar[str] = "log"
    display_name: ClassVar[str] = "Logarithm"
    formula: ClassVar[str] = "ln(x)"

    def fill(self, x: Array, y: Array) -> object:
        return np.log(x, out=y)

    def slope(self, x: Array, y: Array) -> Array | float:
        return 1 / x


@dataclass(frozen=True, eq=False)
class Sqrt(UnaryOp):
    """The square root."""

    op_type: ClassVar[str] = "sqrt"
    display_name: ClassVar[str] = "Square root"
    formula: ClassVar[str] = "√x"

    def fill(self, x: Array, y: Array) -> object:
        return np.sqrt(x, out=y)

    def slope(self, x: Array, y: Array) -> Array | float:
        return 0.5 / y


@dataclass(frozen=True, eq=False)
class Reciprocal(UnaryOp):
    """1 / x."""

    op_type: ClassVar[str] = "reciprocal"
    formula: ClassVar[str] = "1 ÷ x"

    def fill(self, x: Array, y: Array) -> object:
        return np.divide(1, x, out=y)

    def slope(self, x: Array, y: Array) -> Array | float:
        return -y * y


@dataclass(frozen=True, eq=False)
class Erf(UnaryOp):
    """The error function."""

    op_type: ClassVar[str] = "erf"
    display_name: ClassVar[str] = "Error function"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "erf(x)"

    def fill(self, x: Array, y: Array) -> object:
        y[...] = erf(x)
        return y

    def slope(self, x: Array, y: Array) -> Array | float:
        return np.asarray(2 / sqrt(pi) * np.exp(-x * x))


@dataclass(frozen=True, eq=False)
class Softplus(UnaryOp):
    """log(1 + exp(x)), computed from exp(-|x|) so that nothing overflows."""

    op_type: ClassVar[str] = "softplus"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "ln(1 + eˣ)"

    def fill(self, x: Array, y: Array) -> object:
        np.abs(x, out=y)
        np.negative(y, out=y)
        np.exp(y, out=y)
        np.log1p(y, out=y)
        y += np.maximum(x, 0)
        return y

    def slope(self, x: Array, y: Array) -> Array | float:
        return np.asarray(-np.expm1(-y))  # sigmoid(x) = 1 - exp(-softplus(x))


@dataclass(frozen=True, eq=False)
class Mish(UnaryOp):
    """x · tanh(softplus(x)).

    With e = exp(x) the second factor is n / (n + 2), where n = e · (e + 2): no tanh and no
    logarithm. Source: Misra, "Mish: a self regularized non-monotonic activation function", 2019.
    """

    op_type: ClassVar[str] = "mish"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "x · tanh(ln(1 + eˣ))"

    def fill(self, x: Array, y: Array) -> object:
        np.minimum(x, FAR, out=y)
        np.exp(y, out=y)
        y *= y + 2
        y /= y + 2
        y *= x
        return y

    def slope(self, x: Array, y: Array) -> Array | float:
        e = np.exp(np.minimum(x, FAR))
        n = e * (e + 2)
        return np.asarray((n + 4 * x * e * ((e + 1) / (n + 2))) / (n + 2))


@dataclass(frozen=True, eq=False)
class Elu(UnaryOp):
    """x where it is positive, ``alpha`` · (exp(x) - 1) elsewhere.

    Source: Clevert et al., "Fast and accurate deep network learning by exponential linear units",
    2016.
    """

    op_type: ClassVar[str] = "elu"
    display_name: ClassVar[str] = "ELU"
    family: ClassVar[Family] = "activation"

    alpha: float = 1.0

    @property
    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.alpha}

    def fill(self, x: Array, y: Array) -> object:
        np.minimum(x, 0, out=y)
        np.expm1(y, out=y)
        y *= self.alpha
        np.copyto(y, x, where=x > 0)
        return y

    def slope(self, x: Array, y: Array) -> Array | float:
        return np.where(x > 0, x.dtype.type(1), y + self.alpha)


@dataclass(frozen=True, eq=False)
class Gelu(UnaryOp):
    """x times the share of the normal distribution that lies below x: x · (1 + erf(x / √2)) / 2.

    ``approximate`` "tanh" takes tanh(√(2/π) · (x + 0.044715 x³)) for the erf.
    Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016.
    """

    op_type: ClassVar[str] = "gelu"
    display_name: ClassVar[str] = "GELU"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "x · Φ(x)"

    approximate: str = "none"

    def __post_init__(self) -> None:
        if self.approximate not in ("none", "tanh"):
            raise ShapeError(
                f"{self.op_type}: approximate must be one of none, tanh; got {self.approximate!r}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return {"approximate": self.approximate}

    def fill(self, x: Array, y: Array) -> object:
        y[...] = self._bend(x)
        y += 1
        y *= x
        y *= 0.5
        return y

    def slope(self, x: Array, y: Array) -> Array | float:
        bend = self._bend(x)
        if self.approximate == "tanh":
            steep = (1 - bend * bend) * (sqrt(2 / pi) * (1 + 3 * 0.044715 * x * x))
        else:
            steep = sqrt(2 / pi) * np.exp(-0.5 * x * x)
        return np.asarray(0.5 * (1 + bend + x * steep))

    def _bend(self, x: Array) -> Array:
        """A function from -1 to 1 that grows with x."""
        if self.approximate == "none":
            return erf(x * sqrt(0.5))
        t = x * x
        t *= 0.044715
        t += 1
        t *= x
        t *= sqrt(2 / pi)
        return np.asarray(np.tanh(t, out=t))


@dataclass(frozen=True, eq=False)
class HardSigmoid(UnaryOp):
    """``alpha`` · x + ``beta``, but not below 0 and not above 1."""

    op_type: ClassVar[str] = "hard_sigmoid"
    family: ClassVar[Family] = "activation"

    alpha: float = 0.2
    beta: float = 0.5

    @property
    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.alpha, "beta": self.beta}

    def fill(self, x: Array, y: Array) -> object:
        np.multiply(x, self.alpha, out=y)
        y += self.beta
        return np.clip(y, 0, 1, out=y)

    def slope(self, x: Array, y: Array) -> Array | float:
        return np.asarray(((y > 0) & (y < 1)) * x.dtype.type(self.alpha))

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        x, result = xs[0][index], y[index]
        if 0 < result < 1:
            return one_term("function", index, x, self.alpha, result, bias=self.beta)
        return one_term("function", index, x, 0.0, result, bias=result)


@dataclass(frozen=True, eq=False)
class HardSwish(UnaryOp):
    """x · (x + 3) / 6, 0 below -3 and x above 3.

    Source: Howard et al., "Searching for MobileNetV3", 2019.
    """

    op_type: ClassVar[str] = "hard_swish"
    family: ClassVar[Family] = "activation"
    formula: ClassVar[str] = "x · min(max(x + 3, 0), 6) ÷ 6"

    def fill(self, x: Array, y: Array) -> object:
        np.multiply(x, 1 / 6, out=y)
        y += 0.5
        np.clip(y, 0, 1, out=y)
        y *= x
        return y

    def slope(self, x: Array, y: Array) -> Array | float:
        inner = np.where(x < 3, x / 3 + 0.5, x.dtype.type(1))
        return np.asarray(inner * (x > -3))
