"""A closed server in the browser: the token opens it, once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

import engine
from app.models.registry import Registry
from app.settings import Settings
from tests.app.conftest import RunningServer

from .tabs import Tabs
from .test_access import check_page_with_axe

pytestmark = pytest.mark.browser

TOKEN = "0123456789abcdef"


@pytest.fixture
def closed() -> Iterator[str]:
    settings = Settings(port=0, log_level="error", token=TOKEN)
    with RunningServer(
        settings, Registry({"everyday": lambda: engine.load("everyday")}, "everyday")
    ) as server:
        yield server.url


@pytest.mark.parametrize(("locale", "button"), [("en", "Log in"), ("de", "Anmelden")])
def test_the_token_opens_the_server_in_this_browser(
    tabs: Tabs, closed: str, locale: str, button: str
):
    page = tabs.take(locale=locale)
    page.goto(f"{closed}/learn?lang={locale}")
    field, log_in = page.get_by_label("Token"), page.get_by_role("button", name=button)
    expect(log_in).to_be_visible()
    expect(field).to_be_focused()
    check_page_with_axe(page)
    page.keyboard.type("a wrong one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check_page_with_axe(page)
    field.fill(TOKEN)
    log_in.click()
    page.wait_for_url(f"{closed}/learn**")
    expect(page.locator("#play")).to_be_visible()
    page.goto(closed)
    expect(page.locator("#predictions li").first).to_be_visible()
    page.context.close()
