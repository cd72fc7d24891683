"""Statistics joined from parts are those of the whole, and settling takes them from plain
pictures.
"""

import numpy as np
import pytest

from engine.network import Network, Node
from engine.ops import BatchNorm, Relu
from engine.preprocess import Preprocess
from engine.train.batch_norm import recalibrate
from engine.train.batch_norm.recalibrate import Moments, joined, recalibrate_batch_norm
from tests.engine.train import shapes


def test_joined_moments_are_those_of_all_numbers_together():
    rng = np.random.default_rng(0)
    parts = [rng.normal(size, 1 + size, (size, 3)) for size in (5, 9, 40)]
    whole = joined([Moments(part.mean(0), part.var(0), len(part)) for part in parts])
    together = np.concatenate(parts)
    np.testing.assert_allclose(whole.mean, together.mean(0))
    np.testing.assert_allclose(whole.var, together.var(0))
    np.testing.assert_allclose(whole.unbiased_var, together.var(0, ddof=1))


@pytest.fixture
def network():
    """A normalisation of the bare input, so that its right statistics are the pictures' own."""
    zero, one = np.zeros(3, np.float32), np.ones(3, np.float32)
    norm = BatchNorm(one.copy(), zero.copy(), zero + 7, one * 9)
    return Network(
        [Node("norm", norm, ("input",)), Node("relu", Relu(), ("norm",))],
        inputs={"input": (3, 8, 8)},
        outputs=("relu",),
        preprocess=Preprocess((3, 8, 8)),
    )


def test_settled_statistics_are_those_of_the_plain_pictures(network):
    pictures = np.random.default_rng(1).integers(0, 256, (300, 8, 8, 3), np.uint8)
    norm = recalibrate_batch_norm(network, pictures).node("norm").op
    x = network.preprocess.normalise(pictures).astype(np.float64)
    np.testing.assert_allclose(norm.mean, x.mean((0, 2, 3)), rtol=1e-4)
    np.testing.assert_allclose(norm.var, x.var((0, 2, 3), ddof=1), rtol=1e-4)


def test_every_class_is_in_every_batch(network, monkeypatch):
    # Pictures come sorted by class; a batch of one class would be normalised by that class alone.
    monkeypatch.setattr(recalibrate, "RECALIBRATION_BATCH", 10)
    pictures = np.repeat(np.array([0, 255], np.uint8), 50)[:, None, None, None]
    norm = (
        recalibrate_batch_norm(network, np.broadcast_to(pictures, (100, 8, 8, 3))).node("norm").op
    )
    np.testing.assert_allclose(norm.mean, 0, atol=1e-6)


def test_weights_and_the_given_network_stay_as_they_are():
    before = shapes.network()
    pictures = shapes.dataset(6).pictures
    held = {name: array.copy() for name, array in before.buffers().items()}
    after = recalibrate_batch_norm(before, pictures)
    for name, array in before.parameters().items():
        np.testing.assert_array_equal(after.parameters()[name], array)
    for name, array in before.buffers().items():
        np.testing.assert_array_equal(array, held[name])
    assert any((after.buffers()[name] != array).any() for name, array in held.items())


def test_a_network_without_normalisation_has_nothing_to_settle(network):
    plain = Network([Node("relu", Relu(), ("input",))], inputs=network.inputs, outputs=("relu",))
    assert recalibrate_batch_norm(plain, np.zeros((4, 8, 8, 3), np.uint8)) is plain
