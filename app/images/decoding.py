"""Picture bytes → RGB pixels. Every limit on hostile pictures lives here.

The size in bytes and in pixels is checked before anything is decoded, only formats that people
upload are read, and of an animation only the first frame. Whatever Pillow throws on mutilated bytes
leaves as one of the errors of app/errors.py.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from app.errors import DamagedPicture, NoPicture, NotAPicture, PictureTooLarge, TooManyPixels
from app.execution.fair_pool import Postponed, is_postponable
from app.images.colours import correct_transparency, to_srgb
from app.images.kinds import find_kind
from app.images.picture import BAND_PIXELS, BROKEN, Part, Picture, Stored, Turn, damaged

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

_LARGE = 4_000_000  # pixels, of four bytes each
_LONGEST = 65_535  # pixels of a side: more than JPEG, WebP and GIF can say

# EXIF orientation (EXIF 2.32, tag 274) → turn. "Right" and "bottom" are those of the upright
# picture.
_TURNS = {
    2: Turn(Image.Transpose.FLIP_LEFT_RIGHT, True, False),
    3: Turn(Image.Transpose.ROTATE_180, True, True),
    4: Turn(Image.Transpose.FLIP_TOP_BOTTOM, False, True),
    5: Turn(Image.Transpose.TRANSPOSE, False, False, sideways=True),
    6: Turn(Image.Transpose.ROTATE_270, True, False, sideways=True),
    7: Turn(Image.Transpose.TRANSVERSE, True, True, sideways=True),
    8: Turn(Image.Transpose.ROTATE_90, False, True, sideways=True),
}

_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# A few bytes make one more scan of a progressive JPEG, and each is a walk over the whole picture
# that nothing can stop: at 25 megapixels a hundred take two seconds, five hundred more than the
# default time limit. Real pictures have a dozen.
_MAX_SCANS = 100
# A BMP made of runs is decoded in Python, run by run and with four bits pixel by pixel: 25
# megapixels take four seconds. A screenshot of Full HD is let in.
_RUN_LENGTHS = (1, 2)  # of eight and of four bits ([MS-WMF], 2.1.1.7)
_MOST_OF_RUNS = 1 << 21  # pixels, and bytes: real files have about one for each pixel
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
# Markers that have a length. Stuffed bytes, restarts (RST) and TEM have none, and libjpeg passes
# over them.
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")


@dataclass(frozen=True)
class Limits:
    """The largest file, in bytes, and the largest picture, in pixels, that are let in."""

    max_bytes: int
    max_pixels: int


@contextmanager
def decoded(data: bytes, limits: Limits, at_least: int = 0) -> Iterator[Picture]:
    """A picture, decoded, to be used within the ``with`` block. ``at_least``: pixels of the shorter
    side that the caller will make use of; 0 decodes in full.

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
    _check_size(image.size, limits.max_pixels)
    if image.format == "BMP" and image.info.get("compression") in _RUN_LENGTHS:
        _check_runs(image.size, len(data))
    # Phones write JPEGs with a second picture inside; Pillow calls those MPO.
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    if kind == "JPEG" and _scans(data) > _MAX_SCANS:
        raise DamagedPicture(
            f"The JPEG picture begins well, but has more than {_MAX_SCANS} scans; real ones have a dozen."
        )
    with _budget.take(_weight(image) * image.width * image.height, limits.max_pixels):
        try:
            picture = _load(image, data, kind, at_least)
        except BROKEN as error:
            raise damaged(kind, error) from None
        yield picture


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


def _check_size(size: tuple[int, int], limit: int) -> None:
    """Raises TooManyPixels."""
    (width, height), longest = size, max(size)
    if width * height > limit:
        raise TooManyPixels(
            f"The picture has {width} × {height} pixels; at most {limit:,} in all are accepted. Shrink it and try again.",
            limit=limit,
            actual=width * height,
            more={"what": "pixels"},
        )
    if longest > _LONGEST:
        # Resizing makes the width right first: for a column, of many times as many pixels.
        raise TooManyPixels(
            f"The picture has {width} × {height} pixels; a side has at most {_LONGEST:,}.",
            limit=_LONGEST,
            actual=longest,
            more={"what": "pixels"},
        )


def _check_runs(size: tuple[int, int], length: int) -> None:
    """Raises TooManyPixels or PictureTooLarge for a BMP made of runs."""
    kind = "The picture is a BMP compressed as runs (RLE), which take long to read,"
    advice = f"at most {_MOST_OF_RUNS:,} are accepted. Save it as PNG and try again."
    if size[0] * size[1] > _MOST_OF_RUNS:
        raise TooManyPixels(
            f"{kind} with {size[0]} × {size[1]} pixels; {advice}",
            limit=_MOST_OF_RUNS,
            actual=size[0] * size[1],
            more={"what": "pixels"},
        )
    if length > _MOST_OF_RUNS:
        raise PictureTooLarge(
            f"{kind} with {length:,} bytes; {advice}",
            limit=_MOST_OF_RUNS,
            actual=length,
            more={"what": "bytes"},
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
    except BROKEN as error:
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
    """Decode and shrink."""
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
    vars(image).pop("_decoder", None)  # WebP's, which keeps two more copies of the pixels
    turn = _TURNS.get(_orientation(image), Turn())
    stored = Stored(image, frame, keep_inks=colours is not None)
    factor = max(1, min(image.size) // (_MARGIN * at_least)) if at_least else 1
    if factor > 1:
        stored = _shrunk(stored, factor)
        shrink *= factor
    if turn.sideways:
        width, height = height, width
    return Picture(stored, width, height, kind, shrink, turn, colours)


def _first_frame(image: ImageFile.ImageFile, data: bytes) -> Part | None:
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


def _shrink_while_decoding(image: Image.Image, enough: int) -> float:
    """Tell a JPEG's decoder to give fewer pixels. How many of the photo's pixels one of them is, a
    side.
    """
    width = image.width
    drafted = image.draft(None, (enough, enough)) if enough else None
    return 1.0 if drafted is None else width / drafted[1][2]


def _shrunk(stored: Stored, factor: int) -> Stored:
    """Opaque, each pixel the mean of a block of ``factor`` × ``factor``."""
    width, height = stored.size
    small = Image.new(stored.mode, (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, BAND_PIXELS // (width * factor))
    for top in range(0, height, rows):
        band = stored.opaque((0, top, width, min(height, top + rows)))
        small.paste(band.reduce(factor), (0, top // factor))
    return Stored(small, keep_inks=stored.keep_inks)


def _weight(image: ImageFile.ImageFile) -> int:
    """How many pixels of four bytes one of a picture's takes while it is decoded."""
    if image.format == "WEBP":
        return 4
    # The coefficients of all scans are kept, two bytes for each colour.
    return 2 if image.info.get("progressive") else 1


class _PixelBudget:
    """Large pictures that are decoded at the same time have together no more pixels than one may
    have, each pixel weighed by the memory that it takes.
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
    except BROKEN:
        return 1
