"""Shapes of the API: ways to prepare a photo, side by side."""

from __future__ import annotations

from pydantic import Field

from app.http.schemas.common import PreprocessInfo
from app.http.schemas.outputs import Prediction, Schema


class PreprocessTrial(Schema):
    """What a model answers to a photo that was prepared in one way."""

    preset: str | None = Field(
        description="The preset's name; null for a way that is none of them.", examples=["imagenet"]
    )
    preprocess: PreprocessInfo
    predictions: list[Prediction] = Field(description="The best classes; none without classes.")


class PreprocessTrials(Schema):
    """The ways to prepare photos side by side, the model's own first."""

    model: str = Field(examples=["everyday"])
    options: list[PreprocessTrial]
