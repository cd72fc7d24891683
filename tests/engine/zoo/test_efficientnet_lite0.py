"""The network for ImageNet: other people's weights, our arithmetic, held against onnxruntime's and
against real photos.
"""

from pathlib import Path

import numpy as np
import pytest

import engine
from app.analyses.analysis import predict
from app.images.decoding import Limits
from engine import zoo
from engine.errors import FormatError, UnknownModel
from engine.zoo import efficientnet_lite0, imagenet
from tests.engine.formats.onnx.twins import run_network

LIMITS = Limits(max_bytes=1 << 24, max_pixels=1 << 24)


@pytest.fixture(scope="module")
def network():
    return engine.load("efficientnet-lite0")


def photo(name):
    root = Path(__file__).parents[3]
    return (root / "static" / "samples" / f"{name}.jpg").read_bytes()


def test_every_value_is_onnxruntimes(network):
    pixels = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), np.uint8)
    x = network.preprocess.normalise(pixels)
    trace = network.forward(x)
    for name, value in run_network(network, x).items():
        apart = np.abs(trace[name] - value).max() / np.abs(value).max()
        assert apart <= 1e-3, name


@pytest.mark.parametrize(
    ("name", "first", "among"),
    [
        ("coffee", {"espresso"}, {"espresso"}),
        ("chelsea", {"tabby", "Egyptian cat"}, {"tabby", "Egyptian cat", "tiger cat"}),
        ("car", {"sports car"}, {"sports car", "convertible"}),
    ],
)
def test_photos_are_told_apart(network, name, first, among):
    best = [label for label, _ in predict(network, photo(name), LIMITS)[:5]]
    assert best[0] in first
    assert among <= set(best)


def test_what_it_is_made_of(network):
    kinds = [node.op.op_type for node in network.nodes]
    assert {kind: kinds.count(kind) for kind in ("conv", "batch_norm", "clip", "add")} == {
        "conv": 49,
        "batch_norm": 49,
        "clip": 33,
        "add": 9,
    }
    assert sum(array.size for array in network.parameters().values()) == 4_652_008
    assert len(network.labels) == len(set(network.labels)) == 1000


def test_a_lean_installation_does_without(monkeypatch):
    monkeypatch.setattr(efficientnet_lite0, "PACKAGE", "a_package_that_is_not_here")
    assert zoo.names() == ["branches", "everyday"]
    with pytest.raises(UnknownModel, match="pip install"):
        engine.load("efficientnet-lite0")


def test_class_names_are_missed_by_nobody_else(monkeypatch):
    monkeypatch.setattr(imagenet, "find_spec", lambda _: None)
    imagenet.labels.cache_clear()
    try:
        assert imagenet.labels() is None
        assert engine.load("efficientnet-lite0").labels is None
    finally:
        imagenet.labels.cache_clear()


def test_other_weights_are_refused(monkeypatch):
    monkeypatch.setattr(efficientnet_lite0.torch_weights, "read", lambda _: {})
    with pytest.raises(FormatError, match="not the weights of efficientnet-lite0"):
        engine.load("efficientnet-lite0")
