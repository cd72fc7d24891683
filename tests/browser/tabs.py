"""Pages of the browser, used by one test after another: as new for each, but with the site's files
in their cache.
"""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.access.workspace import COOKIE

from .screen import WORKSPACE

# What a page can be given anew; another context is needed for all else (touch, languages,
# permissions, densities).
PER_PAGE = ("viewport", "color_scheme", "reduced_motion")
LAPTOP = {"width": 1440, "height": 900}
EMPTY = "api/v1/health/live"  # of the same origin, and nothing runs there
PLAIN = "static/js/lib/store.js"  # nor there, but its policy lets modules be imported


class Tabs:
    """The pages of one browser.

    A new page in a new context asks for some two hundred files, which takes half of a short test's
    time. So a page that a test leaves is emptied (storage, cookies, routes) and given to the next
    test that asks for such a context.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Page]] = {}

    def take(self, **options: Any) -> Page:
        """A page as in a context with these options: that of a laptop, light and without movement,
        if they say nothing else.
        """
        given = {name: options.pop(name) for name in PER_PAGE if name in options}
        free = self._free.setdefault(_key(options), [])
        page = free.pop() if free else self._browser.new_context(**options).new_page()
        page.context.add_cookies(
            [
                {"name": COOKIE, "value": WORKSPACE, "domain": host, "path": "/"}
                for host in ("127.0.0.1", "localhost")
            ]
        )
        page.set_viewport_size(given.get("viewport", LAPTOP))
        page.emulate_media(
            color_scheme=given.get("color_scheme", "light"),
            reduced_motion=given.get("reduced_motion", "reduce"),  # what is seen is what will stay
        )
        return page

    def give_back(self, page: Page, site: str, **options: Any) -> None:
        """Empty a page for whoever takes it next; close it where that is not possible."""
        rest = {name: value for name, value in options.items() if name not in PER_PAGE}
        try:
            _empty(page, site)
        except Error:
            page.context.close()
        else:
            self._free.setdefault(_key(rest), []).append(page)


def _key(options: dict[str, Any]) -> str:
    return repr(sorted(options.items()))


def _empty(page: Page, site: str) -> None:
    context: BrowserContext = page.context
    page.unroute_all(behavior="ignoreErrors")
    for other in context.pages:
        if other is not page:
            other.close()
    page.goto(f"{site}/{EMPTY}", timeout=20_000)
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.mouse.move(0, 0)
    context.clear_cookies()


class KeptFiles:
    """The page's files may be kept without asking: they do not change while tests run."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Cache-Control"] = "max-age=3600"
            await send(message)

        is_file = scope["type"] == "http" and scope["path"].startswith("/static/")
        await self.app(scope, receive, send_kept if is_file else send)
