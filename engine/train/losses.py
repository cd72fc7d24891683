"""How wrong the network is, and in which direction it should move.

A loss takes the network's outputs (N, K) and the targets, class numbers (N,) or soft ones (N, K),
and gives the mean loss over the batch with its gradient with respect to the outputs. All work is
done in the outputs' dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine.errors import ShapeError
from engine.types import Array

Loss = Callable[[Array, Array, float], tuple[float, Array]]


def soft_targets(targets: Array, classes: int, label_smoothing: float, dtype: np.dtype) -> Array:
    """The targets as probabilities (N, K), from class numbers (N,) or from soft targets (N, K).

    Smoothing s takes s of each picture's truth and gives it to all K classes evenly (Szegedy et al.
    2016, section 7).
    """
    if targets.ndim == 1:
        soft = np.zeros((len(targets), classes), dtype)
        soft[np.arange(len(targets)), targets] = 1
    else:
        soft = targets.astype(dtype)
    if label_smoothing:
        soft *= 1 - label_smoothing
        soft += label_smoothing / classes
    return soft


def cross_entropy(
    logits: Array, targets: Array, label_smoothing: float = 0.0
) -> tuple[float, Array]:
    """Softmax and log-likelihood in one: the mean of ``-sum(targets * log softmax(logits))``.

    Computed from the logits by log-sum-exp, so that no logit is too large. The gradient is
    ``(softmax - targets) / N``, for targets that add up to one.
    """
    soft = _matching(logits, targets, label_smoothing)
    shifted = logits - logits.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    shifted -= np.log(sums)
    loss = -float((soft * shifted).sum()) / len(logits)
    exps /= sums
    exps -= soft
    exps /= len(logits)
    return loss, exps


def mean_squared_error(
    outputs: Array, targets: Array, label_smoothing: float = 0.0
) -> tuple[float, Array]:
    """The mean of ``(outputs - targets)**2`` over all N × K numbers; class numbers count as
    one-hot.
    """
    difference = outputs - _matching(outputs, targets, label_smoothing)
    loss = float(np.square(difference).mean())
    difference *= 2 / difference.size
    return loss, difference


LOSSES: Mapping[str, Loss] = {
    "cross_entropy": cross_entropy,
    "mean_squared_error": mean_squared_error,
}


def _matching(outputs: Array, targets: Array, label_smoothing: float) -> Array:
    if outputs.ndim != 2 or targets.shape not in (outputs.shape, outputs.shape[:1]):
        raise ShapeError(
            f"a loss compares (N, K) outputs with (N,) or (N, K) targets, "
            f"got {outputs.shape} and {targets.shape}"
        )
    return soft_targets(targets, outputs.shape[1], label_smoothing, outputs.dtype)
