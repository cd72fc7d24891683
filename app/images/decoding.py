"""Picture bytes → RGB pixels. Every limit on hostile pictures lives here.

The size in bytes and in pixels is checked before anything is decoded, only formats that people
upload are read, and of an animation only the first frame. Whatever Pillow throws on mutilated bytes
leaves as one of the errors of app/errors.py.
"""

from __future__ import annotations

import io
import re
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from app.errors import DamagedPicture, NoPicture, NotAPicture, PictureTooLarge, TooManyPixels
from app.execution.fair_pool import Postponed, is_postponable
from app.images.colours import ToSrgb, correct_transparency, opaque, to_srgb
from app.images.kinds import find_kind

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")

# Where the marks of files in them stand, and what they are.
_MARKS = {
    "JPEG": (0, b"\xff\xd8\xff"),
    "PNG": (0, b"\x89PNG\r\n\x1a\n"),
    "WEBP": (8, b"WEBP"),
    "BMP": (0, b"BM"),
    "GIF": (0, b"GIF8"),
}

# A picture much larger than the network's input is shrunk on the way: a JPEG while it is decoded
# (to 1/2, 1/4 or 1/8, much faster), others by averaging blocks. It stays so many times as large as
# what the network takes that the resize which follows still averages over many pixels, and nobody
# can tell the difference.
_MARGIN = 4
_BAND_PIXELS = 1_000_000

_LARGE = 4_000_000  # pixels


class _Turn(NamedTuple):
    """How to turn a stored picture upright; which of its far sides come first then; whether its
    sides are swapped.
    """

    method: Image.Transpose
    right_first: bool
    bottom_first: bool
    sideways: bool = False


# EXIF orientation (EXIF 2.32, tag 274) → turn. "Right" and "bottom" are those of the upright
# picture.
_TURNS = {
    2: _Turn(Image.Transpose.FLIP_LEFT_RIGHT, True, False),
    3: _Turn(Image.Transpose.ROTATE_180, True, True),
    4: _Turn(Image.Transpose.FLIP_TOP_BOTTOM, False, True),
    5: _Turn(Image.Transpose.TRANSPOSE, False, False, sideways=True),
    6: _Turn(Image.Transpose.ROTATE_270, True, False, sideways=True),
    7: _Turn(Image.Transpose.TRANSVERSE, True, True, sideways=True),
    8: _Turn(Image.Transpose.ROTATE_90, False, True, sideways=True),
}

# All that Pillow raises on broken bytes (found by feeding it mutilated pictures), memory for absurd
# ones included.
_BROKEN = (
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
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# A few bytes make one more scan of a progressive JPEG, and each is a walk over the whole picture
# that nothing can stop: at 25 megapixels a hundred take two seconds, five hundred more than the
# default time limit. Real pictures have a dozen.
_MAX_SCANS = 100
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
# Markers that have a length. Stuffed bytes, restarts (RST) and TEM have none, and libjpeg passes
# over them.
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")


@dataclass(frozen=True)
class Limits:
    """The largest file, in bytes, and the largest picture, in pixels, that are let in."""

    max_bytes: int
    max_pixels: int


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright and opaque.

    ``width`` and ``height`` are what a person sees: the file's own size, turned as its EXIF
    orientation says. ``image`` may have been shrunk while it was decoded: one of its pixels is
    ``shrink`` × ``shrink`` of the photo's, and its corner lies at ``origin`` (x, y) on the photo;
    below zero where a turn brought the last, incomplete blocks to the front. It is RGB in the
    file's own colours, or CMYK; ``to_srgb`` makes sRGB of it, and is None where it is that. ``fit``
    applies it to the few pixels that are seen in the end.
    """

    image: Image.Image
    width: int
    height: int
    format: str
    shrink: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)
    to_srgb: ToSrgb | None = None


def decode(data: bytes, limits: Limits, at_least: int = 0) -> Picture:
    """Decode a picture. ``at_least``: pixels of the shorter side that the caller will make use of;
    0 decodes in full.

    Raises one of the PictureErrors; where that is possible, Postponed instead of waiting until
    other large pictures are decoded.
    """
    if not data:
        raise NoPicture(
            "The picture is empty: it has no bytes. Was it saved or downloaded to its end?"
        )
    if len(data) > limits.max_bytes:
        raise too_large(limits.max_bytes, len(data)) if find_kind(data) is None else not_read(data)
    image = _open(data, limits)
    if image.width * image.height > limits.max_pixels:
        raise _too_many_pixels(limits.max_pixels, image.size)
    # Phones write JPEGs with a second picture inside; Pillow calls those MPO.
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    if kind == "JPEG" and _scans(data) > _MAX_SCANS:
        raise DamagedPicture(
            f"The JPEG picture begins well, but has more than {_MAX_SCANS} scans; real ones have a dozen."
        )
    with _budget.take(image.width * image.height, limits.max_pixels):
        try:
            return _load(image, data, kind, at_least)
        except _BROKEN as error:
            raise DamagedPicture(
                f"The {kind} picture begins well, but cannot be decoded: {error}."
            ) from None


def too_large(limit: int, actual: int) -> PictureTooLarge:
    """The refusal of a file with too many bytes; ``actual`` is how many there are, or were
    announced.
    """
    return PictureTooLarge(
        f"The picture file has {actual:,} bytes; at most {limit:,} are accepted. Save it smaller and try again.",
        limit=limit,
        actual=actual,
        more={"what": "bytes"},
    )


def not_read(data: bytes) -> NotAPicture:
    """The refusal of bytes that are no picture, or one in a format that is not read: what they are,
    and what to do.
    """
    formats = f"Formats that can be read: {', '.join(FORMATS)}."
    kind = find_kind(data)
    if kind is None and not data.strip(b"\0"):
        return NotAPicture(
            "These bytes are not a picture, but all zero: the file was never written to its end. "
            f"Save or download it again. {formats}"
        )
    if kind is None:
        return NotAPicture(
            f"These bytes are not a picture of any kind that is known here. {formats}"
        )
    if kind.is_picture:
        return NotAPicture(
            f"This file is {kind.name}, a format that is not read here. {kind.advice} {formats}"
        )
    return NotAPicture(f"This file is {kind.name}, not a picture. {kind.advice} {formats}")


def _too_many_pixels(limit: int, size: tuple[int, int]) -> TooManyPixels:
    width, height = size
    return TooManyPixels(
        f"The picture has {width} × {height} pixels; at most {limit:,} in all are accepted. Shrink it and try again.",
        limit=limit,
        actual=width * height,
        more={"what": "pixels"},
    )


def _open(data: bytes, limits: Limits) -> ImageFile.ImageFile:
    """Read the header, no pixels."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except _BOMB:
        # Pillow's own alarm, before the size is known here; it says the number only in its text.
        raise TooManyPixels(
            f"The picture claims to have hundreds of millions of pixels; at most {limits.max_pixels:,} are accepted.",
            limit=limits.max_pixels,
            more={"what": "pixels"},
        ) from None
    except UnidentifiedImageError:
        if _begun(data) is None or find_kind(data) is not None:
            raise not_read(data) from None
        raise DamagedPicture(
            f"The {_begun(data)} picture's header cannot be read. Was the file cut off on its way?"
        ) from None
    except _BROKEN as error:
        raise DamagedPicture(
            f"The {_begun(data) or 'sent'} picture's header cannot be read: {error}."
        ) from None


def _begun(data: bytes) -> str | None:
    """Which format a file has by its mark, whole or not."""
    return next((kind for kind, (at, mark) in _MARKS.items() if data.startswith(mark, at)), None)


def _scans(data: bytes) -> int:
    """How many scans a JPEG has, not counting those of a thumbnail inside a segment or of pictures
    after its end.
    """
    at, scans = 2, 0
    while (marker := _MARKER.search(data, at)) and data[marker.end() - 1] != _END_OF_IMAGE:
        scans += data[marker.end() - 1] == _START_OF_SCAN
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
    return scans


def _load(image: ImageFile.ImageFile, data: bytes, kind: str, at_least: int) -> Picture:
    """Decode, shrink, turn upright."""
    width, height = image.size
    shrink = _shrink_while_decoding(image, _MARGIN * at_least)
    frame = _first_frame(image, data)
    if image.info.get("default_image"):
        image.seek(
            1
        )  # an APNG's first frame; what stands before it is for programs that show no animations
    image.load()
    if kind == "PNG":
        correct_transparency(image, data)
    colours = to_srgb(image)
    keep_inks = colours is not None
    orientation = _orientation(image)
    whole = image if frame is None else _on_white(opaque(image), frame)
    factor = min(whole.size) // (_MARGIN * at_least) if at_least else 1
    flat = _shrunk(whole, factor, keep_inks) if factor > 1 else opaque(whole, keep_inks)
    shrink *= max(1, factor)
    turn = _TURNS.get(orientation)
    if turn is None:
        return Picture(flat, width, height, kind, shrink, to_srgb=colours)
    if turn.sideways:
        width, height = height, width
    upright = flat.transpose(turn.method)
    x = width - upright.width * shrink if turn.right_first else 0.0
    y = height - upright.height * shrink if turn.bottom_first else 0.0
    return Picture(upright, width, height, kind, shrink, (x, y), colours)


def _first_frame(image: ImageFile.ImageFile, data: bytes) -> tuple[int, int, int, int] | None:
    """Where a GIF's or WebP's first frame lies, when it does not fill the picture: what is beside
    it is transparent.
    """
    box = None
    if image.format == "GIF" and image.tile:
        box = image.tile[0].extents
    elif image.format == "WEBP" and (at := _first_chunk(data, b"ANMF")):
        # WebP container specification: places are halved, sizes are less by one; three bytes each.
        x, y, w, h = (int.from_bytes(data[at + i : at + i + 3], "little") for i in (0, 3, 6, 9))
        box = (2 * x, 2 * y, 2 * x + w + 1, 2 * y + h + 1)
    return None if box == (0, 0, *image.size) else box


def _first_chunk(data: bytes, name: bytes) -> int:
    """Where the content of a WebP's first chunk of that name begins, if it is among the first few;
    else 0.
    """
    at = 12
    for _ in range(8):
        if data[at : at + 4] == name:
            return at + 8
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return 0


def _on_white(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """The picture in the box, white around it."""
    page = Image.new("RGB", image.size, "white")
    page.paste(image.crop(box), box[:2])
    return page


def _shrink_while_decoding(image: Image.Image, enough: int) -> float:
    """Tell a JPEG's decoder to give fewer pixels. How many of the photo's pixels one of them is, a
    side.
    """
    width = image.width
    drafted = image.draft(None, (enough, enough)) if enough else None
    return 1.0 if drafted is None else width / drafted[1][2]


def _shrunk(image: Image.Image, factor: int, keep_inks: bool) -> Image.Image:
    """Opaque, each pixel the mean of a block of ``factor`` × ``factor``. Band by band, so there is
    never a second full copy.
    """
    width, height = image.size
    mode = "CMYK" if keep_inks and image.mode == "CMYK" else "RGB"
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, _BAND_PIXELS // (width * factor))
    for top in range(0, height, rows):
        band = image.crop((0, top, width, min(height, top + rows)))
        small.paste(opaque(band, keep_inks).reduce(factor), (0, top // factor))
    return small


class _PixelBudget:
    """Large pictures that are decoded at the same time have together no more pixels than one may
    have: decoding takes 4 bytes a pixel, and up to 16 for WebP.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = 0
        self._resumes: list[Callable[[], None]] = []

    @contextmanager
    def take(self, pixels: int, limit: int) -> Iterator[None]:
        """Room for a picture within ``limit``, when there is some; it goes at the end.

        Raises Postponed instead of waiting where that is possible.
        """
        if pixels < _LARGE:
            yield
            return
        with self._changed:
            if is_postponable() and not self._fits(pixels, limit):
                raise Postponed(partial(self._call_when_it_fits, pixels, limit))
            self._changed.wait_for(lambda: self._fits(pixels, limit))
            self._taken += pixels
        try:
            yield
        finally:
            with self._changed:
                self._taken -= pixels
                resumes, self._resumes = self._resumes, []
                self._changed.notify_all()
            # Each looks again whether there is room; who came first goes to the head last.
            for resume in reversed(resumes):
                resume()

    def _fits(self, pixels: int, limit: int) -> bool:
        return not self._taken or self._taken + pixels <= limit

    def _call_when_it_fits(self, pixels: int, limit: int, resume: Callable[[], None]) -> None:
        with self._changed:
            if not self._fits(pixels, limit):
                self._resumes.append(resume)
                return
        resume()


_budget = _PixelBudget()


def _orientation(image: Image.Image) -> int:
    """The orientation by EXIF, or else XMP; 1 (upright) when there is none. Broken EXIF data does
    not make a picture unreadable.
    """
    image.info.pop("Raw profile type exif", None)  # a PNG's text that nothing but ImageMagick heeds
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _BROKEN:
        return 1
