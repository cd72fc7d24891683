"""Batch normalisation's statistics: joined from micro-batches, and computed anew after a
training.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.execution import threads
from engine.network import Network
from engine.ops import BatchNorm, Dropout
from engine.trace import Trace
from engine.train.clone import clone, replace_nodes, replace_op
from engine.types import Array

RECALIBRATION_IMAGES = 8192  # at most; more of them change little
RECALIBRATION_BATCH = 128


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and (biased) variance (C,) of ``count`` numbers per channel."""

    mean: Array
    var: Array
    count: int

    @property
    def unbiased_var(self) -> Array:
        """What a running variance holds, as in PyTorch."""
        return self.var * (self.count / max(1, self.count - 1))


def moments_of(network: Network, trace: Trace) -> dict[str, Moments]:
    """What each batch normalisation saw in a training pass, by its node's name."""
    caches = {n.name: trace.caches[n.name] for n in network.nodes if isinstance(n.op, BatchNorm)}
    return {name: Moments(c.batch_mean, c.batch_var, c.count) for name, c in caches.items()}


def joined(parts: list[Moments]) -> Moments:
    """Of all together: the variance is the mean of the variances plus the variance of the means."""
    counts = [part.count for part in parts]
    mean = np.average([part.mean for part in parts], axis=0, weights=counts)
    spreads = [part.var + np.square(part.mean - mean) for part in parts]
    return Moments(mean, np.average(spreads, axis=0, weights=counts), sum(counts))


def recalibrate_batch_norm(network: Network, pictures: Array) -> Network:
    """The network with the statistics of pictures as they are, uint8 (N, H, W, 3), in arrays of its
    own.

    While it learns, a network meets augmented pictures: moved and zoomed ones are smoother than
    those that it will be asked about, and its running statistics are theirs. The weights are good,
    but every layer is a little off. One pass over plain training pictures mends that (Wu and
    Johnson, "Rethinking batch in BatchNorm", 2021, section 3).
    """
    if not any(isinstance(node.op, BatchNorm) for node in network.nodes):
        return network
    fresh = clone(network)
    learner = replace_nodes(
        fresh,
        nodes=[replace_op(n, rate=0.0) if isinstance(n.op, Dropout) else n for n in fresh.nodes],
    )
    evenly = np.linspace(0, len(pictures) - 1, min(len(pictures), RECALIBRATION_IMAGES)).astype(int)
    count = max(1, len(evenly) // RECALIBRATION_BATCH)
    batches = [evenly[first::count] for first in range(count)]  # some of every class in each
    found: list[dict[str, Moments]] = [{} for _ in batches]

    def look(place: int) -> None:
        assert learner.preprocess is not None
        x = learner.preprocess.normalise(pictures[batches[place]])
        found[place] = moments_of(learner, learner.forward(x, train=True))

    threads.run([partial(look, place) for place in range(len(batches))])
    for node in fresh.nodes:
        if isinstance(node.op, BatchNorm):
            whole = joined([seen[node.name] for seen in found])
            node.op.mean[...], node.op.var[...] = whole.mean, whole.unbiased_var
    return fresh
