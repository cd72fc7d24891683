"""Which requests are answered: those to a name of this server and, where something would change,
those that no other site's page has sent.

A page from anywhere can make its own name resolve to 127.0.0.1 (DNS rebinding) and read a server
that answers to any name; and it can post forms to any address. Cookies are not needed for either,
so a server on one's own machine has to refuse them, too.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import AppError, CrossOrigin, UnknownHost
from app.http.problems import problem_response
from app.settings import Settings

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104, compared, not listened on
_REMEMBERED = 1024  # addresses
_LONGEST_ADDRESS = 64  # characters, with an interface behind it

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, 9.2.1


class SameOriginMiddleware:
    """Refuses requests for unknown hosts, and changes that another origin's page asks for."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._names = allowed_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self.app(scope, receive, send)
        else:
            await problem_response(Request(scope), refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> AppError | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not is_allowed(host, self._names):
            name = name_of(host)
            return UnknownHost(
                f"This server does not answer to the name {name!r}. Use localhost or its IP "
                f"address, or let whoever runs it set CONVSCOPE_ALLOWED_HOSTS={name}."
            )
        if scope["method"] not in SAFE_METHODS and _is_cross_origin(headers, host):
            return CrossOrigin(
                "A page of another origin asked for this, and only this server's own pages may "
                "change anything. A proxy in front of it has to hand on the Host header."
            )
        return None


def allowed_names(settings: Settings) -> frozenset[str]:
    """The names that a server answers to, besides localhost and IP addresses. ``*`` is any name,
    ``*.example.org`` any below it.
    """
    listed = {name.strip().lower() for name in settings.allowed_hosts.split(",")} - {""}
    here = socket.gethostname().lower()
    own = {here, f"{here}.local"} if settings.host in EVERYWHERE else {settings.host.lower()}
    return frozenset(listed | own)


def is_allowed(host: str, names: Collection[str]) -> bool:
    """Whether a Host header is for this server.

    An IP address is what the client connected to: no name was resolved, so none can have been
    rebound. A request without the header is not from a browser.
    """
    name = name_of(host)
    return (
        not name
        or "*" in names
        or name == "localhost"
        or name.endswith(".localhost")  # resolves to loopback alone (RFC 6761, 6.3)
        or name in names
        or any(pattern.startswith("*.") and name.endswith(pattern[1:]) for pattern in names)
        or _address(name) is not None
    )


def _is_cross_origin(headers: Headers, host: str) -> bool:
    """What the browser says of the page that sent the request; programs say nothing.

    Sec-Fetch-Site is sent to https and to localhost, Origin with every change (Fetch, 3.2).
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2].lower() != host.lower()


def name_of(host: str) -> str:
    """The Host header's name or address, without its port."""
    name = host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
    return name.strip().rstrip(".").lower()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on that name or address."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """An IP address, of IPv6 also in the brackets of a Host header; None for anything else."""
    bare = host.removeprefix("[").removesuffix("]")
    return _parsed(bare) if len(bare) <= _LONGEST_ADDRESS else None


@lru_cache(_REMEMBERED)
def _parsed(bare: str) -> IPv4Address | IPv6Address | None:
    """The same, remembered: every request asks three times."""
    try:
        return ip_address(bare)
    except ValueError:
        return None
