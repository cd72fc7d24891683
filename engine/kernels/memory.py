"""Where the values of a run lie: blocks that are used again once nobody looks at what was in them.

Fresh memory costs a page fault every 4 kB, which is dearer than the arithmetic of many a layer. A block goes back on the shelf by
itself when the last array on it is gone; up to ``KEPT_BYTES`` are kept there, the rest goes back to the system.
"""

from __future__ import annotations

import os
import threading
import weakref
from math import prod
from typing import Any

import numpy as np

from engine.types import Array

LEAST_BYTES = 1 << 16  # smaller arrays are left to the allocator, which keeps them in reach anyway
KEPT_BYTES = 256 << 20


class _Shelf:
    """Free blocks by their size, the sizes that came back last at the end."""

    def __init__(self) -> None:
        self._free: dict[int, list[memoryview]] = {}
        self._bytes = 0
        self._lock = (
            threading.RLock()
        )  # a collection of garbage may put back in the midst of a take

    def take(self, size: int) -> memoryview:
        with self._lock:
            blocks = self._free.get(size)
            if blocks:
                self._bytes -= size
                return blocks.pop()
        return np.empty(size, np.uint8).data

    def put_back(self, block: memoryview) -> None:
        with self._lock:
            size = block.nbytes
            self._free[size] = [*self._free.pop(size, ()), block]
            self._bytes += size
            while self._bytes > KEPT_BYTES:
                oldest = next(size for size, blocks in self._free.items() if blocks)
                self._free[oldest].pop()
                self._bytes -= oldest


_shelf = _Shelf()
# By the block that is lent: a weak reference calls back only while it is kept.
_leases: dict[int, weakref.ref[Array]] = {}


def _new_shelf() -> None:
    """In a process that was forked: a thread that it does not have may have been at the old one."""
    global _shelf
    _shelf = _Shelf()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_shelf)


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Like ``np.empty``. The memory comes from the shelf, and returns to it with the last view of the array."""
    size = prod(shape) * dtype.itemsize
    if size < LEAST_BYTES:
        return np.empty(shape, dtype)
    block = _shelf.take(-(-size // LEAST_BYTES) * LEAST_BYTES)
    # Views refer to this array and not to what lies beneath, as that is no array: when it goes, all of them are gone.
    lease = np.frombuffer(block, dtype, prod(shape))
    _leases[id(block)] = weakref.ref(lease, lambda _: _give_back(block))
    return lease.reshape(shape)


def _give_back(block: memoryview) -> None:
    del _leases[id(block)]
    _shelf.put_back(block)
