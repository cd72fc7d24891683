"""Many visitors in one thread: each has a connection, an address and a workspace of its own, sends
one photo after the other, and comes back when it was refused.

They share the machine with the server. So that they neither take its processor nor count as its
time what they wait for one themselves, there are no threads and no HTTP library, and an answer's
time is the one at which the kernel received it, not the one at which it was read.
"""

from __future__ import annotations

import heapq
import selectors
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from app.workspaces.workspace import new_key
from benchmarks.reliability.server import HOST

BROKEN = 0  # the status where the connection ended instead

_SO_TIMESTAMPNS = 35  # socket(7); Python has no name for it
_TIME = struct.Struct("@ll")  # seconds, nanoseconds
_IDLE = 2.0  # seconds after which a connection is not used again: the server may be closing it
_GIVEN_UP = 120.0  # seconds


class Visit(NamedTuple):
    """What a photo was answered with, ``seconds`` after it was sent, and when that was (seconds
    since 1970).
    """

    status: int
    retry_after: float | None
    seconds: float
    at: float


def visit(
    port: int,
    path: str,
    photos: Iterator[bytes],
    first: Sequence[float],
    until: float,
    pause: Callable[[Visit], float],
) -> list[Visit]:
    """All answers to visitors of whom each comes at its time of ``first``, and again ``pause``
    seconds after each answer, ``until`` then. Whoever waits then is still answered.
    """
    coming = sorted((when, number) for number, when in enumerate(first))
    visits: list[Visit] = []
    with selectors.DefaultSelector() as selector:
        visitors = [_Visitor(number, port, path, selector) for number in range(len(first))]
        while (now := time.time()) < until + _GIVEN_UP:
            while coming and coming[0][0] <= min(now, until):
                _, number = heapq.heappop(coming)
                visitors[number].send(next(photos))
            if now > until and not any(visitor.waits for visitor in visitors):
                break
            nobody = until + _GIVEN_UP
            next_one = coming[0][0] if coming and coming[0][0] <= until else nobody
            for ready, events in selector.select(min(max(0.0, next_one - now), 1.0)):
                done = visitors[ready.data].go_on(events)
                if done is not None:
                    visits.append(done)
                    heapq.heappush(coming, (done.at + pause(done), ready.data))
        visits += [Visit(BROKEN, None, _GIVEN_UP, until) for one in visitors if one.waits]
        for visitor in visitors:
            visitor.leave()
    return visits


class _Visitor:
    """One connection, opened anew where it has ended."""

    def __init__(self, number: int, port: int, path: str, selector: selectors.BaseSelector) -> None:
        self.waits = False
        self._number = number
        self._port = port
        # All of 127.0.0.0/8 is this machine (RFC 6890, 2.2.2).
        self._address = f"127.1.{number // 250}.{1 + number % 250}"
        self._selector = selector
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nConvscope-Workspace: {new_key()}\r\n"
            "Content-Type: image/jpeg\r\nContent-Length: "
        ).encode()
        self._connection: socket.socket | None = None
        self._unsent = memoryview(b"")
        self._received = b""
        self._sent_at = self._received_at = 0.0

    def send(self, photo: bytes) -> None:
        """Send a photo, as far as the connection takes it at once."""
        if self._unsent or time.time() - self._received_at > _IDLE:
            self.leave()
        if self._connection is None:
            self._connection = socket.create_connection((HOST, self._port), 10, (self._address, 0))
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            self._connection.setblocking(False)
            self._selector.register(self._connection, selectors.EVENT_READ, self._number)
        self.waits = True
        self._received = b""
        self._unsent = memoryview(b"%s%d\r\n\r\n%s" % (self._head, len(photo), photo))
        self._sent_at = time.time()
        self._write(self._connection)

    def go_on(self, events: int) -> Visit | None:
        """Write and read what can be; the answer, once all of it is there."""
        assert self._connection is not None
        if events & selectors.EVENT_WRITE:
            self._write(self._connection)
        if not events & selectors.EVENT_READ:
            return None
        try:
            data, told, *_ = self._connection.recvmsg(2**18, 64)
        except OSError:
            data, told = b"", []
        if not data:
            return self._ended()
        # the kernel is switched to it a moment after it was asked for
        seconds, nanoseconds = _TIME.unpack(told[0][2]) if told else (time.time(), 0)
        self._received_at = seconds + 1e-9 * nanoseconds
        self._received += data
        return self._answer()

    def leave(self) -> None:
        """Close the connection."""
        self.waits = False
        self._unsent = memoryview(b"")
        if self._connection is not None:
            self._selector.unregister(self._connection)
            self._connection.close()
            self._connection = None

    def _write(self, connection: socket.socket) -> None:
        try:
            self._unsent = self._unsent[connection.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:  # that it has ended is seen where it is read; an answer may lie there
            self._unsent = memoryview(b"")
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        known = self._selector.get_key(connection)
        if known.events != wanted:
            self._selector.modify(connection, wanted, known.data)

    def _ended(self) -> Visit | None:
        was_waiting, now = self.waits, time.time()
        self.leave()
        return Visit(BROKEN, None, now - self._sent_at, now) if was_waiting else None

    def _answer(self) -> Visit | None:
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return None
        status, *lines = head.decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        if len(body) < int(headers["content-length"]):
            return None
        self.waits = False
        told = headers.get("retry-after")
        return Visit(
            int(status.split()[1]),
            None if told is None else float(told),
            self._received_at - self._sent_at,
            self._received_at,
        )
