"""Shapes of the API: ways to prepare a photo, side by side."""

from __future__ import annotations

from pydantic import Field

from app.http.schemas.common import PreprocessInfo
from app.http.schemas.outputs import KIND, OutputKind, Prediction, Schema


class Extent(Schema):
    """How far numbers reach."""

    min: float = Field(examples=[0.0])
    max: float = Field(examples=[0.93])
    mean: float = Field(examples=[0.04])


class TrialOutput(Schema):
    """What an output answers in short, by its kind."""

    name: str = Field(examples=["softmax"])
    kind: OutputKind = KIND
    predictions: list[Prediction] | None = Field(
        None, description="Of classes, binary and multilabel: the best five."
    )
    boxes: int | None = Field(
        None, description="Of a detector: how many boxes an analysis has.", examples=[None]
    )
    best_score: float | None = Field(None, description="That of the best of them.", examples=[None])
    values: list[float] | None = Field(
        None, description="Of numbers: the first six.", examples=[None]
    )
    stats: Extent | None = Field(
        None, description="Of what has neither classes nor boxes.", examples=[None]
    )


class PreprocessTrial(Schema):
    """What a model answers to a photo that was prepared in one way."""

    preset: str | None = Field(
        description="The preset's name; null for a way that is none of them.", examples=["imagenet"]
    )
    preprocess: PreprocessInfo
    predictions: list[Prediction] = Field(
        description="The best classes of the primary output; none without classes."
    )
    outputs: list[TrialOutput]


class PreprocessTrials(Schema):
    """The ways to prepare photos side by side, the model's own first."""

    model: str = Field(examples=["everyday"])
    options: list[PreprocessTrial]
