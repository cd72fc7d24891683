"""How well a training's network reads the pictures that it never learned from, and where it is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.errors import BadParameter
from engine.network import Network
from engine.train.config import TrainConfig
from engine.train.data import Dataset, split_by_seed
from engine.train.evaluate import judge, scores
from engine.types import Array

_MOST_MISTAKES = 60


def read(network: Network, dataset: Dataset, config: TrainConfig) -> dict[str, Any]:
    """Accuracy, loss, confusion and the surest mistakes. Raises BadParameter where no picture was held back."""
    _, held_out = split_by_seed(dataset.labels, config.validation, config.seed)
    if not len(held_out):
        raise BadParameter("The set is so small that no picture was held back to be read.")
    pictures = dataset.take(held_out)
    logits = scores(network, pictures, config.batch_size)
    found = judge(logits, pictures)
    return {
        "accuracy": found.accuracy,
        "loss": found.loss,
        "classes": list(dataset.classes),
        "confusion": found.confusion.tolist(),
        "mistakes": _mistakes(logits, pictures.labels, held_out),
    }


def _mistakes(logits: Array, truth: Array, places: Array) -> list[dict[str, Any]]:
    answers = logits.argmax(1)
    powers = np.exp(logits - logits.max(1, keepdims=True))
    share = powers.max(1) / powers.sum(1)
    wrong = np.flatnonzero(answers != truth)
    surest = wrong[np.argsort(-share[wrong], kind="stable")][:_MOST_MISTAKES]
    return [
        {
            "picture": int(places[i]),
            "truth": int(truth[i]),
            "answer": int(answers[i]),
            "share": float(share[i]),
        }
        for i in surest
    ]
