"""The door for photos: closed while there is no place for the work on them.

With hundreds of visitors before a full server, refusals are most of what its event loop does, and
all that they take is taken from those who are inside. So there are two doors before the routes: to
find the route and what its parameters depend on takes more than half of the time of a refusal, and
a body would be read for nothing. The outer one asks for nothing but whether there is a place; whose
request it is has to be known for the inner one, which refuses those who have had their share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Overloaded, TooManyRequests
from app.http.observing.record import note_route
from app.http.openapi.document import PHOTO_BODIES
from app.http.problems import problem_response


class AdmissionMiddleware:
    """Refuses requests to those of the ``routes`` below ``prefix`` that take a photo, when
    ``refuse`` raises Overloaded or TooManyRequests.
    """

    def __init__(
        self,
        app: ASGIApp,
        refuse: Callable[[], None],
        routes: Iterable[BaseRoute],
        prefix: str,
    ) -> None:
        self.app = app
        self._refuse = refuse
        self._prefix = prefix
        self._routes = [
            route
            for route in routes
            if isinstance(route, APIRoute)
            and any(route.openapi_extra is body for body in PHOTO_BODIES)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        route = self._route(scope)
        if route is not None:
            try:
                self._refuse()
            except (Overloaded, TooManyRequests) as error:
                note_route(self._prefix + route.path_format)
                await problem_response(Request(scope), error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _route(self, scope: Scope) -> APIRoute | None:
        if scope["type"] != "http" or scope["method"] != "POST":
            return None
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        below = path.removeprefix(self._prefix)
        if below == path:
            return None
        return next((route for route in self._routes if route.path_regex.match(below)), None)
