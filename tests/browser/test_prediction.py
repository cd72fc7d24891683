"""What the network says, each kind of answer in its own form: read off the page and held against
the API's numbers.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.models.registry import Registry
from app.settings import Settings
from tests.app.conftest import RunningServer

from .answers import NETWORKS
from .conftest import OpenPage
from .pictures import keep_picture
from .screen import Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site():
    settings = Settings(port=0, workers=2, log_level="error")
    with RunningServer(settings, Registry(NETWORKS, "classes")) as server:
        yield server.url


@pytest.fixture
def folder(artifacts):
    (artifacts / "prediction").mkdir(exist_ok=True)
    return artifacts / "prediction"


def opened(open_page: OpenPage, kind: str, **context) -> Screen:
    screen = open_page(f"?model={kind}", **context)
    screen.wait_for_reading()
    return screen


def answer(screen: Screen, at: int = 0) -> dict:
    return screen.get(f"analyses/{screen.analysis_id}")["outputs"][at]


@pytest.mark.parametrize(
    "device",
    [{}, PHONE | {"color_scheme": "dark", "locale": "de"}],
    ids=["laptop", "dark phone in German"],
)
def test_every_kind_on_every_screen(
    open_page: OpenPage, device: dict, folder, subtests: pytest.Subtests
):
    """In both themes and languages, to axe; a 4K screen has the laptop's page, which has to fill it
    and no more.
    """
    screen, parts = open_page("", **device), ()
    screen.wait_for_reading()
    for kind in NETWORKS:
        with subtests.test(kind):
            if device:  # which has no room for the list of networks
                screen.open(f"?model={kind}")
                screen.wait_for_reading()
            else:
                screen.choose_network(kind)
            check_kind(screen, 390 if device else 1440, folder / f"{kind}.png", *parts)
            parts = PARTS


PARTS = (".side", "#strip", "#stage", ".inspector")  # what another network changes


def check_kind(screen: Screen, width: int, picture: Path, *parts: str) -> None:
    page = screen.page
    page.wait_for_selector("#answer-head .answer-kind, #predictions li", state="attached")
    screen.wait_for_rest()
    check_with_axe(screen, *parts)
    keep_picture(page, picture.with_stem(f"{picture.stem}-{width}"))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if width == 1440:
        page.set_viewport_size({"width": 3840, "height": 2160})
        screen.wait_for_rest()
        assert page.evaluate("document.documentElement.scrollWidth") == 3840
        page.set_viewport_size({"width": 1440, "height": 900})


def test_a_yes_or_no_lies_between_two_names(open_page: OpenPage):
    screen = opened(open_page, "binary")
    scores = {one["label"]: one["score"] for one in answer(screen)["predictions"]}
    scale = screen.page.locator(".yes-no")
    assert scores["dog"] == pytest.approx(0.3208, abs=1e-4)
    expect(scale).to_have_attribute("aria-label", "Between cat, 67.9\xa0%, and dog, 32.1\xa0%")
    expect(screen.page.locator("#doubt")).to_contain_text("−0.7500. Below 0 it speaks for cat")
    scale.click()
    screen.wait_for_layer("yes")


def test_several_yes_or_no_are_counted_and_marked_at_a_half(open_page: OpenPage):
    screen = opened(open_page, "multilabel")
    expect(screen.page.locator("#predictions .share.even")).to_have_count(5)
    expect(screen.page.locator("#doubt")).to_have_text(re.compile(r"^3 of 5 are likelier than not"))
    screen.page.click("#classes")
    expect(screen.page.locator("#classes-dialog")).not_to_contain_text("taught")
    expect(screen.page.locator("#classes-dialog")).to_contain_text("any number of them may be true")


def test_numbers_have_signs_and_are_no_classes(open_page: OpenPage):
    screen = opened(open_page, "numbers")
    values = answer(screen)["values"]
    shown = screen.numbers("#predictions .share-value")
    assert shown == pytest.approx(values, abs=1e-4)
    assert min(values) < 0
    expect(screen.page.locator("#classes")).to_be_hidden()
    expect(screen.page.locator(".answer")).not_to_contain_text("%")
    screen.page.locator("#predictions button").nth(1).click()
    screen.wait_for_layer("angles")
    screen.wait_for_value(values[1])


def test_boxes_are_drawn_where_the_network_put_them(open_page: OpenPage, folder):
    screen = opened(open_page, "boxes")
    page = screen.page
    found = answer(screen)["boxes"]
    assert [box["label"] for box in found] == ["cat", "dog", "very_long_named_red_panda", "dog"]
    photo = screen.get(f"analyses/{screen.analysis_id}")["input"]
    frame = page.locator("#frame").bounding_box()
    drawn = page.locator("#photo-boxes .photo-box[data-box='1']").bounding_box()
    assert frame
    assert drawn
    box, scale = found[1], frame["width"] / photo["width"]
    assert drawn["x"] - frame["x"] == pytest.approx(box["left"] * scale, abs=1)
    assert drawn["y"] - frame["y"] == pytest.approx(box["top"] * scale, abs=1)
    assert drawn["width"] == pytest.approx((box["right"] - box["left"]) * scale, abs=1)

    expect(page.locator("#photo-boxes .photo-box")).to_have_count(3)
    page.fill("#box-threshold", "0.1")
    page.wait_for_selector("#photo-boxes .photo-box[data-box='3']")
    page.fill("#box-threshold", "0.99")
    page.wait_for_selector("#answer-view :text('the best has')")
    page.fill("#box-threshold", "0.25")

    page.locator(".box-list button").nth(1).focus()
    page.wait_for_selector("#photo-boxes .highlight-box[data-box='1']")
    page.locator("#photo-boxes .photo-box[data-box='0']").hover()
    page.wait_for_selector(".box-list .highlight-box[data-box='0']")

    page.click("#answer-large")
    page.wait_for_selector("#answer-dialog[open] .photo-box")
    check_with_axe(screen)
    keep_picture(page, folder / "large-boxes.png")
    page.keyboard.press("Escape")
    page.locator(".box-list button").nth(1).click()
    screen.wait_for_layer("output0")
    screen.wait_for_value(found[1]["score"])


def test_a_segmentation_is_over_the_photo_and_beside_it(open_page: OpenPage, folder):
    screen = opened(open_page, "segmentation")
    page = screen.page
    page.wait_for_selector(".answer-map .shares li")
    assert page.locator("#photo-answer").evaluate("c => [c.width, c.height, c.hidden]") == [
        64,
        64,
        False,
    ]
    shares = screen.numbers(".answer-map .share-value")
    assert sum(shares) == pytest.approx(100, abs=0.5)
    page.select_option("#answer-channel", label="car")
    page.wait_for_selector(".answer-map :text('From ')")
    page.select_option("#answer-channel", "")
    page.click("#answer-large")
    page.wait_for_selector("#answer-dialog[open] .large-over")
    check_with_axe(screen)
    keep_picture(page, folder / "large-map.png")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Why this value?").click()
    page.wait_for_selector("#photo-answer", state="hidden")


def test_a_picture_is_shown_before_and_after(open_page: OpenPage, folder):
    """Red and blue are exchanged, at twice the size."""
    screen = opened(open_page, "picture")
    page = screen.page
    page.wait_for_selector("#answer-view figure canvas")
    pixel = "c => [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data]"
    before, after = (page.locator("#answer-view canvas").nth(i).evaluate(pixel) for i in (0, 1))
    assert after == pytest.approx([before[2], before[1], before[0], 255], abs=1)
    assert page.locator("#answer-view canvas").nth(1).evaluate("c => c.width") == 128
    page.click("#answer-large")
    page.wait_for_selector("#answer-dialog[open] canvas")
    keep_picture(page, folder / "large-picture.png")


def test_symbols_stand_in_a_row(open_page: OpenPage):
    screen = opened(open_page, "tokens")
    screen.page.wait_for_selector(".token")
    assert "".join(screen.page.locator(".token").all_inner_texts()) == "_cc_ad_b__a_"
    screen.page.locator(".token").nth(1).click()
    screen.wait_for_layer("symbols")


def test_what_is_unknown_is_called_so(open_page: OpenPage):
    screen = opened(open_page, "unknown")
    text = screen.page.inner_text(".answer")
    assert "What these values mean is not said in the file." in text
    assert "class" not in text
    assert "Standard deviation" in text


def test_two_outputs_are_marked_chosen_and_asked_about(open_page: OpenPage, folder):
    screen = opened(open_page, "two")
    page = screen.page
    assert page.locator(".column.is-output").evaluate_all(
        "all => all.map((c) => c.dataset.layer)"
    ) == ["features", "shares"]
    expect(page.locator("#output")).to_have_value("shares")
    page.get_by_role("tab", name="Why this class?").click()
    page.select_option("#output", "features")
    page.wait_for_selector("h2:has-text('of “features”')")
    expect(page.locator("#attribution-output")).to_have_value("features")
    screen.wait_for_address("output=features")
    expect(page.locator("#doubt")).to_contain_text("Values with their signs")
    keep_picture(page, folder / "two-outputs.png")
    page.reload()
    page.wait_for_selector("#output")
    expect(page.locator("#output")).to_have_value("features")
