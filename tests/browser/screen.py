"""What a person sees on the page, in words that tests can use."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.sync_api import ConsoleMessage, Page

# How far a number on the screen may be from the exact one: four places, or four figures and more.
WRITTEN = {"abs": 1e-4, "rel": 1e-4}
PARTS = "main, section, .panel, .column, .tile, #stage *"  # of the page, which move when something above them grows
PATIENCE = 60_000  # milliseconds; a busy machine is no mistake of the page
WORKSPACE = "the-workspace-of-browser-tests"  # a key: pages and API are one visitor
# One client: each new one reads certificates for longer than it asks.
API = httpx.Client(timeout=60, headers={"Convscope-Workspace": WORKSPACE})
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
LOST = "Failed to load resource: net::"  # it was cut, or asked of another host


class Screen:
    """One open page, with what it complained of.

    Chromium's console names every request that is refused or goes to another host (`conftest.FLAGS`
    lets none through). Listening to all requests of a page, two hundred a visit, would take a third
    of the processor's time of a short test.
    """

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        self.expected_status = 200
        page.set_default_timeout(PATIENCE)
        self._listeners: dict[str, Callable[..., None]] = {
            "pageerror": lambda error: self.complaints.append(str(error)),
            "console": self._listen,
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]

    def stop_listening(self) -> None:
        """What the page asks for or complains of from now on is not this test's."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def open(self, address: str) -> None:
        self.page.goto(f"{self.site}/{address}")

    def come_to(self, address: str) -> None:
        """Show what an address says as when a reader comes back to it: a visit without loading the
        page once more.
        """
        self.page.evaluate(
            "address => { history.pushState(null, '', address); dispatchEvent(new PopStateEvent('popstate')); }",
            address,
        )
        asked = parse_qs(urlsplit(address).query)
        tab = asked.get("tab", ["layer"])[0]
        self.page.wait_for_selector(f"#tab-{tab}[aria-selected=true]", state="attached")
        if "layer" in asked:
            self.wait_for_title(asked["layer"][0])
        self.wait_for_rest()

    def choose_network(self, name: str) -> None:
        """Let another network look at the photo, and wait for what it says."""
        if self.page.input_value("#model") == name:
            return
        before = self.analysis_id
        self.page.select_option("#model", name)
        self.page.wait_for_function(
            "id => !document.querySelector('#downloads a').href.includes(id)", arg=before
        )
        self.wait_for_reading()

    def record_requests(self) -> list[str]:
        """The addresses of all that is asked for from now on."""
        found: list[str] = []
        self._listeners["request"] = lambda request: found.append(request.url)
        self.page.on("request", self._listeners["request"])
        return found

    def get(self, path: str) -> Any:
        """The API's JSON, asked for outside of the page."""
        return API.get(f"{self.site}/api/v1/{path}").json()

    def wait_for_reading(self) -> None:
        """Until a number is under the cursor and explained."""
        self.page.wait_for_selector(".reading output")
        self.page.wait_for_selector(".explain:not(.stale) .formula")

    def wait_for_layer(self, name: str) -> None:
        self.wait_for_title(name)
        self.wait_for_reading()

    def wait_for_title(self, name: str) -> None:
        """Until a layer is on the stage, whatever the inspector shows."""
        self.page.wait_for_function(
            "name => document.querySelector('#layer-title').textContent === name", arg=name
        )

    def wait_for_analysis(self, id_: str) -> None:
        self.page.wait_for_function(
            "id => document.querySelector('#downloads a')?.href.includes(id)", arg=id_
        )

    def wait_for_value(self, value: float) -> None:
        """Until the value under the cursor is this one."""
        self.page.wait_for_function(
            "value => Math.abs(document.querySelector('.reading output')?.dataset.value - value)"
            " <= 1e-6 + 1e-5 * Math.abs(value)",
            arg=float(value),
        )

    def wait_for_address(self, part: str) -> None:
        """The address follows the state with a short delay."""
        self.page.wait_for_function("part => location.search.includes(part)", arg=part)

    def wait_for_rest(self, parts: str = PARTS, frames: int = 2) -> None:
        """Until nothing is being worked on, and no part has come, gone or moved from one frame to
        the next, so many times.
        """
        self.page.evaluate("() => { window.framesAtRest = 0; window.placesBefore = null; }")
        self.page.wait_for_function(
            """([parts, frames]) => {
              const places = [...document.querySelectorAll(parts)].map((part) => {
                const { left, top, width, height } = part.getBoundingClientRect();
                return [left, top, width, height].join();
              }).join(";");
              window.framesAtRest = places === window.placesBefore ? window.framesAtRest + 1 : 0;
              window.placesBefore = places;
              return window.framesAtRest >= frames && !document.querySelector("[aria-busy=true], .stale");
            }""",
            arg=[parts, frames],
            polling="raf",
        )

    def click_in_header(self, selector: str) -> None:
        """Click a part of the header, which on a narrow screen is in its menu."""
        if self.page.is_visible("#menu-open"):
            self.page.click("#menu-open")
        self.page.click(selector)
        if self.page.is_visible("#menu"):  # a part that opens nothing leaves it open
            self.page.keyboard.press("Escape")

    def go_to(self, layer: str) -> None:
        self.page.click(f'.column[data-layer="{layer}"]')
        self.wait_for_layer(layer)

    @property
    def analysis_id(self) -> str:
        """Of the photo on the page: the links to its numbers have it in them."""
        link = self.page.get_attribute("#downloads a", "href") or ""
        return link.split("/analyses/")[1].split("/")[0]

    @property
    def layer(self) -> str:
        return self.page.inner_text("#layer-title")

    @property
    def reading(self) -> float:
        """The value under the cursor, exactly."""
        return float(self.page.get_attribute(".reading output", "data-value") or "nan")

    @property
    def place(self) -> list[int]:
        """Of the value under the cursor: map, y and x, or unit. The address follows the cursor with
        a short delay.
        """
        return [
            int(n) for n in (self.page.get_attribute(".reading output", "data-place") or "").split()
        ]

    @property
    def shown_reading(self) -> float:
        """The value under the cursor, as it is written on the screen."""
        return number(self.page.inner_text(".reading output"))

    @property
    def first_guess(self) -> tuple[str, str]:
        row = self.page.locator("#predictions li").first
        return row.locator(".share-name").inner_text(), row.locator(".share-value").inner_text()

    def hover(self, channel: int, y: int, x: int) -> None:
        """Move the pointer onto one number of one map of the grid."""
        plane = self.page.locator(f'.tile[data-channel="{channel}"] .heatmap')
        plane.scroll_into_view_if_needed()
        box = plane.bounding_box()
        assert box
        height, width = plane.locator("canvas").evaluate("c => [c.height, c.width]")
        self.page.mouse.move(
            box["x"] + (x + 0.5) * box["width"] / width,
            box["y"] + (y + 0.5) * box["height"] / height,
        )

    def numbers(self, selector: str) -> list[float]:
        """Numbers as they are written on the screen."""
        return [number(text) for text in self.page.locator(selector).all_inner_texts()]

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        text, url = message.text, message.location["url"]
        if refused := REFUSED.match(text):
            if int(refused[1]) != self.expected_status:
                self.complaints.append(f"{refused[1]} {url}")
        elif not text.startswith(LOST) or not url.startswith(self.site):
            self.complaints.append(f"{text} {url}" if text.startswith(LOST) else text)


def number(text: str) -> float:
    """A number as the page writes it: a true minus sign, commas between thousands, a power of ten
    if it is nearly nothing.
    """
    found = re.search(r"[−+-]?[\d,]*\.?\d+(e[−+]\d+)?", text)
    assert found, text
    return float(found[0].replace("−", "-").replace(",", ""))
