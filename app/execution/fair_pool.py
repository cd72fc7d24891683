"""Threads that take turns: whoever sends without pause waits behind himself, not others behind him.

Turns go round the addresses, and at each address round its workspaces: so that nobody gets more
turns by making up workspaces. And while others are about, one address, or one workspace at it, has
at most half of the threads: whoever asks now and then finds one that is free.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, NamedTuple, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Sender(NamedTuple):
    """Who sends work: an address, and a workspace."""

    address: str = ""
    workspace: str = ""


NOBODY = Sender()  # who sends what is no request's

ABOUT = 30.0  # seconds after which somebody who has sent nothing is about no longer

# Set for each request.
sender: ContextVar[Sender] = ContextVar("sender", default=NOBODY)

_postponable: ContextVar[bool] = ContextVar("postponable", default=False)


class Postponed(Exception):
    """Raised by work that would have to wait: its thread is free for others, and it begins anew
    after ``wait`` has called what it was given.
    """

    def __init__(self, wait: Callable[[Callable[[], None]], None]) -> None:
        super().__init__("not yet")
        self.wait = wait


@contextmanager
def postponable() -> Iterator[None]:
    """Work in this block may raise Postponed: it can be begun anew."""
    token = _postponable.set(True)
    try:
        yield
    finally:
        _postponable.reset(token)


def is_postponable() -> bool:
    """Whether who calls this may raise Postponed."""
    return _postponable.get()


class Share(NamedTuple):
    """The largest part of something that one sender may have, and whose it is called."""

    part: float
    whose: str


_OF_WORKSPACE, _OF_ADDRESS = Share(1 / 2, "yours"), Share(3 / 4, "your address")


def shares(who: Sender) -> Iterator[tuple[Sender, Share]]:
    """As what a sender counts: as a workspace, and with all others at its address. What is no
    request's is not counted.
    """
    if who != NOBODY:
        yield who, _OF_WORKSPACE
        yield Sender(who.address), _OF_ADDRESS


class Excess(NamedTuple):
    """What a sender has who may have no more, how much that is at the most, and whose it is."""

    held: int
    limit: int
    whose: str


class Tally:
    """How much of something each sender has."""

    def __init__(self) -> None:
        self._held: Counter[Sender] = Counter()  # by workspace, and by address alone

    def __bool__(self) -> bool:
        """Whether anybody has any of it."""
        return bool(self._held)

    def __getitem__(self, one: Sender) -> int:
        """What a workspace has, or all at an address."""
        return self._held[one]

    def add(self, who: Sender, amount: int = 1) -> None:
        """A sender has so much more, or, below zero, less."""
        for one, _ in shares(who):
            self._held[one] += amount
            if not self._held[one]:
                del self._held[one]

    def excess(self, who: Sender, most: int, more: int = 0) -> Excess | None:
        """By what a sender who gets so much ``more`` exceeds his share of ``most``, if he does."""
        for one, share in shares(who):
            limit = max(1, int(share.part * most))
            if self._held[one] + more > limit:
                return Excess(self._held[one], limit, share.whose)
        return None


class _Job(NamedTuple):
    future: Future[Any]
    work: Callable[[], Any]
    sender: Sender


class _Present:
    """Who has sent work of late. What it takes does not grow with the time that it has run."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: OrderedDict[Sender, float] = OrderedDict()  # when, the latest one last
        self._at: Counter[str] = Counter()  # senders by address

    def note(self, who: Sender) -> None:
        """Somebody sends work."""
        if who not in self._seen:
            self._at[who.address] += 1
        self._seen[who] = self._clock()
        self._seen.move_to_end(who)

    def sharing(self, who: Sender) -> Iterator[Sender]:
        """As which ``who`` shares the threads with others: as an address, as a workspace at it."""
        self._forget()
        here = self._at[who.address]
        if len(self._seen) > here:
            yield Sender(who.address)
        if here > (who in self._seen):
            yield who

    def _forget(self) -> None:
        while self._seen and next(iter(self._seen.values())) < self._clock() - ABOUT:
            gone, _ = self._seen.popitem(last=False)
            self._at[gone.address] -= 1
            if not self._at[gone.address]:
                del self._at[gone.address]


class FairPool:
    """A pool of threads. Work of one sender begins in the order in which it came."""

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="compute")
        self._half = max(1, workers // 2)
        self._lock = threading.Lock()
        self._present = _Present(clock)
        self._at_work = Tally()  # threads
        # Whose turn it is stands first: address → workspace → work.
        self._waiting: OrderedDict[str, OrderedDict[str, deque[_Job]]] = OrderedDict()

    def submit(self, work: Callable[P, R], *args: P.args, **options: P.kwargs) -> Future[R]:
        """The result of ``work``, once it has had its turn."""
        job = _Job(Future(), partial(work, *args, **options), sender.get())
        self._put(job)
        self._pool.submit(self._work)
        return job.future

    def close(self) -> None:
        """Accept no more work, and drop what waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._drop_all()

    def _drop_all(self) -> None:
        with self._lock:
            dropped = [job for who in self._senders() for job in self._waiting_of(who)]
            self._waiting.clear()
        for job in dropped:
            if job.future.running():  # it was postponed
                job.future.set_exception(CancelledError())
            else:
                job.future.cancel()

    def _work(self) -> None:
        """Do whose turn it is until nobody has one. Somebody who may have no more threads now has
        one at work, which comes by here.
        """
        while (job := self._take()) is not None:
            try:
                self._do(job)
            finally:
                with self._lock:
                    self._at_work.add(job.sender, -1)

    def _do(self, job: _Job) -> None:
        future = job.future
        # One that was postponed is said to be running.
        if not future.running() and not future.set_running_or_notify_cancel():
            return
        sender.set(job.sender)  # it is asked for on threads, too
        try:
            result = job.work()
        except Postponed as postponed:
            postponed.wait(partial(self._resume, job))
        except BaseException as error:  # whoever waits for it gets it
            future.set_exception(error)
        else:
            future.set_result(result)

    def _resume(self, job: _Job) -> None:
        """A postponed job has the next turn of its sender."""
        self._put(job, first=True)
        try:
            self._pool.submit(self._work)
        except RuntimeError:  # closed meanwhile
            self._drop_all()

    def _put(self, job: _Job, first: bool = False) -> None:
        with self._lock:
            if job.sender != NOBODY:
                self._present.note(job.sender)
            spaces = self._waiting.setdefault(job.sender.address, OrderedDict())
            jobs = spaces.setdefault(job.sender.workspace, deque())
            if first:
                jobs.appendleft(job)
            else:
                jobs.append(job)

    def _take(self) -> _Job | None:
        """The next job of whose turn it is; their next turn comes after the others'."""
        with self._lock:
            who = next(filter(self._may_begin, self._senders()), None)
            if who is None:
                return None
            jobs = self._waiting_of(who)
            job = jobs.popleft()
            spaces = self._waiting[who.address]
            spaces.move_to_end(who.workspace)
            self._waiting.move_to_end(who.address)
            if not jobs:
                del spaces[who.workspace]
            if not spaces:
                del self._waiting[who.address]
            self._at_work.add(who)
            return job

    def _senders(self) -> Iterator[Sender]:
        """Whose work waits, in turn."""
        for address, spaces in self._waiting.items():
            for workspace in spaces:
                yield Sender(address, workspace)

    def _waiting_of(self, who: Sender) -> deque[_Job]:
        return self._waiting[who.address][who.workspace]

    def _may_begin(self, who: Sender) -> bool:
        if who == NOBODY:
            return True
        return all(self._at_work[one] < self._half for one in self._present.sharing(who))
