"""How far two analyses are apart, as JSON."""

from __future__ import annotations

from pydantic import Field

from app.http.schemas.outputs import Schema


class LayerDifference(Schema):
    """How far apart two analyses are in one layer."""

    name: str = Field(examples=["pool1"])
    op: str = Field(examples=["max_pool"])
    relative: float | None = Field(
        description="‖of − to‖ / ‖to‖; null where «to» is zero everywhere.", examples=[0.31]
    )
    largest: float = Field(description="The largest |of − to|.", examples=[2.4])
    cosine: float | None = Field(examples=[0.95])


class ScoreDifference(Schema):
    """A class's score in two analyses."""

    label: str = Field(examples=["car"])
    score: float = Field(examples=[0.81])
    other: float = Field(examples=[0.94])


class UnmatchedLayers(Schema):
    """Layers of one side only: the other one has none of that name, or of another shape."""

    of: list[str] = Field(examples=[[]])
    to: list[str] = Field(examples=[[]])


class Difference(Schema):
    """How far the analysis «of» is from the analysis «to»."""

    of: str = Field(examples=["0f3c5a1be2d94c7786a1d0f4b3e25c68"])
    to: str = Field(examples=["77c1d0f4b3e25c680f3c5a1be2d94c77"])
    layers: list[LayerDifference] = Field(description="Those that both have, by name and shape.")
    unmatched: UnmatchedLayers
    predictions: list[ScoreDifference] = Field(
        description="All classes, the best of «of» first; none where the two have other classes."
    )
