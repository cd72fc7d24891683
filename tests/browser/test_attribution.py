"""Why this class: attributions on the screen are the API's, slow ones can be stopped, and a map can
be put to the test.
"""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .pictures import keep_picture
from .screen import WRITTEN, Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

QUICK = ["saliency", "input_x_gradient", "guided_backprop", "grad_cam", "grad_cam_plus_plus"]


@pytest.fixture
def attribution(open_page: OpenPage) -> Screen:
    screen = open_page("?tab=attribution")
    wait_for_answer(screen)
    return screen


def wait_for_answer(screen: Screen, timeout: float = 60_000) -> None:
    screen.page.wait_for_selector(".attribution-outcome .facts", timeout=timeout)
    screen.page.wait_for_function(
        "() => !document.querySelector('.attribution-work progress')", timeout=timeout
    )


def ask(screen: Screen, **request: Any) -> dict:
    """The API's own answer, asked for outside of the page."""
    url = f"{screen.site}/api/v1/analyses/{screen.analysis_id}/attributions"
    answer = screen.page.request.post(url, data=request, headers={"Accept": "application/json"})
    assert answer.ok, answer.text()
    return answer.json()


def point_at(screen: Screen, y: int, x: int) -> None:
    plane = screen.page.locator(".attribution")
    box = plane.bounding_box()
    assert box
    screen.page.mouse.move(
        box["x"] + (x + 0.5) * box["width"] / 64, box["y"] + (y + 0.5) * box["height"] / 64
    )
    screen.page.wait_for_function(
        "where => document.querySelector('.pixel-reading').textContent.startsWith(where)",
        arg=f"y {y} · x {x}",
    )


def value_at(screen: Screen, y: int, x: int) -> float:
    point_at(screen, y, x)
    return float(screen.page.get_attribute(".pixel-reading output", "data-value") or "nan")


def check_values(screen: Screen, answer: dict) -> None:
    for y, x in ((0, 0), (31, 40), (63, 63), (38, 12), (45, 33)):
        assert value_at(screen, y, x) == pytest.approx(answer["map"][y][x], rel=1e-5, abs=1e-8)


def test_values_under_the_pointer_are_the_apis(attribution: Screen, subtests: pytest.Subtests):
    for method in QUICK:
        with subtests.test(method):
            attribution.page.select_option("#attribution-method", method)
            attribution.wait_for_address(f"method={method}")
            wait_for_answer(attribution)
            answer = ask(attribution, method=method)
            point_at(attribution, 0, 0)
            attribution.page.wait_for_function(
                "value => Math.abs(document.querySelector('.pixel-reading output').dataset.value - value)"
                " <= 1e-8 + 1e-5 * Math.abs(value)",
                arg=answer["map"][0][0],
            )
            check_values(attribution, answer)
            score = attribution.page.inner_text(".attribution-outcome .facts div:nth-child(2) dd")
            assert float(score.replace("−", "-")) == pytest.approx(answer["score"], **WRITTEN)


def test_any_class_and_any_layer(attribution: Screen, open_page: OpenPage):
    page = attribution.page
    page.select_option("#attribution-target", "cat")
    page.select_option("#attribution-from", "conv3_2")
    attribution.wait_for_address("method=grad_cam&target=cat&from=conv3_2")
    page.wait_for_selector("h2:has-text('What speaks for “cat”')")
    page.wait_for_selector(".attribution-stage .muted:has-text('layer conv3_2')")
    wait_for_answer(attribution)
    answer = ask(attribution, method="grad_cam", target="cat", layer="conv3_2")
    assert answer["target"]["label"] == "cat"
    check_values(attribution, answer)
    other = open_page(page.evaluate("location.search"))
    wait_for_answer(other)
    check_values(other, answer)


def test_going_to_a_layer_looks_from_there(attribution: Screen):
    attribution.page.click('.column[data-layer="conv4_1"]')
    attribution.wait_for_address("from=conv4_1")
    attribution.page.wait_for_selector(".attribution-stage .muted:has-text('layer conv4_1')")
    attribution.page.click(
        '.column[data-layer="fc1"]'
    )  # no maps: the reader means to see the layer itself
    attribution.wait_for_layer("fc1")
    expect(attribution.page.locator(".bar-row").first).to_be_visible()


def test_integrated_gradients_add_up(attribution: Screen):
    page = attribution.page
    page.select_option("#attribution-method", "integrated_gradients")
    page.click(".attribution-work .primary")
    wait_for_answer(attribution)
    answer = ask(attribution, method="integrated_gradients")
    check_values(attribution, answer)
    sum_, whole, off = re.search(
        r"adds up to (\S+) of (\S+) .*?: ([\d.]+)", page.inner_text(".completeness")
    ).groups()
    rise = answer["score"] - answer["baseline_score"]
    assert float(sum_) == pytest.approx(answer["sum"], **WRITTEN)
    assert float(whole) == pytest.approx(rise, **WRITTEN)
    assert float(off) == pytest.approx(100 * abs(answer["sum"] - rise) / abs(rise), abs=0.06)


def test_a_slow_method_tells_how_far_it_is_and_stops(open_page: OpenPage):
    """Two pages keep both of the server's threads busy; once they cancel, an answer takes no time
    again.
    """
    address = "?tab=attribution&method=occlusion&window=3&stride=1"
    screens = [open_page(address), open_page(address.replace("window=3", "window=2"))]
    began = time.monotonic()
    for screen in screens:
        screen.page.click(".attribution-work .primary")
    for screen in screens:
        screen.page.wait_for_function(
            "() => document.querySelector('.attribution-work progress')?.position > 0.1"
        )
        assert re.search(r"\d+ of [\d,]+ runs", screen.page.inner_text(".attribution-work"))
    start = time.monotonic()
    whole = (start - began) / screens[0].page.locator(".attribution-work progress").evaluate(
        "p => p.position"
    )
    for screen in screens:
        screen.page.click(".attribution-work >> text=Cancel")
        screen.page.wait_for_selector(".attribution-work .primary")
        expect(screen.page.locator(".attribution-work progress")).to_have_count(0)
    screens[0].page.select_option("#attribution-method", "saliency")
    wait_for_answer(screens[0])
    screens[1].page.keyboard.press("1")
    screens[1].go_to("conv2_1")
    assert time.monotonic() - start < whole / 2  # which a busy machine makes longer, too
    assert screens[0].page.locator(".attribution-work progress").count() == 0


def test_deletion_and_insertion(attribution: Screen, artifacts):
    page = attribution.page
    page.click(".test")
    page.wait_for_selector(".curves .curve", timeout=180_000)
    curves = ask(attribution, method="grad_cam", curves=True)["curves"]
    for i, name in enumerate(("deletion", "insertion")):
        drawn = points(page.locator(".curves .curve").nth(i))
        assert [x for x, _ in drawn] == pytest.approx(curves["fractions"], abs=0.01)
        assert [y for _, y in drawn] == pytest.approx(curves[name], abs=0.01)
        caption = page.locator(".curves figcaption").nth(i).inner_text()
        area = float(re.search(r"curve (−?[\d.]+)", caption)[1].replace("−", "-"))
        assert area == pytest.approx(curves[f"{name}_area"], **WRITTEN)
    check_with_axe(attribution)
    take(attribution, artifacts, "curves-light")


def points(curve) -> list[tuple[float, float]]:
    """A drawn curve's points, in the units of its axes."""
    axis = curve.locator("xpath=../*[@class='axis']").get_attribute("d")
    left, head, foot, right = map(float, re.findall(r"[\d.]+", axis))
    low, high = (float(curve.get_attribute(f"data-{end}")) for end in ("low", "high"))
    numbers = [float(n) for n in re.findall(r"[\d.]+", curve.get_attribute("d"))]
    return [
        ((x - left) / (right - left), low + (foot - y) / (foot - head) * (high - low))
        for x, y in zip(numbers[::2], numbers[1::2], strict=True)
    ]


def test_quick_methods_side_by_side(attribution: Screen, artifacts):
    page = attribution.page
    page.click("text=Compare the quick methods")
    page.wait_for_function(
        "n => document.querySelectorAll('.small .over:not([hidden])').length === n", arg=len(QUICK)
    )
    assert "From " in (page.locator(".small").first.get_attribute("aria-label") or "")
    check_with_axe(attribution)
    take(attribution, artifacts, "compare-light")
    page.click(".small:has-text('Saliency')")
    attribution.wait_for_address("method=saliency")
    expect(page.locator(".attribution")).to_be_visible()


def test_by_keyboard(attribution: Screen):
    page = attribution.page
    page.focus(".attribution")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".pixel-reading:has-text('y 32 · x 31')")
    page.keyboard.press("Escape")
    expect(page.locator(".pixel-reading")).to_have_text("")
    page.keyboard.press("1")
    attribution.wait_for_layer("conv1_1")


def test_an_error_has_a_way_out(open_page: OpenPage):
    screen = open_page("?photo=coffee")
    screen.wait_for_reading()
    screen.expected_status = 422
    screen.open("?photo=coffee&tab=attribution&method=occlusion&window=4000&stride=32")
    screen.page.click(".attribution-work button")
    screen.page.wait_for_selector(".attribution-work .problem")
    expect(screen.page.locator(".attribution-work .problem")).to_contain_text("window")
    screen.page.click("text=Back to the usual class and layer")
    screen.page.wait_for_function("() => !location.search.includes('window')")
    screen.page.click(".attribution-work button")
    wait_for_answer(screen)


def test_a_layer_that_the_network_does_not_have_is_not_asked_for(open_page: OpenPage):
    screen = open_page("?tab=attribution&method=grad_cam&from=nowhere")
    wait_for_answer(screen)
    expect(screen.page.locator("#attribution-from")).to_have_value("")


def test_a_network_nobody_thought_of(open_page: OpenPage):
    screen = open_page("?model=menagerie&tab=attribution&method=grad_cam&from=gated")
    wait_for_answer(screen)
    answer = ask(screen, method="grad_cam", layer="gated")
    assert answer["size"] == [20, 16]
    canvas = screen.page.locator(".attribution .over")
    assert canvas.evaluate("c => [c.height, c.width]") == [20, 16]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_for_everyone(open_page: OpenPage, theme: str, artifacts):
    screen = open_page("?tab=attribution", color_scheme=theme)
    parts: list[str] = []
    for method in (*QUICK, "occlusion"):
        screen.page.wait_for_selector(".attribution-work > *")
        screen.page.select_option("#attribution-method", method)
        if method in QUICK:
            wait_for_answer(screen)
        check_with_axe(screen, *parts)
        parts = ["#stage", ".inspector"]  # what another method changes
        take(screen, artifacts, f"{method}-{theme}")


def test_on_a_phone(open_page: OpenPage, artifacts):
    screen = open_page("?tab=attribution&method=input_x_gradient", **PHONE)
    wait_for_answer(screen)
    check_with_axe(screen)
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 390
    screen.page.locator(".attribution").tap(position={"x": 100, "y": 50})
    expect(screen.page.locator(".pixel-reading")).to_have_text(re.compile(r"^y "))
    take(screen, artifacts, "phone", full_page=True)


def take(screen: Screen, artifacts, name: str, **how: Any) -> None:
    folder = artifacts / "attribution"
    folder.mkdir(exist_ok=True)
    keep_picture(screen.page, folder / f"{name}.png", **how)
