"""Calls in processes of their own: what they may take, how they end, and what is left of them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from app.errors import ClientGone
from app.execution.apart import Apart, Bounds, Ended
from app.paths import package_root
from engine.execution.memory import blocks

ENOUGH = Bounds(30, 2**30)


@pytest.fixture(scope="module")
def apart():
    made = Apart()
    yield made
    made.close()


def go_on():
    """A check that stops nothing."""


def children(pid):
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in files for child in file.read_text().split()]


def open_files(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def forker_of(pid, *modules):
    """The process that makes the others and imports these modules: another one in this process,
    that of a server, may be there, too.
    """
    lines = {c: Path(f"/proc/{c}/cmdline").read_text().split("\0")[:-1] for c in children(pid)}
    wanted = ["app.execution.apart.forker", *modules]
    found = [c for c, line in lines.items() if [*line[2:3], *line[4:]] == wanted]
    assert len(found) == 1, lines
    return found[0]


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_call_returns_what_it_would_here_from_another_process(apart):
    assert apart.call(ENOUGH, go_on, divmod, 17, 5) == (3, 2)
    others = {apart.call(ENOUGH, go_on, os.getpid) for _ in range(2)}
    assert len(others) == 2
    assert os.getpid() not in others


def test_arrays_arrive_as_they_lie_in_memory_and_in_one_block(apart):
    plain = np.arange(6000, dtype=np.float32).reshape(20, 300)
    weights = plain.reshape(3, 5, 20, 20).transpose(3, 2, 0, 1)
    few = np.arange(3)
    sent = [plain, weights, few, np.asfortranarray(plain), plain[:, ::2]]
    come = apart.call(ENOUGH, go_on, list, sent)
    for there, here in zip(come, sent, strict=True):
        np.testing.assert_array_equal(there, here)
        assert there.strides == here.strides or here is sent[-1]
        assert not there.flags.writeable or here is few
    assert sum(blocks(come[0]).values()) == plain.nbytes


def test_what_a_call_raises_is_raised_here(apart):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        apart.call(ENOUGH, go_on, divmod, 1, 0)


def test_a_call_is_ended_when_its_time_is_over(apart):
    with pytest.raises(Ended) as ended:
        apart.call(Bounds(0.1, 2**30), go_on, sum, range(10**12))
    assert ended.value.was_too_slow


def test_a_call_has_no_more_memory_than_it_may(apart):
    ones = apart.call(Bounds(30, 2**26), go_on, np.ones, 2**20)
    assert ones.nbytes == 2**23
    with pytest.raises(RuntimeError, match="MemoryError"):
        apart.call(Bounds(30, 2**26), go_on, np.ones, 2**24)


def test_a_call_whose_process_dies_is_told_and_the_next_one_works(apart):
    with pytest.raises(Ended) as ended:
        apart.call(ENOUGH, go_on, signal.raise_signal, signal.SIGKILL)
    assert not ended.value.was_too_slow
    assert apart.call(ENOUGH, go_on, abs, -1) == 1


def test_a_call_that_nobody_waits_for_is_ended(apart):
    apart.call(ENOUGH, go_on, abs, -1)
    forker = forker_of(os.getpid())
    under_way = []

    def stop():
        under_way[:] = children(forker)
        raise ClientGone("gone")

    with pytest.raises(ClientGone):
        apart.call(ENOUGH, stop, time.sleep, 600)
    assert under_way
    assert not children(forker)


def test_when_the_process_that_makes_the_others_is_gone_another_one_takes_its_place(apart):
    apart.call(ENOUGH, go_on, abs, -1)
    gone = forker_of(os.getpid())
    os.kill(gone, signal.SIGKILL)
    until(lambda: gone not in children(os.getpid()))
    assert apart.call(ENOUGH, go_on, abs, -1) == 1


def test_nothing_is_left_of_fifty_calls(apart):
    def held():
        return open_files("self"), len(children(os.getpid()))

    apart.call(ENOUGH, go_on, abs, -1)
    forker = forker_of(os.getpid())
    before = held()
    for number in range(50):
        block = apart.call(ENOUGH, go_on, np.full, 10**5, number)
        assert block[-1] == number
    del block
    # What other tests have left here may go meanwhile.
    until(lambda: all(now <= then for now, then in zip(held(), before, strict=True)))
    assert not children(forker)
    assert open_files(forker) < 10


SERVER = """
import time
from app.execution.apart import Apart, Bounds
apart = Apart()
apart.call(Bounds(30, 2**30), lambda: None, abs, -1)
print("ready", flush=True)
apart.call(Bounds(30, 2**30), lambda: None, time.sleep, 600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_whatever_ends_the_server_ends_the_others_too(number):
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, cwd=package_root()
    )
    with server:
        assert server.stdout.readline() == b"ready\n"
        forker = forker_of(server.pid)
        until(lambda: children(forker))
        made = [forker, *children(forker)]
        server.send_signal(number)
    until(lambda: not any(_runs(pid) for pid in made))


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
