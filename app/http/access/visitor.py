"""What whoever asks may see, and what they may change. What belongs to others is answered as if it
did not exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from app.analyses.analysis import Analysis
from app.analyses.store import AnalysisStore
from app.errors import SharedOnly, UnknownTraining
from app.learning.datasets.store import DatasetInfo, Datasets, unknown_dataset
from app.learning.runs.manager import TrainingManager
from app.learning.runs.run import TrainingRun
from app.models.registry import UPLOADED_PREFIX, Registry
from app.workspaces.shares import Shares
from app.workspaces.workspace import Workspace

_LENT = re.compile(r"(own-|run-)([0-9a-f]{32})(@[0-9]{1,9})?")


@dataclass(frozen=True)
class Visitor:
    """A workspace, and the things that may be its own. Use it on the event loop, but for
    ``dataset``, which reads a file.

    Things of others are lent in two ways: by the address of an analysis, which shows the network
    that made it, and by a link. They go by another id then, and can be looked at and used, not
    changed: a network as ``own-`` and the id of the analysis or link; a training by the link's id,
    with its networks (``run-``) and its pictures (``own-``).
    """

    workspace: Workspace
    registry: Registry
    analyses: AnalysisStore
    datasets: Datasets
    trainings: TrainingManager
    shares: Shares

    def sees_model(self, model: str) -> bool:
        """Whether a model is listed."""
        owner = self.registry.owner(model)
        return owner is not None and self.workspace.sees(owner)

    def model(self, called: str) -> str:
        """The model that goes by an id here. Raises UnknownModel."""
        if self.sees_model(called):
            return called
        lent = self._lent_model(called)
        if lent is None:
            raise self.registry.unknown(called)
        return lent

    def own_model(self, called: str) -> str:
        """The same of one that may be changed, as far as it is this visitor's or the server's.
        Raises UnknownModel and SharedOnly.
        """
        model = self.model(called)
        if model != called:
            raise _shared()
        return model

    def shown(self, done: Analysis, called: str | None = None) -> Analysis:
        """An analysis with the id by which this visitor finds its model: as it was ``called``, or
        by the address of the analysis, which tells nobody the link.
        """
        if self.registry.owner(done.model) is None or self.sees_model(done.model):
            return done
        return replace(done, model=called or f"{UPLOADED_PREFIX}{done.id}")

    def training(self, called: str) -> SeenTraining:
        """A training. Raises UnknownTraining."""
        lent = self.trainings.find_run(self.shares.find("training", called) or "")
        return SeenTraining(lent or self.trainings.get(called, self.workspace), called)

    def still_sees(self, seen: SeenTraining) -> bool:
        """Whether a training has been neither deleted nor taken back."""
        try:
            return self.training(seen.called).run is seen.run
        except UnknownTraining:
            return False

    def own_training(self, called: str) -> TrainingRun:
        """The same of one that may be changed. Raises UnknownTraining and SharedOnly."""
        seen = self.training(called)
        if seen.is_lent:
            raise _shared()
        return seen.run

    def name_of_training(self, run: str | None) -> str | None:
        """The id by which this visitor finds a training that a step belongs to; None for another's
        that is not shared.
        """
        found = self.trainings.find_run(run or "")
        if found is None or self.workspace.sees(found.owner):
            return run
        return self.shares.of("training", found.id)

    def dataset(self, called: str) -> DatasetInfo:
        """A dataset, in one look at its file. Raises UnknownDataset."""
        lent = self.shares.find("training", called.removeprefix(UPLOADED_PREFIX))
        run = self.trainings.find_run(lent or "")
        if run is not None and called.startswith(UPLOADED_PREFIX):
            return self.datasets.info(run.spec["dataset"])
        info = self.datasets.info(called)
        if not self.workspace.sees(info.owner):
            raise unknown_dataset(called)
        return info

    def own_dataset(self, called: str) -> str:
        """The same of one that may be changed, as far as it is this visitor's or the server's.
        Raises UnknownDataset and SharedOnly.
        """
        if self.dataset(called).id != called:
            raise _shared()
        return called

    def _lent_model(self, called: str) -> str | None:
        named = _LENT.fullmatch(called)
        if named is None:
            return None
        prefix, lent, step = named.groups(default="")
        if prefix == "run-":
            run = self.shares.find("training", lent)
            return run and f"run-{run}{step}"
        done = self.analyses.find(lent)
        model = self.shares.find("model", lent) or (done.model if done is not None else None)
        return model if model and self.registry.owner(model) is not None else None


@dataclass(frozen=True)
class SeenTraining:
    """A training, and how whoever asks has ``called`` it: otherwise where it is lent."""

    run: TrainingRun
    called: str

    @property
    def is_lent(self) -> bool:
        """Whether it is somebody else's."""
        return self.called != self.run.id

    def present(self, content: dict[str, Any]) -> dict[str, Any]:
        """What the API says of it, with the ids by which it is found."""
        if not self.is_lent:
            return content
        config = dict(content["config"])
        if config["dataset"].startswith(UPLOADED_PREFIX):
            config["dataset"] = f"{UPLOADED_PREFIX}{self.called}"
        return {
            **content,
            "id": self.called,
            "lent": True,
            "model": f"run-{self.called}",
            "config": config,
        }


def _shared() -> SharedOnly:
    return SharedOnly(
        "This is shared with you: it can be looked at, and only whoever shares it can change it."
    )
