"""The layer overview: small multiples of the figures that the API sends of all layers."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .screen import Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

ROWS = 4  # zeros, silent maps, extremes, deviation; a fifth only where something is not a number


@pytest.fixture
def screen(open_page: OpenPage) -> Screen:
    screen = open_page("?model=everyday&photo=car&layer=relu4_2")
    screen.wait_for_layer("relu4_2")
    return screen


def stats_of(screen: Screen) -> list[dict]:
    return screen.get(f"analyses/{screen.analysis_id}")["layers"]


def test_all_layers_side_by_side(screen: Screen):
    page = screen.page
    expect(page.locator("#overview")).to_be_hidden()
    page.get_by_role("button", name="Layer overview").click()
    layers = stats_of(screen)
    rows = page.locator(".overview-row")
    expect(rows).to_have_count(ROWS)
    # As high as the API says: zeros, and silent maps out of all.
    shares = (
        [layer["stats"]["zero_fraction"] for layer in layers],
        [len(layer["stats"]["silent_channels"] or []) / layer["shape"][0] for layer in layers],
    )
    for row, shown in zip(rows.all(), shares, strict=False):
        heights = row.locator("rect:not(.zero)").evaluate_all(
            "all => all.map((bar) => Number(bar.getAttribute('height')))"
        )
        assert heights == pytest.approx([100 * share for share in shown])
    check_with_axe(screen, "#strip")

    # The current layer's figures; then those of the layer under the pointer, in its column.
    reading = page.locator(".overview-reading")
    expect(reading.locator("b")).to_have_text("relu4_2")
    column = page.locator('.column[data-layer="conv2_1"]').bounding_box()
    box = page.locator(".overview-charts").bounding_box()
    assert column
    assert box
    page.mouse.move(column["x"] + column["width"] / 2, box["y"] + 30)
    expect(reading.locator("b")).to_have_text("conv2_1")
    told = next(layer for layer in layers if layer["name"] == "conv2_1")["stats"]
    figures = reading.locator("data").all_inner_texts()
    assert f"{told['max']:.4f}" in figures
    assert f"{told['std']:.4f}" in figures
    expect(page.locator("#overview")).to_contain_text("drawn on a logarithmic scale")
    # Titles are over the mark, not under it.
    title = page.locator(".overview-title").first.bounding_box()
    mark = page.locator(".overview-mark").bounding_box()
    assert title
    assert mark
    above = page.evaluate(
        """([x, y]) => {
          const rows = document.querySelector(".overview-rows");
          rows.style.pointerEvents = "auto";
          const found = document.elementFromPoint(x, y).closest(".overview-rows") !== null;
          rows.style.pointerEvents = "";
          return found;
        }""",
        [mark["x"] + 3, title["y"] + 8],
    )
    assert above
    assert screen.layer == "relu4_2"
    page.mouse.down()
    page.mouse.up()
    screen.wait_for_layer("conv2_1")

    # By keyboard, and as it is read out.
    slider = page.get_by_role("slider", name="Layer", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    screen.wait_for_layer("relu2_1")
    expect(slider).to_have_attribute("aria-valuenow", "6")
    assert "relu2_1: zeros" in (slider.get_attribute("aria-valuetext") or "")
    page.keyboard.press("End")
    screen.wait_for_layer("softmax")
    screen.wait_for_address("layer=softmax")

    page.reload()
    expect(page.locator("#overview")).to_be_visible()
    page.get_by_role("button", name="Layer overview").click()
    expect(page.locator("#overview")).to_be_hidden()
    page.reload()
    screen.wait_for_layer("softmax")
    expect(page.locator("#overview")).to_be_hidden()


def test_silent_maps_are_listed_and_open(screen: Screen):
    page = screen.page
    silent = {layer["name"]: layer["stats"]["silent_channels"] for layer in stats_of(screen)}
    name = next(name for name, maps in silent.items() if maps)
    screen.go_to(name)
    page.click(".silent-maps summary")
    buttons = page.locator(".silent-maps button")
    expect(buttons).to_have_text([str(channel) for channel in silent[name]])
    expect(page.locator(".silent-maps")).to_contain_text("only many photos can tell")
    check_with_axe(screen, ".inspector")
    buttons.last.click()
    expect(page.locator(".map-detail")).to_be_visible()
    screen.wait_for_value(0)
    assert screen.place[0] == silent[name][-1]


def test_on_a_phone(open_page: OpenPage):
    screen = open_page("?model=everyday&photo=car&layer=pool1", **PHONE)
    screen.wait_for_layer("pool1")
    page = screen.page
    expect(page.locator("#probe-words")).to_contain_text("Tap a pixel")  # a finger does not point
    expect(page.locator(".pick").first).to_have_text(
        re.compile(r"Choose a photo\s+one of your own")
    )
    page.get_by_role("button", name="Layer overview").tap()
    expect(page.locator(".overview-row")).to_have_count(ROWS)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    check_with_axe(screen, "#strip")
    box = page.locator(".overview-charts").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] - 3, box["y"] + 30)
    screen.wait_for_layer("softmax")
    expect(page.locator("#layer-title")).to_be_in_viewport()

    # A column is narrower than a finger: one that moves reads, and chooses when it is lifted.
    page.locator(".overview-charts").scroll_into_view_if_needed()
    box = page.locator(".overview-charts").bounding_box()
    assert box
    hand = page.context.new_cdp_session(page)
    column = box["width"] / len(stats_of(screen))

    def touch(kind: str, *columns: float) -> None:
        points = [{"x": box["x"] + at * column, "y": box["y"] + 60} for at in columns]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 12.5)
    for at in (11.5, 10, 8, 6, 4.5):
        touch("touchMove", at)
    expect(page.locator(".overview-reading b")).to_have_text("conv2_1")
    touch("touchEnd")
    screen.wait_for_layer("conv2_1")
