"""Times the whole road: a photo is uploaded, its analysis is there as JSON, its heatmaps are
painted in a real Chromium.

    python -m benchmarks.photo_to_screen [--rounds 10] [--photo static/samples/car.jpg]

A server of its own is started on a free port. Each round sends the photo with other last bytes, so
that nothing comes from the cache. The browser's clock starts when the file is handed to the page
and stops in the frame after the last canvas was painted:

- first screen: the strip's maps of every layer in sight and all maps of the current layer, with the
  predictions;
- every map: stepping on from layer to layer until each has been on the stage with all of its maps.
"""

from __future__ import annotations

import argparse
import subprocess
import time
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import Page, sync_playwright

from benchmarks.serving import served, variant

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SCREEN = {"width": 2560, "height": 1440}  # wide enough for every layer's column

# The page paints the next photo on the canvases that are there, so each of them remembers when it
# was painted last.
NOTE_PAINTING = """() => {
  for (const name of ["putImageData", "drawImage"]) {
    const paint = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...how) {
      this.canvas.paintedAt = performance.now();
      return paint.apply(this, how);
    };
  }
}"""

PATIENCE = 60_000  # milliseconds: what is not painted by then never will be

# Resolves with the milliseconds since `start` once all is painted anew; looked at in every frame.
WAIT_UNTIL_PAINTED = """([start, name, patience]) => new Promise((resolve, reject) => {
  const done = (selector) => {
    const all = [...document.querySelectorAll(selector)];
    return all.length > 0 && all.every((canvas) => canvas.paintedAt > start);
  };
  const look = () => {
    const there = !name || document.querySelector("#layer-title").textContent === name;
    const painted = there && done("#strip canvas") && document.querySelector("#stage-body > *") &&
      (done("#stage-body canvas") || !document.querySelector("#stage-body canvas"));
    const spent = performance.now() - start;
    if (painted) resolve(spent);
    else if (spent > patience) reject(new Error(`${name ?? "the strip"} is not painted`));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--photo", type=Path, default=Path("static/samples/car.jpg"))
    parser.add_argument("--chromium", default="chromium")
    arguments = parser.parse_args()
    photo = arguments.photo.read_bytes()
    with served() as url:
        _report("upload to analysis JSON", _uploads(url, photo, arguments.rounds))
        first, every = _screens(url, photo, arguments.rounds, arguments.chromium)
    _report("photo to first screen painted", first)
    _report("photo to every map of every layer painted", every)


def _report(what: str, milliseconds: list[float]) -> None:
    best, worst = min(milliseconds), max(milliseconds)
    print(f"{what:45} median {median(milliseconds):7.1f} ms   {best:.1f} to {worst:.1f}")


def _uploads(url: str, photo: bytes, rounds: int) -> list[float]:
    """Milliseconds from the request's first byte to the parsed answer, the first two rounds left
    out.
    """
    spent = []
    with httpx.Client(base_url=url) as client:
        for number in range(rounds + 2):
            data = variant(photo, number)
            start = time.perf_counter()
            answer = client.post(
                "/api/v1/analyses", content=data, headers={"Content-Type": "image/jpeg"}
            )
            assert answer.raise_for_status().json()["predictions"]
            spent.append((time.perf_counter() - start) * 1e3)
    return spent[2:]


def _screens(url: str, photo: bytes, rounds: int, chromium: str) -> tuple[list[float], list[float]]:
    """Milliseconds to the first screen, and to every map."""
    first, every = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(chromium), args=FLAGS)
        page = browser.new_page(viewport=SCREEN, reduced_motion="reduce")
        page.add_init_script(f"({NOTE_PAINTING})()")
        page.goto(url)
        page.evaluate(WAIT_UNTIL_PAINTED, [0, None, PATIENCE])
        names: list[str] = page.eval_on_selector_all(
            "#strip .column", "all => all.map((column) => column.dataset.layer)"
        )
        for number in range(rounds + 1):
            page.click(f'.column[data-layer="{names[0]}"]')
            start = _drop(page, variant(photo, 1000 + number))
            first.append(page.evaluate(WAIT_UNTIL_PAINTED, [start, None, PATIENCE]))
            for name in names[1:]:
                page.keyboard.press("ArrowRight")
                spent = page.evaluate(WAIT_UNTIL_PAINTED, [start, name, PATIENCE])
            every.append(spent)
        browser.close()
    return first[1:], every[1:]


def _drop(page: Page, photo: bytes) -> float:
    """Hand the photo to the page's file field. The browser's time at which that was done."""
    page.evaluate(
        """() => document.querySelector("#file").addEventListener(
             "change", () => { window.handed = performance.now(); }, { capture: true, once: true })"""
    )
    page.set_input_files("#file", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo})
    start: float = page.evaluate("window.handed")
    return start


def chromium_path(chromium: str) -> str:
    found = subprocess.run(["which", chromium], capture_output=True, text=True, check=True)
    return found.stdout.strip()


if __name__ == "__main__":
    main()
