"""Pictures that people have, on the page: the panel shows what the network saw, what can be
converted is, the rest is named.
"""

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, features
from playwright.sync_api import Page, expect

from app.images.decoding import Limits
from app.images.fitting import fit
from engine.preprocess import Preprocess
from tests.app.conftest import as_file, decode
from tests.app.images.picture_cases import cases

from .conftest import OpenPage
from .screen import Screen

pytestmark = pytest.mark.browser

SMALL = {case.name: case for case in cases()}
LARGE = {case.name: case for case in cases(640, 320, noise=3)}
# Files are given to an input, as a person does, and come back as data addresses: both are
# Chromium's own work.
INPUT = """() => {
      const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true });
      document.body.replaceChildren(input);
    }"""
READ = """
      const read = (blob) => new Promise((done) => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result.split(',')[1]);
        reader.readAsDataURL(blob);
      });
      const found = {};
"""
DECODED = f"""async (input) => {{
      const {{ decodePicture }} = await import('/static/js/api/image-upload.js');
      {READ}
      for (const file of input.files) {{
        const bitmap = await decodePicture(new Blob([file]));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d');
        context.fillStyle = 'white';
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.drawImage(bitmap, 0, 0);
        const {{ data }} = context.getImageData(0, 0, canvas.width, canvas.height);
        found[file.name] = [canvas.width, canvas.height, await read(new Blob([data]))];
      }}
      return found;
    }}"""
SHRUNK = f"""async (input) => {{
      const {{ shrink }} = await import('/static/js/learn/setup/shrink.js');
      {READ}
      for (const file of input.files) found[file.name] = await read(await shrink(new Blob([file])));
      return found;
    }}"""


def worked_out(page: Page, script: str, folder: Path, cases) -> dict[str, Any]:
    """What a script finds for the file of each case."""
    for name, case in cases.items():
        (folder / name).write_bytes(case.data)
    page.evaluate(INPUT)
    page.set_input_files("input", [folder / name for name in cases])
    return page.locator("input").evaluate(script)


def upload(screen: Screen, folder: Path, name: str, content: bytes) -> None:
    """Choose a file on the disk: a large one would take seconds to be handed over by Playwright."""
    (folder / name).write_bytes(content)
    screen.page.set_input_files("#file", folder / name)


def wait_for_photo(screen: Screen, name: str) -> str:
    """Until a photo is on the page; what stands under it."""
    screen.page.wait_for_function(
        "name => document.querySelector('#credit').textContent.startsWith(name)", arg=name
    )
    return screen.page.inner_text("#credit")


def panel(screen: Screen) -> np.ndarray:
    """The pixels of the photo on the page: of a copy, so that its canvas stays as it is."""
    width, height, data = screen.page.evaluate(
        """async () => {
          const { width, height } = document.querySelector('#photo');
          const copy = new OffscreenCanvas(width, height).getContext('2d');
          copy.drawImage(document.querySelector('#photo'), 0, 0);
          const { data } = copy.getImageData(0, 0, width, height);
          const reader = new FileReader();
          const read = new Promise((done) => { reader.onload = done; });
          reader.readAsDataURL(new Blob([data]));
          await read;
          return [width, height, reader.result.split(',')[1]];
        }"""
    )
    pixels = np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)
    assert (pixels[..., 3] == 255).all()  # nothing of the page shines through
    return pixels[..., :3]


def seen(screen: Screen) -> np.ndarray:
    """What the network saw, from the server."""
    answer = screen.page.request.get(f"{screen.site}/api/v1/analyses/{screen.analysis_id}/input")
    return np.asarray(Image.open(io.BytesIO(answer.body())).convert("RGB"))


def test_each_picture_of_the_table_is_decoded_as_the_server_does(modules: Page, tmp_path: Path):
    found = worked_out(modules, DECODED, tmp_path, SMALL)
    for name, case in SMALL.items():
        width, height, data = found[name]
        assert (width, height) == case.size, name
        pixels = np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)
        case.check(pixels[..., :3])
        picture = decode(case.data, Limits(10**7, 25 * 10**6))
        own = fit(picture, Preprocess(input_size=(3, height, width))).astype(int)
        # Decoders round, and smooth the colours of JPEG, a little differently; no colour is another
        # one.
        assert np.abs(own - pixels[..., :3]).mean() < 4, name


def test_each_large_picture_of_a_folder_is_shrunk_as_a_person_sees_it(
    modules: Page, tmp_path: Path
):
    heavy = {name: case for name, case in LARGE.items() if len(case.data) > 64 * 1024}
    assert len(heavy) > 40
    found = worked_out(modules, SHRUNK, tmp_path, heavy)
    for name, case in heavy.items():
        data = base64.b64decode(found[name])
        assert len(data) < len(case.data), name
        picture = decode(data, Limits(10**7, 25 * 10**6))
        pixels = fit(picture, Preprocess(input_size=(3, picture.height, picture.width)))
        loose = type(case)(name, b"", case.size, case.quarters, case.tolerance + 8)
        loose.check(pixels)


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no AVIF")
def test_a_small_avif_of_a_folder_is_converted(modules: Page, tmp_path: Path):
    case = SMALL["png"]
    avif = as_file(Image.open(io.BytesIO(case.data)), "AVIF", quality=95)
    loose = type(case)("avif", avif, case.size, case.quarters, 12)
    found = worked_out(modules, SHRUNK, tmp_path, {"avif": loose})
    data = base64.b64decode(found["avif"])
    picture = decode(data, Limits(10**7, 25 * 10**6))
    loose.check(fit(picture, Preprocess(input_size=(3, picture.height, picture.width))))


TRANSPARENT = {"png_grey16_trns", "gif_transparent"}


SHOWN = ["webp_exif6", "webp_xmp6", "png_grey16_trns", "png_icc", "gif_transparent", "jpeg_exif6"]


def test_the_panel_shows_what_the_network_saw(
    screen: Screen, tmp_path: Path, subtests: pytest.Subtests
):
    for name in SHOWN:
        with subtests.test(name):
            case = SMALL[name]
            upload(screen, tmp_path, f"{name}.jpg", case.data)
            said = " · Transparent parts are laid on white." if name in TRANSPARENT else ""
            assert wait_for_photo(screen, name) == f"{name}.jpg{said}"
            case.check(panel(screen))
            case.check_quarters(seen(screen))


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no AVIF")
def test_an_avif_is_converted_whatever_it_is_called(screen: Screen, tmp_path: Path):
    case = SMALL["png"]
    avif = as_file(Image.open(io.BytesIO(case.data)), "AVIF", quality=95)
    upload(screen, tmp_path, "holiday.jpg", avif)
    credit = wait_for_photo(screen, "holiday")
    assert "Converted here from AVIF to PNG" in credit
    loose = type(case)("avif", avif, case.size, case.quarters, 12)
    loose.check(panel(screen))
    loose.check_quarters(seen(screen))


def test_a_drawing_is_converted(screen: Screen, tmp_path: Path):
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><rect width="2" height="2" fill="#dc1e28"/>'
        b'<rect x="2" width="2" height="1" style="fill:#143cc8"/></svg>'
    )
    upload(screen, tmp_path, "logo.svg", svg)
    assert "Converted here from SVG to PNG" in wait_for_photo(screen, "logo")
    pixels = panel(screen)
    height, width, _ = pixels.shape
    assert width > 500
    assert pixels[height // 4, width // 4].tolist() == [220, 30, 40]
    assert pixels[height // 4, 3 * width // 4].tolist() == [20, 60, 200]
    assert pixels[3 * height // 4, 3 * width // 4].tolist() == [255, 255, 255]


def test_a_heic_is_refused_by_its_name_with_a_way_out_and_only_its_beginning_travels(
    screen: Screen, tmp_path: Path
):
    screen.expected_status = 415
    sizes: list[int] = []
    screen.page.on(
        "request",
        lambda r: (
            sizes.append(int(r.all_headers()["content-length"]))
            if r.method == "POST" and r.url.endswith("/analyses")
            else None
        ),
    )
    guess = screen.first_guess
    upload(
        screen, tmp_path, "IMG_0001.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(12 * 2**20)
    )
    problem = screen.page.locator("#notice .problem")
    problem.wait_for()
    told = problem.inner_text()
    assert "This file is a HEIC picture, a format that is not read here" in told
    assert "JPEG or PNG" in told
    assert "Most Compatible" in told
    assert screen.first_guess == guess
    assert max(sizes) < 10_000


NO_PICTURES = [
    ("letter.jpg", b"Dear Sir or Madam,", "text"),
    ("page.png", b"<!doctype html><title>Sign in</title>", "web page"),
    ("empty.jpg", b"", "no bytes"),
    ("film.jpg", b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + bytes(11 * 2**20), "MP4 video"),
    ("scan.jpg", b"%PDF-1.7\n", "PDF"),
]


def test_what_is_no_picture_is_named(screen: Screen, tmp_path: Path, subtests: pytest.Subtests):
    problem = screen.page.locator("#notice .problem")
    for name, content, says in NO_PICTURES:
        with subtests.test(name):
            screen.expected_status = 415 if content else 422
            upload(screen, tmp_path, name, content)
            expect(problem).to_contain_text(says)
            problem.get_by_text("Dismiss").click()
            expect(problem).to_have_count(0)


def test_a_photo_of_too_many_pixels_is_made_smaller(screen: Screen, tmp_path: Path):
    screen.expected_status = 413  # asked once as it is
    image = Image.new("RGB", (6400, 4800), (220, 30, 40))
    image.paste((20, 60, 200), (3200, 0, 6400, 4800))
    upload(screen, tmp_path, "large.png", as_file(image))
    assert "Shrunk here from 6,400 × 4,800 to 5,773 × 4,330 pixels" in wait_for_photo(
        screen, "large"
    )
    pixels = panel(screen).astype(int)
    height, width, _ = pixels.shape
    assert abs(width / height - 4 / 3) < 0.01
    assert np.abs(pixels[height // 2, width // 4] - (220, 30, 40)).max() < 4
    assert np.abs(pixels[height // 2, 3 * width // 4] - (20, 60, 200)).max() < 4


def test_a_photo_of_too_many_bytes_is_saved_anew(open_page: OpenPage, tmp_path: Path):
    screen = open_page("?lang=de")
    screen.wait_for_reading()
    upload(
        screen,
        tmp_path,
        "scan.bmp",
        as_file(Image.new("RGB", (2000, 1900), (30, 180, 60)), "BMP"),
    )
    assert re.search(r"aus 10,9 MiB wurden \d+ KiB", wait_for_photo(screen, "scan"))
    assert np.abs(panel(screen)[50, 50].astype(int) - (30, 180, 60)).max() < 4
