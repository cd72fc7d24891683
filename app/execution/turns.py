"""What one sender may have under way of things that take no thread all the time: files that
arrive, streams; and turns at work that is done once at a time, as it takes much memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from weakref import WeakValueDictionary

from app.errors import Overloaded, TooManyRequests
from app.execution.fair_pool import Sender, Tally, sender, shares

_WAIT = 5  # seconds until somebody who was refused asks again


class Parts:
    """Of ``what`` one sender has at most a part of ``at_once`` under way; what others have is not
    counted for it. Use it from one event loop.
    """

    def __init__(self, what: str, at_once: int) -> None:
        self._what = what
        self._at_once = at_once
        self._under_way = Tally()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Whoever asks has one more under way in this block. Raises TooManyRequests."""
        who = sender.get()
        excess = self._under_way.excess(who, self._at_once, 1)
        if excess is not None:
            raise TooManyRequests(
                f"{excess.held} {self._what} of {excess.whose} are under way, as many as may be. "
                f"Try again in about {_WAIT} s.",
                limit=excess.limit,
                actual=excess.held,
                retry_after=_WAIT,
            )
        self._under_way.add(who)
        try:
            yield
        finally:
            self._under_way.add(who, -1)


class Turns:
    """Turns at ``what``. They go round the addresses, and at each round its workspaces: whoever
    brings much waits behind himself, not others behind him. Use it from one event loop.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        # A line for each sender, and only its first one waits in the line of all.
        self._lines: WeakValueDictionary[Sender, asyncio.Lock] = WeakValueDictionary()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, longest: float) -> AsyncIterator[None]:
        """Alone in this block. Raises Overloaded when the turn has not come in ``longest``
        seconds.
        """
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(longest):
                    for who, _ in shares(sender.get()):
                        line = self._lines.setdefault(who, asyncio.Lock())
                        await held.enter_async_context(line)
                    await held.enter_async_context(self._turn)
            except TimeoutError:
                raise Overloaded(
                    f"Other {self._what} are being read. Try again in about {_WAIT} s.",
                    retry_after=_WAIT,
                ) from None
            yield
