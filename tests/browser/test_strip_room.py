"""The strip uses the room that there is: to the answer on a laptop, all of it on a large screen."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .screen import Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

# From the left of the first map to the right of the last, as a share of the room; and the names, as
# they can be read.
LOOK = """() => {
  const room = document.querySelector(".strip-view").getBoundingClientRect();
  const columns = [...document.querySelectorAll(".column")].map((c) => c.getBoundingClientRect());
  const names = [...document.querySelectorAll(".column-name")];
  const boxes = names.map((name) => {
    const range = document.createRange();
    range.selectNodeContents(name);
    return range.getBoundingClientRect();
  });
  const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return {
    share: (columns.at(-1).right - columns[0].left) / room.width,
    hidden: columns.filter(({ right }) => right > room.right + 1).length,
    names: names.map((name) => name.textContent),
    cut: names.filter((name) => name.scrollWidth > name.clientWidth).length,
    overlaps: boxes.filter((a, i) => boxes.some((b, j) => i < j && overlap(a, b))).length,
  };
}"""


@pytest.fixture
def screen(open_page: OpenPage) -> Screen:
    screen = open_page("?model=everyday&photo=car", viewport={"width": 1280, "height": 800})
    screen.wait_for_reading()
    return screen


def test_the_answer_is_in_sight_and_every_name_can_be_read(screen: Screen):
    page = screen.page
    layers = [layer["name"] for layer in screen.get("models/everyday")["layers"]]
    for width, least in ((1280, 0.9), (1440, 0.9), (1920, 0.9), (2560, 0.9), (1024, 0.9)):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"() => ({LOOK})().share >= {least} && ({LOOK})().share <= 1")
        look = page.evaluate(LOOK)
        assert look == {"share": look["share"], "hidden": 0, "names": layers} | {
            "cut": 0,
            "overlaps": 0,
        }, width
    expect(page.get_by_role("button", name="To the output")).to_be_hidden()


def test_the_answer_is_one_tap_away_on_a_phone(open_page: OpenPage):
    screen = open_page("?model=everyday&photo=car", **PHONE)
    screen.wait_for_reading()
    page = screen.page
    for choice in page.locator(".makings button:visible").all():
        assert choice.bounding_box()["height"] >= 40  # a finger's
    page.locator("#strip").scroll_into_view_if_needed()
    nearer = [page.get_by_role("button", name=name, exact=True) for name in ("Zoom out", "Zoom in")]
    assert len({one.bounding_box()["y"] for one in nearer}) == 1  # the two on one line
    page.get_by_role("button", name="To the output").tap()
    screen.wait_for_layer("softmax")
    expect(page.locator('.column[data-layer="softmax"]')).to_be_in_viewport()
    expect(page.get_by_role("button", name="To the output")).to_be_hidden()
    check_with_axe(screen, "#strip")


def test_a_step_shows_where_it_leads_on_a_phone(open_page: OpenPage):
    screen = open_page("?model=everyday&photo=car&layer=conv1_1", **PHONE)
    screen.wait_for_reading()
    page = screen.page
    expect(page.locator("#layer-title")).not_to_be_in_viewport()
    page.get_by_role("button", name="Next layer").tap()
    screen.wait_for_title("relu1_1")
    expect(page.locator("#layer-title")).to_be_in_viewport()
    expect(page.locator('.column[data-layer="relu1_1"]')).to_be_in_viewport()
    # Once it is in sight, nothing moves under the finger.
    screen.wait_for_rest()
    before = page.evaluate("scrollY")
    page.get_by_role("button", name="Next layer").tap()
    screen.wait_for_title("pool1")
    screen.wait_for_rest()
    assert page.evaluate("scrollY") == before
    # Nor is the reader taken away from the photo by what he did not ask for.
    page.evaluate("scrollTo(0, 0)")
    page.locator("#samples button").nth(1).tap()
    screen.wait_for_rest()
    assert page.evaluate("scrollY") == 0


def test_long_names_lose_what_they_have_in_common(modules: Page):
    fit = """async ([name, room]) => {
      const { fitName } = await import("/static/js/network/names.js");
      return fitName(name, (text) => text.length <= room);
    }"""
    cases = {
        ("conv1_1", 7): "conv1_1",
        ("layer1.0.conv1", 8): "…0.conv1",
        ("convolution17", 9): "conv…on17",
        ("convolution18", 9): "conv…on18",
        ("a", 0): "a",
    }
    for (name, room), fitted in cases.items():
        assert modules.evaluate(fit, [name, room]) == fitted
