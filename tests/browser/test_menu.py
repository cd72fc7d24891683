"""The menu of a narrow screen: what the header has no room for, on every page."""

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .screen import Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

# Page → what is on it once it can be used, and its own link in the menu.
PAGES = {
    "": (".reading output", "Microscope"),
    "learn": (".transport button:enabled", "Train"),
    "docs": (".opblock", "API"),
}


@pytest.mark.parametrize("address", PAGES)
def test_the_menu_leads_everywhere(open_page: OpenPage, address: str):
    sign, name = PAGES[address]
    screen = open_page(address, **PHONE)
    page = screen.page
    page.wait_for_selector(sign, state="attached")
    menu = page.locator("#menu")
    opener = page.get_by_role("button", name="Open the menu")
    expect(opener).to_have_attribute("aria-expanded", "false")
    opener.tap()
    expect(menu).to_be_visible()
    expect(opener).to_have_attribute("aria-expanded", "true")
    check_with_axe(screen)
    links = menu.get_by_role("link")
    expect(links).to_have_text(["Microscope", "Train", "API"])
    expect(menu.locator("[aria-current=page]")).to_have_text(name)
    assert [link.evaluate("a => new URL(a.href).pathname") for link in links.all()] == [
        "/",
        "/learn",
        "/docs",
    ]
    # A finger hits each row; the pages are at the same place on every page.
    rows = menu.locator("#menu-parts :is(a, button, select):visible")
    assert rows.all_inner_texts()[:3] == links.all_inner_texts()
    assert all(height >= 36 for height in rows.evaluate_all("all => all.map(r => r.offsetHeight)"))

    # The theme changes behind it; beside it, a tap closes it.
    theme = page.get_attribute("html", "data-theme")
    menu.get_by_role("button", name="Dark theme").tap()
    expect(page.locator("html")).not_to_have_attribute("data-theme", theme or "")
    check_with_axe(screen)
    page.touchscreen.tap(20, 700)
    expect(menu).to_be_hidden()

    # By keyboard: in, around, out, and the focus is back.
    opener.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || menu.contains(document.activeElement)"
        )
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opener).to_be_focused()

    # What it opens takes its place, and gives the focus back to it.
    page.keyboard.press("Enter")
    page.locator("#help").focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#glossary-dialog" if address == "docs" else "#help-dialog")
    expect(dialog).to_be_visible()
    expect(menu).to_be_hidden()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()

    page.keyboard.press("Enter")
    menu.get_by_label("Language", exact=True).select_option("de")
    expect(page.get_by_role("button", name="Menü öffnen")).to_be_visible()
    page.wait_for_selector(sign, state="attached")


def test_network_and_upload_are_in_the_menu(open_page: OpenPage):
    screen = open_page(**PHONE)
    page = screen.page
    screen.wait_for_reading()
    page.tap("#menu-open")
    other = page.locator("#model option").nth(1).get_attribute("value") or ""
    page.select_option("#menu #model", other)
    expect(page.locator("#menu")).to_be_hidden()
    screen.wait_for_address(f"model={other}")
    screen.wait_for_reading()
    page.tap("#menu-open")
    page.locator("#menu").get_by_role("button", name="Upload a network").tap()
    expect(page.locator("#models-dialog")).to_be_visible()
    expect(page.locator("#menu")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#menu-open")).to_be_focused()


def test_the_parts_move_with_the_width(screen: Screen):
    """There is one of each: what was chosen in the header is chosen in the menu."""
    page = screen.page
    screen.wait_for_reading()
    expect(page.locator("#menu-open")).to_be_hidden()
    expect(page.locator(".bar #model")).to_be_visible()
    page.set_viewport_size({"width": 700, "height": 800})
    expect(page.locator("#menu-open")).to_be_visible()
    expect(page.locator(".bar #model")).to_have_count(0)
    page.click("#menu-open")
    expect(page.locator("#menu #model")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("#menu")).to_be_hidden()
    order = page.locator(".bar :is(a, select, button):visible").evaluate_all(
        "all => all.map((part) => part.getBoundingClientRect().left)"
    )
    assert order == sorted(order)
    assert len(order) == 14
