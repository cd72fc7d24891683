"""A constant: a value that depends on no input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution.memory_format import channels_last
from engine.ops.base import Box, Explanation, Family, Op, no_terms
from engine.types import Array, Index, Shape


@dataclass(frozen=True, eq=False)
class Constant(Op):
    """``value``, as it is without an input. With one it is given once for each picture there, whose
    numbers it does not look at.
    """

    op_type: ClassVar[str] = "constant"
    family: ClassVar[Family] = "reshape"

    value: Array

    @property
    def params(self) -> Mapping[str, Array]:
        return {"value": self.value}

    def infer_shape(self, *shapes: Shape) -> Shape:
        if len(shapes) > 1:
            raise ShapeError(f"{self.op_type} takes no input, or one input, got {len(shapes)}")
        if not shapes:
            return self.value.shape
        if self.value.shape[:1] != (1,) or not shapes[0]:
            raise ShapeError(f"{self.op_type}: the value is no single picture: {self.value.shape}")
        return (shapes[0][0], *self.value.shape[1:])

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        shape = self.infer_shape(*(x.shape for x in xs))
        return channels_last(np.broadcast_to(self.value, shape)), xs

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        return self.input_grads(dy, cache), self.param_grads(dy, cache)

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]:
        return tuple(np.zeros_like(x) for x in cache)

    def param_grads(self, dy: Array, cache: Any) -> dict[str, Array]:
        return {"value": channels_last(dy.sum(axis=0, keepdims=True) if cache else dy)}

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        return no_terms(float(y[index]), max((x.ndim for x in xs), default=y.ndim))

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return tuple(None for _ in shapes)
