"""The shape of an error on the wire (RFC 9457), as the OpenAPI document describes it."""

from __future__ import annotations

from pydantic import Field

from app.http.schemas.outputs import Schema


class ProblemInput(Schema):
    """An input of a network that cannot be shown as it is."""

    name: str = Field(examples=["scale"])
    shape: list[int] = Field(examples=[[1]])
    photo: bool = Field(description="Whether it takes the photo.", examples=[False])


class Problem(Schema):
    """An error (RFC 9457). ``type`` is stable and leads to an explanation."""

    type: str = Field(examples=["/errors/image-too-large"])
    title: str = Field(examples=["The picture file is too large"])
    status: int = Field(examples=[413])
    detail: str = Field(
        examples=["The picture file has 12,582,912 bytes; at most 10,485,760 are accepted."]
    )
    request_id: str | None = Field(
        None,
        description="The same as in the header X-Request-ID: the line of the server's log.",
        examples=["9f2c41d07be3a865"],
    )
    limit: float | None = Field(None, description="The limit that was met.", examples=[10485760])
    actual: float | None = Field(None, description="What it was met with.", examples=[12582912])
    errors: list[dict[str, str]] | None = Field(
        None, description="For invalid requests: where, and what is wrong."
    )
    what: str | None = Field(
        None,
        description="What limit and actual count: bytes, unpacked_bytes, kept_bytes, pixels, entries, "
        "pictures, classes, datasets or trainings; for models also nodes, multiply_adds, activation_bytes or "
        "parameter_bytes.",
    )
    op: str | None = Field(None, description="For models: the operation that cannot be run.")
    node: str | None = Field(None, description="For models: the node that asks for it.")
    supported: list[str] | None = Field(
        None, description="For models: the operations that can be run."
    )
    way_out: str | None = Field(None, description="For models: what can be done about it.")
    before: str | None = Field(
        None, description="For models: the value at which the file can be cut off before that node."
    )
    missing: list[str] | None = Field(
        None, description="For models: the files with its weights that were not sent."
    )
    field: str | None = Field(
        None,
        description="For models: the option that is needed or does not fit: size, channels, labels, "
        "input:NAME.",
        examples=["size"],
    )
    fixed_size: list[int | None] | None = Field(
        None,
        description="For models: the height and width that the file fixes; null for a side that is open.",
    )
    input: str | None = Field(None, description="For models: the input that it is about.")
    inputs: list[ProblemInput] | None = Field(
        None, description="For models with several inputs: all of them."
    )
    channels: int | None = Field(
        None, description="For models whose channels nobody names: how many there are."
    )
    input_shape: list[int | None] | None = Field(
        None, description="For models: that input's axes; null for one that the file leaves open."
    )
    open_sides: list[str] | None = Field(
        None,
        description="For models: which of height and width are open; the file fixes the other.",
    )
    suggested_size: list[int] | None = Field(
        None, description="For models: a height and width at which it can be run, if one is known."
    )
