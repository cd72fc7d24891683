"""The JSON of workspaces and links."""

from __future__ import annotations

from pydantic import Field

from app.http.schemas.outputs import Schema

SHARE = Field(
    description="The id by which others find it; null if it is not shared.", examples=[None]
)
LENT = Field(
    description="Whether it is somebody else's: looked at and used, not changed.", examples=[False]
)


class ShareOut(Schema):
    """A link by which others may look at something."""

    id: str = Field(
        description="The id by which others find it: where its own id would stand.",
        examples=["own-8b1e5d20c4f94c7786a1d0f4b3e25c68"],
    )


class WorkspaceOut(Schema):
    """What a workspace holds: how many of each."""

    models: int = Field(examples=[2])
    datasets: int = Field(examples=[1])
    trainings: int = Field(examples=[3])
