"""What if the photo were a little different: moved, turned, out of focus, partly covered."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from app.images.fitting import Box
from engine.preprocess import Preprocess

# How far, in pixels of the network's input, a photo can be moved: so much around the crop is
# remembered with it.
MARGIN = 8


@dataclass(frozen=True)
class PhotoChanges:
    """Changes in the order in which they are made; lengths are in pixels of the network's input.

    - ``shift``: (right, down), whole pixels, at most MARGIN either way;
    - ``rotate``: degrees clockwise about the centre;
    - ``blur``: the standard deviation of a Gauss curve;
    - ``occlude``: (left, top, right, bottom) of the parts that are hidden, half open.
    """

    shift: tuple[int, int] = (0, 0)
    rotate: float = 0.0
    blur: float = 0.0
    occlude: tuple[tuple[int, int, int, int], ...] = ()


def changed(
    around: NDArray[np.uint8], changes: PhotoChanges, preprocess: Preprocess
) -> NDArray[np.uint8]:
    """The pixels that the network is to see: uint8 (H, W, 3), from those with a MARGIN (H + 2m, W +
    2m, 3).

    Beyond the margin the last pixels are repeated. What is covered gets the mean colour, which the
    network takes for zero.
    """
    height, width = (n - 2 * MARGIN for n in around.shape[:2])
    # A turn brings corners in from outside.
    reach = (math.hypot(height, width) - min(height, width)) / 2
    room = math.ceil(reach) + 1 if changes.rotate else 0
    right, down = changes.shift
    canvas = np.pad(around, ((room, room), (room, room), (0, 0)), mode="edge")
    top, left = MARGIN - down, MARGIN - right
    moved = canvas[top : top + height + 2 * room, left : left + width + 2 * room]
    image = Image.fromarray(moved)
    if changes.rotate:
        counterclockwise = -changes.rotate
        image = image.rotate(counterclockwise, Image.Resampling.BICUBIC)
        image = image.crop((room, room, room + width, room + height))
    if changes.blur:
        image = image.filter(ImageFilter.GaussianBlur(changes.blur))
    pixels = np.array(image)
    colour = np.rint(preprocess.blank()).astype(np.uint8)
    for west, north, east, south in changes.occlude:
        pixels[north:south, west:east] = colour
    return pixels


def shown_from(changes: PhotoChanges, box: Box, size: tuple[int, int]) -> Box:
    """The part of the unchanged input that a box of the changed one shows; the smallest box around
    it after a turn.

    ``size`` is (height, width) of the input. Blur and cover move nothing.
    """
    height, width = size
    left, top, right, bottom = box
    angle = math.radians(-changes.rotate)
    cos, sin = math.cos(angle), math.sin(angle)
    corners = [(x - width / 2, y - height / 2) for x in (left, right) for y in (top, bottom)]
    xs = [x * cos - y * sin + width / 2 - changes.shift[0] for x, y in corners]
    ys = [x * sin + y * cos + height / 2 - changes.shift[1] for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
