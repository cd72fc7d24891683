"""The API reference: Swagger UI under the page's own rules, with calls that can be made from it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .pictures import ROOT
from .screen import PATIENCE, Screen
from .tabs import Tabs
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser


def open_reference(open_page: OpenPage, **context) -> Screen:
    screen = open_page("docs", **context)
    # Swagger UI puts fifty calls on the page at once, which takes a busy machine a while.
    expect(screen.page.locator(".opblock")).not_to_have_count(0, timeout=3 * PATIENCE)
    return screen


@pytest.fixture(scope="module")
def reference(tabs: Tabs, site: str) -> Iterator[Screen]:
    """One page for the tests that each look at another call: drawing fifty calls takes seconds."""
    screen = Screen(tabs.take(), site)
    screen.open("docs")
    expect(screen.page.locator(".opblock")).not_to_have_count(0, timeout=3 * PATIENCE)
    yield screen
    screen.stop_listening()
    tabs.give_back(screen.page, site)
    assert screen.complaints == []


def open_call(page: Page, tag: str, operation: str):
    """Open a call; the part of the page about it."""
    call = page.locator(f"#operations-{tag}-{operation}")
    call.locator("button.opblock-summary-control").click()
    expect(call.locator(".code-samples pre")).to_be_visible()
    return call


def test_every_call_is_listed(reference: Screen):
    paths = reference.get("openapi.json")["paths"]
    expect(reference.page.locator(".opblock")).to_have_count(sum(map(len, paths.values())))


def test_a_call_is_made_from_the_page(reference: Screen):
    call = open_call(reference.page, "models", "describe_model")
    call.locator('[data-param-name="id"] input').fill("menagerie")
    call.locator("button.execute").click()
    answer = call.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer.locator(".highlight-code").first).to_contain_text('"id": "menagerie"')


def test_examples_name_this_server(reference: Screen):
    screen = reference
    call = open_call(screen.page, "analyses", "create_analysis")
    example = call.locator(".code-samples")
    expect(example.locator("pre")).to_contain_text(f"curl {screen.site}/api/v1/analyses")
    example.get_by_role("button", name="Python").click()
    expect(example.get_by_role("button", name="Python")).to_have_attribute("aria-pressed", "true")
    expect(example.locator("pre")).to_contain_text(f'httpx.post(\n        "{screen.site}/api/v1/')
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    example.get_by_role("button", name="Copy").click()
    expect(example.get_by_role("button", name="Copied")).to_be_visible()
    copied = screen.page.evaluate("navigator.clipboard.readText()")
    assert copied == example.locator("pre").inner_text()


def test_a_link_opens_its_call(open_page: OpenPage):
    screen = open_page("docs#/analyses/create_analysis")
    call = screen.page.locator("#operations-analyses-create_analysis")
    expect(call.locator(".code-samples pre")).to_be_visible()
    # Swagger UI takes every underscore for a space that an old link escaped, and warns of it.
    screen.complaints[:] = [line for line in screen.complaints if "deep link" not in line]


def test_an_errors_type_leads_to_its_row(open_page: OpenPage):
    screen = open_page("errors/busy")
    expect(screen.page.locator(".opblock")).not_to_have_count(0)
    expect(screen.page.locator("#error-busy")).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_photo_is_analysed_from_the_page(open_page: OpenPage, width: int):
    """What may be left out begins empty, and the answer's long headers do not widen the page."""
    screen = open_page("docs", viewport={"width": width, "height": 900})
    call = screen.page.locator("#operations-analyses-create_analysis")
    call.locator("button.opblock-summary-control").click()
    call.locator("input[type=file]").set_input_files(ROOT / "static" / "samples" / "car.jpg")
    call.locator("button.execute").click()
    expect(call.locator(".live-responses-table tbody .response-col_status").first).to_contain_text(
        "201"
    )
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_by_keyboard_alone(reference: Screen):
    page = reference.page
    call = page.locator("#operations-models-list_models")
    call.locator("button.opblock-summary-control").focus()
    page.keyboard.press("Enter")
    expect(call.locator("button.execute")).to_be_visible()
    call.locator("button.execute").focus()
    page.keyboard.press("Enter")
    expect(call.locator(".live-responses-table .response-col_status").last).to_contain_text("200")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_axe_violation(open_page: OpenPage, theme: str):
    screen = open_reference(open_page, color_scheme=theme)
    for tag, operation in (
        ("analyses", "create_analysis"),  # a file
        ("analyses", "create_variant"),  # JSON
        ("models", "read_weights"),  # parameters, several media types
    ):
        open_call(screen.page, tag, operation)
    check_with_axe(screen)


def test_it_fits_on_a_phone(open_page: OpenPage):
    screen = open_reference(open_page, **PHONE)
    open_call(screen.page, "analyses", "create_variant")
    check_with_axe(screen)
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_under_a_prefix_calls_go_to_the_prefix(open_page: OpenPage):
    """A proxy serves the app below a path, and strips that path from what it passes on."""
    screen = open_page("docs")
    page, prefix = screen.page, f"{screen.site}/lab"
    page.route(
        f"{prefix}/**",
        lambda route: route.fulfill(
            response=route.fetch(url=route.request.url.replace("/lab/", "/", 1))
        ),
    )
    page.goto(f"{prefix}/docs")
    call = page.locator("#operations-models-list_models")
    # Events rather than clicks: after a click Playwright waits for a navigation, which the routed
    # page does not end.
    call.locator("button.opblock-summary-control").dispatch_event("click")
    expect(call.locator(".code-samples pre")).to_have_text(f"curl {prefix}/api/v1/models")
    call.locator("button.execute").dispatch_event("click")
    expect(call.locator(".request-url pre")).to_have_text(f"{prefix}/api/v1/models")
    expect(call.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
