"""Deletion and insertion: whether the prediction depends on the pixels that a map calls
important.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.attribution.target import ProgressCallback, make_target
from engine.errors import AttributionError
from engine.network import Network
from engine.types import Array

STEPS = 20
# The blurred picture that insertion begins with: a Gauss curve with a deviation of this part of the
# shorter side.
BLUR = 1 / 12


@dataclass(frozen=True, eq=False)
class Curves:
    """The output for the target while pixels are deleted (``deletion``) or inserted
    (``insertion``), the most important first.

    - ``fractions`` (S + 1,): the part of the pixels that are gone or there, 0 to 1;
    - ``deletion``, ``insertion`` (S + 1,): the answer at each: the probability where it tells
      classes apart, else the number;
    - the areas below them: of a good map small for deletion and large for insertion.
    """

    fractions: Array
    deletion: Array
    insertion: Array

    @property
    def deletion_area(self) -> float:
        """The area below the deletion curve."""
        return float(np.trapezoid(self.deletion, self.fractions))

    @property
    def insertion_area(self) -> float:
        """The area below the insertion curve."""
        return float(np.trapezoid(self.insertion, self.fractions))


def curves(
    network: Network,
    x: Array,
    values: Array,
    *,
    output: str | None = None,
    target: int | str | None = None,
    steps: int = STEPS,
    baseline: Array | None = None,
    tick: ProgressCallback | None = None,
) -> Curves:
    """Judge a map ``values`` (H, W) of the picture ``x`` (1, C, H, W); equal values go in the order
    of reading.

    Deletion puts the baseline (zeros, the mean colour) in the place of pixels. Insertion puts
    pixels into the picture blurred beyond recognition rather than into the baseline, as the paper
    does: a few sharp pixels on a plain ground have edges of their own, which the network takes for
    evidence.

    Source: Petsiuk et al., "RISE: randomized input sampling for explanation of black-box models",
    2018.
    """
    question = make_target(network, x, target, baseline, tick, output)
    if values.shape != question.size:
        raise AttributionError(f"a map of {question.size} is expected, got {values.shape}")
    if steps < 1:
        raise AttributionError(f"a curve has at least 1 step, got {steps}")
    rank = np.empty(values.size, np.int64)
    rank[np.argsort(-values, axis=None, kind="stable")] = np.arange(values.size)
    counts = np.round(np.linspace(0, values.size, steps + 1)).astype(np.int64)
    before = np.concatenate([question.x, blurred(question.x)])
    after = np.concatenate([question.baseline, question.x])
    answers = np.empty((2, len(counts)), question.x.dtype)
    for piece in question.batches(answers.size):
        curve, step = np.divmod(np.arange(piece.start, piece.stop), len(counts))
        changed = rank.reshape(question.size) < counts[step][:, None, None]
        pictures = np.where(changed[:, None], after[curve], before[curve])
        trace = question.run(pictures, saves=False)
        answers.flat[piece] = question.probability(trace)
    return Curves(counts / values.size, *answers)


def random_map(size: tuple[int, int], seed: int = 0) -> Array:
    """A random map (H, W): the baseline for the curves of others."""
    return np.random.default_rng(seed).random(size)


def blurred(x: Array) -> Array:
    """Pictures (N, C, H, W) out of focus. At the edge the weights of the pixels that there are
    count more.
    """
    deviation = min(x.shape[2:]) * BLUR
    rows, columns = (_gauss(length, deviation).astype(x.dtype) for length in x.shape[2:])
    return np.asarray(rows @ x @ columns.T)


def _gauss(length: int, deviation: float) -> Array:
    """(length, length): what each pixel brings to each place, every row adding up to 1."""
    distance = np.subtract.outer(np.arange(length), np.arange(length)) / deviation
    weights = np.exp(-(distance**2) / 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
