"""The shapes of the API's JSON that belong to learning: sets of pictures."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from app.schemas import Schema
from app.trainings.suggestion import SUGGESTION


class Dataset(Schema):
    """A set of pictures to learn from."""

    id: str = Field(examples=["shapes"])
    name: str = Field(examples=["Shapes"])
    text: str = Field(examples=["Eight plain figures of any colour, size and turn."])
    classes: list[str] = Field(examples=[["circle", "square"]])
    size: list[int] = Field(description="Rows and columns.", examples=[[32, 32]])
    pictures: int = Field(
        description="How many; they are numbered from 0, class by class.", examples=[3000]
    )
    own: bool = Field(
        description="Somebody brought it: kept on the server's disk until it is deleted.",
        examples=[False],
    )
    problems: list[str] = Field(
        description="Files that were left out, and why.",
        examples=[["'cats/7.png': The file is empty."]],
    )


class DatasetList(Schema):
    """The sets of pictures to learn from."""

    datasets: list[Dataset]
    suggestion: dict[str, Any] = Field(
        description="A wish for POST /trainings that learns any drawn set in less than a minute.",
        examples=[SUGGESTION],
    )
