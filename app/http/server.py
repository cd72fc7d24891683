"""The app on uvicorn, with the deadlines that uvicorn does not have: a client that sends slowly
must not hold a connection.

uvicorn's only timer is for idle connections, and every byte received stops it (as of 0.54). So here
are deadlines that bytes do not move: one for a request's head, from the moment that it may begin,
and one for its body, from the end of the head. The polite deadline for uploads is in
app/http/bodies.py and answers 408; the one here is for bodies that nobody reads.

Nor does uvicorn wait for the rest of a body before it closes a connection (_Connection), nor bound
a head. Of its two parsers this is the one in C: a refusal takes half the time, of which an
overloaded server has none to spare.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Callable, Mapping
from copy import deepcopy
from socket import socket
from typing import Any, ClassVar

import uvicorn
from fastapi import FastAPI
from uvicorn.config import LOGGING_CONFIG
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.http.access.same_origin import is_loopback
from app.http.application import create_app
from app.http.observing.requests import LOGGER
from app.learning.runs.manager import TrainingManager
from app.settings import Settings

# By so much, in seconds, the deadline for bodies is later than the one that is answered with a 408.
_GRACE = 2.0

_SHORT = 64 * 1024  # bytes of a body that are copied behind their head
_LONGEST_HEAD = 64 * 1024  # bytes; the parser itself would take any number


class _DeadlineProtocol(HttpToolsProtocol):
    """One connection. ``seconds``: how long the client may owe a head, or a body."""

    seconds: ClassVar[Mapping[str, float]] = {}

    _in_body = False
    _owed: str | None = None
    _unread = 0  # bytes that have come and are neither of a body nor of a complete head
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        connection: Any = _Connection(transport, lambda: self._in_body)
        super().connection_made(connection)
        self._watch()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unread += len(data)
        super().data_received(data)
        if self._unread > _LONGEST_HEAD:
            self._cut_off()
        self._watch()

    def _cut_off(self) -> None:
        if self._owed == "head":
            self.send_400_response("The head of the request is too long.")
        else:  # an answer is under way already
            self.transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:  # what stands behind a body came too late to be looked at
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_body, self._unread = True, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body, self._unread = False, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Start the clock when the client begins to owe a head or a body, stop it when it owes
        nothing.
        """
        cycle: Any = self.cycle  # None before the first request
        owed = None
        if self._in_body:
            owed = "body"
        elif cycle is None or cycle.response_complete:
            owed = "head"
        if owed == self._owed:
            return
        self._disarm()
        self._owed = owed
        if owed is not None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.seconds[owed], self.transport.abort)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def deadline_protocol(header_timeout: float, body_timeout: float) -> type[HttpToolsProtocol]:
    """uvicorn's HTTP protocol with deadlines, in seconds, for a request's head and body. After them
    the connection is cut.
    """

    class Protocol(_DeadlineProtocol):
        """The same with these deadlines."""

        seconds: ClassVar = {"head": header_timeout, "body": body_timeout}

    return Protocol


class _Connection:
    """A transport that does not close while the client ``is_sending``: it reads on, and the
    client's end, or the deadline for the body, closes it.

    What comes to a closed connection is answered with a reset, at which the client's system throws
    away what it has received but not read: the refusal of an upload, say (RFC 9112, 9.6).

    A short answer is written at once, head and body: each call of the system is also a turn among
    the threads for Python's lock.
    """

    def __init__(self, transport: Any, is_sending: Callable[[], bool]) -> None:
        self._transport = transport
        self._is_sending = is_sending
        self._said_all = False
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """The next part of an answer."""
        if data.startswith(b"HTTP/") and not self._head:
            self._head = data
            asyncio.get_running_loop().call_soon(self._flush)  # the body may be a long time coming
        elif self._head and len(data) <= _SHORT:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        else:
            self._flush()
            self._transport.write(data)

    def _flush(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """The answer is complete; asked again, do not wait any longer."""
        self._flush()
        if self._said_all or not self._is_sending():
            self._transport.close()
        else:
            self._said_all = True
            self._transport.write_eof()
            self._transport.resume_reading()

    def is_closing(self) -> bool:
        """Whether what comes is no longer looked at."""
        return self._said_all or self._transport.is_closing()


class _Server(uvicorn.Server):
    """uvicorn, which would wait for the streams that follow trainings until its patience ends."""

    def __init__(self, config: uvicorn.Config, trainings: TrainingManager) -> None:
        super().__init__(config)
        self._trainings = trainings

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._trainings.close_streams()
        await super().shutdown(sockets)


def _log_config(level: str) -> dict[str, Any]:
    """uvicorn's, and the lines about requests as they are, on stdout."""
    config = deepcopy(LOGGING_CONFIG)
    config["formatters"]["plain"] = {"format": "%(message)s"}
    config["handlers"]["requests"] = {
        "class": "logging.StreamHandler",
        "formatter": "plain",
        "stream": "ext://sys.stdout",
    }
    config["loggers"][LOGGER] = {
        "handlers": ["requests"],
        "level": level.upper(),
        "propagate": False,
    }
    return config


def make_server(settings: Settings, app: FastAPI | None = None) -> uvicorn.Server:
    """A server for these settings, not yet started."""
    app = app or create_app(settings)
    # A client's broken form is answered with a 400; a line in the log for each would only let
    # clients fill it.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    # Pillow warns of what is odd in a file, in words made of the file's own bytes: a line in the
    # log for each, and Python would remember every one.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    # So does NumPy of models whose weights are no numbers; its own modules count as the ones that
    # warn, where a mean or a sum is taken.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"(engine|numpy)\.")
    # Whoever reads a body has its own, shorter limit for it, and an answer for those who are too
    # slow.
    longest = max(settings.body_timeout, settings.model_body_timeout)
    config = uvicorn.Config(
        app,
        log_config=_log_config(settings.log_level),
        access_log=False,  # its lines have addresses in them
        host=settings.host,
        port=settings.port,
        http=deadline_protocol(settings.header_timeout, longest + _GRACE),
        ws="none",
        lifespan="on",
        log_level=settings.log_level,
        server_header=False,
        timeout_keep_alive=settings.keep_alive_timeout,
        timeout_graceful_shutdown=settings.shutdown_timeout,
    )
    if not settings.token and not is_loopback(settings.host):
        # uvicorn's own logger, as its configuration has just set it up
        logging.getLogger("uvicorn.error").warning(
            "Everybody who can reach this machine can use this server: CONVSCOPE_TOKEN is not set."
        )
    return _Server(config, app.state.services.trainings)
