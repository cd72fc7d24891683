"""One training step with every number kept: the step that ``Step`` does.

    step_trace = trace_step(state, batch.x, batch.targets, batch.learning_rate)

Forward, loss and backward of all pictures stand in ``trace``, ``losses`` and ``gradients``; what
the optimiser did with a parameter in ``updates``; the same pictures again, with the same dropout
and after the step, in ``trace_after``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from engine import inspection
from engine.execution.memory_format import channels_last
from engine.network import Gradients, Network
from engine.ops import BatchNorm, Dropout, Explanation
from engine.ops.base import one_term
from engine.outputs import class_scores
from engine.trace import Trace
from engine.train.batch_norm.recalibrate import Moments
from engine.train.clone import clone
from engine.train.config import TrainConfig
from engine.train.losses import LOSSES, Loss
from engine.train.optimisers import Optimiser
from engine.train.state import TrainState
from engine.train.step import MicroBatchResult, Step
from engine.types import Array, Index


@dataclass(frozen=True, eq=False)
class Update:
    """What a step did to one parameter. All arrays have its shape.

    - ``gradient_with_decay`` is the gradient with weight decay added, as the optimiser's state
      takes it; where nothing is added, the gradient itself;
    - ``decayed_weight`` is the weight after decoupled weight decay (AdamW), from which the step is
      made; else ``before``;
    - ``slots``: the optimiser's running averages by name, before and after; ``bias_corrected``:
      those that the step used, corrected for their start at zero.
    """

    before: Array
    gradient: Array
    gradient_with_decay: Array
    decayed_weight: Array
    slots: Mapping[str, tuple[Array, Array]]
    bias_corrected: Mapping[str, Array]
    after: Array

    @cached_property
    def step(self) -> Array:
        """What was added to the weight, decoupled decay included."""
        return self.after - self.before


@dataclass(frozen=True)
class MicroBatch:
    """Some pictures of the batch that were normalised together, by these moments (node name → mean
    and variance).

    At inference there are no moments: the network's running ones were used.
    """

    pictures: slice
    moments: Mapping[str, Moments]


@dataclass(frozen=True, eq=False)
class StepTrace:
    """A step with all its numbers, in arrays of its own.

    - ``network`` is the one before the step, ``after`` the one that the step made;
    - ``trace`` holds the values of the whole batch, ``trace_after`` those of the same pictures in
      the same way after the step; of the ops' caches it keeps dropout's masks;
    - ``targets`` (N, K) are soft targets, ``losses`` (N,) each picture's own loss, of which
      ``loss`` is the mean;
    - ``gradients`` are those of ``loss``, of every value and every parameter;
    - ``updates``: "node.parameter" → what the step did to it; ``options`` are the optimiser's,
      ``steps`` its count with this one;
    - ``trained`` tells whether normalisation and dropout worked as in training.
    """

    network: Network
    trace: Trace
    targets: Array
    loss: float
    losses: Array
    correct: int
    gradients: Gradients
    parts: tuple[MicroBatch, ...]
    learning_rate: float
    options: Mapping[str, float]
    steps: int
    updates: Mapping[str, Update]
    after: Network
    trace_after: Trace
    loss_after: float
    losses_after: Array
    trained: bool

    def part_of(self, picture: int) -> MicroBatch:
        """The part of the batch in which a picture was. Raises IndexError when it is not in the
        batch.
        """
        for part in self.parts:
            if part.pictures.start <= picture < part.pictures.stop:
                return part
        raise IndexError(f"this batch has no picture {picture}")

    def explain(self, name: str, index: Index) -> Explanation:
        """Where the number ``trace[name][index]`` came from, in this very step: with the batch's
        mean and variance, and with dropout as it was drawn. Raises as ``inspection.explain`` does.
        """
        node = self.network.node(name)
        if not self.trained or not isinstance(node.op, BatchNorm | Dropout):
            return inspection.explain(self.network, self.trace, name, index)
        inspection.check_index(self.trace, name, index)
        xs, y = tuple(self.trace[i] for i in node.inputs), self.trace[name]
        if isinstance(node.op, Dropout):
            mask = self.trace.caches[name]
            return one_term("scale", index, xs[0][index], float(mask[index]), y[index])
        moments = self.part_of(index[0]).moments[name]
        return replace(node.op, mean=moments.mean, var=moments.var).explain(xs, y, index)


def trace_step(state: TrainState, x: Array, targets: Array, learning_rate: float) -> StepTrace:
    """Do the step that the training loop does, on x (N, C, H, W) and its targets (N, K), and
    keep all of it.

    The state afterwards is, bit for bit, what ``Step`` makes of it. Takes about three times as
    long.
    """
    return _examine(state, x, targets, learning_rate, train=True)


def trace_step_of(network: Network, x: Array, targets: Array, config: TrainConfig) -> StepTrace:
    """One step of any network on one picture, x (1, C, H, W) and its target (1, K), by a fresh
    optimiser.

    Normalisation and dropout work as at inference, since one picture has no statistics worth the
    name. The network itself stays as it is. Loss, optimiser and learning rate are those of
    ``config``; its schedule is not asked.
    """
    state = TrainState(clone(network), config)
    return _examine(state, x, targets, config.learning_rate, train=False)


def _examine(
    state: TrainState, x: Array, targets: Array, learning_rate: float, *, train: bool
) -> StepTrace:
    network, optimiser, loss = state.network, state.optimiser, LOSSES[state.config.loss]
    step = Step(state, loss, train=train)
    before, memory = clone(network), _memory(optimiser)
    parts = step.forward_backward(x, targets, keep=True)
    grads = step.apply_gradients(parts, learning_rate)
    again = step.forward(x)
    outcome = step.finish(parts, len(x))
    after = clone(network)
    trace, trace_after = _trace(network, _traces(parts)), _trace(network, again)
    losses, losses_after = (
        _losses(loss, class_scores(network.answer, t).values, targets) for t in (trace, trace_after)
    )
    return StepTrace(
        network=before,
        trace=trace,
        targets=targets,
        loss=outcome.loss,
        losses=losses,
        correct=outcome.correct,
        gradients=Gradients(_joined_all([part.gradients.values for part in parts]), grads),
        parts=tuple(MicroBatch(part.pictures, part.moments) for part in parts),
        learning_rate=learning_rate,
        options=optimiser.options,
        steps=optimiser.steps,
        updates=_updates(optimiser, before, after, grads, memory, learning_rate),
        after=after,
        trace_after=trace_after,
        loss_after=float(losses_after.mean()),
        losses_after=losses_after,
        trained=train,
    )


def _memory(optimiser: Optimiser) -> dict[str, dict[str, Array]]:
    """The running averages as they are now: slot → parameter → array."""
    return {
        slot: {name: a.copy(order="K") for name, a in names.items()}
        for slot, names in optimiser.averages.items()
    }


def _updates(
    optimiser: Optimiser,
    before: Network,
    after: Network,
    grads: Mapping[str, Array],
    memory: Mapping[str, Mapping[str, Array]],
    learning_rate: float,
) -> dict[str, Update]:
    old, new, now = before.parameters(), after.parameters(), _memory(optimiser)
    updates = {}
    for name, gradient in grads.items():
        gradient_with_decay, decayed_weight = gradient, old[name]
        if optimiser.decays(name) and optimiser.decoupled:
            decayed_weight = old[name] * (1 - learning_rate * optimiser.weight_decay)
        elif optimiser.decays(name):
            gradient_with_decay = gradient + old[name] * optimiser.weight_decay
        updates[name] = Update(
            before=old[name],
            gradient=gradient,
            gradient_with_decay=gradient_with_decay,
            decayed_weight=decayed_weight,
            slots={slot: (memory[slot][name], now[slot][name]) for slot in optimiser.slots},
            bias_corrected=optimiser.bias_corrected(name),
            after=new[name],
        )
    return updates


def _traces(parts: list[MicroBatchResult]) -> list[Trace]:
    return [part.trace for part in parts if part.trace is not None]


def _trace(network: Network, parts: list[Trace]) -> Trace:
    """The parts' traces as one, over the whole batch."""
    masks = {
        node.name: _joined([part.caches[node.name] for part in parts])
        for node in network.nodes
        if isinstance(node.op, Dropout) and parts[0].caches[node.name] is not None
    }
    timings = {name: max(part.timings[name] for part in parts) for name in parts[0].timings}
    return Trace(_joined_all(parts), network.outputs, masks, timings)


def _joined_all(parts: list[Trace] | list[dict[str, Array]]) -> dict[str, Array]:
    return {name: _joined([part[name] for part in parts]) for name in parts[0]}


def _joined(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else channels_last(np.concatenate(parts))


def _losses(loss: Loss, logits: Array, targets: Array) -> Array:
    """Each picture's own loss (N,): that of a batch of one."""
    rows = (slice(i, i + 1) for i in range(len(logits)))
    return np.array([loss(logits[row], targets[row], 0.0)[0] for row in rows])
