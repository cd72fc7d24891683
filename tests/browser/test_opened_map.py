"""An opened layer: how large its map is, where its windows lie, how long its animation takes."""

import numpy as np
import pytest
from playwright.sync_api import Page

from engine.ops import Box, ConvTranspose2d

from .conftest import OpenPage

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
