"""Headers on every answer: the page may load nothing from elsewhere, run nothing inline, and be
framed by nobody.

And HEAD, which asks for the headers alone; and paths as they were sent, where a percent-encoded
slash belongs to a name.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from starlette.convertors import Convertor, register_url_convertor
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src blob:",  # a video of the reader's own
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # a photo may be taken on this page, and on none that it might frame
    "Permissions-Policy": "camera=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Whoever keeps a copy asks whether it still holds; files and analyses have tags, so the answer
    # is mostly a short 304.
    "Cache-Control": "no-cache",
}
_ON_THE_WIRE = tuple((k.lower().encode("ascii"), v.encode("ascii")) for k, v in HEADERS.items())


class HeadersMiddleware:
    """Adds ``HEADERS`` where a handler has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_already = {name for name, _ in message["headers"]}
                more = [header for header in _ON_THE_WIRE if header[0] not in set_already]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class HeadMiddleware:
    """Answers HEAD wherever GET is answered, without the body (RFC 9110, 9.3.2); FastAPI's routes
    take what they name only.

    The answer ends with its headers, and what would have made the body is stopped: a stream of
    events has no end.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        headers_sent = asyncio.Event()

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})
                headers_sent.set()

        answering = asyncio.ensure_future(
            self.app({**scope, "method": "GET"}, receive, send_headers)
        )
        waiting = asyncio.ensure_future(headers_sent.wait())
        try:
            await asyncio.wait((answering, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering


# Servers decode ``scope["path"]`` (as ASGI says they must), and then ``…/layers/a%2Fexplain``,
# which asks for the layer ``a/explain``, looks like the explanation of a layer ``a``. So routes see
# paths in which ``%`` and the slashes of names are still encoded, and the convertor ``name``
# decodes what it took. Proxies that decode are not helped by this: for them there is ``?layer=``
# (app/http/dependencies.py).
class RawPathMiddleware:
    """Hands on paths below ``prefix`` with the slashes of names still encoded."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        if scope["type"] == "http":
            root: str = scope.get("root_path", "")
            if scope["path"].removeprefix(root).startswith(self._prefix):
                scope = {**scope, "path": _with_encoded_slashes(scope)}
        await self.app(scope, receive, send)


def _with_encoded_slashes(scope: Scope) -> str:
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or b""
    segments = [unquote_to_bytes(part).decode("utf-8", "replace") for part in raw.split(b"/")]
    if "/".join(segments) != path:  # a server that gives no raw path, or one that lacks the root
        return path.replace("%", "%25")
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in segments)


class NameConvertor(Convertor[str]):
    """``{name:name}``: a name of any characters, slashes too, as RawPathMiddleware hands it on."""

    regex = ".*"

    def convert(self, value: str) -> str:
        """The name itself."""
        return value.replace("%2F", "/").replace("%25", "%")

    def to_string(self, value: str) -> str:
        """The name as a part of a path that routes see."""
        return value.replace("%", "%25").replace("/", "%2F")


register_url_convertor("name", NameConvertor())
