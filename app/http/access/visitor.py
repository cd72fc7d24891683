"""What whoever asks may see, and what they may change. What belongs to others is answered as if it
did not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.analyses.analysis import Analysis
from app.analyses.store import AnalysisStore
from app.errors import SharedOnly
from app.learning.datasets.store import Datasets, unknown_dataset
from app.learning.runs.manager import TrainingManager
from app.learning.runs.run import TrainingRun
from app.models.registry import UPLOADED_PREFIX, Registry
from app.workspaces.workspace import Workspace


@dataclass(frozen=True)
class Visitor:
    """A workspace, and the things that may be its own. Use it on the event loop, but for
    ``dataset``, which reads a file.

    Whoever has the address of an analysis sees the network that made it: it goes by the analysis'
    id then, and can be looked at and used, not changed.
    """

    workspace: Workspace
    registry: Registry
    analyses: AnalysisStore
    datasets: Datasets
    trainings: TrainingManager

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

    def shown(self, done: Analysis) -> Analysis:
        """An analysis with the id by which this visitor finds its model."""
        if self.registry.owner(done.model) is None or self.sees_model(done.model):
            return done
        return replace(done, model=f"{UPLOADED_PREFIX}{done.id}")

    def training(self, called: str) -> TrainingRun:
        """A training. Raises UnknownTraining."""
        return self.trainings.get(called, self.workspace)

    def dataset(self, called: str) -> str:
        """A dataset's id. Raises UnknownDataset."""
        if not self.workspace.sees(self.datasets.info(called).owner):
            raise unknown_dataset(called)
        return called

    def _lent_model(self, called: str) -> str | None:
        done = self.analyses.find(called.removeprefix(UPLOADED_PREFIX))
        is_lent = done is not None and called == f"{UPLOADED_PREFIX}{done.id}"
        return done.model if done is not None and is_lent else None


def _shared() -> SharedOnly:
    return SharedOnly(
        "This is shared with you: it can be looked at, and only whoever shares it can change it."
    )
