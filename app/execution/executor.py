"""The only access to engine work: a bounded pool of threads, a queue that can be full, a time
limit, and a way to stop.

Decoding, forward passes and encoding take milliseconds to seconds of processor time. They run here
and never on the event loop, which stays free for other requests. A ``check`` that raises at the
time limit or after cancellation stops the work: the engine calls it before every layer and every
block of one, and the task gets it too, for whatever else it does.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.types import Receive

from app.errors import ClientGone, Overloaded, TimeLimit, TooManyRequests
from app.execution.fair_pool import NOBODY, FairPool, Sender, Tally, postponable, sender
from engine.execution import stopped_by

T = TypeVar("T")
Check = Callable[[], None]
Work = Callable[[Check], T]

# How much a new service time weighs in the running mean that Retry-After is estimated from.
_RECENT = 0.2


class WorkExecutor:
    """Runs work on ``workers`` threads; beyond ``queue_size`` waiting tasks it refuses, and beyond
    a part of all places what comes from one sender. Use it from one event loop.
    """

    def __init__(self, workers: int, queue_size: int, time_limit: float) -> None:
        self.time_limit = time_limit
        self._workers = workers
        self._capacity = workers + queue_size
        self._pending = 0
        self._service_time = 0.1
        # Told of all work that is done: seconds in the queue, and on a thread.
        self.observe: Callable[[float, float], object] = lambda waited, worked: None
        self._pool = FairPool(workers)
        self._places = Tally()

    async def run(self, work: Work[T], time_limit: float | None = None) -> T:
        """The result of ``work(check)``, within ``time_limit`` seconds or those that everything
        has.

        Work that raises Postponed gives up its thread, but not its place, and begins anew.

        Raises Overloaded when the queue is full, TooManyRequests when the sender has too many
        places in it, and TimeLimit when the result, waiting included, is
        not there in time. Cancelling this coroutine stops the work at its next check, or before it
        has begun.
        """
        place = _held.get()
        if place is None:
            place = self._take_place()
        else:
            place.users += 1
        ticket = _TaskContext(self.time_limit if time_limit is None else time_limit)
        job = self._pool.submit(ticket.run, work)
        done = asyncio.wrap_future(job)
        done.add_done_callback(lambda _: self._finished(place, ticket, done))
        try:
            # wait() leaves the future alone when this coroutine is cancelled: a task keeps its
            # place until its thread is free.
            await asyncio.wait({done}, timeout=ticket.time_limit)
            if not done.done():
                raise ticket.too_late()
            return done.result()
        finally:
            ticket.stop()
            job.cancel()  # has an effect only while it waits for a thread

    def refuse_all_when_full(self) -> None:
        """Raises Overloaded when there is no place for anybody, whoever asks."""
        if self._pending >= self._capacity:
            raise self._refusal(Overloaded, "tasks", self._pending, self._capacity)

    def refuse_when_full(self) -> None:
        """Raises Overloaded or TooManyRequests when there is no place: before a body is read, say,
        that nobody could do anything with.
        """
        self.refuse_all_when_full()
        # The last places are for others. Who sends so much waits no longer for it: the threads are
        # busy all the same.
        excess = self._places.excess(sender.get(), self._capacity, 1)
        if excess is not None:
            held, limit, whose = excess
            raise self._refusal(TooManyRequests, f"tasks of {whose}", held, limit)

    @contextmanager
    def place(self) -> Iterator[None]:
        """One place for all that the caller runs meanwhile, one after the other: what has begun is
        not refused half-way. Raises Overloaded and TooManyRequests.
        """
        place = self._take_place()
        _held.set(place)
        try:
            yield
        finally:
            _held.set(None)
            self._leave(place)

    async def stream(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        """The pieces, each made on one of the threads in its turn. They wait for it, however full
        the queue, as an answer under way cannot become a refusal: so ask before it begins
        (``refuse_when_full``).
        """
        while True:
            job = asyncio.wrap_future(self._pool.submit(next, pieces, None))
            self._pending += 1
            job.add_done_callback(lambda _: self._leave(_Place()))
            piece = await job
            if piece is None:
                return
            yield piece

    @property
    def pending(self) -> int:
        """Tasks at work or waiting for it."""
        return self._pending

    @property
    def capacity(self) -> int:
        """Tasks from which on others are refused."""
        return self._capacity

    def close(self) -> None:
        """Accept no more work. Waiting tasks are dropped, running ones stop at their next check."""
        self._pool.close()

    def _take_place(self) -> _Place:
        self.refuse_when_full()
        self._pending += 1
        place = _Place(sender=sender.get())
        self._places.add(place.sender)
        return place

    def _leave(self, place: _Place) -> None:
        place.users -= 1
        if not place.users:
            self._pending -= 1
            self._places.add(place.sender, -1)

    def _finished(self, place: _Place, ticket: _TaskContext, done: asyncio.Future[Any]) -> None:
        self._leave(place)
        if not done.cancelled():
            # looked at here, or asyncio complains when nobody waits for it any more
            done.exception()
            self._service_time += _RECENT * (ticket.seconds - self._service_time)
            self.observe(ticket.waited, ticket.seconds)

    def _refusal(self, kind: type[Overloaded], counted: str, actual: int, limit: int) -> Overloaded:
        wait = max(1, math.ceil(actual / self._workers * self._service_time))
        return kind(
            f"{actual} {counted} are under way or waiting, as many as may be. Try again in about "
            f"{wait} s.",
            limit=limit,
            actual=actual,
            retry_after=wait,
        )


@dataclass
class _Place:
    """A place in the queue or at work, and how many hold it: a request, and its work."""

    users: int = 1
    sender: Sender = NOBODY


_held: ContextVar[_Place | None] = ContextVar("place", default=None)


class _TaskContext:
    """One task's deadline and stop flag, shared between the event loop and the thread."""

    def __init__(self, time_limit: float) -> None:
        self.seconds = self.waited = 0.0
        self.time_limit = time_limit
        self._begun = time.monotonic()
        self._deadline = self._begun + time_limit
        self._stopped = threading.Event()

    def run(self, work: Work[T]) -> T:
        start = time.monotonic()
        self.waited = start - self._begun
        try:
            self.check()
            with stopped_by(self.check), postponable():
                return work(self.check)
        finally:
            self.seconds = time.monotonic() - start

    def stop(self) -> None:
        self._stopped.set()

    def check(self) -> None:
        """Raise when the work is no longer wanted."""
        if self._stopped.is_set():
            raise ClientGone("Nobody waits for this any more.")
        if time.monotonic() > self._deadline:
            raise self.too_late()

    def too_late(self) -> TimeLimit:
        return TimeLimit(
            f"The work was stopped after {self.time_limit:g} s, the server's limit (CONVSCOPE_TIME_LIMIT). An attribution takes less with "
            "another method or fewer steps; a network takes as long for every photo, whatever its size.",
            limit=self.time_limit,
        )


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, which is cancelled when the client disconnects first (ClientGone).
    Read the request's body before calling this.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientGone("The client went away before its answer was ready.")
        return task.result()
    finally:
        for waiting in (task, gone):
            waiting.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
