"""What if: the photo or the network changed, two photos, two networks. What is on the screen is
what the API says of the same.
"""

import io
import json
import re
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from .conftest import ROOT, OpenPage
from .pictures import keep_picture
from .screen import Screen, number
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

SHIFT = [["shift", 3, -2]]


@pytest.fixture
def folder(artifacts):
    (artifacts / "whatif").mkdir(exist_ok=True)
    return artifacts / "whatif"


@pytest.fixture
def panel(open_page: OpenPage) -> Screen:
    """The first visit, at the tab "What if?"."""
    screen = open_page("?tab=whatif")
    screen.page.wait_for_selector(".reading output")
    return screen


def address(changes: list[list[Any]], more: str = "") -> str:
    return f"?tab=whatif&changes={quote(json.dumps(changes))}{more}"


def make_variant(screen: Screen, original: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The API's own, made outside of the page."""
    url = f"{screen.site}/api/v1/analyses/{original}/variants"
    response = screen.page.request.post(url, data=changes)
    assert response.status == 201, response.text()
    return response.json()


def numbers_of(screen: Screen, analysis: str, layer: str) -> np.ndarray:
    url = f"{screen.site}/api/v1/analyses/{analysis}/layers/{layer}?format=npy"
    return np.load(io.BytesIO(screen.page.request.get(url).body()))


def wait_for_pair(screen: Screen, of: str) -> None:
    """Until the page shows an analysis and how far it is from the other one."""
    screen.page.wait_for_function(
        "id => document.querySelector('#downloads a')?.href.includes(id)"
        " && document.querySelector('.chart button')",
        arg=of,
    )


def scores_on(screen: Screen) -> dict[str, tuple[float, float]]:
    rows = screen.page.locator(".scores .score").all()
    data = [row.evaluate("row => ({...row.dataset})") for row in rows]
    return {row["label"]: (float(row["before"]), float(row["after"])) for row in data}


def slide(screen: Screen, label: str, steps: int) -> None:
    """Move a slider by its keys."""
    slider = screen.page.get_by_label(label, exact=True)
    for _ in range(abs(steps)):
        slider.press("ArrowRight" if steps > 0 else "ArrowLeft")


def test_a_shift_is_measured_layer_by_layer(panel: Screen, folder):
    page, original = panel.page, panel.analysis_id
    slide(panel, "Shift right", 3)
    slide(panel, "Shift down", -2)
    variant = make_variant(panel, original, {"photo": {"shift": [3, -2]}})
    wait_for_pair(panel, variant["id"])
    assert page.locator(".changes li").all_inner_texts()[0].startswith("photo shifted 3 px")

    difference = panel.get(f"analyses/{variant['id']}/difference?to={original}")
    bars = page.locator(".chart button")
    shown = dict(bars.evaluate_all("all => all.map((b) => [b.dataset.layer, b.dataset.relative])"))
    expected = {layer["name"]: layer["relative"] for layer in difference["layers"]}
    assert list(shown) == list(expected)
    assert {name: float(value) for name, value in shown.items()} == pytest.approx(expected)

    # What each pooling lets through is what is different after it over what was before.
    layers = {layer["name"]: layer for layer in panel.get("models/everyday")["layers"]}
    for row in page.locator(".passages div").all():
        pool = row.get_attribute("data-pool")
        [before] = layers[pool]["inputs"]
        survives = float(row.get_attribute("data-survives"))
        assert survives == pytest.approx(expected[pool] / expected[before])
    expect(page.locator(".passages div")).to_have_count(5)
    story = page.locator("#whatif .chart-body > .sentence").inner_text()
    assert story.startswith("Translation invariance: A shift by 3.6 px changes conv1_1 by")
    assert f"after pool5 {100 * expected['pool5']:.1f}" in story.replace("\u00a0", " ")

    scores = scores_on(panel)
    for row in difference["predictions"]:
        if row["label"] in scores:
            assert scores[row["label"]] == pytest.approx((row["other"], row["score"]))
    keep_picture(page, folder / "shift.png")


def test_a_click_on_the_chart_goes_to_the_layer(open_page: OpenPage):
    screen = open_page(address(SHIFT))
    screen.page.click('.chart button[data-layer="pool3"]')
    screen.wait_for_title("pool3")
    expect(screen.page.locator(".chart [aria-current]")).to_have_attribute("data-layer", "pool3")


def test_rotated_blurred_and_covered(panel: Screen, folder):
    page, original = panel.page, panel.analysis_id
    slide(panel, "Rotate", 4)
    slide(panel, "Blur", 6)
    page.click(".brush-edit summary")
    page.focus(".brush-field")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    for _ in range(8):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    box = [27, 28, 35, 44]  # two squares of 8 pixels, one below the other, are one box
    changes = {"photo": {"rotate": 4, "blur": 1.5, "occlude": [box]}}
    variant = make_variant(panel, original, changes)
    wait_for_pair(panel, variant["id"])
    panel.wait_for_address(quote(json.dumps(["occlude", box], separators=(",", ":")), safe=""))
    page.locator(".brush-field").scroll_into_view_if_needed()
    keep_picture(page, folder / "covered.png")
    page.keyboard.press("Backspace")
    page.wait_for_function(
        "() => document.querySelector('.changes').innerText.includes('64 pixels')"
    )


def test_covered_by_pointer(panel: Screen):
    page, original = panel.page, panel.analysis_id
    page.click(".brush-edit summary")
    field = page.locator(".brush-field")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box
    pixel = box["width"] / 64
    page.mouse.move(box["x"] + 10.5 * pixel, box["y"] + 10.5 * pixel)
    page.mouse.down()
    page.mouse.move(box["x"] + 20.5 * pixel, box["y"] + 10.5 * pixel, steps=5)
    page.mouse.up()
    variant = make_variant(panel, original, {"photo": {"occlude": [[6, 6, 24, 14]]}})
    wait_for_pair(panel, variant["id"])


def test_a_filter_switched_off_changes_the_scores(panel: Screen, folder):
    page, original = panel.page, panel.analysis_id
    filter_ = int(page.locator(".tile.current").get_attribute("data-channel"))
    page.click(".whatif-filter .toggle")
    edit = {"layer": "conv1_1", "filter": filter_, "scale": 0}
    variant = make_variant(panel, original, {"network": [edit]})
    wait_for_pair(panel, variant["id"])
    before = {
        row["label"]: row["score"] for row in panel.get(f"analyses/{original}")["predictions"]
    }
    after = {row["label"]: row["score"] for row in variant["predictions"]}
    shown = scores_on(panel)
    assert len(shown) == 5
    for label, scores in shown.items():
        assert scores == pytest.approx((before[label], after[label]))
    written = page.locator(".scores .score").first.inner_text().split()
    assert number(written[-1]) == pytest.approx(
        100 * (after[next(iter(shown))] - before[next(iter(shown))]), abs=0.051
    )
    keep_picture(page, folder / "filter-off.png")

    page.click(".changes button")
    page.wait_for_function("() => !document.querySelector('.changes li')")
    assert panel.analysis_id == original
    page.keyboard.press("Control+z")  # the undoing is undone
    wait_for_pair(panel, variant["id"])
    page.keyboard.press("Control+z")
    panel.wait_for_analysis(original)


def test_a_weight_is_edited(panel: Screen, folder):
    page, original = panel.page, panel.analysis_id
    filter_ = int(page.locator(".tile.current").get_attribute("data-channel"))
    page.click(".kernel-edit summary")
    page.select_option("#kernel-channel", "1")
    weights = panel.get(f"models/everyday/layers/conv1_1/weights?filters={filter_}")
    trained = np.array(weights["parameters"]["weight"])[0, 1]
    fields = page.locator(".kernel-grid input")
    page.wait_for_function("() => document.querySelectorAll('.kernel-grid input').length === 9")
    shown = [float(field.input_value()) for field in fields.all()]
    assert shown == pytest.approx(trained.ravel().tolist(), rel=1e-3)
    fields.nth(5).fill("1.5")
    edit = {"layer": "conv1_1", "filter": filter_, "channel": 1, "y": 1, "x": 2, "weight": 1.5}
    variant = make_variant(panel, original, {"network": [edit]})
    wait_for_pair(panel, variant["id"])
    keep_picture(page, folder / "weight.png")
    page.get_by_text("As trained").click()
    panel.wait_for_analysis(original)


def test_a_layer_without_weights_offers_the_one_before(open_page: OpenPage):
    screen = open_page("?tab=whatif&layer=pool2")
    screen.page.get_by_role("button", name=re.compile("Go to conv2_2")).click()
    screen.wait_for_title("conv2_2")
    expect(screen.page.locator(".whatif-filter .toggle")).to_be_visible()


def test_a_link_shows_the_same(open_page: OpenPage):
    changes = [*SHIFT, ["scale", "conv1_1", 3, 0], ["weight", "conv2_1", 1, 0, 1, 1, 0.5]]
    first = open_page(address(changes, "&layer=pool1"))
    first.page.wait_for_selector(".chart button")
    first.wait_for_address("layer=pool1")
    first.wait_for_address("changes=")
    shown = first.page.evaluate("JSON.parse(new URLSearchParams(location.search).get('changes'))")
    assert shown == changes
    second = open_page(first.page.evaluate("location.search"))
    wait_for_pair(second, first.analysis_id)
    assert second.layer == "pool1"
    assert scores_on(second) == scores_on(first)


def test_what_an_old_link_asks_for_in_vain_is_said(open_page: OpenPage):
    screen = open_page(address([*SHIFT, ["scale", "gone", 3, 0]]))
    screen.page.wait_for_selector(".chart button")
    expect(screen.page.locator(".changes .unknown")).to_contain_text("no such layer")
    broken = open_page("?tab=whatif&changes=[[%22shift%22,")
    broken.wait_for_title("conv1_1")
    expect(broken.page.locator(".changes li")).to_have_count(0)


def test_sides_are_flipped_by_a_key_and_nothing_moves(open_page: OpenPage):
    screen = open_page(address(SHIFT, "&layer=relu1_1&map=5&y=20&x=30"))
    page = screen.page
    page.wait_for_selector(".chart button")
    variant = screen.analysis_id
    values = {}
    for _ in range(2):
        array = numbers_of(screen, screen.analysis_id, "relu1_1").reshape(-1, 64, 64)
        screen.wait_for_value(array[5, 20, 30])
        values[screen.analysis_id] = array[5, 20, 30]
        expect(page.locator(".reading .muted")).to_have_text("map 5 · y 20 · x 30")
        page.keyboard.press("x")
        page.wait_for_function(
            "id => !document.querySelector('#downloads a')?.href.includes(id)",
            arg=list(values)[-1],
        )
    assert screen.analysis_id == variant
    assert len(values) == 2


def test_the_difference_is_one_array_minus_the_other(open_page: OpenPage, folder):
    screen = open_page(address(SHIFT, "&layer=pool1&map=7&y=9&x=21&side=difference"))
    page = screen.page
    page.wait_for_selector(".chart button")
    variant = screen.analysis_id
    original = screen.get(f"analyses/{variant}")["original"]
    one, other = (
        numbers_of(screen, id_, "pool1").reshape(-1, 32, 32) for id_ in (original, variant)
    )
    place = (7, 9, 21)
    screen.wait_for_value(other[place] - one[place])
    keep_picture(page, folder / "difference.png")
    page.keyboard.press("Enter")
    page.wait_for_selector(".compare-large")
    shown = [
        float(text.get_attribute("data-value"))
        for text in page.locator(".compare-large output").all()
    ]
    expected = [one[place], other[place], other[place] - one[place]]
    assert shown == pytest.approx([float(value) for value in expected], rel=1e-5, abs=1e-7)
    keep_picture(page, folder / "three.png")

    # Side by side, the maps that changed most come first, and all are there.
    page.keyboard.press("Escape")
    page.click("#compare-mode label:has-text('side by side')")
    page.wait_for_selector(".compare-maps .heatmaps canvas:nth-child(1)")
    order = page.locator(".compare-maps .tile").evaluate_all(
        "all => all.map((tile) => Number(tile.dataset.channel))"
    )
    apart = np.linalg.norm((other - one).reshape(len(one), -1), axis=1)
    assert len(order) == len(one)
    assert np.all(np.diff(apart[order]) <= 1e-4)
    keep_picture(page, folder / "side-by-side.png")


@pytest.mark.parametrize("language", ["en", "de"])
def test_compared_maps_are_named_by_their_numbers(open_page: OpenPage, language: str):
    page = open_page(address(SHIFT, f"&layer=pool1&side=difference&lang={language}")).page
    page.wait_for_selector(".compare-maps .tile")
    tiles = page.locator(".compare-maps .tile").evaluate_all(
        "all => all.map((tile) => [tile.querySelector('.tile-name').textContent, tile.dataset.channel])"
    )
    assert tiles
    assert [name for name, _ in tiles] == [channel for _, channel in tiles]


COLOURS = """() => {
  const canvases = [...document.querySelectorAll(".compare-maps .tile canvas")].slice(0, 3);
  return canvases.map((canvas) => {
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    return new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 3).join()));
  });
}"""


def test_side_by_side_has_the_layers_own_colours(open_page: OpenPage):
    """Of a pooling after ReLU: violet is zero on both sides, and differences have two signs."""
    page = open_page(address(SHIFT, "&layer=pool1&side=side-by-side")).page
    page.wait_for_function(
        f"() => ({COLOURS})().map((found) => found.has('68,1,84')).join() === 'true,true,false'"
    )
    expect(page.locator(".compare-key .small-ramp")).to_contain_text("±")
    expect(page.locator("#legend .tick").first).to_have_text("0.0000")


def test_two_photos(panel: Screen, folder):
    page, original = panel.page, panel.analysis_id
    samples = panel.get("samples")
    page.select_option("#compare-target", f"photo:{samples[1]['id']}")
    page.wait_for_selector(".chart button")
    other = panel.analysis_id
    assert other != original
    difference = panel.get(f"analyses/{other}/difference?to={original}")
    relative = page.get_attribute('.chart button[data-layer="conv3_1"]', "data-relative")
    expected = next(each for each in difference["layers"] if each["name"] == "conv3_1")
    assert float(relative or "nan") == pytest.approx(expected["relative"])
    panel.wait_for_address(f"compare=photo%3A{samples[1]['id']}")
    page.click("#compare-mode label:has-text('side by side')")
    keep_picture(page, folder / "two-photos.png")

    page.set_input_files("#whatif input[type=file]", ROOT / "static" / "samples" / "chelsea.jpg")
    panel.wait_for_address("compare=analysis%3A")
    page.select_option("#compare-target", "")
    panel.wait_for_analysis(original)
    expect(page.locator("#compare-mode")).to_be_hidden()


def test_two_networks(panel: Screen, folder):
    page, original = panel.page, panel.analysis_id
    page.select_option("#compare-target", "model:menagerie")
    panel.wait_for_address("compare=model%3Amenagerie")
    page.click("#compare-mode label:has-text('side by side')")
    page.wait_for_selector(".compare-networks .half canvas")
    expect(page.locator(".compare-networks .half")).to_have_count(2)
    expect(page.locator(".chart")).to_have_count(0)
    page.select_option("#matched-layer", "conv2_1")
    keep_picture(page, folder / "two-networks.png")
    expect(page.locator("#model")).to_have_value("everyday")  # as the address says
    panel.wait_for_address("model=everyday")
    page.focus("#stage")  # in a list of choices, x looks for one
    page.keyboard.press("x")
    panel.wait_for_analysis(original)
    expect(page.locator("#model")).to_have_value("everyday")


def test_changes_stay_for_another_photo(open_page: OpenPage):
    screen = open_page(address(SHIFT))
    screen.page.wait_for_selector(".chart button")
    before = screen.analysis_id
    screen.page.click("#samples button:nth-child(2)")
    screen.page.wait_for_function(
        "id => !document.querySelector('#downloads a')?.href.includes(id)"
        " && document.querySelector('#compare-mode:not([hidden])')",
        arg=before,
    )
    expect(screen.page.locator(".changes li")).to_have_count(1)
    screen.wait_for_address("changes=")


def test_any_network_can_be_changed(open_page: OpenPage):
    """The first filter of every layer with weights is switched off, in an unusual network."""
    screen = open_page("?model=menagerie&tab=whatif&layer=stem/conv")
    page = screen.page
    page.wait_for_selector(".scores .score")
    layers = [
        layer["name"] for layer in screen.get("models/menagerie")["layers"] if layer["parameters"]
    ]
    original = screen.analysis_id
    for name in layers:
        page.click(f'.column[data-layer="{name}"]')
        screen.wait_for_title(name)
        page.click(".whatif-filter .toggle")
        page.wait_for_function(
            "id => !document.querySelector('#downloads a')?.href.includes(id)", arg=original
        )
        page.click(".changes button")
        screen.wait_for_analysis(original)


@pytest.mark.parametrize("device", ["laptop", "phone"])
def test_no_axe_violation(open_page: OpenPage, device: str, folder):
    options = PHONE if device == "phone" else {}
    screen = open_page(
        address([*SHIFT, ["scale", "conv1_1", 3, 0]], "&side=side-by-side"), **options
    )
    page = screen.page
    page.wait_for_selector(".chart button")
    page.click(".kernel-edit summary")
    page.wait_for_selector(".kernel-grid input")
    check_with_axe(screen)
    keep_picture(page, folder / f"{device}-light.png", full_page=device == "phone")
    screen.click_in_header("#theme")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    check_with_axe(screen)
    keep_picture(page, folder / f"{device}-dark.png", full_page=device == "phone")
    page.click('.column[data-layer="softmax"]')
    page.wait_for_selector(".compare-rows")
    check_with_axe(screen, "#stage", ".inspector")
    screen.click_in_header("#theme")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    check_with_axe(screen, "#stage", ".inspector")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
