"""Usable by everyone: by keyboard alone, by touch, in both themes, on small screens and by those
who listen.
"""

import re

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .screen import Screen

pytestmark = pytest.mark.browser

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


OF_A_LAYER = ("#stage", ".inspector", "#position")  # what another layer changes

# Axe is handed over once a document; what it has nothing to say about is not, which would take
# longer than to look.
IS_THERE = "() => typeof axe !== 'undefined'"
VIOLATIONS = """async (parts) => {
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  const context = dialog ?? (parts.length ? { include: parts } : document);
  const { violations } = await axe.run(context, { resultTypes: ["violations"] });
  return { violations };
}"""


def check_with_axe(screen: Screen, *parts: str) -> None:
    """The whole page, or the parts that are new since it was; of a page with a modal dialog, that,
    for nobody reaches the rest.
    """
    check_page_with_axe(screen.page, *parts)


def check_page_with_axe(page: Page, *parts: str) -> None:
    """The same for a page that is not one of the app's."""
    axe = Axe()
    if not page.evaluate(IS_THERE):
        page.evaluate(axe.axe_script)
    results = AxeResults(page.evaluate(VIOLATIONS, parts))
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_axe_violation_in_any_view(open_page: OpenPage, theme: str):
    screen = open_page(color_scheme=theme)
    page = screen.page
    screen.wait_for_reading()
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    check_with_axe(screen)
    for layer in ("relu1_1", "pool1", "flatten", "fc1", "softmax", "conv2_1"):
        screen.go_to(layer)
        check_with_axe(screen, *OF_A_LAYER)
    page.click('.tile[data-channel="3"]')
    page.wait_for_selector(".row .highlight:visible")
    check_with_axe(screen, *OF_A_LAYER)
    for opener, dialog in (("#classes", "#classes-dialog"), ("#help", "#help-dialog")):
        page.click(opener)
        page.wait_for_selector(f"{dialog}[open]")
        check_with_axe(screen)
        page.keyboard.press("Escape")
    screen.expected_status = 415
    page.set_input_files("#file", {"name": "x", "mimeType": "image/png", "buffer": b"no"})
    page.wait_for_selector("#notice .problem")
    check_with_axe(screen, ".side")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_axe_violation_on_a_phone(open_page: OpenPage, theme: str):
    screen = open_page(color_scheme=theme, **PHONE)
    screen.wait_for_reading()
    check_with_axe(screen)


def test_everything_by_keyboard(screen: Screen):
    page = screen.page
    page.focus(".tile.current")
    page.keyboard.press("Enter")
    page.wait_for_selector(".map-detail")
    start = page.inner_text(".reading .muted")
    x = int(start.split("x ")[1])
    step = "ArrowLeft" if x else "ArrowRight"
    page.keyboard.press(step)
    expect(page.locator(".reading .muted")).to_have_text(
        re.compile(re.escape(f"x {x - 1 if x else 1}") + "$")
    )
    page.keyboard.press("PageDown" if "map 0" in start else "PageUp")
    assert page.inner_text(".reading .muted").split(" · ")[0] != start.split(" · ")[0]
    page.keyboard.press("Escape")  # out of the map, which stays open
    page.keyboard.press("ArrowRight")
    screen.wait_for_layer("relu1_1")
    expect(page.locator(".map-detail")).to_have_count(1)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "tile current"
    page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.dataset.channel")
    expect(page.locator(".reading .muted")).to_contain_text(f"map {focused} ")
    page.keyboard.press("?")
    page.wait_for_selector("#help-dialog[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("End")
    screen.wait_for_layer("softmax")


def test_the_walk_goes_on_by_itself_and_stops(screen: Screen):
    page = screen.page
    page.keyboard.press("Space")
    expect(page.locator("#walk")).to_have_attribute("aria-pressed", "true")
    screen.wait_for_layer("relu1_1")
    page.keyboard.press("Escape")
    expect(page.locator("#walk")).to_have_attribute("aria-pressed", "false")


def test_what_is_read_out(screen: Screen):
    label = screen.page.locator(".tile").first.get_attribute("aria-label") or ""
    assert label.startswith("map 0 of ")
    assert " from " in label
    assert " mean " in label
    screen.hover(2, 10, 20)
    screen.page.wait_for_function(
        "() => document.querySelector('#live').textContent.startsWith('map 2, y 10, x 20: ')"
    )


def test_by_touch_on_a_phone(open_page: OpenPage):
    screen = open_page(**PHONE)
    page = screen.page
    screen.wait_for_reading()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    swipe(screen, -120)
    screen.wait_for_layer("relu1_1")
    swipe(screen, 120)
    screen.wait_for_layer("conv1_1")
    page.locator(".tile").nth(4).tap()
    page.wait_for_selector(".row .highlight:visible")
    large = page.locator(".map-detail .large")
    large.tap(position={"x": 33, "y": 42})
    box = large.bounding_box()
    expected = f"map 4 · y {int(42 / box['height'] * 64)} · x {int(33 / box['width'] * 64)}"
    expect(page.locator(".reading .muted")).to_have_text(expected)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def swipe(screen: Screen, distance: int) -> None:
    screen.page.evaluate(
        """(distance) => {
          const target = document.querySelector('.tile');
          const touch = (x) => new Touch({ identifier: 1, target, clientX: x, clientY: 300 });
          const fire = (type, touches, changedTouches) =>
            target.dispatchEvent(new TouchEvent(type, { bubbles: true, touches, changedTouches }));
          fire('touchstart', [touch(200)], [touch(200)]);
          fire('touchend', [], [touch(200 + distance)]);
        }""",
        distance,
    )


def test_the_page_fits_the_screen(open_page: OpenPage, subtests: pytest.Subtests):
    screen = open_page("?layer=conv4_2", viewport={"width": 1100, "height": 640})
    screen.wait_for_reading()
    for width, height in ((1100, 640), (1440, 900), (3840, 2160)):
        with subtests.test(width=width):
            screen.page.set_viewport_size({"width": width, "height": height})
            screen.wait_for_rest()
            app = screen.page.locator("#app").bounding_box()
            assert app == {"x": 0, "y": 0, "width": width, "height": height}
            assert screen.page.evaluate("document.documentElement.scrollWidth") == width
