"""One step: the parts of a batch together do what the whole batch would."""

from dataclasses import replace

import numpy as np
import pytest

from engine.ops import BatchNorm, Dropout
from engine.train.data import DROPOUT_STREAM, stream
from engine.train.losses import cross_entropy, soft_targets
from engine.train.state import TrainState
from engine.train.step import MICRO_BATCHES, Step
from tests.engine.train import shapes

PLAIN = replace(shapes.QUICK, optimiser="sgd", weight_decay=0.0)


def batch(count=9):
    data = shapes.dataset(count)
    x = shapes.network().preprocess.normalise(data.pictures)[::3]
    return x, soft_targets(data.labels[::3], 3, 0.0, np.dtype(np.float32))


@pytest.mark.parametrize("pictures", [1, 2, 9])
def test_the_parts_gradients_add_up_to_the_whole_batchs(pictures):
    network = shapes.without(shapes.network(), BatchNorm, Dropout)
    x, targets = (a[:pictures] for a in batch())
    trace = network.forward(x, train=True)
    loss, gradient = cross_entropy(trace["fc"], targets)
    whole = network.backward(trace, {"fc": gradient}).params
    before = {name: a.copy() for name, a in network.parameters().items()}

    state = TrainState(network, PLAIN)
    Step(state, cross_entropy)(x, targets, 1.0)
    for name, after in network.parameters().items():
        np.testing.assert_allclose(before[name] - after, whole[name], atol=2e-6)
    assert state.loss_sum == pytest.approx(loss * pictures, rel=1e-5)
    assert (state.seen, state.batch) == (pictures, 1)


def test_running_statistics_are_the_whole_batchs_as_in_pytorch():
    network = shapes.network()
    x, targets = batch()
    maps = network.forward(x)["conv1"].astype(np.float64)
    Step(TrainState(network, PLAIN), cross_entropy)(x, targets, 0.0)
    norm = network.node("norm1").op
    np.testing.assert_allclose(norm.mean, 0.1 * maps.mean((0, 2, 3)), atol=1e-6)
    np.testing.assert_allclose(norm.var, 0.9 + 0.1 * maps.var((0, 2, 3), ddof=1), atol=1e-5)


@pytest.mark.parametrize("count", [2, 3])
def test_no_picture_is_normalised_alone(count):
    """Alone, each value of a picture would be its own mean, and nothing would come through the
    normalisation.
    """
    x, targets = batch()
    state = TrainState(shapes.network(), PLAIN)
    parts = Step(state, cross_entropy).forward_backward(x[:count], targets[:count], keep=True)
    assert [part.trace[state.network.logits].shape[0] for part in parts] == [count]


def test_dropout_draws_by_its_place_in_the_training():
    x, targets = batch()

    def gradient(batches_before):
        network = shapes.without(shapes.network(dropout=0.5), BatchNorm)
        state = TrainState(network, PLAIN)
        state.batch = batches_before
        Step(state, cross_entropy)(x, targets, 1.0)
        return network.parameters()["fc.weight"].tobytes()

    assert gradient(0) == gradient(0) != gradient(1)


def test_parts_draw_different_dropout():
    network = shapes.network()
    place = [node.name for node in network.nodes].index("dropout")
    draws = {stream(0, DROPOUT_STREAM, 0, 0, part, place).random() for part in range(MICRO_BATCHES)}
    assert len(draws) == MICRO_BATCHES


def test_the_average_follows_the_weights_and_the_statistics():
    network = shapes.network()
    state = TrainState(network, replace(PLAIN, ema_decay=0.95))
    start = {name: a.copy() for name, a in (network.parameters() | network.buffers()).items()}
    Step(state, cross_entropy)(*batch(), 0.1)
    now, average = (n.parameters() | n.buffers() for n in (network, state.ema))
    kept = 2 / 11  # after one step: (1 + 1) / (10 + 1), below 0.95
    for name in now:
        expected = kept * start[name] + (1 - kept) * now[name]
        np.testing.assert_allclose(average[name], expected, atol=1e-6)
        assert not np.shares_memory(average[name], now[name])
    assert state.best is state.ema
