"""The loop: it learns, it repeats itself, and it goes on exactly where it was stopped."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import TrainingError
from engine.ops import BatchNorm
from engine.train import checkpoint
from engine.train.augment import Augmentation
from engine.train.clone import replace_nodes
from engine.train.config import TrainConfig
from engine.train.data import Dataset
from engine.train.loop import EpochDone, Finished, StepDone, train
from engine.train.state import TrainState
from tests.engine.train import shapes

DATA = shapes.dataset()
SMALL = shapes.dataset(12)
STEPS = 4 * 11  # 162 pictures to train on, in batches of at most 16, for four epochs


def finished(config, data=DATA):
    """A state trained to the end."""
    state = TrainState(shapes.network(), config)
    for _ in train(data, state):
        pass
    return state


def records(state):
    """The history without what a clock says."""
    return [replace(record, seconds=0.0) for record in state.history]


def everything(state):
    return {name: array.tobytes() for name, array in state.arrays().items()}


@pytest.fixture(scope="module")
def events():
    return list(train(DATA, TrainState(shapes.network(), shapes.QUICK)))


def test_it_learns_to_tell_shapes_apart(events):
    epochs = [event.record for event in events if isinstance(event, EpochDone)]
    assert epochs[-1].train_loss < 0.6 * epochs[0].train_loss
    assert epochs[-1].validation_loss < 0.5 * epochs[0].validation_loss
    assert epochs[-1].validation_accuracy > 0.9


def test_the_events_tell_the_whole_story(events):
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [event.step for event in steps] == list(range(1, STEPS + 1))
    assert {event.steps for event in steps} == {STEPS}
    assert [event.epoch for event in steps] == np.repeat([1, 2, 3, 4], 11).tolist()
    assert all(event.images_per_second > 0 and 0 <= event.accuracy <= 1 for event in steps)
    assert max(event.learning_rate for event in steps) == pytest.approx(0.02, rel=0.02)
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [1, 2, 3, 4]
    assert isinstance(events[-1], Finished)
    last = [event for event in steps if event.epoch == 2][-1]
    record = next(e.record for e in events if isinstance(e, EpochDone) and e.epoch == 2)
    assert (record.train_loss, record.train_accuracy) == (last.loss, last.accuracy)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    config = replace(shapes.QUICK, epochs=1)
    first, again = finished(config), finished(config)
    assert everything(first) == everything(again)
    assert records(first) == records(again)
    other = finished(replace(config, seed=4))
    assert everything(first) != everything(other)


CONFIGS = {
    "nesterov": replace(shapes.QUICK, epochs=2),
    "adamw, ema, mixing": replace(
        shapes.QUICK,
        epochs=2,
        optimiser="adamw",
        learning_rate=0.003,
        ema_decay=0.9,
        augmentation=Augmentation.from_text("strong,mixup=0.3,cutmix=0.3"),
    ),
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
@pytest.mark.parametrize("stop", [1, 4, 5, 6, 9], ids=lambda n: f"after {n} events")
def test_a_saved_state_goes_on_exactly(tmp_path, config, stop):
    # 33 pictures, three batches an epoch: events 4 and 8 end an epoch, the others fall into the
    # middle of one.
    whole = finished(config, SMALL)

    state = TrainState(shapes.network(), config)
    running = train(SMALL, state)
    for _ in range(stop):
        next(running)
    checkpoint.save(state, tmp_path / "c")
    running.close()

    saved = checkpoint.load(tmp_path / "c")
    resumed = TrainState.restore(shapes.network(seed=99), saved.arrays, saved.numbers)
    for _ in train(SMALL, resumed):
        pass
    assert everything(resumed) == everything(whole)
    assert records(resumed) == records(whole)


def test_refining_epochs_do_without_mixing():
    plain = replace(shapes.QUICK, epochs=2)
    mixed = replace(plain, augmentation=replace(plain.augmentation, cutmix=1.0))
    never, first_epoch_only, always = (replace(mixed, final_unmixed_epochs=n) for n in (2, 1, 0))
    assert everything(finished(never)) == everything(finished(plain))
    shown = [finished(config).history for config in (first_epoch_only, always)]
    assert shown[0][0].train_loss == shown[1][0].train_loss
    assert shown[0][1].train_loss < shown[1][1].train_loss


def test_a_finished_training_restored_has_nothing_left_to_do(tmp_path):
    state = finished(replace(shapes.QUICK, epochs=1), SMALL)
    checkpoint.save(state, tmp_path / "c")
    saved = checkpoint.load(tmp_path / "c")
    restored = TrainState.restore(shapes.network(), saved.arrays, saved.numbers)
    (event,) = train(SMALL, restored)
    for name, array in state.network.parameters().items():
        np.testing.assert_array_equal(event.network.parameters()[name], array)


def test_what_is_finished_is_the_average_if_there_is_one():
    config = replace(shapes.QUICK, epochs=1, ema_decay=0.9)
    state = TrainState(shapes.network(), config)
    *_, last = train(SMALL, state)
    for name, array in state.ema.parameters().items():
        np.testing.assert_array_equal(last.network.parameters()[name], array)


def test_without_validation_there_is_nothing_to_report():
    (record,) = finished(replace(shapes.QUICK, epochs=1, validation_fraction=0.0), SMALL).history
    assert record.validation_loss is record.validation_accuracy is None


def test_the_mean_squared_error_teaches_too():
    config = replace(shapes.QUICK, loss="mean_squared_error")
    history = finished(config).history
    assert history[-1].validation_accuracy > 0.8


def test_a_loop_that_is_left_leaves_no_thread_behind():
    running = train(DATA, TrainState(shapes.network(), shapes.QUICK))
    next(running)
    running.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("augment")]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_loss_that_is_no_number_ends_the_training():
    with pytest.raises(TrainingError, match="learning rate below 1e\\+15"):
        finished(replace(shapes.QUICK, learning_rate=1e15, schedule="constant"), SMALL)


def test_a_resumed_training_wants_the_same_pictures():
    state = TrainState(shapes.network(), shapes.QUICK)
    next(train(SMALL, state))
    with pytest.raises(TrainingError, match="not the pictures"):
        next(train(shapes.dataset(12, seed=1), state))


def test_a_network_that_does_not_fit_the_pictures_is_refused():
    four = Dataset(SMALL.pictures, SMALL.labels, (*SMALL.classes, "ring"))
    with pytest.raises(TrainingError, match="3 classes apart, the pictures have 4"):
        next(train(four, TrainState(shapes.network(), shapes.QUICK)))
    smaller = Dataset(SMALL.pictures[:, :8], SMALL.labels, SMALL.classes)
    with pytest.raises(TrainingError, match="16 × 16 pictures, not 16 × 8"):
        next(train(smaller, TrainState(shapes.network(), shapes.QUICK)))
    bare = shapes.network()
    bare = type(bare)(bare.nodes, inputs=bare.inputs, outputs=bare.outputs)
    with pytest.raises(TrainingError, match="preprocessed"):
        next(train(SMALL, TrainState(bare, shapes.QUICK)))


def test_a_state_does_not_fit_another_network():
    state = TrainState(shapes.network(), shapes.QUICK)
    network = shapes.network()
    fewer = replace_nodes(
        network,
        nodes=[n for n in network.nodes if n.name not in ("fc", "softmax")],
        outputs=("dropout",),
    )
    with pytest.raises(TrainingError, match="another shape"):
        TrainState.restore(fewer, state.arrays(), state.numbers())


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": "hinge"},
        {"optimiser": "lion"},
        {"schedule": "linear"},
        {"epochs": 0},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"weight_decay": -1.0},
        {"seed": -1},
        {"validation_fraction": 1.0},
        {"label_smoothing": -0.1},
        {"ema_decay": 1.0},
        {"final_unmixed_epochs": -1},
        {"epochs": 3, "final_unmixed_epochs": 4},
    ],
    ids=str,
)
def test_a_choice_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(TrainingError):
        TrainConfig(**wrong)


def test_batch_normalisation_with_batches_of_one_is_refused_in_words():
    config = replace(shapes.QUICK, batch_size=1)
    with pytest.raises(TrainingError, match=r"two pictures or more.*Raise batch_size"):
        next(train(shapes.dataset(4), TrainState(shapes.network(), config)))


def test_batches_of_one_are_learned_from_without_it():
    network = shapes.without(shapes.network(), BatchNorm)
    state = TrainState(network, replace(shapes.QUICK, batch_size=1, epochs=1))
    steps = [e for e in train(shapes.dataset(4), state) if isinstance(e, StepDone)]
    assert len(steps) == 9  # one of four is held out of each class


def test_a_config_survives_json():
    config = CONFIGS["adamw, ema, mixing"]
    assert TrainConfig.from_dict(config.to_dict()) == config
