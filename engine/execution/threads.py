"""One pool of threads for the whole process, with BLAS held to one thread in each.

Threads that each call single-threaded BLAS on their own block are up to twice as fast as BLAS's own
threads, because the copies and the elementwise passes between the products then run in parallel
too. NumPy releases the interpreter lock in both.

The thread that has work takes part in it: the tasks lie in one queue, from which the caller and the
free helpers take one after the other. The caller never waits for a helper to wake up, so a small
layer costs microseconds more than without threads, uneven tasks keep all processors busy, and
several requests at once share the helpers. As many requests as there are processors need none: a
helper would only take turns with them.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, lru_cache, partial
from itertools import pairwise
from math import prod
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from engine.execution.cpu import cpu_count
from engine.types import Array

THREADS = cpu_count()

# Work is measured in multiply-adds of BLAS: from how much on it is split, and from how much on
# helpers are woken.
MIN_SPLIT_WORK = 2_000_000
MIN_WAKE_WORK = 20_000_000
WORK_PER_ELEMENT = 40  # an element that is written, and read and written by the nodes fused with it
PIECE = 1 << 20  # elements that are worked on before it is asked whether to go on
WORK_PER_TAP = 6  # a multiply-add outside BLAS

Item = TypeVar("Item")

_local = threading.local()


class SplitPlan(NamedTuple):
    """Into how many parts to split work, and whether they are worth waking helpers for."""

    parts: int
    wakes: bool


class _Job:
    """Tasks that several threads take from one queue."""

    def __init__(self, tasks: Iterable[Callable[[], object]]) -> None:
        self._check = _current_check()
        self._waiting: Iterator[Callable[[], object]] = iter(tasks)
        self._lock = threading.Lock()
        self._helping = 0
        self._over = False
        self._last_left = threading.Lock()
        self._last_left.acquire()
        self._error: BaseException | None = None

    def help(self) -> None:
        """Called by a helper; does nothing when the job was over before the helper woke up."""
        with self._lock:
            if self._over:
                return
            self._helping += 1
        with stopped_by(self._check):
            self._work()
        self._leave()

    def finish(self) -> None:
        """Called by the thread that has the work: run tasks, then wait for the helpers. Raises what
        a task raised.
        """
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
        outer, _local.busy = in_task(), True
        try:
            for task in self._waiting:
                self._check()
                task()
        except BaseException as error:  # raised by the caller, whichever thread met it
            self._error = error
            for _ in self._waiting:  # discard the tasks that are left
                pass
        finally:
            _local.busy = outer


@cache
def _calls_for_help() -> SimpleQueue[_Job]:
    """The queue that the helpers take jobs from. The first call starts them."""
    threadpool_limits(1, user_api="blas")  # costs 0.7 ms a call: once for the process
    calls: SimpleQueue[_Job] = SimpleQueue()
    for number in range(THREADS - 1):
        threading.Thread(
            target=_listen, args=(calls,), name=f"engine-{number}", daemon=True
        ).start()
    return calls


def _listen(calls: SimpleQueue[_Job]) -> None:
    _helpers.append(threading.get_native_id())
    while True:
        calls.get().help()


_computing: set[int] = set()  # the threads in ``stopped_by``
_helpers: list[int] = []  # the thread ids that the system knows them by
_caller_cpu = -1


def _reset_after_fork() -> None:
    """A child process has only the thread that forked, so it starts helpers of its own."""
    _calls_for_help.cache_clear()
    _helpers.clear()
    _computing.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)


def _avoid_caller_cpu() -> None:
    """Keep the helpers off the caller's processor.

    Linux likes to wake a thread on the processor of the thread that wakes it, and takes up to ten
    milliseconds to move one of the two while another processor idles: as long as a small network
    takes.
    """
    global _caller_cpu
    cpu = _find_getcpu()()
    if cpu != _caller_cpu:
        _caller_cpu = cpu
        _exclude_cpu(cpu, os.sched_getaffinity(os.getpid()), _helpers)


def _exclude_cpu(cpu: int, cpus: set[int], thread_ids: Iterable[int]) -> None:
    """Let these threads run on all of the processors but one, if there are others."""
    others = cpus - {cpu}
    for thread_id in thread_ids if others and cpu >= 0 else ():
        with suppress(OSError):
            os.sched_setaffinity(thread_id, others)


def _unknown_cpu() -> int:
    return -1


@cache
def _find_getcpu() -> Callable[[], int]:
    """libc's ``sched_getcpu``; on systems without it a function that returns -1."""
    if not hasattr(os, "sched_setaffinity"):
        return _unknown_cpu
    found = getattr(ctypes.CDLL(None), "sched_getcpu", _unknown_cpu)
    return cast("Callable[[], int]", found)


def in_task() -> bool:
    """Whether this thread runs a task of ``run``, so that the other processors are busy with the
    others.
    """
    return getattr(_local, "busy", False)


@contextmanager
def stopped_by(check: Callable[[], object]) -> Iterator[None]:
    """Whatever this thread computes meanwhile calls ``check`` before every block of an op too, in
    the threads that help it as well; ``check`` may raise to stop the work (a time limit, a client
    that went away).
    """
    outer, _local.check = _current_check(), check
    is_outermost = outer is _go_on
    if is_outermost:
        _computing.add(threading.get_ident())
    try:
        yield
    finally:
        _local.check = outer
        if is_outermost:
            _computing.discard(threading.get_ident())


def check() -> None:
    """Raises when what this thread computes is not wanted any more. For loops within an op."""
    _current_check()()


def pieces(
    shape: tuple[int, ...], whole: Collection[int] = (), last: int | None = None
) -> Iterator[tuple[Any, ...]]:
    """The parts of a large value, of at most PIECE numbers each; before each of them the work may
    be stopped (``stopped_by``).

    Cut are the longest axes, never one of ``whole`` (which may leave a part larger), and ``last``
    only where cutting the others is not enough.
    """
    for part in _parts(shape, whole, last):
        check()
        yield part


def _parts(
    shape: tuple[int, ...], whole: Collection[int], last: int | None
) -> Iterator[tuple[Any, ...]]:
    size = prod(shape)
    free = [axis for axis, length in enumerate(shape) if length > 1 and axis not in whole]
    if size <= PIECE or not free:
        yield (slice(None),) * len(shape) or (...,)  # an array of the only value, and no number
        return
    axis = max(free, key=lambda axis: (axis != last, shape[axis]))
    step = max(1, shape[axis] * PIECE // size)
    for start in range(0, shape[axis], step):
        length = min(step, shape[axis] - start)
        for part in _parts((*shape[:axis], length, *shape[axis + 1 :]), whole, last):
            yield (*part[:axis], slice(start, start + length), *part[axis + 1 :])


def _current_check() -> Callable[[], object]:
    return cast("Callable[[], object]", getattr(_local, "check", _go_on))


def _go_on() -> None:
    pass


def run(tasks: Sequence[Callable[[], object]], *, wake: bool = True) -> None:
    """Run all tasks, in no particular order, and wait for them. Raises what a task raises, or what
    ends the work between two of them (``stopped_by``).

    Without ``wake``, inside a task of ``run``, and while other threads keep all other processors
    busy, this thread runs all of them itself.
    """
    calls = _calls_for_help()
    alone = THREADS == 1 or in_task() or len(_computing) >= THREADS
    if not wake or len(tasks) == 1 or alone:
        for task in tasks:
            check()
            task()
        return
    job = _Job(tasks)
    _avoid_caller_cpu()
    for _ in range(min(THREADS, len(tasks)) - 1):
        calls.put(job)
    job.finish()


def plan_split(multiply_adds: int, elements: int) -> SplitPlan:
    """How to split work that writes so many elements: a part for each thread, or one part if it is
    small.
    """
    work = multiply_adds + WORK_PER_ELEMENT * elements
    return SplitPlan(THREADS if work >= MIN_SPLIT_WORK else 1, work >= MIN_WAKE_WORK)


def parallel_for(
    items: Iterable[Item], work: Callable[[Item], object], *, wake: bool = True
) -> None:
    """Call ``work`` on each of the items, by several threads as in ``run``."""
    run([partial(work, item) for item in items], wake=wake)


def parallel_ranges(count: int, work: Callable[[int, int], object], least: int = 1) -> None:
    """Call ``work(start, stop)`` on equal parts of ``range(count)``, one for each thread, none
    smaller than ``least``.
    """
    parts = max(1, min(THREADS, count // least))
    edges = [count * i // parts for i in range(parts + 1)]
    run([partial(work, a, b) for a, b in pairwise(edges)])


@lru_cache(maxsize=1024)  # finding the blocks of a small layer takes longer than computing it
def blocks(n: int, rows: int, per_block: int, parts: int) -> Sequence[tuple[slice, slice]]:
    """Blocks (images, rows) of about ``per_block`` rows: several small images, or a band of rows of
    a large one.

    There are at least ``parts`` of them where that is possible, so that a small batch keeps all
    threads busy too.
    """
    per_picture = per_block // rows
    if per_picture >= 1 and (n > 1 or parts == 1):
        step = _even(n, per_picture, parts)
        return tuple((slice(i, min(i + step, n)), slice(0, rows)) for i in range(0, n, step))
    band = _even(rows, per_block, parts)
    starts = range(0, rows, band)
    return tuple((slice(i, i + 1), slice(j, min(j + band, rows))) for i in range(n) for j in starts)


def _even(count: int, most: int, parts: int) -> int:
    """The size of a block, at most ``most``, so that every part gets the same number of blocks."""
    turns = -(-count // (parts * most))
    return -(-count // (parts * turns))


def scratch(size: int, dtype: np.dtype[Any], slot: str) -> Array:
    """This thread's own buffer of that name, grown as needed and kept, as fresh memory costs page
    faults.
    """
    key = f"{slot}.{dtype.char}"
    held: Array | None = getattr(_local, key, None)
    if held is None or held.size < size:
        held = np.empty(size, dtype)
        setattr(_local, key, held)
    return held[:size]
