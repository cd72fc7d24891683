"""Each request gets an id, a line of JSON in the log, and its place in the figures.

The line names the route, not the address: an analysis is readable by whoever has its address. There
is no photo, no key and no name in it.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict

import orjson
from starlette.datastructures import MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.observing.metrics import Metrics
from app.http.observing.record import HEADER, RequestRecord, begin, note_route

LOGGER = "convscope.requests"
log = logging.getLogger(LOGGER)


class RouteMiddleware:
    """Notes which route answered. It stands next to the routes: other middleware copies the scope
    in which they write. Routes of the API do not know the ``prefix`` below which they are included.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        try:
            await self.app(scope, receive, send)
        finally:
            route = getattr(scope.get("route"), "path_format", None)
            if route is not None:
                path = scope["path"].removeprefix(scope.get("root_path", ""))
                note_route(self._prefix + route if path.startswith(f"{self._prefix}/") else route)
            elif isinstance(scope.get("endpoint"), StaticFiles):
                note_route("/static")


class RequestsMiddleware:
    """The outermost one."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        record, begun, started = begin(scope["method"]), time.monotonic(), False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started, record.status = True, message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = record.id
                if record.stages:
                    headers["Server-Timing"] = record.timing
            else:
                record.bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            record.error = type(error).__name__
            if not started:  # it is answered further out (app/http/problems.py)
                record.status, record.reason = 500, "internal-error"
            raise
        finally:
            self._tell(record, time.monotonic() - begun)

    def _tell(self, record: RequestRecord, seconds: float) -> None:
        self._metrics.observe(record, seconds)
        if log.isEnabledFor(logging.INFO):
            line = {"time": round(time.time(), 3), **asdict(record), "ms": round(1e3 * seconds, 1)}
            line["stages"] = {name: round(ms, 1) for name, ms in record.stages.items()}
            log.info(orjson.dumps(line).decode())
