"""A pool of buffers for the values of runs: a buffer is used again once no array refers to it.

Memory that is fresh from the system costs a page fault every 4 kB, more than the arithmetic of many
layers. A buffer returns to the pool when the last view of its array is gone. Up to 256 MB that
nobody uses are kept, or what ``keeping_at_most`` says; the rest is freed.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np

from engine.types import Array

MIN_BYTES = 1 << 16  # smaller arrays are left to NumPy, whose allocator keeps them at hand anyway


class _BufferPool:
    """Free buffers by their size, the sizes that were released last at the end."""

    def __init__(self, max_free_bytes: int = 256 << 20) -> None:
        self.max_free_bytes = max_free_bytes
        self._free: dict[int, list[memoryview]] = {}
        self._bytes = 0
        # Reentrant: a garbage collection in the middle of ``acquire`` may call ``release``.
        self._lock = threading.RLock()

    def acquire(self, size: int) -> memoryview:
        with self._lock:
            buffers = self._free.get(size)
            if buffers:
                self._bytes -= size
                return buffers.pop()
        return np.empty(size, np.uint8).data

    def release(self, buffer: memoryview) -> None:
        with self._lock:
            size = buffer.nbytes
            self._free[size] = [*self._free.pop(size, ()), buffer]
            self._bytes += size
            self._trim()

    def limit(self, max_free_bytes: int) -> None:
        with self._lock:
            self.max_free_bytes = max_free_bytes
            self._trim()

    def _trim(self) -> None:
        while self._bytes > self.max_free_bytes:
            oldest = next(size for size, buffers in self._free.items() if buffers)
            self._free[oldest].pop()
            self._bytes -= oldest


_pool = _BufferPool()
# By the id of the buffer that is in use: a weak reference calls back only while it is kept.
_in_use: dict[int, weakref.ref[Array]] = {}


def _reset_after_fork() -> None:
    """A child process has only the thread that forked; another one may have held the lock."""
    global _pool
    _pool = _BufferPool(_pool.max_free_bytes)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)


@contextmanager
def keeping_at_most(max_free_bytes: int) -> Iterator[None]:
    """In this block the pool of this process keeps at most so many bytes that nobody uses."""
    before = _pool.max_free_bytes
    _pool.limit(max_free_bytes)
    try:
        yield
    finally:
        _pool.limit(before)


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Like ``np.empty``, in memory of the pool, to which it returns with the last view of the
    array.
    """
    size = prod(shape) * dtype.itemsize
    if size < MIN_BYTES:
        return np.empty(shape, dtype)
    buffer = _pool.acquire(-(-size // MIN_BYTES) * MIN_BYTES)
    # NumPy makes this array the base of all views, as what lies beneath it is no array: it goes
    # after the last of them.
    base = np.frombuffer(buffer, dtype, prod(shape))
    _in_use[id(buffer)] = weakref.ref(base, lambda _: _release(buffer))
    return base.reshape(shape)


def _release(buffer: memoryview) -> None:
    del _in_use[id(buffer)]
    _pool.release(buffer)
