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
from functools import cache, lru_cache, partial
from itertools import pairwise
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from engine.execution.cpu import cpu_count
from engine.types import Array

WORKERS = cpu_count()

# Multiply-adds of BLAS that take so long that work is worth cutting, and that a helper is worth waking; and how many of them take as
# long as one of the others.
CUT_WORK = 2_000_000
WAKING_WORK = 20_000_000
PER_NUMBER = 40  # one number written, and gone through by what follows
PER_TAP = 6  # one multiply-add without BLAS

Item = TypeVar("Item")

_here = threading.local()


class Cut(NamedTuple):
    """How many parts work is best cut into, and whether they are worth waking a helper for."""

    parts: int
    wakes: bool


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
        outer, _here.busy = is_busy(), True
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


def _forget_helpers() -> None:
    """In a process that was forked: threads are not."""
    _calls_for_help.cache_clear()
    _helpers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_helpers)


def _make_room() -> None:
    """Keep the helpers off the caller's processor.

    Linux likes to wake a thread where its waker runs, and takes up to ten milliseconds to notice that the two are in each other's
    way while a processor next to them idles: as long as a small network takes.
    """
    global _left_to_callers
    here = processor()
    if here != _left_to_callers:
        _left_to_callers = here
        keep_off(here, os.sched_getaffinity(os.getpid()), _helpers)


def keep_off(processor: int, processors: set[int], threads: Iterable[int]) -> None:
    """Let these threads (0 for this one) run on any of the processors but that one, if there are others."""
    others = processors - {processor}
    for thread in threads if others and processor >= 0 else ():
        with suppress(OSError):
            os.sched_setaffinity(thread, others)


def _no_processor() -> int:
    return -1


@cache
def _find_processor() -> Callable[[], int]:
    """libc's ``sched_getcpu``, or something that knows nothing on systems without it."""
    if not hasattr(os, "sched_setaffinity"):
        return _no_processor
    found = getattr(ctypes.CDLL(None), "sched_getcpu", _no_processor)
    return cast("Callable[[], int]", found)


def processor() -> int:
    """The number of the processor that this thread runs on; -1 if the system does not say."""
    return _find_processor()()


def is_busy() -> bool:
    """Whether this thread is at a task of ``run``, and the other cores therefore busy with its neighbours."""
    return getattr(_here, "busy", False)


def run(tasks: Sequence[Callable[[], object]], *, wake: bool = True) -> None:
    """Run all the tasks, in no particular order, and wait for them. What a task raises is raised here.

    They are this thread's own without ``wake``, and inside a task of ``run``, as the cores are then busy with its neighbours.
    """
    calls = _calls_for_help()
    if not wake or len(tasks) == 1 or WORKERS == 1 or is_busy():
        for task in tasks:
            task()
        return
    job = _Job(tasks)
    _make_room()
    for _ in range(min(WORKERS, len(tasks)) - 1):
        calls.put(job)
    job.finish()


def cut(multiply_adds: int, numbers: int) -> Cut:
    """How to cut work that makes so many numbers: a part for each core, or a single one if it is small."""
    work = multiply_adds + PER_NUMBER * numbers
    return Cut(WORKERS if work >= CUT_WORK else 1, work >= WAKING_WORK)


def each(items: Iterable[Item], work: Callable[[Item], object], *, wake: bool = True) -> None:
    """Call ``work`` on each of the items, shared out among the workers as by ``run``."""
    run([partial(work, item) for item in items], wake=wake)


def split(count: int, work: Callable[[int, int], object], least: int = 1) -> None:
    """Call ``work(start, stop)`` on equal parts of ``range(count)``, one a worker, none below ``least``."""
    parts = max(1, min(WORKERS, count // least))
    edges = [count * i // parts for i in range(parts + 1)]
    run([partial(work, a, b) for a, b in pairwise(edges)])


@lru_cache(maxsize=1024)  # a small layer is over before they are counted out
def blocks(n: int, rows: int, per_block: int, parts: int) -> Sequence[tuple[slice, slice]]:
    """(pictures, rows) to take at a time, about ``per_block`` rows: many small pictures at once, or a band of a large one.

    There are at least ``parts`` of them where the work can be cut so small, so that a small batch, too, keeps all workers busy.
    """
    per_picture = per_block // rows
    if per_picture >= 1 and (n > 1 or parts == 1):
        step = _even(n, per_picture, parts)
        return tuple((slice(i, min(i + step, n)), slice(0, rows)) for i in range(0, n, step))
    band = _even(rows, per_block, parts)
    starts = range(0, rows, band)
    return tuple((slice(i, i + 1), slice(j, min(j + band, rows))) for i in range(n) for j in starts)


def _even(count: int, most: int, parts: int) -> int:
    """How many to take at a time, at most ``most``, so that each part gets as many turns."""
    turns = -(-count // (parts * most))
    return -(-count // (parts * turns))


def scratch(size: int, dtype: np.dtype[Any], slot: str) -> Array:
    """This thread's own buffer of that name, grown as needed and kept: fresh memory costs a page fault every 4 kB."""
    key = f"{slot}.{dtype.char}"
    held: Array | None = getattr(_here, key, None)
    if held is None or held.size < size:
        held = np.empty(size, dtype)
        setattr(_here, key, held)
    return held[:size]
