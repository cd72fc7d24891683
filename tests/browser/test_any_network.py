"""The page asks the API what a layer is. So it must show a network that nobody thought of when it
was drawn.
"""

import re

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .menagerie import HOSTILE
from .screen import WRITTEN, Screen

pytestmark = pytest.mark.browser


@pytest.fixture
def strange(open_page: OpenPage) -> Screen:
    screen = open_page("?model=menagerie&layer=input")
    screen.wait_for_layer("input")
    return screen


def test_every_kind_of_layer_is_shown_and_explained(strange: Screen):
    layers = strange.get("models/menagerie")["layers"]
    for layer in layers:
        strange.wait_for_layer(layer["name"])
        assert (
            strange.page.locator(".about h2").inner_text() != layer["op"]
        )  # it has a name for people
        assert strange.page.locator(".sentence").count() >= 2
        explained = strange.numbers(".formula data")[0]
        assert explained == pytest.approx(strange.reading, **WRITTEN)
        terms = strange.numbers(".ledger .term")
        assert not terms or sum(terms) == pytest.approx(
            strange.reading, abs=1e-4 * len(terms), rel=1e-4
        )
        if len(layer["shape"]) == 3:
            strange.page.keyboard.press("Enter")
            strange.page.wait_for_selector(".map-detail")
            strange.page.keyboard.press("Escape")
        strange.page.keyboard.press("ArrowRight")
    assert strange.layer == "shares"


def test_branches_are_edges_of_the_strip(strange: Screen):
    layers = strange.get("models/menagerie")["layers"]
    expect(strange.page.locator(".edges path")).to_have_count(sum(len(x["inputs"]) for x in layers))


def test_names_in_a_model_file_are_only_text(strange: Screen):
    column = strange.page.locator(".column").filter(has=strange.page.locator(".column-name"))
    column = column.and_(strange.page.get_by_title(HOSTILE, exact=True))
    expect(column).to_contain_text(HOSTILE[:2])  # and the end of it: there is no room for more
    strange.go_to("shares")
    expect(strange.page.locator(".bar-name", has_text=HOSTILE)).to_have_count(1)
    strange.page.click("#classes")
    expect(strange.page.locator("#classes-dialog")).to_contain_text(HOSTILE)
    expect(strange.page.locator("img[src=x]")).to_have_count(0)


def test_another_network_looks_at_the_same_photo(screen: Screen):
    screen.page.select_option("#model", "menagerie")
    screen.page.wait_for_selector('.column[data-layer="stem/conv"]')
    screen.wait_for_layer("stem/conv")
    expect(screen.page.locator("#network-input-words")).to_have_text(re.compile(r"^16 × 20 pixels"))
    screen.wait_for_address("model=menagerie&photo=car")
