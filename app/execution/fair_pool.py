"""Threads that take turns: whoever sends without pause waits behind himself, not others behind him.

Turns go round the addresses, and at each address round its workspaces: so that nobody gets more
turns by making up workspaces.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
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


class _Job(NamedTuple):
    future: Future[Any]
    work: Callable[[], Any]
    sender: Sender


class FairPool:
    """A pool of threads. Work of one sender begins in the order in which it came."""

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="compute")
        self._lock = threading.Lock()
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
        while (job := self._take()) is not None:
            if job.future.running():  # it was postponed
                job.future.set_exception(CancelledError())
            else:
                job.future.cancel()

    def _work(self) -> None:
        """There is a call for each job, and it does the one whose turn it is."""
        job = self._take()
        if job is None:
            return
        future = job.future
        # One that was postponed is said to be running.
        if not future.running() and not future.set_running_or_notify_cancel():
            return
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
            spaces = self._waiting.setdefault(job.sender.address, OrderedDict())
            jobs = spaces.setdefault(job.sender.workspace, deque())
            if first:
                jobs.appendleft(job)
            else:
                jobs.append(job)

    def _take(self) -> _Job | None:
        with self._lock:
            if not self._waiting:
                return None
            address, spaces = self._waiting.popitem(last=False)
            workspace, jobs = spaces.popitem(last=False)
            job = jobs.popleft()
            if jobs:
                spaces[workspace] = jobs  # behind the others
            if spaces:
                self._waiting[address] = spaces
            return job
