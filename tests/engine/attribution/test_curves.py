"""Deletion and insertion: where the curves begin and end, that order matters, and what a blind map
is worth.
"""

import numpy as np
import pytest

import engine
from engine.attribution import attribute, curves, random_map
from engine.attribution.curves import STEPS, blurred
from engine.errors import AttributionError
from tests.engine.attribution.targets import SAMPLE_FILES, linear, photo
from tests.engine.networks import network, pictures


def test_deletion_begins_with_the_photo_and_ends_with_nothing():
    net, x = network("float64"), pictures(1, "float64")
    found = curves(net, x, random_map((13, 14)), target=3)
    answers = net.forward(np.concatenate([x, np.zeros_like(x), blurred(x)]))["softmax"][:, 3]
    assert found.deletion[[0, -1]] == pytest.approx(answers[:2])
    assert found.insertion[[0, -1]] == pytest.approx(answers[[2, 0]])
    assert found.fractions[[0, -1]].tolist() == [0, 1]
    assert len(found.fractions) == len(found.deletion) == len(found.insertion) == STEPS + 1


def test_the_most_important_pixels_go_first():
    """Of a weighted sum the curve is known: the products, largest first, taken off one by one."""
    net = linear((1, 2, 5), name="angles")
    x = np.random.default_rng(0).standard_normal((1, 1, 2, 5))
    products = net.parameters()["angles.weight"][1].reshape(2, 5) * x[0, 0]
    found = curves(net, x, products, target=1, steps=10)
    largest_first = np.sort(products.ravel())[::-1]
    expected = products.sum() - np.concatenate([[0], np.cumsum(largest_first)])
    np.testing.assert_allclose(found.deletion, expected, atol=1e-12)
    assert found.deletion_area == pytest.approx((expected[1:] + expected[:-1]).mean() / 2)
    backwards = curves(net, x, -products, target=1, steps=10)
    assert backwards.deletion_area > found.deletion_area


def test_raw_scores_are_told_as_probabilities():
    net, x = linear((1, 2, 5)), np.random.default_rng(0).standard_normal((1, 1, 2, 5))
    found = curves(net, x, random_map((2, 5)), target=1, steps=10)
    powers = np.exp(net.forward(np.concatenate([x, np.zeros_like(x)]))["scores"])
    assert found.deletion[[0, -1]] == pytest.approx(powers[:, 1] / powers.sum(1))
    assert min(*found.deletion, *found.insertion) > 0
    assert max(*found.deletion, *found.insertion) < 1


def test_equal_values_go_in_the_order_of_reading():
    net, x = linear((1, 2, 5)), np.random.default_rng(0).standard_normal((1, 1, 2, 5))
    flat = curves(net, x, np.zeros((2, 5)), target=1, steps=10)
    counted = curves(net, x, -np.arange(10.0).reshape(2, 5), target=1, steps=10)
    assert (flat.deletion == counted.deletion).all()
    assert (flat.insertion == counted.insertion).all()


def test_a_map_may_have_fewer_pixels_than_steps():
    found = curves(linear((1, 1, 3)), np.ones((1, 1, 1, 3)), np.zeros((1, 3)), steps=7)
    assert (np.diff(found.fractions) >= 0).all()
    assert found.fractions[-1] == 1


@pytest.mark.parametrize("file", SAMPLE_FILES)
def test_integrated_gradients_know_more_than_a_blind_map(file):
    net = engine.load("everyday")
    x = photo(net, file)
    told = curves(net, x, attribute(net, x, "integrated_gradients", steps=32).values)
    blind = [curves(net, x, random_map((64, 64), seed)) for seed in range(3)]
    assert told.insertion_area > max(one.insertion_area for one in blind)
    gaps = [one.insertion_area - one.deletion_area for one in blind]
    assert told.insertion_area - told.deletion_area > max(gaps)


def test_a_tick_hears_of_both_curves():
    ticks = []
    curves(network(), pictures(1), random_map((13, 14)), steps=4, tick=lambda *at: ticks.append(at))
    assert ticks[0] == (0, 10)
    assert ticks[-1] == (10, 10)


def test_a_blurred_picture_keeps_its_mean_colour_and_loses_its_detail():
    flat = np.full((1, 3, 13, 14), 0.7)
    np.testing.assert_allclose(blurred(flat), flat)
    x = pictures(1, "float64")
    assert blurred(x).std() < x.std() / 2


def test_what_does_not_fit_is_refused():
    with pytest.raises(AttributionError, match=r"map of \(13, 14\) is expected, got \(14, 13\)"):
        curves(network(), pictures(1), np.zeros((14, 13)))
    with pytest.raises(AttributionError, match="at least 1 step"):
        curves(network(), pictures(1), np.zeros((13, 14)), steps=0)
