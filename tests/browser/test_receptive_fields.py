"""From any number to the photo and back: what it sees, how strongly, who sees a pixel, and the
strongest path.
"""

import itertools
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .pictures import keep_picture
from .screen import WRITTEN, Screen, number
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser


def test_the_box_is_on_the_photo_before_the_explanation(screen: Screen):
    screen.go_to("conv3_1")
    screen.page.route("**/explain?*", lambda route: None)  # never answered
    screen.hover(2, 7, 11)
    fields = screen.get("models/everyday/layers/conv3_1/receptive-fields")
    (top, bottom), (left, right) = fields["rows"][7], fields["columns"][11]
    expected = [left / 64, top / 64, (right - left) / 64, (bottom - top) / 64]
    screen.page.wait_for_function(
        """expected => {
          const { left, top, width, height } = document.querySelector('#network-input-highlight').style;
          const shown = [left, top, width, height].map(parseFloat);
          return shown.every((share, i) => Math.abs(share / 100 - expected[i]) < 1e-6);
        }""",
        arg=expected,
    )


PIXELS = {
    "everyday": [("pool5", (40, 21)), ("conv5_1", (0, 63)), ("conv4_1", (31, 32))],
    "menagerie": [
        ("wide", (9, 3)),  # dilated, in groups, and not square
        ("largest", (19, 0)),
        ("framed", (10, 15)),  # has a rim that sees nothing
    ],
}


@pytest.mark.parametrize("model", PIXELS)
def test_the_places_that_see_a_pixel(open_page: OpenPage, model: str, subtests: pytest.Subtests):
    """Found from rows and columns, held against every single place's own explanation."""
    screen = open_page(f"?model={model}&layer={PIXELS[model][0][0]}")
    for layer, pixel in PIXELS[model]:
        with subtests.test(layer):
            screen.go_to(layer)
            check_places(screen, model, layer, pixel)


def check_places(screen: Screen, model: str, layer: str, pixel: tuple[int, int]) -> None:
    height, width = screen.get(f"models/{model}")["preprocess"]["input_size"][1:]
    point_at(screen, *pixel, height, width)
    shape = next(x["shape"] for x in screen.get(f"models/{model}")["layers"] if x["name"] == layer)
    seeing = [
        (y, x)
        for y in range(shape[1])
        for x in range(shape[2])
        if sees(screen, layer, (y, x), pixel)
    ]
    words = screen.page.inner_text("#probe-words")
    if not seeing:
        assert f"no value of {layer} sees it" in words
        return
    rows, columns = {y for y, _ in seeing}, {x for _, x in seeing}
    assert len(seeing) == len(rows) * len(columns)
    assert f"{len(rows)} × {len(columns)} of {shape[1]} × {shape[2]} positions" in words
    box = screen.page.evaluate(
        """() => {
          const { style } = document.querySelector('#stage-body.probed');
          return ['left', 'top', 'width', 'height'].map((side) => parseFloat(style.getPropertyValue(`--probe-${side}`)));
        }"""
    )
    across, down = 100 / shape[2], 100 / shape[1]
    expected = [min(columns) * across, min(rows) * down, len(columns) * across, len(rows) * down]
    assert box == pytest.approx(expected)
    expect(screen.page.locator(".column.probed")).to_have_attribute("data-layer", layer)


def sees(screen: Screen, layer: str, place: tuple[int, int], pixel: tuple[int, int]) -> bool:
    y, x = place
    path = f"analyses/{screen.analysis_id}/layers/{layer}/explain?channel=0&y={y}&x={x}"
    field = screen.get(path)["receptive_field"]
    if field is None:
        return False
    box = field["input"]
    return box["top"] <= pixel[0] < box["bottom"] and box["left"] <= pixel[1] < box["right"]


def point_at(screen: Screen, y: int, x: int, height: int, width: int) -> None:
    """Click a pixel of what the network saw."""
    screen.wait_for_rest()
    pixels = screen.page.locator(".pixels")
    box = pixels.bounding_box()
    assert box
    place = {"x": (x + 0.5) * box["width"] / width, "y": (y + 0.5) * box["height"] / height}
    pixels.click(position=place)  # where it is then: panels above it may grow
    wait_for_words(screen, f"Pixel y {y} · x {x}: ")


def wait_for_words(screen: Screen, words: str) -> None:
    screen.page.wait_for_function(
        "words => document.querySelector('#probe-words').textContent.includes(words)", arg=words
    )


def test_the_photo_itself_can_be_asked(screen: Screen):
    screen.go_to("pool2")
    left, top, right, bottom = screen.get(f"analyses/{screen.analysis_id}")["input"]["crop"]
    frame = screen.page.locator("#frame").bounding_box()
    scale = frame["width"] / 960
    x, y = left + (right - left) * 20.5 / 64, top + (bottom - top) * 33.5 / 64
    screen.page.mouse.move(frame["x"] + x * scale, frame["y"] + y * scale)
    wait_for_words(screen, "Pixel y 33 · x 20: ")
    expect(screen.page.locator("#photo-spot")).to_be_visible()
    screen.page.mouse.move(frame["x"] + frame["width"] + 40, frame["y"])
    wait_for_words(screen, "Point at a pixel")


def test_a_pixel_by_keyboard_and_in_vectors(screen: Screen):
    page = screen.page
    screen.go_to("flatten")
    page.focus(".pixels")
    page.keyboard.press("Enter")
    wait_for_words(screen, "Pixel y 32 · x 32: ")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    wait_for_words(screen, "Pixel y 31 · x 33: ")
    seeing = number(page.inner_text("#probe-words").split("33: ")[1])
    maps, height, width = screen.get("models/everyday")["layers"][-4]["shape"]
    places = [(y, x) for y in range(height) for x in range(width)]
    assert seeing == maps * sum(sees(screen, "pool5", place, (31, 33)) for place in places)
    page.keyboard.press("Escape")
    wait_for_words(screen, "Point at a pixel")
    assert screen.layer == "flatten"
    page.keyboard.press("Enter")
    screen.go_to("softmax")
    wait_for_words(screen, "all 20 units of softmax see it")


def test_how_strongly_each_pixel_matters(screen: Screen):
    page = screen.page
    screen.go_to("conv4_2")
    screen.hover(3, 2, 5)
    page.wait_for_function(
        "() => document.querySelector('.reading').textContent.includes('y 2 · x 5')"
    )
    page.keyboard.press("f")
    page.wait_for_selector(".tool-words:has-text('middle quarter')")
    answer = screen.get(
        f"analyses/{screen.analysis_id}/layers/conv4_2/effective-receptive-field?channel=3&y=2&x=5"
    )
    field = answer["map"]
    strongest = max((v, y, x) for y, row in enumerate(field) for x, v in enumerate(row))
    words = page.inner_text(".tool-words")
    assert f"y {strongest[1]} · x {strongest[2]}:" in words
    shown = float(re.search(r"by ([\d.]+) at most", words)[1])
    assert shown == pytest.approx(strongest[0], **WRITTEN)
    alphas = page.evaluate(
        """() => {
          const canvas = document.querySelector('#network-input-over');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3]);
        }"""
    )
    expected = [255 * value / strongest[0] for row in field for value in row]
    assert alphas == pytest.approx(expected, abs=1)
    page.keyboard.press("f")
    expect(page.locator("#network-input-over")).to_be_hidden()


def test_the_strongest_path(screen: Screen):
    """On the screen it is the API's, and every step is the largest term of the one before."""
    page = screen.page
    screen.go_to("softmax")
    page.keyboard.press("p")
    page.wait_for_selector(".path-step")
    path = f"analyses/{screen.analysis_id}/layers"
    screen.wait_for_address("layer=softmax")
    screen.wait_for_address("unit=")
    unit = page.evaluate("() => new URLSearchParams(location.search).get('unit')")
    steps = screen.get(f"{path}/softmax/strongest-path?unit={unit}")["steps"]
    assert [step["layer"] for step in steps][-1] == "input"
    expect(page.locator(".path-name")).to_have_text([step["layer"] for step in steps])
    shown = page.locator(".path-step data:not(.path-product)").evaluate_all(
        "all => all.map((data) => Number(data.value))"
    )
    assert shown == pytest.approx([step["value"] for step in steps])
    for step, back in itertools.pairwise(steps):
        check_largest(screen.get, path, step, back)
    expect(page.locator(".path-line circle")).to_have_count(len(steps))
    expect(page.locator("#photo-end")).to_be_visible()


def check_largest(get: Callable, path: str, step: dict, back: dict) -> None:
    place = "&".join(f"{k}={v}" for k, v in step["index"].items() if v is not None)
    terms = get(f"{path}/{step['layer']}/explain?{place}")["terms"]
    inside = [term for term in terms if not term["padding"]]
    largest = max(abs(term["product"]) for term in inside)
    assert abs(back["product"]) == pytest.approx(largest, rel=1e-5)
    index = {k: v for k, v in back["index"].items() if v is not None}
    assert any(
        term["input"] == back["layer"]
        and term["product"] == pytest.approx(back["product"], rel=1e-5)
        and all(term[k] == v for k, v in index.items())
        for term in inside
    )


def test_walking_along_the_path(screen: Screen):
    page = screen.page
    screen.go_to("conv2_2")
    page.click("text=Strongest path to the photo")
    page.wait_for_selector(".path-step")
    names = page.locator(".path-name").all_inner_texts()
    page.click("text=Next step back")
    screen.wait_for_layer(names[1])
    expect(page.locator(".path-step[aria-current]")).to_have_text(
        re.compile("^" + re.escape(names[1]))
    )
    page.keyboard.press("p")
    screen.wait_for_layer(names[2])
    page.click(f'.path-step[data-layer="{names[0]}"]')
    screen.wait_for_layer(names[0])
    screen.go_to("softmax")  # it stays while the reader looks elsewhere
    expect(page.locator(".path-step")).to_have_count(len(names))
    page.click("text=Close the path")
    expect(page.locator(".path-line circle")).to_have_count(0)
    expect(page.locator("#photo-end")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_for_everyone(open_page: OpenPage, theme: str, artifacts):
    screen = open_page("?layer=conv3_2", color_scheme=theme)
    screen.wait_for_layer("conv3_2")
    open_all(screen)
    check_with_axe(screen)
    folder = artifacts / "receptive-fields"
    folder.mkdir(exist_ok=True)
    keep_picture(screen.page, folder / f"strongest-path-{theme}.png")


def test_on_a_phone(open_page: OpenPage, artifacts):
    screen = open_page("?layer=conv3_2", **PHONE)
    screen.wait_for_layer("conv3_2")
    open_all(screen)
    check_with_axe(screen)
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 390
    folder = artifacts / "receptive-fields"
    folder.mkdir(exist_ok=True)
    keep_picture(screen.page, folder / "strongest-path-phone.png", full_page=True)


def open_all(screen: Screen) -> None:
    """The pixels that matter, the path, and a place of the photo."""
    page = screen.page
    page.keyboard.press("f")
    page.keyboard.press("p")
    page.wait_for_selector(".path-step")
    page.wait_for_selector(".tool-words:has-text('pixel')")
    page.focus(".pixels")
    page.keyboard.press("Enter")
    wait_for_words(screen, "Pixel y")
