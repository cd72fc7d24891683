"""What a page shows while its modules are still on their way: its frame, labelled."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage

pytestmark = pytest.mark.browser

# What the words need; all other modules are held back.
WORDS = re.compile(r"/static/js/(pages/(words|theme-early)|i18n/|lib/)")
HEADINGS = ["Datensatz", "Netz", "Hyperparameter", "Lernkurven", "Filter und Aktivierungen"]


@pytest.mark.parametrize("address", ["", "learn"])
def test_the_frame_has_its_labels_before_the_page_works(open_page: OpenPage, address: str):
    screen = open_page("docs")  # any page, so that the next one can be held back
    page = screen.page
    page.wait_for_selector(".opblock")
    page.route(
        lambda url: "/static/js/" in url and not WORDS.search(url), lambda route: route.abort()
    )
    screen.stop_listening()  # a module that does not come is what is wanted here
    page.goto(f"{screen.site}/{address}?lang=de")
    expect(page.locator("nav.links a")).to_have_text(["Mikroskop", "Trainieren", "API"])
    expect(page.locator("#language-choice")).to_have_value("de")
    if address == "learn":
        expect(page.locator("main h2")).to_have_text([*HEADINGS, "Auswertung"])
        buttons = page.locator("#transport button")
        expect(buttons).to_have_text(["Start", "Nächster Batch", "Nächste Phase", "Zurücksetzen"])
        expect(page.locator("#transport button:enabled")).to_have_count(0)
