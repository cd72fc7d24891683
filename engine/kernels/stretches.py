"""Memory of runs that several processes see: stretches of one size, each with all the values of one run.

They lie in a file without a name, which exists as long as somebody has it mapped. A stretch is free again, by itself, when the last
array on it is gone; that may be long after those who computed it have gone home.
"""

from __future__ import annotations

import mmap
import os
import weakref
from functools import partial
from math import prod
from typing import Any

import numpy as np

from engine.kernels import memory
from engine.types import Array

WARM_BYTES = 256 << 20  # of free stretches that keep their pages; one does whatever it takes
TO_A_MAPPING = 16  # stretches, as every mapping holds a file open


class NoRoom(Exception):
    """A run needs more memory than was said."""


class Stretch:
    """Memory of one run, handed out from its beginning to its end, in the same order to all who take part in it."""

    def __init__(self, lease: Array) -> None:
        self._lease, self._at = lease, 0

    def lend(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """An array that begins at a cache line. Raises NoRoom."""
        start = self._at
        self._at += memory.aligned(prod(shape) * dtype.itemsize)
        if self._at > len(self._lease):
            raise NoRoom("a run needs more memory than the one before")
        return np.ndarray(shape, dtype, self._lease, start)


class Stretches:
    """As many stretches as there are runs whose values somebody still looks at. One thread at a time may ask for one."""

    def __init__(self, size: int) -> None:
        """``size`` in bytes of each."""
        self.size = size
        self._apart = -(-size // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY
        self.file = os.memfd_create("values")
        self._mappings: list[mmap.mmap] = []
        self._count = 0
        # Free ones: with their pages, and without, which cost a fault every 4 kB.
        self._warm: list[int] = []
        self._cold: list[int] = []
        self._closed = False

    def lend(self) -> tuple[int, Stretch]:
        """The number of a stretch that is free, and the stretch. Raises OSError."""
        if self._warm or self._cold:
            number = (self._warm or self._cold).pop()
        else:
            number = self._count
            mapping = number // TO_A_MAPPING + 1
            os.ftruncate(self.file, mapping * TO_A_MAPPING * self._apart)
            self._count += 1
        lease = self._lease(number)
        _lent[id(self), number] = weakref.ref(lease, partial(_back, self, number))
        return number, Stretch(lease)

    def seen(self, number: int) -> Stretch:
        """The same stretch as another process lent."""
        return Stretch(self._lease(number))

    def _lease(self, number: int) -> Array:
        mapping, place = divmod(number, TO_A_MAPPING)
        length = TO_A_MAPPING * self._apart
        while len(self._mappings) <= mapping:
            offset = len(self._mappings) * length
            self._mappings.append(mmap.mmap(self.file, length, offset=offset))
        return np.frombuffer(self._mappings[mapping], np.uint8, self.size, place * self._apart)

    def give_back(self, number: int) -> None:
        """Nobody looks at that stretch any more."""
        if self._closed or (self._warm and (len(self._warm) + 1) * self._apart > WARM_BYTES):
            self._empty(number)
            self._cold.append(number)
        else:
            self._warm.append(number)

    def close(self) -> None:
        """Keep nothing but the stretches that somebody looks at, as long as they do."""
        self._closed = True
        while self._warm:
            self._empty(self._warm.pop())
        os.close(self.file)

    def _empty(self, number: int) -> None:
        mapping, place = divmod(number, TO_A_MAPPING)
        self._mappings[mapping].madvise(mmap.MADV_REMOVE, place * self._apart, self._apart)


# A weak reference calls back only while it is kept; it keeps the stretches, too, however long the last array lives.
_lent: dict[tuple[int, int], weakref.ref[Array]] = {}


def _back(stretches: Stretches, number: int, _: object) -> None:
    del _lent[id(stretches), number]
    stretches.give_back(number)
