"""One value opened in every kind of layer: what the screen says it was made from must add up to
what the API says it is.
"""

import math
import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from playwright.sync_api import Route, expect

from .conftest import OpenPage
from .pictures import keep_picture
from .screen import Screen, number
from .tabs import Tabs

pytestmark = pytest.mark.browser

BLOCK = ".block data, .card-block data"  # a pool's window: in words, or where it is drawn, there


@pytest.mark.parametrize("model", ["everyday", "menagerie"])
def test_one_value_opened_in_every_kind_of_layer_adds_up(model, open_page: OpenPage, artifacts):
    folder = artifacts / "microscope"
    folder.mkdir(exist_ok=True)
    first = open_page(f"?model={model}&layer=input")
    first.wait_for_layer("input")
    opened = set()
    for i, layer in enumerate(first.get(f"models/{model}")["layers"]):
        if layer["op"] in opened and model == "everyday":
            continue
        opened.add(layer["op"])
        first.go_to(layer["name"])
        if len(layer["shape"]) == 3:
            first.page.evaluate("document.activeElement.blur()")
            first.page.keyboard.press("Enter")
            first.page.wait_for_selector(".map-detail")
        settle(first)
        why = explanation(first, layer)
        assert first.reading == pytest.approx(why["value"], rel=1e-5, abs=1e-6)
        assert added_up(first, layer, why) == pytest.approx(why["value"], rel=2e-3, abs=5e-3)
        keep_picture(first.page, folder / f"{model}-{i:02}-{layer['op']}.png")
        first.page.keyboard.press("Escape")
        first.page.keyboard.press("Escape")
    assert len(opened) >= 6


def settle(screen: Screen) -> None:
    """Until the arithmetic on the screen is that of the value under the cursor."""
    screen.page.wait_for_function(
        "() => !document.querySelector('.explain.stale') && Math.abs("
        "document.querySelector('.formula data').value - "
        "document.querySelector('.reading output').dataset.value) < 1e-4"
    )


def explanation(screen: Screen, layer: dict) -> dict:
    names = ("channel", "y", "x") if len(layer["shape"]) == 3 else ("unit",)
    asked = zip(names, screen.place, strict=True)
    query = "&".join(f"{name}={n}" for name, n in asked)
    path = f"analyses/{screen.analysis_id}/layers/{quote(layer['name'], safe='')}"
    return screen.get(f"{path}/explain?{query}")


def added_up(screen: Screen, layer: dict, why: dict) -> float:
    """The value, computed by the test from nothing but what is written on the screen."""
    page = screen.page
    written = screen.numbers(".formula data")
    match why["rule"]:
        case "weighted_sum" | "sum":
            return sum(screen.numbers(".ledger .term"))
        case "max":
            return max(screen.numbers(BLOCK))
        case "mean" if page.locator(".ledger").count():
            return sum(screen.numbers(".ledger .term"))
        case "mean":
            cells = screen.numbers(BLOCK)
            return sum(cells) * why["terms"][0]["weight"]
        case "softmax":
            own, denominator = written[1:]
            assert sum(screen.numbers(".shares-table .power")) == pytest.approx(
                denominator, abs=1e-3
            )
            return own / denominator
        case "scale":
            value, weight = written[1:]
            bias = number(page.inner_text(".formula").split()[-1])
            return value * weight + bias if layer["op"] != "input" else why["value"]
        case "product":
            return math.prod(written[1:])
        case "copy":
            return written[1]
        case "function":
            return curve(layer, written[1])
        case rule:
            raise AssertionError(f"nobody knows how to add up {rule}")


def curve(layer: dict, x: float) -> float:
    """What the op does to the x that is written on the screen."""
    attributes = layer["attributes"]
    return {
        "relu": lambda: max(0.0, x),
        "leaky_relu": lambda: x if x > 0 else x * attributes["alpha"],
        "sigmoid": lambda: 1 / (1 + math.exp(-x)),
        "tanh": lambda: math.tanh(x),
        "clip": lambda: min(attributes["high"], max(attributes["low"], x)),
    }[layer["op"]]()


@pytest.fixture
def conv(open_page: OpenPage) -> Screen:
    screen = open_page("?layer=conv2_1&view=map&map=3&y=0&x=4")
    screen.wait_for_layer("conv2_1")
    screen.page.wait_for_selector(".loupe .highlight-cell, .sheet-cells li")
    return screen


def test_the_window_slides_pauses_and_steps(conv: Screen):
    page = conv.page
    pace = page.locator(".player output")
    expect(pace).to_have_text("54 / s")  # 32 × 32 values in 19 seconds
    page.locator(".player input").fill("3")
    expect(pace).to_have_text("8 / s")
    home = page.locator(".after .large").bounding_box()
    page.keyboard.press(".")
    where(conv, "map 3 · y 0 · x 5")
    page.keyboard.press(",")
    page.keyboard.press(",")
    where(conv, "map 3 · y 0 · x 3")
    assert (
        page.locator(".large .veil:visible").count() == 2
    )  # the rest of the row, and all rows below
    expect(page.locator(".product .veil:visible")).to_have_count(
        2 * page.locator(".product").count()
    )
    page.keyboard.press("k")
    where(conv, "map 3 · y 0 · x 6")
    page.keyboard.press("k")
    expect(page.locator(".lens.sliding")).to_have_count(0)
    still = page.inner_text(".reading .muted")
    conv.wait_for_rest(frames=20)
    expect(page.locator(".reading .muted")).to_have_text(still)
    assert page.locator(".after .large").bounding_box() == home  # nothing jumps
    page.click("text=whole map")
    expect(page.locator(".veil:visible")).to_have_count(0)


def test_a_hand_on_the_map_takes_over(conv: Screen):
    page = conv.page
    page.click(".player [aria-keyshortcuts=k]")
    expect(page.locator(".map-detail.sliding")).to_have_count(1)
    box = page.locator(".map-detail .large").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 10.5 / 32, box["y"] + box["height"] * 20.5 / 32)
    where(conv, "map 3 · y 20 · x 10")
    expect(page.locator(".map-detail.sliding")).to_have_count(0)
    settle(conv)
    assert sum(conv.numbers(".ledger .term")) == pytest.approx(conv.reading, abs=2e-3)


def where(screen: Screen, text: str) -> None:
    screen.page.wait_for_function(
        "text => document.querySelector('.reading .muted').textContent === text", arg=text
    )


def test_one_window_number_by_number(conv: Screen):
    """Window × kernel = products, and the padding is drawn as nothing."""
    settle(conv)
    values, weights, products = (
        conv.numbers(f".loupe figure:nth-of-type({i}) li") for i in sheets(conv)
    )
    assert len(values) == len(weights) == len(products) == 9
    assert [v * w for v, w in zip(values, weights, strict=True)] == pytest.approx(
        products, rel=2e-2, abs=2e-3
    )
    expect(conv.page.locator(".loupe .outside")).to_have_count(3)  # y is 0: a row lies outside
    assert sum(products) == pytest.approx(number(conv.page.inner_text(".close-sum")), abs=0.02)
    conv.page.locator(".ledger button").nth(2).click()
    chosen = conv.page.inner_text('.ledger [aria-pressed="true"] .ledger-name')
    expect(conv.page.locator(".close-row > figure figcaption >> nth=0")).to_have_text(
        re.compile(re.escape(chosen) + "$")
    )


def sheets(screen: Screen) -> range:
    """Which figures of the row are the three sheets of numbers."""
    return range(1, screen.page.locator(".close-row > figure").count() + 1)


def test_dilation_and_groups_are_drawn_as_they_are(open_page: OpenPage):
    screen = open_page("?model=menagerie&layer=wide&view=map&map=4&y=0&x=3")
    screen.wait_for_layer("wide")
    screen.page.wait_for_selector(".row .highlight.apart")
    expect(screen.page.locator(".row")).to_have_count(3)  # the maps of its group, not all six
    expect(screen.page.locator(".row >> nth=0").locator(".apart-cell")).to_have_count(9)
    screen.go_to("depthwise")
    settle(screen)
    expect(screen.page.locator(".row")).to_have_count(1)


@pytest.mark.parametrize(
    ("model", "layer", "others"),
    [
        ("everyday", "conv1_1", 0),
        ("everyday", "conv2_1", 21),
        ("menagerie", "wide", 0),
        ("menagerie", "painted", 4),  # transposed: 6 of 12 channels, of which 2 have a row
    ],
)
def test_a_convolution_is_put_together_in_place(model, layer, others, open_page: OpenPage):
    """What each row brings is what the API says; and what is written adds up, to the last place."""
    screen = open_page(f"?model={model}&layer={layer}&view=map&map=4&y=1&x=3")
    screen.wait_for_layer(layer)
    page = screen.page
    for down, right in ((0, 0), (1, 2), (2, 0), (0, 3)):
        page.locator(".after .large").focus()
        for key in ["ArrowDown"] * down + ["ArrowRight"] * right:
            page.keyboard.press(key)
        settle(screen)
        page.wait_for_function(
            "() => document.querySelector('.sum-total')?.value === document.querySelector('.reading output').dataset.value"
        )
        written = [Decimal(plain(text)) for text in page.locator(".addend").all_inner_texts()]
        total = Decimal(plain(page.inner_text(".sum-total").removeprefix("= ")))
        assert sum(written) == total == Decimal(plain(page.inner_text(".reading output")))
        assert page.inner_text(".close-sum") == page.inner_text(".row.shown .row-sum")
        why = explanation(screen, {"name": layer, "shape": [1, 1, 1]})
        names = page.locator(".conv-sum .row-name > :last-child").all_inner_texts()
        brought = [
            sum(t["product"] for t in why["terms"] if map_of(t, screen) == name) for name in names
        ]
        exact = page.locator(".row-sum").evaluate_all("all => all.map((e) => Number(e.value))")
        assert exact[: len(names)] == pytest.approx(brought, rel=1e-9)
        assert len(exact) == len(names) + (others > 0)
        assert why["bias"] == pytest.approx(number(written_bias(screen)), abs=1e-4)
    assert len({t["channel"] for t in why["terms"]}) == len(names) + others
    expect(page.locator(".rest")).to_have_count(int(others > 0))
    cut = "all => all.filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight).map((e) => e.textContent)"
    assert page.locator(".sheet-cells li, .conv-sum .row-name > *, .addend").evaluate_all(cut) == []


def plain(text: str) -> str:
    """A number as Python writes it."""
    return text.replace("\N{MINUS SIGN}", "-").replace(",", "")


def map_of(term: dict, screen: Screen) -> str:
    colours = ("red", "green", "blue") if term["input"] == "input" else ()
    return colours[term["channel"]] if colours else f"map {term['channel']}"


def written_bias(screen: Screen) -> str:
    return screen.page.inner_text(".bias .addend")


def test_pointing_at_a_channel_shows_its_window(conv: Screen):
    page = conv.page
    settle(conv)
    row = page.locator(".conv-sum .row:nth-of-type(2)")
    row.hover()
    expect(row).to_have_class(re.compile("shown"))
    expect(page.locator(".lines path.lit")).to_have_count(2)  # its own, and the one to the map
    name = " ".join(row.locator(".row-name > *").all_inner_texts())
    expect(page.locator(".close-row > figure figcaption >> nth=0")).to_have_text(name)
    assert page.inner_text(".close-sum") == row.locator(".row-sum").inner_text()
    expect(page.locator(".window-detail")).to_have_count(0)  # the same numbers do not stand twice
    page.locator(".conv-sum .others").hover()
    expect(page.locator(".conv-sum .lit")).to_have_class(re.compile("others"))


RECORDING = """() => {
  window.travels = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (frames, options) {
    const motion = animate.call(this, frames, options);
    if (this.matches(".traveller")) {
      motion.pause();
      const box = () => Object.values(this.getBoundingClientRect().toJSON()).slice(0, 4);
      motion.currentTime = 0;
      const start = box();
      motion.currentTime = options.duration - 0.001;
      travels.push([start, box(), options.duration]);
      motion.play();
    }
    return motion;
  };
}"""


def test_a_map_grows_out_of_its_tile_and_returns_to_it(open_page: OpenPage):
    screen = open_page("?layer=conv2_1")
    screen.wait_for_layer("conv2_1")
    page = screen.page
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate(RECORDING)
    tile = page.locator('.tile[data-channel="7"] .heatmap')
    small = list(tile.bounding_box().values())
    tile.click()
    page.wait_for_selector(".map-detail")
    large = list(page.locator(".after .large").bounding_box().values())
    page.click("text=all maps")
    page.wait_for_selector(".grid")
    opened, closed = page.evaluate("travels")
    assert opened[:2] == [pytest.approx(small, abs=1), pytest.approx(large, abs=1)]
    assert closed[:2] == [pytest.approx(large, abs=1), pytest.approx(small, abs=1)]
    assert 150 <= opened[2] <= 300
    expect(page.locator(".traveller")).to_have_count(0)
    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press("Enter")
    page.wait_for_selector(".map-detail")
    assert len(page.evaluate("travels")) == 2


@pytest.mark.parametrize(
    ("address", "cells"),
    [("layer=pool1&map=9&y=22&x=9", 4), ("layer=relu1_1&map=9&y=22&x=9", 0)],
)
def test_the_formula_stands_between_the_maps(address, cells, open_page: OpenPage):
    screen = open_page(f"?{address}&view=map")
    screen.wait_for_reading()
    page = screen.page
    settle(screen)
    before, card, after = (
        page.locator(at).bounding_box() for at in (".row-map", ".formula-card", ".after .large")
    )
    assert before["y"] == after["y"]
    assert before["height"] == pytest.approx(after["height"], abs=1)
    assert before["x"] + before["width"] <= card["x"]
    assert card["x"] + card["width"] <= after["x"]
    outside = """([card]) => [...card.querySelectorAll("*")].filter((part) => {
      const [a, b] = [part.getBoundingClientRect(), card.getBoundingClientRect()];
      return a.left < b.left - 0.5 || a.right > b.right + 0.5;
    }).map((part) => part.className)"""
    assert page.locator(".formula-card").evaluate_all(outside) == []
    shown = page.locator(".formula-card data").evaluate_all("all => all.map((e) => +e.value)")
    assert shown[-1] == screen.reading
    assert max(0, *shown[:-1]) == pytest.approx(screen.reading)
    expect(page.locator(".card-block li")).to_have_count(cells)
    expect(page.locator(".formula-card .plot circle")).to_have_count(int(cells == 0))
    expect(page.locator("#inspector :is(.plot, .block)")).to_have_count(0)  # not twice


def test_all_kernels_of_a_layer(open_page: OpenPage):
    screen = open_page("?layer=conv1_1&view=kernels&map=5&y=1&x=1")
    screen.wait_for_layer("conv1_1")
    page = screen.page
    page.wait_for_selector(".kernel-slices figure canvas")
    expect(page.locator(".kernel-list .kernel-tile[data-channel]")).to_have_count(24)
    expect(page.locator(".kernel-slices figure")).to_have_count(4)  # in colour, and three slices
    weights = screen.get("models/everyday/layers/conv1_1/weights?filters=5")["parameters"]["weight"]
    largest = max(weights[0], key=lambda plane: sum(w * w for row in plane for w in row))
    title = page.get_attribute(".kernel-slices figure:nth-of-type(2)", "title") or ""
    shown = [number(text) for text in title.split()]
    assert shown == pytest.approx([w for row in largest for w in row], rel=1e-2, abs=1e-3)
    page.click('.kernel-tile[data-channel="7"]')
    page.hover('.kernel-tile[data-channel="2"]')  # on the way to the slices of the one that is held
    page.click(".kernel-head >> text=Open map 7")
    page.wait_for_selector(".map-detail")
    where(screen, page.inner_text(".reading .muted"))
    expect(page.locator(".reading .muted")).to_have_text(re.compile(r"^map 7"))
    screen.wait_for_address("view=map")


def test_the_jury_by_place_and_for_any_class(open_page: OpenPage):
    screen = open_page("?layer=fc1&unit=6")
    screen.wait_for_layer("fc1")
    page = screen.page
    page.select_option(".unit-choice select", label="boat")
    screen.page.wait_for_function(
        "() => document.querySelector('.reading .muted').textContent === 'boat'"
    )
    settle(screen)
    by_map = sum(screen.numbers(".ledger .term"))
    page.click(".grouping button:last-child")
    by_place = sum(screen.numbers(".ledger .term"))
    assert by_map == pytest.approx(screen.reading, abs=2e-3)
    assert by_place == pytest.approx(screen.reading, abs=2e-3)
    page.locator(".ledger button").first.click()
    screen.wait_for_layer("pool5")


def test_a_temperature_is_a_what_if(open_page: OpenPage):
    screen = open_page("?layer=softmax&unit=6")
    screen.wait_for_layer("softmax")
    page = screen.page
    value, guess = screen.reading, screen.first_guess
    scores = [number(text) for text in page.locator("tbody td:nth-child(2)").all_inner_texts()]
    page.locator(".what-if input").fill("100")
    shares = page.locator(".at-temperature").evaluate_all(
        "all => all.map((e) => Number(e.dataset.share))"
    )
    powers = [math.exp(score / 10) for score in scores]
    assert shares == pytest.approx([p / sum(powers) for p in powers], abs=1e-3)
    assert (screen.reading, screen.first_guess) == (value, guess)
    page.click(".what-if button")
    expect(page.locator(".at-temperature:not(:empty)")).to_have_count(0)


def test_what_is_switched_off_is_counted(open_page: OpenPage):
    screen = open_page("?layer=relu2_1&map=3&y=4&x=4")
    screen.wait_for_layer("relu2_1")
    page = screen.page
    data = screen.get(f"analyses/{screen.analysis_id}/layers/relu2_1")["data"]
    off = [sum(v == 0 for row in plane for v in row) for plane in data]
    page.wait_for_selector(".off")
    shown = page.locator(".off [data-off]").evaluate_all("all => all.map((e) => +e.dataset.off)")
    assert shown == [off[3], sum(off)]


def test_a_list_and_its_maps_lead_to_each_other(open_page: OpenPage):
    screen = open_page("?layer=flatten&unit=213")
    screen.wait_for_layer("flatten")
    page = screen.page
    expect(page.locator(".counted")).to_have_text("(53 × 2 + 0) × 2 + 1 = 213")
    page.locator(".counting .heatmap").scroll_into_view_if_needed()
    box = page.locator(".counting .heatmap").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    page.wait_for_function("() => document.querySelector('.counted').textContent.endsWith('= 214')")
    screen.wait_for_address("unit=214")


def test_the_window_in_colour_waits_for_what_the_network_saw(tabs: Tabs, site: str):
    """The picture of the input comes after the analysis, and may come after the explanation."""
    page = tabs.take()
    held: list[Route] = []
    page.route(re.compile(r"/analyses/[^/]+/input"), lambda route: held.append(route))
    page.goto(f"{site}/?layer=conv1_1&map=3&y=10&x=12&view=map")
    page.wait_for_selector(".explain:not(.stale) .formula")
    page.wait_for_selector(".close-row .sheet-cells")
    expect(page.locator(".in-colour")).to_be_hidden()
    for route in held:
        route.continue_()
    expect(page.locator(".in-colour")).to_be_visible()
    page.unroute_all()
    tabs.give_back(page, site)
