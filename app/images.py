"""Picture bytes → RGB pixels. Every limit on hostile pictures lives here.

The size in bytes and in pixels is checked before anything is decoded, only formats that people upload are read, and of an
animation only the first frame. Whatever Pillow throws on mutilated bytes leaves as one of the errors of app/errors.py.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from app.errors import DamagedPicture, NoPicture, NotAPicture, PictureTooLarge, TooManyPixels
from engine.preprocess import Preprocess

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")

_INTERPOLATIONS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}

# A JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, much faster. It stays this much larger than what the network takes,
# so that the resize that follows still averages over many pixels and nobody can tell the difference.
_DRAFT_MARGIN = 4

# EXIF orientation → how to turn the picture upright (EXIF 2.32, tag 274).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {_TURNS[k] for k in (5, 6, 7, 8)}

# All that Pillow raises on broken bytes (found by feeding it mutilated pictures), memory for absurd ones included.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Limits:
    """The largest file, in bytes, and the largest picture, in pixels, that are let in."""

    max_bytes: int
    max_pixels: int


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright and opaque.

    ``width`` and ``height`` are what a person sees: the file's own size, turned as its EXIF orientation says. ``image`` (RGB)
    may be smaller where a large JPEG was decoded at a fraction of its size.
    """

    image: Image.Image
    width: int
    height: int
    format: str


def decode(data: bytes, limits: Limits, at_least: int = 0) -> Picture:
    """Decode a picture. ``at_least``: pixels of the shorter side that the caller will make use of; 0 decodes in full.

    Raises one of the PictureErrors.
    """
    if not data:
        raise NoPicture("The request holds no picture: its body, or its field «image», is empty.")
    if len(data) > limits.max_bytes:
        raise too_large(limits.max_bytes, len(data))
    image = _open(data)
    if image.width * image.height > limits.max_pixels:
        raise _too_many_pixels(limits.max_pixels, image.size)
    # Phones write JPEGs with a second picture inside; Pillow calls those MPO.
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    try:
        width, height = image.size
        if at_least:
            image.draft(None, (_DRAFT_MARGIN * at_least, _DRAFT_MARGIN * at_least))
        image.load()
        turn = _TURNS.get(_orientation(image))
        if turn in _SIDEWAYS:
            width, height = height, width
        upright = image if turn is None else image.transpose(turn)
        return Picture(_opaque_rgb(upright), width, height, kind)
    except _BROKEN as error:
        raise DamagedPicture(
            f"The {kind} picture begins well, but cannot be decoded: {error}."
        ) from None


def fit(picture: Picture, preprocess: Preprocess) -> NDArray[np.uint8]:
    """The part that the network sees, in the size that it takes: uint8 (H, W, 3)."""
    _, rows, cols = preprocess.input_size
    image = picture.image
    left, top, right, bottom = preprocess.crop_box(picture.width, picture.height)
    across, down = image.width / picture.width, image.height / picture.height
    box = (
        max(0.0, left * across),
        max(0.0, top * down),
        min(float(image.width), right * across),
        min(float(image.height), bottom * down),
    )
    small = image.resize((cols, rows), _INTERPOLATIONS[preprocess.interpolation], box)
    return np.asarray(small)


def too_large(limit: int, actual: int) -> PictureTooLarge:
    """The refusal of a file with too many bytes; ``actual`` is how many there are, or were announced."""
    return PictureTooLarge(
        f"The picture file has {actual:,} bytes; at most {limit:,} are accepted. Save it smaller and try again.",
        limit=limit,
        actual=actual,
    )


def _too_many_pixels(limit: int, size: tuple[int, int]) -> TooManyPixels:
    width, height = size
    return TooManyPixels(
        f"The picture has {width} × {height} pixels; at most {limit:,} in all are accepted. Shrink it and try again.",
        limit=limit,
        actual=width * height,
    )


def _open(data: bytes) -> Image.Image:
    """Read the header, no pixels."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except _BOMB:
        raise TooManyPixels("The picture claims to have hundreds of millions of pixels.") from None
    except UnidentifiedImageError:
        raise NotAPicture(
            f"These bytes are not a picture. Formats that can be read: {', '.join(FORMATS)}."
        ) from None
    except _BROKEN as error:
        raise DamagedPicture(f"The picture's header cannot be read: {error}.") from None


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) when there is none. Broken EXIF data does not make a picture unreadable."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _BROKEN:
        return 1


def _opaque_rgb(image: Image.Image) -> Image.Image:
    """Any mode as RGB: transparent parts on white, 16-bit grey scaled down rather than cut off."""
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.float32) / 257
        image = Image.fromarray(np.clip(np.rint(grey), 0, 255).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image if image.mode == "RGBA" else image.convert("RGBA")
    page = Image.new("RGB", layer.size, "white")
    page.paste(layer, mask=layer.getchannel("A"))
    return page
