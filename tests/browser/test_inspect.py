"""The road of a visitor: a photo in, the answer read, every layer stepped through, every number
checked against the API.
"""

import json
import math
import random

import pytest
from playwright.sync_api import expect

from .conftest import ROOT, OpenPage
from .pictures import keep_picture
from .screen import WRITTEN, Screen, number

pytestmark = pytest.mark.browser

CAR = ROOT / "static" / "samples" / "car.jpg"


def test_first_visit_shows_a_sample_at_once(screen: Screen):
    expect(screen.page.locator("#samples button").first).to_have_attribute("aria-pressed", "true")
    assert screen.page.locator(".tile").count() > 1
    assert painted(screen, ".tile canvas") == screen.page.locator(".tile").count()


def test_upload_a_photo_and_read_the_prediction(screen: Screen):
    page = screen.page
    upload = {"name": "my car.jpg", "mimeType": "image/jpeg", "buffer": CAR.read_bytes()}
    page.set_input_files("#file", upload)
    page.wait_for_function("() => document.querySelector('#credit').textContent === 'my car.jpg'")
    answer = page.request.post(f"{screen.site}/api/v1/predict?top_k=5", multipart={"image": upload})
    best = answer.json()[0]
    assert best["label"] == "car"
    assert screen.first_guess == ("car", f"{best['score'] * 100:.1f}\u00a0%")
    assert painted(screen, "#photo") == painted(screen, "#network-input") == 1


def test_step_through_every_layer_by_keyboard(screen: Screen, artifacts):
    page = screen.page
    layers = screen.get("models/everyday")["layers"]
    page.keyboard.press("Home")
    folder = artifacts / "layers"
    folder.mkdir(exist_ok=True)
    for i, layer in enumerate(layers):
        screen.wait_for_layer(layer["name"])
        expect(page.locator("#position")).to_have_text(f"Layer {i + 1} of {len(layers)}")
        expect(page.locator(".column[aria-current]")).to_have_attribute("data-layer", layer["name"])
        assert len(screen.numbers(".tick")) == 3
        assert page.locator(".sentence").count() >= 2
        assert all(math.isfinite(n) for n in screen.numbers(".figures div:nth-child(-n+4) dd"))
        shown = page.locator(".stage-body canvas").count()
        assert painted(screen, ".stage-body canvas") == shown
        assert shown or page.locator(".bar-fill").count() == layer["shape"][0]
        keep_picture(page, folder / f"{i + 1:02}-{layer['op']}-{i + 1:02}.png")
        page.keyboard.press("ArrowRight")
    assert screen.layer == layers[-1]["name"]


def test_numbers_under_the_cursor_are_the_apis_and_their_terms_add_up(screen: Screen):
    """At twenty random places over all kinds of layers."""
    layers = screen.get("models/everyday")["layers"]
    chance = random.Random(20)
    by_kind: dict[str, list] = {}
    for layer in layers:
        by_kind.setdefault(layer["op"], []).append(layer)
    chosen = [chance.choice(kind) for kind in by_kind.values()]
    chosen += chance.choices(layers, k=20 - len(chosen))
    for layer in sorted(chosen, key=layers.index):
        screen.go_to(layer["name"])
        place = [chance.randrange(n) for n in layer["shape"]]
        if len(place) == 3:
            screen.hover(*place)
            where = f"y {place[1]} · x {place[2]}"
            screen.page.wait_for_function(
                "where => document.querySelector('.reading').textContent.includes(where)", arg=where
            )
        elif screen.page.locator(".bar-row").count():
            screen.page.click(f'.bar-row[data-unit="{place[0]}"]')
        else:
            screen.page.hover(".sheet", position={"x": 5, "y": 5})  # the list's first number
            place = [0]
        check_against_api(screen, layer, place)
        check_the_sum(screen)


def check_against_api(screen: Screen, layer: dict, place: list[int]) -> None:
    path = f"analyses/{screen.analysis_id}/layers/{layer['name']}?channels={place[0]}"
    value = screen.get(path)["data"][0]
    for n in place[1:]:
        value = value[n]
    screen.page.wait_for_function(
        "value => Math.abs(document.querySelector('.reading output').dataset.value - value) < 1e-6",
        arg=value,
    )
    assert screen.reading == pytest.approx(value, rel=1e-6, abs=1e-7)  # JSON has seven figures
    assert screen.shown_reading == pytest.approx(value, **WRITTEN)


def check_the_sum(screen: Screen) -> None:
    """What the inspector writes down must give what is under the cursor, to the places that are
    written.
    """
    page = screen.page
    page.wait_for_function(
        "() => !document.querySelector('.explain.stale') && Math.abs("
        "document.querySelector('.formula data').value - "
        "document.querySelector('.reading output').dataset.value) < 1e-5"
    )
    value = screen.reading
    result, *rest = screen.numbers(".formula data")
    assert result == pytest.approx(value, **WRITTEN)
    if page.locator(".ledger").count():
        terms = screen.numbers(".ledger .term")
        assert sum(terms) == pytest.approx(value, abs=1e-4 * len(terms), rel=1e-4)
        assert screen.numbers(".total data") == [pytest.approx(value, **WRITTEN)]
    elif page.locator(".block, .card-block").count():
        assert max(screen.numbers(".block data, .card-block data")) == pytest.approx(
            value, **WRITTEN
        )
    elif page.locator(".shares-table").count():
        powers = screen.numbers(".shares-table .power")
        (own,) = screen.numbers(".shares-table .own .power")
        assert own / sum(powers) == pytest.approx(value, abs=1e-3)
    elif page.locator(".plot").count():
        assert max(0, rest[0]) == pytest.approx(
            value, **WRITTEN
        )  # the only curve that everyday has
    elif len(rest) == 2:  # the input: pixel × weight + bias
        pixel, weight = rest
        bias = number(page.inner_text(".formula").split()[-1])
        assert pixel * weight + bias == pytest.approx(
            value, abs=0.02
        )  # 255 × the weight's rounding
    else:
        assert rest == [pytest.approx(value, **WRITTEN)]


def test_all_terms_of_a_convolution_can_be_seen(screen: Screen):
    layers = screen.get("models/everyday")["layers"]
    conv = [layer for layer in layers if layer["op"] == "conv"][-1]
    before = next(layer for layer in layers if layer["name"] == conv["inputs"][0])
    screen.go_to(conv["name"])
    screen.page.click("text=Show all")
    terms = screen.page.locator(".ledger .term")
    expect(terms).to_have_count(before["shape"][0] + 1)  # and the bias
    total = sum(float(terms.nth(i).get_attribute("value") or "nan") for i in range(terms.count()))
    assert total == pytest.approx(screen.reading, abs=1e-4)
    row = screen.page.locator(".ledger button").nth(3)
    row.click()
    kernel = conv["attributes"]["kernel"]
    products = screen.page.locator(".window-detail data")
    expect(products).to_have_count(kernel[0] * kernel[1])
    contribution = screen.page.locator('.ledger [aria-pressed="true"] .term').get_attribute("value")
    exact = [float(products.nth(i).get_attribute("value") or "nan") for i in range(9)]
    assert sum(exact) == pytest.approx(float(contribution or "nan"), abs=1e-6)


def test_open_map_lights_up_what_it_was_made_from(screen: Screen):
    page = screen.page
    pool = next(x for x in screen.get("models/everyday")["layers"] if x["op"] == "max_pool")
    screen.go_to(pool["name"])
    page.click('.tile[data-channel="5"] .heatmap')
    page.wait_for_selector(".row .highlight:visible")
    expect(page.locator(".map-detail")).to_have_count(1)
    for mark in ("#photo-highlight", "#network-input-highlight", ".map-detail .large .highlight"):
        expect(page.locator(mark)).to_be_visible()
    answer = screen.get(
        f"analyses/{screen.analysis_id}/layers/{pool['name']}/explain?" + place_query(screen)
    )
    frame, lit = (
        page.locator("#frame").bounding_box(),
        page.locator("#photo-highlight").bounding_box(),
    )
    photo = answer["receptive_field"]["photo"]
    scale = frame["width"] / 960  # the photo's width
    assert lit["x"] - frame["x"] == pytest.approx(max(0, photo["left"]) * scale, abs=1)
    assert lit["width"] == pytest.approx((photo["right"] - photo["left"]) * scale, abs=1)


def place_query(screen: Screen) -> str:
    channel, y, x = screen.place
    return f"channel={channel}&y={y}&x={x}"


def test_a_link_shows_the_very_same_number(screen: Screen, open_page: OpenPage):
    conv = [x for x in screen.get("models/everyday")["layers"] if x["op"] == "conv"][2]
    address = f"?photo=chelsea&layer={conv['name']}&map=7&y=3&x=2&view=map&scale=network"
    first = open_page(address)
    first.wait_for_layer(conv["name"])
    first.wait_for_address("map=7&y=3&x=2&view=map&scale=network")
    second = open_page(first.page.evaluate("location.search"))
    second.wait_for_layer(conv["name"])
    assert second.reading == first.reading
    expect(second.page.locator(".reading .muted")).to_have_text("map 7 · y 3 · x 2")
    expect(second.page.locator('[name=scale][value="network"]')).to_be_checked()
    expect(second.page.locator(".map-detail")).to_have_count(1)
    assert second.analysis_id == first.analysis_id != screen.analysis_id


def test_an_analysis_opens_by_its_link_without_the_photo(screen: Screen, open_page: OpenPage):
    other = open_page(f"?analysis={screen.analysis_id}&layer=softmax")
    other.wait_for_layer("softmax")
    assert other.first_guess == screen.first_guess
    expect(other.page.locator("#credit")).to_contain_text("keeps no photo")
    assert painted(other, "#photo") == 1


def test_back_goes_where_one_was(screen: Screen):
    start = screen.layer
    screen.wait_for_address(f"layer={start}")
    screen.page.keyboard.press("ArrowRight")
    screen.wait_for_address("layer=relu1_1")
    screen.page.go_back()
    screen.wait_for_layer(start)


def test_back_brings_the_network_back(screen: Screen):
    screen.page.keyboard.press("ArrowRight")
    screen.wait_for_address("layer=relu1_1")
    start = screen.analysis_id
    screen.choose_network("menagerie")
    screen.wait_for_address("model=menagerie")
    there = screen.analysis_id
    screen.page.go_back()
    screen.wait_for_analysis(start)
    expect(screen.page.locator("#model")).to_have_value("everyday")
    screen.wait_for_layer("relu1_1")
    screen.page.go_forward()
    screen.wait_for_analysis(there)
    expect(screen.page.locator("#model")).to_have_value("menagerie")


def painted(screen: Screen, selector: str) -> int:
    """How many of these canvases hold at least one pixel that is not see-through."""
    return screen.page.locator(selector).evaluate_all(
        "all => all.filter(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
        ".some((byte, i) => i % 4 === 3 && byte > 0)).length"
    )


def test_the_exports_are_there(screen: Screen):
    link = screen.page.get_attribute("#downloads a", "href") or ""
    export = json.loads(screen.page.request.get(link).body())
    assert [layer["name"] for layer in export["layers"]] == [
        layer["name"] for layer in screen.get("models/everyday")["layers"]
    ]
