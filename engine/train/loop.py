"""The training loop: a generator of events that does not depend on files, terminals or HTTP.

    state = TrainState(network, config)
    for event in train(dataset, state):
        ...

Whoever runs the loop may stop between two events and save the state: a state restored goes on bit
for bit as if nothing had happened, because every random number is drawn from a stream named by its
place (seed, epoch, batch).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from time import perf_counter

import numpy as np

from engine.errors import TrainingError
from engine.network import Network
from engine.ops import BatchNorm
from engine.train.augment import augment, mix
from engine.train.batch_norm.recalibrate import recalibrate_batch_norm
from engine.train.config import TrainConfig
from engine.train.data import AUGMENT_STREAM, Dataset, batches, split_by_seed, stream
from engine.train.evaluate import evaluate
from engine.train.losses import LOSSES, soft_targets
from engine.train.schedules import SCHEDULES
from engine.train.state import EpochRecord, TrainState
from engine.train.step import Step
from engine.types import Array

PREFETCHED = 2  # batches made ready in the background while a step runs
Batch = tuple[Array, Array]  # x (N, 3, H, W) and the targets (N, K)


@dataclass(frozen=True)
class StepDone:
    """After each batch. Loss and accuracy are means over the epoch so far, on augmented pictures.

    ``batch_loss`` and ``batch_accuracy`` are those of this batch alone, before it was learned from.
    """

    step: int  # of the whole training, from 1
    steps: int  # of the whole training
    epoch: int  # from 1
    loss: float
    accuracy: float
    batch_loss: float
    batch_accuracy: float
    learning_rate: float
    images_per_second: float


@dataclass(frozen=True)
class EpochDone:
    """After each epoch."""

    epoch: int  # from 1
    epochs: int
    record: EpochRecord


@dataclass(frozen=True)
class Finished:
    """At the end. ``network`` is the one that validated, the EMA if there is one, with
    settled statistics.
    """

    network: Network


Event = StepDone | EpochDone | Finished


@dataclass(frozen=True, eq=False)
class PreparedBatch:
    """A batch before it is learned from: x (N, 3, H, W), the targets (N, K), and who is in
    it.

    ``indices`` (N,) are places in the whole dataset; where pictures were mixed, they name those
    that each began with.
    """

    x: Array
    targets: Array
    indices: Array
    learning_rate: float
    step: int  # of the whole training, from 1
    steps: int  # of the whole training


def train(dataset: Dataset, state: TrainState) -> Iterator[Event]:
    """Go on from ``state``, which belongs to the loop meanwhile and changes in place, to the last
    epoch.

    Raises TrainingError when the network does not fit the pictures, when a restored state comes
    with other pictures than it began with, and when the loss is no longer a number.
    """
    config = state.config
    _check_fit(state, dataset)
    for_training, for_validation = split_by_seed(
        dataset.labels, config.validation_fraction, config.seed
    )
    training, validation = dataset.take(for_training), dataset.take(for_validation)
    while state.epoch < config.epochs:
        began = perf_counter()
        yield from _epoch(training, state)
        record = _record(state, validation, began)
        state.close_epoch(record)
        yield EpochDone(state.epoch, config.epochs, record)
    yield Finished(recalibrate_batch_norm(state.best, training.pictures))


def next_batch(dataset: Dataset, state: TrainState) -> PreparedBatch:
    """The batch that ``state`` is about to learn from, the same one as in the loop. Changes
    nothing.

    Raises TrainingError as ``train`` does, and when no batch comes: after the last step of an
    epoch, until the loop has closed the epoch, and after the last epoch.
    """
    config = state.config
    _check_fit(state, dataset)
    for_training, _ = split_by_seed(dataset.labels, config.validation_fraction, config.seed)
    order = batches(len(for_training), config.batch_size, config.seed, state.epoch)
    if state.epoch == config.epochs or state.batch == len(order):
        raise TrainingError("no batch comes here: the epoch is over")
    done, total = state.epoch * len(order) + state.batch, config.epochs * len(order)
    chosen = for_training[order[state.batch]]
    x, targets = _prepare(dataset, state, chosen, state.epoch, state.batch)
    return PreparedBatch(x, targets, chosen, _learning_rate(config, done, total), done + 1, total)


def _epoch(training: Dataset, state: TrainState) -> Iterator[StepDone]:
    """The epoch's batches that are not yet done."""
    config = state.config
    order = batches(len(training.labels), config.batch_size, config.seed, state.epoch)
    total = config.epochs * len(order)
    step = Step(state, LOSSES[config.loss])
    began = perf_counter()
    for x, targets in _prefetched(training, state, order):
        done = state.epoch * len(order) + state.batch
        learning_rate = _learning_rate(config, done, total)
        outcome = step(x, targets, learning_rate)
        if not isfinite(state.loss_sum):
            raise TrainingError(
                f"the loss is no longer a number in epoch {state.epoch + 1}, batch {state.batch}: "
                f"try a learning rate below {config.learning_rate:g}"
            )
        yield StepDone(
            step=done + 1,
            steps=total,
            epoch=state.epoch + 1,
            loss=state.loss_sum / state.seen,
            accuracy=state.correct / state.seen,
            batch_loss=outcome.loss,
            batch_accuracy=outcome.correct / len(x),
            learning_rate=learning_rate,
            images_per_second=len(x) / (perf_counter() - began),
        )
        began = perf_counter()


def _learning_rate(config: TrainConfig, done: int, total: int) -> float:
    """That of the step after ``done`` of ``total`` steps."""
    return config.learning_rate * SCHEDULES[config.schedule](done, total)


def _prefetched(training: Dataset, state: TrainState, order: list[Array]) -> Iterator[Batch]:
    """The batches from ``state.batch`` on, prepared by a thread that stays a little ahead."""
    epoch = state.epoch
    with ThreadPoolExecutor(1, thread_name_prefix="augment") as background:
        jobs = (
            background.submit(_prepare, training, state, order[batch], epoch, batch)
            for batch in range(state.batch, len(order))
        )
        ready = deque(islice(jobs, PREFETCHED))
        while ready:
            prepared = ready.popleft().result()
            ready.extend(islice(jobs, 1))
            yield prepared


def _prepare(training: Dataset, state: TrainState, chosen: Array, epoch: int, batch: int) -> Batch:
    """One batch, augmented by the random numbers that belong to its place."""
    config, preprocess = state.config, state.network.preprocess
    assert preprocess is not None
    rng = stream(config.seed, AUGMENT_STREAM, epoch, batch)
    mean, std = np.array(preprocess.mean), np.array(preprocess.std)
    x = augment(training.pictures[chosen], config.augmentation, mean, std, rng)
    truth = training.labels[chosen]
    targets = soft_targets(truth, len(training.classes), config.label_smoothing, x.dtype)
    if epoch >= config.epochs - config.final_unmixed_epochs:
        return x, targets
    return mix(x, targets, config.augmentation, rng)


def _record(state: TrainState, validation: Dataset, began: float) -> EpochRecord:
    measured = None
    if len(validation.labels):
        measured = evaluate(state.best, validation, state.config.batch_size)
    return EpochRecord(
        train_loss=state.loss_sum / state.seen,
        train_accuracy=state.correct / state.seen,
        validation_loss=measured.loss if measured else None,
        validation_accuracy=measured.accuracy if measured else None,
        seconds=perf_counter() - began,
    )


def check_batch_norm(network: Network, config: TrainConfig) -> None:
    """Raises TrainingError for batch normalisation with batches of one picture.

    Each value of a layer without places would be its own mean: zero after the normalisation
    whatever the picture, and no gradient would come through. PyTorch refuses it likewise ("Expected
    more than 1 value per channel when training").
    """
    if config.batch_size == 1 and any(isinstance(node.op, BatchNorm) for node in network.nodes):
        raise TrainingError(
            "batch normalisation needs batches of two pictures or more: it subtracts the batch's mean, and a picture alone "
            "is its own mean. Raise batch_size, or take out the layers of batch normalisation"
        )


def _check_fit(state: TrainState, dataset: Dataset) -> None:
    network, digest = state.network, dataset.digest
    check_batch_norm(network, state.config)
    if network.preprocess is None or len(network.inputs) != 1:
        raise TrainingError(
            "a network to be trained takes one picture and says how it is preprocessed"
        )
    classes = network.shapes()[network.logits][1]
    if classes != len(dataset.classes):
        raise TrainingError(
            f"the network tells {classes} classes apart, the pictures have {len(dataset.classes)}"
        )
    (size,) = network.inputs.values()
    height, width = dataset.pictures.shape[1:3]
    if size[1:] != (height, width):
        raise TrainingError(
            f"the network takes {size[2]} × {size[1]} pictures, not {width} × {height}"
        )
    if state.data not in ("", digest):
        raise TrainingError("these are not the pictures that the training began with")
    state.data = digest
