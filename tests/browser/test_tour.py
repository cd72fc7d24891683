"""The tour: offered once, points at what is really there, waits, and goes when it is told to."""

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

STOPS = 8


def test_it_is_offered_on_the_first_visit_only(open_page: OpenPage):
    screen = open_page()
    screen.wait_for_reading()
    offer = screen.page.locator("#invitation")
    expect(offer).to_be_visible()
    expect(screen.page.locator(".tour")).to_have_count(0)  # nobody is jumped at
    offer.get_by_label("No, thank you").click()
    expect(offer).to_be_hidden()
    screen.page.reload()
    screen.wait_for_reading()
    expect(offer).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("network", ["everyday", "menagerie"])
def test_every_stop_points_at_something_on_the_screen(open_page, network, width, height):
    screen = open_page(f"?model={network}", viewport={"width": width, "height": height})
    screen.page.wait_for_selector(".reading output")
    screen.page.click("#invitation .text")
    for at in range(STOPS):
        callout = screen.page.locator(".tour")
        expect(callout.locator(".tour-count")).to_have_text(f"{at + 1} of {STOPS}")
        screen.wait_for_rest(".tour, .tour-ring")  # the ring follows what it points at
        for element in (callout, screen.page.locator(".tour-ring")):
            box = element.bounding_box()
            assert box
            assert min(box["x"], box["y"]) >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height
            assert min(box["width"], box["height"]) > 16
        callout.locator(".primary").click()
    expect(screen.page.locator(".tour")).to_have_count(0)
    expect(screen.page.locator(".tour-ring")).to_have_count(0)


def test_it_follows_the_keys_and_hands_the_focus_back(screen, page):
    page.keyboard.press("?")
    page.click("#help-tour")
    focused = "document.activeElement.textContent"
    assert page.evaluate(focused) == "Next"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tour-count")).to_have_text("3 of 8")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tour-count")).to_have_text("2 of 8")
    layer = screen.layer
    page.keyboard.press("Escape")
    expect(page.locator(".tour")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")
    assert screen.layer == layer  # the keys were the tour's, not the page's


def test_it_is_a_dialog_with_a_name(screen, page):
    page.click("#invitation .text")
    tour = page.get_by_role("dialog", name="Your photo")
    expect(tour).to_be_visible()
    expect(tour.locator("[aria-live=polite]")).to_have_count(1)


@pytest.mark.parametrize("device", [{}, PHONE], ids=["laptop", "phone"])
def test_no_axe_violation(open_page: OpenPage, device: dict):
    screen = open_page(**device)
    page = screen.page
    screen.wait_for_reading()
    page.click("#invitation .text")
    check_with_axe(screen)
    page.keyboard.press("Escape")
    screen.click_in_header("#theme")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    screen.click_in_header("#help")
    page.click("#help-tour")
    check_with_axe(screen, ".tour")
