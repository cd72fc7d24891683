"""Work begins in turn, address by address and workspace by workspace."""

import threading
from concurrent.futures import CancelledError

import pytest

from app.errors import Overloaded
from app.execution.executor import WorkExecutor
from app.execution.fair_pool import FairPool, Sender, sender
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


def test_the_last_places_are_for_others():
    async def fill():
        executor = WorkExecutor(1, 3, 60)  # four places
        sender.set(Sender("a", "1"))
        with executor.place(), executor.place(), pytest.raises(Overloaded):
            executor.refuse_when_full()
        sender.set(Sender("b", "2"))
        executor.refuse_when_full()
        executor.close()

    run_coroutine(fill())
