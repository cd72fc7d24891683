"""The specification of a convolution: its parameters and its shapes."""

from __future__ import annotations

from typing import NamedTuple


class ConvParams(NamedTuple):
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


class ConvProblem(NamedTuple):
    """All that decides which algorithm is the fastest: the shapes, and the dtype's character ("f"
    for float32).
    """

    images: int
    size: tuple[int, int]  # (H, W)
    channels: int
    filters: int
    kernel: tuple[int, int]
    params: ConvParams
    type: str = "f"

    @property
    def output_size(self) -> tuple[int, int]:
        """(Ho, Wo)."""
        return self.params.output_size(*self.size, self.kernel)

    @property
    def multiply_adds(self) -> int:
        """Of the direct algorithm, for all images."""
        rows, cols = self.output_size
        depth = self.channels // self.params.groups
        return self.images * rows * cols * self.kernel[0] * self.kernel[1] * depth * self.filters
