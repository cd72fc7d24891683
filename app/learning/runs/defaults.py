"""Defaults to start from: a small network and hyper-parameters that reach 95 % accuracy on every
generated dataset within half a minute.
"""

from __future__ import annotations

from typing import Any

from engine.zoo.layer_spec import DEFAULT_LAYERS

DEFAULT_CONFIG: dict[str, Any] = {
    "dataset": "shapes",
    "layers": [dict(layer) for layer in DEFAULT_LAYERS],
    "loss": "cross_entropy",
    "optimiser": "adam",
    "learning_rate": 0.005,
    "momentum": 0.9,
    "schedule": "cosine",
    "batch_size": 32,
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
    "augmentation": "none",
    "epochs": 12,
    "seed": 0,
}
