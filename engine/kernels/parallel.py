"""One pool of threads for the whole process, and BLAS held to one thread in each.

Threads that each call single-threaded BLAS on their own chunk beat BLAS's own threading by up to 2×, because the copies and
the elementwise passes between the products are then threaded too. NumPy lets go of the interpreter lock in both.

Whoever has work does it, too: the chunks lie in one queue from which the caller and the helpers that are free take one after
the other. Nobody waits for a helper that has not woken up, so a small layer costs microseconds more than without threads, an
uneven one keeps all cores busy, and several requests at once share the helpers as they come.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import pairwise
from queue import SimpleQueue
from typing import Any, TypeVar, cast

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from engine.types import Array

WORKERS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

# Multiply-adds of BLAS that take so long that a helper is worth waking; and how many of them take as long as one of the others.
SHARED_WORK = 20_000_000
PER_NUMBER = 40  # one number written, and gone through by what follows
PER_TAP = 6  # one multiply-add without BLAS

Item = TypeVar("Item")

_here = threading.local()


class _Job:
    """Tasks that several threads take turns in taking."""

    def __init__(self, tasks: Iterable[Callable[[], object]]) -> None:
        self._waiting: Iterator[Callable[[], object]] = iter(tasks)
        self._lock = threading.Lock()
        self._helping = 0
        self._over = False
        self._last_left = threading.Lock()
        self._last_left.acquire()
        self._error: BaseException | None = None

    def help(self) -> None:
        """A helper's part: nothing when the job was over before it woke up."""
        with self._lock:
            if self._over:
                return
            self._helping += 1
        self._work()
        self._leave()

    def finish(self) -> None:
        """The caller's part: work, then wait for those who are still at it. What a task raised is raised here."""
        self._work()
        with self._lock:
            self._over = True
            wait = self._helping > 0
        if wait:
            self._last_left.acquire()
        if self._error is not None:
            raise self._error

    def _leave(self) -> None:
        with self._lock:
            self._helping -= 1
            last = self._over and self._helping == 0
        if last:
            self._last_left.release()

    def _work(self) -> None:
        outer, _here.busy = getattr(_here, "busy", False), True
        try:
            for task in self._waiting:
                task()
        except BaseException as error:  # the caller's to raise, whoever met it
            self._error = error
            for _ in self._waiting:  # what is left need not be done
                pass
        finally:
            _here.busy = outer


@cache
def _calls_for_help() -> SimpleQueue[_Job]:
    """The queue that the helpers listen to. The first call starts them."""
    threadpool_limits(1, user_api="blas")  # costs 0.7 ms a call: once for the process
    calls: SimpleQueue[_Job] = SimpleQueue()
    for number in range(WORKERS - 1):
        threading.Thread(
            target=_listen, args=(calls,), name=f"engine-{number}", daemon=True
        ).start()
    return calls


def _listen(calls: SimpleQueue[_Job]) -> None:
    _helpers.append(threading.get_native_id())
    while True:
        calls.get().help()


_helpers: list[int] = []  # the system's numbers of their threads
_left_to_callers = -1


def _make_room() -> None:
    """Keep the helpers off the caller's processor.

    Linux likes to wake a thread where its waker runs, and takes up to ten milliseconds to notice that the two are in each other's
    way while a processor next to them idles: as long as a small network takes.
    """
    global _left_to_callers
    here = _processor()
    if here == _left_to_callers or here < 0:
        return
    _left_to_callers = here
    others = os.sched_getaffinity(0) - {here}
    for helper in _helpers if others else ():
        with suppress(OSError):
            os.sched_setaffinity(helper, others)


def _no_processor() -> int:
    return -1


@cache
def _find_processor() -> Callable[[], int]:
    """libc's ``sched_getcpu``, or something that knows nothing on systems without it."""
    if not hasattr(os, "sched_setaffinity"):
        return _no_processor
    found = getattr(ctypes.CDLL(None), "sched_getcpu", _no_processor)
    return cast("Callable[[], int]", found)


def _processor() -> int:
    return _find_processor()()


def run(tasks: Sequence[Callable[[], object]]) -> None:
    """Run all the tasks, in no particular order, and wait for them. What a task raises is raised here.

    Inside a task of ``run`` the tasks run one after the other: the cores are busy with its neighbours.
    """
    calls = _calls_for_help()
    if len(tasks) == 1 or WORKERS == 1 or getattr(_here, "busy", False):
        for task in tasks:
            task()
        return
    job = _Job(tasks)
    _make_room()
    for _ in range(min(WORKERS, len(tasks)) - 1):
        calls.put(job)
    job.finish()


def parts(multiply_adds: int, numbers: int) -> int:
    """How many parts work is best cut into, that makes so many numbers: one for each core, or a single one if it is small."""
    return WORKERS if multiply_adds + PER_NUMBER * numbers >= SHARED_WORK else 1


def each(items: Iterable[Item], work: Callable[[Item], object]) -> None:
    """Call ``work`` on each of the items, shared out among the workers."""
    run([partial(work, item) for item in items])


def split(count: int, work: Callable[[int, int], object], least: int = 1) -> None:
    """Call ``work(start, stop)`` on equal parts of ``range(count)``, one a worker, none below ``least``."""
    parts = max(1, min(WORKERS, count // least))
    edges = [count * i // parts for i in range(parts + 1)]
    run([partial(work, a, b) for a, b in pairwise(edges)])


def blocks(n: int, rows: int, per_block: int, parts: int) -> list[tuple[slice, slice]]:
    """(pictures, rows) to take at a time, about ``per_block`` rows: many small pictures at once, or a band of a large one.

    There are at least ``parts`` of them where the work can be cut so small, so that a small batch, too, keeps all workers busy.
    """
    per_picture = per_block // rows
    if per_picture >= 1 and (n > 1 or parts == 1):
        step = min(per_picture, -(-n // parts))
        return [(slice(i, min(i + step, n)), slice(0, rows)) for i in range(0, n, step)]
    band = min(per_block, -(-rows // parts))
    starts = range(0, rows, band)
    return [(slice(i, i + 1), slice(j, min(j + band, rows))) for i in range(n) for j in starts]


def scratch(size: int, dtype: np.dtype[Any], slot: str) -> Array:
    """This thread's own buffer of that name, grown as needed and kept: fresh memory costs a page fault every 4 kB."""
    key = f"{slot}.{dtype.char}"
    held: Array | None = getattr(_here, key, None)
    if held is None or held.size < size:
        held = np.empty(size, dtype)
        setattr(_here, key, held)
    return held[:size]
