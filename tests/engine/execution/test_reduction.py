"""Sums, products and extremes in parts are NumPy's own, to the last bit."""

import numpy as np
import pytest

from engine.execution import threads
from engine.execution.reduction import mean, reduced

SHAPES = {
    (4097,): [(0,)],
    (3, 1000): [(0,), (1,), (0, 1)],
    (7000, 5): [(0,), (1,)],
    (6, 300, 40): [(0,), (1,), (2,), (1, 2), (0, 2)],
    (1, 40, 50, 8): [(1, 2), (1,), (2,), (3,), (1, 3), (2, 3), (0, 1, 2, 3)],
}


@pytest.mark.parametrize("join", [np.add, np.multiply, np.maximum, np.minimum])
@pytest.mark.parametrize(
    ("shape", "axes"), [(shape, axes) for shape, every in SHAPES.items() for axes in every]
)
def test_a_large_value_is_reduced_in_parts(shape, axes, join, monkeypatch):
    monkeypatch.setattr(threads, "PIECE", 256)
    x = np.random.default_rng(1).uniform(0.9, 1.1, shape).astype(np.float32)
    expected = join.reduce(x, axis=axes, keepdims=True)
    apart = axes in [(0, 2), (1, 3)]  # whose products NumPy multiplies in another order
    tolerance = 1e-4 if apart and join is np.multiply else 0
    np.testing.assert_allclose(reduced(join, x, axes), expected, rtol=tolerance)
    if join is np.add:
        np.testing.assert_array_equal(mean(x, axes), x.mean(axis=axes, keepdims=True))


def test_what_is_no_number_stays_so(monkeypatch):
    monkeypatch.setattr(threads, "PIECE", 16)
    x = np.zeros((3, 100), np.float32)
    x[1, 50] = np.nan
    assert np.isnan(reduced(np.maximum, x, (1,))).ravel().tolist() == [False, True, False]
