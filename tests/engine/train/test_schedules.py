"""The learning rate over time."""

import numpy as np
import pytest

from engine.train.schedules import SCHEDULES, constant, cosine, one_cycle

# torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=20), version 2.13.
ONE_CYCLE_OF_20 = [
    *(0.04, 0.13167184, 0.37167184, 0.66832816, 0.90832816, 1.0, 0.98746401, 0.95048463),
    *(0.89091618, 0.81174565, 0.716943, 0.61126202, 0.500002, 0.38874198, 0.283061),
    *(0.18825835, 0.10908782, 0.04951937, 0.01253999, 4e-06),
]


def test_one_cycle_equals_pytorchs():
    np.testing.assert_allclose([one_cycle(i, 20) for i in range(20)], ONE_CYCLE_OF_20, atol=1e-8)


def test_cosine_rises_for_a_twentieth_and_ends_near_zero():
    factors = [cosine(step, 200) for step in range(200)]
    assert factors[:11] == pytest.approx([*np.arange(1, 11) / 11, 1.0])
    assert factors[10 + 95] == pytest.approx(0.5)
    assert 0 < factors[-1] < 1e-3
    assert np.all(np.diff(factors[10:]) < 0)


def test_constant_is_constant():
    assert {constant(step, 50) for step in range(50)} == {1.0}


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("total", [1, 2, 3, 4, 7, 100])
def test_factors_lie_between_zero_and_one_however_short_the_training(name, total):
    factors = [SCHEDULES[name](step, total) for step in range(total)]
    assert min(factors) > 0
    assert max(factors) <= 1
