"""The page's state: who is told of a change, and in which order; and what happens where the browser
keeps nothing.
"""

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .tabs import PLAIN

pytestmark = pytest.mark.browser

NESTED = """async () => {
  const { Store } = await import("/static/js/lib/store.js");
  const store = new Store({ layer: "a", focus: 1 });
  const seen = [];
  store.watch(["layer"], ({ layer }) => {
    store.set({ focus: null });
    seen.push(`first: layer ${layer}`);
  });
  store.watch(["focus"], ({ focus }) => seen.push(`focus ${focus}`));
  store.watch(["layer", "focus"], ({ layer, focus }) => seen.push(`last: ${layer} ${focus}`));
  store.set({ layer: "b" });
  return seen;
}"""
FAILING = """async () => {
  const { Store } = await import("/static/js/lib/store.js");
  const store = new Store({ layer: "a" });
  const seen = [];
  store.watch(["layer"], ({ layer }) => {
    if (layer === "b") throw new Error("planted");
    seen.push(layer);
  });
  let message = "";
  try {
    store.set({ layer: "b" });
  } catch (error) {
    message = error.message;
  }
  store.set({ layer: "c" });
  return [message, ...seen];
}"""
BLOCKED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("Access is denied for this document.", "SecurityError"); },
});"""


def test_a_change_made_by_a_watcher_waits_for_its_turn(modules: Page):
    seen = modules.evaluate(NESTED)
    assert seen == ["first: layer b", "last: b null", "focus null", "last: b null"]


def test_a_watcher_that_fails_does_not_stop_later_changes(modules: Page):
    assert modules.evaluate(FAILING) == ["planted", "c"]


def test_a_browser_that_keeps_nothing_shows_the_page(open_page: OpenPage):
    screen = open_page(PLAIN)
    screen.page.add_init_script(BLOCKED)
    screen.open("")
    screen.wait_for_reading()
    html = screen.page.locator("html")
    screen.page.locator("#theme").click()
    expect(html).to_have_attribute("data-theme", "dark")
    screen.page.locator("#language-choice").select_option("de")
    expect(html).to_have_attribute("lang", "de")
    screen.wait_for_reading()
    screen.page.locator("#language-choice").select_option("en")
    expect(html).to_have_attribute("lang", "en")


def test_a_browser_that_keeps_nothing_shows_the_page_of_learning(open_page: OpenPage):
    screen = open_page(PLAIN)
    screen.page.add_init_script(BLOCKED)
    screen.open("learn")
    expect(screen.page.locator("#controls button").first).to_be_visible()
