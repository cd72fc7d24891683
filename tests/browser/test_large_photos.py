"""Photos as telephones take them, dropped as a hand drops them: too many pixels, too many bytes,
and kinds that the server does not read, on both pages.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, features
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .drops import drop
from .test_drops import left_out
from .test_learn_setup import open_setup, wait_for_set
from .test_picture_ways import panel, wait_for_photo

pytestmark = pytest.mark.browser

RED, BLUE = (220, 30, 40), (20, 60, 200)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(3000)
needs_avif = pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no AVIF")


def halves(width: int, height: int) -> Image.Image:
    """Red above blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (0, height // 2, width, height))
    return image


def phone_photo(path: Path) -> Path:
    """8160 × 6120 pixels as a sensor stores them, to be turned by a quarter: 6120 × 8160."""
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = halves(6120, 8160).transpose(Image.Transpose.ROTATE_90)
    stored.save(path, "JPEG", quality=80, exif=exif)
    return path


def file_of(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def test_a_pictures_size_is_read_from_its_header(modules: Page):
    """As Pillow writes it, in every way that the server reads; a file that ends too early tells
    nothing.
    """
    image = halves(300, 170).convert("RGBA")
    exif = Image.Exif()
    exif[0x010E] = "a thumbnail's worth of words " * 900
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    ways: list[tuple[str, dict]] = [
        ("JPEG", {"exif": exif, "icc_profile": profile}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("GIF", {}),
        ("BMP", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": exif}),
    ]
    files = []
    for kind, options in ways:
        file = io.BytesIO()
        image.convert("RGB" if kind != "WEBP" or options else "RGBA").save(file, kind, **options)
        files.append(list(file.getvalue()))
    sizes = modules.evaluate(
        """async (files) => {
          const { imageSize } = await import("/static/js/lib/image-size.js");
          const sizeOf = (bytes) => imageSize(Uint8Array.from(bytes));
          return files.map((file) => [sizeOf(file), sizeOf(file.slice(0, 9))]);
        }""",
        files,
    )
    assert sizes == [[{"width": 300, "height": 170}, None]] * len(ways)


def test_a_phone_photo_of_50_megapixels_is_shrunk_and_stands_upright(
    open_page: OpenPage, tmp_path: Path
):
    screen = open_page()
    screen.wait_for_reading()
    drop(screen, phone_photo(tmp_path / "IMG_2041.jpg"))
    credit = wait_for_photo(screen, "IMG_2041")
    assert "Shrunk here from 6,120 × 8,160 to 4,330 × 5,773 pixels." in credit
    told = screen.get(f"analyses/{screen.analysis_id}")["input"]
    assert (told["width"], told["height"]) == (4330, 5773)
    pixels = panel(screen).astype(int)
    height, width, _ = pixels.shape
    assert height > width
    for row, colour in ((height // 4, RED), (3 * height // 4, BLUE)):
        assert np.abs(pixels[row, width // 2] - colour).max() < 6


@needs_avif
def test_an_avif_is_dropped_and_compared_with(open_page: OpenPage, tmp_path: Path):
    screen = open_page("?tab=whatif")
    page = screen.page
    page.wait_for_selector(".reading output")
    path = tmp_path / "beach.avif"
    path.write_bytes(file_of(halves(320, 240), "AVIF"))
    drop(screen, path)
    assert "Converted here from AVIF to PNG" in wait_for_photo(screen, "beach")
    before = screen.analysis_id
    page.set_input_files("#whatif input[type=file]", path)
    screen.wait_for_address("compare=analysis%3A")
    expect(page.locator(".chart button").first).to_be_visible()
    assert screen.analysis_id == before  # the same photo, converted in the same way


@needs_avif
@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_of_phone_photos_is_made_ready_as_a_folder_is(
    open_page: OpenPage, tmp_path: Path, packed: int
):
    large = phone_photo(tmp_path / "large.jpg").read_bytes()
    path = tmp_path / "Holiday.zip"
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name in ("beach", "wood"):
            for i in range(2):
                archive.writestr(f"Photos/{name}/{i}.avif", file_of(halves(90 + i, 70), "AVIF"))
        archive.writestr("Photos/wood/IMG_1.jpg", large)
        archive.writestr("Photos/wood/IMG_2.heic", HEIC)
        archive.writestr("Photos/notes.txt", "nothing to see")
    screen = open_setup(open_page)
    drop(screen, path)
    wait_for_set(screen, "Holiday")
    dataset = next(one for one in screen.get("datasets")["datasets"] if one["uploaded"])
    assert (dataset["classes"], dataset["pictures_per_class"]) == (["beach", "wood"], [2, 3])
    said = left_out(screen)
    assert len(said) == 2
    assert any("IMG_2.heic" in line and "HEIC" in line for line in said)
    assert any("notes.txt" in line for line in said)
