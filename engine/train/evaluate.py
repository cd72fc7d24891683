"""Evaluation: loss and accuracy of a network on images that it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.errors import TrainingError
from engine.execution import threads
from engine.network import Network
from engine.train.data import Dataset
from engine.train.losses import cross_entropy
from engine.types import Array


@dataclass(frozen=True, eq=False)
class Evaluation:
    """``confusion`` (K, K) int counts pictures: row = true class, column = answer.

    ``loss`` is the mean cross-entropy, whatever the training's loss was.
    """

    loss: float
    confusion: Array

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def pictures(self) -> Array:
        """(K,) int: how many there are of each true class."""
        counts: Array = self.confusion.sum(axis=1)
        return counts

    @property
    def balanced_accuracy(self) -> float:
        """The mean of the classes' accuracies, those without pictures left out: a large class
        weighs as much as a small one.

        Source: Brodersen et al., "The balanced accuracy and its posterior distribution", 2010.
        """
        return float(np.nanmean(self.per_class))

    @property
    def per_class(self) -> Array:
        """(K,) the share of right answers for each true class; NaN for a class without pictures."""
        with np.errstate(invalid="ignore"):
            shares: Array = np.diagonal(self.confusion) / self.pictures
        return shares


def evaluate(network: Network, dataset: Dataset, batch_size: int) -> Evaluation:
    """Run all the pictures through the network at inference. Raises TrainingError where there are
    none.
    """
    return evaluate_logits(scores(network, dataset, batch_size), dataset)


def scores(network: Network, dataset: Dataset, batch_size: int) -> Array:
    """(N, K) what the network gives each class before the softmax, computed a batch on each core at
    a time.
    """
    if not len(dataset.labels):
        raise TrainingError("there are no pictures to evaluate on")
    logits = np.empty((len(dataset.labels), len(dataset.classes)), np.float32)
    threads.run(
        [
            partial(_fill, logits, network, dataset, slice(start, start + batch_size))
            for start in range(0, len(logits), batch_size)
        ]
    )
    return logits


def evaluate_logits(logits: Array, dataset: Dataset) -> Evaluation:
    """What scores (N, K) for the pictures come to."""
    loss, _ = cross_entropy(logits, dataset.labels)
    confusion = np.zeros((len(dataset.classes),) * 2, np.int64)
    np.add.at(confusion, (dataset.labels, logits.argmax(1)), 1)
    return Evaluation(loss, confusion)


def _fill(logits: Array, network: Network, dataset: Dataset, here: slice) -> None:
    assert network.preprocess is not None
    x = network.preprocess.normalise(dataset.pictures[here])
    logits[here] = network.forward(x)[network.logits]
