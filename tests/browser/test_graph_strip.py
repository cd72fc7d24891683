"""The strip draws any network: where its columns and lines are, which blocks fold, and how one
moves over it.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

import engine
from app.models.registry import Registry
from app.settings import Settings
from tests.app.conftest import RunningServer

from .conftest import OpenPage
from .graphs import dense, inception, inverted, many, residual
from .menagerie import build_menagerie
from .pictures import keep_picture
from .screen import API, Screen
from .tabs import EMPTY
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

# Blocks that each network has, and whether they are folded before anybody asks.
NETWORKS = {
    "everyday": (0, False),
    "menagerie": (0, False),
    "residual": (16, True),
    "inception": (4, False),
    "dense": (10, True),
    "inverted": (17, True),
    "many": (29, True),
}

# Every column and line of a network as it is drawn, folded and unfolded, usual, whole and near.
DRAW = """async (model) => {
  const { findBlocks } = await import("/static/js/network/blocks.js");
  const { itemsOf } = await import("/static/js/network/fold.js");
  const { drawStrip } = await import("/static/js/network/geometry.js");
  const WIDTH = 64;
  const blocks = findBlocks(model.layers);
  const typical = new Map(model.layers.map(({ name, shape }) => [name, [0, 1, 2, 3].filter((c) => c < shape[0])]));
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  // Points of a path, none further than 3 px from the next: Chromium's own getPointAtLength builds the path for each.
  const pointsOf = (path) => {
    const points = [];
    let from = [0, 0];
    for (const [, command, text] of path.matchAll(/([A-Z])([^A-Z]*)/g)) {
      const n = (text.match(/-?[\\d.]+(?:e-?\\d+)?/g) ?? []).map(Number);
      const [x, y] = from;
      const corners = { M: [n], L: [from, n], H: [from, [n[0], y]], V: [from, [x, n[0]]], Q: [from, n.slice(0, 2), n.slice(2)],
        C: [from, n.slice(0, 2), n.slice(2, 4), n.slice(4)] }[command];
      const length = corners.slice(1).reduce((sum, c, i) => sum + Math.hypot(c[0] - corners[i][0], c[1] - corners[i][1]), 0);
      const steps = Math.max(1, Math.ceil(length / 2));
      for (let i = 0; i <= steps; i++) points.push(between(corners, i / steps));
      from = corners.at(-1);
    }
    return points;
  };
  const between = (corners, t) => corners.length === 1 ? corners[0]
    : between(corners.slice(1).map((c, i) => [corners[i][0] + t * (c[0] - corners[i][0]), corners[i][1] + t * (c[1] - corners[i][1])]), t);
  // A point is held against the cells about its x alone: all points against all cells would be a thousand million pairs.
  const cellsByX = (columns) => {
    const found = new Map();
    for (const { layer, cells } of columns) {
      for (const cell of cells) {
        for (let k = Math.floor(cell.x / WIDTH); k <= Math.floor((cell.x + cell.width) / WIDTH); k++) {
          found.set(k, [...(found.get(k) ?? []), { layer, ...cell }]);
        }
      }
    }
    return found;
  };
  const crossings = ({ columns, routes }) => {
    const near = cellsByX(columns);
    return routes.flatMap(({ to, path }) => {
      const points = pointsOf(path);
      line.setAttribute("d", path);
      const end = line.getPointAtLength(line.getTotalLength());
      const [x, y] = points.at(-1);
      if (Math.hypot(end.x - x, end.y - y) > 0.1) throw new Error(`${path} ends elsewhere`);
      const hits = new Set();
      for (const [x, y] of points) {
        for (const c of near.get(Math.floor(x / WIDTH)) ?? []) {
          const inside = x > c.x + 1 && x < c.x + c.width - 1 && y > c.y + 1 && y < c.y + c.height - 1;
          if (inside) hits.add(`${c.layer.name} by a line to ${to}`);
        }
      }
      return [...hits];
    });
  };
  const overlaps = ({ columns }) => columns.flatMap((a, i) => columns.slice(i + 1).filter((b) => a.at === b.at
    && a.top < b.top + b.height - 0.5 && b.top < a.top + a.height - 0.5).map((b) => [a.layer.name, b.layer.name]));
  const seen = [];
  for (const isOpen of [true, false]) {
    for (const zoom of [null, "whole", 2]) {
      const items = itemsOf(model.layers, blocks, () => isOpen);
      const drawing = drawStrip(items, typical, { room: 1150, zoom });
      const trunk = drawing.columns.filter(({ lane }) => lane === 0);
      seen.push({
        held: items.flatMap(({ layers }) => layers.map(({ name }) => name)),
        backwards: drawing.columns.filter(({ item, at }) => item.inputs.some((i) => drawing.columns[i].at >= at)).length,
        centres: [...new Set(trunk.map(({ centre }) => centre))].length,
        trunk: trunk.map(({ at }) => at),
        routes: drawing.routes.length,
        reads: items.reduce((sum, { inputs }) => sum + inputs.length, 0),
        crossings: crossings(drawing),
        overlaps: overlaps(drawing),
        again: JSON.stringify(drawStrip(items, typical, { room: 1150, zoom })) === JSON.stringify(drawing),
        width: drawing.width,
        far: drawing.far,
        zoom,
      });
    }
  }
  return { seen, blocks: blocks.map(({ start, end, name }) => ({ start, end, name })) };
}"""
BLOCKS = """async ({ layers }) => {
  const { findBlocks } = await import("/static/js/network/blocks.js");
  return findBlocks(layers).map(({ start, end, name }) => ({ start, end, name }));
}"""

TENSOR = "/layers/"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    networks = {
        "everyday": lambda: engine.load("everyday"),
        "menagerie": build_menagerie,
        "residual": residual,
        "inception": inception,
        "dense": dense,
        "inverted": inverted,
        "many": many,
    }
    settings = Settings(port=0, workers=2, log_level="error")
    with RunningServer(settings, Registry(networks, "everyday")) as server:
        yield server.url


def open_network(open_page: OpenPage, model: str, layer: str, **context) -> Screen:
    screen = open_page(f"?model={model}&photo=car&layer={layer}", **context)
    screen.wait_for_layer(layer)
    return screen


def columns(screen: Screen) -> list[str]:
    return screen.page.locator(".column").evaluate_all("all => all.map((c) => c.dataset.layer)")


def current_is_in_sight(screen: Screen) -> bool:
    return screen.page.evaluate(
        """() => {
          const room = document.querySelector(".strip-view").getBoundingClientRect();
          const { left, right } = document.querySelector(".column[aria-current]").getBoundingClientRect();
          return left >= room.left - 1 && right <= room.right + 1;
        }"""
    )


def test_any_network_is_laid_out(modules: Page, site: str):
    """Columns never overlap, lines never cross a map, the trunk is straight, everything is drawn
    once, and always the same.
    """
    for model, (count, _) in NETWORKS.items():
        description = description_of(site, model)
        layers = [layer["name"] for layer in description["layers"]]
        drawn = modules.evaluate(DRAW, description)
        assert len(drawn["blocks"]) == count, model
        for seen in drawn["seen"]:
            assert seen["held"] == layers, model
            assert seen["backwards"] == 0
            assert seen["centres"] == 1
            assert seen["trunk"] == sorted(set(seen["trunk"]))
            assert seen["routes"] == seen["reads"]
            assert seen["overlaps"] == [], model
            assert seen["crossings"] == [], model
            assert seen["again"]
            if seen["zoom"] == "whole":
                assert seen["width"] <= 1150
        folded = {seen["routes"] for seen in drawn["seen"]}
        assert len(folded) == (2 if count else 1)


def description_of(site: str, model: str) -> dict:
    return API.get(f"{site}/api/v1/models/{model}").json()


def test_blocks_are_what_a_person_recognises(modules: Page, site: str):
    blocks = modules.evaluate(BLOCKS, description_of(site, "residual"))
    names = [f"layer{s + 1}.{i}" for s, n in enumerate((3, 4, 6, 3)) for i in range(n)]
    assert [block["name"] for block in blocks] == names
    assert {block["end"] - block["start"] for block in blocks} == {10, 12}  # with a way of its own
    blocks = modules.evaluate(BLOCKS, description_of(site, "inception"))
    assert [block["name"] for block in blocks] == [f"module{i}" for i in range(1, 5)]
    blocks = modules.evaluate(BLOCKS, description_of(site, "inverted"))
    assert {block["end"] - block["start"] for block in blocks} == {8, 9}  # with the sum or without
    assert {block["name"] for block in blocks} == {""}  # the file has only numbers


def test_blocks_fold_and_open_where_one_goes(open_page: OpenPage, artifacts):
    folder = artifacts / "graph"
    folder.mkdir(exist_ok=True)
    screen = open_network(open_page, "residual", "layer2.0.conv2")
    page = screen.page
    all_layers = [layer["name"] for layer in screen.get("models/residual")["layers"]]
    inside = [name for name in all_layers if name.startswith("layer2.0.")]
    assert set(inside) < set(columns(screen))
    expect(page.locator(".column.folded")).to_have_count(15)
    expect(page.locator(".strip-foot")).to_contain_text("× 16")
    assert current_is_in_sight(screen)
    keep_picture(page.locator("#strip"), folder / "residual-light.png")

    # On over the border: the block before closes, the next one opens, the focus and the eye go
    # along.
    page.focus(".column[aria-current]")
    while screen.layer != "layer2.1.conv1":
        before = screen.layer
        page.keyboard.press("ArrowRight")
        screen.wait_for_layer(all_layers[all_layers.index(before) + 1])
        expect(page.locator(".column[aria-current]")).to_have_attribute("data-layer", screen.layer)
        assert page.evaluate("document.activeElement.matches('.column[aria-current]')")
        assert current_is_in_sight(screen)
    assert "layer2.0.conv1" not in columns(screen)

    # One by one, and all at once.
    page.click('.bracket[data-block="layer2.2.conv1"]')
    assert "layer2.2.conv2" in columns(screen)
    page.click('.bracket[data-block="layer2.2.conv1"]')
    assert "layer2.2.conv2" not in columns(screen)
    page.click('.bracket[data-block="layer2.1.conv1"]')  # even the one that the reader is in
    assert "layer2.1.conv1" not in columns(screen)
    expect(page.locator(".column.folded[aria-current]")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    screen.wait_for_layer("layer2.1.bn1")
    assert "layer2.1.bn1" in columns(screen)
    page.keyboard.press("b")
    assert columns(screen) == all_layers
    page.keyboard.press("b")
    expect(page.locator(".column.folded")).to_have_count(15)

    # A folded block goes where its answer is.
    page.click('.column.folded[data-layer="layer4.2.relu"]')
    screen.wait_for_layer("layer4.2.relu")
    assert "layer4.2.conv1" in columns(screen)


IN_SIGHT_ARE_DRAWN = """() => {
  const room = document.querySelector(".strip-view").getBoundingClientRect();
  const inSight = [...document.querySelectorAll(".column")].filter((column) => {
    const { left, right } = column.getBoundingClientRect();
    return right > room.left && left < room.right;
  });
  return inSight.length > 10 && inSight.every((column) => column.querySelector(".thumb:not(.empty)"));
}"""


def test_only_what_is_in_sight_is_asked_for(open_page: OpenPage, artifacts):
    screen = open_page(EMPTY)
    requests = screen.record_requests()
    screen.open("?model=many&photo=car&layer=bn1")
    screen.wait_for_layer("bn1")
    page = screen.page
    page.keyboard.press("b")
    page.wait_for_function("() => document.querySelectorAll('.column').length > 300")
    page.wait_for_function(IN_SIGHT_ARE_DRAWN)
    asked = {url.split(TENSOR)[1].split("?")[0] for url in requests if TENSOR in url}
    assert (
        len(asked) < 100
    )  # thirty in sight, some beside them, and the blocks that were shown before
    assert page.locator(".strip-sheet").count() <= 4
    page.hover(".column[aria-current]")
    for _ in range(12):
        page.mouse.wheel(0, 400)
    page.wait_for_function("() => document.querySelector('.strip-view').scrollLeft > 3000")
    page.wait_for_function(IN_SIGHT_ARE_DRAWN)
    keep_picture(page.locator("#strip"), artifacts / "graph" / "many-light.png")


def test_near_and_far(open_page: OpenPage, artifacts):
    folder = artifacts / "graph"
    folder.mkdir(exist_ok=True)
    screen = open_network(open_page, "residual", "layer3.2.conv2", color_scheme="dark")
    page = screen.page
    layer = screen.layer
    page.keyboard.press("b")

    def zoom() -> float:
        return float(page.get_attribute("#strip", "data-zoom") or 0)

    assert zoom() == 1
    page.keyboard.press("0")
    page.wait_for_selector(".strip-inner.far")
    fits = "() => { const v = document.querySelector('.strip-view'); return v.scrollWidth <= v.clientWidth; }"
    assert page.evaluate(fits)
    expect(page.locator(".far-bar")).to_have_count(page.locator(".column").count())
    check_with_axe(screen)
    keep_picture(page.locator("#strip"), folder / "residual-whole-dark.png")
    page.keyboard.press("0")
    page.wait_for_selector(".strip-inner:not(.far)")
    page.click('.strip-foot [aria-keyshortcuts="+"]')
    assert zoom() == 1.5
    page.keyboard.press("-")
    assert zoom() == 1

    # What is under the pointer stays under it.
    page.hover(".column[aria-current] .column-name")
    where = "() => document.querySelector('.column[aria-current]').getBoundingClientRect().left"
    before = page.evaluate(where)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -150)
    page.keyboard.up("Control")
    page.wait_for_function("() => document.querySelector('#strip').dataset.zoom > 1.5")
    assert page.evaluate(where) == pytest.approx(before, abs=30)  # its middle: the column is wider

    # A hand that drags moves the strip and goes nowhere; with Shift, the arrow keys do the same.
    scrolled = "() => document.querySelector('.strip-view').scrollLeft"
    start = page.evaluate(scrolled)
    box = page.locator(".strip-view").bounding_box()
    assert box
    page.mouse.move(box["x"] + 700, box["y"] + 120)
    page.mouse.down()
    page.mouse.move(box["x"] + 500, box["y"] + 120, steps=4)
    page.mouse.up()
    assert page.evaluate(scrolled) == pytest.approx(start + 200, abs=2)
    page.focus(".column[aria-current]")
    start = page.evaluate(scrolled)
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function(f"start => ({scrolled})() > start + 100", arg=start)
    assert screen.layer == layer


def test_a_layer_is_found_by_name_or_kind(open_page: OpenPage, artifacts):
    folder = artifacts / "graph"
    folder.mkdir(exist_ok=True)
    screen = open_network(open_page, "residual", "layer2.0.conv2")
    page = screen.page
    page.keyboard.press("/")
    page.wait_for_selector("#layers-dialog[open]")
    rows = page.locator(".layers-row:visible")
    expect(rows).to_have_count(len(screen.get("models/residual")["layers"]))
    page.keyboard.type("layer3 conv2")
    names = [f"layer3.{i}.conv2" for i in range(6)]
    expect(rows.locator(".layers-name")).to_have_text(names)
    expect(page.locator(".column.hit")).to_have_count(6)  # folded blocks that hold one
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator('.layers-row[aria-selected="true"] .layers-name').first).to_have_text(
        names[2]
    )
    expect(page.locator(".column.chosen")).to_have_attribute("data-layer", "layer3.2.relu")
    check_with_axe(screen)
    keep_picture(page, folder / "search-light.png")
    page.keyboard.press("Enter")
    screen.wait_for_layer(names[2])
    expect(page.locator(".column.hit")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("max pool")  # what people call it
    expect(rows).to_have_count(0)
    page.fill("#layers-query", "softmax")
    expect(rows).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#layers-dialog[open]")).to_have_count(0)
    assert screen.layer == names[2]


@pytest.mark.parametrize(
    ("model", "layer"), [("inception", "module2/b"), ("dense", "block2.3.bn1")]
)
def test_branches_are_side_by_side(open_page: OpenPage, artifacts, model: str, layer: str):
    folder = artifacts / "graph"
    folder.mkdir(exist_ok=True)
    screen = open_network(open_page, model, layer)
    page = screen.page
    screen.wait_for_rest()
    check_with_axe(screen)
    keep_picture(page, folder / f"{model}-light.png")
    if model == "inception":
        tops = page.evaluate(
            "names => names.map((n) => document.querySelector(`.column[data-layer='${n}']`).getBoundingClientRect().top)",
            [f"module2/{way}" for way in ("a", "b_reduce", "c_reduce", "pool")],
        )
        assert len(set(tops)) == 4


def test_on_a_phone(open_page: OpenPage, artifacts):
    folder = artifacts / "graph"
    folder.mkdir(exist_ok=True)
    screen = open_network(open_page, "residual", "layer2.0.conv2", color_scheme="dark", **PHONE)
    page = screen.page
    page.locator("#strip").scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    check_with_axe(screen)
    keep_picture(page, folder / "residual-390-dark.png")
    page.tap("#position")
    page.wait_for_selector("#layers-dialog[open]")
    page.fill("#layers-query", "downsample")
    page.tap(".layers-row:visible >> nth=1")
    screen.wait_for_layer("layer1.0.downsample.1")
