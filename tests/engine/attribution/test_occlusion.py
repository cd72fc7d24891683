"""Occlusion against a loop over windows, one picture at a time."""

import numpy as np
import pytest

from engine.attribution import target
from engine.attribution.occlusion import occlusion, window_and_stride
from engine.attribution.target import make_target
from engine.errors import AttributionError
from tests.engine.attribution.targets import branched, linear


def one_by_one(asking, window, stride):
    height, width = asking.size
    score = asking.scores(asking.x)[0]
    drops = [[[] for _ in range(width)] for _ in range(height)]
    tops = sorted({min(i * stride, height - window) for i in range(height)})
    lefts = sorted({min(i * stride, width - window) for i in range(width)})
    for top in tops:
        for left in lefts:
            covered = asking.x.copy()
            covered[0, :, top : top + window, left : left + window] = asking.baseline[
                0, :, top : top + window, left : left + window
            ]
            drop = score - asking.scores(covered)[0]
            for y in range(top, top + window):
                for x in range(left, left + window):
                    drops[y][x].append(drop)
    return np.array([[np.mean(cell) for cell in row] for row in drops])


@pytest.mark.parametrize(("window", "stride"), [(1, 1), (3, 2), (4, 4), (5, 3), (13, 13)])
@pytest.mark.parametrize("most", [64, 7])
def test_every_pixel_has_the_mean_drop_of_its_windows(window, stride, most, monkeypatch):
    monkeypatch.setattr(target, "MOST_PICTURES", most)
    asking = branched()
    expected = one_by_one(asking, window, stride)
    np.testing.assert_allclose(occlusion(asking, window, stride), expected, atol=1e-12)


def test_the_picture_is_covered_with_the_baseline():
    asking = branched()
    noise = np.random.default_rng(3).standard_normal(asking.x.shape)
    other = make_target(asking.network, asking.x, 2, noise, None)
    np.testing.assert_allclose(occlusion(other, 4, 2), one_by_one(other, 4, 2), atol=1e-12)


def test_pixel_by_pixel_in_a_weighted_sum_it_is_the_products():
    net, x = linear(), np.random.default_rng(0).standard_normal((1, 1, 4, 6))
    weight = net.parameters()["scores.weight"][1].reshape(4, 6)
    np.testing.assert_allclose(
        occlusion(make_target(net, x, 1, None, None), 1, 1), weight * x[0, 0]
    )


@pytest.mark.parametrize(
    ("size", "given", "expected"),
    [
        ((64, 64), (None, None), (8, 4)),
        ((224, 300), (None, None), (28, 14)),
        ((5, 3), (None, None), (1, 1)),
        ((64, 64), (20, None), (20, 10)),
        ((64, 64), (None, 3), (8, 3)),
    ],
)
def test_defaults_follow_the_size(size, given, expected):
    found = window_and_stride(size, *given)
    assert (found["window"], found["stride"]) == expected


def test_what_does_not_fit_is_refused():
    with pytest.raises(AttributionError, match="window must be from 1 to 48 pixels, got 50"):
        window_and_stride((64, 48), 50, None)
    with pytest.raises(AttributionError, match=r"stride must be from 1 to 8.*got 9"):
        window_and_stride((64, 64), 8, 9)
