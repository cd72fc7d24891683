"""Threads that take turns: whoever sends without pause waits behind himself, not others behind him.

Turns go round the addresses, and at each address round its workspaces: so that nobody gets more
turns by making up workspaces.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
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

_Job = tuple["Future[Any]", Callable[[], Any]]


class FairPool:
    """A pool of threads. Work of one sender begins in the order in which it came."""

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="compute")
        self._lock = threading.Lock()
        # Whose turn it is stands first: address → workspace → work.
        self._waiting: OrderedDict[str, OrderedDict[str, deque[_Job]]] = OrderedDict()

    def submit(self, work: Callable[P, R], *args: P.args, **options: P.kwargs) -> Future[R]:
        """The result of ``work``, once it has had its turn."""
        future: Future[R] = Future()
        address, workspace = sender.get()
        with self._lock:
            spaces = self._waiting.setdefault(address, OrderedDict())
            jobs = spaces.setdefault(workspace, deque())
            jobs.append((future, partial(work, *args, **options)))
        self._pool.submit(self._work)
        return future

    def close(self) -> None:
        """Accept no more work, and drop what waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        while (job := self._take()) is not None:
            job[0].cancel()

    def _work(self) -> None:
        """There is a call for each job, and it does the one whose turn it is."""
        job = self._take()
        if job is None or not job[0].set_running_or_notify_cancel():
            return
        future, work = job
        try:
            result = work()
        except BaseException as error:  # whoever waits for it gets it
            future.set_exception(error)
        else:
            future.set_result(result)

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
