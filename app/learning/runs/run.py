"""One training as the server knows it: its specification, its state, its history, and who waits for
events.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from app.learning.runs.config import TrainingSpec
from app.learning.runs.directory import RunDirectory
from app.learning.runs.metrics_log import MetricsLog
from app.learning.runs.process import Process
from app.workspaces.workspace import NOBODY

TERMINAL_STATES = ("finished", "stopped", "failed")

log = logging.getLogger(__name__)

_PAUSE = 0.1  # seconds between two lots of news in a stream

# What a process tells of where it stands, and what is said of it before it has.
_NO_PROGRESS: dict[str, Any] = {
    "step": 0,
    "steps": 0,
    "epoch": 0,
    "epochs": 0,
    "learning_rate": 0.0,
    "images_per_second": None,
    "seconds_left": None,
    "parameters": 0,
    "layers": [],
    "classes": [],
    "training_pictures": None,
    "validation_pictures": None,
}


class TrainingRun:
    """A training. Use it on the event loop; attributes that other threads may read say so."""

    def __init__(
        self,
        run_id: str,
        name: str,
        spec: TrainingSpec,
        files: RunDirectory,
        limits: dict[str, float],
        created: float,
    ) -> None:
        self.id, self.name, self.spec, self.files = run_id, name, spec, files
        self.limits, self.created = limits, created
        self.owner = NOBODY  # read by other threads
        self.status = "starting"
        self.problem: str | None = None
        self.resumable = False  # though it has failed: for want of room on the disk, say
        self.speed: float | None = None
        self.progress = dict(_NO_PROGRESS)
        self.metrics_log = MetricsLog()
        self.diagnostics: dict[str, Any] | None = None
        self.recovered: dict[str, int] | None = None
        self.process: Process | None = None
        self.generation = 0  # counts how often it went back: to its beginning, or to a checkpoint
        self.last_known_step: int | None = (
            None  # the step that was known before the server or the process was killed
        )
        self.restarts = 0
        self.answered = 0
        self.writing = asyncio.Lock()  # held by whoever writes run.json, or deletes its folder
        self._asked = 0
        self._changed = asyncio.Event()

    @classmethod
    def read(cls, files: RunDirectory, limits: dict[str, float]) -> TrainingRun | None:
        """A training found on disk; None for a folder that holds none."""
        try:
            about = files.read_about()
            run = cls(about["id"], about["name"], about["config"], files, limits, about["created"])
            run.status, run.problem, run.speed = about["status"], about["problem"], about["speed"]
            run.resumable = about.get("resumable", False)
            run.progress |= about["progress"]
            run.owner = about.get("owner", NOBODY)
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("%s holds no training", files.folder)
            return None
        run.metrics_log = MetricsLog.read(files.metrics_log, 2**62)
        last = int(run.metrics_log.last[0]) if run.metrics_log.last else 0
        if run.is_over:
            run.metrics_log.thin()
        run.progress["step"] = last
        snapshots = files.snapshots()
        if snapshots:
            run.diagnostics = {"step": snapshots[-1], "layers": [], "warnings": []}
        if run.status not in (*TERMINAL_STATES, "paused"):
            run.status, run.last_known_step = "starting", last
        return run

    @property
    def model(self) -> str:
        """The model id of its newest network."""
        return f"run-{self.id}"

    @property
    def is_settled(self) -> bool:
        """Whether its process has begun, and has done all that it was told."""
        return self.status != "starting" and self.answered >= self._asked

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status in TERMINAL_STATES

    def about(self) -> dict[str, Any]:
        """What run.json holds."""
        return {
            "id": self.id,
            "name": self.name,
            "created": self.created,
            "owner": self.owner,
            "config": dict(self.spec),
            "status": "running" if self.status == "starting" else self.status,
            "problem": self.problem,
            "resumable": self.resumable,
            "speed": self.speed,
            "progress": self.progress,
            **self.limits,
        }

    async def keep(self) -> None:
        """Write run.json: one after the other, so that the last one is how things stand. Raises
        OSError.
        """
        async with self.writing:
            await asyncio.to_thread(self.files.write_about, self.about())

    def state(self) -> dict[str, Any]:
        """Its state as the API answers it, without the history."""
        return {
            "id": self.id,
            "name": self.name,
            "created": datetime.fromtimestamp(self.created, UTC).isoformat(timespec="seconds"),
            "status": self.status,
            "problem": self.problem,
            "resumable": self.resumable,
            "config": dict(self.spec),
            **self.progress,
            "batch_size": self.spec["batch_size"],
            "speed": self.speed,
            "diagnostics": self.diagnostics,
            "model": self.model,
            "lent": False,
            "recovered": self.recovered,
            "limits": self.limits,
        }

    def listed(self) -> dict[str, Any]:
        """Where it stands and how good it was, for the list of all."""
        epochs = self.metrics_log.epochs
        accuracy = epochs[-1]["validation_accuracy"] if epochs else None
        return {**self.state(), "last_validation_accuracy": accuracy}

    def whole(self) -> dict[str, Any]:
        """Its state and history as the API answers them."""
        return {
            **self.state(),
            "history": self.metrics_log.epochs,
            "batches": self.metrics_log.since(0),
        }

    def send_command(self, command: str, **options: Any) -> int:
        """Send its process a command; returns the number that the reply will carry."""
        assert self.process is not None
        self._asked += 1
        self.process.send(command, number=self._asked, **options)
        return self._asked

    def fail(self, problem: str, *, resumable: bool = False) -> None:
        """It has ended, and why; ``resumable`` where the reason may be gone one day."""
        self.status, self.problem, self.resumable = "failed", problem, resumable

    def forget_commands(self) -> None:
        """Its process has ended: what it was told and had not done is not waited for."""
        self.answered = self._asked

    def handle_message(self, message: dict[str, Any]) -> None:
        """Apply a message of the process."""
        match message["event"]:
            case "state":
                self._handle_state(message)
            case "batches":
                self.metrics_log.add(message["batches"])
                self._update_progress(message)
            case "epoch":
                self.metrics_log.epochs.append(message["record"])
            case "diagnostics":
                self.diagnostics = {key: message[key] for key in ("step", "layers", "warnings")}
        self.notify()

    def forget(self) -> None:
        """Drop the history, as before the first step."""
        self.metrics_log, self.diagnostics, self.recovered = MetricsLog(), None, None
        self.progress |= {"step": 0, "epoch": 0}
        self.problem, self.last_known_step = None, None
        self.generation += 1

    def notify(self) -> None:
        """Wake everyone who waits for a change."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait for the condition, for so many seconds at most; returns whether it holds."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def events(
        self, after: int, closing: asyncio.Event, may_be_seen: Callable[[], bool]
    ) -> AsyncIterator[tuple[str, int, Any]]:
        """Events as (event, its step, its content), from the step ``after`` on, until the server
        closes or the listener may see the run no longer.
        """
        cursor = StreamCursor(after)
        while not closing.is_set() and may_be_seen():
            changed = self._changed
            for news in cursor.advance(self):
                yield news
            await changed.wait()
            await self._breathe(closing)

    async def _breathe(self, closing: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(_PAUSE):
                await closing.wait()
        except TimeoutError:
            pass

    def _handle_state(self, message: dict[str, Any]) -> None:
        self._update_progress(message)
        if self.last_known_step is not None and "step" in message:
            self._go_back(message["step"])
        # a process that took the place of another has answered nothing yet
        self.answered = max(self.answered, message.get("answered", 0))
        if message["status"] != "quit":
            self.status, self.problem = message["status"], message["problem"]
            self.resumable = message.get("resumable", False)
            self.speed = message.get("speed", self.speed)
        if self.is_over:
            self.metrics_log.thin()

    def _go_back(self, step: int) -> None:
        """A new process starts from the last checkpoint: drop what came after it."""
        assert self.last_known_step is not None
        self.recovered = {"step_before": self.last_known_step, "step_after": step}
        if step < self.last_known_step:
            self.generation += 1
        self.metrics_log.cut(step)
        self.last_known_step = None

    def _update_progress(self, message: dict[str, Any]) -> None:
        self.progress |= {key: message[key] for key in self.progress.keys() & message.keys()}


class StreamCursor:
    """What one listener has been sent already."""

    def __init__(self, after: int) -> None:
        self.step = after
        self.state: tuple[Any, ...] | None = None
        self.generation: int | None = None
        self.epochs = 0
        self.diagnostics: dict[str, Any] | None = None

    def advance(self, run: TrainingRun) -> list[tuple[str, int, Any]]:
        """(event, its step, its content) for what the listener has not been sent yet."""
        found: list[tuple[str, int, Any]] = []
        step = run.progress["step"]
        went_back = self.generation not in (None, run.generation)
        if went_back or self.step > step:
            self.step = min(self.step, step)
        state = (run.status, run.problem, run.speed, run.generation, run.recovered is None)
        if self.state is None or went_back:
            found.append(("state", self.step, run.state()))
        if self.generation is None or went_back:
            self.epochs = sum(record["step"] <= self.step for record in run.metrics_log.epochs)
        batches = run.metrics_log.since(self.step)
        if batches:
            self.step = int(batches[-1][0])
            shown = ("images_per_second", "seconds_left", "epoch", "step", "learning_rate")
            found.append(
                (
                    "batches",
                    self.step,
                    {"batches": batches, **{key: run.progress[key] for key in shown}},
                )
            )
        found += [("epoch", self.step, record) for record in run.metrics_log.epochs[self.epochs :]]
        if (
            run.diagnostics is not None
            and run.diagnostics is not self.diagnostics
            and self.state is not None
        ):
            found.append(("diagnostics", self.step, run.diagnostics))
        if state != self.state and not (self.state is None or went_back):
            found.append(("state", self.step, run.state()))  # after what led to it
        self.state, self.generation, self.epochs, self.diagnostics = (
            state,
            run.generation,
            len(run.metrics_log.epochs),
            run.diagnostics,
        )
        return found
