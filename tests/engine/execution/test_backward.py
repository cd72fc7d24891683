"""The backward pass in place, slopes folded in, against the ops' own gradients one by one."""

import numpy as np
import pytest

from engine.attribution import attribute
from engine.execution import stopped_by
from engine.network import Network, Node
from engine.ops import (
    Add,
    BatchNorm,
    Clip,
    Conv2d,
    Dense,
    Flatten,
    GlobalAveragePool,
    LeakyRelu,
    MaxPool,
    Relu,
)

INPUT = (3, 17, 19)
SAME = (1, 1, 1, 1)


def residual(dtype="float64"):
    """Blocks as in the networks that people bring: conv → normalisation → switch, and a shortcut
    around two of them.
    """
    rng = np.random.default_rng(5)

    def conv(filters, depth, kernel, **attributes):
        shape = (filters, depth, kernel, kernel)
        return Conv2d((rng.standard_normal(shape) / kernel).astype(dtype), **attributes)

    def norm(c):
        first, second, third = (rng.standard_normal(c).astype(dtype) for _ in range(3))
        return BatchNorm(first, second, third, rng.uniform(0.5, 2, c).astype(dtype))

    nodes = [
        Node("stem", conv(16, 3, 5, stride=(2, 2), padding=(2, 2, 2, 2)), ("image",)),
        Node("stem.norm", norm(16), ("stem",)),
        Node("stem.act", Relu(), ("stem.norm",)),
        Node("pool", MaxPool((3, 3), (2, 2), SAME), ("stem.act",)),
        Node("one", conv(16, 16, 3, padding=SAME), ("pool",)),
        Node("one.norm", norm(16), ("one",)),
        Node("one.act", Clip(0, 6), ("one.norm",)),
        Node("wise", conv(16, 1, 3, padding=SAME, groups=16), ("one.act",)),
        Node("wise.norm", norm(16), ("wise",)),
        Node("sum", Add(), ("pool", "wise.norm")),
        Node("sum.act", LeakyRelu(0.1), ("sum",)),
        Node("half", conv(20, 16, 3, stride=(2, 2), padding=SAME), ("sum.act",)),
        Node("half.norm", norm(20), ("half",)),
        Node("short", conv(20, 16, 1, stride=(2, 2)), ("sum.act",)),
        Node("short.norm", norm(20), ("short",)),
        Node("join", Add(), ("half.norm", "short.norm")),
        Node("join.act", Relu(), ("join",)),
        Node("mean", GlobalAveragePool(), ("join.act",)),
        Node("list", Flatten(), ("mean",)),
        Node("scores", Dense(rng.standard_normal((6, 20)).astype(dtype)), ("list",)),
    ]
    return Network(nodes, inputs={"image": INPUT}, outputs=("scores",))


def asked(net, seed=1, n=2):
    rng = np.random.default_rng(seed)
    dtype = net.node("scores").op.weight.dtype
    trace = net.forward(rng.standard_normal((n, *INPUT)).astype(dtype))
    return trace, {"scores": rng.standard_normal((n, 6)).astype(dtype)}


@pytest.mark.parametrize(
    "wanted",
    [
        ["image"],
        ["one"],
        ["one.norm", "image"],
        ["sum", "sum.act"],
        ["pool", "stem"],
        ["wise", "one.act"],
    ],
)
@pytest.mark.parametrize("more", [None, "sum.act", "one", "join"])
def test_it_is_what_the_ops_give_one_by_one(wanted, more):
    """Also where somebody asks in the middle, or a gradient is given in the middle."""
    net = residual().freeze()
    trace, given = asked(net)
    if more:
        given[more] = np.random.default_rng(9).standard_normal(trace[more].shape)
    kept = {name: gradient.copy() for name, gradient in given.items()}
    whole = net.backward(trace, given).values
    lean = net.backward(trace, given, only_values=wanted).values
    assert set(lean) == set(wanted)
    for name in wanted:
        np.testing.assert_allclose(lean[name], whole[name], rtol=1e-9, atol=1e-11)
    assert all((given[name] == kept[name]).all() for name in given)


def test_weights_that_may_change_are_read_anew():
    net = residual()
    trace, given = asked(net)
    whole = net.backward(trace, given).values["image"]
    lean = net.backward(trace, given, only_values=["image"]).values["image"]
    assert (lean == whole).all()
    net.node("half.norm").op.gamma[...] *= 2
    whole = net.backward(trace, given).values["image"]
    lean = net.backward(trace, given, only_values=["image"]).values["image"]
    assert (lean == whole).all()


def test_rounding_stays_within_a_hundred_thousandth():
    net = residual("float32").freeze()
    trace, given = asked(net)
    whole = net.backward(trace, given).values["image"]
    lean = net.backward(trace, given, only_values=["image"]).values["image"]
    assert np.abs(lean - whole).max() < 1e-5 * np.abs(whole).max()


@pytest.mark.parametrize("method", ["integrated_gradients", "saliency", "grad_cam"])
def test_no_gradient_of_a_parameter_is_computed(method, monkeypatch):
    def never(*args):
        raise AssertionError("the gradient of a parameter")

    for kind in (Conv2d, BatchNorm, Dense):
        monkeypatch.setattr(kind, "param_grads", never)
        monkeypatch.setattr(kind, "backward", never)
    x = np.random.default_rng(2).standard_normal((1, *INPUT)).astype(np.float32)
    for net in (residual("float32"), residual("float32").freeze()):
        assert attribute(net, x, method, target=1).values.any()


def test_a_normalisation_behind_a_convolution_costs_no_pass(monkeypatch):
    net = residual().freeze()
    trace, given = asked(net)
    expected = net.backward(trace, given).values["image"]
    monkeypatch.setattr(BatchNorm, "input_grads", None)
    monkeypatch.setattr(BatchNorm, "rowwise_gradient", None)
    found = net.backward(trace, given, only_values=["image"]).values["image"]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("within", [False, True])
def test_it_can_be_stopped_before_every_node_and_within_one(within):
    net = residual().freeze()
    trace, given = asked(net)
    calls = []

    def stop():
        calls.append(None)
        if len(calls) == 4:
            raise TimeoutError

    def run():
        if not within:
            return net.backward(trace, given, only_values=["image"], check=stop)
        with stopped_by(stop):
            return net.backward(trace, given, only_values=["image"])

    with pytest.raises(TimeoutError):
        run()
    assert len(calls) == 4
