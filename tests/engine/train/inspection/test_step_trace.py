"""The step that is traced is the step that is made, and its numbers are those of an independent
calculation.
"""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ShapeError, TrainingError
from engine.network import Network, Node
from engine.ops import Dense, Dropout, Flatten, Tanh
from engine.train.clone import clone
from engine.train.config import TrainConfig
from engine.train.inspection.step_trace import trace_step, trace_step_of
from engine.train.loop import StepDone, next_batch, train
from engine.train.losses import LOSSES
from engine.train.optimisers import OPTIMISERS
from engine.train.state import TrainState
from engine.train.step import Step
from tests.engine.train import shapes

DATA = shapes.dataset(12)
CONFIG = replace(shapes.QUICK, weight_decay=0.01, ema_decay=0.9, learning_rate=0.01)


def trained(config, batches=2):
    """A state in the middle of its first epoch, between two steps."""
    state = TrainState(shapes.network(), config)
    running = train(DATA, state)
    for _ in range(batches):
        next(running)
    running.close()
    return state


def everything(state):
    arrays = {name: array.tobytes() for name, array in state.arrays().items()}
    return arrays, state.numbers()


@pytest.fixture(scope="module", params=OPTIMISERS)
def step(request):
    """The state before a step, the next batch, its trace, and the state afterwards."""
    config = replace(CONFIG, optimiser=request.param)
    state = trained(config)
    before = trained(config)
    batch = next_batch(DATA, state)
    return before, batch, trace_step(state, batch.x, batch.targets, batch.learning_rate), state


def test_it_leaves_the_state_as_the_step_would(step):
    before, batch, _, after = step
    alone = TrainState.restore(shapes.network(), before.arrays(), before.numbers())
    Step(alone, LOSSES[CONFIG.loss])(batch.x, batch.targets, batch.learning_rate)
    assert everything(alone) == everything(after)
    assert everything(alone) != everything(before)


@pytest.mark.parametrize("loss", LOSSES)
def test_it_leaves_the_state_as_the_loop_would(loss):
    config = replace(CONFIG, optimiser="adamw", loss=loss)
    examined, looped = TrainState(shapes.network(), config), TrainState(shapes.network(), config)
    running = train(DATA, looped)
    for _ in range(3):
        batch = next_batch(DATA, examined)
        step_trace = trace_step(examined, batch.x, batch.targets, batch.learning_rate)
        event = next(running)
        assert isinstance(event, StepDone)
        assert everything(examined) == everything(looped)
        assert (batch.step, batch.steps) == (event.step, event.steps)
        assert batch.learning_rate == event.learning_rate
        assert step_trace.loss == event.batch_loss
        assert step_trace.correct / len(batch.x) == event.batch_accuracy
    running.close()


def test_what_is_upcoming_says_who_is_in_it():
    plain = replace(CONFIG, augmentation=replace(CONFIG.augmentation, mirror=0.0, shift=0))
    state = trained(plain, 1)
    batch = next_batch(DATA, state)
    pictures = state.network.preprocess.normalise(DATA.pictures[batch.indices])
    np.testing.assert_allclose(batch.x, pictures, atol=1e-5)
    np.testing.assert_array_equal(batch.targets.argmax(1), DATA.labels[batch.indices])
    assert batch.step == 2


def test_nothing_is_upcoming_when_the_epoch_is_over():
    with pytest.raises(TrainingError, match="the epoch is over"):
        next_batch(DATA, trained(CONFIG, 3))
    state = trained(CONFIG, 4)  # the third step's epoch is closed
    assert next_batch(DATA, state).step == 4
    with pytest.raises(TrainingError, match="the epoch is over"):
        next_batch(DATA, trained(CONFIG, 4 * 4))


def test_the_update_is_the_one_that_was_made(step):
    before, _, step_trace, after = step
    assert step_trace.updates.keys() == before.network.parameters().keys()
    for name, update in step_trace.updates.items():
        np.testing.assert_array_equal(update.before, before.network.parameters()[name])
        np.testing.assert_array_equal(update.after, after.network.parameters()[name])
        np.testing.assert_array_equal(update.step, update.after - update.before)
        assert update.gradient is step_trace.gradients.params[name]
        for slot, (old, new) in update.slots.items():
            np.testing.assert_array_equal(old, before.optimiser.averages[slot][name])
            np.testing.assert_array_equal(new, after.optimiser.averages[slot][name])


def assert_close(mine, expected):
    """Equal to float32's rounding of the largest of them."""
    np.testing.assert_allclose(mine, expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())


def recalculated(optimiser, update, rate, options, steps):
    """The weight afterwards, from the numbers shown and the formulas of the papers, in float64."""
    g, w = update.gradient_with_decay.astype(float), update.decayed_weight.astype(float)
    old = {slot: a.astype(float) for slot, (a, _) in update.slots.items()}
    if optimiser == "sgd":
        return w - rate * g, {}, {}
    if optimiser in ("momentum", "nesterov"):
        velocity = options["momentum"] * old["velocity"] + g
        ahead = g + options["momentum"] * velocity if optimiser == "nesterov" else velocity
        return w - rate * ahead, {"velocity": velocity}, {}
    if optimiser == "rmsprop":
        square = options["alpha"] * old["square"] + (1 - options["alpha"]) * g**2
        return w - rate * g / (np.sqrt(square) + options["epsilon"]), {"square": square}, {}
    b1, b2 = options["beta1"], options["beta2"]
    memory = {
        "mean": b1 * old["mean"] + (1 - b1) * g,
        "square": b2 * old["square"] + (1 - b2) * g**2,
    }
    mean, square = memory["mean"] / (1 - b1**steps), memory["square"] / (1 - b2**steps)
    moved = w - rate * mean / (np.sqrt(square) + options["epsilon"])
    return moved, memory, {"mean": mean, "square": square}


def test_the_formulas_lead_from_the_numbers_shown_to_the_weight_shown(step):
    before, batch, step_trace, _ = step
    name = before.config.optimiser
    assert step_trace.steps == 3
    for parameter, update in step_trace.updates.items():
        decays = update.before.ndim > 1
        np.testing.assert_allclose(
            update.gradient_with_decay,
            update.gradient + 0.01 * update.before * (decays and name != "adamw"),
            atol=1e-7,
        )
        shrinks = 1 - batch.learning_rate * 0.01 * (decays and name == "adamw")
        np.testing.assert_allclose(update.decayed_weight, update.before * shrinks, rtol=1e-6)
        after, memory, corrected = recalculated(
            name, update, batch.learning_rate, step_trace.options, step_trace.steps
        )
        np.testing.assert_allclose(update.after, after, atol=2e-6, err_msg=parameter)
        assert update.slots.keys() == memory.keys()
        for slot, expected in memory.items():
            assert_close(update.slots[slot][1], expected)
        assert update.bias_corrected.keys() == corrected.keys()
        for slot, expected in corrected.items():
            assert_close(update.bias_corrected[slot], expected)


def test_the_numbers_shown_belong_to_the_networks_shown(step):
    """Each part of the batch, run again by itself, gives its rows of the trace and its share of the
    gradients.
    """
    _, batch, step_trace, _ = step
    network = without_draws(step_trace)
    totals = {name: np.zeros_like(a) for name, a in step_trace.gradients.params.items()}
    for part in step_trace.parts:
        here = part.pictures
        trace = network(step_trace.network, here).forward(batch.x[here], train=True)
        for name in trace:
            np.testing.assert_allclose(trace[name], step_trace.trace[name][here], atol=1e-5)
        _, gradient = LOSSES["cross_entropy"](trace["fc"], batch.targets[here], 0.0)
        gradient *= len(gradient) / len(batch.x)
        grads = network(step_trace.network, here).backward(trace, {"fc": gradient})
        for name, gradient in grads.values.items():
            np.testing.assert_allclose(step_trace.gradients.values[name][here], gradient, atol=1e-6)
        for name, gradient in grads.params.items():
            totals[name] += gradient
        again = network(step_trace.after, here).forward(batch.x[here], train=True)
        np.testing.assert_allclose(step_trace.trace_after["fc"][here], again["fc"], atol=1e-5)
    for name, gradient in step_trace.gradients.params.items():
        np.testing.assert_allclose(gradient, totals[name], atol=1e-6)


def without_draws(step_trace):
    """Networks whose dropout does nothing but multiply by the mask that the step trace kept."""

    def network(of, here):
        return of.replaced({"dropout": Kept(step_trace.trace.caches["dropout"][here])})

    class Kept(Dropout):
        def __init__(self, mask):
            super().__init__()
            object.__setattr__(self, "mask", mask)

        def forward(self, *xs, train=False):
            return xs[0] * self.mask, self.mask

    return network


def test_the_losses_are_those_of_each_picture(step):
    _, batch, step_trace, _ = step
    for loss, losses, trace in (
        (step_trace.loss, step_trace.losses, step_trace.trace),
        (step_trace.loss_after, step_trace.losses_after, step_trace.trace_after),
    ):
        logits = trace["fc"].astype(float)
        log_probabilities = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        np.testing.assert_allclose(losses, -(batch.targets * log_probabilities).sum(1), rtol=1e-5)
        assert loss == pytest.approx(losses.mean(), rel=1e-5)
    assert step_trace.correct == (step_trace.trace["fc"].argmax(1) == batch.targets.argmax(1)).sum()


def test_a_step_trace_keeps_arrays_of_its_own(step):
    _, _, step_trace, state = step
    live = list(state.arrays().values())
    kept = [*step_trace.network.parameters().values(), *step_trace.after.parameters().values()]
    kept += [
        a for update in step_trace.updates.values() for pair in update.slots.values() for a in pair
    ]
    assert not any(np.shares_memory(mine, theirs) for mine in kept for theirs in live)


@pytest.mark.parametrize("name", ["conv1", "norm1", "relu1", "pool1", "dropout", "fc", "softmax"])
def test_an_explanation_adds_up_to_the_number_of_this_step(step, name):
    step_trace = step[2]
    rng = np.random.default_rng(0)
    for picture in (0, len(step_trace.losses) - 1):
        index = (picture, *(int(rng.integers(n)) for n in step_trace.trace[name].shape[1:]))
        why = step_trace.explain(name, index)
        assert why.result == pytest.approx(float(step_trace.trace[name][index]))
        assert why.bias + why.contributions.sum() == pytest.approx(why.result, abs=1e-4)


def test_a_place_that_is_not_there_cannot_be_explained(step):
    step_trace = step[2]
    for name in ("norm1", "dropout", "fc"):
        with pytest.raises(ShapeError, match="no position"):
            step_trace.explain(name, (0, 10_000))
    with pytest.raises(IndexError, match="no picture 99"):
        step_trace.part_of(99)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_one_picture_takes_one_step_of_inference(optimiser):
    network = clone(trained(CONFIG).network).freeze()
    start = shapes.weights(network)
    x = network.preprocess.normalise(DATA.pictures[:1])
    targets = np.array([[0, 1, 0]], np.float32)
    config = TrainConfig(optimiser=optimiser, learning_rate=0.001, weight_decay=0.0)
    step_trace = trace_step_of(network, x, targets, config)
    assert shapes.weights(network) == start == shapes.weights(step_trace.network)
    np.testing.assert_array_equal(step_trace.trace["fc"], network.forward(x)["fc"])
    np.testing.assert_array_equal(step_trace.trace_after["fc"], step_trace.after.forward(x)["fc"])
    assert step_trace.loss_after < step_trace.loss
    for name, array in step_trace.after.buffers().items():
        np.testing.assert_array_equal(array, network.buffers()[name])
    for name in ("norm1", "dropout", "fc"):
        why = step_trace.explain(name, (0, *(0 for _ in step_trace.trace[name].shape[1:])))
        assert why.bias + why.contributions.sum() == pytest.approx(why.result, abs=1e-4)


def test_the_weights_move_as_calculated_by_hand():
    """Two pixels, two weights, one tanh and the mean squared error, worked out with a pocket
    calculator's means.
    """
    x = np.array([[[[1.0, 2.0]]]])
    network = Network(
        [
            Node("flatten", Flatten(), ("input",)),
            Node("z", Dense(np.array([[0.5, -0.25]]), np.array([0.1])), ("flatten",)),
            Node("a", Tanh(), ("z",)),
        ],
        inputs={"input": (1, 1, 2)},
        outputs=("a",),
    )
    config = TrainConfig(
        loss="mean_squared_error", optimiser="sgd", learning_rate=0.5, weight_decay=0.0
    )
    step_trace = trace_step_of(network, x, np.array([[1.0]]), config)
    a = np.tanh(0.1)  # z = 0.5 · 1 − 0.25 · 2 + 0.1
    gradient = 2 * (a - 1) * (1 - a * a)
    assert step_trace.loss == pytest.approx((a - 1) ** 2)
    assert step_trace.gradients.values["z"] == pytest.approx(np.array([[gradient]]))
    after = step_trace.after.parameters()
    assert after["z.weight"] == pytest.approx(np.array([[0.5 - 0.5 * gradient, -0.25 - gradient]]))
    assert after["z.bias"] == pytest.approx(np.array([0.1 - 0.5 * gradient]))
