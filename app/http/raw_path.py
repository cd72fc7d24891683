"""Paths as they were sent: a slash that a client percent-encoded belongs to a name and parts nothing.

Servers decode ``scope["path"]`` (as ASGI says they must), and then ``…/layers/a%2Fexplain``, which asks for the layer
``a/explain``, looks like the explanation of a layer ``a``. So routes see paths in which ``%`` and the slashes of names are
still encoded, and the convertor ``name`` decodes what it took. Proxies that decode are not helped by this: for them there is
``?layer=`` (app/http/dependencies.py).
"""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from starlette.convertors import Convertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send


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
