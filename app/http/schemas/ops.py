"""What the API says of an op, whichever layer it is in."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.http.schemas.outputs import Schema
from engine.ops.base import Family


class OpTraits(Schema):
    """What an op says of itself."""

    display_name: str = Field(description="The op's name for people.", examples=["Convolution"])
    formula: str = Field(
        description="Of a function of one number: what it makes of x; else empty.", examples=[""]
    )
    family: Literal["input", Family] = Field(examples=["weights"])
    per_channel: bool = Field(
        description="Whether channel k depends on channel k of each input alone.", examples=[False]
    )
    weighted: bool = Field(
        description="Whether it has a kernel for each of its channels or units.", examples=[True]
    )
    preserves_order: bool = Field(
        description="Whether it has its input's values in their order, whatever the shape.",
        examples=[False],
    )


class Curve(Schema):
    """A function of one number, over the range of a layer's input. null where it is not defined."""

    x: list[float] = Field(examples=[[-1.0, 0.0, 1.0]])
    y: list[float | None] = Field(examples=[[0.0, 0.0, 1.0]])
