"""The pointer shows, a click holds, the next one lets go; a tap shows, a long press holds."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, expect

from .conftest import OpenPage
from .screen import Screen
from .test_access import PHONE

pytestmark = pytest.mark.browser

CHIP = "#stage-head .hold-chip"
MAP = ".map-detail .heatmap.large"


def middle_of(sheet: Locator, y: int, x: int) -> tuple[float, float]:
    """Where a number of a map is on the screen."""
    box = sheet.bounding_box()
    assert box
    height, width = sheet.locator("canvas").first.evaluate("c => [c.height, c.width]")
    return (
        box["x"] + (x + 0.5) * box["width"] / width,
        box["y"] + (y + 0.5) * box["height"] / height,
    )


def wait_for_place(screen: Screen, *place: int) -> None:
    screen.page.wait_for_function(
        "place => document.querySelector('.reading output')?.dataset.place === place",
        arg=" ".join(str(n) for n in place),
    )


def point(screen: Screen, sheet: str, y: int, x: int) -> None:
    screen.page.mouse.move(*middle_of(screen.page.locator(sheet).first, y, x))


def test_the_pointer_shows_over_a_map_that_a_click_has_opened(screen: Screen):
    page = screen.page
    page.click('.tile[data-channel="4"] .heatmap')
    page.wait_for_selector(MAP)
    screen.wait_for_rest()
    expect(page.locator(CHIP)).to_be_hidden()
    for y, x in ((3, 5), (40, 51), (63, 0)):
        point(screen, MAP, y, x)
        wait_for_place(screen, 4, y, x)


def test_a_click_holds_visibly_and_the_next_one_lets_go(screen: Screen):
    page = screen.page
    chip = page.locator(CHIP)

    def where() -> list[object]:
        return [page.locator(part).bounding_box() for part in ("#save", "#stage-body", MAP)]

    page.click('.tile[data-channel="4"] .heatmap')
    page.wait_for_selector(MAP)
    screen.wait_for_rest()
    point(screen, MAP, 20, 30)
    wait_for_place(screen, 4, 20, 30)
    before = where()
    page.mouse.down()
    page.mouse.up()
    expect(chip).to_have_text("held · Esc to release")
    assert where() == before  # nothing moves for the chip
    box, stage = chip.bounding_box(), page.locator("#stage-body > *").bounding_box()
    assert box
    assert stage
    assert box["y"] + box["height"] <= stage["y"] + 1  # and it lies on none of the stage
    point(screen, MAP, 50, 8)
    screen.wait_for_rest()
    assert screen.place == [4, 20, 30]
    screen.wait_for_address("held=1")
    page.mouse.down()  # anywhere on the map
    page.mouse.up()
    expect(chip).to_be_hidden()
    assert screen.place == [4, 50, 8]  # where the pointer is
    point(screen, MAP, 10, 10)
    wait_for_place(screen, 4, 10, 10)
    # Esc lets go and leaves the map open; so does the chip, and a number chosen by key.
    for let_go in (
        lambda: page.keyboard.press("Escape"),
        lambda: chip.click(),
        lambda: page.keyboard.press("PageDown"),
    ):
        point(screen, MAP, 20, 30)
        page.mouse.down()
        page.mouse.up()
        expect(chip).to_be_visible()
        let_go()
        expect(chip).to_be_hidden()
        expect(page.locator(MAP)).to_have_count(1)
    page.keyboard.press("Escape")  # out of the map, which a click has gone into
    page.keyboard.press("Escape")
    expect(page.locator(MAP)).to_have_count(0)


def test_by_keyboard_enter_holds(screen: Screen):
    page = screen.page
    page.keyboard.press("Enter")  # opens
    page.keyboard.press("Enter")  # goes into it
    page.keyboard.press("ArrowDown")
    screen.wait_for_reading()
    place = screen.place
    expect(page.locator(CHIP)).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(CHIP)).to_be_visible()
    point(screen, MAP, 1, 1)
    screen.wait_for_rest()
    assert screen.place == place
    page.keyboard.press("Enter")
    expect(page.locator(CHIP)).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('[data-cursor]')")


def test_bars_cells_kernels_and_the_pixels_of_the_photo_hold_alike(screen: Screen):
    page = screen.page
    chip = page.locator(CHIP)

    def check(first: dict[str, Any], second: dict[str, Any]) -> None:
        """Hover shows, a click holds, hover shows no longer, another click lets go and shows."""
        page.hover(**first)
        screen.wait_for_rest()
        one = screen.place
        page.hover(**second)
        page.wait_for_function(
            "place => document.querySelector('.reading output').dataset.place !== place",
            arg=" ".join(map(str, one)),
        )
        two = screen.place
        page.click(**first)
        expect(chip).to_be_visible()
        assert screen.place == one
        page.hover(**second)
        screen.wait_for_rest()
        assert screen.place == one
        page.click(**second)
        expect(chip).to_be_hidden()
        assert screen.place == two

    screen.go_to("fc1")
    check({"selector": '.bar-row[data-unit="2"]'}, {"selector": '.bar-row[data-unit="5"]'})
    screen.go_to("flatten")
    check(
        {"selector": ".sheet", "position": {"x": 5, "y": 5}},
        {"selector": ".sheet", "position": {"x": 90, "y": 60}},
    )
    screen.go_to("conv2_1")
    page.click("#layer-shape >> text=Kernels")
    check(
        {"selector": '.kernel-tile[data-channel="1"]'},
        {"selector": '.kernel-tile[data-channel="6"]'},
    )
    words, probe = page.locator("#probe-words"), page.locator(".network-input .hold-chip")
    size = page.locator(".pixels").bounding_box()
    assert size
    at = {"position": {"x": size["width"] * 10.5 / 64, "y": size["height"] * 20.5 / 64}}
    off = {"position": {"x": size["width"] * 40.5 / 64, "y": size["height"] * 50.5 / 64}}
    page.click(".pixels", **at)
    expect(probe).to_have_text("held · Esc to release")
    page.hover(".pixels", **off)
    expect(words).to_contain_text("Pixel y 20 · x 10", use_inner_text=True)
    page.click(".pixels", **off)
    expect(words).to_contain_text("Pixel y 50 · x 40", use_inner_text=True)
    expect(probe).to_be_hidden()
    page.hover(".pixels", **at)
    expect(words).to_contain_text("Pixel y 20 · x 10", use_inner_text=True)
    page.click(".pixels", **at)
    expect(probe).to_be_visible()
    page.keyboard.press("Escape")
    expect(probe).to_be_hidden()


class Finger:
    """Touches as the browser gets them from a screen."""

    def __init__(self, screen: Screen) -> None:
        self.page = screen.page
        self.session: CDPSession = screen.page.context.new_cdp_session(screen.page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def press(self, x: float, y: float) -> None:
        self._send("touchStart", (x, y))

    def move(self, x: float, y: float) -> None:
        self._send("touchMove", (x, y))

    def lift(self) -> None:
        self._send("touchEnd")

    def tap(self, x: float, y: float) -> None:
        self.press(x, y)
        self.lift()


def test_by_touch_a_tap_shows_and_a_long_press_or_the_chip_holds(open_page: OpenPage):
    screen = open_page("?layer=conv2_1", **PHONE)
    page, finger = screen.page, Finger(screen)
    chip = page.locator(CHIP)
    screen.wait_for_reading()
    page.locator('.tile[data-channel="3"]').scroll_into_view_if_needed()
    screen.wait_for_rest()
    finger.tap(*middle_of(page.locator('.tile[data-channel="3"] .heatmap'), 7, 9))
    sheet = page.locator(MAP)
    expect(sheet).to_have_count(1)
    sheet.scroll_into_view_if_needed()
    screen.wait_for_rest()
    wait_for_place(screen, 3, 7, 9)
    expect(chip).to_have_text("Hold")
    for y, x in ((20, 4), (5, 28)):
        finger.tap(*middle_of(sheet, y, x))
        wait_for_place(screen, 3, y, x)
        expect(chip).to_have_text("Hold")
    lies = sheet.bounding_box()
    finger.press(*middle_of(sheet, 12, 12))
    expect(chip).to_have_text("held · tap to release")
    finger.lift()
    screen.wait_for_rest()
    expect(chip).to_have_text("held · tap to release")
    assert screen.place == [3, 12, 12]
    assert sheet.bounding_box() == lies  # nothing moves under the finger
    finger.tap(*middle_of(sheet, 25, 16))
    expect(chip).to_have_text("Hold")
    wait_for_place(screen, 3, 25, 16)
    way = [middle_of(sheet, step, step) for step in (10, 14, 17, 19)]  # a slow look is a long press
    finger.press(*way[0])  # a finger that moves shows number after number
    for at in way[1:]:
        finger.move(*at)
    finger.lift()
    wait_for_place(screen, 3, 19, 19)
    expect(chip).to_have_text("Hold")
    finger.tap(*middle_of(sheet, 19, 19))  # the first tap after a fast move ends what is left of it
    screen.wait_for_rest()
    chip.tap()
    expect(chip).to_have_text("held · tap to release")
    chip.tap()
    expect(chip).to_have_text("Hold")
