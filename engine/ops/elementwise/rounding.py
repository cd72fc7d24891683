"""Step functions: the four ways of rounding, and the sign. Their derivative is 0
nearly everywhere.

No gradient passes, as in PyTorch. (Quantisation, whose rounding is meant to be learned through,
lets it pass: quantise.py.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.ops.elementwise.unary import UnaryOp
from engine.types import Array


class _Jumping(UnaryOp):
    def slope(self, x: Array, y: Array) -> Array | float:
        return 0.0


@dataclass(frozen=True, eq=False)
class Floor(_Jumping):
    """The largest whole number that is not above x."""

    op_type: ClassVar[str] = "floor"
    formula: ClassVar[str] = "⌊x⌋"

    def fill(self, x: Array, y: Array) -> object:
        return np.floor(x, out=y)


@dataclass(frozen=True, eq=False)
class Ceil(_Jumping):
    """The smallest whole number that is not below x."""

    op_type: ClassVar[str] = "ceil"
    display_name: ClassVar[str] = "Ceiling"
    formula: ClassVar[str] = "⌈x⌉"

    def fill(self, x: Array, y: Array) -> object:
        return np.ceil(x, out=y)


@dataclass(frozen=True, eq=False)
class Round(_Jumping):
    """The nearest whole number, of two the even one."""

    op_type: ClassVar[str] = "round"
    display_name: ClassVar[str] = "Rounding"
    formula: ClassVar[str] = "round(x)"

    def fill(self, x: Array, y: Array) -> object:
        return np.rint(x, out=y)


@dataclass(frozen=True, eq=False)
class Trunc(_Jumping):
    """x without its fraction, as in a conversion to integers."""

    op_type: ClassVar[str] = "trunc"
    display_name: ClassVar[str] = "Truncation"
    formula: ClassVar[str] = "trunc(x)"

    def fill(self, x: Array, y: Array) -> object:
        return np.trunc(x, out=y)


@dataclass(frozen=True, eq=False)
class Sign(_Jumping):
    """-1, 0 or 1."""

    op_type: ClassVar[str] = "sign"
    formula: ClassVar[str] = "sign(x)"

    def fill(self, x: Array, y: Array) -> object:
        return np.sign(x, out=y)
