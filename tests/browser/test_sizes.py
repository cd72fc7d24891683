"""Every view on a phone, a laptop and a 4K screen: nothing sticks out sideways, axe has nothing to
say, and a picture is kept.
"""

import pytest

from .conftest import OpenPage
from .pictures import keep_picture
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

SIZES = {
    390: PHONE,
    1440: {"viewport": {"width": 1440, "height": 900}},
    3840: {"viewport": {"width": 3840, "height": 2160}},
}
# View → its address, and what is on the screen once it is there.
VIEWS = {
    "maps": ("layer=conv3_1", ".tile"),
    "window": ("layer=conv1_1&map=3&y=0&x=30&view=map", ".map-detail"),
    "kernels": ("layer=conv1_1&view=kernels", ".kernel-slices canvas"),
    "switch": ("layer=relu2_1&map=5&y=9&x=9&view=map", ".map-detail"),
    "pool": ("layer=pool1&map=3&y=12&x=12&view=map", ".map-detail"),
    "list": ("layer=flatten&unit=106", ".cells"),
    "jury": ("layer=fc1&unit=6", ".bars"),
    "shares": ("layer=softmax&unit=6", ".bars"),
    "whatif": ('layer=pool2&tab=whatif&changes=[["shift",4,0]]', "#whatif .chart"),
    "beside": ("layer=conv2_1&tab=whatif&compare=photo:chelsea", "#whatif"),
    "why": ("layer=conv4_2&tab=attribution&method=grad_cam", "#attribution"),
}


# Each view once in each theme, to axe. A 4K screen has the laptop's page: what it adds is room,
# which has to be filled and no more.
@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1440, "light")])
def test_every_view_fits_and_can_be_read(open_page: OpenPage, artifacts, width: int, theme: str):
    folder = artifacts / "sizes"
    folder.mkdir(exist_ok=True)
    screen = open_page("", color_scheme=theme, **SIZES[width])
    page = screen.page
    screen.wait_for_reading()
    for view, (address, sign) in VIEWS.items():
        screen.come_to(f"?model=everyday&photo=car&{address}")
        page.wait_for_selector(sign, state="attached")
        page.wait_for_selector(".reading output", state="attached")
        screen.wait_for_rest()
        assert page.evaluate("document.documentElement.scrollWidth") == width, view
        check_with_axe(
            screen, *((".side", "#strip", "#stage", ".inspector") if view != "maps" else ())
        )
        keep_picture(page, folder / f"{view}-{width}-{theme}.png")
        if width == 1440:
            page.set_viewport_size(SIZES[3840]["viewport"])
            screen.wait_for_rest()
            assert page.evaluate("document.documentElement.scrollWidth") == 3840, view
            keep_picture(page, folder / f"{view}-3840-{theme}.png")
            page.set_viewport_size(SIZES[1440]["viewport"])


WIDTHS = (
    320,
    360,
    390,
    480,
    600,
    700,
    820,
    960,
    1023,
    1024,
    1087,
    1088,
    1280,
    1440,
    1920,
    2560,
    3840,
)
PAGES = {
    "": ".explain:not(.stale) .formula",
    "learn": ".transport button:enabled",
    "docs": ".opblock",
}


@pytest.mark.parametrize("address", PAGES)
def test_nothing_sticks_out_at_any_width(open_page: OpenPage, address: str):
    """In German, whose words are longer. What stays at the top takes a small part of the screen."""
    screen = open_page(address, locale="de-DE", viewport={"width": 320, "height": 640})
    page = screen.page
    page.wait_for_selector(PAGES[address], state="attached")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 640})
        # Charts and rows follow the window a frame later.
        page.wait_for_function(f"() => document.documentElement.scrollWidth === {width}")
        if width < 600:
            page.evaluate("scrollTo(0, 700)")
            page.wait_for_function(f"() => ({STUCK})() <= 0.15 * 640")


# How many pixels at the top of the screen are taken by what stays there, whatever is below it.
STUCK = """() => Math.max(0, ...[...document.querySelectorAll("header, main > section")]
  .filter((part) => getComputedStyle(part).position === "sticky")
  .map((part) => part.getBoundingClientRect()).filter(({ top }) => top < 64).map(({ bottom }) => bottom))"""


@pytest.mark.parametrize("width", [390, 1440])
def test_a_wide_typeface_pushes_nothing_out(open_page: OpenPage, width: int):
    # Which typeface a machine has is not ours to choose: letters further apart stand for a wide
    # one.
    screen = open_page("?layer=conv1_1", **SIZES[width])
    page = screen.page
    screen.wait_for_reading()
    page.evaluate("() => { document.documentElement.style.letterSpacing = '0.11em' }")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    cut = "dds => dds.filter(dd => dd.scrollWidth > dd.clientWidth).map(dd => dd.textContent)"
    assert page.locator(".facts dd").evaluate_all(cut) == []
    page.click("#save")


def test_many_maps_take_one_screen_of_a_phone(open_page: OpenPage):
    # What explains a number comes after them.
    screen = open_page("?layer=conv3_1", **PHONE)
    screen.wait_for_reading()
    screen.page.wait_for_selector(".tile:nth-child(90)", state="attached")
    assert screen.page.locator("#stage-body").evaluate("body => body.scrollHeight") < 844
