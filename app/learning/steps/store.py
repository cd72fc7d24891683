"""Training steps with every intermediate value: recomputed from a training's state or from a photo,
and cached.

A step's id is derived from what determines it, with the server's secret: a training and a number,
or an analysis and the request.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from app.analyses.analysis import Analysis, Changes, Clock, layers_of
from app.encoding.text import sentence
from app.errors import BadParameter, UnknownLayer, UnknownStep, WrongState
from app.execution.cache import SingleFlightCache
from app.execution.executor import Check, WorkExecutor
from app.images.edits import PhotoChanges
from app.workspaces.ids import IdMaker
from engine import outputs
from engine.errors import EngineError, TrainingError
from engine.network import Network
from engine.train.config import TrainConfig
from engine.train.data import Dataset
from engine.train.inspection.step_trace import StepTrace, trace_step, trace_step_of
from engine.train.loop import next_batch
from engine.train.losses import soft_targets
from engine.train.state import TrainState
from engine.types import Array, Index

# What a StepTrace keeps of the pictures' values: before, after, gradients. And of each parameter,
# at most: before, after, the gradient with and without decay, two averages before, after and
# bias-corrected.
_OF_VALUES, _OF_PARAMETERS = 3, 10


@dataclass(frozen=True)
class PhotoStep:
    """A request for one step on one photo; ``label`` is a class's name or index."""

    label: str | int
    optimiser: str
    learning_rate: float
    momentum: float
    loss: str
    weight_decay: float


@dataclass(frozen=True, eq=False)
class StepInspection:
    """A step with every intermediate value, and what it belongs to.

    - of a training: its id, the step's ``number`` from 1, the ``epoch`` from 1, and the images'
      ``indices`` (N,) in the dataset;
    - of a photo: the ``original`` analysis, and the one with the network ``after`` the step.
    """

    id: str
    step_trace: StepTrace
    config: TrainConfig
    labels: tuple[str, ...]
    training: str | None = None
    number: int | None = None
    epoch: int | None = None
    indices: Array | None = None
    original: Analysis | None = None
    after: Analysis | None = None

    @property
    def nbytes(self) -> int:
        """Memory that the step keeps, in bytes; approximate."""
        analyses = [done for done in (self.original, self.after) if done is not None]
        step = size_of(self.step_trace.network, len(self.step_trace.losses))
        return step + sum(done.nbytes for done in analyses)

    @property
    def batch_size(self) -> int:
        """The number of images in the batch."""
        return len(self.step_trace.losses)

    def op(self, layer: str) -> str:
        """A layer's op, "input" for the network's input. Raises UnknownLayer."""
        if layer in self.step_trace.network.inputs:
            return "input"
        if layer not in self.step_trace.trace:
            raise UnknownLayer(f"The network of this step has no layer {layer!r}.")
        return self.step_trace.network.node(layer).op.op_type

    def index(self, layer: str, picture: int, position: Index) -> Index:
        """The index into the batch's array of the value shown at a position. Raises BadParameter
        for an unknown image.
        """
        return self.step_trace.network.layouts[layer].to_native_index(
            position, self.check_picture(picture)
        )

    def position(self, layer: str, place: Index) -> Index:
        """The position at which an image's value, at an index without the batch axis, is shown."""
        layout = self.step_trace.network.layouts[layer]
        index = list(place)
        if layout.batch_axis is not None:
            index.insert(layout.batch_axis, 0)
        return layout.to_position(tuple(index))

    def check_picture(self, picture: int) -> int:
        """``picture`` itself, if it is in the batch; raises BadParameter if not."""
        if picture >= self.batch_size:
            raise BadParameter(
                f"picture: {picture} is outside; this batch has 0 to {self.batch_size - 1}.",
                limit=self.batch_size - 1,
                actual=picture,
            )
        return picture


class StepStore:
    """Computes steps and caches them up to ``max_bytes``. Use it on one event loop."""

    def __init__(self, executor: WorkExecutor, max_bytes: int, ids: IdMaker | None = None) -> None:
        self._max_bytes = max_bytes
        self._ids = ids or IdMaker()
        self.cache: SingleFlightCache[StepInspection] = SingleFlightCache(
            executor, max_bytes, lambda s: {id(s): s.nbytes}
        )

    def get(self, step_id: str) -> StepInspection:
        """A step that was computed before. Raises UnknownStep."""
        found = self.cache.get(step_id)
        if found is None:
            raise UnknownStep(
                f"There is no step {step_id!r}. Steps are forgotten when memory is needed or the server restarts; "
                "ask the training, or the analysis, for it again and it gets the same id."
            )
        return found

    def forget(self, unwanted: Callable[[StepInspection], bool]) -> None:
        """Drop some steps."""
        self.cache.invalidate(unwanted)

    async def of_training(
        self, run: str, number: int, before: Callable[[], tuple[TrainState, Dataset]]
    ) -> StepInspection:
        """A step of a training; ``before`` loads the state that it starts from and the dataset.

        Raises BadParameter when the batch exceeds the memory for steps, WrongState when the
        training has no next step, and what ``before`` raises.
        """
        step_id = self._ids.derive("step", run, number)

        def work(check: Check) -> StepInspection:
            state, dataset = before()
            batch = min(state.config.batch_size, len(dataset.labels))
            check_size(state.network, batch, self._max_bytes)
            check()
            return _inspect_training(step_id, run, state, dataset, check)

        return await self.cache.get_or_compute(step_id, work)

    async def of_photo(self, original: Analysis, asked: PhotoStep) -> StepInspection:
        """One step on an analysed photo. Raises BadParameter for an impossible one."""
        step_id = self._ids.derive("photo step", original.id, asdict(asked))

        def work(check: Check) -> StepInspection:
            check_size(original.network, 1, self._max_bytes)
            return train_on_photo(step_id, original, asked, check)

        return await self.cache.get_or_compute(step_id, work)


def size_of(network: Network, batch: int) -> int:
    """Approximately how many bytes a step on so many images keeps."""
    values = sum(int(np.prod(shape)) for shape in network.shapes(batch).values())
    parameters = sum(array.size for array in network.parameters().values())
    return 4 * (_OF_VALUES * values + _OF_PARAMETERS * parameters)


def check_size(network: Network, batch: int, max_bytes: int) -> None:
    """Refuse, before any work, a step that exceeds the memory for steps. Raises BadParameter."""
    needed = size_of(network, batch)
    if needed > max_bytes:
        raise BadParameter(
            f"All numbers of one step on {batch} pictures take {needed:,} bytes; this server keeps at most {max_bytes:,}. "
            "Train with smaller batches to look at a step.",
            limit=max_bytes,
            actual=needed,
            more={"what": "kept_bytes"},
        )


def train_on_photo(
    step_id: str, original: Analysis, asked: PhotoStep, check: Check
) -> StepInspection:
    """One step of the analysis's network on its photo, and the analysis of the same photo by the
    network after it.

    Raises BadParameter for an unknown label or option, and when the step leads to weights that are
    not finite.
    """
    network = original.network
    x = original.trace[next(iter(network.inputs))]
    answer = network.answer
    if not answer.is_classifying:
        raise BadParameter(
            "This network's answer is no list of classes, so there is none to learn."
        )
    if not outputs.can_learn(answer):
        raise BadParameter(
            "A photo is learned by a network whose classes exclude each other: all of one softmax, or one sigmoid. This one's answer "
            f"({answer.kind}) is neither."
        )
    labels = answer.labels or tuple(str(unit) for unit in range(len(original.predictions)))
    target = np.array([_unit(labels, asked.label)])
    try:
        config = TrainConfig(
            optimiser=asked.optimiser,
            learning_rate=asked.learning_rate,
            momentum=asked.momentum,
            loss=asked.loss,
            weight_decay=asked.weight_decay,
            label_smoothing=0.0,
        )
        step_trace = trace_step_of(
            network, x, soft_targets(target, len(labels), 0.0, x.dtype), config
        )
    except EngineError as error:
        raise BadParameter(sentence(error)) from None
    if not np.isfinite(step_trace.loss_after):
        raise BadParameter(
            f"After such a step the loss is no longer a number. Try a learning rate below {asked.learning_rate:g}."
        )
    check()
    after = _analysed_again(original, step_trace.after, step_id, check)
    return StepInspection(step_id, step_trace, config, labels, original=original, after=after)


def _analysed_again(original: Analysis, network: Network, step_id: str, check: Check) -> Analysis:
    """The same photo through the network after the step."""
    clock = Clock()
    trace = network.freeze().forward(original.trace[next(iter(network.inputs))], check=check)
    clock.lap("forward")
    layers = layers_of(network, trace)
    clock.lap("statistics")
    photo_changes = original.changes.photo if original.changes else PhotoChanges()
    return replace(
        original,
        id=_digest("after", step_id),
        network=network,
        trace=trace,
        layers=layers,
        predictions=outputs.predictions(network.answer, trace),
        timings_ms={"decode": 0.0, "preprocess": 0.0, **clock.total(trace)},
        # That of the network before it learned, however many steps ago.
        original=original.original if original.step else original.id,
        changes=Changes(photo_changes, ()),
        step=step_id,
    )


def _inspect_training(
    step_id: str, run: str, state: TrainState, dataset: Dataset, check: Check
) -> StepInspection:
    try:
        batch = next_batch(dataset, state)
    except TrainingError:
        raise WrongState("The training has taken its last step: none is to come.") from None
    check()
    epoch = state.epoch + 1
    step_trace = trace_step(state, batch.x, batch.targets, batch.learning_rate)
    return StepInspection(
        step_id,
        step_trace,
        state.config,
        dataset.classes,
        training=run,
        number=batch.step,
        epoch=epoch,
        indices=batch.indices,
    )


def _unit(labels: tuple[str, ...], label: str | int) -> int:
    if isinstance(label, int) and 0 <= label < len(labels):
        return label
    if label in labels:
        return labels.index(str(label))
    raise BadParameter(f"There is no class {label!r}. There is: {', '.join(labels)}.")


def _digest(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
