"""Pictures as people and attackers send them: each gets the right pixels or a clear refusal."""

import io
import re
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.errors import (
    DamagedPicture,
    NoPicture,
    NotAPicture,
    PictureError,
    PictureTooLarge,
    TooManyPixels,
)
from app.execution.fair_pool import Postponed, postponable
from app.images.decoding import FORMATS, Limits, decoded
from app.images.fitting import fit
from engine.preprocess import Preprocess
from tests.app.conftest import as_file, decode, picture_bytes

LIMITS = Limits(max_bytes=10 * 2**20, max_pixels=25_000_000)
pillow_may_warn = pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of broken metadata
RED, BLUE = (220, 30, 40), (20, 60, 200)


def pixels(data, **options):
    return np.asarray(decode(data, LIMITS, **options).rows())


def plain(colour, size=(20, 10), mode="RGB"):
    return Image.new(mode, size, colour)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read(kind):
    picture = decode(as_file(plain(RED), kind), LIMITS)
    assert (picture.format, picture.width, picture.height) == (kind, 20, 10)
    assert (
        np.abs(np.asarray(picture.rows()).astype(int) - RED).max() <= 4
    )  # JPEG and WebP lose a little


@pytest.mark.parametrize("kind", ["TIFF", "ICO", "TGA", "PPM", "PCX"])
def test_other_formats_are_refused_as_no_picture(kind):
    with pytest.raises(NotAPicture, match="JPEG, PNG, WEBP, BMP, GIF"):
        decode(as_file(plain(RED, (32, 32)), kind), LIMITS)


@pytest.mark.parametrize("data", [b"hello", b"%PDF-1.7\n", bytes(1000), b"\x89PNG", b"<svg/>"])
def test_not_a_picture(data):
    with pytest.raises(NotAPicture):
        decode(data, LIMITS)


def test_nothing():
    with pytest.raises(NoPicture):
        decode(b"", LIMITS)


@pytest.mark.parametrize("kind", FORMATS)
def test_truncated(kind):
    data = picture_bytes((200, 200), kind=kind)
    with pytest.raises(DamagedPicture):
        decode(data[: len(data) // 2], LIMITS)


def test_too_many_bytes_are_refused_with_limit_and_size():
    with pytest.raises(PictureTooLarge) as refusal:
        decode(bytes(101), Limits(max_bytes=100, max_pixels=1000))
    assert (refusal.value.limit, refusal.value.actual) == (100, 101)


@pytest.mark.parametrize("kind", FORMATS)
def test_too_many_pixels_are_refused_from_the_header_alone(kind, monkeypatch):
    data = as_file(plain(RED, (40, 26)), kind)

    def no_decoding(_):
        raise AssertionError("decoded before the size was checked")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", no_decoding)
    with pytest.raises(TooManyPixels) as refusal:
        decode(data, Limits(max_bytes=10_000, max_pixels=1000))
    assert (refusal.value.limit, refusal.value.actual) == (1000, 1040)


def of_runs(width, height, runs):
    """A BMP of eight bits whose pixels are written as runs."""
    palette = bytes(level for grey in range(256) for level in (grey, grey, grey, 0))
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(runs), 0, 0, 256, 0)
    start = 14 + len(header) + len(palette)
    return struct.pack("<2sIHHI", b"BM", start + len(runs), 0, 0, start) + header + palette + runs


def test_a_bmp_of_runs_is_read_up_to_full_hd():
    row = b"\xff\x37" * 7 + bytes([1920 - 7 * 255, 0x90]) + b"\0\0"
    picture = pixels(of_runs(1920, 1080, row * 1080 + b"\0\1"))
    assert picture[0, 0].tolist() == [0x37] * 3
    assert picture[1079, 1919].tolist() == [0x90] * 3


@pytest.mark.parametrize(
    ("size", "runs", "error", "actual"),
    [
        ((1921, 1200), b"", TooManyPixels, 1921 * 1200),
        ((40, 30), bytes(1 << 21), PictureTooLarge, None),
    ],
)
def test_a_bmp_of_too_many_runs_is_refused_from_the_header_alone(
    size, runs, error, actual, monkeypatch
):
    monkeypatch.delattr("PIL.BmpImagePlugin.BmpRleDecoder.decode")
    data = of_runs(*size, runs)
    with pytest.raises(error, match=r"RLE.*as PNG") as refusal:
        decode(data, LIMITS)
    assert (refusal.value.limit, refusal.value.actual) == (1 << 21, actual or len(data))


def bomb(width, height):
    """A PNG of a few bytes that claims to be enormous."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [5001, 10_000, 100_000, 2**31 - 1])
def test_decompression_bombs(side):
    with pytest.raises(TooManyPixels):
        decode(bomb(side, side), LIMITS)


def test_of_an_animation_the_first_frame():
    first, second = plain(RED), plain(BLUE)
    for kind in ("GIF", "WEBP", "PNG"):
        data = as_file(first, kind, save_all=True, append_images=[second], duration=100)
        assert np.abs(pixels(data).astype(int) - RED).max() <= 4


def test_cmyk():
    image = plain((0, 255, 255, 0), mode="CMYK")
    red = pixels(as_file(image, "JPEG", quality=95))[5, 10].astype(int)
    assert red[0] > 200
    assert red[1:].max() < 60


def test_sixteen_bits_are_scaled_not_cut_off():
    levels = np.array([[0, 257, 32768, 65535]], np.uint16)
    grey = pixels(as_file(Image.fromarray(levels)))
    assert grey[0].tolist() == [[0] * 3, [1] * 3, [128] * 3, [255] * 3]


def test_palette():
    image = plain(RED).quantize(4)
    assert pixels(as_file(image, "PNG"))[0, 0].tolist() == list(RED)


@pytest.mark.parametrize(("mode", "colour"), [("1", 1), ("L", 255), ("LA", (255, 255))])
def test_grey_becomes_rgb(mode, colour):
    assert pixels(as_file(plain(colour, mode=mode)))[0, 0].tolist() == [255, 255, 255]


def test_transparent_parts_are_white_and_half_transparent_ones_mixed():
    image = Image.new("RGBA", (3, 1))
    image.putdata([(255, 0, 0, 255), (255, 0, 0, 0), (0, 0, 0, 128)])
    solid, clear, half = pixels(as_file(image))[0].tolist()
    assert (solid, clear) == ([255, 0, 0], [255, 255, 255])
    assert np.abs(np.array(half) - 127).max() <= 1


def test_a_transparent_palette_entry_is_white():
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *BLUE])
    image.putdata([0, 1])
    for kind in ("PNG", "GIF"):
        assert pixels(as_file(image, kind, transparency=1))[0].tolist() == [list(RED), [255] * 3]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation(orientation, kind):
    """The upright picture is red on the left and blue on the right; each file stores it turned
    another way.
    """
    upright = Image.new("RGB", (64, 32), RED)
    upright.paste(BLUE, (32, 0, 64, 32))
    undo = [
        None, Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM,
        Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_90, Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_270,
    ][orientation - 1]  # fmt: skip
    stored = upright if undo is None else upright.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode(as_file(stored, kind, exif=exif), LIMITS)
    assert (picture.width, picture.height) == picture.size == (64, 32)
    left, right = np.asarray(picture.rows())[16, [8, 56]].astype(int)
    assert np.abs(left - RED).max() < 12
    assert np.abs(right - BLUE).max() < 12


@pillow_may_warn
def test_broken_exif_data_does_not_spoil_the_picture():
    data = as_file(plain(RED), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert decode(data, LIMITS).width == 20


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (2, 3)])
def test_tiny_and_extreme_pictures_give_what_the_network_takes(size):
    steps = Preprocess(input_size=(3, 64, 64))
    seen = fit(decode(as_file(plain(RED, size)), LIMITS, at_least=64), steps)
    assert seen.shape == (64, 64, 3)
    assert (seen == RED).all()


def test_of_a_long_picture_the_middle_is_seen():
    image = plain(BLUE, (1, 20_000))
    image.paste(RED, (0, 9_990, 1, 10_010))
    seen = fit(decode(as_file(image), LIMITS), Preprocess(input_size=(3, 8, 8)))
    assert (seen == RED).all()


@pytest.mark.parametrize("name", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("crop_pct", [1.0, 0.875])
def test_fit_is_resizing_the_shorter_side_and_cutting_out_the_middle(name, crop_pct):
    image = Image.fromarray(np.asarray(plain(RED, (320, 160))).copy())
    image.paste(BLUE, (150, 40, 250, 130))
    scale = round(32 / crop_pct) / 160
    resized = image.resize((round(320 * scale), round(160 * scale)), Image.Resampling[name.upper()])
    left, top = (resized.width - 32) // 2, (resized.height - 32) // 2
    expected = np.asarray(resized.crop((left, top, left + 32, top + 32))).astype(int)
    steps = Preprocess(input_size=(3, 32, 32), crop_pct=crop_pct, interpolation=name)
    seen = fit(decode(as_file(image), LIMITS), steps)
    # The shorter side is not rounded to whole pixels on the way, so edges may differ by a fraction
    # of a pixel.
    assert np.abs(seen - expected).mean() < (0.01 if crop_pct == 1 else 3)


def waves(width, height):
    y, x = np.mgrid[0:height, 0:width]
    bands = [np.sin(x / 60), np.cos(y / 45), np.sin((x + y) / 80)]
    return Image.fromarray((np.stack(bands, -1) * 100 + 128).astype(np.uint8))


def see_through(image):
    image.putalpha(image.getchannel("R"))
    return image


LARGE = {
    "jpeg": lambda: as_file(waves(2405, 1607), "JPEG", quality=95),
    "png": lambda: as_file(waves(2399, 1601), compress_level=1),
    "transparent": lambda: as_file(see_through(waves(1601, 1033)), compress_level=1),
    "palette": lambda: as_file(waves(1200, 900).quantize(64)),
    "grey16": lambda: as_file(
        Image.fromarray(np.asarray(waves(1200, 900))[..., 0].astype(np.uint16) * 257)
    ),
    "webp": lambda: as_file(waves(1301, 900), "WEBP", quality=90),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_picture_shrunk_while_it_is_decoded_looks_the_same(name):
    steps, data = Preprocess(input_size=(3, 64, 64)), LARGE[name]()
    fast, full = decode(data, LIMITS, at_least=64), decode(data, LIMITS)
    assert fast.size[0] < full.size[0] == fast.width
    assert min(fast.size) >= 4 * 64
    assert np.abs(fit(fast, steps).astype(int) - fit(full, steps)).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("JPEG", {"quality": 95})])
def test_a_shrunk_picture_is_turned_upright_too(orientation, kind, options):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = as_file(waves(1299, 1041), kind, exif=exif, **options)
    fast, full = decode(data, LIMITS, at_least=64), decode(data, LIMITS)
    assert (fast.width, fast.height) == full.size
    steps = Preprocess(input_size=(3, 64, 64))
    assert np.abs(fit(fast, steps).astype(int) - fit(full, steps)).max() <= 4


@pytest.mark.parametrize(
    ("size", "limit", "together"),
    [((40, 40), 1600, 1), ((40, 40), 3200, 2), ((40, 40), 6400, 4), ((20, 20), 400, 4)],
)
def test_large_pictures_have_together_no_more_pixels_than_one_may_have(
    monkeypatch, size, limit, together
):
    monkeypatch.setattr("app.images.decoding._LARGE", 1000)
    working, most = [], []
    met = threading.Barrier(together)

    def load(image, *_):
        working.append(id(image))  # two pictures that are equal are compared by decoding them
        met.wait(20)  # as many as may be are at work at the same time
        most.append(len(working))
        met.wait(20)
        working.remove(id(image))

    monkeypatch.setattr("app.images.decoding._load", load)
    limits = Limits(100_000, limit)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda data: decode(data, limits), [as_file(plain(RED, size))] * 4))
    assert max(most) <= together


@pytest.mark.parametrize(
    ("kind", "options", "room"),
    [("PNG", {}, 1), ("WEBP", {}, 4), ("JPEG", {}, 1), ("JPEG", {"progressive": True}, 2)],
)
def test_a_large_picture_has_its_room_until_it_is_no_longer_used(monkeypatch, kind, options, room):
    """As many times its pixels as it takes four bytes for each."""
    monkeypatch.setattr("app.images.decoding._LARGE", 1000)
    pixels = 40 * 40
    limits = Limits(100_000, (room + 1) * pixels - 1)
    data, other = as_file(plain(RED, (40, 40)), kind, **options), as_file(plain(RED, (40, 40)))
    with postponable():
        with decoded(data, limits) as picture:
            picture.rows()
            with pytest.raises(Postponed), decoded(other, limits):
                pass
            roomy = Limits(100_000, (room + 1) * pixels)
            with decoded(other, roomy):
                pass
        with decoded(other, limits):
            pass


def grown(work):
    """The most memory that ``work`` needed at a time, in MB."""
    resets, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")
    if not resets.exists():
        pytest.skip("only Linux tells")

    def now(name):
        return int(re.search(rf"{name}:\s+(\d+)", status.read_text())[1]) / 1000

    resets.write_text("5")  # proc(5): VmHWM begins anew
    before = now("VmRSS")
    work()
    return now("VmHWM") - before


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


LONG = {
    "PNG": lambda: as_file(plain(RED, (40_000, 600)), compress_level=1),
    "transparent": lambda: as_file(plain((*RED, 99), (600, 40_000), "RGBA"), compress_level=1),
    "deep": lambda: as_file(Image.new("I;16", (40_000, 600), 30_000), compress_level=1),
    "JPEG, turned": lambda: as_file(plain(RED, (40_000, 600)), "JPEG", exif=turned()),
}


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("crop_mode", ["center", "squash"])
def test_a_long_picture_of_many_pixels_takes_four_bytes_for_each(name, crop_mode):
    """It is not shrunk while it is decoded: it is 24 million pixels, and not twice as large as the
    network's input.
    """
    data, steps = LONG[name](), Preprocess((3, 224, 224), crop_mode=crop_mode)
    assert grown(lambda: fit(decode(data, LIMITS, at_least=224), steps)) < 150


@pytest.mark.parametrize("size", [(1, 70_000), (70_000, 1)])
def test_a_side_has_a_limit_of_its_own(size):
    with pytest.raises(TooManyPixels, match="a side has at most 65,535") as refusal:
        decode(as_file(plain(RED, size)), LIMITS)
    assert (refusal.value.limit, refusal.value.actual) == (65_535, 70_000)


SEEDS = [picture_bytes((24, 16), kind=kind) for kind in FORMATS]
SEEDS += [
    picture_bytes((24, 16), mode="P", kind="PNG"),
    picture_bytes((24, 16), mode="CMYK", kind="JPEG"),
]
SEEDS += [as_file(plain(RED), "GIF", save_all=True, append_images=[plain(BLUE)])]
SEEDS += [
    as_file(
        plain(RED),
        "JPEG",
        exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
    )
]


@pillow_may_warn
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutilated_pictures_are_read_or_refused_but_nothing_else(data):
    mutant = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 8))):
        mutant[data.draw(st.integers(0, len(mutant) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(mutant)))
    for candidate in (bytes(mutant), bytes(mutant[:cut])):
        try:
            picture = decode(candidate, Limits(10_000, 1_000_000))
        except PictureError:
            continue
        assert picture.rows().mode == "RGB"
        assert picture.rows().size == (picture.width, picture.height)


def test_the_file_is_not_kept_open():
    picture = decode(picture_bytes(kind="GIF"), LIMITS)
    assert not isinstance(getattr(picture.stored.image, "fp", None), io.BytesIO)
