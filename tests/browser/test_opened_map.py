"""An opened layer: how large its map is, where its windows lie, how long its animation takes, and
the formula of a vector's value.
"""

from decimal import Decimal

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.ops import Box, ConvTranspose2d, LogSoftmax

from .conftest import OpenPage
from .screen import Screen
from .test_microscope import explanation, plain, settle

pytestmark = pytest.mark.browser

# How long the pauses of a whole map are together that the animation asks the browser for, in
# seconds; and how many values it passes.
WHOLE_MAP = """async ([height, width]) => {
  const { WindowAnimation } = await import("/static/js/state/window-animation.js");
  const { Store } = await import("/static/js/lib/store.js");
  const layer = { shape: [1, height, width], attributes: { kernel: [3, 3] } };
  const store = new Store({ open: true, tile: 0, cursor: [0, 0, 0], held: null, animation: null });
  const { setTimeout } = window;
  const due = [];
  window.setTimeout = (step, pause) => due.push([step, pause]);
  const reached = [];
  let milliseconds = 0;
  new WindowAnimation(store, { layer }).toggle();
  while (due.length) {
    const [step, pause] = due.shift();
    reached.push(store.state.animation.reached);
    milliseconds += pause;
    step();
  }
  window.setTimeout = setTimeout;
  return [milliseconds / 1000, reached[0], reached.at(-1), store.state.animation];
}"""


@pytest.mark.parametrize("size", [(6, 5), (14, 14), (32, 32), (64, 64), (31, 97), (224, 224)])
def test_a_whole_map_takes_about_twenty_seconds(modules: Page, size):
    seconds, first, last, after = modules.evaluate(WHOLE_MAP, size)
    assert 18 < seconds < 22.5
    assert (first, last, after) == (0, size[0] * size[1] - 1, None)


def test_an_opened_map_is_as_large_as_the_stage_allows(open_page: OpenPage):
    """In German, whose words are longer; and nothing of what stands beside it is cut."""
    address = "?layer=conv2_1&map=3&y=9&x=14&view=map"
    screen = open_page(address, locale="de-DE", viewport={"width": 1280, "height": 800})
    page = screen.page
    screen.wait_for_layer("conv2_1")
    page.wait_for_selector(".sheet-cells li")
    for width, height, least in ((1280, 800, 240), (1440, 900, 320), (2560, 1440, 640)):
        page.set_viewport_size({"width": width, "height": height})
        screen.wait_for_rest()
        large, stage = (page.locator(at).bounding_box() for at in (".after .large", "#stage-body"))
        assert large
        assert stage
        assert large["width"] >= least, width
        assert large["x"] + large["width"] <= stage["x"] + stage["width"]
        assert page.evaluate(
            "(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight)(document.querySelector('#stage-body'))"
        ), width
        parts = ".readout, .map-detail > .player, .after figcaption, .result, .scales-below"
        boxes = [part.bounding_box() for part in page.locator(parts).all()]
        for i, a in enumerate(boxes):
            assert not any(a and b and overlap(a, b) for b in boxes[:i]), (width, i)


def overlap(a, b) -> bool:
    across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    return across > 1 and down > 1


WINDOWS = """async ([attributes, size]) => {
  const { slidingOf, windowAt } = await import("/static/js/model/window.js");
  const sliding = slidingOf({ attributes });
  return Array.from({ length: size }, (_, y) => {
    const { top, bottom } = windowAt(sliding, y, 0);
    return [top, bottom];
  });
}"""


@pytest.mark.parametrize(
    ("stride", "kernel", "padding"), [(1, 3, 0), (2, 3, 1), (2, 4, 1), (3, 2, 0), (4, 8, 2)]
)
def test_what_a_transposed_convolution_reads_is_marked(modules: Page, stride, kernel, padding):
    weight = np.ones((1, 1, kernel, 1), np.float32)
    op = ConvTranspose2d(weight, None, (stride, 1), (padding, 0, padding, 0))
    shape = (1, 1, 5, 1)
    rows = op.infer_shape(shape)[2]
    attributes = dict(op.attributes) | {"kernel": [kernel, 1]}
    for y, (top, bottom) in enumerate(modules.evaluate(WINDOWS, [attributes, rows])):
        (seen,) = op.input_region(Box.at((0, 0, y, 0)), shape)
        marked = range(max(0, top), min(shape[2], bottom))
        assert list(marked) == (list(range(seen.start[2], seen.stop[2])) if seen else []), y


def written(screen: Screen, selector: str) -> list[Decimal]:
    return [
        Decimal(plain(text)) for text in screen.page.locator(selector).all_inner_texts() if text
    ]


def card_of(screen: Screen, unit: int, value: float) -> None:
    """Point at a value, and wait for its card."""
    screen.page.hover(f'.bar-row[data-unit="{unit}"]')
    settle(screen)
    screen.page.wait_for_function(
        "value => Math.abs(document.querySelector('.card-cell.result data').value - value) < 1e-6",
        arg=value,
    )


def test_a_fully_connected_layer_is_put_together_beside_its_values(open_page: OpenPage):
    """The largest products, the others and the bias are the logit, to the last place written."""
    screen = open_page("?layer=fc1&unit=6", viewport={"width": 1280, "height": 800})
    screen.wait_for_layer("fc1")
    page = screen.page
    for unit in (6, 3, 19):
        page.hover(f'.bar-row[data-unit="{unit}"]')
        settle(screen)
        why = explanation(screen, {"name": "fc1", "shape": [20]})
        card_of(screen, unit, why["value"])
        addends = written(screen, ".card-sum .card-summand")
        (total,) = written(screen, ".card-cell.result")
        assert sum(addends) == total == Decimal(plain(page.inner_text(".reading output")))
        largest = sorted((t["product"] for t in why["terms"]), key=abs, reverse=True)
        exact = page.locator(".card-summand").evaluate_all("all => all.map((e) => +e.value)")
        rows = len(exact) - 2
        assert rows >= 3
        assert exact[:rows] == pytest.approx(largest[:rows], rel=1e-9)
        assert exact[rows] == pytest.approx(sum(largest[rows:]), rel=1e-6)
        assert exact[-1] == pytest.approx(why["bias"])
        values = page.locator(".card-sum li:first-child .card-cell data").evaluate_all(
            "all => all.map((e) => +e.value)"
        )
        assert values[0] * values[1] == pytest.approx(exact[0])
    expect(page.locator(".vector-sum .lines path")).to_have_count(rows)
    column, card, bars = (
        page.locator(at).bounding_box() for at in (".vector-column", ".formula-card", ".bars")
    )
    assert column
    assert card
    assert bars
    assert column["x"] + column["width"] < card["x"]
    assert card["x"] + card["width"] < bars["x"]
    page.click(".vector-column")
    screen.wait_for_layer("flatten")


@pytest.mark.parametrize("unit", [6, 2])
def test_a_softmax_is_put_together_beside_its_values(open_page: OpenPage, unit: int):
    screen = open_page(f"?layer=softmax&unit={unit}")
    screen.wait_for_layer("softmax")
    settle(screen)
    card_of(screen, unit, screen.reading)
    mine, others, total = written(screen, ".card-sum .card-summand")
    assert mine + others == total
    why = explanation(screen, {"name": "softmax", "shape": [20]})
    own = why["terms"][unit]
    logit, highest = screen.page.locator(".card-line data").evaluate_all(
        "all => all.slice(0, 2).map((e) => +e.value)"
    )
    assert logit == own["value"]
    assert np.exp(logit - highest) == pytest.approx(own["weight"], rel=1e-6)
    assert float(mine) == pytest.approx(own["weight"], abs=1e-4)
    (result,) = written(screen, ".card-cell.result")
    assert float(mine / total) == pytest.approx(float(result), abs=1e-4)
    assert float(result) == pytest.approx(screen.reading, abs=5e-5)
    expect(screen.page.locator(".vector-sum .lines path")).to_have_count(1)


def test_what_is_no_part_of_the_value_steps_back_on_the_strip(open_page: OpenPage):
    screen = open_page("?layer=conv2_1&map=3&y=9&x=14&view=map")
    screen.wait_for_layer("conv2_1")
    page = screen.page
    veiled = """([layer, is]) => [...document.querySelectorAll(`.column[data-layer="${layer}"] .thumb`)]
      .every((e) => (getComputedStyle(e).backgroundColor !== "rgba(0, 0, 0, 0)") === is)"""

    def wait_for(is_veiled: bool, *layers: str) -> None:
        for layer in layers:
            page.wait_for_function(veiled, arg=[layer, is_veiled])

    page.mouse.move(700, 700)
    wait_for(True, "conv3_1", "relu1_1")
    wait_for(False, "pool1", "conv2_1", "input")
    page.hover('.column[data-layer="conv4_1"]')
    wait_for(False, "conv3_1")  # to go on from here, all of them are seen
    page.mouse.move(700, 700)
    wait_for(True, "conv3_1")
    page.keyboard.press("Escape")
    page.wait_for_selector(".grid")
    wait_for(False, "conv3_1")


LOG_SOFTMAX = """async (explanation) => {
  const { softmaxCard } = await import("/static/js/views/explain/sum-card.js");
  const { shareSums } = await import("/static/js/views/explain/softmax.js");
  const app = { store: { state: { model: null, analysis: null, theme: "light" } } };
  const all = document.createElement("div");
  all.append(...softmaxCard(app, explanation));
  const words = document.createElement("div");
  words.append(...shareSums(app, explanation));
  return [all, words].map((e) => [e.textContent, e.querySelector(".result data, .formula data").value]);
}"""


def test_the_logarithm_of_a_softmax_is_one(modules: Page):
    logits = np.array([1.0, 3.0, -0.5, 2.0])
    y, _ = LogSoftmax().forward(logits[None])
    why = LogSoftmax().explain((logits[None],), y, (0, 3))
    values = zip(why.values, why.weights, strict=True)
    terms = [
        {"input": "z", "unit": i, "value": x, "weight": w, "product": 0}
        for i, (x, w) in enumerate(values)
    ]
    asked = {"layer": "p", "op": "log_softmax", "rule": why.rule, "index": {"unit": 3}}
    asked |= {"value": why.result, "bias": 0, "terms": terms, "details": dict(why.details)}
    (card, on_card), (words, in_words) = modules.evaluate(LOG_SOFTMAX, asked)
    assert float(on_card) == pytest.approx(y[0, 3])
    assert float(in_words) == pytest.approx(y[0, 3])
    power, total = f"{why.weights[3]:.4f}", f"{why.details['denominator']:.4f}"
    assert f"ln({power} ÷ {total})" in card
    assert f"ln({power} ÷ {total})" in words
