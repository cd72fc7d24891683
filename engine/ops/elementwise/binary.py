"""Two operands joined place by place: add, sub, mul, div, pow, min, max.

Both are inputs, or one is an input and the other a ``constant`` that the op holds. NumPy's
broadcasting stretches an axis of size 1, and axes that are missing in front.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last, empty_maps
from engine.ops.base import Box, Explanation, Family, Op, broadcast_shape, one_term
from engine.types import Array, Index, Shape


@dataclass(frozen=True, eq=False)
class BinaryOp(Op):
    """a ∘ b for two inputs a and b, or for one input a and a ``constant`` b. A constant stretches
    any axis but the batch's.
    """

    family: ClassVar[Family] = "merge"
    per_channel: ClassVar[bool] = True
    cached: ClassVar[tuple[str, ...]] = ("input",)

    function: ClassVar[np.ufunc]

    constant: Array | None = None

    @property
    def place(self) -> int:
        """Which of the two operands the input is, where the other one is a constant."""
        return 0

    @property
    def params(self) -> Mapping[str, Array]:
        return {} if self.constant is None else {"constant": self.constant}

    def infer_shape(self, *shapes: Shape) -> Shape:
        if self.constant is None:
            if len(shapes) != 2:
                raise ShapeError(f"{self.op_type} takes two inputs, got {len(shapes)}")
            return broadcast_shape(self.op_type, shapes)
        if len(shapes) != 1:
            raise ShapeError(f"{self.op_type} with a constant takes one input, got {len(shapes)}")
        shape = broadcast_shape(self.op_type, (shapes[0], self.constant.shape))
        if shape[:1] != shapes[0][:1] or len(shape) != len(shapes[0]):
            raise ShapeError(
                f"{self.op_type}: a constant of shape {self.constant.shape} does not fit the pictures of a batch {shapes[0]}"
            )
        return shape

    def operands(self, xs: tuple[Array, ...]) -> tuple[Array, Array]:
        """Both operands in their order."""
        if self.constant is None:
            a, b = xs
            return a, b
        (x,) = xs
        return (self.constant, x) if self.place else (x, self.constant)

    @abstractmethod
    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        """The derivative of a ∘ b by one of the two, at every place."""

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        a, b = self.operands(xs)
        shape = np.broadcast_shapes(a.shape, b.shape)
        dtype = np.result_type(*xs)
        y = empty_maps(shape, dtype) if len(shape) == 4 else np.empty(shape, dtype)
        a, b = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
        # What lies side by side in memory stays together.
        for part in threads.pieces(shape, last=1 if len(shape) == 4 else len(shape) - 1):
            self._fill(a[part], b[part], y[part])
        return y, xs

    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> Callable[[slice], object] | None:
        if self.constant is None:
            a, b = xs
            if a.shape != b.shape:
                return None
            return lambda rows: self._fill(a[rows], b[rows], y[rows])
        (x,), row = xs, self._row(xs[0])
        if row is None:
            return None
        if self.place:
            return lambda rows: self._fill(row, x[rows], y[rows])
        return lambda rows: self._fill(x[rows], row, y[rows])

    def _row(self, x: Array) -> Array | None:
        """The constant as one row of x, if it is one number or has one number a channel of maps."""
        assert self.constant is not None
        if self.constant.size == 1:
            return self.constant.reshape(1, 1)
        # As many rows as columns: x may be one whose first axis the constant runs along.
        maps = self.constant.ndim >= 3 and self.constant.shape[-3:] == (self.constant.size, 1, 1)
        fits = maps and self.constant.size == x.shape[1] != len(x)
        return self.constant.reshape(1, -1) if fits else None

    def _fill(self, a: Array, b: Array, y: Array) -> None:
        with np.errstate(all="ignore"):
            self.function(a, b, out=y)

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        return xs

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return self.input_grads(dy, cache), self.param_grads(dy, cache)

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]:
        if self.constant is None:
            return self._grad(0, dy, cache), self._grad(1, dy, cache)
        return (self._grad(self.place, dy, cache),)

    def param_grads(self, dy: Array, cache: Any) -> dict[str, Array]:
        if self.constant is None:
            return {}
        return {"constant": self._grad(1 - self.place, dy, cache)}

    def _grad(self, place: int, dy: Array, xs: tuple[Array, ...]) -> Array:
        operands = self.operands(xs)
        with np.errstate(all="ignore"):
            slope = self.slope(place, *operands)
            return unbroadcast(
                dy if type(slope) is float and slope == 1 else dy * slope, operands[place].shape
            )

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return tuple(
            Box(
                unbroadcast_index(box.start, shape),
                tuple(i + 1 for i in unbroadcast_index(tuple(i - 1 for i in box.stop), shape)),
            )
            for shape in shapes
        )

    def at(self, xs: tuple[Array, ...], index: Index) -> tuple[float, float]:
        """The two numbers that were joined there."""
        a, b = (float(x[unbroadcast_index(index, x.shape)]) for x in self.operands(xs))
        return a, b

    def terms(
        self,
        rule: str,
        xs: tuple[Array, ...],
        y: Array,
        index: Index,
        weights: tuple[float, float],
        contributions: tuple[float, float] | None = None,
    ) -> Explanation:
        """One term per input, with ``weights`` of a and b; a constant's product is the bias.

        Without ``contributions`` they are value · weight. A place where inputs of two ranks are at
        hand is filled up with -1 to the longer position.
        """
        values = self.at(xs, index)
        if contributions is None:
            contributions = _product(values[0], weights[0]), _product(values[1], weights[1])
        if self.constant is not None:
            own = self.place
            return one_term(
                rule,
                unbroadcast_index(index, xs[0].shape),
                values[own],
                weights[own],
                float(y[index]),
                contributions[1 - own],
            )
        places = [unbroadcast_index(index, x.shape) for x in xs]
        longest = max(map(len, places))
        return Explanation(
            rule=rule,
            result=float(y[index]),
            bias=0.0,
            input_indices=np.arange(2),
            positions=np.array([(*p, *(-1,) * (longest - len(p))) for p in places], np.int64),
            values=np.array(values),
            weights=np.array(weights),
            contributions=np.array(contributions),
        )


@dataclass(frozen=True, eq=False)
class NonCommutativeOp(BinaryOp):
    """A BinaryOp for which the order matters: with ``constant_first`` the constant is a, and the
    input b.
    """

    constant_first: bool = False

    @property
    def attributes(self) -> dict[str, Any]:
        return {"constant_first": self.constant_first}

    @property
    def place(self) -> int:
        return int(self.constant_first and self.constant is not None)


@dataclass(frozen=True, eq=False)
class Add(BinaryOp):
    """a + b."""

    op_type: ClassVar[str] = "add"
    display_name: ClassVar[str] = "Addition"
    gradient_by_shape: ClassVar[bool] = True
    function: ClassVar[np.ufunc] = np.add

    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        return 1.0

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return self.terms("sum", xs, y, index, (1.0, 1.0))


@dataclass(frozen=True, eq=False)
class Sub(NonCommutativeOp):
    """a - b."""

    op_type: ClassVar[str] = "sub"
    display_name: ClassVar[str] = "Subtraction"
    function: ClassVar[np.ufunc] = np.subtract

    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        return (1.0, -1.0)[place]

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return self.terms("sum", xs, y, index, (1.0, -1.0))


@dataclass(frozen=True, eq=False)
class Mul(BinaryOp):
    """a · b. In an explanation each of two inputs answers for half of the product; a constant is a
    weight.
    """

    op_type: ClassVar[str] = "mul"
    display_name: ClassVar[str] = "Multiplication"
    function: ClassVar[np.ufunc] = np.multiply

    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        return (b, a)[place]

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        a, b = self.at(xs, index)
        if self.constant is not None:
            return self.terms("product", xs, y, index, (b, nan), (a * b, 0.0))
        return self.terms("product", xs, y, index, (b / 2, a / 2))


@dataclass(frozen=True, eq=False)
class Div(NonCommutativeOp):
    """a / b. In an explanation the numerator answers for all of the quotient, unless it is a
    constant.
    """

    op_type: ClassVar[str] = "div"
    display_name: ClassVar[str] = "Division"
    function: ClassVar[np.ufunc] = np.true_divide

    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        return np.asarray(1 / b if place == 0 else -a / (b * b))

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        if self.place:
            return _of_one(self, xs, y, index)
        _, b = self.at(xs, index)
        weight = float(np.divide(1.0, b, where=b != 0, out=np.array(nan)))
        return self.terms("quotient", xs, y, index, (weight, nan), (float(y[index]), 0.0))


@dataclass(frozen=True, eq=False)
class Pow(NonCommutativeOp):
    """a to the power of b. In an explanation the base answers for all of it, unless it is a
    constant.
    """

    op_type: ClassVar[str] = "pow"
    display_name: ClassVar[str] = "Power"
    function: ClassVar[np.ufunc] = np.power

    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        if place == 0:
            return np.asarray(b * np.power(a, b - 1))
        # 0 ** b stays 0 whatever b is, so no gradient passes; the logarithm of 0 alone would say
        # otherwise.
        return np.where(a == 0, np.zeros_like(a), np.power(a, b) * np.log(a))

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        if self.place:
            return _of_one(self, xs, y, index)
        return self.terms("power", xs, y, index, (nan, nan), (float(y[index]), 0.0))


@dataclass(frozen=True, eq=False)
class Min(BinaryOp):
    """The smaller one of a and b; of equal numbers the first."""

    op_type: ClassVar[str] = "min"
    display_name: ClassVar[str] = "Minimum"
    function: ClassVar[np.ufunc] = np.minimum

    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        return a <= b if place == 0 else a > b

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        a, b = self.at(xs, index)
        return self.terms("min", xs, y, index, (float(a <= b), float(a > b)))


@dataclass(frozen=True, eq=False)
class Max(BinaryOp):
    """The larger one of a and b; of equal numbers the first."""

    op_type: ClassVar[str] = "max"
    display_name: ClassVar[str] = "Maximum"
    function: ClassVar[np.ufunc] = np.maximum

    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        return a >= b if place == 0 else a < b

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        a, b = self.at(xs, index)
        return self.terms("max", xs, y, index, (float(a >= b), float(a < b)))


def _product(value: float, weight: float) -> float:
    """Elements that are not the extremum contribute nothing."""
    return value * weight if weight else 0.0


def _of_one(op: BinaryOp, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
    """A curved function of the one input: a constant divided by it, or to its power."""
    place = unbroadcast_index(index, xs[0].shape)
    return one_term("function", place, xs[0][place], nan, y[index])


def unbroadcast_index(index: Index, shape: Shape) -> Index:
    """Where a broadcast position lies in an operand of that shape."""
    own = index[len(index) - len(shape) :]
    return tuple(0 if size == 1 else i for i, size in zip(own, shape, strict=True))


def unbroadcast(dy: Array, shape: Shape) -> Array:
    """The gradient of a broadcast: the sum over every axis that it stretched."""
    missing = dy.ndim - len(shape)
    stretched = [
        missing + axis
        for axis, size in enumerate(shape)
        if size == 1 and dy.shape[missing + axis] != 1
    ]
    summed = (
        dy.sum(axis=(*range(missing), *stretched), keepdims=True) if missing or stretched else dy
    )
    return channels_last(summed.reshape(shape))
