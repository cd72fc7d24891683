"""The network that ships: what it is made of, what its file and its card promise, and its
arithmetic against onnxruntime's.
"""

import json
import re

import numpy as np
import pytest

import engine
from engine import zoo
from engine.inspection import describe_layers
from engine.inspection.receptive_fields import ReceptiveFields
from engine.zoo import WEIGHTS
from tests.engine.formats.onnx.twins import run_network

TAUGHT = {"conv", "relu", "max_pool", "flatten", "dense", "softmax"}
NAME = re.compile(r"(conv|relu)\d_\d|pool\d|flatten|fc\d|softmax")


@pytest.fixture(scope="module")
def everyday():
    return engine.load("everyday")


@pytest.fixture(scope="module", params=sorted(zoo.ARCHITECTURES))  # those that were trained here
def network(request):
    return engine.load(request.param)


@pytest.fixture(scope="module")
def picture(everyday):
    pixels = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3), np.uint8)
    return everyday.preprocess.normalise(pixels)


def test_it_is_made_of_what_people_came_to_learn(everyday):
    assert {node.op.op_type for node in everyday.nodes} == TAUGHT
    for node in everyday.nodes:
        assert NAME.fullmatch(node.name), node.name
    kinds = [node.op.op_type for node in everyday.nodes]
    assert kinds[0] == "conv"
    assert kinds[-3:] == ["flatten", "dense", "softmax"]


def test_it_knows_twenty_classes_a_car_among_them(everyday):
    assert len(everyday.labels) == 20
    assert "car" in everyday.labels
    assert everyday.forward(np.zeros((1, 3, 64, 64), np.float32))["softmax"].shape == (1, 20)


def test_branches_is_made_of_what_everyday_lacks():
    branches, plain = engine.load("branches"), engine.load("everyday")
    kinds = {node.op.op_type for node in branches.nodes}
    assert {"add", "concat", "batch_norm", "global_average_pool"} <= kinds - TAUGHT
    convs = [node.op for node in branches.nodes if node.op.op_type == "conv"]
    assert any(conv.groups == conv.weight.shape[0] > 1 for conv in convs)
    assert any(conv.dilation != (1, 1) for conv in convs)
    assert any(conv.stride != (1, 1) for conv in convs)
    assert branches.labels == plain.labels
    assert branches.preprocess == plain.preprocess


def test_every_value_is_onnxruntimes(network, picture):
    trace = network.forward(picture)
    for name, value in run_network(network, picture).items():
        scale = np.abs(value).max()
        np.testing.assert_allclose(trace[name], value, rtol=1e-4, atol=1e-5 * scale, err_msg=name)


def test_a_picture_gets_the_same_scores_alone_and_among_others(everyday, picture):
    # The kernels are chosen by the amount of work, so the sums may be rounded in another order.
    batch = np.concatenate([picture, -picture, picture])
    together, alone = everyday.forward(batch)["softmax"], everyday.forward(picture)["softmax"]
    np.testing.assert_allclose(together[0], alone[0], rtol=1e-4, atol=1e-6)


def test_the_last_map_sees_nearly_the_whole_photo(everyday):
    box = ReceptiveFields(everyday).at("pool4", (0, 0, 1, 1))
    assert box.stop[2] - box.start[2] >= 48
    whole = ReceptiveFields(everyday).at("softmax", (0, 0))
    assert (whole.start[2:], whole.stop[2:]) == ((0, 0), (64, 64))


def test_its_file_is_small(network):
    assert (WEIGHTS / f"{network.name}.safetensors").stat().st_size <= 4_000_000


def test_its_card_adds_up(network):
    card = network.meta
    confusion = np.array(card["confusion"])
    assert confusion.sum() == card["validation_pictures"]
    assert np.trace(confusion) / confusion.sum() == pytest.approx(card["accuracy"])
    shares = np.diagonal(confusion) / confusion.sum(axis=1)
    assert dict(zip(network.labels, shares.tolist(), strict=True)) == pytest.approx(
        card["per_class"]
    )
    assert card["training_pictures"] + card["validation_pictures"] == sum(card["pictures"].values())
    assert card["accuracy"] >= (0.83 if network.name == "everyday" else 0.7)
    assert card["terms"]
    json.dumps(card)


def test_the_printed_card_says_what_the_file_says(network, request):
    text = (request.config.rootpath / "docs" / "models" / f"{network.name}.md").read_text()
    assert f"**{network.meta['accuracy']:.1%}**" in text
    assert network.meta["command"] in text
    assert f"{sum(layer.parameters for layer in describe_layers(network)):,}" in text
