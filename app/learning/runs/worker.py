"""The process that learns: ``python -m app.learning.runs.worker FOLDER``. It belongs to one training and ends with it.

Commands come as JSON lines on stdin, news leave as JSON lines on stdout. When stdin ends, because the server stopped or was
killed, the state is saved and the process ends. It has a low priority, so that others' analyses come first.
"""

from __future__ import annotations

import fcntl
import json
import os
import queue
import resource
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from app.encoding.text import sentence
from app.learning.datasets.store import load
from app.learning.runs.config import begin, planned, restore
from app.learning.runs.directory import Files
from app.learning.runs.metrics_log import Journal, Point
from engine.errors import EngineError
from engine.formats import safetensors
from engine.network import Network
from engine.train import checkpoint
from engine.train.clone import rebuilt
from engine.train.data import Dataset, batch_count, split_by_seed
from engine.train.inspection import diagnostics
from engine.train.loop import EpochDone, Finished, StepDone, train, upcoming
from engine.train.losses import LOSSES
from engine.train.schedules import SCHEDULES
from engine.train.state import State
from engine.train.step import Step
from engine.types import Array

News = dict[str, Any]

_POINTS_PAUSE = 0.1  # seconds between two lots of points
_LOOK_PAUSE = 1.0  # seconds between two networks that are shown
_RECENT = 0.3  # how much a new measurement of the speed weighs


class Ended(Exception):
    """The training is to end here, with this status and problem."""

    def __init__(self, status: str, problem: str | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.problem = problem


class Learner:
    """A training at work: learns, obeys, and tells. ``tell`` takes the news, ``commands`` gives the commands."""

    def __init__(
        self, files: Files, tell: Callable[[News], None], commands: queue.Queue[News]
    ) -> None:
        about = files.read_about()
        self._wish = about["wish"]
        self._about = {"training": about["id"], "title": about["name"]}
        self._seconds_allowed: float = about["seconds"]
        self._files, self._tell, self._commands = files, tell, commands
        self._dataset: Dataset = load(files.folder.parent.parent, self._wish["data"])
        self._state, self._seconds = self._stand()
        config = self._state.config
        learned, held_out = split_by_seed(self._dataset.labels, config.validation, config.seed)
        self._counts = {"training_pictures": len(learned), "validation_pictures": len(held_out)}
        self._per_epoch = batch_count(len(learned), config.batch_size)
        self._paused: bool = about["status"] == "paused"
        self._speed: float | None = about["speed"]
        self._single = 0  # steps still to be taken before the next rest
        self._answered = 0  # the number of the last command
        self._unsaid: list[Point] = []
        self._batches_a_second: float | None = None
        self._told_at = self._looked_at = monotonic()
        self._health: News = {"layers": [], "warnings": []}
        self._weights: tuple[int, dict[str, Array]] | None = None  # of the last look, and its step

    def run(self) -> None:
        """Learn until the end, or until told to end. Leaves everything saved."""
        try:
            self._forget_what_is_lost()
            self._look()
            if not self._paused:
                self._say("running")
            self._obey()
            for event in train(self._dataset, self._state):
                self._take(event)
        except Ended as end:
            self._flush()
            self._save()
            self._say(end.status, end.problem)
        except EngineError as error:
            self._flush()
            self._say("failed", sentence(error))
        except MemoryError:
            self._say(
                "failed",
                "The training needs more memory than it may have: take fewer filters, or smaller batches.",
            )

    def _stand(self) -> tuple[State, float]:
        """The state to go on from, and for how many seconds it has learned."""
        if not self._files.checkpoint.exists():
            return begin(self._wish, self._dataset), 0.0
        saved = checkpoint.load(self._files.checkpoint)
        return restore(self._wish, self._dataset, saved), saved.extra["seconds"]

    def _forget_what_is_lost(self) -> None:
        """After a kill, the journal may tell of steps that the checkpoint does not know."""
        Journal.read(self._files.journal, self._step).write(self._files.journal)
        self._files.forget_after(self._step)

    @property
    def _step(self) -> int:
        return self._state.epoch * self._per_epoch + self._state.batch

    @property
    def _steps(self) -> int:
        return self._state.config.epochs * self._per_epoch

    def _take(self, event: StepDone | EpochDone | Finished) -> None:
        match event:
            case StepDone():
                self._unsaid.append(
                    [event.step, event.batch_loss, event.batch_accuracy, event.learning_rate]
                )
                self._single -= self._single > 0
                now = monotonic()
                if now - self._told_at >= _POINTS_PAUSE:
                    self._flush()
                if now - self._looked_at >= _LOOK_PAUSE:
                    self._look()
                if self._state.batch < self._per_epoch:  # otherwise the epoch is to be closed first
                    self._obey()
            case EpochDone():
                self._close_epoch(event)
                self._obey()
            case Finished():
                self._look(event.network)
                raise Ended("finished")

    def _close_epoch(self, event: EpochDone) -> None:
        self._flush()
        record = {"epoch": event.epoch, "step": self._step, **asdict(event.record)}
        self._write([["epoch", record]])
        self._save()
        self._look()
        self._tell({"event": "epoch", "record": record})

    def _obey(self) -> None:
        """Do as told; wait while there is a rest, or no hurry. Raises Ended."""
        self._check_time()
        due = monotonic() + (1 / self._speed if self._speed else 0)
        while True:
            if self._resting and not self._commands.qsize():
                self._rest()
            hurries = not self._speed or self._single > 0
            wait = None if self._resting else 0.0 if hurries else max(0.0, due - monotonic())
            if wait:
                self._flush()
            try:
                order = self._commands.get(block=wait != 0, timeout=wait)
            except queue.Empty:
                return
            self._follow(order)

    @property
    def _resting(self) -> bool:
        return self._paused and self._single == 0

    def _follow(self, order: News) -> None:
        self._answered = order.get("number", self._answered)
        match order["command"]:
            case "pause":
                self._paused, self._single = True, 0
            case "resume":
                self._paused, self._speed = False, order["speed"]
                self._told_at = monotonic()
                self._say("running")
            case "step":
                self._single += order["batches"]
                self._told_at = monotonic()
            case "stop":
                self._look()
                raise Ended("stopped")
            case "quit":
                raise Ended("quit")

    def _rest(self) -> None:
        """Save everything, so that the step to come can be looked at, and say so."""
        self._flush()
        self._save()
        self._save_state_before()
        self._look()
        self._say("paused")

    def _save(self) -> None:
        checkpoint.save(self._state, self._files.checkpoint, {"seconds": self._seconds})

    def _save_state_before(self) -> None:
        checkpoint.save(self._state, self._files.state_before(self._step + 1))
        self._files.prune()

    def _look(self, network: Network | None = None) -> None:
        """Write the network of this moment, and tell how its layers fare."""
        about = {**self._about, "step": self._step, "summary": f"After step {self._step}."}
        shown = rebuilt(network or self._state.best, meta=about)
        safetensors.save(shown, self._files.snapshot(self._step), half=False)
        self._files.prune()
        self._looked_at = monotonic()
        self._examine()
        self._tell({"event": "look", "step": self._step, **self._health})

    def _examine(self) -> None:
        """See how the layers fare on the batch to come. Between two epochs there is none: what was seen last still holds."""
        state = self._state
        if state.batch == self._per_epoch or self._step == self._steps:
            return
        batch = upcoming(self._dataset, state)
        parts = Step(state, LOSSES[state.config.loss]).look(batch.x, batch.shares, keep=True)
        step, before = self._weights or (self._step, {})
        layers = diagnostics.look(state.network, parts, before, self._step - step)
        self._health = {
            "layers": [asdict(layer) for layer in layers],
            "warnings": [asdict(warning) for warning in diagnostics.warnings(layers)],
        }
        now = {name: array.copy() for name, array in state.network.parameters().items()}
        self._weights = self._step, now

    def _flush(self) -> None:
        """Tell and write the points that nobody knows of yet; measure how fast it goes."""
        if not self._unsaid:
            return
        now = monotonic()
        spent = max(1e-9, now - self._told_at)
        self._seconds += spent
        speed = len(self._unsaid) / spent
        before = self._batches_a_second or speed
        self._batches_a_second = before + _RECENT * (speed - before)
        self._told_at = now
        self._write(self._unsaid)
        self._tell({"event": "points", "points": self._unsaid, **self._progress()})
        self._unsaid = []

    def _progress(self) -> News:
        config, speed = self._state.config, self._batches_a_second
        pictures = self._counts["training_pictures"] / self._per_epoch
        return {
            "step": self._step,
            "epoch": -(-self._step // self._per_epoch),
            "images_per_second": None if speed is None else speed * pictures,
            "seconds_left": None if speed is None else (self._steps - self._step) / speed,
            "learning_rate": config.learning_rate
            * SCHEDULES[config.schedule](min(self._step, self._steps - 1), self._steps),
        }

    def _write(self, lines: list[Any]) -> None:
        with self._files.journal.open("a") as journal:
            journal.write("".join(json.dumps(line) + "\n" for line in lines))

    def _say(self, status: str, problem: str | None = None) -> None:
        network, config = self._state.network, self._state.config
        self._tell(
            {
                "event": "state",
                "status": status,
                "problem": problem,
                "answered": self._answered,
                "speed": self._speed,
                "steps": self._steps,
                "epochs": config.epochs,
                "classes": list(self._dataset.classes),
                **self._counts,
                "layers": planned(network),
                "parameters": sum(array.size for array in network.parameters().values()),
                **self._progress(),
            }
        )

    def _check_time(self) -> None:
        if self._seconds > self._seconds_allowed:
            self._look()
            raise Ended(
                "stopped",
                f"Stopped after {self._seconds_allowed:g} s of learning, as long as a training may take here.",
            )


def main() -> None:
    """The process's life."""
    files = Files(Path(sys.argv[1]))
    files.make()
    _give_way()
    lock = files.lock.open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)  # the process of a killed server may still be saving
    commands: queue.Queue[News] = queue.Queue()
    threading.Thread(target=_listen, args=(commands,), daemon=True).start()
    memory = files.read_about()["memory"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    tell = _teller(commands)
    try:
        Learner(files, tell, commands).run()
    except EngineError as error:
        tell(
            {
                "event": "state",
                "status": "failed",
                "problem": sentence(error),
            }
        )
    except MemoryError:
        tell(
            {
                "event": "state",
                "status": "failed",
                "problem": "The training needs more memory than it may have.",
            }
        )


def _give_way() -> None:
    """Others' analyses come first, but on a busy machine something is learned all the same."""
    os.nice(10)


def _listen(commands: queue.Queue[News]) -> None:
    for line in sys.stdin:
        commands.put(json.loads(line))
    commands.put({"command": "quit"})


def _teller(commands: queue.Queue[News]) -> Callable[[News], None]:
    """Takes news to stdout. Without anybody there to read, the process is to end."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints must not speak in between

    def tell(news: News) -> None:
        try:
            out.write(json.dumps(news) + "\n")
            out.flush()
        except OSError:
            commands.put({"command": "quit"})

    return tell


if __name__ == "__main__":
    main()
