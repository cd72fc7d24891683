"""The shapes of the API's JSON that belong to one training step."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from app.http.schemas.common import Place, Stats
from app.http.schemas.outputs import Schema


class TrainingStepRequest(Schema):
    """One step of learning on one photo."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str | int = Field(
        description="What the photo shows: a class of the network, or its number.",
        examples=["car"],
    )
    optimiser: str = Field(
        "sgd",
        max_length=64,
        description="sgd, momentum, nesterov, rmsprop, adam or adamw, with an empty memory.",
        examples=["sgd"],
    )
    learning_rate: float = Field(0.01, gt=0, le=10, examples=[0.01])
    momentum: float = Field(
        0.9, ge=0, lt=1, description="Of momentum and nesterov.", examples=[0.9]
    )
    loss: str = Field(
        "cross_entropy",
        max_length=64,
        description="cross_entropy or mean_squared_error.",
        examples=["cross_entropy"],
    )
    weight_decay: float = Field(0.0, ge=0, le=1, examples=[0.0])


class StepPicture(Schema):
    """A picture of the batch, before the step and after it."""

    batch_index: int = Field(description="In the batch.", examples=[0])
    index: int | None = Field(
        description="In the set of pictures; null for a photo.", examples=[1734]
    )
    label: str = Field(
        description="The truth; of mixed pictures, that of the larger part.", examples=["circle"]
    )
    loss: float = Field(examples=[0.71])
    loss_after: float = Field(examples=[0.64])
    probability: float = Field(description="What the network gives to the label.", examples=[0.49])
    probability_after: float = Field(examples=[0.53])


class ClassLoss(Schema):
    """A class in the loss of one picture."""

    label: str = Field(examples=["circle"])
    score: float = Field(description="Before the softmax.", examples=[1.2])
    probability: float = Field(description="After the softmax.", examples=[0.49])
    target: float = Field(description="The truth.", examples=[1.0])
    term: float = Field(
        description="What it brings to the loss; all terms add up to it.", examples=[0.71]
    )
    score_after: float = Field(examples=[1.4])
    probability_after: float = Field(examples=[0.53])
    gradient: float = Field(
        description="dZ: how the batch's mean loss follows this score.", examples=[-0.016]
    )


class StepLoss(Schema):
    """How wrong the network is about one picture, and in the mean about the batch."""

    name: str = Field(examples=["cross_entropy"])
    value: float = Field(description="The picture's own.", examples=[0.71])
    after: float = Field(description="After the step.", examples=[0.64])
    mean: float = Field(description="The batch's, which the step makes smaller.", examples=[0.9])
    mean_after: float = Field(examples=[0.82])
    classes: list[ClassLoss]


class Change(Schema):
    """How far a parameter moved."""

    max_abs: float = Field(description="The largest |step|.", examples=[0.01])
    relative: float | None = Field(
        description="‖step‖ / ‖before‖; null for a parameter that is zero everywhere.",
        examples=[0.004],
    )


class FilterUpdate(Schema):
    """How far one filter moved, beside its own size."""

    filter: int = Field(examples=[3])
    relative: float = Field(examples=[0.012])


class StepParameter(Schema):
    """A parameter in a step."""

    name: str = Field(examples=["weight"])
    shape: list[int] = Field(examples=[[8, 3, 3, 3]])
    size: int = Field(examples=[216])
    value: Stats
    gradient: Stats
    change: Change
    largest_updates: list[FilterUpdate] = Field(
        description="Up to 8 filters, the most moved first."
    )


class StepLayer(Schema):
    """A layer in a step, for one picture."""

    name: str = Field(examples=["conv1"])
    op: str = Field(examples=["conv"])
    display_name: str = Field(description="The op's name for people.", examples=["Convolution"])
    inputs: list[str] = Field(examples=[["input"]])
    shape: list[int] = Field(examples=[[8, 32, 32]])
    cached: list[str] = Field(
        description="What it keeps for the way back: input, output, shape, mask, mean, variance.",
        examples=[["input"]],
    )
    preserves_order: bool = Field(
        description="Whether it has its input's values in their order, whatever the shape.",
        examples=[False],
    )
    value: Stats
    gradient: Stats | None = Field(description="null where no gradient arrives.")
    parameters: list[StepParameter]


class Step(Schema):
    """One step of learning: the forward pass, the loss, the gradients and the update."""

    id: str = Field(examples=["5d1c0a9be2d94c7786a1d0f4b3e25c68"])
    training: str | None = Field(
        description="Its id; null for a step on a photo.", examples=["7f3a"]
    )
    step: int | None = Field(description="In its training, from 1.", examples=[120])
    applied: bool = Field(
        description="Whether it has been taken; otherwise it is about to be.", examples=[False]
    )
    epoch: int | None = Field(description="From 1.", examples=[3])
    batch_size: int = Field(examples=[64])
    pictures: list[StepPicture]
    picture: int = Field(
        description="The place in the batch of the one that loss and layers are of.", examples=[0]
    )
    learning_rate: float = Field(examples=[0.001])
    optimiser: str = Field(examples=["adam"])
    options: dict[str, float] = Field(
        examples=[{"weight_decay": 0.0, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}]
    )
    loss: StepLoss
    layers: list[StepLayer] = Field(description="In their order, the input first.")
    parameters_changed: int = Field(description="How many numbers.", examples=[12345])
    after_analysis: str | None = Field(
        description="Of a step on a photo: the analysis of the same photo with the network after it.",
        examples=[None],
    )


class StepValues(Schema):
    """A layer's numbers for one picture."""

    name: str = Field(examples=["fc1"])
    op: str = Field(examples=["dense"])
    picture: int = Field(examples=[0])
    of: str = Field(examples=["gradient"])
    shape: list[int] = Field(examples=[[3]])
    stats: Stats
    data: list[Any] = Field(examples=[[-0.5, 0.25, 0.25]])


class StepParameterValues(Schema):
    """A parameter's numbers at one point of the step."""

    layer: str = Field(examples=["fc1"])
    parameter: str = Field(examples=["bias"])
    of: str = Field(examples=["after"])
    shape: list[int] = Field(examples=[[3]])
    stats: Stats
    data: list[Any] = Field(examples=[[0.1, -0.2, 0.3]])


class GradientTerm(Schema):
    """One term: the gradient of an output element of ``layer``, times the input element (or the
    local derivative).
    """

    layer: str = Field(examples=["conv1"])
    picture: int = Field(description="Its place in the batch.", examples=[0])
    output: Place = Field(description="Where the number is in the layer.")
    dz: float = Field(description="The gradient of that element.", examples=[-0.016])
    input: Place | None = Field(
        description="Where the number stands that the weight met; null for a bias, and for a layer's gradient."
    )
    a: float = Field(
        description="In a weight's gradient the number that it met, in a layer's gradient the local derivative.",
        examples=[0.5],
    )
    product: float = Field(examples=[-0.008])


class ChainSum(Schema):
    """A gradient as a sum: ``value = Σ product + remainder``, up to rounding."""

    layer: str = Field(examples=["conv1"])
    value: float = Field(examples=[-0.021])
    terms: list[GradientTerm] = Field(description="The largest first.")
    total: int = Field(description="Of all terms.", examples=[65536])
    returned: int = Field(examples=[100])
    remainder: float = Field(
        description="The sum of those that are not returned.", examples=[0.003]
    )


class WeightGradient(ChainSum):
    """The chain rule of one number of a parameter: dW = Σ dZ · A."""

    parameter: str = Field(examples=["weight"])
    index: list[int] = Field(examples=[[3, 0, 1, 1]])


class ActivationGradient(ChainSum):
    """The chain rule of one number of a layer: dA = Σ dZ · dZ/dA over the numbers that read it."""

    picture: int = Field(examples=[0])
    index: Place


class Slot(Schema):
    """A running average of the optimiser's, for one number."""

    before: float = Field(examples=[0.0])
    after: float = Field(examples=[0.002])


class UpdateLine(Schema):
    """One line of the arithmetic."""

    symbol: str = Field(examples=["Δ"])
    formula: str = Field(examples=["−η · g"])
    numbers: dict[str, float] = Field(
        description="The value of each symbol in the formula.", examples=[{"η": 0.01, "g": -0.02}]
    )
    value: float = Field(examples=[0.0002])


class WeightUpdate(Schema):
    """What the step did to one number of a parameter."""

    layer: str = Field(examples=["conv1"])
    parameter: str = Field(examples=["weight"])
    index: list[int] = Field(examples=[[3, 0, 1, 1]])
    optimiser: str = Field(examples=["sgd"])
    before: float = Field(examples=[0.5])
    gradient: float = Field(examples=[-0.02])
    gradient_with_decay: float = Field(
        description="The gradient with weight decay added.", examples=[-0.02]
    )
    decayed_weight: float = Field(
        description="The weight with decoupled weight decay taken off.", examples=[0.5]
    )
    slots: dict[str, Slot] = Field(
        description="The optimiser's memory.", examples=[{"velocity": {"before": 0, "after": 0.1}}]
    )
    bias_corrected: dict[str, float] = Field(
        description="The memory without its start at zero, where the step uses it so.",
        examples=[{}],
    )
    learning_rate: float = Field(examples=[0.01])
    options: dict[str, float] = Field(examples=[{"weight_decay": 0.0}])
    steps: int = Field(description="The optimiser's steps, this one included.", examples=[120])
    step: float = Field(description="after − before.", examples=[0.0002])
    after: float = Field(examples=[0.5002])
    derivation: list[UpdateLine] = Field(description="The way from before to after.")


# What handlers read from a request's body themselves; FastAPI does not know of these.
BODIES = (TrainingStepRequest,)
