"""One pool of threads for the whole process, and BLAS held to one thread in each.

Threads that each call single-threaded BLAS on their own chunk beat BLAS's own threading by up to 2×, because the copies and
the elementwise passes between the products are then threaded too. NumPy lets go of the interpreter lock in both.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from engine.types import Array

WORKERS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

_here = threading.local()


@cache
def _pool() -> ThreadPoolExecutor:
    threadpool_limits(1, user_api="blas")  # costs 0.7 ms a call: once for the process
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="engine")


def run(tasks: Sequence[Callable[[], object]]) -> None:
    """Run all the tasks and wait for them. What a task raises is raised here.

    Inside a task of ``run`` the tasks run one after the other: a worker that waited for the pool that it occupies
    would wait for ever.
    """
    pool = _pool()
    if len(tasks) == 1 or WORKERS == 1 or getattr(_here, "busy", False):
        for task in tasks:
            task()
        return
    for future in [pool.submit(_marked, task) for task in tasks]:
        future.result()


def _marked(task: Callable[[], object]) -> None:
    _here.busy = True
    try:
        task()
    finally:
        _here.busy = False


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


def scratch(size: int, dtype: np.dtype[np.generic], slot: str) -> Array:
    """This thread's own buffer of that name, grown as needed and kept: fresh memory costs a page fault every 4 kB."""
    key = f"{slot}.{dtype.char}"
    held: Array | None = getattr(_here, key, None)
    if held is None or held.size < size:
        held = np.empty(size, dtype)
        setattr(_here, key, held)
    return held[:size]
