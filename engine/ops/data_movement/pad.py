"""Padding: a border around a value, of one number or of the value's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.memory_format import channels_last, copy_maps, empty_maps
from engine.ops.base import same_shape
from engine.ops.take import Picking, normal_axes
from engine.ops.window import checked
from engine.types import Array, Shape

MODES = ("constant", "reflect", "edge", "wrap")


@dataclass(frozen=True, eq=False)
class Pad(Picking):
    """A border before and after each of ``axes``. ``pads`` holds the cells before each of them,
    then those after.

    On maps with the usual axes (2, 3) that is (top, left, bottom, right). ``mode`` says what the
    border is made of: ``value`` (constant), the numbers behind the outermost one in the mirror
    (reflect), the outermost number (edge), or the numbers of the other side (wrap).
    """

    op_type: ClassVar[str] = "pad"
    display_name: ClassVar[str] = "Padding"
    cached: ClassVar[tuple[str, ...]] = ("shape",)

    pads: tuple[int, ...]
    value: float = 0.0
    mode: str = "constant"
    axes: tuple[int, ...] = (2, 3)

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ShapeError(f"{self.op_type}: mode must be one of {MODES}, got {self.mode!r}")
        object.__setattr__(self, "axes", tuple(map(int, self.axes)))
        pads = checked(self.op_type, "pads", self.pads, 2 * len(self.axes), 0)
        object.__setattr__(self, "pads", pads)

    @property
    def attributes(self) -> dict[str, Any]:
        return {
            "pads": list(self.pads),
            "value": self.value,
            "mode": self.mode,
            "axes": list(self.axes),
        }

    def borders(self, shape: Shape) -> dict[int, tuple[int, int]]:
        """Axis (from 0) → cells before and after it."""
        half = len(self.axes)
        return dict(
            zip(
                normal_axes(self.op_type, self.axes, shape),
                zip(self.pads[:half], self.pads[half:], strict=True),
                strict=True,
            )
        )

    def infer_shape(self, *shapes: Shape) -> Shape:
        shape = same_shape(self.op_type, shapes)
        padded = list(shape)
        for axis, (before, after) in self.borders(shape).items():
            if self.mode == "reflect" and max(before, after) >= shape[axis]:
                raise ShapeError(
                    f"{self.op_type}: {shape[axis]} cells along axis {axis} have no "
                    f"{max(before, after)} others in the mirror"
                )
            padded[axis] += before + after
        return tuple(padded)

    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        if self.mode != "constant":
            return super().forward(*xs, train=train)
        (x,) = xs
        shape = self.infer_shape(x.shape)
        y = empty_maps(shape, x.dtype) if x.ndim == 4 else np.empty(shape, x.dtype)
        for part in threads.pieces(shape):
            y[part] = self.value
        copy_maps(y[self._inside(x.shape)], x)
        return y, x.shape

    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        if self.mode != "constant":
            return super().backward(dy, cache)
        return (channels_last(dy[self._inside(cache)]),), {}

    def cells(self, shape: Shape) -> Mapping[int, Array]:
        return {
            axis: self._along(shape[axis], before, after)
            for axis, (before, after) in self.borders(shape).items()
            if before or after
        }

    def _along(self, size: int, before: int, after: int) -> Array:
        """The input cell of each output cell of one axis."""
        places = np.arange(-before, size + after)
        if self.mode == "reflect":
            return np.asarray(size - 1 - np.abs(size - 1 - np.abs(places)))
        if self.mode == "edge":
            return places.clip(0, size - 1)
        if self.mode == "wrap":
            return np.asarray(places % size)
        return np.where((places >= 0) & (places < size), places, -1)

    def _inside(self, shape: Shape) -> tuple[slice, ...]:
        """Where the input lies in the output."""
        places = [slice(None)] * len(shape)
        for axis, (before, _) in self.borders(shape).items():
            places[axis] = slice(before, before + shape[axis])
        return tuple(places)
