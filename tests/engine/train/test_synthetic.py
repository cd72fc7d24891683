"""The drawn sets: the same ones for a seed, all classes alike in number, nothing told by colour,
and learned in seconds.
"""

import numpy as np
import pytest

from engine.errors import TrainingError
from engine.train.augment import NONE
from engine.train.config import TrainConfig
from engine.train.loop import EpochDone, train
from engine.train.state import TrainState
from engine.train.synthetic import SETS, draw
from engine.train.synthetic.pens import curved, distance
from engine.train.synthetic.shapes import _seen_from, _star
from engine.zoo import layer_spec


@pytest.fixture(scope="module", params=SETS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def dataset(name):
    return draw(name)


def test_a_set_is_what_its_info_says(name, dataset):
    info = SETS[name]
    assert dataset.pictures.shape == (info.pictures, 32, 32, 3)
    assert dataset.classes == info.classes
    assert np.bincount(dataset.labels).tolist() == [info.per_class] * len(info.classes)
    assert 2_500 <= info.pictures <= 3_500


def test_the_same_seed_draws_the_same_pictures(name, dataset):
    assert draw(name).digest == dataset.digest
    assert draw(name, seed=1).digest != dataset.digest


def test_no_two_pictures_are_the_same(dataset):
    assert len({picture.tobytes() for picture in dataset.pictures}) == len(dataset.pictures)


def test_something_stands_out_on_every_picture(dataset):
    light = dataset.pictures.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    ground = np.median(light, axis=(1, 2), keepdims=True)
    away = np.abs(light - ground).reshape(len(light), -1)
    strongest = np.sort(away, axis=1)[:, -8:].mean(axis=1)
    assert strongest.min() > 35


def test_colour_does_not_tell_the_class(dataset):
    """The classes' mean colours are as near to each other as chance allows."""
    means = [dataset.pictures[dataset.labels == k].mean(axis=(0, 1, 2)) for k in range(8)]
    assert np.ptp(np.stack(means), axis=0).max() < 35


def test_an_unknown_set_is_refused():
    with pytest.raises(TrainingError, match="shapes, digits, strokes"):
        draw("faces")


def test_a_curve_goes_through_its_points():
    points = np.random.default_rng(0).random((3, 5, 2))
    places = curved(points)
    for point in range(5):
        np.testing.assert_allclose(places[:, 4 * point], points[:, point], atol=1e-12)
    around = curved(points, closed=True)
    np.testing.assert_allclose(around[:, 0], around[:, -1], atol=1e-12)


def test_the_distance_to_a_line_is_that_to_its_nearest_place():
    rng = np.random.default_rng(1)
    places = rng.uniform(0, 16, (2, 4, 2))
    away = distance(places, 16, np.array([1.0, 2.0]))
    share = np.linspace(0, 1, 2001)[:, None]
    for picture in range(2):
        ends = zip(places[picture, :-1], places[picture, 1:], strict=True)
        dense = np.concatenate([a + share * (b - a) for a, b in ends])
        for y, x in ((0, 0), (7, 3), (15, 11)):
            nearest = np.hypot(*(dense - (x + 0.5, y + 0.5)).T).min()
            assert away[picture, y, x] == pytest.approx(nearest - (picture + 1), abs=0.01)


def test_a_distance_to_a_figure_grows_by_one_a_pixel():
    still = np.zeros(1)
    radius = np.full(1, 10.0)
    x, y = _seen_from(np.full((1, 2), 32.0), still, radius, 64)
    away = _star(x, y)[0] * 10
    slope = np.hypot(*np.gradient(away))
    assert np.median(slope) == pytest.approx(1, abs=0.02)
    assert away[32, 32] < 0 < away[2, 2]


def test_a_small_network_learns_a_set_in_seconds():
    dataset = draw("strokes")
    config = TrainConfig(
        epochs=3,
        batch_size=32,
        optimiser="adam",
        learning_rate=0.005,
        schedule="cosine",
        weight_decay=0,
        label_smoothing=0,
        augmentation=NONE,
    )
    rng = np.random.default_rng(0)
    network = layer_spec.build(layer_spec.DEFAULT_LAYERS, dataset.classes, rng=rng)
    epochs = [e for e in train(dataset, TrainState(network, config)) if isinstance(e, EpochDone)]
    assert epochs[-1].record.validation_accuracy >= 0.95
