"""All trainings of one server: started, controlled, resumed after a restart; bounded in number,
memory and time.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import secrets
import shutil
import time
from pathlib import Path
from typing import Any

from app.encoding.text import sentence, short_name
from app.errors import (
    BadParameter,
    Overloaded,
    UnknownDataset,
    UnknownTraining,
    WrongState,
)
from app.execution.executor import WorkExecutor
from app.execution.fair_pool import sender
from app.learning.datasets.store import Datasets
from app.learning.disk import delete_folder, disk_failures, reason
from app.learning.runs.config import TrainingSpec, initial_state, restore
from app.learning.runs.directory import RunDirectory
from app.learning.runs.process import Process
from app.learning.runs.room import TrainingBounds, refuse_without_room, to_make_room
from app.learning.runs.run import TrainingRun
from app.models.registry import Provenance
from app.workspaces.quotas import Quota
from app.workspaces.workspace import NOBODY, Workspace
from engine.errors import TrainingError
from engine.train import checkpoint
from engine.train.data import Dataset
from engine.train.state import TrainState

_ID = re.compile(r"[0-9a-f]{12}")
_MODEL = re.compile(r"run-([0-9a-f]{12})(?:@([0-9]{1,9}))?")
_ANSWER = 8.0  # seconds that a command waits for what it brings about
_SETTLING = 30.0  # seconds that what reads a paused training waits for commands that are under way
_RETRY = 10  # seconds after which there may be room
_MAX_RESTARTS = 3  # so often a process that was killed is replaced
_KILLED = "The training's process was ended by the system, mostly because memory ran out."

log = logging.getLogger(__name__)


class TrainingManager:
    """Use it on one event loop, except ``ids``, ``find`` and ``keeping``, by which the registry
    offers the trained networks as models.
    """

    def __init__(
        self, folder: Path, datasets: Datasets, executor: WorkExecutor, bounds: TrainingBounds
    ) -> None:
        self._folder = folder / "runs"
        self._datasets = datasets
        self._executor = executor
        self._bounds = bounds
        self._runs: dict[str, TrainingRun] = {}
        self._admission = asyncio.Lock()
        self.closing = asyncio.Event()

    def ids(self) -> list[str]:
        """The model id of each training's newest network, where there is one."""
        return [run.model for run in list(self._runs.values()) if run.diagnostics is not None]

    def find(self, model: str) -> Path | None:
        """The file of a training's newest network, or of the one after a step."""
        named = _MODEL.fullmatch(model)
        run = self._runs.get(named[1]) if named else None
        if named is None or run is None:
            return None
        if named[2] is not None:
            path = run.files.snapshot(int(named[2]))
            return path if path.exists() else None
        steps = run.files.snapshots()
        return run.files.snapshot(steps[-1]) if steps else None

    def use(self, model: str) -> None:
        """Has no effect: trained networks are not evicted."""

    def retention(self, model: str) -> None:
        """Trained networks are not uploads, and stay as long as their trainings."""

    def provenance(self, model: str) -> Provenance | None:
        """A training's network has the training's name and date."""
        run = self.run_of(model)
        if run is None:
            return None
        try:
            dataset = self._datasets.info(run.spec["dataset"]).name
        except UnknownDataset:  # deleted since
            dataset = None
        return Provenance(origin="trained", created=run.created, dataset=dataset, title=run.name)

    def owner(self, model: str) -> str | None:
        """A training's networks belong to whom it belongs to."""
        run = self.run_of(model)
        return None if run is None else run.owner

    def run_of(self, model: str) -> TrainingRun | None:
        """The training whose network this is, of whatever step; None for other models."""
        named = _MODEL.fullmatch(model)
        return self._runs.get(named[1]) if named else None

    async def rename(self, run: TrainingRun, name: str) -> None:
        """Call a training and its networks something else."""
        run.name = name
        await self._keep(run)
        run.notify()

    async def open(self) -> None:
        """Find the trainings on disk, and resume those that were running."""
        for run in await asyncio.to_thread(self._read_all):
            self._runs[run.id] = run
        for run in self._runs.values():
            if run.status == "starting" and len(self._alive()) < self._bounds.alive:
                try:
                    await self._start(run)
                except OSError as error:
                    run.status, run.problem = "paused", _not_started(error)
            elif run.status == "starting":
                run.status = "paused"

    def close_streams(self) -> None:
        """End every stream of events."""
        self.closing.set()
        for run in self._runs.values():
            run.notify()

    async def close(self) -> None:
        """Let every process save its state and exit. Running trainings resume when the server is
        back.
        """
        self.close_streams()
        ends = (run.process.end() for run in self._runs.values() if run.process)
        for ended in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(ended, BaseException):
                log.error("a training's process did not end as it should", exc_info=ended)

    def all(self) -> list[TrainingRun]:
        """Every training, the newest first."""
        return sorted(self._runs.values(), key=lambda run: -run.created)

    def seen_by(self, workspace: Workspace) -> list[TrainingRun]:
        """A workspace's trainings, the newest first."""
        return [run for run in self.all() if workspace.sees(run.owner)]

    def too_many(self, owner: str) -> list[TrainingRun]:
        """The trainings beyond the limit that go for the owner's newest one."""
        return to_make_room(self.all(), owner, self._bounds)

    def find_run(self, run_id: str) -> TrainingRun | None:
        """A training, whosever it is."""
        return self._runs.get(run_id)

    def get(self, run_id: str, workspace: Workspace) -> TrainingRun:
        """A training of a workspace. Raises UnknownTraining."""
        run = self._runs.get(run_id)
        if run is None or not workspace.sees(run.owner):
            raise UnknownTraining(
                f"There is no training {run_id!r}; GET /api/v1/trainings lists those there are."
            )
        return run

    async def create(
        self,
        spec: TrainingSpec,
        name: str,
        *,
        paused: bool,
        speed: float | None,
        owner: str = NOBODY,
    ) -> TrainingRun:
        """Start a training for its ``owner``. Raises UnknownDataset, BadParameter for an impossible
        specification, Overloaded, and QuotaExceeded.
        """
        await self._executor.run(lambda _: self._try(spec))
        self._bounds.quotas.hold(owner, sender.get().address)
        async with self._admission:
            refuse_without_room(self.all(), owner, self._bounds)
            await self._make_room(owner)
            run_id = secrets.token_hex(6)
            files = RunDirectory(self._folder / run_id)
            shown = (
                short_name(name) or "Pictures"
                if name
                else self._datasets.info(spec["dataset"]).name
            )
            run = TrainingRun(run_id, shown, spec, files, self._bounds.of_one(), time.time())
            run.speed, run.owner = speed, owner
            with disk_failures("The training cannot be started"):
                await self._begin(run, paused=paused)
        return run

    async def pause(self, run: TrainingRun) -> None:
        """Pause before the next step. Raises WrongState for a training that has ended."""
        self._refuse_over(run)
        if run.status != "paused":
            self._send_command(run, "pause")
            await run.until(lambda: run.status not in ("starting", "running"), _ANSWER)

    async def resume(self, run: TrainingRun, speed: float | None) -> None:
        """Resume, at ``speed`` batches a second; None is as fast as the machine can. One that has
        failed for want of room on the disk, say, goes on from the last checkpoint. Raises
        WrongState, Overloaded and DiskFailure.
        """
        if not run.resumable:
            self._refuse_over(run)
        await self._wake(run)
        asked = self._send_command(run, "resume", speed=speed)
        await run.until(lambda: run.answered >= asked or run.is_over, _ANSWER)

    async def step(self, run: TrainingRun, batches: int) -> None:
        """Take so many steps and pause again. Raises WrongState unless it is paused, and
        Overloaded.
        """
        await self._settle(run)
        if run.status != "paused":
            raise WrongState(
                f"The training is {run.status}: single steps are for one that is paused."
            )
        await self._wake(run)
        asked = self._send_command(run, "step", batches=batches)
        await run.until(lambda: run.answered >= asked or run.is_over, _ANSWER)

    async def stop(self, run: TrainingRun) -> None:
        """End it and keep its results. Raises WrongState for a training that has ended."""
        self._refuse_over(run)
        if run.process is not None and run.process.is_ending:
            await run.process.end()  # it hears no command any more
        if run.process is None:
            run.status = "stopped"
            await self._keep(run)
            run.notify()
            return
        self._send_command(run, "stop")
        await run.until(lambda: run.is_over, _ANSWER)

    async def reset(self, run: TrainingRun) -> None:
        """Back to the initial weights, paused. Raises Overloaded, DiskFailure."""
        async with self._admission:
            self._refuse_gone(run)
            if run.process is not None:
                await run.process.end()
            await self._make_room(run.owner)
            with disk_failures("The training cannot be reset"):
                try:
                    await asyncio.to_thread(run.files.clear)
                    run.forget()
                    await self._start(run, paused=True)
                except OSError as error:
                    run.fail(_not_started(error))
                    run.notify()
                    raise
        await run.until(lambda: run.status != "starting", _ANSWER)

    async def delete(self, run: TrainingRun, *, unused: bool = False) -> None:
        """End it, and delete its files. Raises DiskFailure when some of them cannot be deleted: a
        restarted server would find it again; WrongState for one in use, of ``unused`` ones.
        """
        async with self._admission:  # and not while its process is being started
            if unused and run.process is not None:
                raise WrongState("The training is in use again.")
            if run.process is not None:
                await run.process.end()
            with disk_failures("The training's files cannot be deleted"):
                async with run.writing:
                    await asyncio.to_thread(delete_folder, run.files.folder)
            self._runs.pop(run.id, None)
        run.notify()  # whoever follows it is told no more

    async def step_to_inspect(self, run: TrainingRun, number: int | None) -> int:
        """The number of the step that can be looked at: the one asked for, else the one to come of
        a training that is paused or was stopped, the last one of a finished one. Raises WrongState
        while it learns.
        """
        await self._settle(run)
        if number is not None:
            return number
        if run.status == "finished":
            return int(run.progress["step"])
        if run.status not in ("paused", "stopped"):
            raise WrongState(
                f"The training is {run.status}: the step to come can be looked at while it is paused."
            )
        return int(run.progress["step"]) + 1

    async def _settle(self, run: TrainingRun) -> None:
        """Wait until its process has done all that it was told: before, where it stands and what it
        has saved need not fit together.
        """
        await run.until(lambda: run.is_settled or run.is_over, _SETTLING)

    def before(self, run: TrainingRun, number: int) -> tuple[TrainState, Dataset]:
        """The state before a step, and the dataset; may block. Raises WrongState when that state is
        no longer kept.
        """
        path = run.files.state_before(number)
        dataset = self._datasets.get(run.spec["dataset"])
        try:
            return restore(run.spec, dataset, checkpoint.load(path)), dataset
        except TrainingError:
            raise WrongState(
                f"Step {number} of the training cannot be looked at: only the one to come while it is paused can, the last "
                "ones that were taken one by one, and the last one of a finished training."
            ) from None

    def dataset(self, run: TrainingRun) -> Dataset:
        """The dataset of a training; may block. Raises UnknownDataset."""
        return self._datasets.get(run.spec["dataset"])

    def _try(self, spec: TrainingSpec) -> None:
        try:
            initial_state(spec, self._datasets.get(spec["dataset"]))
        except TrainingError as error:
            raise BadParameter(sentence(error)) from None

    def _alive(self) -> list[TrainingRun]:
        return [run for run in self._runs.values() if run.process is not None and not run.is_over]

    async def _make_room(self, owner: str) -> None:
        """End the process of a paused training when there are too many, of the owner's or of all.
        Raises Overloaded when all of those are running.
        """
        most = self._bounds.alive
        everybody = Quota(frozenset(run.owner for run in self._alive()), 1, "in all")
        for quota in (*self._bounds.quotas.of(owner), everybody):
            alive = [run for run in self._alive() if run.owner in quota.owners]
            limit = math.ceil(quota.part * most)
            if len(alive) < limit:
                continue
            resting = [run for run in alive if run.status == "paused" and run.is_settled]
            if not resting:
                raise Overloaded(
                    f"{len(alive)} trainings {quota.whose} are at work, as many as may be at once. "
                    "Pause or stop one, or come back later.",
                    limit=limit,
                    actual=len(alive),
                    retry_after=_RETRY,
                )
            process = min(resting, key=lambda run: (run.owner != owner, run.created)).process
            assert process is not None
            await process.end()
            return  # there is one process less, of all too

    async def _wake(self, run: TrainingRun) -> None:
        """Start the process of a training that is paused, or has failed, where it has none or one
        that is ending.
        """
        if run.process is not None and not run.process.is_ending and not run.is_over:
            return
        async with self._admission:
            self._refuse_gone(run)
            if run.process is not None and run.is_over:
                await run.process.end()
            if run.process is None:  # still: others may have waited for the same
                await self._make_room(run.owner)
                if run.is_over:
                    run.restarts, run.last_known_step = 0, run.progress["step"]
                with disk_failures("The training cannot go on now"):
                    await self._start(run, paused=True)
        await run.until(lambda: run.status != "starting", _ANSWER)

    async def _begin(self, run: TrainingRun, *, paused: bool) -> None:
        """Start a new training; where that fails, nothing is left of it. Raises OSError."""
        try:
            await asyncio.to_thread(run.files.make)
            self._runs[run.id] = run
            await self._start(run, paused=paused)
        except OSError:
            self._runs.pop(run.id, None)
            await asyncio.to_thread(shutil.rmtree, run.files.folder, ignore_errors=True)
            raise

    async def _start(self, run: TrainingRun, *, paused: bool = False) -> None:
        """Start the process of a training. Raises OSError where run.json cannot be written, which
        the process reads, or where the system starts no process: then it stands as it did.
        """
        before = run.status, run.problem, run.resumable
        run.status = "paused" if paused else "starting"
        run.problem, run.resumable = None, False
        try:
            await run.keep()
            run.status = "starting"
            run.process = await self._process(run)
        except OSError:
            run.status, run.problem, run.resumable = before
            raise
        run.notify()

    async def _process(self, run: TrainingRun) -> Process:

        async def handle_message(message: dict[str, Any]) -> None:
            before = run.status, run.speed
            run.handle_message(message)
            if (run.status, run.speed) != before:
                await self._keep(run)

        async def on_exit(process: Process) -> None:
            await self._on_exit(run, process)

        return await Process.start(run.files.folder, handle_message, on_exit)

    async def _on_exit(self, run: TrainingRun, process: Process) -> None:
        """A process has exited: as commanded, because the training has ended, or because it was
        killed.
        """
        run.process = None
        run.forget_commands()
        is_at_work = run.status in ("starting", "running")
        if process.is_ending and is_at_work and not self.closing.is_set():
            run.status = "paused"  # it began to learn just when it was ended
            await self._keep(run)
        elif not process.is_ending and not run.is_over:
            log.warning("the process of training %s ended with %s", run.id, process.exit_code)
            async with self._admission:
                await self._replace(run)
        run.notify()

    async def _replace(self, run: TrainingRun) -> None:
        """Another process for a training whose own was killed, unless it has been deleted, stopped
        or woken meanwhile.
        """
        if run.id not in self._runs or run.process is not None or run.is_over:
            return
        if self.closing.is_set():  # the next server resumes it
            return
        run.restarts += 1
        problem = _KILLED
        if run.restarts <= _MAX_RESTARTS:
            run.last_known_step = run.progress["step"]
            try:
                await self._start(run, paused=run.status == "paused")
                return
            except OSError as error:
                problem = _not_started(error)
        run.fail(problem, resumable=True)
        await self._keep(run)

    async def _keep(self, run: TrainingRun) -> None:
        try:
            await run.keep()
        except (
            OSError
        ) as error:  # a full disk: the training goes on, only a restart will not know of this
            log.warning("run.json of training %s cannot be written: %s", run.id, error)

    def _read_all(self) -> list[TrainingRun]:
        folders = [path for path in self._folder.glob("*") if _ID.fullmatch(path.name)]
        return [
            run
            for path in folders
            if (run := TrainingRun.read(RunDirectory(path), self._bounds.of_one())) is not None
        ]

    def _send_command(self, run: TrainingRun, command: str, **options: Any) -> int:
        if run.process is None:
            raise WrongState(f"The training is {run.status}.")
        return run.send_command(command, **options)

    def _refuse_gone(self, run: TrainingRun) -> None:
        if run.id not in self._runs:
            raise UnknownTraining("The training has been deleted meanwhile.")

    def _refuse_over(self, run: TrainingRun) -> None:
        if run.is_over:
            raise WrongState(
                f"The training is {run.status}; it can be reset, or another one begun."
            )


def _not_started(error: OSError) -> str:
    return f"The training's process cannot be started. {reason(error)}"
