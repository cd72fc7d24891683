"""Times what a hand feels: how soon after a movement the page shows the answer, in a real Chromium
against a real server.

    python -m benchmarks.interaction [--rounds 12]

- hover → arithmetic: from the pointer's event to the frame after the number's terms are on the
  screen, at random places of every layer of `everyday`, with all maps side by side and with one map
  open;
- layer switch → painted: from the key's event to the frame after every map in sight is painted;
- filter off → new scores: from the click that switches a filter off (or on again) to the frame
  after the changed network's answer;
- frame times over a layer of 512 maps, and one of 2,048, of a made-up network: while the pointer
  crosses them and while they scroll.

The clock is the browser's own, so the driver's round trips are not in the figures.
"""

from __future__ import annotations

import argparse
import random
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import Page, sync_playwright

import engine
from app.http.application import create_app
from app.http.server import make_server
from app.models.registry import Registry
from app.settings import Settings
from benchmarks.photo_to_screen import FLAGS, chromium_path
from benchmarks.serving import served
from engine.network import Network, Node
from engine.ops import Conv2d, Dense, GlobalAveragePool, Relu, Reshape, Softmax

Layers = list[tuple[str, str]]  # names and kinds

LAPTOP = {"width": 1440, "height": 900}

# Starts the clock at the next event of a kind. `window.felt` resolves with the milliseconds to the
# frame after `done` holds.
CLOCK = """([kind, done]) => {
  const holds = new Function("return " + done);
  window.felt = new Promise((resolve) => {
    addEventListener(kind, (event) => {
      const start = event.timeStamp;
      const look = () => {
        if (!holds()) return requestAnimationFrame(look);
        const channel = new MessageChannel(); // its message comes after the frame is painted
        channel.port1.onmessage = () => resolve(performance.now() - start);
        channel.port2.postMessage(null);
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}"""

EXPLAINED = """(() => {
  const place = document.querySelector(".reading .muted")?.textContent;
  const value = Number(document.querySelector(".reading output")?.dataset.value);
  const result = document.querySelector(".explain:not(.stale) .formula data");
  return place !== window.placeBefore && result && Math.abs(Number(result.value) - value) <= 1e-5 * Math.max(1, Math.abs(value));
})()"""

PAINTED = """(() => {
  if (document.querySelector("#layer-title").textContent !== window.wanted) return false;
  const body = document.querySelector("#stage-body");
  const { top, bottom } = body.getBoundingClientRect();
  const inSight = [...body.querySelectorAll("canvas")].filter((canvas) => {
    const box = canvas.getBoundingClientRect();
    return box.height && box.bottom > top && box.top < bottom;
  });
  return inSight.every((canvas) => canvas.width > 1 || canvas.height > 1) && body.firstElementChild !== window.stageBefore;
})()"""

SCORES = "document.querySelector('#whatif .scores')?.textContent"
ANSWERED = f"{SCORES} !== window.answerBefore"

# Notes the time between frames until `window.frames` is asked for.
WATCH_FRAMES = """() => {
  const times = [];
  let last = performance.now();
  let on = true;
  const tick = (now) => { times.push(now - last); last = now; if (on) requestAnimationFrame(tick); };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(tick); });
  window.frames_ = () => { on = false; return times; };
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12, help="hovers a layer")
    parser.add_argument("--layers", type=int, help="the first so many of the network")
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--serve", type=int, metavar="PORT", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        _serve(arguments.serve)
        return
    with (
        served(("-m", "benchmarks.interaction", "--serve")) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium_path(arguments.chromium), args=FLAGS
        )
        page = browser.new_page(viewport=LAPTOP, reduced_motion="reduce")
        _open(page, f"{url}/?model=everyday&layer=input")
        layers = _layers(page)[: arguments.layers]
        _report_times("hover → arithmetic", _hovers(page, layers, arguments.rounds))
        _report_times("layer switch → painted", _switches(page, layers))
        _report_times("filter off → new scores", _filters(page, layers))
        for layer in ("wide", "wider"):
            _open(page, f"{url}/?model=wide&layer={layer}")
            _report_frames(f"{layer}: pointer crosses the maps", _frames(page, _cross))
            _report_frames(f"{layer}: maps scroll", _frames(page, _scroll))
        browser.close()


def _hovers(page: Page, layers: Layers, rounds: int) -> dict[str, list[float]]:
    """Milliseconds by kind of layer, and of the open maps."""
    chance = random.Random(0)
    times: dict[str, list[float]] = {}
    for name, op in layers:
        _go_to(page, name)
        kinds = [(op, ".tile .heatmap, .bar-row, .sheet")]
        if page.locator(".tile").count():
            kinds.append((f"{op}, open", ".map-detail .large"))
        for kind, selector in kinds:
            if kind.endswith("open"):
                page.click(".tile.current .heatmap")
                while page.locator(".map-detail .large.pinned").count():
                    page.click(".map-detail .large")  # a number that is chosen again is let go
            for _ in range(rounds):
                spent = _hover(page, selector, chance)
                if spent is not None:
                    times.setdefault(kind, []).append(spent)
        for _ in range(2):  # out of the open map, then back to all maps
            page.keyboard.press("Escape")
    return times


def _hover(page: Page, selector: str, chance: random.Random) -> float | None:
    """Move to a random place of a random target in sight; None where that is the number that is
    shown already.
    """
    boxes = page.evaluate(
        """(selector) => {
          const { top, bottom } = document.querySelector("#stage-body").getBoundingClientRect();
          return [...document.querySelectorAll(selector)].map((e) => e.getBoundingClientRect())
            .filter((b) => b.top < bottom - 8 && b.bottom > top + 8)
            .map((b) => [b.x, Math.max(b.y, top), b.width, Math.min(b.bottom, bottom) - Math.max(b.y, top)]);
        }""",
        selector,
    )
    x, y, width, height = chance.choice(boxes)
    page.evaluate("window.placeBefore = document.querySelector('.reading .muted')?.textContent")
    page.evaluate(CLOCK, ["pointermove", EXPLAINED])
    page.mouse.move(x + chance.random() * width, y + chance.random() * height)
    return page.evaluate(
        "Promise.race([window.felt, new Promise((resolve) => setTimeout(resolve, 2000, null))])"
    )


def _switches(page: Page, layers: Layers) -> dict[str, list[float]]:
    """Milliseconds by kind of layer, twice through the network; the first time the numbers may
    still have to come.
    """
    times: dict[str, list[float]] = {}
    for _ in range(2):
        _go_to(page, layers[0][0])
        for name, op in layers[1:]:
            page.evaluate(
                "name => { window.wanted = name; window.stageBefore = "
                "document.querySelector('#stage-body').firstElementChild; }",
                name,
            )
            page.evaluate(CLOCK, ["keydown", PAINTED])
            page.keyboard.press("ArrowRight")
            times.setdefault(op, []).append(page.evaluate("window.felt"))
    return times


def _filters(page: Page, layers: Layers) -> dict[str, list[float]]:
    """Milliseconds by kind of layer: four filters of each convolution and unit layer, off and on
    again.
    """
    times: dict[str, list[float]] = {}
    for name, op in layers:
        if op not in ("conv", "dense"):
            continue
        _go_to(page, name)
        page.keyboard.press("2")
        page.wait_for_selector(".whatif-filter .toggle")
        for _ in range(4):
            for _ in ("off", "on"):
                page.evaluate(f"window.answerBefore = {SCORES}")
                page.evaluate(CLOCK, ["click", ANSWERED])
                page.click(".whatif-filter .toggle")
                times.setdefault(op, []).append(page.evaluate("window.felt"))
                page.wait_for_timeout(300)  # a hand does not do it faster
            page.keyboard.press("ArrowDown")
        page.keyboard.press("1")
    return times


def _frames(page: Page, act: Any) -> list[float]:
    page.evaluate(WATCH_FRAMES)
    act(page)
    frames: list[float] = page.evaluate("window.frames_()")
    return frames


def _cross(page: Page) -> None:
    """Two seconds of a hand that sweeps over the maps."""
    box = page.locator("#stage-body").bounding_box()
    assert box
    for i in range(120):
        share = i / 119
        page.mouse.move(
            box["x"] + box["width"] * (0.05 + 0.9 * ((share * 5) % 1)),
            box["y"] + box["height"] * (0.05 + 0.9 * share),
        )
        page.wait_for_timeout(16)


def _scroll(page: Page) -> None:
    """A second down and a second up again."""
    for direction in (1, -1):
        for _ in range(60):
            page.mouse.wheel(0, direction * 60)
            page.wait_for_timeout(16)


def _report_times(what: str, by_kind: dict[str, list[float]]) -> None:
    for kind, times in sorted(by_kind.items()):
        print(f"{what:26} {kind:22} {_spread(times)}")
    every = [t for times in by_kind.values() for t in times]
    print(f"{what:26} {'all':22} {_spread(every)}")


def _spread(times: list[float]) -> str:
    p50, p95 = np.percentile(times, [50, 95])
    return f"p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   max {max(times):6.1f} ms   n {len(times)}"


def _report_frames(what: str, frames: list[float]) -> None:
    late = sum(f > 20 for f in frames) / len(frames)
    print(
        f"{what:49} p95 {np.percentile(frames, 95):5.1f} ms   max {max(frames):6.1f} ms   "
        f"over 20 ms: {late:6.1%} of {len(frames)} frames"
    )


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".explain:not(.stale) .formula")
    page.wait_for_timeout(1000)  # until the neighbouring layers' numbers are here as well


def _go_to(page: Page, layer: str) -> None:
    page.click(f'.column[data-layer="{layer}"]')
    page.wait_for_function(
        "name => document.querySelector('#layer-title').textContent === name "
        "&& document.querySelector('.explain:not(.stale) .formula')",
        arg=layer,
    )


def _layers(page: Page) -> Layers:
    """(name, op) of every layer."""
    model = page.request.get(httpx.URL(page.url).join("/api/v1/models/everyday").__str__()).json()
    return [(layer["name"], layer["op"]) for layer in model["layers"]]


def _wide() -> Network:
    """A layer of 512 maps, 32 × 32, and one of 2,048, 16 × 16."""
    rng = np.random.default_rng(5)

    def weight(*shape: int) -> Any:
        return rng.normal(0, np.prod(shape[1:]) ** -0.5, shape).astype(np.float32)

    same = (1, 1, 1, 1)
    steps = [
        ("narrow", Conv2d(weight(16, 3, 3, 3), None, (2, 2), same), "input"),
        ("wide", Conv2d(weight(512, 16, 3, 3), None, (1, 1), same), "narrow"),
        ("on", Relu(), "wide"),
        ("wider", Conv2d(weight(2048, 512, 1, 1), None, (2, 2)), "on"),
        ("pooled", GlobalAveragePool(), "wider"),
        ("list", Reshape((0, -1)), "pooled"),
        ("scores", Dense(weight(10, 2048), None), "list"),
        ("shares", Softmax(), "scores"),
    ]
    return Network(
        [Node(name, op, (source,)) for name, op, source in steps],
        inputs={"input": (3, 64, 64)},
        outputs=("shares",),
        name="wide",
        meta={"title": "Wide", "summary": "Made up for this benchmark."},
    ).freeze()


def _serve(port: int) -> None:
    settings = Settings(port=port, log_level="error")
    networks = {"everyday": lambda: engine.load("everyday"), "wide": _wide}
    make_server(settings, create_app(settings, Registry(networks, "everyday"))).run()


if __name__ == "__main__":
    main()
