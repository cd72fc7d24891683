"""Valid pictures of every format that is read, the largest that are let in, and blind changes to
their bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from random import Random

import numpy as np
from PIL import Image

BYTES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)


@cache
def seeds() -> tuple[tuple[str, bytes], ...]:
    """Valid pictures: each format in the ways that differ for a decoder."""
    noise = np.random.default_rng(0).integers(0, 60, (72, 96, 4))
    y, x = np.mgrid[:72, :96]
    ramps = np.stack([2 * x, 2 * y, x + y, 255 - 2 * x], axis=2)
    rgba = Image.fromarray((ramps + noise).clip(0, 255).astype(np.uint8), "RGBA")
    deep = Image.fromarray((ramps[..., 0] * 300).astype(np.uint16))
    turned = Image.Exif()
    turned[0x0112] = 6
    more = [rgba.rotate(90 * k).convert("RGB") for k in (1, 2)]
    made = {
        "JPEG": ("RGB", {}),
        "JPEG progressive": ("RGB", {"progressive": True}),
        "JPEG grey": ("L", {"quality": 20}),
        "JPEG ink": ("CMYK", {"subsampling": 0}),
        "JPEG turned": ("RGB", {"exif": turned, "restart_marker_rows": 1}),
        "PNG": ("RGB", {}),
        "PNG alpha": ("RGBA", {"compress_level": 0}),
        "PNG palette": ("P", {"transparency": 3}),
        "PNG bits": ("1", {}),
        "PNG moving": ("RGB", {"save_all": True, "append_images": more}),
        "WEBP": ("RGB", {}),
        "WEBP lossless": ("RGBA", {"lossless": True}),
        "WEBP moving": ("RGB", {"save_all": True, "append_images": more}),
        "BMP": ("RGB", {}),
        "BMP palette": ("P", {}),
        "BMP bits": ("1", {}),
        "GIF": ("P", {}),
        "GIF moving": ("RGB", {"save_all": True, "append_images": more, "transparency": 1}),
    }
    files = [(name, save(rgba.convert(mode), name, **o)) for name, (mode, o) in made.items()]
    runs = bytearray(dict(files)["BMP palette"])
    runs[30] = 1  # read as run-length encoded, which Pillow does not write
    return (*files, ("PNG deep", save(deep, "PNG")), ("BMP runs", bytes(runs)))


def save(image: Image.Image, kind: str, **options) -> bytes:
    """A picture as a file; the first word of ``kind`` is its format."""
    buffer = io.BytesIO()
    image.save(buffer, kind.split()[0], **options)
    return buffer.getvalue()


# Blind changes: bits flipped, pieces cut out, doubled, or taken from another picture.


def _flip_bits(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _set_bytes(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    # Headers come first, so half of the changes are made there.
    end = len(changed) if rng.random() < 0.5 else min(64, len(changed))
    start, count = rng.randrange(end), rng.choice((1, 2, 4, 4, 16))
    changed[start : start + count] = bytes([rng.choice(BYTES)]) * count
    return bytes(changed)


def _truncate(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _cut_out(rng: Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.choice((1, 2, 7, 64, 512)) :]


def _double(rng: Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[: start + rng.choice((1, 4, 64, 512))] + data[start:]


def _insert(rng: Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + rng.randbytes(rng.choice((1, 2, 16, 300))) + data[start:]


def _splice(rng: Random, data: bytes) -> bytes:
    _, other = rng.choice(seeds())
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def _wrap(rng: Random, data: bytes) -> bytes:
    return rng.randbytes(rng.randrange(9)) + data + rng.randbytes(rng.randrange(2_000))


Change = Callable[[Random, bytes], bytes]
BLIND: tuple[Change, ...] = (
    _flip_bits, _set_bytes, _truncate, _cut_out, _double, _insert, _splice, _wrap
)  # fmt: skip
