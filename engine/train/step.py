"""One training step: forward pass, loss, backward pass, update, with the batch split among
processors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np

from engine.execution import threads
from engine.network import Gradients, Network
from engine.ops import BatchNorm, Dropout
from engine.outputs import class_scores
from engine.trace import Trace
from engine.train.batch_norm.recalibrate import Moments, joined, moments_of
from engine.train.clone import replace_nodes, replace_op
from engine.train.data import DROPOUT_STREAM, stream
from engine.train.losses import Loss
from engine.train.state import TrainState
from engine.types import Array

# A batch is always cut into so many parts, whatever the machine, so that the same seed gives the
# same weights. Each part runs through the whole network on one core, with its own batch
# normalisation, as in data-parallel training; this threads the elementwise work too, and keeps a
# part's activations small enough to be reused by the memory allocator. A batch of two or three is
# one part: normalised alone, each value of a picture without places would become zero.
MICRO_BATCHES = 2
Found = TypeVar("Found")


@dataclass(frozen=True)
class MicroBatchResult:
    """What one part of the batch found: its share of the batch's mean loss and of its gradients."""

    pictures: slice
    loss: float
    correct: int
    gradients: Gradients
    moments: dict[str, Moments]  # by the batch normalisation's node name
    trace: Trace | None  # and the values' gradients: only when they were to be kept


class Outcome(NamedTuple):
    """The batch's mean loss, and how many of its pictures the network had right, before the
    step.
    """

    loss: float
    correct: int


class Step:
    """Moves a state by one batch. Without ``train`` normalisation and dropout work as at
    inference.
    """

    def __init__(self, state: TrainState, loss: Loss, *, train: bool = True) -> None:
        self._state = state
        self._loss = loss
        self._train = train
        self._replicas = [_replica(state.network) for _ in range(MICRO_BATCHES)]

    def __call__(self, x: Array, targets: Array, learning_rate: float) -> Outcome:
        """Learn from x (N, C, H, W) and the targets (N, K)."""
        parts = self.forward_backward(x, targets)
        self.apply_gradients(parts, learning_rate)
        return self.finish(parts, len(x))

    def forward_backward(
        self, x: Array, targets: Array, *, keep: bool = False
    ) -> list[MicroBatchResult]:
        """Forward, loss and backward. Changes nothing; with ``keep`` every value and its gradient
        is kept.
        """
        return _in_parts(len(x), lambda part, here: self._find(part, here, x, targets, keep))

    def forward(self, x: Array) -> list[Trace]:
        """The forward pass alone, part by part, with the same dropout as ``look`` until the step is
        closed.
        """
        return _in_parts(len(x), lambda part, here: self._forward(part, x[here]))

    def apply_gradients(
        self, parts: list[MicroBatchResult], learning_rate: float
    ) -> dict[str, Array]:
        """Update weights and running statistics. Gives the whole batch's gradients by the
        parameter's name.
        """
        grads = _sum([part.gradients.params for part in parts])
        self._state.optimiser.step(grads, learning_rate)
        _update_statistics(self._state.network, [part.moments for part in parts])
        return grads

    def finish(self, parts: list[MicroBatchResult], pictures: int) -> Outcome:
        """Count the batch: the state now stands before the next one."""
        outcome = Outcome(sum(part.loss for part in parts), sum(part.correct for part in parts))
        self._state.add_batch(*outcome, pictures)
        self._state.update_ema()
        return outcome

    def _find(
        self, part: int, here: slice, x: Array, targets: Array, keep: bool
    ) -> MicroBatchResult:
        network, part_targets = self._replicas[part], targets[here]
        trace = self._forward(part, x[here])
        scores = class_scores(network.answer, trace)
        loss, slope = self._loss(scores.values, part_targets, 0.0)
        weight = len(part_targets) / len(x)  # the loss is a mean over the whole batch
        from_loss = {network.logits: scores.back(slope * weight)}
        grads = network.backward(trace, from_loss, only_params=not keep)
        return MicroBatchResult(
            pictures=here,
            loss=loss * weight,
            correct=int((scores.values.argmax(1) == part_targets.argmax(1)).sum()),
            gradients=grads,
            moments=moments_of(network, trace) if self._train else {},
            trace=trace if keep else None,
        )

    def _forward(self, part: int, x: Array) -> Trace:
        self._reseed(self._replicas[part], part)
        return self._replicas[part].forward(x, train=self._train)

    def _reseed(self, network: Network, part: int) -> None:
        state = self._state
        for place, node in enumerate(network.nodes):
            if isinstance(node.op, Dropout):
                path = (DROPOUT_STREAM, state.epoch, state.batch, part, place)
                fresh = stream(state.config.seed, *path)
                node.op.rng.bit_generator.state = fresh.bit_generator.state


def _in_parts(count: int, work: Callable[[int, slice], Found]) -> list[Found]:
    """What ``work`` gives for each part of ``count`` pictures, side by side."""
    many = MICRO_BATCHES if count >= 2 * MICRO_BATCHES else 1
    edges = [count * i // many for i in range(many + 1)]
    parts = range(many)
    found: dict[int, Found] = {}

    def run(part: int) -> None:
        found[part] = work(part, slice(edges[part], edges[part + 1]))

    threads.run([partial(run, part) for part in parts])
    return [found[part] for part in parts]


def _replica(network: Network) -> Network:
    """The same network on the same arrays, with generators of its own."""
    nodes = [
        replace_op(n, rng=np.random.default_rng()) if isinstance(n.op, Dropout) else n
        for n in network.nodes
    ]
    return replace_nodes(network, nodes=nodes)


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
