"""A run by several processes gives what one gives, whatever becomes of them."""

import gc
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path

import numpy as np
import pytest

from engine import crew
from engine.formats.onnx import from_onnx
from engine.kernels import memory, parallel
from engine.network import Network, Node
from engine.ops import Relu
from tests.engine import exported
from tests.engine.networks import network, pictures
from tests.engine.ops.cases import CASES

pytestmark = pytest.mark.skipif(not crew.POSSIBLE, reason="crews are for Linux on x86-64")


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """Two processes for the smallest work, cut wherever it can be cut, even while the machine has other things to do."""
    monkeypatch.setattr(parallel, "WORKERS", 2)
    monkeypatch.setattr(parallel, "CUT_WORK", 0)
    monkeypatch.setattr(crew, "LEAST_WORK", 0)
    monkeypatch.setattr(crew, "WAITED", inf)
    monkeypatch.setattr(crew, "PATIENCE", 30.0)
    monkeypatch.setattr(crew, "AT_HAND", 0.0)
    monkeypatch.delenv("CONVSCOPE_CREW", raising=False)


def frozen(case):
    names = [f"in{place}" for place in range(len(case.shapes))]
    inputs = {name: shape[1:] for name, shape in zip(names, case.shapes, strict=True)}
    node = Node("value", case.op("float32"), tuple(names))
    return Network([node], inputs=inputs, outputs=["value"]).freeze()


def members(net):
    known = crew._known.get(net)
    return list(known.crew._pids) if known and known.crew else []


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def same(trace, other):
    return set(trace) == set(other) and all(np.array_equal(trace[k], other[k]) for k in trace)


@pytest.fixture
def net():
    return network().freeze()


@pytest.mark.parametrize("kind", sorted({case.kind for case in CASES}))
def test_every_op(kind):
    for case in (case for case in CASES if case.kind == kind):
        net = frozen(case)
        batch = {x.shape[:1] for x in case.inputs()}  # a single number has none
        if len(batch) > 1 or not net.inputs:
            continue
        one = dict(zip(net.inputs, case.inputs("float32"), strict=True))
        two = dict(zip(net.inputs, case.inputs("float32", seed=6), strict=True))
        alone = [net.forward(one)["value"], net.forward(one)["value"]]
        assert members(net), case.name
        for x, seed in ((two, 6), (one, 5)):
            assert same(net.forward(x), frozen(case).forward(x)), (case.name, seed)
        assert np.array_equal(*alone)


@pytest.mark.parametrize("name", exported.NETWORKS)
@pytest.mark.parametrize("workers", [2, 3])
def test_every_value_of_a_network_with_branches(name, workers, monkeypatch):
    monkeypatch.setattr(parallel, "WORKERS", workers)
    net = from_onnx(exported.NETWORKS[name]()).freeze()
    rng = np.random.default_rng(3)
    (key, shape) = next(iter(net.inputs.items()))
    for n in (1, 3):
        xs = [rng.standard_normal((n, *shape)).astype(np.float32) for _ in range(3)]
        alone = [from_onnx(exported.NETWORKS[name]()).freeze().forward({key: x}) for x in xs]
        together = [net.forward({key: x}) for x in (xs[0], *xs)][1:]
        assert len(members(net)) == workers - 1
        assert all(map(same, together, alone))


def test_values_stay_while_somebody_looks_at_them(net):
    xs = [pictures(1, seed=seed) for seed in range(6)]
    alone = [network().forward(x) for x in xs]
    net.forward(xs[0])
    traces = [net.forward(x) for x in xs]
    assert members(net)
    assert all(map(same, traces, alone))
    last = next(iter(traces[-1].outputs.values()))
    kept = last.copy()
    del traces
    for x in xs:
        net.forward(x)
    assert np.array_equal(last, kept)  # one value is enough to keep the memory of its run


def test_memory_is_used_again(net):
    for seed in range(20):
        net.forward(pictures(1, seed=seed))
        gc.collect()
    assert crew._known[net].crew._ground._count <= 2


def test_a_trace_says_what_it_takes(net):
    x = pictures(1)
    alone = net.forward(x)
    net.forward(x)
    assert alone.nbytes <= net.forward(x).nbytes <= 1.5 * alone.nbytes + 2**16


def test_who_is_killed_is_replaced(net, monkeypatch):
    monkeypatch.setattr(crew, "REST", 0.0)
    x = pictures(1)
    alone = net.forward(x)
    net.forward(x)
    first = members(net)
    os.kill(first[0], signal.SIGKILL)
    assert same(net.forward(x), alone)
    assert same(net.forward(x), alone)
    assert members(net)
    assert members(net) != first


def test_who_hangs_is_not_waited_for(net, monkeypatch):
    x = pictures(1)
    alone = net.forward(x)
    net.forward(x)
    monkeypatch.setattr(crew, "PATIENCE", 0.1)
    (pid,) = members(net)
    os.kill(pid, signal.SIGSTOP)
    assert same(net.forward(x), alone)
    assert not members(net)
    assert not is_alive(pid)
    assert same(net.forward(x), alone)  # it works alone for a while
    assert not members(net)


def stop_after(layers):
    left = iter(range(layers))

    def check():
        if next(left, None) is None:
            raise TimeoutError("too late")

    return check


def test_a_check_stops_the_run_and_no_other(net):
    """Wherever it is stopped, everybody is there for the next one, and nobody still writes to its memory."""
    xs = [pictures(1, seed=seed) for seed in range(3)]
    alone = [network().forward(x) for x in xs]
    for _ in range(2):
        net.forward(xs[0])
    everybody = members(net)
    for layers in [*range(len(net.nodes)), 0, 0, 0]:
        with pytest.raises(TimeoutError, match="too late"):
            net.forward(xs[1], check=stop_after(layers))
        for x, expected in zip(xs, alone, strict=True):
            assert same(net.forward(x), expected)
    assert members(net) == everybody


def test_who_is_lost_while_a_run_is_stopped(net, monkeypatch):
    x = pictures(1)
    alone = net.forward(x)
    net.forward(x)
    monkeypatch.setattr(crew, "PATIENCE", 0.1)
    (pid,) = members(net)

    def check():
        os.kill(pid, signal.SIGSTOP)
        raise TimeoutError("too late")

    with pytest.raises(TimeoutError, match="too late"):
        net.forward(x, check=check)
    assert same(net.forward(x), alone)
    assert not is_alive(pid)


def in_a_fork(work):
    """Whether ``work`` gives something true in a process that was forked from this one."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if work() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_process_that_somebody_forks_has_no_crew_of_its_leaders(net):
    """Else two would give orders to the same processes, and write to the same memory."""
    xs = [pictures(1, seed=seed) for seed in range(4)]
    alone = [network().forward(x) for x in xs]
    net.forward(xs[0])
    kept = net.forward(xs[0])
    everybody = members(net)
    assert everybody

    def theirs():
        return not members(net) and all(
            same(net.forward(x), a) for x, a in zip(xs, alone, strict=True)
        )

    assert in_a_fork(theirs)
    assert same(kept, alone[0])
    assert all(same(net.forward(x), a) for x, a in zip(xs, alone, strict=True))
    assert members(net) == everybody


def test_what_a_thread_holds_while_others_are_forked_is_not_waited_for(net, monkeypatch):
    x = pictures(1)
    alone = net.forward(x)
    monkeypatch.setattr(crew, "PATIENCE", 0.5)
    with ThreadPoolExecutor(1) as other:
        other.submit(memory._shelf._lock.acquire).result()
        trace = other.submit(net.forward, x).result()  # the lock is this thread's own
        other.submit(memory._shelf._lock.release).result()
    assert same(trace, alone)
    assert members(net)
    assert same(net.forward(x), alone)


def test_shapes_and_networks_that_take_turns_do_not_fork_each_time(net, monkeypatch):
    monkeypatch.setattr(crew, "AT_HAND", 1000.0)
    for _ in range(2):
        net.forward(pictures(1))
    everybody = members(net)
    for n in (2, 2, 1, 2, 3, 1):
        assert same(net.forward(pictures(n)), network().forward(pictures(n)))
        assert members(net) == everybody
    others = [network().freeze() for _ in range(crew.MOST_CREWS + 1)]
    for _ in range(3):
        for other in others:
            other.forward(pictures(1))
    assert members(net) == everybody
    assert sum(bool(members(other)) for other in others) == crew.MOST_CREWS - 1


def test_who_has_nothing_to_do_goes_home(net, monkeypatch):
    x = pictures(1)
    for _ in range(3):
        trace = net.forward(x)
    (pid,) = members(net)
    crew._dismiss_the_idle()
    assert is_alive(pid)
    monkeypatch.setattr(crew, "IDLE", 0.05)
    time.sleep(0.1)
    assert not crew._dismiss_the_idle()
    assert not is_alive(pid)  # nor a zombie
    for has in (False, True):  # the first run is sooner done alone
        assert same(net.forward(x), trace)
        assert bool(members(net)) == has


def test_several_callers_at_once(net):
    xs = [pictures(1, seed=seed) for seed in range(8)]
    alone = [network().forward(x) for x in xs]
    net.forward(xs[0])
    with ThreadPoolExecutor(4) as callers:
        for _ in range(5):
            assert all(map(same, callers.map(net.forward, xs), alone))
    assert members(net)


def test_a_crew_goes_with_its_network():
    net = network().freeze()
    for _ in range(3):
        net.forward(pictures(1))
    (pid,) = members(net)
    del net
    gc.collect()
    assert not is_alive(pid)


def test_a_crew_ends_with_its_leader():
    script = """if True:
        import os
        from engine import crew
        from engine.kernels import memory, parallel
        parallel.WORKERS, crew.LEAST_WORK = 2, 0
        from tests.engine.networks import network, pictures
        net = network().freeze()
        for _ in range(3):
            net.forward(pictures(1))
        print(*crew._known[net].crew._pids, flush=True)
        os._exit(1)  # nothing is tidied up
    """
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    (pid,) = map(int, run.stdout.split())
    until = time.monotonic() + 30
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_alive(pid), run.stderr


def test_few_networks_have_one():
    nets = [network().freeze() for _ in range(crew.MOST_CREWS + 2)]
    for net in nets:
        for _ in range(3):
            net.forward(pictures(1))
    have = [bool(members(net)) for net in nets]
    assert have == [False, False, *[True] * crew.MOST_CREWS]


def test_a_changed_network_is_another_one(net):
    x = pictures(1)
    for _ in range(2):
        trace = net.forward(x)
    node = next(node for node in net.nodes if node.op.kind == "conv")
    other = net.replaced(
        {node.name: Relu()} if len(node.op.weight) == 3 else {node.name: _off(node)}
    )
    assert not same(other.forward(x), trace)
    assert same(net.forward(x), trace)


def _off(node):
    arrays = {key: np.zeros_like(value) for key, value in node.op.params.items()}
    return type(node.op)(**arrays, **node.op.attributes)


def test_networks_that_learn_have_none():
    net = network()
    for _ in range(3):
        net.forward(pictures(1))
    assert not members(net)


def test_one_says_so(net, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_CREW", "off")
    for _ in range(3):
        net.forward(pictures(1))
    assert not members(net)


def test_it_rests_when_others_want_the_processors(net, monkeypatch):
    x = pictures(1)
    for _ in range(2):
        trace = net.forward(x)
    monkeypatch.setattr(crew, "WAITED", -1.0)
    for _ in range(crew.MOST_LATE):
        assert crew._known[net].alone_until == 0
        assert same(net.forward(x), trace)
    assert crew._known[net].alone_until > time.monotonic()
    runs = crew._known[net].crew._runs
    assert same(net.forward(x), trace)
    assert crew._known[net].crew._runs == runs


def test_no_process_to_be_had(net, monkeypatch):
    x = pictures(1)
    alone = net.forward(x)
    monkeypatch.setattr(os, "fork", lambda: (_ for _ in ()).throw(BlockingIOError()))
    before = open_files()
    assert same(net.forward(x), alone)
    assert not members(net)
    assert open_files() == before
