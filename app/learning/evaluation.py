"""How well a training's network reads the pictures that it never learned from, class by class, and
where it is wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.network import Network
from engine.ops.elementwise.activation import softmax
from engine.train.config import TrainConfig
from engine.train.data import Dataset, split_by_seed
from engine.train.evaluate import Evaluation, evaluate_logits, scores
from engine.types import Array

_MOST_MISTAKES = 60


def evaluate(network: Network, dataset: Dataset, config: TrainConfig) -> dict[str, Any]:
    """Accuracy, loss, the figures of each class, confusion and the surest mistakes. None where
    nothing was held out to tell.
    """
    learned, held_out = split_by_seed(dataset.labels, config.validation_fraction, config.seed)
    pictures = dataset.take(held_out)
    count = len(dataset.classes)
    found, mistakes = Evaluation(0.0, np.zeros((count, count), np.int64)), []
    if len(held_out):
        logits = scores(network, pictures, config.batch_size)
        found, mistakes = (
            evaluate_logits(logits, pictures),
            _mistakes(logits, pictures.labels, held_out),
        )
    return {
        "training_pictures": len(learned),
        "validation_pictures": len(held_out),
        "accuracy": found.accuracy if len(held_out) else None,
        "balanced_accuracy": found.balanced_accuracy if len(held_out) else None,
        "loss": found.loss if len(held_out) else None,
        "classes": list(dataset.classes),
        "per_class": _per_class(found, dataset, learned),
        "confusion_matrix": found.confusion.tolist(),
        "mistakes": mistakes,
    }


def _per_class(found: Evaluation, dataset: Dataset, learned: Array) -> list[dict[str, Any]]:
    trained_on = np.bincount(dataset.labels[learned], minlength=len(dataset.classes))
    correct = np.diagonal(found.confusion)
    return [
        {
            "label": label,
            "training_pictures": int(trained_on[k]),
            "validation_pictures": int(found.pictures[k]),
            "correct": int(correct[k]),
            "accuracy": float(found.per_class[k]) if found.pictures[k] else None,
        }
        for k, label in enumerate(dataset.classes)
    ]


def _mistakes(logits: Array, truth: Array, places: Array) -> list[dict[str, Any]]:
    answers = logits.argmax(1)
    probability = softmax(logits).max(1)
    wrong = np.flatnonzero(answers != truth)
    surest = wrong[np.argsort(-probability[wrong], kind="stable")][:_MOST_MISTAKES]
    return [
        {
            "picture": int(places[i]),
            "label": int(truth[i]),
            "prediction": int(answers[i]),
            "probability": float(probability[i]),
        }
        for i in surest
    ]
