"""Work that is shared out is done once, by whoever has time, and its errors come back."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engine.execution import buffers, threads

FLOAT = np.dtype(np.float32)


@pytest.fixture(params=[1, 2, 4])
def workers(request, monkeypatch):
    monkeypatch.setattr(threads, "THREADS", request.param)
    threads._calls_for_help.cache_clear()  # as many helpers as that
    yield request.param
    threads._calls_for_help.cache_clear()


@pytest.mark.parametrize("count", [0, 1, 2, 7, 500])
def test_every_item_is_worked_on_once(workers, count):
    done = []
    threads.parallel_for(range(count), done.append)
    assert sorted(done) == list(range(count))


def test_what_a_task_raises_is_raised_to_the_caller(workers):
    def work(item):
        if item == 3:
            raise ValueError("three")

    for _ in range(20):
        with pytest.raises(ValueError, match="three"):
            threads.parallel_for(range(50), work)
    done = []
    threads.parallel_for(range(5), done.append)  # nobody is left in a bad state
    assert len(done) == 5


def test_a_task_may_share_out_work_of_its_own(workers):
    done = []
    threads.parallel_for(
        range(6), lambda i: threads.parallel_for(range(4), lambda j: done.append((i, j)))
    )
    assert sorted(done) == [(i, j) for i in range(6) for j in range(4)]


def test_helpers_help(workers):
    if workers == 1:
        return
    met = threading.Barrier(2, timeout=30)
    threads.run([met.wait, met.wait])  # would wait for ever if one thread did both


def test_nobody_is_woken_while_others_compute_on_all_processors(workers):
    if workers == 1:
        return
    begun, over = threading.Barrier(workers, timeout=30), threading.Event()

    def compute():
        with threads.stopped_by(lambda: None):
            begun.wait()
            over.wait(30)

    with ThreadPoolExecutor(workers - 1) as others, threads.stopped_by(lambda: None):
        for _ in range(workers - 1):
            others.submit(compute)
        begun.wait()
        met = threading.Barrier(2, timeout=1)
        try:
            with pytest.raises(threading.BrokenBarrierError):  # nobody comes
                threads.run([met.wait, met.wait])
        finally:
            over.set()
    test_helpers_help(workers)  # again, now that they are idle


def test_many_callers_at_once(workers):
    def call(number):
        done = []
        threads.parallel_for(range(20), lambda i: done.append(number * i))
        return sorted(done) == sorted(number * i for i in range(20))

    with ThreadPoolExecutor(8) as callers:
        assert all(callers.map(call, range(200)))


def test_cuts():
    assert threads.plan_split(0, 10) == (1, False)
    assert threads.plan_split(threads.MIN_SPLIT_WORK, 10) == (threads.THREADS, False)
    assert threads.plan_split(threads.MIN_WAKE_WORK, 10) == (threads.THREADS, True)
    assert threads.plan_split(0, threads.MIN_WAKE_WORK) == (threads.THREADS, True)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux tells and sets processors")
def test_who_keeps_off_one_processor_after_another_has_all_the_others(monkeypatch):
    """What a thread kept off before does not count: else it would end up on one."""
    told = []
    monkeypatch.setattr(os, "sched_setaffinity", lambda thread, which: told.append(which))
    for processor in (0, 1, 2, 3, 3, -1):
        threads._exclude_cpu(processor, {0, 1, 2, 3}, [0])
    assert told == [{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}, {0, 1, 2}]
    threads._exclude_cpu(0, {0}, [0])
    threads._exclude_cpu(0, {0, 1}, [])
    assert len(told) == 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="systems that fork")
@pytest.mark.filterwarnings("ignore:This process")
def test_a_forked_process_has_threads_and_memory_of_its_own(workers):
    """Threads are not forked, and one of them may have held the lock of the buffers."""
    threads.parallel_for(range(20), lambda i: None)
    with ThreadPoolExecutor(1) as other:
        other.submit(buffers._pool._lock.acquire).result()
        pid = os.fork()
        if pid == 0:
            done = []
            threads.parallel_for(
                range(50), lambda i: done.append(buffers.empty((1 << 16,), FLOAT).size)
            )
            os._exit(0 if done == [1 << 16] * 50 else 1)
        other.submit(buffers._pool._lock.release).result()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
