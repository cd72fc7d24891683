"""Objects on their way between two processes. Arrays are sent as they lie in memory, and those of
one object lie in one block where it arrives.

The block is memory of the system's own: once nothing of the object is left, the system has it back
at once, which memory of the C library may never be.
"""

from __future__ import annotations

import mmap
import pickle
import socket
import struct
from collections.abc import Callable
from io import BytesIO
from itertools import accumulate
from typing import Any

import numpy as np

Check = Callable[[], None]

CALL, END = b"c", b"e"  # what the server says to the forker: with CALL comes the socket of the call
STATUS = struct.Struct("<i")  # what END is answered with, see os.waitpid

TICK = 0.05  # seconds until somebody who waits for the other process asks whether to go on

_LARGE = 4096  # bytes from which on an array goes into the block
_MAPPED = 1 << 18  # bytes from which on a block is memory of its own
_ALIGNED = 64  # bytes: a line of the processor's cache
_HEAD = struct.Struct("<QQ")  # bytes of the pickle, and how many arrays come after it
_SIZE = struct.Struct("<Q")


def send(there: socket.socket, thing: object, check: Check = lambda: None) -> None:
    """Send an object. ``check`` is called now and then, and may raise to stop. Raises OSError."""
    blocks: list[memoryview] = []
    pickled = BytesIO()
    _Pickler(pickled, blocks).dump(thing)
    head = _HEAD.pack(pickled.tell(), len(blocks))
    sizes = b"".join(_SIZE.pack(block.nbytes) for block in blocks)
    for part in (memoryview(head + sizes), pickled.getbuffer(), *blocks):
        _send(there, part, check)


def receive(there: socket.socket, check: Check = lambda: None) -> Any:
    """An object that was sent; its large arrays are read-only. Raises EOFError when the other
    process ends before it has been sent, OSError.
    """
    size, count = _HEAD.unpack(_received(there, _HEAD.size, check))
    sizes = [n for (n,) in _SIZE.iter_unpack(_received(there, count * _SIZE.size, check))]
    pickled = _received(there, size, check)
    *starts, total = accumulate((n + -n % _ALIGNED for n in sizes), initial=0)
    block = _block(total)
    views = [block[start : start + n] for start, n in zip(starts, sizes, strict=True)]
    for view in views:
        _fill(there, view, check)
    # It comes from a process of this program's.
    return pickle.loads(pickled, buffers=[view.toreadonly() for view in views])  # noqa: S301


class _Pickler(pickle.Pickler):
    """Puts the memory of large arrays, and bytes that are as large, into ``blocks``."""

    def __init__(self, file: BytesIO, blocks: list[memoryview]) -> None:
        super().__init__(file, protocol=5, buffer_callback=self._keep)
        self._blocks = blocks

    def _keep(self, buffer: pickle.PickleBuffer) -> bool:
        """Whether it is to be pickled with the rest."""
        raw = buffer.raw()
        if raw.nbytes < _LARGE:
            return True
        self._blocks.append(raw)
        return False

    def reducer_override(self, thing: Any) -> Any:
        """Weights have the order of axes in memory that their op likes best, which an array's own
        pickle would lose.
        """
        if type(thing) is not np.ndarray or thing.flags.forc or thing.dtype.hasobject:
            return NotImplemented
        order = np.argsort([-stride for stride in thing.strides], kind="stable")
        laid = thing.transpose(order)
        if not laid.flags.c_contiguous:
            return NotImplemented
        return _transposed, (laid, tuple(int(axis) for axis in np.argsort(order)))


def _transposed(laid: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    return laid.transpose(axes)


def _block(size: int) -> memoryview:
    if size < _MAPPED:
        return memoryview(bytearray(size))
    return memoryview(mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))


def _received(there: socket.socket, size: int, check: Check) -> bytearray:
    data = bytearray(size)
    _fill(there, memoryview(data), check)
    return data


def _fill(there: socket.socket, view: memoryview, check: Check) -> None:
    while view:
        try:
            count = there.recv_into(view)
        except TimeoutError:
            check()
            continue
        if not count:
            raise EOFError
        view = view[count:]


def _send(there: socket.socket, view: memoryview, check: Check) -> None:
    while view:
        try:
            view = view[there.send(view) :]
        except TimeoutError:
            check()
