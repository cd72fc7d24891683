"""What is told of a layer is so, and a layer that cannot learn is named."""

import numpy as np
import pytest

from engine.errors import TrainingError
from engine.network import Network, Node
from engine.ops import Conv2d, Dense, Flatten, Relu, Sigmoid, Tanh
from engine.preprocess import Preprocess
from engine.train.config import TrainConfig
from engine.train.inspection import diagnostics
from engine.train.losses import LOSSES, soft_targets
from engine.train.state import TrainState
from engine.train.step import Step

CLASSES = 3


def network(act=Relu, *, scale=0.3, bias=0.0, depth=1) -> Network:
    rng = np.random.default_rng(2)
    nodes, last, channels = [], "input", 3
    for i in range(depth):
        weight = rng.normal(0, scale, (4, channels, 3, 3)).astype(np.float32)
        conv = Conv2d(weight, np.full(4, bias, np.float32), padding=(1, 1, 1, 1))
        nodes += [Node(f"conv{i}", conv, (last,)), Node(f"act{i}", act(), (f"conv{i}",))]
        last, channels = f"act{i}", 4
    dense = Dense(rng.normal(0, 0.3, (CLASSES, 4 * 36)).astype(np.float32), None)
    nodes += [Node("flatten", Flatten(), (last,)), Node("scores", dense, ("flatten",))]
    size = (3, 6, 6)
    steps = Preprocess(input_size=size, mean=(0.5,) * 3, std=(0.25,) * 3)
    return Network(nodes, inputs={"input": size}, outputs=("scores",), preprocess=steps)


def looked(net, before=None, steps=0):
    """The layers' health by name, the batch, and the gradients that were looked at."""
    rng = np.random.default_rng(4)
    x = rng.normal(0, 1, (6, 3, 6, 6)).astype(np.float32)
    targets = soft_targets(np.arange(6) % CLASSES, CLASSES, 0.0, x.dtype)
    parts = Step(
        TrainState(net, TrainConfig(optimiser="sgd")), LOSSES["cross_entropy"]
    ).forward_backward(x, targets, keep=True)
    return {h.layer: h for h in diagnostics.diagnose(net, parts, before, steps)}, x, parts


def test_layers_come_in_the_networks_order_those_with_nothing_to_tell_are_left_out():
    layers, _, _ = looked(network(depth=2))
    assert list(layers) == ["conv0", "act0", "conv1", "act1", "scores"]


def test_sizes_and_histograms_are_those_of_the_weights_and_of_the_whole_batchs_gradient():
    net = network()
    layers, _, parts = looked(net)
    weight = net.parameters()["conv0.weight"]
    gradient = sum(part.gradients.params["conv0.weight"] for part in parts)
    found = layers["conv0"]
    assert found.weight_rms == pytest.approx(np.sqrt((weight.astype(float) ** 2).mean()))
    assert found.gradient_rms == pytest.approx(np.sqrt((gradient.astype(float) ** 2).mean()))
    for histogram, array in ((found.weights, weight), (found.gradients, gradient)):
        assert sum(histogram.counts) == array.size
        assert histogram.high == -histogram.low == pytest.approx(np.abs(array).max())
        middle = np.count_nonzero(array < 0)
        assert sum(histogram.counts[: diagnostics.BINS // 2]) == pytest.approx(middle, abs=1)


def test_a_step_is_measured_beside_the_weights():
    net = network()
    before = {name: array - 0.02 * np.sign(array) for name, array in net.parameters().items()}
    layers, _, _ = looked(net, before, 4)
    assert layers["conv0"].update_ratio == pytest.approx(
        0.005 / layers["conv0"].weight_rms, rel=1e-4
    )


def test_dead_units_are_those_that_are_zero_for_the_whole_batch():
    net = network()
    net.parameters()["conv0.bias"][:3] = -100  # three of four
    layers, _, _ = looked(net)
    assert layers["act0"].dead == 0.75
    assert [(w.kind, w.layer) for w in diagnostics.warnings(list(layers.values()))][:1] == [
        ("dead_units", "act0")
    ]


@pytest.mark.parametrize("act", [Sigmoid, Tanh])
def test_saturated_numbers_stand_where_the_curve_is_flat(act):
    calm, _, _ = looked(network(act, scale=0.01))
    wild, _, _ = looked(network(act, scale=30.0))
    assert calm["act0"].saturated == 0
    assert wild["act0"].saturated > 0.8
    assert ("saturated", "act0") in {
        (w.kind, w.layer) for w in diagnostics.warnings(list(wild.values()))
    }


def test_a_gradient_that_vanishes_on_its_way_back_is_named():
    layers, _, _ = looked(network(Sigmoid, scale=0.02, depth=6))
    named = {
        w.layer: w for w in diagnostics.warnings(list(layers.values())) if w.kind == "vanishing"
    }
    assert "conv0" in named
    assert "scores" not in named
    ratio = layers["conv0"].gradient_rms / layers["scores"].gradient_rms
    assert named["conv0"].share_or_ratio == pytest.approx(ratio)


def test_steps_that_are_too_large_for_the_weights_are_named():
    net = network()
    before = {name: array * 3 for name, array in net.parameters().items()}
    layers, _, _ = looked(net, before, 1)
    assert ("exploding", "conv0") in {
        (w.kind, w.layer) for w in diagnostics.warnings(list(layers.values()))
    }


def test_a_healthy_network_gives_no_reason_for_a_warning():
    layers, _, _ = looked(network(depth=2))
    assert diagnostics.warnings(list(layers.values())) == []


def test_weights_that_are_no_longer_numbers_are_said_to_be():
    net = network()
    _, _, parts = looked(net)
    net.parameters()["conv0.weight"][0] = np.inf
    with pytest.raises(TrainingError, match="no longer numbers"):
        diagnostics.diagnose(net, parts)
