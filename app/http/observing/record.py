"""What is known of the request that is being answered: its id is in the answer's head, in the log
and in problem documents, so that what a visitor saw is found in the log.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

HEADER = "X-Request-ID"

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass
class RequestRecord:
    """One request: no address, no name, nothing of what was sent."""

    method: str
    # It opens nothing, so it need not be asked of the system, which takes a turn among the threads.
    id: str = field(default_factory=lambda: f"{random.getrandbits(64):016x}")
    route: str = "none"  # of what no route answers
    status: int = 499  # until the answer begins: the client went away
    reason: str | None = None  # the last part of the problem's type
    error: str | None = None  # the class of what nobody expected
    bytes: int = 0  # of the answer
    stages: dict[str, float] = field(default_factory=dict)  # milliseconds, in order

    @property
    def timing(self) -> str:
        """The stages as ``Server-Timing`` has them (W3C)."""
        return ", ".join(f"{name};dur={ms:.2f}" for name, ms in self.stages.items())


_current: ContextVar[RequestRecord | None] = ContextVar("request", default=None)


def begin(method: str) -> RequestRecord:
    """The record of the request that this task answers."""
    record = RequestRecord(method if method in _METHODS else "other")
    _current.set(record)
    return record


def current_id() -> str | None:
    """The id of the request that this task answers."""
    record = _current.get()
    return None if record is None else record.id


def note_route(route: str) -> None:
    """Which route answers it."""
    if (record := _current.get()) is not None:
        record.route = route


def note_stage(stage: str, seconds: float) -> None:
    """So much of the time until the answer begins has gone there: once, or in several parts."""
    if (record := _current.get()) is not None:
        record.stages[stage] = record.stages.get(stage, 0.0) + 1e3 * seconds


@contextmanager
def stage(name: str) -> Iterator[None]:
    """What is done in this block is that stage."""
    start = time.perf_counter()
    try:
        yield
    finally:
        note_stage(name, time.perf_counter() - start)


def note_reason(reason: str) -> None:
    """Why it is refused."""
    if (record := _current.get()) is not None:
        record.reason = reason
