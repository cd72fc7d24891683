"""Three steps of every optimiser against PyTorch's numbers, and what a step leaves alone."""

import tracemalloc

import numpy as np
import pytest

from engine.errors import TrainingError
from engine.train.optimisers import OPTIMISERS

WEIGHT, BIAS = [[0.5, -1.0], [2.0, 0.25]], [0.1, -0.2]
GRADIENTS = [
    ([[0.3, -0.2], [0.05, 1.0]], [0.4, -0.6]),
    ([[-0.1, 0.7], [0.2, -0.5]], [-0.3, 0.2]),
    ([[0.25, 0.1], [-0.9, 0.0]], [0.05, 1.5]),
]
# torch.optim 2.13 in float64, learning rate 0.1, all else as by default: the weight's four numbers
# and the bias's two, without weight decay and with 0.05 on the weight. Regenerate: the six
# optimisers over WEIGHT, BIAS, GRADIENTS.
PYTORCH = {
    "sgd": (
        [0.455, -1.06, 2.065, 0.2, 0.085, -0.31],
        [0.4477866875, -1.044924375, 2.035299625, 0.1970162187, 0.085, -0.31],
    ),
    "momentum": (
        [0.4127, -1.0888, 2.03845, 0.074, 0.0436, -0.2254],
        [0.3992541875, -1.060899375, 1.982784625, 0.0686649687, 0.0436, -0.2254],
    ),
    "nesterov": (
        [0.37643, -1.13992, 2.099605, 0.0416, 0.03424, -0.33286],
        [0.3578399771, -1.0997847131, 2.0204262779, 0.0358548132, 0.03424, -0.33286],
    ),
    "rmsprop": (
        [-0.8061530746, -1.0986935438, 1.0045862785, -0.3009866853, -0.3983888986, -0.4404210808],
        [-0.7153897633, -1.0136420312, 1.0925614579, -0.2669811268, -0.3983888986, -0.4404210808],
    ),
    "adam": (
        [0.2960773294, -1.0025570189, 1.8585764497, 0.1027783673, -0.022164621, -0.1068398189],
        [0.2842887479, -0.9856187628, 1.8341819218, 0.1005642348, -0.022164621, -0.1068398189],
    ),
    "adamw": (
        [0.2960773294, -1.0025570189, 1.8585764497, 0.1027783673, -0.022164621, -0.1068398189],
        [0.2898123761, -0.9883636247, 1.8301658877, 0.1001777546, -0.022164621, -0.1068398189],
    ),
}


def parameters(dtype=np.float64):
    return {"w": np.array(WEIGHT, dtype), "b": np.array(BIAS, dtype)}


def gradients(step, dtype=np.float64):
    w, b = GRADIENTS[step]
    return {"w": np.array(w, dtype), "b": np.array(b, dtype)}


def numbers(params):
    return [*params["w"].ravel(), *params["b"]]


def test_every_optimiser_is_compared():
    assert PYTORCH.keys() == OPTIMISERS.keys()


@pytest.mark.parametrize("name", PYTORCH)
@pytest.mark.parametrize("weight_decay", [0.0, 0.05])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_three_steps_equal_pytorchs(name, weight_decay, dtype):
    params = parameters(dtype)
    optimiser = OPTIMISERS[name](params, weight_decay=weight_decay)
    for step in range(3):
        optimiser.step(gradients(step, dtype), 0.1)
    expected = PYTORCH[name][1 if weight_decay else 0]
    # RMSProp's and Adam's first steps divide by the gradient, so float32 keeps six digits.
    np.testing.assert_allclose(
        numbers(params), expected, atol=1e-9 if dtype == np.float64 else 2e-6
    )


@pytest.mark.parametrize("name", OPTIMISERS)
def test_memory_order_does_not_matter_and_is_kept(name):
    plain, turned = parameters(), parameters()
    turned["w"] = np.asfortranarray(turned["w"])
    w = turned["w"]
    for params in (plain, turned):
        optimiser = OPTIMISERS[name](params, weight_decay=0.05)
        for step in range(3):
            optimiser.step(gradients(step), 0.1)
    assert turned["w"] is w
    np.testing.assert_array_equal(plain["w"], w)
    averages = [a["w"] for a in optimiser.averages.values()]
    assert all(a.flags.f_contiguous and not a.flags.c_contiguous for a in averages)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_gradients_stay_as_they_are(name):
    optimiser = OPTIMISERS[name](parameters(), weight_decay=0.05)
    given = gradients(0)
    optimiser.step(given, 0.1)
    np.testing.assert_array_equal(numbers(given), numbers(gradients(0)))


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_step_allocates_nothing_of_a_parameters_size(name):
    params = {"w": np.ones((256, 256), np.float32)}
    given = {"w": np.full((256, 256), 0.5, np.float32)}
    optimiser = OPTIMISERS[name](params, weight_decay=0.05)
    optimiser.step(given, 0.1)
    tracemalloc.start()
    optimiser.step(given, 0.1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < params["w"].nbytes / 8


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_restored_optimiser_goes_on_exactly(name):
    through, resumed = parameters(np.float32), parameters(np.float32)
    optimiser = OPTIMISERS[name](through)
    for step in range(3):
        optimiser.step(gradients(step, np.float32), 0.1)

    before = OPTIMISERS[name](resumed)
    before.step(gradients(0, np.float32), 0.1)
    saved = {key: value.copy() for key, value in before.state().items()}
    after = OPTIMISERS[name](resumed)
    after.load_state(saved)
    for step in (1, 2):
        after.step(gradients(step, np.float32), 0.1)
    assert numbers(through) == numbers(resumed)


def test_another_optimisers_state_is_refused():
    with pytest.raises(TrainingError, match="another"):
        OPTIMISERS["adam"](parameters()).load_state(OPTIMISERS["sgd"](parameters()).state())
