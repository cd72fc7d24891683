"""Pictures that are made on the page: by the camera and on the drawing pad; and the part of them
that the network sees.
"""

import pytest
from playwright.sync_api import expect

from .conftest import ARTIFACTS, OpenPage
from .pictures import keep_picture
from .screen import Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

SHOTS = ARTIFACTS / "photo-input"


def shoot(screen: Screen, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    keep_picture(screen.page, SHOTS / f"{name}.png")


def wait_for_another_analysis(screen: Screen, before: str) -> None:
    screen.page.wait_for_function(
        "id => !document.querySelector('#downloads a').href.includes(id)", arg=before
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_photo_is_taken(open_page: OpenPage, theme: str):
    screen = open_page(color_scheme=theme)
    page = screen.page
    screen.wait_for_reading()
    before = screen.analysis_id
    page.evaluate(
        """() => {
          const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          window.tracks = [];
          navigator.mediaDevices.getUserMedia = async (constraints) => {
            const stream = await ask(constraints);
            window.tracks.push(...stream.getTracks());
            return stream;
          };
        }"""
    )
    page.click("#camera")
    page.get_by_role("button", name="Take it").click()
    assert page.evaluate("tracks.map(t => t.readyState)") == ["ended"]
    check_with_axe(screen)
    page.get_by_role("button", name="Take another").click()
    page.wait_for_selector("#camera-dialog video:visible")
    shoot(screen, f"camera-{theme}")
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Use it").click()
    wait_for_another_analysis(screen, before)
    expect(page.locator("#credit")).to_have_text("your photo", use_inner_text=True)
    assert page.evaluate("document.activeElement.id") == "camera"
    page.click("#camera")
    page.get_by_role("button", name="Take it").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("tracks.map(t => t.readyState)") == ["ended"] * 3


def test_a_camera_that_is_refused_or_taken_away(open_page: OpenPage):
    screen = open_page()
    page = screen.page
    screen.wait_for_reading()
    refuse = "name => navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name) }"
    for name, words in (
        ("NotAllowedError", "refused"),
        ("NotFoundError", "No camera"),
        ("NotReadableError", "another program"),
    ):
        page.evaluate(refuse, name)
        page.click("#camera")
        page.get_by_text(words).wait_for()
        assert page.evaluate("document.activeElement.textContent") == "Try again"
        page.keyboard.press("Escape")
    page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    page.click("#camera")
    page.get_by_text("https").wait_for()
    check_with_axe(screen)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_drawing(open_page: OpenPage, theme: str):
    screen = open_page(color_scheme=theme)
    page = screen.page
    screen.wait_for_reading()
    before = screen.analysis_id
    page.click("#draw")
    pad = page.locator(".pad canvas")
    box = pad.bounding_box()
    assert box
    page.get_by_role("button", name="red", exact=True).click()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60, steps=4)
    page.mouse.up()
    assert colour_at(screen, 120, 60) == [214, 40, 40, 255]
    shoot(screen, f"draw-{theme}")
    check_with_axe(screen)
    page.get_by_role("button", name="Undo").click()
    assert colour_at(screen, 120, 60) == [255, 255, 255, 255]
    page.get_by_role("button", name="background blue").click()
    pad.focus()
    place = page.locator(".tip").evaluate(
        "e => [e.style.left, e.style.top].map(s => parseFloat(s) * 3.2)"
    )
    for key in ("Space", "ArrowDown", "ArrowDown", "ArrowDown", "Space", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    x, y = place
    assert colour_at(screen, x, y + 16) == [214, 40, 40, 255]
    assert colour_at(screen, x, y + 40) == [38, 103, 201, 255]
    page.get_by_role("button", name="Use it").click()
    wait_for_another_analysis(screen, before)
    expect(page.locator("#credit")).to_have_text("your drawing", use_inner_text=True)
    assert page.evaluate("document.activeElement.id") == "draw"
    assert screen.get(f"analyses/{screen.analysis_id}")["input"]["format"] == "PNG"


def test_a_drawing_by_touch(open_page: OpenPage):
    screen = open_page(**PHONE)
    page = screen.page
    screen.wait_for_reading()
    page.click("#draw")
    page.locator(".pad canvas").tap(position={"x": 80, "y": 80})
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    share = 320 / (page.locator(".pad canvas").bounding_box() or {})["width"]
    assert colour_at(screen, 80 * share, 80 * share) == [0, 0, 0, 255]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    check_with_axe(screen)
    shoot(screen, "draw-phone")


def colour_at(screen: Screen, x: float, y: float) -> list[int]:
    return screen.page.locator(".pad canvas").evaluate(
        """(pad, [x, y]) => {
          const copy = new OffscreenCanvas(1, 1).getContext('2d');
          copy.drawImage(pad, -Math.floor(x), -Math.floor(y));
          return [...copy.getImageData(0, 0, 1, 1).data];
        }""",
        [x, y],
    )


def crop_of(screen: Screen) -> list[float]:
    return screen.get(f"analyses/{screen.analysis_id}")["input"]["crop"]


def test_the_crop_is_dragged_and_the_back_button_undoes_it(open_page: OpenPage):
    screen = open_page("?photo=chelsea")
    page = screen.page
    screen.wait_for_reading()
    screen.wait_for_address("photo=chelsea")
    middle, before = crop_of(screen), screen.analysis_id
    box = page.locator("#crop").bounding_box()
    frame = page.locator("#frame").bounding_box()
    photo = screen.get(f"analyses/{before}")["input"]
    assert box
    assert frame
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 20, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    wait_for_another_analysis(screen, before)
    left = middle[0] - 20 * photo["width"] / frame["width"]
    assert crop_of(screen) == pytest.approx(
        [left, middle[1], left + middle[2] - middle[0], middle[3]], abs=0.02
    )
    expect(page.locator("#network-input-words")).to_contain_text("your crop", use_inner_text=True)
    expect(page.locator("#probe-words.held")).to_have_count(0)  # it was no click
    screen.wait_for_address("crop=")
    shoot(screen, "crop")
    moved, there = screen.analysis_id, page.url
    page.go_back()
    screen.wait_for_analysis(before)
    page.go_forward()
    screen.wait_for_analysis(moved)
    other = open_page(there.removeprefix(screen.site + "/"))
    other.wait_for_reading()
    assert other.analysis_id == moved
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#probe-words.held")


def test_the_crop_by_keyboard_and_by_its_corner(open_page: OpenPage):
    screen = open_page("?photo=chelsea")
    page = screen.page
    screen.wait_for_reading()
    before = screen.analysis_id
    middle = crop_of(screen)
    page.focus("#crop")
    for key in ("-", "-", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    wait_for_another_analysis(screen, before)
    left, top, right, bottom = crop_of(screen)
    assert right - left == pytest.approx((middle[2] - middle[0]) / 1.21, abs=0.03)
    assert bottom - top == pytest.approx(right - left, abs=0.03)
    assert left + right > middle[0] + middle[2]
    assert top + bottom > middle[1] + middle[3]
    screen.wait_for_reading()
    check_with_axe(screen)
    now = screen.analysis_id
    corner = page.locator('.corner[data-corner="0,0"]').bounding_box()
    assert corner
    page.mouse.move(corner["x"] + 4, corner["y"] + 4)
    page.mouse.down()
    page.mouse.move(corner["x"] + 24, corner["y"] + 24, steps=4)
    page.mouse.up()
    wait_for_another_analysis(screen, now)
    smaller = crop_of(screen)
    assert smaller[2:] == pytest.approx([right, bottom], abs=0.02)
    assert smaller[0] > left
    page.click("#crop-back")
    screen.wait_for_analysis(before)
    expect(page.locator("#crop-back")).to_be_hidden()


def test_a_photo_that_is_not_here_cannot_be_cut_anew(open_page: OpenPage, screen: Screen):
    other = open_page(f"?analysis={screen.analysis_id}")
    other.wait_for_reading()
    expect(other.page.locator("#crop.movable")).to_have_count(0)
    assert "not here" in (other.page.get_attribute("#crop", "title") or "")
