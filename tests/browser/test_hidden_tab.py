"""A tab that nobody looks at keeps no connection: browsers allow six to a server over HTTP/1.1, for
all tabs together.

Chromium without a window shows every tab, so the tests say for it that one is hidden.
"""

import pytest
from playwright.sync_api import Page

from .conftest import OpenLab

pytestmark = pytest.mark.browser

KEEP_STREAMS = """
window.streams = [];
window.EventSource = class extends EventSource {
  constructor(...given) { super(...given); streams.push(this); }
};
"""
IS_OPEN = "() => streams.filter(({ readyState }) => readyState === EventSource.OPEN).length === 1"
ALL_CLOSED = "() => streams.every(({ readyState }) => readyState === EventSource.CLOSED)"
SET_HIDDEN = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
BATCH_REACHED = """seen => {
  const [, batch = "0"] = /batch ([\\d,]+) of/.exec(document.querySelector(".run-state").textContent) ?? [];
  return Number(batch.replace(",", "")) >= seen;
}"""
TABS = 7


def follow(page: Page, address: str) -> None:
    """Open the page of a run, and wait until it hears of it."""
    page.add_init_script(KEEP_STREAMS)
    page.goto(address)
    page.wait_for_function(IS_OPEN, timeout=60_000)


def test_events_stop_while_the_tab_is_hidden_and_go_on_after(open_lab: OpenLab):
    screen = open_lab()
    screen.play()
    screen.wait_for_batch(1)
    page = screen.page.context.new_page()
    follow(page, f"{screen.site}/learn?run={screen.run_id}")
    page.evaluate(SET_HIDDEN, True)
    assert page.evaluate(ALL_CLOSED)
    screen.wait_for_batch(screen.batch + 1)
    seen = screen.batch
    page.evaluate(SET_HIDDEN, False)
    page.wait_for_function(IS_OPEN, timeout=60_000)
    page.wait_for_function(BATCH_REACHED, arg=seen, timeout=60_000)


def test_seven_tabs_follow_a_run_and_the_site_still_answers(open_lab: OpenLab):
    screen = open_lab()
    screen.play()
    screen.wait_for_batch(1)
    address = f"{screen.site}/learn?run={screen.run_id}"
    screen.page.evaluate(SET_HIDDEN, True)
    pages = [screen.page.context.new_page() for _ in range(TABS)]
    for page in pages:
        follow(page, address)
        if page is not pages[-1]:
            page.evaluate(SET_HIDDEN, True)
    assert pages[-1].evaluate("fetch('api/v1/health/live').then(({ status }) => status)") == 200
    assert pages[-1].evaluate(IS_OPEN)
