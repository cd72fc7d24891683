"""Steps that are computed together give what they give one by one."""

import dataclasses

import numpy as np
import pytest

from engine.execution import fusion
from engine.execution.executor import MAX_PLANS
from engine.network import Network, Node
from engine.ops import (
    Add,
    BatchNorm,
    Clip,
    Conv2d,
    Dense,
    Flatten,
    GlobalAveragePool,
    MaxPool,
    Relu,
)
from tests.engine.networks import network, pictures

SIZE = 40


def residual(dtype=np.float32, channels=24):
    """conv, norm, relu; conv, norm, + the first relu, relu; a pool in between; then norm and relu
    of a vector.
    """
    rng = np.random.default_rng(5)

    def numbers(*shape):
        return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(dtype)

    def conv(filters, depth, kernel):
        edge = kernel // 2
        return Conv2d(numbers(filters, depth, kernel, kernel), padding=(edge,) * 4)

    def norm(c):
        return BatchNorm(numbers(c), numbers(c), numbers(c), rng.uniform(0.5, 2, c).astype(dtype))

    nodes = [
        Node("conv1", conv(channels, 3, 3), ("input",)),
        Node("norm1", norm(channels), ("conv1",)),
        Node("relu1", Relu(), ("norm1",)),
        Node("conv2", conv(channels, channels, 3), ("relu1",)),
        Node("norm2", norm(channels), ("conv2",)),
        Node("sum", Add(), ("relu1", "norm2")),
        Node("act", Clip(0, 1), ("sum",)),
        Node("twice", Add(), ("act", "act")),
        Node("pool", MaxPool((2, 2), (2, 2)), ("twice",)),
        Node("late", Relu(), ("norm1",)),
        Node("narrow", conv(8, channels, 1), ("pool",)),
        Node("mean", GlobalAveragePool(), ("narrow",)),
        Node("flat", Flatten(), ("mean",)),
        Node("fc", Dense(numbers(10, 8), numbers(10)), ("flat",)),
        Node("norm3", norm(10), ("fc",)),
        Node("last", Relu(), ("norm3",)),
    ]
    return Network(nodes, inputs={"input": (3, SIZE, SIZE)}, outputs=["last", "late"])


def photos(n, dtype=np.float32):
    rng = np.random.default_rng(n)
    return rng.standard_normal((n, 3, SIZE, SIZE)).astype(dtype)


def one_by_one(net, x):
    values, caches = {"input": x}, {}
    for node in net.nodes:
        values[node.name], caches[node.name] = node.op.forward(*(values[i] for i in node.inputs))
    return values, caches


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("frozen", [False, True])
def test_values_are_those_of_the_steps_one_by_one(n, dtype, frozen):
    net = residual(dtype)
    if frozen:
        net.freeze()
    x = photos(n, dtype)
    trace = net.forward(x)
    values, caches = one_by_one(net, x)
    assert set(trace) == set(values)
    for name, value in values.items():
        np.testing.assert_array_equal(trace[name], value, err_msg=name)
        assert trace[name].dtype == dtype
        assert not trace[name].flags.writeable
    assert set(trace.caches) == set(caches)


def test_gradients_are_those_of_the_steps_one_by_one():
    net, x = residual(np.float64), photos(2, np.float64)
    trace = net.forward(x)
    _, caches = one_by_one(net, x)
    gradient = {"last": np.ones_like(trace["last"]), "late": np.ones_like(trace["late"])}
    got = net.backward(trace, gradient)
    trace.caches.update(caches)
    expected = net.backward(trace, gradient)
    for name, gradient in expected.values.items():
        np.testing.assert_allclose(got.values[name], gradient, atol=1e-12)
    for name, gradient in expected.params.items():
        np.testing.assert_allclose(got.params[name], gradient, atol=1e-12)


def test_a_chain_ends_where_a_step_looks_elsewhere():
    net = residual()
    x = photos(1).transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2)
    values, at, lengths = {"input": x}, 0, []
    while at < len(net.nodes):
        done = fusion.FusionPlan(net.nodes).run(at, values)
        lengths.append(len(done))
        if not done:
            node = net.nodes[at]
            y, cache = node.op.forward(*(values[i] for i in node.inputs))
            done = [fusion.NodeResult(y, cache, 0.0)]
        for node, result in zip(net.nodes[at:], done, strict=False):
            values[node.name] = result.value
        at += len(done)
    # conv norm relu late | conv norm sum act twice | pool | narrow | mean | flat | fc | norm relu
    assert [node.name for node in net.nodes][:4] == ["conv1", "norm1", "relu1", "late"]
    assert lengths == [4, 5, 0, 1, 0, 0, 0, 2]


def test_every_step_has_its_share_of_the_time():
    trace = residual().freeze().forward(photos(4))
    assert set(trace.timings) == set(trace.caches)
    assert all(seconds >= 0 for seconds in trace.timings.values())
    for name in ("conv2", "norm2", "sum", "act", "pool"):
        assert trace.timings[name] > 0


def test_the_check_is_made_before_every_step():
    calls = []
    net = residual()
    net.forward(photos(1), check=lambda: calls.append(None))
    assert len(calls) == len(net.nodes)


def test_a_value_that_outlives_its_trace_keeps_its_numbers():
    net = residual().freeze()
    x = photos(1)
    kept = net.forward(x)["norm2"]
    expected = kept.copy()
    for other in range(3):
        net.forward(photos(1) + other)
    np.testing.assert_array_equal(kept, expected)


def test_values_that_lie_otherwise_in_memory_are_taken_one_by_one():
    net = residual()
    values = {"norm1": np.asarray(np.ones((1, 24, 6, 6), np.float32), order="C")}
    place = next(i for i, node in enumerate(net.nodes) if node.name == "relu1")
    assert fusion.FusionPlan(net.nodes).run(place, values) == []


def test_a_network_with_every_kind_of_branch():
    net, x = network("float32").freeze(), pictures(2, "float32")
    trace = net.forward(x)
    values, _ = one_by_one(net, x)
    for name, value in values.items():
        np.testing.assert_array_equal(trace[name], value, err_msg=name)


def test_a_second_run_takes_the_chains_of_the_first(monkeypatch):
    """What a chain is made of is found out once for inputs of one shape and type, and again for
    others.
    """
    found = []
    find = fusion._find_group
    monkeypatch.setattr(
        fusion, "_find_group", lambda *about: found.append(about[1]) or find(*about)
    )
    net = residual().freeze()
    for n, searches in ((1, 8), (1, 0), (2, 8), (1, 0)):
        found.clear()
        x = photos(n)
        trace, (values, _) = net.forward(x), one_by_one(net, x)
        assert len(found) == searches
        for name, value in values.items():
            np.testing.assert_array_equal(trace[name], value, err_msg=name)


def test_an_edited_network_finds_its_own_chains():
    net, x = residual().freeze(), photos(1)
    net.forward(x)
    conv = net.node("conv1").op
    other = net.replaced({"conv1": dataclasses.replace(conv, weight=2 * conv.weight)})
    trace, (values, _) = other.forward(x), one_by_one(other, x)
    for name, value in values.items():
        np.testing.assert_array_equal(trace[name], value, err_msg=name)


def test_only_so_many_shapes_are_remembered():
    net = residual().freeze()
    for n in range(1, MAX_PLANS + 4):
        net.forward(photos(n))
        assert len(net._executor._plans) <= MAX_PLANS


def test_a_chain_is_left_when_what_it_reads_lies_otherwise_than_it_did():
    net = residual()
    together = fusion.FusionPlan(net.nodes)
    place = next(i for i, node in enumerate(net.nodes) if node.name == "relu1")
    value = np.ones((1, 6, 6, 24), np.float32).transpose(0, 3, 1, 2)
    assert len(together.run(place, {"norm1": value})) > 0
    for other in (np.asarray(value, order="C"), value.astype(np.float64)):
        assert together.run(place, {"norm1": other}) == []
