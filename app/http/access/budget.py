"""How many bytes of bodies are in memory at once: in all, and of one sender.

They count as they come, so that nothing is reserved by an announcement, until the answer begins.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Overloaded, TooManyRequests
from app.execution.fair_pool import Tally, sender
from app.http.bodies import announced_bytes

_WAIT = 5  # seconds until others' bodies may have been read


class BodyBudget:
    """At most ``most`` bytes in all. Use it from one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._in_all = 0
        self._held = Tally()

    @property
    def nbytes(self) -> int:
        """Bytes of all bodies under way."""
        return self._in_all

    def check(self, more: int) -> None:
        """Raises TooManyRequests where so many ``more`` bytes are too many for whoever sends them,
        and Overloaded where others leave no room for them.
        """
        excess = self._held.excess(sender.get(), self._most, more)
        if excess is not None:
            held, limit, whose = excess
            raise TooManyRequests(
                f"The files of {whose} that are under way have {held:,} bytes; with this one there "
                f"would be more than {limit:,}. Try again in about {_WAIT} s.",
                limit=limit,
                actual=held + more,
                retry_after=_WAIT,
            )
        if self._in_all + more > self._most:
            raise Overloaded(
                f"The files that others are sending leave no room for this one. Try again in about "
                f"{_WAIT} s.",
                limit=self._most,
                actual=self._in_all + more,
                retry_after=_WAIT,
            )

    def count(self, nbytes: int) -> None:
        """So many bytes of a sender's have come, or, below zero, are gone."""
        self._in_all += nbytes
        self._held.add(sender.get(), nbytes)


class BudgetMiddleware:
    """Counts the bodies of requests. It stands behind whatever says whose request it is."""

    def __init__(self, app: ASGIApp, budget: BodyBudget) -> None:
        self.app = app
        self._budget = budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI face."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        expected = announced_bytes(Request(scope)) or 0
        held = 0
        is_answered = False

        async def counted() -> Message:
            nonlocal held
            if not held and not is_answered:
                self._budget.check(expected)  # before any of it is read
            message = await receive()
            size = len(message.get("body", b""))
            if not is_answered:
                self._budget.check(size)
                self._budget.count(size)
                held += size
            return message

        def release() -> None:
            nonlocal held, is_answered
            self._budget.count(-held)
            held, is_answered = 0, True

        async def released(message: Message) -> None:
            if message["type"] == "http.response.start":
                release()
            await send(message)

        try:
            await self.app(scope, counted, released)
        finally:
            release()
