"""What a training begins with where nothing else is asked for. What depends on the number of images
is decided here alone, for the page, the API and the shell.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

from engine.zoo.layer_spec import DEFAULT_LAYERS

_FEW = 1_000  # images, below which each is shown in many variations
_MANY = 10_000  # images, from which an architecture learns best in large batches with momentum
_LEAST_STEPS = 400  # so many steps a network takes to learn anything at all
_MOST_EPOCHS = 100
_BATCHES = (8, 32)  # the smallest batch and the largest one, below _MANY images
_FULL_BATCH = 32  # for which the learning rates below are meant


def suggest(images: int, *, architecture: bool) -> dict[str, Any]:
    """Optimiser, learning rate, batch size, epochs and augmentation for so many images.

    Small datasets get small batches and many epochs, so that there are enough steps, and a learning
    rate that shrinks with the square root of the batch, as the noise of its gradient grows. The
    architectures have batch normalisation and fifty times the parameters of a network of /learn:
    on a few hundred images they diverge with a large learning rate, and Adam needs none.
    """
    if architecture and images >= _MANY:
        return {
            "optimiser": "nesterov",
            "learning_rate": 0.1,
            "batch_size": 128,
            "epochs": 20,
            "augmentation": "standard",
        }
    least, most = _BATCHES
    batch = next((size for size in (most, most // 2) if images >= 10 * size), least)
    rate = (0.001 if architecture else 0.005) * sqrt(batch / _FULL_BATCH)
    epochs = -(-_LEAST_STEPS * batch // max(1, images))
    return {
        "optimiser": "adamw" if architecture else "adam",
        "learning_rate": float(f"{rate:.2g}"),
        "batch_size": batch,
        "epochs": min(_MOST_EPOCHS, max(20 if architecture else 12, -(-epochs // 10) * 10)),
        "augmentation": "standard" if architecture or images < _FEW else "none",
    }


# Reaches 95 % on every generated dataset within half a minute.
DEFAULT_CONFIG: dict[str, Any] = {
    "dataset": "shapes",
    "layers": [dict(layer) for layer in DEFAULT_LAYERS],
    "loss": "cross_entropy",
    "momentum": 0.9,
    "schedule": "cosine",
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
    "seed": 0,
    **suggest(3_000, architecture=False),
}
