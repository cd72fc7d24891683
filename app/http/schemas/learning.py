"""The shapes of the API's JSON that belong to learning: sets of pictures, and trainings."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from app.http.schemas.outputs import Schema
from app.http.schemas.training_config import (
    DatasetId,
    Layers,
    Speed,
    SuggestedConfig,
    TrainingConfig,
)
from app.http.schemas.workspaces import LENT, SHARE
from app.learning.runs.defaults import DEFAULT_CONFIG


class Dataset(Schema):
    """A set of pictures to learn from."""

    id: str = Field(examples=["shapes"])
    name: str = Field(examples=["Shapes"])
    description: str = Field(examples=["Eight plain figures of any colour, size and turn."])
    classes: list[str] = Field(examples=[["circle", "square"]])
    size: list[int] = Field(description="Rows and columns.", examples=[[32, 32]])
    pictures: int = Field(
        description="How many; they are numbered from 0, class by class.", examples=[3000]
    )
    pictures_per_class: list[int] = Field(
        description="How many of each class, in the order of the classes.", examples=[[1500, 1500]]
    )
    uploaded: bool = Field(
        description="Somebody brought it: kept on the server's disk until it is deleted.",
        examples=[False],
    )
    problems: list[str] = Field(
        description="Files that were left out, and why.",
        examples=[["'cats/7.png': The file is empty."]],
    )
    notes: list[str] = Field(
        description="What was made of what was brought: folders that were put together, files that were "
        "passed over.",
        examples=[["Passed over: 2 that systems add by themselves (.DS_Store, Thumbs.db …)."]],
    )
    suggested: SuggestedConfig = Field(
        description="What suits so many images; POST /trainings takes it for what is left out."
    )


class DatasetList(Schema):
    """The sets of pictures to learn from."""

    datasets: list[Dataset]
    default_config: TrainingConfig = Field(
        description="A config for POST /trainings that learns any drawn set in less than a minute.",
        examples=[DEFAULT_CONFIG],
    )


class NetworkSpec(Schema):
    """Layers to be tried on a set of pictures."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: DatasetId
    layers: Layers


class PlannedLayer(Schema):
    """One layer of a plan; from the first impossible one on, numbers are null."""

    name: str = Field(examples=["conv1"])
    kind: str = Field(examples=["conv"])
    shape: list[int] | None = Field(examples=[[8, 32, 32]])
    parameters: int | None = Field(examples=[224])
    multiply_adds: int | None = Field(examples=[221184])
    problem: str | None = Field(
        description="Why it is impossible, and what to do.", examples=[None]
    )


class Plan(Schema):
    """What a network would be and cost."""

    input: list[int] = Field(examples=[[3, 32, 32]])
    classes: int = Field(examples=[8])
    layers: list[PlannedLayer]
    parameters: int | None = Field(examples=[10136])
    multiply_adds: int | None = Field(examples=[815104])
    problem: str | None = Field(description="That of the first impossible layer.", examples=[None])


class AdvanceRequest(Schema):
    """How many batches to learn from before the next rest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    batches: int = Field(1, ge=1, le=1000, examples=[1])


class ResumeRequest(Schema):
    """How fast to go on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    speed: Speed = None


class TrainingLayer(Schema):
    """A layer of the network that learns."""

    name: str = Field(examples=["conv1"])
    kind: str = Field(examples=["conv"])
    shape: list[int] = Field(examples=[[8, 32, 32]])
    parameters: int = Field(examples=[224])


class EpochRecord(Schema):
    """How an epoch went; its training figures are means over its batches, each before it was
    learned from.
    """

    epoch: int = Field(examples=[1])
    step: int = Field(description="The last one of it.", examples=[85])
    train_loss: float = Field(examples=[1.2])
    train_accuracy: float = Field(examples=[0.55])
    validation_loss: float | None = Field(examples=[0.7])
    validation_accuracy: float | None = Field(examples=[0.8])
    seconds: float = Field(examples=[0.9])


class Recovered(Schema):
    """What a killed server or process cost."""

    step_before: int = Field(description="The last one that was known.", examples=[140])
    step_after: int = Field(description="The one from which it went on.", examples=[140])


class Histogram(Schema):
    """Counts of numbers in equal steps from ``low`` to ``high``."""

    low: float = Field(examples=[-0.5])
    high: float = Field(examples=[0.5])
    counts: list[int] = Field(examples=[[3, 12, 5]])


class LayerHealth(Schema):
    """How a layer fares; what does not apply to it is null."""

    layer: str = Field(examples=["conv1"])
    weights: Histogram | None
    gradients: Histogram | None
    weight_rms: float | None = Field(
        description="Root mean square of the weights.", examples=[0.11]
    )
    gradient_rms: float | None = Field(examples=[0.004])
    update_ratio: float | None = Field(
        description="Root mean square of one step beside that of the weights.", examples=[0.003]
    )
    dead: float | None = Field(
        description="Of a ReLU: the part of its channels or units that are zero for the whole batch.",
        examples=[None],
    )
    saturated: float | None = Field(
        description="Of a sigmoid or tanh: the part of its numbers where the curve is almost flat.",
        examples=[None],
    )


class LayerWarning(Schema):
    """What may keep a layer from learning."""

    kind: Literal["dead_units", "saturated", "vanishing", "exploding"] = Field(
        examples=["vanishing"]
    )
    layer: str = Field(examples=["conv1"])
    share_or_ratio: float = Field(examples=[0.004])


class Diagnostics(Schema):
    """How the layers fare after a step."""

    step: int = Field(examples=[170])
    layers: list[LayerHealth]
    warnings: list[LayerWarning]


TrainingStatus = Literal["starting", "running", "paused", "finished", "stopped", "failed"]


class TrainingState(Schema):
    """Where a training stands."""

    id: str = Field(examples=["6f1d2c3b4a59"])
    name: str = Field(examples=["Shapes"])
    created: str = Field(description="ISO 8601.", examples=["2026-11-30T09:30:00+00:00"])
    status: TrainingStatus = Field(examples=["running"])
    problem: str | None = Field(description="Why it ended early.", examples=[None])
    resumable: bool = Field(
        description="Whether it has failed, and can go on from the last epoch that was saved: because the disk was full, say.",
        examples=[False],
    )
    config: TrainingConfig
    classes: list[str] = Field(examples=[["circle", "square"]])
    training_pictures: int | None = Field(
        description="How many are learned from; null until it is counted.", examples=[2704]
    )
    validation_pictures: int | None = Field(
        description="How many are held out; 0 where no class has two or more.", examples=[296]
    )
    step: int = Field(description="Batches learned from.", examples=[170])
    steps: int = Field(description="Of the whole training.", examples=[1020])
    epoch: int = Field(description="The one of the last step, from 1.", examples=[2])
    epochs: int = Field(examples=[12])
    batch_size: int = Field(examples=[32])
    learning_rate: float = Field(examples=[0.0048])
    images_per_second: float | None = Field(examples=[3100.0])
    seconds_left: float | None = Field(examples=[8.1])
    speed: float | None = Field(
        description="Batches a second, if it is held back.", examples=[None]
    )
    parameters: int = Field(examples=[10136])
    layers: list[TrainingLayer]
    diagnostics: Diagnostics | None
    model: str = Field(
        description="Its newest network, everywhere where a model's id is asked for; «@STEP» after it is "
        "the one of a moment.",
        examples=["run-6f1d2c3b4a59"],
    )
    lent: bool = LENT
    recovered: Recovered | None = Field(
        description="Null unless something was killed, or it has failed and was resumed.",
        examples=[None],
    )
    limits: dict[str, float] = Field(
        description="Bytes of memory, seconds of learning.",
        examples=[{"memory": 2147483648, "seconds": 3600}],
    )


class BatchEvent(Schema):
    """The event «batches» of a training: those that were learned from since, and where it
    stands.
    """

    batches: list[list[float]] = Field(
        description="[step, loss, accuracy, learning rate] of single batches.",
        examples=[[[1, 2.08, 0.125, 0.005], [2, 2.01, 0.25, 0.005]]],
    )
    images_per_second: float | None = Field(examples=[3100.0])
    seconds_left: float | None = Field(examples=[8.1])
    epoch: int = Field(examples=[1])
    step: int = Field(examples=[2])
    learning_rate: float = Field(examples=[0.005])


class Training(TrainingState):
    """A training, and what happened in it."""

    history: list[EpochRecord]
    batches: list[list[float]] = Field(
        description="[step, loss, accuracy, learning rate] of single batches; at most 2,000, evenly.",
        examples=[[[1, 2.08, 0.125, 0.005], [2, 2.01, 0.25, 0.005]]],
    )


class ListedTraining(TrainingState):
    """A training in the list of all."""

    share: str | None = SHARE
    last_validation_accuracy: float | None = Field(
        description="After its last epoch; null before the first, or where nothing is held out.",
        examples=[0.98],
    )


class TrainingList(Schema):
    """The trainings, the newest first."""

    trainings: list[ListedTraining]


class Mistake(Schema):
    """A picture that is read wrong; classes by their numbers."""

    picture: int = Field(description="In the set.", examples=[1734])
    label: int = Field(examples=[3])
    prediction: int = Field(examples=[5])
    probability: float = Field(description="That of its prediction.", examples=[0.98])


class ClassEvaluation(Schema):
    """How the pictures of one class are read."""

    label: str = Field(examples=["circle"])
    training_pictures: int = Field(description="Learned from.", examples=[337])
    validation_pictures: int = Field(description="Held out.", examples=[38])
    correct: int = Field(description="Of those held out.", examples=[37])
    accuracy: float | None = Field(
        description="Null for a class of which nothing is held out.", examples=[0.9737]
    )


class EvaluationOut(Schema):
    """How a network reads the pictures that it never learned from. Its figures are null where
    nothing was held out.
    """

    step: int = Field(examples=[1020])
    model: str = Field(examples=["run-6f1d2c3b4a59@1020"])
    training_pictures: int = Field(description="Learned from.", examples=[675])
    validation_pictures: int = Field(
        description="Held out: a tenth of each class, at least one where there are two or more.",
        examples=[76],
    )
    accuracy: float | None = Field(examples=[0.97])
    balanced_accuracy: float | None = Field(
        description="The mean of the classes' accuracies: small classes weigh as much as large ones.",
        examples=[0.97],
    )
    loss: float | None = Field(description="Mean cross-entropy.", examples=[0.11])
    classes: list[str] = Field(examples=[["circle", "square"]])
    per_class: list[ClassEvaluation] = Field(description="In the order of the classes.")
    confusion_matrix: list[list[int]] = Field(
        description="[label][prediction], pictures.", examples=[[[37, 1], [0, 38]]]
    )
    mistakes: list[Mistake] = Field(description="At most 60, the surest first.")


# What handlers read from a request's body themselves, and what event streams hold; FastAPI does not
# know of these.
BODIES = (NetworkSpec, AdvanceRequest, ResumeRequest, BatchEvent)
