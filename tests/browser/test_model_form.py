"""The form of a network that needs one more thing: what its file fixes is not asked for, and the
page asks in its own words.
"""

from pathlib import Path

import pytest
from onnx import helper
from playwright.sync_api import expect

from tests.engine.formats.onnx.files import file, random

from .conftest import OpenPage
from .drops import drop_bytes
from .screen import Screen

pytestmark = pytest.mark.browser

make = helper.make_node
WEIGHT = {"w": random(4, 3, 3, 3)}
SCORES = [
    make("Conv", ["x", "w"], ["c"]),
    make("GlobalAveragePool", ["c"], ["g"]),
    make("Flatten", ["g"], ["y"]),
]
STRIP = file(SCORES, inputs={"x": [None, 3, 48, None]}, arrays=WEIGHT)  # as PP-OCR's recognition
TWO_INPUTS = file(
    [make("Mul", ["image", "mask"], ["y"])],
    inputs={"image": [1, 3, 8, 8], "mask": [1, 1, 8, 8]},
)


def refuse(screen: Screen, folder: Path, data: bytes) -> None:
    screen.wait_for_reading()
    screen.expected_status = 422
    drop_bytes(screen, folder, "net.onnx", data)
    screen.page.click("#models-open")
    expect(screen.page.locator("#models-form .problem")).to_be_visible()


def look_inside(screen: Screen) -> None:
    screen.page.click("#models-open")
    expect(screen.page.locator("#models-dialog")).to_be_hidden()


def test_only_the_open_side_is_asked_for(open_page: OpenPage, tmp_path: Path):
    screen = open_page()
    refuse(screen, tmp_path, STRIP)
    page = screen.page
    height, width = page.locator("[name=height]"), page.locator("[name=width]")
    expect(height).to_have_value("48")
    expect(height).not_to_be_editable()
    expect(width).to_have_value("224")
    expect(width).to_be_focused()
    expect(page.locator("#models-form .problem")).to_contain_text(
        "fixes the height of its input, 48"
    )
    width.fill("96")
    look_inside(screen)
    expect(page.locator("#network-input-words")).to_contain_text("96 × 48 pixels")


def test_a_second_input_is_asked_for_in_the_forms_words(open_page: OpenPage, tmp_path: Path):
    screen = open_page()
    refuse(screen, tmp_path, TWO_INPUTS)
    page, problem = screen.page, screen.page.locator("#models-form .problem")
    expect(problem.locator("h3")).to_have_text("This model needs one more thing")
    expect(problem).to_contain_text("“mask”")
    expect(problem).not_to_contain_text("input:")
    mask = page.get_by_label("Input “mask” is always")
    expect(mask).to_be_focused()

    mask.fill("1, 2")
    page.click("#models-open")
    expect(problem.locator("h3")).to_have_text("One field does not fit this file")
    expect(problem).to_contain_text("Input “mask” is always: the input 'mask' takes 64 numbers")
    expect(mask).to_be_focused()
    mask.fill("1")
    look_inside(screen)


def test_the_channels_are_asked_for_where_the_form_has_them(open_page: OpenPage, tmp_path: Path):
    screen = open_page(locale="de-DE")
    weight = {"w": random(4, 4, 3, 3)}
    refuse(screen, tmp_path, file(SCORES, inputs={"x": [1, 4, 8, 8]}, arrays=weight))
    problem = screen.page.locator("#models-form .problem")
    expect(problem.locator("h3")).to_have_text("Zu diesem Netz fehlt noch eine Angabe")
    expect(problem).to_contain_text("nimmt 4 Kanäle")
    expect(screen.page.locator("[name=channels]")).to_be_focused()
    screen.page.select_option("[name=channels]", "rgba")
    look_inside(screen)
