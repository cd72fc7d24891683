"""Finished analyses by content hash: the same photo and network are computed once, also for
concurrent requests. Analyses are kept in memory within a byte budget; the least recently used are
evicted. Of a photo, only the network's crop is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.analyses.analysis import Analysis, Changes, analyze, content_id
from app.analyses.variants import plain_changes, vary
from app.errors import BadParameter, QuotaExceeded, UnknownAnalysis
from app.execution.cache import SingleFlightCache
from app.execution.executor import Check, WorkExecutor
from app.images.decoding import Limits
from app.images.fitting import Box
from app.workspaces.ids import IdMaker
from app.workspaces.workspace import NOBODY
from engine.network import Network

_HASHED_AT_ONCE = 2  # photos
_SHORT = 256 * 1024  # bytes that are hashed in less time than a thread takes to be woken
_MAKERS = 100  # of one analysis that are remembered: what so many ask for is nobody's own
_NOTED = 1000  # analyses that are not kept, of which it is remembered who asked for them


class AnalysisStore:
    """Makes analyses and remembers them up to ``max_bytes``. Use it from one event loop."""

    def __init__(
        self, executor: WorkExecutor, limits: Limits, max_bytes: int, ids: IdMaker | None = None
    ) -> None:
        self.limits = limits
        self._ids = ids or IdMaker()
        self._makers: dict[str, set[str]] = {}
        self._hashing = asyncio.Semaphore(_HASHED_AT_ONCE)
        self.cache: SingleFlightCache[Analysis] = SingleFlightCache(
            executor, max_bytes, lambda a: a.blocks
        )

    def find(self, analysis_id: str) -> Analysis | None:
        """A finished analysis, if it is there."""
        return self.cache.get(analysis_id)

    def get(self, analysis_id: str) -> Analysis:
        """A finished analysis. Raises UnknownAnalysis."""
        found = self.find(analysis_id)
        if found is None:
            raise UnknownAnalysis(
                f"There is no analysis {analysis_id!r}. Analyses are forgotten when memory is needed or the server restarts; "
                "upload the photo again and it gets the same id."
            )
        return found

    def keep(self, done: Analysis, owner: str = NOBODY) -> None:
        """Remember an analysis that was made elsewhere: by a step of learning. Raises
        QuotaExceeded.
        """
        self._note(done.id, owner)
        if not self.cache.put(done.id, done, done.original):
            raise self._no_room(done)

    def forget(self, unwanted: Callable[[Analysis], bool]) -> None:
        """Let go of some analyses."""
        self.cache.invalidate(unwanted)

    def forget_of(self, owner: str) -> set[str]:
        """Let go of the analyses that a workspace alone has asked for; their ids."""
        for makers in self._makers.values():
            if len(makers) < _MAKERS:
                makers.discard(owner)
        gone = {key for key, makers in self._makers.items() if not makers}
        for key in gone:
            del self._makers[key]
        self.cache.invalidate(lambda done: done.id in gone)
        return gone

    def forget_lent(self, was_lent: Callable[[Analysis], bool], owner: str) -> set[str]:
        """Let go of analyses that the ``owner`` of their networks has not asked for; their ids."""
        others = {key for key, makers in self._makers.items() if owner not in makers}
        gone = set()

        def goes(done: Analysis) -> bool:
            if done.id not in others or not was_lent(done):
                return False
            gone.add(done.id)
            return True

        self.cache.invalidate(goes)
        return gone

    async def make(
        self,
        model: str,
        network: Network,
        data: bytes,
        crop: Box | None = None,
        owner: str = NOBODY,
        check_model: Callable[[], object] = lambda: None,
    ) -> Analysis:
        """The analysis of a photo: remembered, shared with a run under way, or made now.

        ``check_model`` raises where the model was deleted while the photo was looked at: nobody
        would delete the analysis.
        """
        content = await self._content_id(model, network, data, crop)
        check_model()
        analysis_id = self._ids.derive("analysis", content)
        self._note(analysis_id, owner)

        def work(check: Check) -> Analysis:
            return analyze(model, network, data, self.limits, check, crop, analysis_id)

        return await self.cache.get_or_compute(analysis_id, work)

    async def _content_id(self, model: str, network: Network, data: bytes, crop: Box | None) -> str:
        if len(data) <= _SHORT and "digest" in vars(network):
            return content_id(model, network, data, crop)
        # Not by the executor: an analysis that is there must not wait behind those that are made.
        async with self._hashing:
            return await asyncio.to_thread(content_id, model, network, data, crop)

    async def vary(self, original: Analysis, changes: Changes, owner: str = NOBODY) -> Analysis:
        """A variant of an analysis, likewise. What both share is kept once, and the original stays.

        Raises BadParameter for a variant of a variant, UnknownAnalysis where the original was
        forgotten meanwhile, QuotaExceeded where both together are more than there is memory for.
        """
        self.get(original.id)
        if original.original is not None:
            raise BadParameter(
                f"This is a variant itself. Ask for all changes at once, of its original {original.original!r}."
            )
        made = self._ids.derive("variant", original.id, plain_changes(changes))
        self._note(made, owner)

        def work(check: Check) -> Analysis:
            return vary(original, changes, made, check)

        variant = await self.cache.get_or_compute(made, work, beside=original.id)
        if self.cache.get(variant.id) is None:
            raise self._no_room(variant)
        return variant

    def _note(self, analysis_id: str, owner: str) -> None:
        """Remember who has asked for an analysis, of those that are kept and the newest."""
        if len(self._makers) > 2 * len(self.cache) + _NOTED:
            kept = {key: makers for key, makers in self._makers.items() if key in self.cache}
            self._makers = kept
        makers = self._makers.setdefault(analysis_id, set())
        if len(makers) < _MAKERS:
            makers.add(owner)

    def _no_room(self, variant: Analysis) -> QuotaExceeded:
        original = self.cache.get(variant.original or "")
        needed = sum((variant.blocks | (original.blocks if original else {})).values())
        most = self.cache.max_bytes
        return QuotaExceeded(
            f"The values of this network for two photos or two networks at once take {needed:,} bytes, and this server keeps at most "
            f"{most:,}. The analysis that you have stays. Change a later layer, of which less is computed anew, or ask whoever runs "
            "the server for a larger CONVSCOPE_MAX_ANALYSIS_CACHE_BYTES.",
            limit=most,
            actual=needed,
            more={"what": "kept_bytes"},
        )
