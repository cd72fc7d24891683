"""Results by content: what was asked for twice is made once, also at the same moment, and kept as long as memory allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import LRUCache

from app.compute import Compute, Work

T = TypeVar("T")


@dataclass
class _Flight(Generic[T]):
    """A run under way, what made its result unwanted meanwhile, and how many requests wait for it."""

    task: asyncio.Task[T]
    unwanted: list[Callable[[T], bool]]
    waiting: int = 0


class Remembered(Generic[T]):
    """Results by their ids, up to ``max_bytes`` of what ``nbytes`` says; the least recently used goes first.

    Use it from one event loop.
    """

    def __init__(self, compute: Compute, max_bytes: int, nbytes: Callable[[T], int]) -> None:
        self._compute = compute
        self._flights: dict[str, _Flight[T]] = {}
        self._finished: LRUCache[str, T] = LRUCache(max_bytes, nbytes)

    def find(self, key: str) -> T | None:
        """What is remembered under that id, if anything."""
        return self._finished.get(key)

    def keep(self, key: str, result: T) -> None:
        """Remember a result, unless it alone is more than there is memory for."""
        if self._finished.getsizeof(result) <= self._finished.maxsize:
            self._finished[key] = result

    def forget(self, unwanted: Callable[[T], bool]) -> None:
        """Let go of some results, and do not remember those that are being made now."""
        for flight in self._flights.values():
            flight.unwanted.append(unwanted)
        for key in [key for key, result in self._finished.items() if unwanted(result)]:
            del self._finished[key]

    async def once(self, key: str, work: Work[T]) -> T:
        """What is remembered under that id, or what ``work`` makes, once for all who ask at the same time.

        When everyone who waits for a run is cancelled, the run is stopped.
        """
        if key in self._finished:
            return self._finished[key]
        if key not in self._flights:
            unwanted: list[Callable[[T], bool]] = []
            task = asyncio.create_task(self._run(key, work, unwanted))
            self._flights[key] = _Flight(task, unwanted)
        flight = self._flights[key]
        flight.waiting += 1
        try:
            await asyncio.wait({flight.task})
            return flight.task.result()
        finally:
            flight.waiting -= 1
            if flight.waiting == 0:
                self._flights.pop(key, None)
                flight.task.cancel()

    async def _run(self, key: str, work: Work[T], unwanted: list[Callable[[T], bool]]) -> T:
        result = await self._compute.run(work)
        if not any(is_unwanted(result) for is_unwanted in unwanted):
            self.keep(key, result)
        return result
