"""The part of a photo that a network is shown, in the size that it takes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.errors import BadParameter
from app.images.picture import BAND_PIXELS, Picture
from engine.preprocess import Preprocess

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels of the upright photo

_INTERPOLATIONS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}
_REACH = 2  # pixels of the smaller picture, from which the widest of them takes its colours


def check_crop(crop: Box, width: int, height: int) -> Box:
    """The crop, if it lies in a photo of that size and holds a pixel at least. Raises
    BadParameter.
    """
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


def fit(picture: Picture, preprocess: Preprocess, crop: Box | None = None) -> NDArray[np.uint8]:
    """The part that the network sees, in the size that it takes: uint8 (H, W, 3). Without a
    ``crop``, the network's usual one.

    For a network that sees no colours, three equal ones.
    """
    _, rows, cols = preprocess.input_size
    part = crop or preprocess.crop_box(picture.width, picture.height)
    return _resized(picture, preprocess, part, rows, cols)


def surroundings(
    picture: Picture, preprocess: Preprocess, crop: Box, pixels: NDArray[np.uint8], margin: int
) -> NDArray[np.uint8]:
    """``pixels``, which ``fit`` made, with ``margin`` more on each side, at the same scale: uint8
    (H + 2m, W + 2m, 3).

    Where the photo goes on, its own pixels; beyond its edges, the last ones again.
    """
    rows, cols, _ = pixels.shape
    left, top, right, bottom = crop
    across, down = (right - left) / cols, (bottom - top) / rows
    beyond = (
        left / across,
        top / down,
        (picture.width - right) / across,
        (picture.height - bottom) / down,
    )
    # Whole pixels only; a hair more, so that rounding loses none. What that puts outside of the
    # photo, _resized takes back.
    w, n, e, s = (max(0, min(margin, int(room + 1e-6))) for room in beyond)
    box = (left - w * across, top - n * down, right + e * across, bottom + s * down)
    wide = np.array(_resized(picture, preprocess, box, rows + n + s, cols + w + e))
    wide[n : n + rows, w : w + cols] = pixels
    edges = ((margin - n, margin - s), (margin - w, margin - e), (0, 0))
    return np.pad(wide, edges, mode="edge")


def _resized(
    picture: Picture, preprocess: Preprocess, part: Box, rows: int, cols: int
) -> NDArray[np.uint8]:
    (x, y), k = picture.origin, picture.shrink
    left, top, right, bottom = part
    inside = (max(0.0, left), max(0.0, top), min(picture.width, right), min(picture.height, bottom))
    # Where on the input the photo lies. Only a part that reaches beyond the photo leaves a border:
    # by a pixel at least, for rounding may put an edge a hair outside.
    across, down = (right - left) / cols, (bottom - top) / rows
    west, east = (round((edge - left) / across) for edge in inside[::2])
    north, south = (round((edge - top) / down) for edge in inside[1::2])
    box = (
        max(0.0, (inside[0] - x) / k),
        max(0.0, (inside[1] - y) / k),
        min(picture.size[0], (inside[2] - x) / k),
        min(picture.size[1], (inside[3] - y) / k),
    )
    size = (east - west, south - north)
    small = _resize(picture, size, _INTERPOLATIONS[preprocess.interpolation], box)
    if picture.to_srgb is not None:
        small = picture.to_srgb(small)
    seen = np.asarray(small.convert("L").convert("RGB") if preprocess.is_grey else small)
    if size == (cols, rows):
        return seen
    page = np.empty((rows, cols, 3), np.uint8)
    page[:] = np.rint(preprocess.blank()).astype(np.uint8)
    page[north:south, west:east] = seen
    return page


def _resize(
    picture: Picture, size: tuple[int, int], method: Image.Resampling, box: Box
) -> Image.Image:
    """What Image.resize makes of the whole upright picture, to the last bit. It, too, makes the
    width right first and then the height; here the width of some rows at a time.
    """
    (columns, rows), (width, height) = picture.size, size
    left, top, right, bottom = box
    reach = _REACH * max(1.0, (bottom - top) / height) + 1
    first, last = max(0, math.floor(top - reach)), min(rows, math.ceil(bottom + reach))
    step = max(1, BAND_PIXELS // columns)
    narrow = Image.new(picture.stored.mode, (width, rows), None)  # zeros take no memory
    for start in range(first, last, step):
        band = picture.rows(start, min(last, start + step))
        across = (left, 0, right, band.height)
        narrow.paste(band.resize((width, band.height), method, across), (0, start))
    return narrow.resize(size, method, (0, top, width, bottom))
