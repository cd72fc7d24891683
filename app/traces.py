"""Finished analyses, by content: the same photo and network cost one run, also when asked twice at the same moment.

Analyses live in memory only, as long as the byte budget allows; the least recently used goes first. Photos are not kept:
of a photo only the pixels that the network saw are.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cachetools import LRUCache

from app.analysis import Analysis, Changes, analyze, content_id
from app.compute import Compute, Work
from app.errors import BadParameter, UnknownAnalysis
from app.images import Box, Limits
from app.variants import variant_id, vary
from engine.network import Network


@dataclass
class _Flight:
    """A run under way, and how many requests wait for it."""

    task: asyncio.Task[Analysis]
    waiting: int = 0


class Analyses:
    """Makes analyses and remembers them up to ``max_bytes``. Use it from one event loop."""

    def __init__(self, compute: Compute, limits: Limits, max_bytes: int) -> None:
        self.limits = limits
        self._compute = compute
        self._flights: dict[str, _Flight] = {}
        self._finished: LRUCache[str, Analysis] = LRUCache(max_bytes, lambda a: a.nbytes)

    def get(self, analysis_id: str) -> Analysis:
        """A finished analysis. Raises UnknownAnalysis."""
        try:
            return self._finished[analysis_id]
        except KeyError:
            raise UnknownAnalysis(
                f"There is no analysis {analysis_id!r}. Analyses are forgotten when memory is needed or the server restarts; "
                "upload the photo again and it gets the same id."
            ) from None

    async def make(
        self, model: str, network: Network, data: bytes, crop: Box | None = None
    ) -> Analysis:
        """The analysis of a photo: remembered, shared with a run under way, or made now."""
        analysis_id = await asyncio.to_thread(content_id, network, data, crop)
        return await self._once(
            analysis_id, lambda check: analyze(model, network, data, self.limits, check, crop)
        )

    async def vary(self, original: Analysis, changes: Changes) -> Analysis:
        """A variant of an analysis, likewise. Raises BadParameter for a variant of a variant."""
        if original.original is not None:
            raise BadParameter(
                f"This is a variant itself. Ask for all changes at once, of its original {original.original!r}."
            )
        return await self._once(
            variant_id(original, changes), lambda check: vary(original, changes, check)
        )

    async def _once(self, analysis_id: str, work: Work[Analysis]) -> Analysis:
        """What is remembered under that id, or what ``work`` makes, once for all who ask at the same time.

        When everyone who waits for a run is cancelled, the run is stopped.
        """
        if analysis_id in self._finished:
            return self._finished[analysis_id]
        if analysis_id not in self._flights:
            self._flights[analysis_id] = _Flight(asyncio.create_task(self._run(work)))
        flight = self._flights[analysis_id]
        flight.waiting += 1
        try:
            await asyncio.wait({flight.task})
            return flight.task.result()
        finally:
            flight.waiting -= 1
            if flight.waiting == 0:
                self._flights.pop(analysis_id, None)
                flight.task.cancel()

    async def _run(self, work: Work[Analysis]) -> Analysis:
        analysis = await self._compute.run(work)
        if analysis.nbytes <= self._finished.maxsize:
            self._finished[analysis.id] = analysis
        return analysis
