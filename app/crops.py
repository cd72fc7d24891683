"""Which part of a photo the network is shown, where somebody chose it: ``?crop=left,top,right,bottom``."""

from __future__ import annotations

import math

from app.errors import BadParameter
from app.images import Box


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
            f"crop: {text!r} is not four numbers. Write left,top,right,bottom in pixels of the photo: 100,0,500,400."
        )
    left, top, right, bottom = edges
    return left, top, right, bottom


def check_crop(crop: Box, width: int, height: int) -> Box:
    """The crop, if it lies in a photo of that size and holds a pixel at least. Raises BadParameter."""
    left, top, right, bottom = crop
    if not (left >= 0 and right <= width and top >= 0 and bottom <= height):
        raise BadParameter(
            f"crop: {_text(crop)} reaches outside of the photo, which is {width} × {height} pixels."
        )
    if right - left < 1 or bottom - top < 1:
        raise BadParameter(
            f"crop: {_text(crop)} is less than one pixel wide or high. Write left,top,right,bottom."
        )
    return crop


def _text(crop: Box) -> str:
    return ",".join(f"{edge:g}" for edge in crop)
