"""Parameters that several routes share.

Which element of a layer: ``?channel=&y=&x=`` in maps, ``?unit=`` in vectors. Which part of a photo
the network gets: ``?crop=left,top,right,bottom``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from app.errors import BadParameter
from app.images.fitting import Box
from engine.types import Index, Shape

_MOST = 2**31 - 1


@dataclass(frozen=True)
class Position:
    """An element as it was asked for; None where a coordinate was not given."""

    channel: int | None
    y: int | None
    x: int | None
    unit: int | None

    def in_shape(self, shape: Shape) -> Index:
        """The position in a value of that shape, (C, H, W) or (K,). Raises BadParameter when it is
        not one.
        """
        names = ("unit",) if len(shape) == 1 else ("channel", "y", "x")
        given = {k: v for k, v in vars(self).items() if v is not None}
        if set(given) != set(names):
            raise BadParameter(
                f"A number of this layer is named by {', '.join(names)}; given: "
                f"{', '.join(given) or 'nothing'}."
            )
        for name, size in zip(names, shape, strict=True):
            if given[name] >= size:
                raise BadParameter(
                    f"{name}: {given[name]} is outside; this layer has 0 to {size - 1}.",
                    limit=size - 1,
                    actual=given[name],
                )
        return tuple(given[name] for name in names)


async def _position(
    channel: Annotated[int | None, Query(ge=0, le=_MOST, description="In maps.")] = None,
    y: Annotated[int | None, Query(ge=0, le=_MOST, description="In maps: the row.")] = None,
    x: Annotated[int | None, Query(ge=0, le=_MOST, description="In maps: the column.")] = None,
    unit: Annotated[
        int | None, Query(ge=0, le=_MOST, description="In vectors.", examples=[3])
    ] = None,
) -> Position:
    return Position(channel, y, x, unit)


PositionDep = Annotated[Position, Depends(_position)]

# How a photo becomes numbers: POST /models and POST /models/{id}/copies.
PresetParam = Annotated[
    str | None,
    Query(
        description="How pixels become numbers: imagenet (the usual), unit (0 to 1), symmetric (−1 to 1), "
        "raw (0 to 255) or caffe (BGR, 0 to 255 less the mean).",
        max_length=40,
    ),
]
MeanParam = Annotated[
    str | None,
    Query(
        description="One number, or one a channel: (pixel / scale − mean) / std.", max_length=2000
    ),
]
StdParam = Annotated[str | None, Query(description="As mean.", max_length=2000)]
ScaleParam = Annotated[
    str | None,
    Query(
        description="What pixels are divided by first: 255, or 1 where mean and std are for pixels from 0 "
        "to 255.",
        max_length=40,
    ),
]
ChannelsParam = Annotated[
    str | None,
    Query(
        description="What each channel is given: rgb, bgr, rgba (a is 255 everywhere), or a list of "
        "colours and numbers from 0 to 255: r,g,b,128.",
        max_length=400,
    ),
]
CropModeParam = Annotated[
    str | None,
    Query(
        description="How a photo of other proportions fits: center (its middle), squash (stretched) or "
        "border (letterbox).",
        max_length=40,
    ),
]


def parse_crop(text: str | None) -> Box | None:
    """«100,0,500,400», in pixels of the upright photo; None without a text. Raises BadParameter."""
    if not text:
        return None
    try:
        edges = [float(part) for part in text.split(",")]
    except ValueError:
        edges = []
    if len(edges) != 4 or not all(map(math.isfinite, edges)):
        raise BadParameter(
            f"crop: {text!r} is not four numbers. Write left,top,right,bottom in pixels of the "
            "photo: 100,0,500,400."
        )
    left, top, right, bottom = edges
    return left, top, right, bottom
