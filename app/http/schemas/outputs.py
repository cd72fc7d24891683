"""The shapes of the API's JSON that say what a network answers: its outputs, their kinds, and what
they say of a photo.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Schema(BaseModel):
    """Base of all shapes."""

    model_config = ConfigDict(frozen=True)


class Prediction(Schema):
    """A class and its score."""

    label: str = Field(examples=["car"])
    score: float = Field(examples=[0.9421])


OutputKind = Literal[
    "classes", "binary", "multilabel", "numbers", "boxes", "map", "image", "tokens", "unknown"
]
KIND = Field(
    description="classes: exclusive ones · binary: a yes or no, two classes · multilabel: several yes or "
    "no · numbers: points, angles, features · boxes: rows of a detector, or what belongs to "
    "them · map: scores with rows and columns · image: a picture · tokens: scores of symbols "
    "along a line · unknown.",
    examples=["classes"],
)


class ModelOutput(Schema):
    """An output of a model, and what it is taken for."""

    name: str = Field(examples=["softmax"])
    kind: OutputKind = KIND
    shape: list[int] = Field(description="One picture's.", examples=[[20]])
    classes: int = Field(
        description="What it tells apart: names in a list, channels of a map, symbols of a sequence; 0 "
        "for none.",
        examples=[20],
    )
    labels: list[str] | None = Field(
        description="What these are called; null where nobody says.",
        examples=[["banana", "car", "cat"]],
    )
    logits: str = Field(
        description="The value that attributions ask about: what goes into the activation, or the output "
        "itself.",
        examples=["fc1"],
    )
    activation: Literal["softmax", "sigmoid"] | None = Field(
        description="What turns the logits into probabilities, or would.", examples=["softmax"]
    )
    primary: bool = Field(
        description="Whether it is the answer where only one is wanted.", examples=[True]
    )
    reason: str = Field(
        description="Why it is taken for that.", examples=["Its numbers come out of a softmax."]
    )


class OutputBox(Schema):
    """A box of a detector, in pixels of the photo; it may reach out of it."""

    left: float = Field(examples=[12.5])
    top: float = Field(examples=[40.0])
    right: float = Field(examples=[220.0])
    bottom: float = Field(examples=[180.5])
    label: str = Field(description="Its class, by number where nobody names it.", examples=["car"])
    score: float = Field(examples=[0.87])
    output: str = Field(description="The output that holds its scores.", examples=["output0"])
    row: int = Field(description="Which row (or cell) of that output.", examples=[1203])


class AnalysisOutput(Schema):
    """What an output answers for a photo. The numbers of all kinds are those of the layer of that
    name.
    """

    name: str = Field(examples=["softmax"])
    kind: OutputKind = KIND
    predictions: list[Prediction] | None = Field(
        None, description="Of classes, binary and multilabel: all classes, best first."
    )
    values: list[float] | None = Field(
        None, description="Of numbers: the first 1,000.", examples=[None]
    )
    boxes: list[OutputBox] | None = Field(
        None,
        description="Of a detector whose layout is a usual one, with the first of its outputs: what has a "
        "score of 0.05 or more and is not suppressed by a better box of its class "
        "(intersection over union above 0.45), best first, at most 100.",
        examples=[None],
    )
    format: str | None = Field(
        None, description="The layout that the boxes were read by.", examples=[None]
    )
    note: str | None = Field(
        None, description="What had to be supposed for that; empty for nothing.", examples=[None]
    )
