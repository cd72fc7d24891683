"""One step of learning: forward, loss, backward, update, with the batch shared out among cores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.kernels import parallel
from engine.network import Network
from engine.ops import BatchNorm, Dropout
from engine.train.copies import rebuilt, with_op
from engine.train.data import DROPOUT_STREAM, stream
from engine.train.losses import Loss
from engine.train.state import State
from engine.train.statistics import Moments, joined, moments_of
from engine.types import Array

# A batch is always cut into so many parts, whatever the machine, so that the same seed gives the
# same weights. Each part runs through the whole network on one core, with its own batch
# normalisation, as in data-parallel training; this threads the elementwise work too, and keeps a
# part's activations small enough to be reused by the memory allocator.
PARTS = 2


@dataclass(frozen=True)
class _Part:
    """What one part of the batch found."""

    loss: float
    correct: int
    grads: dict[str, Array]
    moments: dict[str, Moments]  # by the batch normalisation's node name


class Step:
    """Moves a state by one batch."""

    def __init__(self, state: State, loss: Loss) -> None:
        self._state = state
        self._loss = loss
        self._replicas = [_replica(state.network) for _ in range(PARTS)]

    def __call__(self, x: Array, shares: Array, learning_rate: float) -> None:
        """Learn from x (N, C, H, W) and the truth (N, K) as shares."""
        edges = [len(x) * i // PARTS for i in range(PARTS + 1)]
        found: list[_Part | None] = [None] * PARTS

        def work(part: int) -> None:
            here = slice(edges[part], edges[part + 1])
            found[part] = self._run(part, x[here], shares[here], len(x))

        parallel.run([partial(work, p) for p in range(PARTS) if edges[p] < edges[p + 1]])
        parts = [part for part in found if part is not None]
        state = self._state
        state.optimiser.step(_sum([part.grads for part in parts]), learning_rate)
        _update_statistics(state.network, [part.moments for part in parts])
        state.count(sum(part.loss for part in parts), sum(part.correct for part in parts), len(x))
        state.follow()

    def _run(self, part: int, x: Array, shares: Array, batch: int) -> _Part:
        network = self._replicas[part]
        self._reseed(network, part)
        trace = network.forward(x, train=True)
        logits = trace[network.logits]
        loss, blame = self._loss(logits, shares, 0.0)
        weight = len(x) / batch  # the loss is a mean over the whole batch
        grads = network.backward(trace, {network.logits: blame * weight}, only_params=True)
        correct = int((logits.argmax(1) == shares.argmax(1)).sum())
        return _Part(loss * weight, correct, grads.params, moments_of(network, trace))

    def _reseed(self, network: Network, part: int) -> None:
        state = self._state
        for place, node in enumerate(network.nodes):
            if isinstance(node.op, Dropout):
                path = (DROPOUT_STREAM, state.epoch, state.batch, part, place)
                fresh = stream(state.config.seed, *path)
                node.op.rng.bit_generator.state = fresh.bit_generator.state


def _replica(network: Network) -> Network:
    """The same network on the same arrays, with generators of its own."""
    nodes = [
        with_op(n, rng=np.random.default_rng()) if isinstance(n.op, Dropout) else n
        for n in network.nodes
    ]
    return rebuilt(network, nodes=nodes)


def _sum(grads: list[dict[str, Array]]) -> dict[str, Array]:
    """Added up into the first, in the order of the parts."""
    total = grads[0]
    for name, gradient in total.items():
        for other in grads[1:]:
            gradient += other[name]
    return total


def _update_statistics(network: Network, parts: list[dict[str, Moments]]) -> None:
    """Move the running mean and variance towards the whole batch's, joined from the parts'."""
    for name in parts[0]:
        op = network.node(name).op
        assert isinstance(op, BatchNorm)
        batch = joined([part[name] for part in parts])
        op.mean[...] += op.momentum * (batch.mean - op.mean)
        op.var[...] += op.momentum * (batch.unbiased_var - op.var)
