"""The worst pictures that are known: small files that are a lot of work, right at the limits or
just beyond them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from benchmarks.reliability.pictures import save

SIDE = 4_990  # its square is just below the 25 megapixels that are let in


def hostile() -> Iterator[tuple[str, bytes]]:
    """Names and files, made one at a time."""
    side = (SIDE, SIDE)
    yield "PNG 25 MP, transparent", save(Image.new("RGBA", side, (1, 2, 3, 128)), "PNG")
    yield "PNG 25 MP, 16 bits", save(Image.fromarray(np.full(side, 30_000, np.uint16)), "PNG")
    yield "PNG 25 MP, one row", save(Image.new("RGBA", (SIDE * SIDE, 1), (1, 2, 3, 128)), "PNG")
    yield (
        "PNG 25 MP, 383 rows, 16 bits",
        save(Image.fromarray(np.full((383, 65_000), 30_000, np.uint16)), "PNG"),
    )
    yield "PNG 25 MP, 383 columns", save(Image.new("RGBA", (383, 65_000), (1, 2, 3, 128)), "PNG")
    turned = Image.Exif()
    turned[0x0112] = 6
    yield (
        "JPEG 25 MP, 383 rows, turned",
        save(Image.new("RGB", (65_000, 383), "teal"), "JPEG", exif=turned),
    )
    yield "JPEG 25 MP", save(Image.new("RGB", side, "teal"), "JPEG")
    yield (
        "JPEG 25 MP, progressive, inks",
        save(Image.new("CMYK", side, 0), "JPEG", progressive=True),
    )
    yield "JPEG 25 MP, as many scans as go", many_scans(SIDE, 90)
    yield "JPEG 25 MP, 100,000 scans", many_scans(SIDE, 100_000)
    yield "WEBP 25 MP", save(Image.new("RGB", side, "teal"), "WEBP", lossless=True, method=0)
    yield "GIF 25 MP", save(Image.new("P", side, 1), "GIF")
    yield "BMP 25 MP, runs of pixels", bmp_runs(SIDE)
    yield "PNG says 2³¹ × 2³¹", png_says(2**31 - 1, 2**31 - 1)
    yield "PNG says 100 MP", png_says(10_000, 10_000)


def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG of one colour whose last scan, a few bytes, comes again and again. Each is
    a walk over all blocks.
    """
    data = save(Image.new("RGB", (side, side), "teal"), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    room = 10 * 2**20 - len(data)
    return data[:-2] + last * min(scans, room // len(last)) + data[-2:]


def bmp_runs(side: int) -> bytes:
    """A run-length encoded BMP; each row is one short run, and the rest of it is filled up."""
    palette, rows = bytes(1024), b"\x02\x01\x00\x00" * side
    offset = 14 + 40 + len(palette)
    head = struct.pack("<2sIHHI", b"BM", offset + len(rows), 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(rows), 2_835, 2_835, 256, 0)
    return head + info + palette + rows


def png_says(width: int, height: int) -> bytes:
    """A PNG's head with these sizes, and nothing that deserves them."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    idat = b"IDAT" + zlib.compress(bytes(100))
    chunks = ((len(part) - 4, part, zlib.crc32(part)) for part in (body, idat, b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", size) + part + struct.pack(">I", crc) for size, part, crc in chunks
    )
