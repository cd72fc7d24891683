"""Shapes of the API: what a training is asked to be, and the layers that a network is put together
from.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, TypeAdapter, model_validator
from pydantic.json_schema import JsonSchemaValue, SkipJsonSchema
from pydantic_core import CoreSchema

from app.http.schemas.outputs import Schema
from app.learning.runs.defaults import DEFAULT_CONFIG


class ConvLayer(Schema):
    """A convolution."""

    kind: Literal["conv"] = Field(examples=["conv"])
    filters: int = Field(ge=1, le=256, examples=[16])
    kernel: int = Field(3, ge=1, le=11, examples=[3])
    stride: int = Field(1, ge=1, le=8, examples=[1])
    padding: int = Field(0, ge=0, le=5, examples=[1])


class PoolLayer(Schema):
    """Max pooling or average pooling."""

    kind: Literal["maxpool", "avgpool"] = Field(examples=["maxpool"])
    kernel: int = Field(2, ge=1, le=8, examples=[2])
    stride: int = Field(2, ge=1, le=8, examples=[2])


class PlainLayer(Schema):
    """Batch normalisation or an activation function."""

    kind: Literal["batchnorm", "relu", "sigmoid", "tanh"] = Field(examples=["relu"])


class DropoutLayer(Schema):
    """Dropout; ``rate`` is the part that is dropped."""

    kind: Literal["dropout"] = Field(examples=["dropout"])
    rate: float = Field(0.25, ge=0, le=0.9, examples=[0.25])


class DenseLayer(Schema):
    """A fully connected layer."""

    kind: Literal["dense"] = Field(examples=["dense"])
    units: int = Field(ge=1, le=1024, examples=[32])


_LAYER = TypeAdapter[Any](
    Annotated[
        ConvLayer | PoolLayer | PlainLayer | DropoutLayer | DenseLayer,
        Field(discriminator="kind"),
    ]
)


class _AnyLayer:
    """Says of a mapping that it is one of the layers above. The server takes any:
    engine/zoo/layer_spec.py checks them, and what is wrong with one is an answer (the plan's
    ``problem``), not a refusal.
    """

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(_LAYER.core_schema)


Layers = Annotated[
    list[Annotated[dict[str, Any], _AnyLayer()]],
    Field(
        max_length=64,
        description=(
            "From the picture on, without the last dense layer and the softmax, which are added."
        ),
        examples=[DEFAULT_CONFIG["layers"]],
    ),
]

DatasetId = Annotated[str, Field(max_length=64, description="A set's id.", examples=["shapes"])]
Architecture = Annotated[
    Literal["everyday", "branches"],
    Field(description="Instead of layers; for sets of 64 × 64 pictures."),
]
Loss = Annotated[Literal["cross_entropy", "mean_squared_error"], Field(examples=["cross_entropy"])]
Optimiser = Annotated[
    Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"], Field(examples=["adam"])
]
LearningRate = Annotated[float, Field(gt=0, le=10, examples=[0.005])]
Momentum = Annotated[float, Field(ge=0, lt=1, examples=[0.9])]
Schedule = Annotated[Literal["constant", "cosine", "one_cycle"], Field(examples=["cosine"])]
BatchSize = Annotated[int, Field(ge=1, le=512, examples=[32])]
WeightDecay = Annotated[float, Field(ge=0, le=1, examples=[0.0])]
LabelSmoothing = Annotated[float, Field(ge=0, lt=1, examples=[0.0])]
Augmentation = Annotated[Literal["none", "standard", "strong"], Field(examples=["none"])]
Epochs = Annotated[int, Field(ge=1, le=1000, examples=[12])]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, examples=[0])]
Speed = Annotated[
    float | None,
    Field(
        ge=0.1,
        le=1000,
        description="Batches a second; null for as many as the machine manages.",
        examples=[None],
    ),
]


class TrainingConfig(Schema):
    """What a training is: its pictures, its network (layers, or the name of an architecture), and
    how it learns.
    """

    dataset: DatasetId
    layers: Layers | SkipJsonSchema[None] = None
    architecture: Architecture | SkipJsonSchema[None] = Field(None, examples=["everyday"])
    loss: Loss
    optimiser: Optimiser
    learning_rate: LearningRate
    momentum: Momentum
    schedule: Schedule
    batch_size: BatchSize
    weight_decay: WeightDecay
    label_smoothing: LabelSmoothing
    augmentation: Augmentation
    epochs: Epochs
    seed: Seed


class SuggestedConfig(Schema):
    """What suits a dataset by its number of images, for a network from layers."""

    optimiser: Optimiser
    learning_rate: LearningRate
    batch_size: BatchSize
    epochs: Epochs
    augmentation: Augmentation


def _by_images(name: str) -> Any:
    return Field(
        None,
        description="Without it, what suits the number of images: the dataset's `suggested`.",
        examples=[DEFAULT_CONFIG[name]],
    )


class TrainingRequest(Schema):
    """What a training is to be: pictures, a network (layers, or the name of an architecture), and
    how to learn.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("", max_length=200, description="What to call it.", examples=["Shapes"])
    dataset: DatasetId = "shapes"
    layers: Layers | None = Field(
        None,
        description="Without layers and architecture, a small network that learns each drawn set.",
    )
    architecture: Architecture | None = Field(None, examples=[None])
    loss: Loss = "cross_entropy"
    optimiser: Optimiser | None = _by_images("optimiser")
    learning_rate: LearningRate | None = _by_images("learning_rate")
    momentum: Momentum = 0.9
    schedule: Schedule = "cosine"
    batch_size: BatchSize | None = _by_images("batch_size")
    weight_decay: WeightDecay = 0.0
    label_smoothing: LabelSmoothing = 0.0
    augmentation: Augmentation | None = _by_images("augmentation")
    epochs: Epochs | None = _by_images("epochs")
    seed: Seed = 0
    paused: bool = Field(False, description="Wait before the first step.", examples=[False])
    speed: Speed = None

    @model_validator(mode="after")
    def _one_network(self) -> Self:
        if self.layers is not None and self.architecture is not None:
            raise ValueError("give either layers or an architecture")
        return self


# What handlers read from a request's body themselves; FastAPI does not know of these.
BODIES = (TrainingRequest,)
