"""A sketch: its plan is what the built network is, and what is impossible says why."""

from math import prod

import numpy as np
import pytest

from engine.errors import TrainingError
from engine.inspection import describe_layers
from engine.zoo import layer_spec

EVERYTHING = (
    {"kind": "conv", "filters": 6, "kernel": 5, "stride": 2, "padding": 2},
    {"kind": "batchnorm"},
    {"kind": "tanh"},
    {"kind": "avgpool", "kernel": 3, "stride": 2},
    {"kind": "conv", "filters": 9, "kernel": 2},
    {"kind": "sigmoid"},
    {"kind": "maxpool"},
    {"kind": "dropout", "rate": 0.5},
    {"kind": "dense", "units": 12},
    {"kind": "batchnorm"},
    {"kind": "relu"},
    {"kind": "dense", "units": 7},
)
LABELS = ("a", "b", "c")


def build(layers, size=(32, 32)):
    return layer_spec.build(layers, LABELS, size, rng=np.random.default_rng(0))


def problem_of(*layers, size=(32, 32)):
    """The one problem of a plan, and the name of its layer."""
    (found,) = [row for row in layer_spec.validate(layers, 3, size) if row.problem]
    with pytest.raises(TrainingError, match=found.name):
        build(layers, size)
    return found.name, found.problem


@pytest.mark.parametrize("layers", [(), layer_spec.DEFAULT_LAYERS, EVERYTHING])
@pytest.mark.parametrize("size", [(32, 32), (40, 24)])
def test_the_plan_is_what_the_network_is(layers, size):
    rows = layer_spec.validate(layers, 3, size)
    described = describe_layers(build(layers, size))[1:]
    assert [row.name for row in rows] == [layer.name for layer in described]
    for row, layer in zip(rows, described, strict=True):
        assert row.shape == tuple(layer.shape)
        assert row.parameters == layer.parameters
        assert row.multiply_adds == layer.multiply_adds


def test_layers_are_named_after_what_they_do():
    names = [row.name for row in layer_spec.validate(EVERYTHING, 3)]
    assert names == (
        [
            "conv1",
            "norm1",
            "tanh1",
            "pool1",
            "conv2",
            "sigmoid1",
            "pool2",
            "dropout1",
            "flatten",
            "fc1",
            "norm2",
            "relu1",
            "fc2",
            "scores",
            "softmax",
        ]
    )


def test_the_network_runs_and_its_start_is_the_seeds():
    network = build(EVERYTHING)
    pictures = np.random.default_rng(1).integers(0, 256, (4, 32, 32, 3), np.uint8)
    answers = network.forward(network.preprocess.normalise(pictures))["softmax"]
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-6)
    again = build(EVERYTHING).parameters()
    for name, array in network.parameters().items():
        np.testing.assert_array_equal(array, again[name])


@pytest.mark.parametrize(
    ("layers", "name", "says"),
    [
        ([{"kind": "maxpool"}] * 6, "pool6", "does not fit on maps of 1 × 1"),
        ([{"kind": "conv", "filters": 4, "kernel": 3, "padding": 3}], "conv1", "padding of 3"),
        (
            [{"kind": "dense", "units": 4}, {"kind": "conv", "filters": 4}],
            "conv1",
            "before the first dense",
        ),
        ([{"kind": "dense", "units": 4}, {"kind": "maxpool"}], "pool1", "before the first dense"),
        ([{"kind": "dense", "units": 1024}], "fc1", "parameters"),
        ([{"kind": "conv", "filters": 256, "kernel": 11, "padding": 5}], "conv1", "multiply-adds"),
        (
            [{"kind": "conv", "filters": 256, "kernel": 1}, {"kind": "relu"}],
            "relu1",
            "numbers a picture",
        ),
        ([{"kind": "relu"}] * 25, "relu25", "at most 24"),
        ([{"kind": "conv"}], "conv1", "Filters: a whole number from 1 to 256; it is None"),
        ([{"kind": "conv", "filters": 2.5}], "conv1", "Filters"),
        ([{"kind": "conv", "filters": True}], "conv1", "Filters"),
        ([{"kind": "dropout", "rate": float("nan")}], "dropout1", "rate"),
        ([{"kind": "dropout", "rate": "much"}], "dropout1", "rate"),
        ([{"kind": "dropout", "rate": False}], "dropout1", "rate"),
        ([{"kind": "attention"}], "attention1", "There is no layer"),
        ([{}], "None1", "There is no layer"),
    ],
)
def test_what_is_impossible_says_why(layers, name, says):
    where, problem = problem_of(*layers)
    assert where == name
    assert says in problem


def test_after_a_problem_nothing_is_claimed():
    rows = layer_spec.validate([{"kind": "relu"}, {"kind": "conv"}, {"kind": "relu"}], 3)
    assert rows[0].shape == (3, 32, 32)
    for row in rows[1:]:
        assert (row.shape, row.parameters, row.multiply_adds) == (None, None, None)


def test_24_layers_are_not_too_many():
    assert build([{"kind": "relu"}] * 23 + [{"kind": "dense", "units": 2}])


def test_a_complete_layer_says_what_went_without_saying():
    assert layer_spec.complete({"kind": "conv", "filters": 2, "colour": "red"}) == {
        "kind": "conv",
        "filters": 2,
        "kernel": 3,
        "stride": 1,
        "padding": 0,
    }


def test_each_plan_within_the_limits_can_be_built():
    largest = [{"kind": "maxpool"}, {"kind": "dense", "units": 1024}]
    assert prod(layer_spec.validate(largest, 3)[0].shape) * 1024 < layer_spec.MAX_PARAMETERS
    assert build(largest)
