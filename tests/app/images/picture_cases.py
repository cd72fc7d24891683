"""One table of pictures as cameras, phones and programs write them, and what a person sees of each.

Every way into Convscope is held against it: the decoder, the API, ZIPs and folders of pictures, and
the page in a browser. The picture is the same in all of them: four quarters of one colour each,
every file storing it in another way.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from PIL import Image, ImageCms

from tests.app.images.picture_files import (
    BLUE_LIGHT,
    GREEN_LIGHT,
    RED_LIGHT,
    chunk,
    grey_profile,
    inks_profile,
    linear_light,
    png,
    png_with,
    profile,
)

# Upright, from left to right and from the top down; the last quarter is where transparent files are
# transparent.
RED, GREEN, BLUE, GREY = (220, 30, 40), (30, 180, 60), (20, 60, 200), (128, 128, 128)
WHITE = (255, 255, 255)
QUARTERS = (RED, GREEN, BLUE, GREY)
LEVELS = (20, 90, 160, 230)  # of the pictures without colours

_UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Case:
    """A file, and the colours of its upright picture's quarters; ``tolerance`` is for formats that
    lose a little.
    """

    name: str
    data: bytes
    size: tuple[int, int]
    quarters: tuple[Colour, ...] = QUARTERS
    tolerance: int = 2

    def check(self, pixels: np.ndarray) -> None:
        """Assert that ``pixels`` (H, W, 3) of any size show the picture."""
        height, width, _ = pixels.shape
        assert abs(width / height - self.size[0] / self.size[1]) < 0.03 * width / height, self.name
        self.check_quarters(pixels)

    def check_quarters(self, pixels: np.ndarray) -> None:
        """The same for the middle of the picture, cut out as a square or squeezed into one."""
        height, width, _ = pixels.shape
        rows, columns = ((n // 8, n - 1 - n // 8) for n in (height, width))
        at = [(y, x) for y in rows for x in columns]
        found = [tuple(pixels[place].tolist()) for place in at]
        off = np.abs(np.array(found) - np.array(self.quarters)).max()
        assert off <= self.tolerance, f"{self.name}: {found}, not {list(self.quarters)}"


@dataclass
class _Table:
    """Cases being written, all of one size; ``noise`` is added to keep files from being packed to
    nothing.
    """

    width: int
    height: int
    noise: int
    cases: list[Case] = field(default_factory=list)

    def picture(self, colours=QUARTERS, dtype=np.uint8) -> np.ndarray:
        """(H, W) or (H, W, C): a colour a quarter."""
        quarters = np.array(colours, dtype).reshape(2, 2, -1)
        tall = quarters.repeat(self.height // 2, 0).repeat(self.width // 2, 1)
        return tall if tall.shape[2] > 1 else tall[..., 0]

    def noisy(self, colours=QUARTERS) -> np.ndarray:
        """The same with a little noise in every pixel."""
        pixels = self.picture(colours).astype(int)
        if self.noise:
            rng = np.random.default_rng(0)
            pixels += rng.integers(-self.noise, self.noise + 1, pixels.shape)
        return np.clip(pixels, 0, 255).astype(np.uint8)

    def add(self, name: str, data: bytes, quarters=QUARTERS, tolerance: int = 2, turned=None):
        size = (self.width, self.height) if turned is None else turned
        slack = tolerance + 2 * self.noise
        self.cases.append(Case(name, data, size, tuple(map(tuple, quarters)), slack))


@cache
def cases(width: int = 64, height: int = 32, noise: int = 0) -> tuple[Case, ...]:
    """All cases in a size: tiny ones for speed, or such that are large as files. Made once a
    process.
    """
    table = _Table(width, height, noise)
    writers = (
        _jpegs,
        _turned,
        _pngs,
        _transparent,
        _coloured,
        _gammas,
        _webps,
        _animated,
        _bitmaps,
    )
    for write in writers:
        write(table)
    return tuple(table.cases)


def _grey(levels=LEVELS) -> list[Colour]:
    return [(v, v, v) for v in levels]


def _file(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    if kind == "PNG":
        options.setdefault("compress_level", 1)  # half of the time that this table takes
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _jpegs(table: _Table) -> None:
    image = Image.fromarray(table.noisy())
    table.add("jpeg", _file(image, "JPEG", quality=95), tolerance=8)
    table.add("jpeg_progressive", _file(image, "JPEG", quality=95, progressive=True), tolerance=8)
    table.add("jpeg_grey", _file(Image.fromarray(table.noisy(_flat(LEVELS))), "JPEG"), _grey(), 8)
    ink = Image.fromarray(
        table.picture([(0, 200, 200, 0), (200, 0, 200, 0), (200, 200, 0, 0), (0, 0, 0, 127)]),
        "CMYK",
    )
    mixed = [(255, 55, 55), (55, 255, 55), (55, 55, 255), (128, 128, 128)]
    table.add("jpeg_cmyk", _file(ink, "JPEG", quality=95), mixed, 12)


def _flat(levels) -> list[tuple[int]]:
    return [(v,) for v in levels]


def _turned(table: _Table) -> None:
    """The picture as it is stored by cameras that were held another way: EXIF, and XMP where there
    is no EXIF.
    """
    upright = Image.fromarray(table.noisy())
    for number, undo in _UNDO.items():
        stored = upright.transpose(undo)
        exif = Image.Exif()
        exif[0x0112] = number
        for kind, options in (("JPEG", {"quality": 95}), ("WEBP", {"quality": 95}), ("PNG", {})):
            name, tolerance = kind.lower(), 10 if options else 2
            table.add(
                f"{name}_exif{number}",
                _file(stored, kind, exif=exif, **options),
                tolerance=tolerance,
            )
            if number in (3, 6):
                data = _with_xmp(_file(stored, kind, **options), kind, number, stored.size)
                table.add(f"{name}_xmp{number}", data, tolerance=tolerance)
    exif = Image.Exif()
    exif[0x0112] = 1
    data = _with_xmp(_file(upright, "JPEG", quality=95, exif=exif), "JPEG", 6, upright.size)
    table.add("jpeg_exif1_xmp6", data, tolerance=10)
    exif[0x0112] = 9
    table.add("png_exif9", _file(upright, "PNG", exif=exif))
    turned = b"MM\0*" + struct.pack(">IHHHIHH", 8, 1, 274, 3, 1, 6, 0) + bytes(4)
    text = zlib.compress(f"\nexif\n      26\n{turned.hex()}".encode())
    raw = chunk(b"zTXt", b"Raw profile type exif\0\0" + text)
    table.add("png_raw_exif", png_with(_file(upright), raw))  # ImageMagick's; viewers ignore it
    little = b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x0112, 3, 1, 6) + bytes(4)
    stored = upright.transpose(_UNDO[6])
    table.add("webp_exif6_little_endian", _file(stored, "WEBP", lossless=True, exif=little))


def _with_xmp(data: bytes, kind: str, orientation: int, size: tuple[int, int]) -> bytes:
    packet = (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta '
        'xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        f'tiff:Orientation="{orientation}"/></rdf:RDF></x:xmpmeta>'
    ).encode()
    if kind == "JPEG":
        body = b"http://ns.adobe.com/xap/1.0/\0" + packet
        return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
    if kind == "PNG":
        return png_with(data, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))
    return _file(Image.open(io.BytesIO(data)), "WEBP", quality=95, xmp=packet)


def _pngs(table: _Table) -> None:
    rgb, size = table.noisy(), (table.width, table.height)
    table.add("png", _file(Image.fromarray(rgb)))
    table.add("png_grey", _file(Image.fromarray(table.noisy(_flat(LEVELS)))), _grey())
    grey16 = table.picture(_flat([0, 257, 32768, 65535]), np.uint16)
    table.add("png_grey16", _file(Image.fromarray(grey16)), _grey([0, 1, 128, 255]))
    deep = rgb.astype(np.uint16) * 257
    table.add("png_rgb16", png(size, 16, 2, deep.astype(">u2")))
    table.add("png_palette", _file(Image.fromarray(table.picture()).quantize(8)))
    bits = table.picture(_flat([0, 1, 1, 0]))
    table.add("png_1bit", png(size, 1, 0, np.packbits(bits, 1)), _grey([0, 255, 255, 0]))
    twos = table.picture(_flat([0, 1, 2, 3]))
    table.add("png_2bit", png(size, 2, 0, _packed(twos, 2)), _grey([0, 85, 170, 255]))
    table.add("png_4bit", png(size, 4, 0, _packed(twos * 5, 4)), _grey([0, 85, 170, 255]))
    table.add("png_interlaced", png(size, 8, 2, rgb, interlaced=True))


def _packed(values: np.ndarray, bits: int) -> np.ndarray:
    """Samples of 2 or 4 bits, the first one in a byte's highest bits."""
    grouped = values.reshape(len(values), -1, 8 // bits).astype(int)
    shifts = np.arange(8 - bits, -1, -bits)
    return (grouped << shifts).sum(2).astype(np.uint8)


def _transparent(table: _Table) -> None:
    """Transparent is white, in every way in which a file can say it."""
    rgb, size = table.noisy(), (table.width, table.height)
    seen = (RED, GREEN, BLUE, WHITE)
    alpha = table.picture(_flat([255, 255, 255, 0]))
    rgba = np.dstack([rgb, alpha])
    rgba[alpha == 0, :3] = 0  # what programs mostly leave there
    clear = Image.fromarray(rgba)
    table.add("png_rgba", _file(clear), seen)
    table.add("webp_rgba", _file(clear, "WEBP", lossless=True, exact=True), seen)
    table.add("webp_rgba_lossy", _file(clear, "WEBP", quality=95), seen, 10)
    halved = np.dstack(
        [table.picture([RED, GREEN, BLUE, (0, 0, 0)]), table.picture(_flat([255, 255, 255, 128]))]
    )
    table.add(
        "png_half_transparent", _file(Image.fromarray(halved)), (RED, GREEN, BLUE, (127, 127, 127))
    )
    table.add("png_rgba16", png(size, 16, 6, (rgba.astype(np.uint16) * 257).astype(">u2")), seen)
    greys = np.dstack([table.noisy(_flat(LEVELS)), alpha])
    table.add("png_la", _file(Image.fromarray(greys, "LA")), [*_grey()[:3], WHITE])
    table.add(
        "png_la16",
        png(size, 16, 4, (greys.astype(np.uint16) * 257).astype(">u2")),
        [*_grey()[:3], WHITE],
    )
    black = rgb.copy()
    black[alpha == 0] = 0
    table.add("png_rgb_trns", png(size, 8, 2, black, trns=(0, 0, 0)), seen)
    deep = black.astype(np.uint16) * 257
    deep[alpha == 0] = (1000, 2000, 3000)
    table.add("png_rgb16_trns", png(size, 16, 2, deep.astype(">u2"), trns=(1000, 2000, 3000)), seen)
    grey16 = table.picture(_flat([5, 0x8080, 0x8080, 5]), np.uint16)
    half_white = [WHITE, GREY, GREY, WHITE]
    table.add("png_grey16_trns", png(size, 16, 0, grey16.astype(">u2"), trns=(5,)), half_white)
    table.add(
        "png_grey_trns",
        png(size, 8, 0, table.picture(_flat([7, 128, 128, 7])), trns=(7,)),
        half_white,
    )
    fours = table.picture(_flat([3, 0, 6, 15]))
    table.add(
        "png_4bit_trns", png(size, 4, 0, _packed(fours, 4), trns=(3,)), _grey([255, 0, 102, 255])
    )
    table.add(
        "png_4bit_trns_white",
        png(size, 4, 0, _packed(fours, 4), trns=(15,)),
        _grey([51, 0, 102, 255]),
    )
    twos = table.picture(_flat([1, 0, 2, 1]))
    table.add(
        "png_2bit_trns", png(size, 2, 0, _packed(twos, 2), trns=(1,)), _grey([255, 0, 170, 255])
    )
    bits = np.packbits(table.picture(_flat([0, 1, 1, 0])), 1)
    table.add("png_1bit_trns", png(size, 1, 0, bits, trns=(0,)), _grey([255] * 4))
    table.add("png_1bit_trns_white", png(size, 1, 0, bits, trns=(1,)), _grey([0, 255, 255, 0]))
    indices = Image.fromarray(table.picture(_flat([0, 1, 2, 3])), "P")
    indices.putpalette([*RED, *GREEN, *BLUE, 0, 0, 0])
    table.add("png_palette_trns", _file(indices, transparency=bytes([255, 255, 255, 0])), seen)
    table.add(
        "png_palette_half",
        _file(indices, transparency=bytes([255, 255, 255, 128])),
        (RED, GREEN, BLUE, (127,) * 3),
    )
    table.add("gif_transparent", _file(indices, "GIF", transparency=3), seen)


def _coloured(table: _Table) -> None:
    """Colours that mean what an embedded profile says; a broken profile means nothing."""
    rgb = table.noisy()
    swapped = profile(red=GREEN_LIGHT, green=BLUE_LIGHT, blue=RED_LIGHT, gamma=None)
    rolled = Image.fromarray(np.roll(rgb, -1, 2))  # its red is stored where green is in sRGB
    rolled_back = Image.fromarray(np.ascontiguousarray(rgb[..., [1, 2, 0]]))
    assert (np.asarray(rolled) == np.asarray(rolled_back)).all()
    table.add("png_icc", _file(rolled, icc_profile=swapped), tolerance=4)
    table.add("jpeg_icc", _file(rolled, "JPEG", quality=95, icc_profile=swapped), tolerance=12)
    table.add("webp_icc", _file(rolled, "WEBP", lossless=True, icc_profile=swapped), tolerance=4)
    clear = rolled.copy()
    clear.putalpha(Image.fromarray(table.picture(_flat([255, 255, 255, 0]))))
    table.add("png_icc_rgba", _file(clear, icc_profile=swapped), (RED, GREEN, BLUE, WHITE), 4)
    exif = Image.Exif()
    exif[0x0112] = 6
    table.add(
        "jpeg_icc_exif6",
        _file(rolled.transpose(_UNDO[6]), "JPEG", quality=95, icc_profile=swapped, exif=exif),
        tolerance=12,
    )
    linear = profile(gamma=1.0)
    dark = np.rint(linear_light(rgb / 255) * 255).astype(np.uint8)
    table.add("png_icc_linear", _file(Image.fromarray(dark), icc_profile=linear), tolerance=8)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    table.add("png_icc_srgb", _file(Image.fromarray(rgb), icc_profile=srgb), tolerance=3)
    table.add("png_icc_broken", _file(Image.fromarray(rgb), icc_profile=srgb[:200]), tolerance=3)
    table.add(
        "jpeg_icc_broken",
        _file(Image.fromarray(rgb), "JPEG", quality=95, icc_profile=bytes(300)),
        tolerance=8,
    )
    indexed = Image.fromarray(table.picture(np.roll(np.array(QUARTERS), -1, 1).tolist())).quantize(
        8
    )
    table.add("png_icc_palette", _file(indexed, icc_profile=swapped), tolerance=4)
    grey = grey_profile(1.0)
    levels = [round(float(linear_light(np.array(v / 255))) * 255) for v in (0, 90, 160, 255)]
    shown = _grey([0, 90, 160, 255])
    table.add(
        "png_icc_grey",
        _file(Image.fromarray(table.picture(_flat(levels))), icc_profile=grey),
        shown,
        8,
    )
    table.add(
        "jpeg_icc_grey",
        _file(Image.fromarray(table.picture(_flat(levels))), "JPEG", quality=98, icc_profile=grey),
        shown,
        12,
    )
    inks = Image.fromarray(table.picture(255 * np.eye(4, 4, -1, np.uint8)[[1, 2, 3, 0]]), "CMYK")
    press = inks_profile([(48.2, 69.3, 47.3), (64.4, -56.6, 48.0), (31.6, 32.3, -77.3), (0, 0, 0)])
    data = _file(inks, "JPEG", quality=98, icc_profile=press)
    table.add("jpeg_icc_cmyk", data, (RED, GREEN, BLUE, WHITE), 12)
    deep = table.picture(_flat([v * 257 for v in levels]), np.uint16)
    table.add("png_icc_grey16", _file(Image.fromarray(deep), icc_profile=grey), shown, 8)
    table.add("png_icc_grey_for_rgb", _file(Image.fromarray(rgb), icc_profile=grey))
    data = _file(Image.fromarray(table.picture(_flat(levels))), icc_profile=linear)
    table.add("png_icc_rgb_for_grey", data, shown, 8)


def _gammas(table: _Table) -> None:
    """PNGs that say what their colours are without a profile."""
    rgb, grey = table.noisy(), table.noisy(_flat(LEVELS))
    data = _file(Image.fromarray(rgb))
    linear = chunk(b"gAMA", struct.pack(">I", 100_000))
    usual = chunk(b"gAMA", struct.pack(">I", 45_455))
    light = _file(Image.fromarray(np.rint(linear_light(rgb / 255) * 255).astype(np.uint8)))
    table.add("png_gamma_usual", png_with(data, usual))
    table.add("png_gamma_linear", png_with(light, linear), tolerance=8)
    table.add("png_gamma_beside_srgb", png_with(data, chunk(b"sRGB", b"\0") + linear))
    dim = np.rint(linear_light(grey / 255) * 255).astype(np.uint8)
    table.add("png_gamma_grey", png_with(_file(Image.fromarray(dim)), linear), _grey(), 12)
    turned = (31270, 32900, 30000, 60000, 15000, 6000, 64000, 33000)
    places = chunk(b"cHRM", struct.pack(">8I", *turned))
    rolled = _file(Image.fromarray(np.ascontiguousarray(rgb[..., [1, 2, 0]])))
    table.add("png_primaries", png_with(rolled, usual + places), tolerance=8)
    table.add("png_primaries_alone", png_with(data, places))
    table.add("png_primaries_broken", png_with(data, usual + chunk(b"cHRM", bytes(32))))


def _webps(table: _Table) -> None:
    image = Image.fromarray(table.noisy())
    table.add("webp", _file(image, "WEBP", quality=95), tolerance=10)
    table.add("webp_lossless", _file(image, "WEBP", lossless=True))


def _animated(table: _Table) -> None:
    first = Image.fromarray(table.picture()).quantize(8)
    second = Image.new("RGB", first.size, (255, 255, 0))
    more = {"save_all": True, "append_images": [second], "duration": 100}
    table.add("gif", _file(first, "GIF"))
    table.add("gif_animated", _file(first, "GIF", **more))
    rgb = first.convert("RGB")
    table.add("webp_animated", _file(rgb, "WEBP", lossless=True, **more))
    table.add("png_animated", _file(rgb, "PNG", **more))
    # What stands before the frames is for programs that show no animations; people see the first
    # frame.
    late = _file(rgb, "PNG", default_image=True, **more)
    table.add("png_animated_default", late, [(255, 255, 0)] * 4)
    table.add("gif_small_frame", _small_frame(table), (RED, WHITE, WHITE, WHITE))
    part = Image.new("RGBA", first.size)
    part.paste(Image.fromarray(table.picture()[: table.height // 2]), (0, 0))
    whole = Image.new("RGBA", first.size, "yellow")
    more["append_images"] = [whole]
    for kind, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {})):
        data = _file(part, kind, **options, **more)
        table.add(f"{kind.lower()}_animated_part", data, (RED, GREEN, WHITE, WHITE))


def _small_frame(table: _Table) -> bytes:
    """A GIF whose only frame fills the first quarter."""
    quarter = table.picture()[: table.height // 2, : table.width // 2]
    data = bytearray(_file(Image.fromarray(quarter).quantize(4), "GIF"))
    struct.pack_into("<HH", data, 6, table.width, table.height)
    return bytes(data)


def _bitmaps(table: _Table) -> None:
    image = Image.fromarray(table.noisy())
    table.add("bmp", _file(image, "BMP"))
    table.add("bmp_palette", _file(Image.fromarray(table.picture()).quantize(8), "BMP"))
    bits = Image.fromarray(table.picture(_flat([0, 255, 255, 0]))).convert("1")
    table.add("bmp_1bit", _file(bits, "BMP"), _grey([0, 255, 255, 0]))
    rgb = table.picture()
    upwards = np.dstack([rgb[::-1, :, ::-1], np.zeros(rgb.shape[:2], np.uint8)])
    seen = upwards.copy()
    seen[..., 3] = 255
    seen[: table.height // 2, table.width // 2 :, 3] = 0
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs" + bytes(48)
    table.add("bmp_32bit", _bmp(table, 32, upwards))
    table.add("bmp_alpha", _bmp(table, 32, seen, masks), (RED, GREEN, BLUE, WHITE))
    short = rgb[::-1].astype(int) >> 3
    words = (short[..., 0] << 10 | short[..., 1] << 5 | short[..., 2]).astype("<u2")
    table.add("bmp_16bit", _bmp(table, 16, words), tolerance=8)
    table.add("bmp_from_the_top", _bmp(table, 24, rgb[..., ::-1], turn=-1))


def _bmp(table: _Table, bits: int, rows: np.ndarray, masks: bytes = b"", turn: int = 1) -> bytes:
    """A BMP of rows that need no padding."""
    body, head = np.ascontiguousarray(rows).tobytes(), 40 + len(masks)
    size = struct.pack("<IiiHH", head, table.width, turn * table.height, 1, bits)
    rest = struct.pack("<IIiiII", 3 if masks else 0, len(body), 2835, 2835, 0, 0) + masks
    start = struct.pack("<IHHI", 14 + head + len(body), 0, 0, 14 + head)
    return b"BM" + start + size + rest + body
