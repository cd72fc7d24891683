"""What is taken along: programs that paint the page's own pixels, numbers, and pictures of the
panels.
"""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import ARTIFACTS, OpenPage
from .pictures import keep_picture
from .screen import Screen
from .test_access import check_with_axe

pytestmark = pytest.mark.browser

SHOTS = ARTIFACTS / "intake"


def save(screen: Screen, name: str, folder: Path) -> Path:
    page = screen.page
    page.click("#save")
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_text(name, exact=True).click()
    page.keyboard.press("Escape")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def run(script: Path) -> str:
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def painted(folder: Path) -> np.ndarray:
    (path,) = folder.glob("*.png")
    return np.asarray(Image.open(path))


def pixels(screen: Screen, selector: str) -> np.ndarray:
    """Of a canvas, copied so that the page's own stays as it is."""
    height, width, data = screen.page.locator(selector).evaluate(
        """canvas => {
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
          copy.drawImage(canvas, 0, 0);
          return [canvas.height, canvas.width, [...copy.getImageData(0, 0, canvas.width, canvas.height).data]];
        }"""
    )
    return np.array(data, np.uint8).reshape(height, width, 4)


@pytest.mark.parametrize("scale", ["layer", "map", "network"])
def test_the_script_paints_the_maps_of_the_page(open_page: OpenPage, tmp_path: Path, scale: str):
    screen = open_page(f"?layer=conv2_1&scale={scale}", color_scheme="dark")
    screen.wait_for_layer("conv2_1")
    said = run(save(screen, "Python script", tmp_path))
    assert "conv2_1" in said
    assert " = " in said
    sheet = painted(tmp_path)
    count, height, width = screen.get(f"analyses/{screen.analysis_id}/layers/conv2_1")["shape"]
    across = (sheet.shape[1] + 1) // (width + 1)
    for i in (0, 1, count - 1):
        y, x = i // across * (height + 1), i % across * (width + 1)
        tile = screen.page.locator(f'.tile[data-channel="{i}"]')
        tile.scroll_into_view_if_needed()
        shown = pixels(screen, f'.tile[data-channel="{i}"] canvas')
        np.testing.assert_array_equal(sheet[y : y + height, x : x + width], shown)


def test_the_notebook_paints_the_open_map(open_page: OpenPage, tmp_path: Path):
    screen = open_page("?layer=relu1_1&map=3&y=10&x=10&view=map")
    screen.wait_for_layer("relu1_1")
    notebook = json.loads(save(screen, "Jupyter notebook", tmp_path).read_text("utf-8"))
    assert notebook["nbformat"] == 4
    script = tmp_path / "cells.py"
    script.write_text("\n".join("".join(cell["source"]) for cell in notebook["cells"]), "utf-8")
    said = run(script)
    assert "'channel': 3, 'y': 10, 'x': 10" in said
    np.testing.assert_array_equal(painted(tmp_path), pixels(screen, ".after .large > canvas"))


def test_the_numbers_of_the_layer(screen: Screen, tmp_path: Path):
    path = save(screen, "NumPy .npy", tmp_path)
    shape = screen.get(f"analyses/{screen.analysis_id}/layers/conv1_1")["shape"]
    assert list(np.load(path).shape) == shape


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_of_a_panel_is_what_is_on_the_screen(
    open_page: OpenPage, tmp_path: Path, theme: str
):
    screen = open_page("?layer=conv1_1", color_scheme=theme, device_scale_factor=2)
    page = screen.page
    screen.wait_for_reading()
    page.click("#save")
    check_with_axe(screen)
    SHOTS.mkdir(parents=True, exist_ok=True)
    keep_picture(page, SHOTS / f"save-{theme}.png")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "save"
    page.evaluate("document.activeElement.blur()")
    for name, selector in (
        ("the maps", "#stage"),
        ("the inspector", ".inspector"),
        ("the photo", ".panel.photo"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        picture = Image.open(save(screen, name, folder)).convert("RGB")
        picture.save(SHOTS / f"{name.replace(' ', '-')}-{theme}.png")
        page.evaluate("document.activeElement.blur()")
        shot = Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("RGB")
        size = (min(picture.width, shot.width), min(picture.height, shot.height))
        a, b = (np.asarray(one.crop((0, 0, *size)), float) for one in (picture, shot))
        # A screenshot begins at a whole pixel, the panel it is of perhaps at half of one.
        lines = [(a, b), (a[:-1], b[1:]), (a[1:], b[:-1])]
        far = min((np.abs(one - other).max(axis=2) > 48).mean() for one, other in lines)
        assert far < 0.04, (name, far)
