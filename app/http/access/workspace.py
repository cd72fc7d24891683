"""Which workspace a request comes from: that of the key in a header, else of the one in a browser's
cookie, else that of the programs at its address which send none.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import InvalidKey
from app.execution.fair_pool import Sender, sender
from app.http.access.credentials import bearer, keep_cookie
from app.http.access.same_origin import is_loopback, name_of
from app.http.access.token import address_of, counted_address
from app.http.problems import problem_response
from app.workspaces.workspace import Workspace, is_key, new_key

COOKIE = "convscope_workspace"
HEADER = "Convscope-Workspace"


class WorkspaceMiddleware:
    """Puts the workspace into the scope of each request. On a ``closed`` server ``Authorization``
    holds the server's token, so that keys come in a header of their own only. ``seen`` is told the
    id of each workspace, and the address it is seen at.
    """

    def __init__(self, app: ASGIApp, *, closed: bool, seen: Callable[[str, str], object]) -> None:
        self.app = app
        self._closed = closed
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        if scope["type"] == "http":
            request = Request(scope)
            try:
                workspace = _workspace(request, closed=self._closed)
                scope["workspace"] = workspace
                address = counted_address(request)
                sender.set(Sender(address, workspace.id))
                self._seen(workspace.id, address)
            except InvalidKey as error:
                await problem_response(request, error)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def workspace_of(request: Request) -> Workspace:
    """The workspace that a request comes from."""
    workspace: Workspace = request.scope["workspace"]
    return workspace


def give_cookie(request: Request, answer: Response, key: str | None = None) -> None:
    """Let a browser keep its key for another year, or give it one: the ``key``, or a new one."""
    keep_cookie(request, answer, COOKIE, key or _cookie(request) or new_key())


def _workspace(request: Request, *, closed: bool) -> Workspace:
    address = address_of(request)
    is_local = is_loopback(address) and is_loopback(name_of(request.headers.get("host", "")))
    key = _header(request.headers, closed=closed) or _cookie(request)
    if key is None:
        return Workspace.of_address(address, is_local=is_local)
    return Workspace.of_key(key, is_local=is_local)


def _header(headers: Headers, *, closed: bool) -> str | None:
    """The key that a program sends. Raises InvalidKey: what was meant to be apart must not become
    everybody's.
    """
    key = headers.get(HEADER)
    if key is None and not closed:
        key = bearer(headers)
    if key is not None and not is_key(key):
        raise InvalidKey(
            "This is not a workspace's key: 22 to 128 letters, digits, dashes and underscores. "
            "«convscope workspace» shows the shell's; any random text of that form is a new one."
        )
    return key


def _cookie(request: Request) -> str | None:
    key = request.cookies.get(COOKIE, "")
    return key if is_key(key) else None
