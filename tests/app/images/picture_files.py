"""Picture files that Pillow does not write: PNGs of every depth, chunks of them, and colour
profiles.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np


def linear_light(values: np.ndarray) -> np.ndarray:
    """sRGB in 0…1 as light (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    size, depth: int, colour: int, pixels: np.ndarray, trns=(), interlaced: bool = False
) -> bytes:
    """A PNG of any depth and colour type; ``pixels`` has a row of bytes or samples a line, ``trns``
    the transparent colour.
    """
    if interlaced:
        passes = [
            (0, 0, 8, 8),
            (0, 4, 8, 8),
            (4, 0, 8, 4),
            (0, 2, 4, 4),
            (2, 0, 4, 2),
            (0, 1, 2, 2),
            (1, 0, 2, 1),
        ]
        parts = [pixels[y::down, x::across] for y, x, down, across in passes]
    else:
        parts = [pixels]
    rows = b"".join(b"\0" + row.tobytes() for part in parts if part.size for row in part)
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, int(interlaced))
    clear = chunk(b"tRNS", struct.pack(f">{len(trns)}H", *trns)) if trns else b""
    body = (
        chunk(b"IHDR", header) + clear + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


def png_with(data: bytes, more: bytes) -> bytes:
    """A PNG with chunks put in after its header."""
    return data[:33] + more + data[33:]


RED_LIGHT, GREEN_LIGHT, BLUE_LIGHT = (
    (0.4361, 0.2225, 0.0139),
    (0.3851, 0.7169, 0.0971),
    (0.1431, 0.0606, 0.7141),
)
_ILLUMINANT = (0.9642, 1.0, 0.8249)  # D50; the columns above are sRGB's, adapted to it


def profile(red=RED_LIGHT, green=GREEN_LIGHT, blue=BLUE_LIGHT, gamma: float | None = 2.2) -> bytes:
    """An ICC profile (version 2.1) of a display with these primaries; ``gamma`` None is sRGB's
    curve.
    """
    curve = _curve(gamma)
    columns = {b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue, b"wtpt": _ILLUMINANT}
    tags = {name: _xyz(place) for name, place in columns.items()}
    return _profile(b"RGB ", {**tags, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def grey_profile(gamma: float) -> bytes:
    """An ICC profile of a grey display."""
    return _profile(b"GRAY", {b"wtpt": _xyz(_ILLUMINANT), b"kTRC": _curve(gamma)})


def _curve(gamma: float | None) -> bytes:
    if gamma is not None:
        return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    values = np.rint(linear_light(np.linspace(0, 1, 1024)) * 65535).astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", len(values)) + values.tobytes()


def _xyz(place) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(v * 65536) for v in place))


def _profile(
    space: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr", between: bytes = b"XYZ "
) -> bytes:
    text = b"Test"
    words = b"desc" + bytes(4) + struct.pack(">I", len(text) + 1) + text + bytes(79)
    tags = {b"desc": words, b"cprt": b"text" + bytes(4) + b"CC0\0", **tags}
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        table += name + struct.pack(">II", at + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    rest = struct.pack(">I", len(tags)) + table + body
    illuminant = struct.pack(">3i", *(round(v * 65536) for v in _ILLUMINANT))
    date = struct.pack(">6H", 2020, 1, 1, 0, 0, 0)
    head = struct.pack(
        ">I4sI4s4s4s12s4s",
        128 + len(rest),
        b"lcms",
        0x02100000,
        kind,
        space,
        between,
        date,
        b"acsp",
    )
    head = head.ljust(64, b"\0") + struct.pack(">I", 1) + illuminant
    return head.ljust(128, b"\0") + rest


def inks_profile(colours: list[tuple[float, float, float]]) -> bytes:
    """An ICC profile of a press whose cyan, magenta, yellow and black look like these colours (CIE
    Lab), alone and in full.
    """
    table = np.zeros((2, 2, 2, 2, 3))
    table[...] = (0, 0, 0)
    table[0, 0, 0, 0] = (100, 0, 0)
    for ink, colour in enumerate(colours):
        table[tuple(np.eye(4, dtype=int)[ink])] = colour
    levels = np.rint(table * (2.55, 1, 1) + (0, 128, 128)).astype(np.uint8)
    ramp = bytes(range(256))
    unit = struct.pack(">9i", *(np.eye(3, dtype=int).ravel() * 65536).tolist())
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + unit + 4 * ramp + levels.tobytes() + 3 * ramp
    return _profile(b"CMYK", {b"wtpt": _xyz(_ILLUMINANT), b"A2B0": lut}, b"prtr", b"Lab ")
