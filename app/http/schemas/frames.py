"""The shapes of a live camera's frames: what is asked for of one, and the answer's JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from app.http.schemas.common import (
    OUTPUT,
    AnalysisInput,
    ExplanationOut,
    OutputForm,
    Stats,
    Timings,
)
from app.http.schemas.outputs import AnalysisOutput, Prediction, Schema

_Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
_Name = Annotated[str, Field(max_length=1024)]


class FrameLayer(Schema):
    """A layer whose values are wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Name = Field(examples=["conv1_1"])
    channels: Annotated[list[_Number], Field(max_length=65536)] | None = Field(
        None,
        description="Some channels only; none of them ([]) for its range alone. Null: all.",
        examples=[[0, 5]],
    )
    stats: bool = Field(
        False, description="Whether its key figures are wanted beside the range.", examples=[True]
    )


class FrameValue(Schema):
    """A value that is to be explained: channel, y, x in maps; unit in vectors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: _Name = Field(examples=["conv1_1"])
    channel: _Number | None = Field(None, examples=[3])
    y: _Number | None = Field(None, examples=[20])
    x: _Number | None = Field(None, examples=[31])
    unit: _Number | None = Field(None, examples=[None])


class FrameRequest(Schema):
    """What is wanted of a frame."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layers: list[FrameLayer] = Field([], max_length=1024)
    explain: FrameValue | None = None
    pixels: bool = Field(
        False, description="The image as the network sees it, uint8.", examples=[True]
    )


class FrameLayerOut(Schema):
    """A layer in a frame, in short: minimum and maximum of its finite values."""

    name: str = Field(examples=["conv1_1"])
    min: float = Field(examples=[-1.3])
    max: float = Field(examples=[3.1])
    stats: Stats | None = Field(description="null where they were not asked for.")


class Frame(Schema):
    """What a network made of a frame: as in an analysis, but for the layers, which are those that
    were asked for.
    """

    model: str = Field(examples=["everyday"])
    input: AnalysisInput
    layers: list[FrameLayerOut]
    predictions: list[Prediction] = Field(
        description="Of the primary output: all classes, best first; none where it has no classes."
    )
    output: OutputForm | None = OUTPUT
    outputs: list[AnalysisOutput] = Field(description="Every output's answer, in the file's order.")
    timings_ms: Timings
    explanation: ExplanationOut | None = Field(
        description="null where none was asked for, or it has more terms than are listed."
    )


BODIES = (FrameRequest, Frame)
