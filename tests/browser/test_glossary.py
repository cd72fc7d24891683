"""The glossary on the page: by key and by help, its search, its links, and the sentence of a
term.
"""

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .screen import Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("address", "theme"), [("", "light"), ("learn", "dark")])
def test_the_panel_is_reached_by_keyboard_and_searched(open_page: OpenPage, address, theme):
    screen = open_page(address, color_scheme=theme)
    page = screen.page
    page.wait_for_selector("#controls button, .reading output", state="attached")
    page.keyboard.press("g")
    panel = page.locator("#glossary-dialog")
    expect(panel.locator("li")).not_to_have_count(0)
    check_with_axe(screen)
    expect(panel.locator("[lang=de]")).to_have_count(0)  # an English page says nothing in German
    page.fill("#glossary-search", "rezeptives")  # the word of the other language is found too
    expect(panel.locator("li:visible b")).to_have_text(
        ["Effective receptive field", "Receptive field"]
    )
    page.fill("#glossary-search", "no such word")
    expect(panel.get_by_text("No such term.")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")  # the first one empties the search
    expect(panel).to_be_hidden()
    page.keyboard.press("?")
    page.get_by_role("button", name="Open the glossary").click()
    expect(panel).to_be_visible()


def test_a_link_shows_the_term_with_the_same_photo(open_page: OpenPage):
    screen = open_page("?photo=coffee")
    page = screen.page
    screen.wait_for_reading()
    page.keyboard.press("g")
    page.get_by_role("link", name="See it: Pooling").click()
    screen.wait_for_layer("pool1")
    screen.wait_for_address("photo=coffee")


def test_the_sentence_of_a_term_by_hover_and_focus(open_page: OpenPage):
    screen = open_page("?lang=de&layer=conv2_1")
    page = screen.page
    screen.wait_for_reading()
    term = page.get_by_role("button", name="Rezeptives Feld", exact=True)
    tip = page.locator("#term-tip")
    term.hover()
    expect(tip).to_contain_text("Die Pixel der Eingabe, von denen ein Wert abhängen kann")
    tip.hover()  # the pointer may go there
    expect(tip).to_be_visible()
    page.mouse.move(1, 1)
    expect(tip).to_be_hidden()
    term.focus()
    expect(tip).to_be_visible()
    expect(term).to_have_attribute("aria-describedby", "term-tip")
    check_with_axe(screen)
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    assert screen.layer == "conv2_1"
    page.keyboard.press("Enter")
    expect(page.locator("#term-receptive-field")).to_be_focused()


def test_a_term_is_touched_on_a_phone(open_page: OpenPage):
    screen: Screen = open_page("?layer=conv2_1", **PHONE)
    page = screen.page
    screen.wait_for_reading()
    term = page.get_by_role("button", name="Receptive field", exact=True)
    term.scroll_into_view_if_needed()
    term.tap()
    tip = page.locator("#term-tip")
    expect(tip).to_contain_text("The pixels of the input")
    box = tip.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["viewport"]["width"]
    term.tap()
    expect(page.locator("#term-receptive-field")).to_be_visible()


def test_a_term_says_nothing_when_the_glossary_is_put_away(open_page: OpenPage):
    screen = open_page("?layer=conv2_1")
    page = screen.page
    screen.wait_for_reading()
    page.get_by_role("button", name="Receptive field", exact=True).click()
    expect(page.locator("#term-receptive-field")).to_be_focused()
    page.mouse.move(1, 1)
    page.keyboard.press("Escape")
    expect(page.locator("#glossary-dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Receptive field", exact=True)).to_be_focused()
    expect(page.locator("#term-tip")).to_be_hidden()
