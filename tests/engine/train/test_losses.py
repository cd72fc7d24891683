"""Losses against PyTorch's numbers, textbook formulas and numerical gradients."""

import numpy as np
import pytest

from engine.errors import ShapeError
from engine.train.losses import LOSSES, cross_entropy, mean_squared_error, soft_targets

LOGITS = np.array([[2.0, -1.0, 0.5], [1000.0, 0.0, -1000.0], [0.1, 0.2, 0.3]])
LABELS = np.array([0, 1, 2])


def test_cross_entropy_equals_pytorchs():
    # torch.nn.functional.cross_entropy, version 2.13; the second row overflows a naive softmax.
    assert cross_entropy(LOGITS, LABELS)[0] == pytest.approx(333.7477513816288, rel=1e-12)
    assert cross_entropy(LOGITS, LABELS, 0.1)[0] == pytest.approx(333.80108471496214, rel=1e-12)


def test_cross_entropy_is_the_mean_of_minus_log_share():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(7, 4)), rng.integers(0, 4, 7)
    soft = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = -np.log(soft[np.arange(7), labels]).mean()
    assert cross_entropy(logits, labels)[0] == pytest.approx(expected, rel=1e-12)


def test_mean_squared_error_compares_with_one_hot_shares():
    outputs = np.array([[1.0, 0.0], [0.5, -1.0]])
    loss, gradient = mean_squared_error(outputs, np.array([0, 1]))
    assert loss == pytest.approx((0 + 0 + 0.25 + 4) / 4)
    np.testing.assert_allclose(gradient, [[0, 0], [0.25, -1.0]])


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("soft", [False, True], ids=["labels", "soft"])
def test_gradients_are_the_numerical_ones(name, smoothing, soft):
    rng = np.random.default_rng(1)
    outputs, targets = rng.normal(size=(5, 4)), rng.integers(0, 4, 5)
    if soft:
        targets = rng.dirichlet(np.ones(4), 5)
    _, gradient = LOSSES[name](outputs, targets, smoothing)
    for place in np.ndindex(outputs.shape):
        step = np.zeros_like(outputs)
        step[place] = 1e-6
        up, down = (LOSSES[name](outputs + s, targets, smoothing)[0] for s in (step, -step))
        assert gradient[place] == pytest.approx((up - down) / 2e-6, abs=1e-8)


@pytest.mark.parametrize("name", LOSSES)
def test_the_outputs_stay_and_the_dtype_is_kept(name):
    outputs = LOGITS.astype(np.float32)
    loss, gradient = LOSSES[name](outputs, LABELS, 0.1)
    np.testing.assert_array_equal(outputs, LOGITS.astype(np.float32))
    assert isinstance(loss, float)
    assert gradient.dtype == np.float32


def test_smoothed_shares_add_up_to_one():
    soft = soft_targets(LABELS, 3, 0.3, np.dtype(np.float64))
    np.testing.assert_allclose(soft, np.full((3, 3), 0.1) + 0.7 * np.eye(3))


@pytest.mark.parametrize("targets", [np.zeros(4, int), np.zeros((3, 2))])
def test_other_shapes_are_refused(targets):
    with pytest.raises(ShapeError, match="targets"):
        cross_entropy(LOGITS, targets)
