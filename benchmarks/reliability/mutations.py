"""Mutilated pictures, endlessly many and each the same every time: ``mutant(7)`` is mutant 7 on
every machine and every day.

A mutant starts from a valid picture. One to three changes are made to it: blind ones to its bytes,
or informed ones to its parts, with lengths and checksums put right again, so that they get past the
first checks of a decoder: absurd sizes, missing, doubled and swapped chunks, other tables, small
chunks that unpack to large ones.
"""

from __future__ import annotations

import struct
import zlib
from functools import cache
from random import Random

from benchmarks.reliability.pictures import BLIND, Change, seeds

SIZES = (0, 1, 2, 3, 97, 300, 1_999, 20_000, 65_535, 2**24 - 1, 2**31 - 1, 2**31, 2**32 - 1)
PNG_START = b"\x89PNG\r\n\x1a\n"


def mutant(number: int) -> tuple[str, bytes]:
    """What was done to which picture, in words, and the file."""
    rng = Random(number)
    name, data = rng.choice(seeds())
    steps = [name]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        informed = INFORMED[name.split()[0]]
        change = rng.choice(informed if rng.random() < 0.5 else BLIND)
        try:
            data = change(rng, data)
        except (LookupError, ValueError, StopIteration, struct.error, zlib.error):
            continue  # an earlier change left nothing that this one could work on
        steps.append(change.__name__.strip("_"))
    return ", ".join(steps), data


# A file is taken apart into parts (name, payload), and put together again.

Parts = list[tuple[bytes, bytes]]


def _png_parts(data: bytes) -> Parts:
    parts, at = [], len(PNG_START)
    while at + 12 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        parts.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    return parts


def _png(parts: Parts) -> bytes:
    return PNG_START + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def _jpeg_parts(data: bytes) -> Parts:
    """Segments; a scan's coded data is the end of its SOS segment."""
    starts, at = [], 2
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        if data[at + 1] in (0, 0xFF) or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
            continue
        starts.append(at)
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    ends = [*starts[1:], len(data)]
    return [(data[a : a + 2], data[a + 2 : b]) for a, b in zip(starts, ends, strict=True)]


def _jpeg(parts: Parts) -> bytes:
    return b"\xff\xd8" + b"".join(name + body for name, body in parts)


def _webp_parts(data: bytes) -> Parts:
    parts, at = [], 12
    while at + 8 <= len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        parts.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return parts


def _webp(parts: Parts) -> bytes:
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in parts
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


PARTED = {
    PNG_START[:2]: (_png_parts, _png),
    b"\xff\xd8": (_jpeg_parts, _jpeg),
    b"RI": (_webp_parts, _webp),
}


def _reorder(rng: Random, data: bytes) -> bytes:
    """Drop a part, double it, swap it with another, or repeat it many times."""
    take, put = PARTED[data[:2]]
    parts = take(data)
    k, j = rng.randrange(len(parts)), rng.randrange(len(parts))
    what = rng.randrange(4)
    if what == 0:
        del parts[k]
    elif what == 1:
        parts.insert(j, parts[k])
    elif what == 2:
        parts[k], parts[j] = parts[j], parts[k]
    else:
        parts[k : k + 1] = [parts[k]] * rng.choice((3, 30, 300))
    return put(parts)


def _change_part(rng: Random, data: bytes) -> bytes:
    """Blind changes inside one part, whose length and checksum are right again afterwards."""
    take, put = PARTED[data[:2]]
    parts = take(data)
    k = rng.randrange(len(parts))
    name, body = parts[k]
    parts[k] = (name, rng.choice(BLIND)(rng, body))
    return put(parts)


def _png_header(rng: Random, data: bytes) -> bytes:
    parts = _png_parts(data)
    fields = list(struct.unpack(">IIBBBBB", parts[0][1]))
    k = rng.randrange(7)
    fields[k] = rng.choice(SIZES) if k < 2 else rng.choice((0, 1, 2, 3, 4, 6, 8, 16, 255))
    parts[0] = (b"IHDR", struct.pack(">IIBBBBB", *fields))
    return _png(parts)


def _png_pixels(rng: Random, data: bytes) -> bytes:
    """Change the pixels' bytes (filters, runs, too few, too many) inside a sound compressed
    stream.
    """
    parts = _png_parts(data)
    raw = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
    at = next(k for k, part in enumerate(parts) if part[0] == b"IDAT")
    rest = [part for part in parts if part[0] != b"IDAT"]
    rest.insert(at, (b"IDAT", zlib.compress(rng.choice(BLIND)(rng, raw))))
    return _png(rest)


def _png_extra(rng: Random, data: bytes) -> bytes:
    """Put in a chunk that unpacks to a hundred megabytes, or holds random bytes."""
    name = rng.choice((b"iCCP", b"zTXt", b"iTXt", b"tRNS", b"PLTE", b"eXIf", b"acTL", b"fcTL"))
    body = b"x\0\0" + _bomb() if rng.random() < 0.5 else rng.randbytes(rng.choice((0, 3, 26, 900)))
    parts = _png_parts(data)
    parts.insert(rng.randrange(1, len(parts)), (name, body))
    return _png(parts)


@cache
def _bomb() -> bytes:
    return zlib.compress(bytes(100_000_000), 9)


def _jpeg_frame(rng: Random, data: bytes) -> bytes:
    """Another size, precision, number of components or sampling in the frame's header."""
    at = next(data.index(sof) for sof in (b"\xff\xc0", b"\xff\xc2") if sof in data)
    changed = bytearray(data)
    if rng.random() < 0.5:
        struct.pack_into(">H", changed, at + rng.choice((5, 7)), rng.choice(SIZES) & 0xFFFF)
    else:
        changed[at + rng.choice((4, 9, 10, 11, 12, 14))] = rng.choice((0, 1, 2, 4, 0x44, 0xF1, 255))
    return bytes(changed)


def _jpeg_exif(rng: Random, data: bytes) -> bytes:
    entries = b"".join(
        struct.pack(">HHII", rng.choice((0x112, 0x8769, 0x8825)), rng.randrange(14), *pair)
        for pair in [(rng.choice(SIZES), rng.choice(SIZES)) for _ in range(rng.randrange(40))]
    )
    body = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", rng.choice((1, 40, 65_535))) + entries
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def _bmp_header(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2))):
        at = rng.choice((2, 10, 14, 18, 22, 30, 34, 46, 50))
        small = rng.choice((0, 1, 2, 3, 4, 12, 40, 124))
        struct.pack_into("<I", changed, at, rng.choice((small, rng.choice(SIZES))))
    struct.pack_into("<H", changed, 28, rng.choice((1, 4, 8, 16, 24, 32, 0, 3, 64)))
    return bytes(changed)


def _gif_header(rng: Random, data: bytes) -> bytes:
    """Another size of the screen or of a frame, another place of the frame, other flags."""
    changed = bytearray(data)
    at = rng.choice((6, 8, *(data.index(b",") + k for k in (1, 3, 5, 7))))
    struct.pack_into("<H", changed, at, rng.choice(SIZES) & 0xFFFF)
    if rng.random() < 0.3:
        at = rng.choice((10, 11, data.index(b",") + 9, data.index(b",") + 10))
        changed[at] = rng.randrange(256)
    return bytes(changed)


def _webp_header(rng: Random, data: bytes) -> bytes:
    """Absurd sizes of the canvas, or a chunk that says it is longer or shorter than it is."""
    changed = bytearray(data)
    at = rng.choice((4, 16, 20, 21, 23, 24, 26, 27))
    struct.pack_into("<I", changed, at, rng.choice(SIZES))
    return bytes(changed)


INFORMED: dict[str, tuple[Change, ...]] = {
    "PNG": (_png_header, _png_pixels, _png_extra, _reorder, _change_part),
    "JPEG": (_jpeg_frame, _jpeg_exif, _reorder, _change_part),
    "WEBP": (_webp_header, _reorder, _change_part),
    "BMP": (_bmp_header,),
    "GIF": (_gif_header,),
}
