"""A single-flight LRU cache: concurrent requests for one key compute its result once. Whoever fills
it drives out what is his own first.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.execution.executor import Work, WorkExecutor
from app.execution.fair_pool import Sender, Tally, sender

T = TypeVar("T")


@dataclass
class _Flight(Generic[T]):
    """A run under way, what made its result unwanted meanwhile, and how many requests wait for
    it.
    """

    task: asyncio.Task[T]
    unwanted: list[Callable[[T], bool]]
    waiting: int = 0


@dataclass
class _Entry(Generic[T]):
    """A result, its bytes, those that it shares with others included, and who had it computed."""

    result: T
    nbytes: int
    sender: Sender


class SingleFlightCache(Generic[T]):
    """Results by their ids, up to ``max_bytes``; the least recently used goes first, of those
    senders that have more than their share of the bytes if there are any.

    ``blocks`` returns the memory of a result: block id → bytes; blocks shared by several results
    count once. For use from one event loop.
    """

    def __init__(
        self, executor: WorkExecutor, max_bytes: int, blocks: Callable[[T], Mapping[int, int]]
    ) -> None:
        self.max_bytes = max_bytes
        self._executor = executor
        self._blocks = blocks
        self._flights: dict[str, _Flight[T]] = {}
        self._finished: OrderedDict[str, _Entry[T]] = OrderedDict()
        self._held = Tally()  # bytes
        self._holders: Counter[int] = Counter()
        self._nbytes = 0
        self.hits = self.misses = 0  # of ``get_or_compute``

    @property
    def nbytes(self) -> int:
        """Bytes of all results that are remembered."""
        return self._nbytes

    def __len__(self) -> int:
        """How many results are remembered."""
        return len(self._finished)

    def __contains__(self, key: str) -> bool:
        """Whether a result is remembered; a look is no use."""
        return key in self._finished

    def get(self, key: str) -> T | None:
        """What is remembered under that id, if anything."""
        if key not in self._finished:
            return None
        self._finished.move_to_end(key)
        return self._finished[key].result

    def put(self, key: str, result: T, beside: str | None = None) -> bool:
        """Store a result; the result ``beside`` must stay in the cache with it. Returns False, and
        evicts nothing, if both do not fit.
        """
        self._drop(key)
        blocks = self._blocks(result)
        together = dict(blocks)
        if beside is not None and (other := self.get(beside)) is not None:
            together.update(self._blocks(other))
        if sum(together.values()) > self.max_bytes:
            return False
        for block, size in blocks.items():
            self._nbytes += size if not self._holders[block] else 0
            self._holders[block] += 1
        entry = _Entry(result, sum(blocks.values()), sender.get())
        self._finished[key] = entry
        self._held.add(entry.sender, entry.nbytes)
        while self._nbytes > self.max_bytes:
            others = [name for name in self._finished if name not in (key, beside)]
            self._drop(next(filter(self._is_of_too_many, others), others[0]))
        return True

    def _is_of_too_many(self, key: str) -> bool:
        """Whether the sender of a result has more than his share of the bytes."""
        return self._held.excess(self._finished[key].sender, self.max_bytes) is not None

    def _drop(self, key: str) -> None:
        if key not in self._finished:
            return
        entry = self._finished.pop(key)
        self._held.add(entry.sender, -entry.nbytes)
        for block, size in self._blocks(entry.result).items():
            self._holders[block] -= 1
            if not self._holders[block]:
                del self._holders[block]
                self._nbytes -= size

    def invalidate(self, unwanted: Callable[[T], bool]) -> None:
        """Let go of some results, and do not remember those that are being made now."""
        for flight in self._flights.values():
            flight.unwanted.append(unwanted)
        for key in [key for key, entry in self._finished.items() if unwanted(entry.result)]:
            self._drop(key)

    async def get_or_compute(self, key: str, work: Work[T], beside: str | None = None) -> T:
        """The cached result of that id, or the result of ``work``, computed once for concurrent
        callers. ``beside`` as in ``put``. The computation is cancelled when all its callers are.
        """
        found = self.get(key)
        if found is not None:
            self.hits += 1
            return found
        self.misses += 1
        if key not in self._flights:
            unwanted: list[Callable[[T], bool]] = []
            task = asyncio.create_task(self._run(key, work, unwanted, beside))
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

    async def _run(
        self,
        key: str,
        work: Work[T],
        unwanted: list[Callable[[T], bool]],
        beside: str | None,
    ) -> T:
        result = await self._executor.run(work)
        if not any(is_unwanted(result) for is_unwanted in unwanted):
            self.put(key, result, beside)
        return result
