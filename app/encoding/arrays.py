"""Arrays → bytes: JSON, npy, npz, PNG. Arrays are (C, H, W) or (K,), float32."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.errors import BadParameter
from engine.types import Array

# Evenly spaced stops, joined by straight lines in RGB; the page's colours
# (static/js/render/palette.js, in its light theme). Viridis, for values from zero up: Smith and van
# der Walt, 2015 (CC0). Signed values go from blue over paper, which is zero, to orange.
_VIRIDIS = "440154 482475 414487 355f8d 2a788e 21918c 22a884 44bf70 7ad151 bddf26 fde725"
_BLUE_ORANGE = "08264f 1d5796 4f93c9 a9cde4 f7f7f5 f5c39b e08441 b24a10 5e1d05"
_STEPS = 255
_BACKGROUND = 255  # the palette's last entry: the gaps between the maps
_PAPER = (255, 255, 255)

_CELL = 96  # a map is enlarged by a whole factor to about this many pixels
_GAP = 4
_OVERLAY = 512  # and a picture with a map over it to about this many
_MOST_PIXELS = 64_000_000  # of a sheet that is not enlarged at all
_MAX_SHEET = 4_000_000  # pixels; a sheet that would be larger is enlarged less


def json_bytes(content: Any) -> bytes:
    """Any plain content as JSON, NumPy arrays and dataclasses included; a NaN becomes null."""
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def plain(y: Array) -> NDArray[np.float32]:
    """The array in the wire format: little-endian float32, C order."""
    return np.ascontiguousarray(y, "<f4")


def npy_bytes(y: Array) -> bytes:
    """One array as a ``.npy`` file."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, plain(y), allow_pickle=False)
    return buffer.getvalue()


def npz_chunks(arrays: Iterable[tuple[str, Array]]) -> Iterator[bytes]:
    """Named arrays as a ``.npz`` file, piece by piece: no more than one array's bytes are in memory
    at a time.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, y in arrays:
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), npy_bytes(y))
            yield sink.drain()
    yield sink.drain()


def png_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """RGB pixels (H, W, 3), or RGBA, as a PNG."""
    return _png(Image.fromarray(pixels))


def heatmaps_png(y: Array, title: str) -> bytes:
    """A contact sheet of heatmaps on one shared scale, as a PNG; a vector's units are one square
    each.

    Signed values are coloured on a diverging scale that is symmetric about zero, others from zero
    up. The PNG's text chunks hold the ends of the scale.
    """
    maps = plain(y) if y.ndim == 3 else plain(y).reshape(-1, 1, 1)
    low, high, table = _scale(maps)
    levels = np.rint((maps - low) * ((_STEPS - 1) / (high - low))).astype(np.uint8)
    sheet = Image.fromarray(_sheet(levels))
    sheet.putpalette(table.tobytes())
    text = PngInfo()
    text.add_text("Title", title)
    text.add_text("Description", f"{len(maps)} maps, colours from {low:g} to {high:g}")
    return _png(sheet, pnginfo=text)


def overlay_png(
    pixels: NDArray[np.uint8], values: Array, signed: bool, title: str, strength: float = 0.7
) -> bytes:
    """An attribution map (H, W) laid over its image (H, W, 3), as a PNG enlarged to about 512
    pixels.

    Where the map is zero the picture shows through, in grey so that the colours are the map's
    alone; where it is largest, ``strength`` of the colour is the map's.
    """
    reach = float(np.abs(values).max()) or 1.0
    levels = (values / reach + 1) / 2 if signed else values / reach
    table = _palette(signed)
    colours = table[np.rint(levels * (_STEPS - 1)).astype(np.uint8)].astype(np.float32)
    grey = pixels.mean(axis=2, keepdims=True, dtype=np.float32)
    share = strength * (np.abs(values) / reach)[:, :, None]
    mixed = np.rint(grey * (1 - share) + colours * share).astype(np.uint8)
    factor = max(1, _OVERLAY // max(values.shape))
    text = PngInfo()
    text.add_text("Title", title)
    text.add_text("Description", f"colours from {-reach if signed else 0:g} to {reach:g}")
    return _png(Image.fromarray(mixed.repeat(factor, 0).repeat(factor, 1)), pnginfo=text)


def _scale(maps: NDArray[np.float32]) -> tuple[float, float, NDArray[np.uint8]]:
    """The values at both ends of the colours, and the palette."""
    low, high = float(maps.min()), float(maps.max())
    if low < 0:
        reach = max(-low, high)
        return -reach, reach, _palette(signed=True)
    return 0.0, high or 1.0, _palette(signed=False)


def _palette(signed: bool) -> NDArray[np.uint8]:
    """256 RGB colours: the scale that such numbers get, and the background."""
    stops = _BLUE_ORANGE if signed else _VIRIDIS
    known = np.array([tuple(bytes.fromhex(stop)) for stop in stops.split()], np.float64)
    where = np.linspace(0, len(known) - 1, _STEPS)
    scale = [np.interp(where, np.arange(len(known)), channel) for channel in known.T]
    return np.vstack([np.rint(np.stack(scale, axis=1)), _PAPER]).astype(np.uint8)


def _sheet(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(C, h, w) colour numbers → one (H, W) picture of all maps in rows, with gaps."""
    count, h, w = levels.shape
    cols = min(count, math.ceil(math.sqrt(count * h / w)))
    rows = math.ceil(count / cols)
    fits = math.isqrt(max(1, _MAX_SHEET // (rows * cols * h * w)))
    factor = max(1, min(_CELL // max(h, w), fits))
    pixels = rows * cols * (h * factor + _GAP) * (w * factor + _GAP)
    if pixels > _MOST_PIXELS:
        raise BadParameter(
            f"These maps make a picture of {pixels:,} pixels; at most {_MOST_PIXELS:,} are "
            "drawn. Choose some of them (channels=0-63), "
            "or take the numbers (format=npy).",
            limit=_MOST_PIXELS,
            actual=pixels,
        )
    cells = np.full((rows * cols, h * factor + _GAP, w * factor + _GAP), _BACKGROUND, np.uint8)
    cells[:count, _GAP:, _GAP:] = levels.repeat(factor, axis=1).repeat(factor, axis=2)
    grid = cells.reshape(rows, cols, *cells.shape[1:]).transpose(0, 2, 1, 3)
    page = grid.reshape(rows * cells.shape[1], cols * cells.shape[2])
    return np.pad(page, ((0, _GAP), (0, _GAP)), constant_values=_BACKGROUND)


def _png(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1, **options)
    return buffer.getvalue()


class _Sink(io.RawIOBase):
    """A file that only remembers what was written since it was last drained. It cannot seek, and
    zipfile copes with that.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def drain(self) -> bytes:
        written = b"".join(self._parts)
        self._parts.clear()
        return written
