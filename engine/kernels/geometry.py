"""How a convolution's window moves."""

from __future__ import annotations

from typing import NamedTuple


class Geometry(NamedTuple):
    """Strides, padding (top, left, bottom, right), dilation, groups."""

    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    dilation: tuple[int, int]
    groups: int

    def output_size(self, height: int, width: int, kernel: tuple[int, int]) -> tuple[int, int]:
        """(Ho, Wo); zero or less where the window does not fit."""
        top, left, bottom, right = self.padding
        return (
            (height + top + bottom - self.dilation[0] * (kernel[0] - 1) - 1) // self.stride[0] + 1,
            (width + left + right - self.dilation[1] * (kernel[1] - 1) - 1) // self.stride[1] + 1,
        )
