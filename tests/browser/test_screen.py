"""What a page must not do is noticed by the tests: errors, refused requests, requests to other
hosts.
"""

import pytest

from .conftest import OpenPage
from .screen import Screen
from .tabs import EMPTY

pytestmark = pytest.mark.browser

WRONGS = {
    "an error": ("setTimeout(() => { throw new Error('on purpose') })", "on purpose"),
    "a warning": ("console.warn('on purpose')", "on purpose"),
    "a refused request": ("fetch('/api/v1/models/none')", "404 {site}/api/v1/models/none"),
    "a refused picture": ("new Image().src = '/none.png'", "404 {site}/none.png"),
    "a refused page": ("setTimeout(() => location = '/none')", "404 {site}/none"),
    "another host": ("fetch('https://example.org/none').catch(() => 0)", "example.org"),
    "another host's picture": ("new Image().src = 'https://example.org/none'", "example.org"),
    "another host's module": ("import('https://example.org/none').catch(() => 0)", "example.org"),
    "a beacon": ("navigator.sendBeacon('https://example.org/none')", "example.org"),
}


@pytest.mark.parametrize("address", ["", EMPTY], ids=["page", "json"])
def test_what_a_page_must_not_do_is_noticed(open_page: OpenPage, address: str):
    screen = open_page(address)
    for name, (wrong, told) in WRONGS.items():
        screen.page.evaluate(f"() => {{ {wrong} }}")
        noticed = told.format(site=screen.site)
        wait_for(screen, noticed, name)
        screen.complaints.clear()
        if screen.page.url != f"{screen.site}/{address}":
            screen.open(address)


def test_what_a_test_expects_is_no_complaint(open_page: OpenPage):
    screen = open_page(EMPTY)
    screen.expected_status = 404
    screen.page.evaluate("() => fetch('/api/v1/models/none').then((answer) => answer.text())")
    screen.page.evaluate("() => console.warn('last')")
    wait_for(screen, "last", "the last message")
    assert screen.complaints == ["last"]
    screen.complaints.clear()


def wait_for(screen: Screen, part: str, name: str) -> None:
    for _ in range(1000):
        if any(part in line for line in screen.complaints):
            return
        screen.page.wait_for_timeout(20)  # messages come meanwhile
    raise AssertionError(f"{name}: {screen.complaints}")
