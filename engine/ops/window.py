"""A sliding window along one axis: output size, input cells, and checks of its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import index
from typing import NamedTuple

import numpy as np

from engine.errors import ShapeError
from engine.types import Array

# More than any network has (FCN's first convolution: 100). A larger number in a file would only
# exhaust memory.
MOST_PADDING = 256
MOST_STEP = 1 << 16  # of a stride or dilation; wider than any picture, and no address overflows

Pair = tuple[int, int]
Quad = tuple[int, int, int, int]


class Tap(NamedTuple):
    """One cell of the kernel: the outputs for which it lies inside the input, and the inputs that
    it meets there.
    """

    outputs: slice
    inputs: slice

    def within(self, start: int, stop: int) -> Tap | None:
        """What is left of it for the outputs start … stop - 1, counted from ``start``; None when it
        serves none of them.
        """
        low, high = max(start, self.outputs.start), min(stop, self.outputs.stop)
        if low >= high:
            return None
        first = self.inputs.start + (low - self.outputs.start) * self.inputs.step
        last = first + (high - low - 1) * self.inputs.step
        return Tap(slice(low - start, high - start), slice(first, last + 1, self.inputs.step))

    def shifted(self, cells: int) -> Tap:
        """The same where the input begins so many cells further on."""
        start, stop, step = self.inputs.start, self.inputs.stop, self.inputs.step
        return Tap(self.outputs, slice(start + cells, stop + cells, step))


class Sliding(NamedTuple):
    """A kernel of ``kernel`` cells, ``dilation`` apart, that moves in steps of ``stride`` along a
    padded axis.

    With ``ceil_mode`` a last window may hang over the end, as long as it starts inside the input or
    the padding before it (the rule of PyTorch and of ONNX).
    """

    size: int
    kernel: int
    stride: int
    before: int
    after: int
    dilation: int = 1
    ceil_mode: bool = False

    @property
    def extent(self) -> int:
        """Cells from the kernel's first to its last, both included."""
        return (self.kernel - 1) * self.dilation + 1

    @property
    def outputs(self) -> int:
        """How many windows there are; below 1 when the kernel is larger than the padded axis."""
        room = self.size + self.before + self.after - self.extent
        if not self.ceil_mode:
            return room // self.stride + 1
        count = -(-room // self.stride) + 1
        return count - ((count - 1) * self.stride >= self.size + self.before)

    def cells(self, output: int) -> Array:
        """The input positions under the window of one output; outside the input is padding."""
        first = output * self.stride - self.before
        return first + self.dilation * np.arange(self.kernel)

    def table(self) -> Array:
        """The input positions under every window, (outputs, kernel), with -1 for padding."""
        firsts = np.arange(self.outputs)[:, None] * self.stride - self.before
        cells = firsts + self.dilation * np.arange(self.kernel)
        cells[(cells < 0) | (cells >= self.size)] = -1
        return cells

    def taps(self) -> Iterator[Tap]:
        """The kernel's cells in order, leaving out those that meet nothing but padding."""
        for cell in range(self.kernel):
            offset = cell * self.dilation - self.before
            low = max(0, -(offset // self.stride))
            high = min(self.outputs, (self.size - 1 - offset) // self.stride + 1)
            if low < high:
                first = low * self.stride + offset
                last = (high - 1) * self.stride + offset
                yield Tap(slice(low, high), slice(first, last + 1, self.stride))


def checked(
    op_type: str, name: str, values: Iterable[int], count: int, least: int
) -> tuple[int, ...]:
    """``values`` as a tuple of ``count`` whole numbers, none below ``least``; ShapeError otherwise,
    and for far too much of them.
    """
    try:
        numbers = tuple(map(index, values))
    except TypeError:  # a fraction, a text, no sequence at all
        numbers = ()
    if len(numbers) != count or min(numbers) < least:
        raise ShapeError(
            f"{op_type}: {name} must be {count} whole numbers from {least}, got {values}"
        )
    if name == "padding" and max(numbers) > MOST_PADDING:
        raise ShapeError(f"{op_type}: padding is at most {MOST_PADDING} cells a side, got {values}")
    if name in ("stride", "dilation") and max(numbers) > MOST_STEP:
        raise ShapeError(f"{op_type}: {name} is at most {MOST_STEP:,}, got {values}")
    return numbers


def axes(
    shape: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...] = (1, 1),
    ceil_mode: bool = False,
) -> tuple[Sliding, Sliding]:
    """The two axes, rows and columns, of a kernel on maps of shape (N, C, H, W). ``padding`` is
    (top, left, bottom, right).
    """
    top, left, bottom, right = padding
    return (
        Sliding(shape[2], kernel[0], stride[0], top, bottom, dilation[0], ceil_mode),
        Sliding(shape[3], kernel[1], stride[1], left, right, dilation[1], ceil_mode),
    )
