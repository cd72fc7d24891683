"""What people look at is what is in the trace."""

import numpy as np
import pytest

from engine import inspection
from engine.errors import ShapeError
from engine.inspection.receptive_fields import ReceptiveFields
from engine.network import Network, Node
from engine.ops import Add, AveragePool, Conv2d, Dense, Flatten, MaxPool, Pad, Relu, Softmax
from engine.ops.base import Box

RNG = np.random.default_rng(11)


def weights(*shape):
    return RNG.normal(0, 0.5, shape)


@pytest.fixture(scope="module")
def network():
    """Two branches with different windows that meet again: 8 × 9 pixels, two channels."""
    nodes = [
        Node("conv", Conv2d(weights(3, 2, 3, 3), weights(3), padding=(1, 1, 1, 1)), ("input",)),
        Node("relu", Relu(), ("conv",)),
        Node("point", Conv2d(weights(3, 3, 1, 1), None), ("relu",)),
        Node("wide", Conv2d(weights(3, 3, 1, 5), None, padding=(0, 2, 0, 2)), ("relu",)),
        Node("sum", Add(), ("point", "wide")),
        Node("pool", MaxPool(kernel=(2, 2), stride=(2, 2)), ("sum",)),
        Node("mean", AveragePool(kernel=(2, 2), stride=(1, 1)), ("pool",)),
        Node("flatten", Flatten(), ("mean",)),
        Node("fc", Dense(weights(4, 27), weights(4)), ("flatten",)),
        Node("softmax", Softmax(), ("fc",)),
    ]
    return Network(
        nodes, inputs={"input": (2, 8, 9)}, outputs=("softmax",), labels=("a", "b", "c", "d")
    ).freeze()


@pytest.fixture(scope="module")
def trace(network):
    return network.forward(RNG.normal(size=(1, 2, 8, 9)))


def test_statistics_of_maps():
    y = np.array([[[0.0, 2.0], [-4.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]], np.float32)
    assert inspection.layer_stats(y) == {
        "min": -4.0,
        "max": 2.0,
        "mean": pytest.approx(-0.25),
        "std": pytest.approx(y.std()),
        "zero_fraction": 0.75,
        "nan_count": 0,
        "inf_count": 0,
        "silent_channels": [1],
    }


def test_statistics_of_a_vector_know_no_maps():
    stats = inspection.layer_stats(np.array([0.0, 1.0, 3.0, 0.0], np.float32))
    assert stats["zero_fraction"] == 0.5
    assert stats["silent_channels"] is None


def test_statistics_are_of_what_is_finite():
    y = np.array([[[0.0, 2.0], [np.nan, np.inf]], [[-np.inf, -4.0], [np.nan, 0.0]]], np.float32)
    stats = inspection.layer_stats(y)
    assert stats == {
        "min": -4.0,
        "max": 2.0,
        "mean": pytest.approx(-0.5),
        "std": pytest.approx(np.std([0.0, 2.0, -4.0, 0.0])),
        "zero_fraction": 0.25,
        "nan_count": 2,
        "inf_count": 2,
        "silent_channels": [],
    }


def test_statistics_of_nothing_finite_are_not_numbers():
    stats = inspection.layer_stats(np.array([np.nan, np.inf], np.float32))
    assert np.isnan([stats["min"], stats["max"], stats["mean"], stats["std"]]).all()
    assert (stats["nan_count"], stats["inf_count"]) == (1, 1)


def test_statistics_do_not_depend_on_the_memory_layout(trace):
    y = trace["sum"][0]
    here, there = inspection.layer_stats(y), inspection.layer_stats(np.ascontiguousarray(y))
    assert here.pop("silent_channels") == there.pop("silent_channels")
    assert here == pytest.approx(there)


def test_sums_lose_no_digits_in_large_layers():
    y = np.full((16, 512, 512), 0.1, np.float32)
    assert inspection.layer_stats(y)["mean"] == pytest.approx(float(np.float32(0.1)), abs=1e-9)


def test_strongest_maps_by_mean_absolute_value():
    y = np.array([1, -3, 0, 2], np.float32)[:, None, None] * np.ones((4, 2, 2), np.float32)
    assert inspection.summary(y).top_channels(3) == [1, 3, 0]
    assert inspection.summary(y).top_channels(99) == [1, 3, 0, 2]
    assert inspection.summary(y[:, 0, 0]).top_channels(2) == [1, 3]


@pytest.mark.parametrize("shape", [(3, 5, 7), (24, 120, 121), (600, 13, 13), (1, 300, 301)])
@pytest.mark.parametrize("smallest", [-4.0, 0.0, 0.5])
def test_summaries_of_maps_of_all_sizes_are_numpys(shape, smallest):
    """Maps of several blocks, too, of which all but the first have numbers below zero."""
    channels, rows, cols = shape
    y = np.abs(RNG.normal(size=(rows, cols, channels)).astype(np.float32))
    y.ravel()[1 << 16 :] *= -1
    y = y.clip(smallest, 2).transpose(2, 0, 1)
    found = inspection.summary(y)
    assert found.stats == {
        "min": float(y.min()),
        "max": float(y.max()),
        "mean": pytest.approx(y.mean(dtype=np.float64), rel=1e-13),
        "std": pytest.approx(y.std(dtype=np.float64), rel=1e-13),
        "zero_fraction": float((y == 0).mean()),
        "nan_count": 0,
        "inf_count": 0,
        "silent_channels": [],
    }
    assert found.sizes == pytest.approx(np.abs(y).mean(axis=(1, 2), dtype=np.float64), rel=1e-13)


def test_several_values_are_summarised_in_their_order():
    values = [RNG.normal(size=(3, 4 * n, n)).astype(np.float32) for n in (1, 300, 7)]
    found = inspection.summaries(values)
    assert [one.stats for one in found] == [inspection.layer_stats(value) for value in values]


def test_a_single_number_has_figures():
    assert inspection.layer_stats(np.array(-2.0))["mean"] == -2.0


def test_equal_maps_keep_their_order():
    assert inspection.summary(np.ones((5, 2, 2))).top_channels(3) == [0, 1, 2]


def test_explanations_add_up_at_random_places_of_every_layer(network, trace):
    for node in network.nodes:
        y = trace[node.name]
        for _ in range(5):
            index = tuple(int(RNG.integers(n)) for n in y.shape)
            why = inspection.explain(network, trace, node.name, index)
            assert why.result == pytest.approx(float(y[index]), abs=1e-12)
            assert why.bias + why.contributions.sum() == pytest.approx(float(y[index]), abs=1e-9)


@pytest.mark.parametrize(
    "index", [(0, 3, 0, 0), (0, 0, 8, 0), (0, 0, 0), (0, -1, 0, 0), (1, 0, 0, 0)]
)
def test_a_place_outside_the_layer_is_refused(network, trace, index):
    with pytest.raises(ShapeError, match="no position"):
        inspection.explain(network, trace, "conv", index)


def changed_by(network, name, index, x, row, col):
    """Whether a pixel (all its channels) has any say in a number."""
    other = x.copy()
    other[0, :, row, col] += 1000.0
    return network.forward(other)[name][index] != network.forward(x)[name][index]


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("input", (0, 1, 3, 4)),
        ("conv", (0, 1, 0, 0)),
        ("wide", (0, 2, 4, 4)),
        ("sum", (0, 0, 5, 6)),
        ("pool", (0, 1, 1, 2)),
        ("mean", (0, 2, 1, 1)),
        ("fc", (0, 3)),
    ],
)
def test_the_receptive_field_is_exact(name, index):
    """A pixel outside never changes the number, and one on each side of the box does.

    With positive numbers no ReLU is off, and whichever cell a pooling picks, it is the disturbed
    one.
    """
    positive = [abs(weights(3, 2, 3, 3)), abs(weights(3, 3, 1, 1)), abs(weights(3, 3, 1, 5))]
    network = Network(
        [
            Node("conv", Conv2d(positive[0], None, padding=(1, 1, 1, 1)), ("input",)),
            Node("relu", Relu(), ("conv",)),
            Node("point", Conv2d(positive[1], None), ("relu",)),
            Node("wide", Conv2d(positive[2], None, padding=(0, 2, 0, 2)), ("relu",)),
            Node("sum", Add(), ("point", "wide")),
            Node("pool", MaxPool(kernel=(2, 2), stride=(2, 2)), ("sum",)),
            Node("mean", AveragePool(kernel=(2, 2), stride=(1, 1)), ("pool",)),
            Node("flatten", Flatten(), ("mean",)),
            Node("fc", Dense(abs(weights(4, 27)), None), ("flatten",)),
        ],
        inputs={"input": (2, 8, 9)},
        outputs=("fc",),
    )
    x = RNG.uniform(0, 1, (1, 2, 8, 9))
    box = ReceptiveFields(network, index[0] + 1).at(name, index)
    (top, left), (bottom, right) = box.start[2:], box.stop[2:]
    moved = np.array(
        [[changed_by(network, name, index, x, r, c) for c in range(9)] for r in range(8)]
    )
    rows, cols = np.nonzero(moved.any(axis=1))[0], np.nonzero(moved.any(axis=0))[0]
    assert (top, bottom) == (rows[0], rows[-1] + 1)
    assert (left, right) == (cols[0], cols[-1] + 1)


def test_the_receptive_field_keeps_to_the_picture_of_the_batch(network):
    box = ReceptiveFields(network, 3).at("conv", (2, 0, 4, 4))
    assert box == Box((2, 0, 3, 3), (3, 2, 6, 6))


def test_a_padded_constant_sees_nothing():
    network = Network(
        [Node("pad", Pad(pads=(1, 1, 1, 1)), ("input",))],
        inputs={"input": (1, 4, 4)},
        outputs=("pad",),
    )
    assert ReceptiveFields(network).at("pad", (0, 0, 0, 0)) is None
    assert ReceptiveFields(network).at("pad", (0, 0, 1, 1)) == Box((0, 0, 0, 0), (1, 1, 1, 1))


def test_layers_are_described_without_running_them(network):
    layers = {layer.name: layer for layer in inspection.describe_layers(network)}
    assert list(layers) == ["input", *(node.name for node in network.nodes)]
    assert (layers["input"].op, layers["input"].receptive_field) == ("input", (1, 1))
    conv = layers["conv"]
    assert conv.shape == (3, 8, 9)
    assert conv.parameters == 3 * 2 * 9 + 3
    assert conv.multiply_adds == 3 * 2 * 9 * 72
    assert conv.attributes["kernel"] == [3, 3]
    assert conv.receptive_field == (3, 3)
    assert layers["sum"].receptive_field == (3, 7)
    assert layers["sum"].inputs == ("point", "wide")
    assert layers["fc"].receptive_field == (8, 9)
    assert sum(layer.parameters for layer in layers.values()) == sum(
        p.size for p in network.parameters().values()
    )
