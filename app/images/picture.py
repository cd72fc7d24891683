"""A decoded picture. What its file's pixels mean (upright, opaque, in RGB) is worked out for some
rows at a time, when they are asked for: so of a large picture there is never a second full copy.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image

from app.errors import DamagedPicture
from app.images.colours import ToSrgb, opaque

BAND_PIXELS = 1_000_000  # so many are worked on at a time

# All that Pillow raises on broken bytes (found by feeding it mutilated pictures), memory for absurd
# ones included.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    AssertionError,
    ArithmeticError,
    TypeError,
    MemoryError,
    struct.error,
    zlib.error,
)

Part = tuple[int, int, int, int]  # left, top, right, bottom, in whole pixels


class Turn(NamedTuple):
    """How to turn a stored picture upright, if at all; which of its far sides come first then;
    whether its sides are swapped.
    """

    method: Image.Transpose | None = None
    right_first: bool = False
    bottom_first: bool = False
    sideways: bool = False


@dataclass(frozen=True)
class Stored:
    """An image as its file stores it, and where its first frame lies, if it does not fill it: what
    is beside that is transparent. CMYK is kept on demand.
    """

    image: Image.Image
    frame: Part | None = None
    keep_inks: bool = False

    @property
    def size(self) -> tuple[int, int]:
        return self.image.size

    @property
    def mode(self) -> str:
        """That of an opaque part: RGB or CMYK."""
        return "CMYK" if self.keep_inks and self.image.mode == "CMYK" else "RGB"

    def opaque(self, part: Part) -> Image.Image:
        """A part of it, transparent pixels on white."""
        if self.frame is None:
            return opaque(self._cut(part), self.keep_inks)
        left, top, right, bottom = part
        page = Image.new("RGB", (right - left, bottom - top), "white")
        west, north = max(left, self.frame[0]), max(top, self.frame[1])
        east, south = min(right, self.frame[2]), min(bottom, self.frame[3])
        if west < east and north < south:
            framed = opaque(self._cut((west, north, east, south)))
            page.paste(framed, (west - left, north - top))
        return page

    def _cut(self, part: Part) -> Image.Image:
        return self.image if part == (0, 0, *self.size) else self.image.crop(part)


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright and opaque.

    ``width`` and ``height`` are what a person sees: the file's own size, turned as its EXIF
    orientation says. ``stored`` may have been shrunk while it was decoded: one of its pixels is
    ``shrink`` × ``shrink`` of the photo's. ``to_srgb`` makes sRGB of the file's own colours, and is
    None where they are that; ``fit`` applies it to the few pixels that are seen in the end.
    """

    stored: Stored
    width: int
    height: int
    format: str
    shrink: float = 1.0
    turn: Turn = Turn()  # noqa: RUF009 (a tuple)
    to_srgb: ToSrgb | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows that there are, upright."""
        width, height = self.stored.size
        return (height, width) if self.turn.sideways else (width, height)

    @property
    def origin(self) -> tuple[float, float]:
        """Where the corner of the first row lies on the photo, (x, y): below zero where the turn
        brings the last, incomplete blocks to the front.
        """
        columns, rows = self.size
        x = self.width - columns * self.shrink if self.turn.right_first else 0.0
        y = self.height - rows * self.shrink if self.turn.bottom_first else 0.0
        return x, y

    def rows(self, top: int = 0, bottom: int | None = None) -> Image.Image:
        """Rows of the upright picture, opaque, in the file's own colours: RGB or CMYK. Raises
        DamagedPicture.
        """
        first, last = top, self.size[1] if bottom is None else bottom
        if self.turn.bottom_first:
            first, last = self.size[1] - last, self.size[1] - first
        width, height = self.stored.size
        part = (first, 0, last, height) if self.turn.sideways else (0, first, width, last)
        try:
            seen = self.stored.opaque(part)
        except BROKEN as error:
            raise damaged(self.format, error) from None
        return seen if self.turn.method is None else seen.transpose(self.turn.method)


def damaged(kind: str, error: Exception) -> DamagedPicture:
    """The refusal of a picture whose pixels cannot be read."""
    return DamagedPicture(f"The {kind} picture begins well, but cannot be decoded: {error}.")
