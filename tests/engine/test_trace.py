"""A trace says how much memory it holds, so that a cache of analyses keeps to its limit."""

import numpy as np
import pytest

from engine.execution import buffers
from engine.network import Network, Node
from engine.ops import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, Relu
from engine.trace import Trace


def numbers(shape):
    return np.random.default_rng(3).uniform(0.5, 1, shape).astype(np.float32)


def run(op):
    nodes = [Node("norm", op, ("input",)), Node("relu", Relu(), ("norm",))]
    net = Network(nodes, inputs={"input": (8, 16, 16)}, outputs=["relu"])
    return net.forward(numbers((1, 8, 16, 16)))


def values(trace):
    return sum(value.nbytes for value in trace.values())


@pytest.mark.parametrize(
    "op",
    [
        GroupNorm(numbers(8), numbers(8), 2),
        InstanceNorm(numbers(8), numbers(8)),
        LayerNorm(numbers((16,)), numbers((16,))),
    ],
    ids=lambda op: op.op_type,
)
def test_a_copy_that_an_op_saved_is_counted(op):
    trace = run(op)
    saved = [a for a in _all(trace.caches["norm"]) if not _is_shared(a, trace)]
    assert saved
    assert trace.nbytes == values(trace) + sum(a.nbytes for a in saved)


def test_references_to_values_are_counted_once():
    trace = run(BatchNorm(numbers(8), numbers(8), numbers(8), numbers(8)))
    assert trace.caches["norm"] is not None
    assert trace.nbytes == values(trace)


def _all(cache):
    parts = cache if isinstance(cache, (tuple, list)) else vars(cache).values()
    return [part for part in parts if isinstance(part, np.ndarray)]


def _is_shared(array, trace):
    return any(np.shares_memory(array, value) for value in trace.values())


def test_a_value_in_a_buffer_of_the_pool_takes_what_the_buffer_takes():
    value = buffers.empty((1, 130, 140), np.dtype(np.float32))
    trace = Trace({"a": value, "b": value[:, 3:]}, ("b",), {}, {})
    assert value.nbytes == 72_800
    assert trace.nbytes == 2 * buffers.MIN_BYTES
