"""Values of any rank and layout as maps (C, H, W) or a vector (K,), for display.

Positions are those that are shown, (channel, y, x) or (unit,); an index is that of the network's
own value, batch axis included.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from engine.types import Array, Index, Shape


@dataclass(frozen=True)
class ValueLayout:
    """How a value lies and how it is shown.

    - ``letters``: what each axis is (engine/layouts.py): "NCHW", "NHWC", "NLC", "NC", …; without N
      for a value that does not have one part a picture;
    - ``sizes``: its shape for one picture, batch axis included.

    Rows and columns are those of the maps where there are any, wherever they lie; all other axes
    are joined to channels. Of other values vectors and whatever has three axes are shown as they
    are, and of the rest the last two axes are a map's.
    """

    letters: str
    sizes: Shape

    @cached_property
    def batch_axis(self) -> int | None:
        """The axis of pictures, if there is one."""
        axis = self.letters.find("N")
        return None if axis < 0 else axis

    @property
    def has_maps(self) -> bool:
        """Whether it has rows and columns of a picture."""
        return self.letters.count("H") == self.letters.count("W") == 1

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The axes of one picture in the order in which they are shown: rows and columns last."""
        axes = [axis for axis in range(len(self.sizes)) if axis != self.batch_axis]
        if self.has_maps:
            maps = [self.letters.index("H"), self.letters.index("W")]
            return (*(axis for axis in axes if axis not in maps), *maps)
        return tuple(axes)

    @cached_property
    def native_shape(self) -> Shape:
        """The network's own shape of one picture's value, without the batch axis."""
        return tuple(size for axis, size in enumerate(self.sizes) if axis != self.batch_axis)

    @cached_property
    def shape(self) -> Shape:
        """The shape that is shown, (C, H, W) or (K,)."""
        sizes = tuple(self.sizes[axis] for axis in self.order)
        if len(sizes) < 2:
            return sizes or (1,)
        return (prod(sizes[:-2]), *sizes[-2:])

    @cached_property
    def rows_and_columns(self) -> tuple[int, int]:
        """The axes that are shown as rows and as columns, for a value that is shown as maps."""
        return self.order[-2], self.order[-1]

    def of(self, y: Array, picture: int = 0) -> Array:
        """One picture's part of the value ``y`` as the network has it; all of it where it has no
        axis of pictures.
        """
        if self.batch_axis is None:
            return y
        part: Array = y[(slice(None),) * self.batch_axis + (picture, ...)]
        return part

    def to_display(self, y: Array, picture: int = 0) -> Array:
        """One picture's part of the value ``y``, (C, H, W) or (K,): a view, unless channels that
        lie apart are joined.
        """
        part = self.of(y, picture)
        gone = self.batch_axis
        places = [axis - (gone is not None and axis > gone) for axis in self.order]
        return part.transpose(places).reshape(self.shape)

    def to_native_index(self, position: Index, picture: int = 0) -> Index:
        """Where in the network's value the number lies that is shown at a position."""
        own = [picture] * len(self.sizes)
        if len(self.order) == 1:
            own[self.order[0]] = position[0]
        elif self.order:
            *lead, rows, columns = self.order
            own[rows], own[columns] = position[1:]
            rest = position[0]
            for axis in reversed(lead):
                rest, own[axis] = divmod(rest, self.sizes[axis])
        return tuple(own)

    def to_positions(self, places: Array) -> Array:
        """Where the numbers at ``places`` (T, D) of the network's value are shown: (T, 3), or (T,
        1) for a vector.

        Linear, so that a place outside, a padded cell, is shown outside of its row or column, too.
        """
        if not self.order:
            return np.zeros((len(places), 1), places.dtype)
        if len(self.order) == 1:
            return places[:, list(self.order)]
        channels = np.zeros(len(places), places.dtype)
        for axis in self.order[:-2]:
            channels = channels * self.sizes[axis] + places[:, axis]
        return np.column_stack([channels, places[:, list(self.order[-2:])]])

    def to_position(self, index: Index) -> Index:
        """Where the number at an index is shown: the reverse of ``to_native_index``."""
        return tuple(self.to_positions(np.array([index], np.int64))[0].tolist())
