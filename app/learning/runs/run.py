"""One training as the server knows it: what it is asked to be, where it stands, what happened, and who waits for news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from app.encoding.arrays import json_bytes
from app.learning.runs.config import Wish
from app.learning.runs.directory import Files
from app.learning.runs.metrics_log import Journal
from app.learning.runs.process import Process

OVER = ("finished", "stopped", "failed")

_PING = 15.0  # seconds of silence after which a stream says that it is still there
_PAUSE = 0.1  # seconds between two lots of news in a stream

# What a process tells of where it stands, and what is said of it before it has.
_UNTOLD: dict[str, Any] = {
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


class Run:
    """A training. Use it from the event loop; what other threads may read is said where it is."""

    def __init__(
        self,
        run_id: str,
        name: str,
        wish: Wish,
        files: Files,
        limits: dict[str, float],
        created: float,
    ) -> None:
        self.id, self.name, self.wish, self.files = run_id, name, wish, files
        self.limits, self.created = limits, created
        self.status = "starting"
        self.problem: str | None = None
        self.speed: float | None = None
        self.facts = dict(_UNTOLD)
        self.journal = Journal()
        self.look: dict[str, Any] | None = None
        self.recovered: dict[str, int] | None = None
        self.process: Process | None = None
        self.course = 0  # counts how often it went back: to its beginning, or to a checkpoint
        self.stands_at: int | None = (
            None  # the step that was known before the server or the process was killed
        )
        self.deaths = 0
        self.answered = 0
        self._asked = 0
        self._bell = asyncio.Event()

    @property
    def model(self) -> str:
        """Its newest network's id."""
        return f"run-{self.id}"

    @property
    def is_over(self) -> bool:
        """Whether it does not go on any more."""
        return self.status in OVER

    def about(self) -> dict[str, Any]:
        """What is kept on disk of it."""
        return {
            "id": self.id,
            "name": self.name,
            "created": self.created,
            "wish": dict(self.wish),
            "status": "running" if self.status == "starting" else self.status,
            "problem": self.problem,
            "speed": self.speed,
            "facts": self.facts,
            **self.limits,
        }

    def state(self) -> dict[str, Any]:
        """Where it stands, as the API tells it, without what happened."""
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "problem": self.problem,
            "wish": dict(self.wish),
            **self.facts,
            "batch_size": self.wish["batch_size"],
            "speed": self.speed,
            "look": self.look,
            "model": self.model,
            "recovered": self.recovered,
            "limits": self.limits,
        }

    def whole(self) -> dict[str, Any]:
        """All that is known of it, as the API tells it."""
        return {**self.state(), "history": self.journal.epochs, "points": self.journal.since(0)}

    def tell(self, command: str, **options: Any) -> int:
        """Tell its process what to do; the number by which its answer is known."""
        assert self.process is not None
        self._asked += 1
        self.process.send(command, number=self._asked, **options)
        return self._asked

    def hear(self, news: dict[str, Any]) -> None:
        """Take in what the process tells."""
        match news["event"]:
            case "state":
                self._hear_state(news)
            case "points":
                self.journal.points += news["points"]
                self._learn_facts(news)
            case "epoch":
                self.journal.epochs.append(news["record"])
            case "look":
                self.look = {key: news[key] for key in ("step", "layers", "warnings")}
        self.ring()

    def forget(self) -> None:
        """Begin again with nothing behind it."""
        self.journal, self.look, self.recovered = Journal(), None, None
        self.facts |= {"step": 0, "epoch": 0}
        self.problem, self.stands_at = None, None
        self.course += 1

    def ring(self) -> None:
        """Wake everyone who waits for news."""
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds, for so long at most; whether it does."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    await self._bell.wait()
        except TimeoutError:
            return False
        return True

    async def events(self, after: int, closing: asyncio.Event) -> AsyncIterator[bytes]:
        """What happens, as server-sent events, from the step ``after`` on; until the server closes."""
        told = _Told(after)
        while not closing.is_set():
            bell = self._bell
            for name, step, content in told.news(self):
                yield _event(name, step, content)
            try:
                async with asyncio.timeout(_PING):
                    await bell.wait()
            except TimeoutError:
                yield b": still there\n\n"
            await self._breathe(closing)

    async def _breathe(self, closing: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(_PAUSE):
                await closing.wait()
        except TimeoutError:
            pass

    def _hear_state(self, news: dict[str, Any]) -> None:
        self._learn_facts(news)
        if self.stands_at is not None and "step" in news:
            self._go_back(news["step"])
        self.answered = news.get("answered", self.answered)
        if news["status"] != "quit":
            self.status, self.problem = news["status"], news["problem"]
            self.speed = news.get("speed", self.speed)

    def _go_back(self, step: int) -> None:
        """A new process stands where the last checkpoint was."""
        assert self.stands_at is not None
        self.recovered = {"step_before": self.stands_at, "step_after": step}
        if step < self.stands_at:
            self.course += 1
        self.journal.cut(step)
        self.stands_at = None

    def _learn_facts(self, news: dict[str, Any]) -> None:
        self.facts |= {key: news[key] for key in self.facts.keys() & news.keys()}


class _Told:
    """What one listener knows already."""

    def __init__(self, after: int) -> None:
        self.step = after
        self.state: tuple[Any, ...] | None = None
        self.course: int | None = None
        self.epochs = 0
        self.look: dict[str, Any] | None = None

    def news(self, run: Run) -> list[tuple[str, int, Any]]:
        """(event, its step, its content) for what the listener does not know yet."""
        found: list[tuple[str, int, Any]] = []
        step = run.facts["step"]
        went_back = self.course not in (None, run.course)
        if went_back or self.step > step:
            self.step = min(self.step, step)
        state = (run.status, run.problem, run.speed, run.course, run.recovered is None)
        if self.state is None or went_back:
            found.append(("state", self.step, run.state()))
        if self.course is None or went_back:
            self.epochs = sum(record["step"] <= self.step for record in run.journal.epochs)
        points = run.journal.since(self.step)
        if points:
            self.step = int(points[-1][0])
            told = ("images_per_second", "seconds_left", "epoch", "step", "learning_rate")
            found.append(
                ("points", self.step, {"points": points, **{key: run.facts[key] for key in told}})
            )
        found += [("epoch", self.step, record) for record in run.journal.epochs[self.epochs :]]
        if run.look is not None and run.look is not self.look and self.state is not None:
            found.append(("look", self.step, run.look))
        if state != self.state and not (self.state is None or went_back):
            found.append(("state", self.step, run.state()))  # after what led to it
        self.state, self.course, self.epochs, self.look = (
            state,
            run.course,
            len(run.journal.epochs),
            run.look,
        )
        return found


def _event(name: str, step: int, content: Any) -> bytes:
    return f"event: {name}\nid: {step}\ndata: ".encode() + json_bytes(content) + b"\n\n"
