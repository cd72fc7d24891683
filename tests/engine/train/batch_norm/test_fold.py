"""The folded network answers as the trained one does, in fewer steps."""

from dataclasses import replace

import numpy as np

from engine.network import Network, Node
from engine.ops import Add, BatchNorm, Conv2d, Dense, Dropout, Flatten, Relu, Softmax
from engine.train.batch_norm.fold import fold
from engine.train.loop import train
from engine.train.state import TrainState
from tests.engine.train import shapes


def norm(channels, seed=0):
    rng = np.random.default_rng(seed)
    draw = rng.uniform(0.3, 2.0, (4, channels)).astype(np.float32)
    return BatchNorm(*draw)


def test_a_trained_networks_answers_stay_and_its_steps_are_those_people_know():
    network = shapes.network()
    for _ in train(shapes.dataset(12), TrainState(network, replace(shapes.QUICK, epochs=1))):
        pass
    before = shapes.weights(network)
    folded = fold(network)
    x = network.preprocess.normalise(shapes.dataset(12, seed=5).pictures)
    trained, exported = network.forward(x), folded.forward(x)
    assert [node.name for node in folded.nodes] == [
        *("conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "fc", "softmax")
    ]
    for name in ("relu1", "pool2", "fc", "softmax"):
        np.testing.assert_allclose(exported[name], trained[name], atol=1e-5)
    assert folded.labels == network.labels
    assert folded.preprocess == network.preprocess
    assert shapes.weights(network) == before


def test_biases_groups_and_dense_layers_fold_too():
    rng = np.random.default_rng(0)
    conv = Conv2d(rng.normal(size=(4, 1, 3, 3)), rng.normal(size=4), groups=2)
    dense = Dense(rng.normal(size=(5, 36)), rng.normal(size=5))
    nodes = [
        Node("conv", conv, ("x",)),
        Node("drop", Dropout(), ("conv",)),
        Node("norm", norm(4), ("drop",)),
        Node("flat", Flatten(), ("norm",)),
        Node("dense", dense, ("flat",)),
        Node("last", norm(5, 1), ("dense",)),
    ]
    network = Network(nodes, inputs={"x": (2, 5, 5)}, outputs=("last",))
    folded = fold(network)
    x = rng.normal(size=(3, 2, 5, 5))
    assert [node.name for node in folded.nodes] == ["conv", "flat", "dense"]
    (expected,), (found,) = (n.forward(x).outputs.values() for n in (network, folded))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_what_cannot_be_folded_stays():
    rng = np.random.default_rng(0)
    conv = Conv2d(rng.normal(size=(2, 2, 1, 1)).astype(np.float32))
    after_relu = [Node("relu", Relu(), ("x",)), Node("norm", norm(2), ("relu",))]
    first = [Node("norm", norm(2), ("x",))]
    read_twice = [
        Node("conv", conv, ("x",)),
        Node("norm", norm(2), ("conv",)),
        Node("soft", Softmax(), ("conv",)),
        Node("sum", Add(), ("norm", "soft")),
    ]
    for nodes in (after_relu, first, read_twice):
        network = Network(nodes, inputs={"x": (2, 4, 4)}, outputs=(nodes[-1].name,))
        folded = fold(network)
        assert [node.name for node in folded.nodes] == [node.name for node in nodes]
        x = rng.normal(size=(3, 2, 4, 4)).astype(np.float32)
        (expected,), (found,) = (n.forward(x).outputs.values() for n in (network, folded))
        np.testing.assert_array_equal(found, expected)
