"""Comparisons of two operands element by element, and the remainder of their division."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.ops.base import Explanation
from engine.ops.elementwise.binary import NonCommutativeOp
from engine.types import Array, Index

RELATIONS = {
    "equal": np.equal,
    "not_equal": np.not_equal,
    "greater": np.greater,
    "greater_or_equal": np.greater_equal,
    "less": np.less,
    "less_or_equal": np.less_equal,
}


@dataclass(frozen=True, eq=False)
class Compare(NonCommutativeOp):
    """1 where the ``relation`` of a to b holds, 0 elsewhere; its gradient is zero."""

    op_type: ClassVar[str] = "compare"
    display_name: ClassVar[str] = "Comparison"

    relation: str = "equal"

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise ShapeError(
                f"{self.op_type}: relation must be one of {', '.join(RELATIONS)}; got {self.relation!r}"
            )

    @property
    def attributes(self) -> dict[str, Any]:
        return super().attributes | {"relation": self.relation}

    def _fill(self, a: Array, b: Array, y: Array) -> None:
        RELATIONS[self.relation](a, b, out=y)

    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        return 0.0

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        contributions = (0.0, float(y[index])) if self.place else (float(y[index]), 0.0)
        return self.terms("comparison", xs, y, index, (nan, nan), contributions)


@dataclass(frozen=True, eq=False)
class Mod(NonCommutativeOp):
    """What is left of a / b: with the sign of b, or with that of a (``fmod``, as in C)."""

    op_type: ClassVar[str] = "mod"

    fmod: bool = False

    @property
    def attributes(self) -> dict[str, Any]:
        return super().attributes | {"fmod": self.fmod}

    def _fill(self, a: Array, b: Array, y: Array) -> None:
        with np.errstate(all="ignore"):
            (np.fmod if self.fmod else np.mod)(a, b, out=y)

    def slope(self, place: int, a: Array, b: Array) -> Array | float:
        if place == 0:
            return 1.0
        return -(np.trunc(a / b) if self.fmod else np.floor(a / b))

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        contributions = (0.0, float(y[index])) if self.place else (float(y[index]), 0.0)
        return self.terms("remainder", xs, y, index, (nan, nan), contributions)
