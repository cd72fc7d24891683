"""A closed server: with ``CONVSCOPE_TOKEN`` set, page, API and streams need that token.

Programs send it as ``Authorization: Bearer …`` (RFC 6750). A browser sends it once, from the page
at /login, and gets a cookie that is derived from it.
"""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import LoginRequired, TooManyAttempts, WrongToken
from app.http.access.credentials import bearer
from app.http.problems import problem_response

COOKIE = "convscope_login"

PAGES = frozenset({"", "learn", "docs", "workspace"})

# What needs no token: the log-in page with its files, which anybody may install, and health.
_OPEN = ("/login", "/static/", "/api/v1/health/")

_FREE = 5  # wrong tokens in a row that are answered at once
_LONGEST = 60.0  # seconds
_FORGOTTEN = 900.0  # seconds
_ADDRESSES = 10_000


class Attempts:
    """Wrong tokens, by the address that sent them: after a few, the next one has to wait, twice as
    long each time. Bounded in memory; use it on one event loop.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raises TooManyAttempts while the address has to wait."""
        count, last = self._wrong.get(address, (0, 0.0))
        wait = min(2.0 ** (count - _FREE), _LONGEST) if count >= _FREE else 0.0
        left = last + wait - self._clock()
        if left > 0:
            seconds = int(left) + 1
            raise TooManyAttempts(
                f"Too many wrong tokens came from this address. Wait {seconds} s.",
                retry_after=seconds,
            )

    def count_wrong(self, address: str) -> None:
        """One more wrong token from this address."""
        now = self._clock()
        count, last = self._wrong.pop(address, (0, now))
        self._wrong[address] = (1 if now - last > _FORGOTTEN else count + 1, now)
        while len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)


class TokenGuard:
    """The server's token, and who has shown it. ``cookie`` is the value for a browser that has."""

    def __init__(self, token: str, attempts: Attempts | None = None) -> None:
        self._token = token.encode()
        self._attempts = attempts or Attempts()
        self.cookie = hmac.digest(self._token, b"convscope log-in", "sha256").hex()

    def check(self, given: str, address: str) -> None:
        """Raises WrongToken, and TooManyAttempts before it looks. A right token does not end the
        waiting at its address: somebody else there may go on guessing.
        """
        self._attempts.check(address)
        if not hmac.compare_digest(given.encode(), self._token):
            self._attempts.count_wrong(address)
            raise WrongToken("This is not the server's token.")

    def is_logged_in(self, request: Request) -> bool:
        """Whether a browser has logged in. It sends the cookies of other servers on that machine
        too, which may look like nothing that the standard knows.
        """
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self.cookie.encode())


class TokenMiddleware:
    """Lets through who has the token. A page without it leads to the log-in page."""

    def __init__(self, app: ASGIApp, guard: TokenGuard) -> None:
        self.app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        request = Request(scope)
        if path.startswith(_OPEN) or self._guard.is_logged_in(request):
            return None
        given = bearer(request.headers)
        if given is not None:
            try:
                self._guard.check(given, counted_address(request))
            except (WrongToken, TooManyAttempts) as error:
                return problem_response(request, error)
            return None
        if scope["method"] == "GET" and path.removeprefix("/") in PAGES:
            return RedirectResponse(f"login?next={quote(_page(path, scope))}", 303)
        return problem_response(
            request,
            LoginRequired(
                "This server is closed. Send its token as «Authorization: Bearer …», or log in at "
                "/login in a browser."
            ),
        )


def address_of(request: Request) -> str:
    """The client's address; that before the proxy where uvicorn trusts the proxy."""
    return request.client.host if request.client else ""


def counted_address(request: Request) -> str:
    """The client's address where senders are told apart: of an IPv6 network of 64 bits, in which
    everybody has as many addresses as they like, all are one.
    """
    return _network(address_of(request))


@lru_cache(_ADDRESSES)
def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address) or found.is_loopback:
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((found.packed[:8] + bytes(8), 64)))


def page_after(next_page: str) -> str:
    """Where a log-in leads: a page of this server by its relative address, else the main page."""
    return f"./{next_page}" if next_page.partition("?")[0] in PAGES else "./"


def _page(path: str, scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return path.removeprefix("/") + (f"?{query}" if query else "")
