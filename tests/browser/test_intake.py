"""Pictures that are made on the page: by the camera and on the drawing pad; and the part of them that the network sees."""

import pytest

from .conftest import ARTIFACTS, OpenPage
from .screen import Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

SHOTS = ARTIFACTS / "intake"


def shoot(screen: Screen, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    screen.page.screenshot(path=SHOTS / f"{name}.png")


def wait_for_another_analysis(screen: Screen, before: str) -> None:
    screen.page.wait_for_function(
        "id => !document.querySelector('#downloads a').href.includes(id)", arg=before
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_photo_is_taken(open_page: OpenPage, theme: str):
    screen = open_page(permissions=["camera"], color_scheme=theme)
    page = screen.page
    screen.wait_for_reading()
    before = screen.analysis_id
    page.evaluate(
        """() => {
          const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          window.tracks = [];
          navigator.mediaDevices.getUserMedia = async (wish) => {
            const stream = await ask(wish);
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
    assert page.inner_text("#credit") == "your photo"
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
    assert page.inner_text("#credit") == "your drawing"
    assert page.evaluate("document.activeElement.id") == "draw"
    assert screen.get(f"analyses/{screen.analysis_id}")["input"]["format"] == "PNG"


def test_a_drawing_by_touch(open_page: OpenPage):
    screen = open_page(**PHONE)
    page = screen.page
    screen.wait_for_reading()
    page.click("#draw")
    page.locator(".pad canvas").tap(position={"x": 80, "y": 80})
    assert page.get_by_role("button", name="Undo").is_enabled()
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
