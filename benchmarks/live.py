"""A live camera: frames a second on the page of a real Chromium, the memory of page and server
before and after, and what the camera costs another visitor.

    python -m benchmarks.live [--frames 2000] [--photos 50] [--only everyday]

A server of its own is started. Chromium's test camera, or a video (--video FILE.mjpeg or .y4m), is
followed by the page: strip, stage, prediction and the explanation of a held value. Meanwhile
another visitor, in a workspace of his own, sends photos, each different, to the same network.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from app.workspaces.workspace import new_key
from benchmarks.photo_to_screen import FLAGS, chromium_path
from benchmarks.reliability.fair_shares import photo
from benchmarks.reliability.server import Client, Server, quantile, row

NETWORKS = {"everyday": 12, "efficientnet-lite0": 4}  # and the frames a second that are promised
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SCREEN = {"width": 1440, "height": 900}
WARM_UP = 10  # frames
PATIENCE = 3_600_000  # milliseconds: thousands of frames take long on a busy machine

# When the answer to each frame had come.
NOTE_FRAMES = """() => {
  window.frames = 0;
  const fetched = window.fetch;
  window.fetch = async (url, how) => {
    const response = await fetched(url, how);
    if (String(url).endsWith("/frames") && response.ok) window.frames++;
    return response;
  };
}"""
COUNT_FRAMES = """async (count) => {
  const least = window.frames + count;
  const start = performance.now();
  while (window.frames < least) await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frames", type=int, default=200, help="after the warm-up")
    parser.add_argument("--photos", type=int, default=20, help="of the other visitor")
    parser.add_argument("--only", choices=NETWORKS)
    parser.add_argument("--video", help="rather than the test picture")
    parser.add_argument("--chromium", default="chromium")
    asked = parser.parse_args()
    flags = [*FLAGS, *CAMERA]
    if asked.video:
        flags.append(f"--use-file-for-fake-video-capture={asked.video}")
    with Server(workers=2, time_limit=60) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(asked.chromium), args=flags
        )
        for network, promised in NETWORKS.items():
            if asked.only in (None, network):
                _measure(browser, server, network, promised, asked.frames, asked.photos)
        browser.close()


def _measure(
    browser: Browser, server: Server, network: str, promised: int, frames: int, photos: int
) -> None:
    print(network)
    alone = _waits(server, network, photos, 0)
    with _live(browser, f"http://localhost:{server.port}/?model={network}") as page:
        page.evaluate(COUNT_FRAMES, WARM_UP)
        before = _page_bytes(page), server.memory()
        seconds = page.evaluate(COUNT_FRAMES, frames)
        after = _page_bytes(page), server.memory()
        beside = _waits(server, network, photos, photos)
    row("  frames a second", f"{frames / seconds:.1f}", f"at least {promised}")
    for what, first, last in zip(("page", "server"), before, after, strict=True):
        row(
            f"  memory of the {what}, MB",
            f"{first / 1e6:.1f}, after {frames} frames {last / 1e6:.1f}",
        )
    ratio = quantile(beside, 0.5) / quantile(alone, 0.5)
    row("  another visitor's photo, times", f"{ratio:.2f}", "at most 2")


@contextmanager
def _live(browser: Browser, url: str) -> Iterator[Page]:
    """A page whose camera runs, with a value of its layer held."""
    page = browser.new_page(viewport=SCREEN)
    page.set_default_timeout(PATIENCE)
    page.add_init_script(f"({NOTE_FRAMES})()")
    page.goto(url)
    page.wait_for_selector("#reading output")
    page.locator("#stage-body .tile").first.click()  # holds a value
    page.click("#camera")
    page.locator("#camera-dialog").get_by_role("button", name="Live", exact=True).click()
    yield page
    page.close()


def _page_bytes(page: Page) -> float:
    """What the page's objects take once what is not used is gone."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used


def _waits(server: Server, network: str, photos: int, first: int) -> list[float]:
    """Seconds for each photo of another visitor."""
    client, key = Client(server.port), new_key()
    path = f"/api/v1/analyses?model={network}"
    answers = [client.post(path, photo(first + i), key=key) for i in range(photos + 3)]
    assert all(answer.status == 201 for answer in answers), [a.status for a in answers]
    return [answer.seconds for answer in answers[3:]]


if __name__ == "__main__":
    main()
