"""From a photo to the terms of one pooled value with the keyboard alone: no pointer is ever moved,
nothing is focused by the test.
"""

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .pictures import keep_picture
from .screen import WRITTEN, Screen

pytestmark = pytest.mark.browser

MOST_TABS = 40  # as many as a person would bear, and then some


def tab_to(screen: Screen, selector: str) -> None:
    """Press Tab until the focus is on a certain thing."""
    for _ in range(MOST_TABS):
        screen.page.keyboard.press("Tab")
        if screen.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
    pytest.fail(f"{selector} cannot be reached with Tab")


def place_of(screen: Screen) -> tuple[int, int, int]:
    """Channel, y and x under the cursor, as they are written."""
    words = screen.page.inner_text(".reading .muted").replace("·", "").split()
    channel, y, x = (int(words[words.index(name) + 1]) for name in ("map", "y", "x"))
    return channel, y, x


def test_from_a_photo_to_the_terms_of_a_pooled_value(screen: Screen, artifacts):
    page, folder = screen.page, artifacts / "keyboard"
    folder.mkdir(exist_ok=True)

    # A photo: the samples are buttons.
    tab_to(screen, "#samples button:nth-child(2)")
    photo = page.evaluate("document.activeElement.title")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "title => document.querySelector('#credit').textContent.startsWith(title)", arg=photo
    )
    screen.wait_for_reading()
    keep_picture(page, folder / "1-photo.png")

    # A pool: the arrow keys step through the layers from wherever the focus is.
    layers = screen.get("models/everyday")["layers"]
    pool = next(layer for layer in layers if layer["op"] == "max_pool")
    while screen.layer != pool["name"]:
        at = [layer["name"] for layer in layers].index(screen.layer)
        page.keyboard.press("ArrowRight")
        screen.wait_for_layer(layers[at + 1]["name"])
    keep_picture(page, folder / "2-pool.png")

    # One of its maps, and one number in it.
    tab_to(screen, ".tile")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".map-detail")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('[data-cursor]')")
    before = place_of(screen)
    down, right = ("ArrowDown", "ArrowRight") if max(before[1:]) < 16 else ("ArrowUp", "ArrowLeft")
    for key in (down, down, right):
        page.keyboard.press(key)
    channel, y, x = place_of(screen)
    assert channel == before[0]
    assert (abs(y - before[1]), abs(x - before[2])) == (2, 1)

    # Its terms are on the screen, they are the API's, and the largest one is the value.
    path = f"analyses/{screen.analysis_id}/layers/{pool['name']}/explain"
    why = screen.get(f"{path}?channel={channel}&y={y}&x={x}")
    page.wait_for_function(
        "value => Math.abs(document.querySelector('.formula data')?.value - value) < 1e-6"
        " && !document.querySelector('.explain.stale')",
        arg=why["value"],
    )
    shown = screen.numbers(".card-block data")
    assert shown == pytest.approx([term["value"] for term in why["terms"]], **WRITTEN)
    assert max(shown) == pytest.approx(screen.reading, **WRITTEN)
    keep_picture(page, folder / "3-terms.png")

    # From there to where the winner came from: the arithmetic is reached with Tab, too.
    tab_to(screen, ".explain button.text")
    page.keyboard.press("Enter")
    screen.wait_for_layer(pool["inputs"][0])
    assert screen.reading == pytest.approx(why["value"], rel=1e-6)
    keep_picture(page, folder / "4-source.png")


@pytest.mark.parametrize("address", ["", "learn"])
def test_shortcuts_of_a_single_character_can_be_switched_off(open_page: OpenPage, address: str):
    screen = open_page(address)
    page = screen.page
    theme = page.locator("html")
    page.wait_for_selector("#help-dialog h2", state="attached")
    before = theme.get_attribute("data-theme") or ""
    after = "light" if before == "dark" else "dark"
    page.keyboard.press("t")
    expect(theme).to_have_attribute("data-theme", after)
    page.click("#help")
    page.uncheck("#single-keys")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.keyboard.press("?")
    page.reload()  # it is remembered
    page.wait_for_selector("#help-dialog h2", state="attached")
    for key in ("t", "?"):
        page.keyboard.press(key)
    expect(page.locator("#help-dialog")).to_be_hidden()
    expect(theme).to_have_attribute("data-theme", after)
    if not address:
        screen.wait_for_reading()
        page.keyboard.press("ArrowRight")  # keys without a character stay
        screen.wait_for_layer("relu1_1")
    page.click("#help")
    expect(page.locator("#single-keys")).not_to_be_checked()
    page.check("#single-keys")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(theme).to_have_attribute("data-theme", before)
