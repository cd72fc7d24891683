"""How many trainings may be kept, and which go for another one."""

from __future__ import annotations

import time
from collections.abc import Collection, Container
from dataclasses import dataclass, field

from app.errors import QuotaExceeded
from app.learning.runs.run import TrainingRun
from app.workspaces.quotas import Quotas

# A server would otherwise be full for good of what visitors of long ago have left behind.
_LONG = 7 * 86_400  # seconds


@dataclass(frozen=True)
class TrainingBounds:
    """Limits: processes at once, trainings on disk, each one's memory in bytes, and time in s; and
    which part of the first two may be whose.
    """

    alive: int
    kept: int
    memory: int
    seconds: float
    quotas: Quotas = field(default_factory=Quotas)

    def of_one(self) -> dict[str, float]:
        """Those of one training, as its run.json holds them."""
        return {"memory": self.memory, "seconds": self.seconds}


def to_make_room(
    kept: Collection[TrainingRun], owner: str, bounds: TrainingBounds
) -> list[TrainingRun]:
    """Those that go when more than the limit are kept, as the newest one is its ``owner``'s."""
    return _unneeded(kept, owner, bounds)[: max(0, len(kept) - bounds.kept)]


def refuse_without_room(kept: Collection[TrainingRun], owner: str, bounds: TrainingBounds) -> None:
    """Raises QuotaExceeded where others' trainings would have to go for another one of an owner's
    who have no more than their part.
    """
    if len(kept) + 1 - len(_unneeded(kept, owner, bounds)) > bounds.kept:
        raise QuotaExceeded(
            f"{len(kept)} trainings are kept already, as many as may be, and none of yours has "
            "ended. Stop or delete one of yours, or come back later: others' that have ended make room "
            "after a week.",
            limit=bounds.kept,
            actual=len(kept),
            more={"what": "trainings"},
        )


def _unneeded(
    kept: Collection[TrainingRun], owner: str, bounds: TrainingBounds
) -> list[TrainingRun]:
    """What may go for a training of an owner's, in this order: what those hold who have more than
    their part, paused ones last; then what has ended of the owner's; then of anybody's, if it was
    begun long ago, or where nobody is bound. The oldest first.
    """
    recent = time.time() - _LONG

    def held(owners: Container[str]) -> int:
        return sum(run.owner in owners for run in kept)

    excess = {run.owner: bounds.quotas.excess(run.owner, held, bounds.kept) for run in kept}

    def may_go(run: TrainingRun) -> bool:
        is_free = run.owner == owner or run.created < recent or not bounds.quotas.of(run.owner)
        return run.process is None and (excess[run.owner] > 0 or (run.is_over and is_free))

    def turn(run: TrainingRun) -> tuple[int, bool, bool, float]:
        return -excess[run.owner], run.owner != owner, not run.is_over, run.created

    return sorted(filter(may_go, kept), key=turn)
