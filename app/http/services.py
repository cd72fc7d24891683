"""The parts of one app, and what has to be done in several of them: what is deleted is deleted
everywhere.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Collection, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.analyses.store import AnalysisStore
from app.errors import AppError, DiskFailure, UnknownDataset, UnknownModel, WrongState
from app.execution.executor import WorkExecutor
from app.execution.turns import Parts
from app.learning.datasets.store import Datasets
from app.learning.disk import disk_failures
from app.learning.runs.config import TrainingSpec
from app.learning.runs.manager import TrainingManager
from app.learning.runs.run import TrainingRun
from app.learning.steps.store import StepInspection, StepStore
from app.models.registry import Registry
from app.models.uploaded import ModelReader, UploadedModels
from app.settings import Settings
from app.workspaces.quotas import Quotas
from app.workspaces.shares import Kind, Share, Shares
from app.workspaces.workspace import NOBODY
from engine.execution import give_back

_DAY = 86_400  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """The parts of one app; the single instance is ``app.state.services``. Use its methods on the
    event loop.
    """

    settings: Settings
    registry: Registry
    executor: WorkExecutor
    analyses: AnalysisStore
    datasets: Datasets
    steps: StepStore
    trainings: TrainingManager
    uploaded_models: UploadedModels
    model_reader: ModelReader
    shares: Shares
    quotas: Quotas
    streams: Parts  # those that follow trainings

    def forget(self, models: Collection[str]) -> None:
        """Drop everything that belongs to models that are gone; ``run-ID`` stands for all networks
        of a training.
        """
        if models:
            self.analyses.forget(lambda done: _root(done.model) in models)
            self.steps.forget(
                lambda step: step.original is not None and _root(step.original.model) in models
            )

    async def share(self, kind: Kind, thing: str, owner: str) -> str:
        """The id of the link to something. Raises DiskFailure."""
        with disk_failures("The link cannot be stored"):
            return await asyncio.to_thread(self.shares.make, kind, thing, owner)

    async def unshare(self, kind: Kind, thing: str, owner: str) -> None:
        """Take the link to something of an owner's back, with the analyses by which others would
        still find it. Raises DiskFailure.
        """
        await self._unshare(lambda share: share.kind == kind and share.thing == thing)
        run = self.trainings.find_run(thing) if kind == "training" else None
        lent = thing if run is None else run.model
        gone = self.analyses.forget_lent(
            lambda done: lent in (done.model, _root(done.model)), owner
        )
        self.steps.forget(lambda step: _is_of(step, gone))
        if run is not None:
            run.notify()  # whoever follows it by the link is told no more

    async def delete_model(self, model: str) -> None:
        """Delete an uploaded model, its analyses and the link to it. Raises DiskFailure for the
        link alone.
        """
        self.uploaded_models.delete(model)
        self.forget([model])
        await self._unshare(lambda share: share.kind == "model" and share.thing == model)

    async def create_training(
        self,
        spec: TrainingSpec,
        name: str,
        *,
        paused: bool,
        speed: float | None,
        owner: str = NOBODY,
    ) -> TrainingRun:
        """Start a training as ``TrainingManager.create`` does, and delete the oldest ones when
        there are too many then.
        """
        run = await self.trainings.create(spec, name, paused=paused, speed=speed, owner=owner)
        for old in self.trainings.too_many(owner):
            try:
                await self.delete_training(old, unused=True)
            except (DiskFailure, WrongState) as error:
                log.warning("training %s stays: %s", old.id, error)
        return run

    async def delete_training(self, run: TrainingRun, *, unused: bool = False) -> None:
        """Delete a training with its networks, their analyses, its steps and the links to it.
        Raises DiskFailure; WrongState for one in use, of ``unused`` ones.
        """
        gone = {("training", run.id), ("model", run.model)}
        await self.trainings.delete(run, unused=unused)
        self.registry.forget_files(run.files.folder)
        self.forget([run.model])
        self.steps.forget(lambda step: step.training == run.id)
        await self._unshare(lambda share: (share.kind, _root(share.thing)) in gone)

    async def delete_dataset(self, dataset: str) -> None:
        """Delete an uploaded dataset, and the steps that hold pictures of it. Raises
        DiskFailure.
        """
        await self.executor.run(lambda _: self.datasets.delete(dataset))
        learning = {run.id for run in self.trainings.all() if run.spec["dataset"] == dataset}
        self.steps.forget(lambda step: step.training in learning)

    async def held_by(self, owner: str) -> dict[str, int]:
        """How much a workspace holds."""
        datasets = await self.executor.run(lambda _: self.datasets.of(owner))
        return {
            "models": len(self.uploaded_models.of(owner)),
            "datasets": len(datasets),
            "trainings": sum(run.owner == owner for run in self.trainings.all()),
        }

    async def delete_workspace(self, owner: str) -> None:
        """Delete all that a workspace has brought or made, as far as that can be done, and raise
        what could not. Raises Overloaded and TooManyRequests before anything is deleted.
        """
        with self.executor.place():
            await self._delete_workspace(owner)

    async def _delete_workspace(self, owner: str) -> None:
        datasets = await self.executor.run(lambda _: self.datasets.of(owner))
        runs = [run for run in self.trainings.all() if run.owner == owner]
        failures = [
            *await _failures(self.delete_training(run) for run in runs),
            *await _failures(self.delete_dataset(info.id) for info in datasets),
            *await _failures(self.delete_model(m) for m in self.uploaded_models.of(owner)),
        ]
        gone = self.analyses.forget_of(owner)
        self.steps.forget(lambda step: _is_of(step, gone))
        await self._unshare(lambda share: share.owner == owner)
        if failures:
            raise failures[0]

    async def note_holders(self) -> None:
        """Tell the quotas which workspaces hold something."""
        datasets = await self.executor.run(lambda _: self.datasets.owners())
        trainings = {run.owner for run in self.trainings.all()}
        self.quotas.retain(datasets | trainings | self.uploaded_models.owners())

    async def sweep(self, now: float) -> None:
        """Delete models that are no longer used, and what is older than the settings keep it. The
        system gets the memory of all that is gone.
        """
        self.forget(self.uploaded_models.sweep())
        await asyncio.to_thread(give_back)
        await self.note_holders()
        if not self.settings.retention:
            return
        oldest = now - self.settings.retention * _DAY
        for run in self.trainings.all():
            if run.owner != NOBODY and run.process is None and _written(run.files.about) < oldest:
                with suppress(WrongState):
                    await self.delete_training(run, unused=True)
        used = {run.spec["dataset"] for run in self.trainings.all()}
        for info, written in await self.executor.run(lambda _: self.datasets.written()):
            if info.owner != NOBODY and info.id not in used and written < oldest:
                await self.delete_dataset(info.id)

    async def _unshare(self, unwanted: Callable[[Share], bool]) -> None:
        with disk_failures("The link cannot be taken back"):
            await asyncio.to_thread(self.shares.forget, unwanted)


async def _failures(deletions: Iterable[Coroutine[Any, Any, None]]) -> list[AppError]:
    """Do one after the other, whatever becomes of the others. What is gone is no failure."""
    failures: list[AppError] = []
    for deletion in deletions:
        try:
            await deletion
        except (UnknownModel, UnknownDataset):
            pass
        except AppError as error:
            failures.append(error)
    return failures


def _written(path: Path) -> float:
    """When a file was written; one that is not there counts as new."""
    try:
        return path.stat().st_mtime
    except OSError:
        return math.inf


def _root(model: str) -> str:
    """A model's id without the step of a training."""
    return model.partition("@")[0]


def _is_of(step: StepInspection, analyses: Collection[str]) -> bool:
    both = (step.original, step.after)
    return any(done is not None and done.id in analyses for done in both)
