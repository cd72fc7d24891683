"""Work begins in turn, address by address and workspace by workspace."""

import threading
from concurrent.futures import CancelledError
from contextlib import ExitStack
from queue import SimpleQueue

import pytest

from app.errors import Overloaded, TooManyRequests
from app.execution.executor import WorkExecutor
from app.execution.fair_pool import ABOUT, FairPool, Sender, _Present, sender
from tests.app.conftest import run_coroutine


@pytest.fixture
def begun():
    """A pool of one thread, which is busy until it is let go; and what began, in order."""
    pool, go_on, order = FairPool(1), threading.Event(), []
    first = pool.submit(go_on.wait, 30)

    def send(address, workspace, name):
        token = sender.set(Sender(address, workspace))
        try:
            return pool.submit(order.append, name)
        finally:
            sender.reset(token)

    def finish(jobs):
        go_on.set()
        for job in (first, *jobs):
            job.result(30)
        return order

    yield send, finish
    go_on.set()
    pool.close()


def test_whoever_sends_without_pause_waits_behind_himself(begun):
    send, finish = begun
    jobs = [send("a", "1", f"greedy {i}") for i in range(5)]
    jobs += [send("b", "2", f"other {i}") for i in range(2)]
    order = finish(jobs)
    assert order == [
        "greedy 0",
        "other 0",
        "greedy 1",
        "other 1",
        "greedy 2",
        "greedy 3",
        "greedy 4",
    ]


def test_made_up_workspaces_bring_no_more_turns(begun):
    send, finish = begun
    jobs = [send("a", f"{i}", f"greedy {i}") for i in range(4)]
    jobs += [send("b", "2", "other 0"), send("b", "2", "other 1")]
    order = finish(jobs)
    assert order[:4] == ["greedy 0", "other 0", "greedy 1", "other 1"]


def test_workspaces_at_one_address_take_turns(begun):
    send, finish = begun
    jobs = [send("a", "1", f"greedy {i}") for i in range(3)] + [send("a", "2", "other")]
    assert finish(jobs)[:2] == ["greedy 0", "other"]


def test_what_is_cancelled_has_no_turn(begun):
    send, finish = begun
    jobs = [send("a", "1", name) for name in "xyz"]
    assert jobs[1].cancel()
    assert finish([jobs[0], jobs[2]]) == ["x", "z"]
    with pytest.raises(CancelledError):
        jobs[1].result(0)


class Threads:
    """A pool of two threads, where work goes on until it is told to end."""

    def __init__(self):
        self.now = 0.0
        self.pool = FairPool(2, clock=lambda: self.now)
        self.begun, self._ends = SimpleQueue(), {}

    def send(self, address, workspace, name):
        self._ends[name] = threading.Event()
        token = sender.set(Sender(address, workspace))
        try:
            return self.pool.submit(self._work, name)
        finally:
            sender.reset(token)

    def _work(self, name):
        self.begun.put(name)
        self._ends[name].wait(30)

    def next(self):
        return self.begun.get(timeout=30)

    def end(self, *names):
        for name in names or self._ends:
            self._ends[name].set()


@pytest.fixture
def threads():
    threads = Threads()
    yield threads
    threads.end()
    threads.pool.close()


@pytest.mark.parametrize("other", [("a", "2"), ("b", "1")], ids=["same address", "another"])
def test_while_others_are_about_half_of_the_threads_are_free_for_them(threads, other):
    jobs = [threads.send("a", "1", f"greedy {i}") for i in range(4)]
    assert {threads.next(), threads.next()} == {"greedy 0", "greedy 1"}  # nobody else is here
    threads.send(*other, "other 0")
    threads.end("greedy 0")
    assert threads.next() == "other 0"
    threads.end("other 0", "greedy 1")
    jobs[1].result(30)
    assert threads.next() == "greedy 2"
    threads.send(*other, "other 1")  # finds a free thread: «greedy 3» has not begun
    assert threads.next() == "other 1"
    threads.end("greedy 2")
    assert threads.next() == "greedy 3"


def test_others_are_about_for_a_while_after_their_last_request(threads):
    threads.send("b", "2", "other")
    assert threads.next() == "other"
    threads.end("other")
    threads.now = ABOUT + 1
    for name in ("x", "y"):
        threads.send("a", "1", name)
    assert {threads.next(), threads.next()} == {"x", "y"}


def test_who_has_left_is_forgotten():
    now = 0.0
    present = _Present(lambda: now)
    for number in range(100):
        present.note(Sender(f"a{number}", "1"))
    now = ABOUT + 1
    assert list(present.sharing(Sender("b", "2"))) == []
    assert not present._seen
    assert not present._at


def refused(executor, who, kind):
    sender.set(who)
    with pytest.raises(kind) as told:
        executor.refuse_when_full()
    assert type(told.value) is kind
    assert told.value.retry_after >= 1
    return told.value.actual, told.value.limit


def test_a_workspace_has_half_of_the_places_and_an_address_three_quarters():
    async def fill():
        executor = WorkExecutor(1, 7, 60)  # eight places
        with ExitStack() as held:

            def take(address, workspace, places):
                sender.set(Sender(address, workspace))
                for _ in range(places):
                    held.enter_context(executor.place())

            take("a", "1", 4)
            assert refused(executor, Sender("a", "1"), TooManyRequests) == (4, 4)
            take("a", "2", 2)  # made up, perhaps
            assert refused(executor, Sender("a", "3"), TooManyRequests) == (6, 6)
            take("b", "4", 2)
            assert refused(executor, Sender("c", "5"), Overloaded) == (8, 8)
        assert executor.pending == 0
        assert not executor._places
        executor.close()

    run_coroutine(fill())
