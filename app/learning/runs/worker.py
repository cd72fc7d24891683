"""The process that trains: ``python -m app.learning.runs.worker FOLDER``. It belongs to one
training and exits with it.

Commands come as JSON lines on stdin, messages leave as JSON lines on stdout. When stdin is closed,
because the server stopped or was killed, the state is saved and the process exits. It has a low
priority, so that analyses come first.
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
from app.learning.disk import reason
from app.learning.runs.config import initial_state, planned, restore
from app.learning.runs.directory import RunDirectory
from app.learning.runs.metrics_log import Point, cut_file
from engine.errors import EngineError
from engine.formats import safetensors
from engine.network import Network
from engine.train import checkpoint
from engine.train.clone import replace_nodes
from engine.train.data import Dataset, batch_count, split_by_seed
from engine.train.inspection import diagnostics
from engine.train.loop import EpochDone, Finished, StepDone, next_batch, train
from engine.train.losses import LOSSES
from engine.train.schedules import SCHEDULES
from engine.train.state import TrainState
from engine.train.step import Step
from engine.types import Array

Message = dict[str, Any]

_BATCHES_PAUSE = 0.1  # seconds between two lots of points
_SNAPSHOT_PAUSE = 1.0  # seconds between two networks that are shown
_RECENT = 0.3  # how much a new measurement of the speed weighs


class StopTraining(Exception):
    """Raised to end the training with this status and problem."""

    def __init__(self, status: str, problem: str | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.problem = problem


class TrainingProcess:
    """A running training: it trains, obeys commands and reports. ``tell`` takes messages,
    ``commands`` yields commands.
    """

    def __init__(
        self, files: RunDirectory, emit: Callable[[Message], None], commands: queue.Queue[Message]
    ) -> None:
        about = files.read_about()
        self._spec = about["config"]
        self._about = {"training": about["id"], "title": about["name"]}
        self._seconds_allowed: float = about["seconds"]
        self._files, self._emit, self._commands = files, emit, commands
        self._dataset: Dataset = load(files.folder.parent.parent, self._spec["dataset"])
        self._state, self._seconds = self._restore()
        config = self._state.config
        learned, held_out = split_by_seed(
            self._dataset.labels, config.validation_fraction, config.seed
        )
        self._counts = {"training_pictures": len(learned), "validation_pictures": len(held_out)}
        self._per_epoch = batch_count(len(learned), config.batch_size)
        self._paused: bool = about["status"] == "paused"
        self._speed: float | None = about["speed"]
        self._single = 0  # steps still to be taken before the next rest
        self._answered = 0  # the number of the last command
        self._unsent: list[Point] = []
        self._batches_a_second: float | None = None
        self._sent_at = self._snapshot_at = monotonic()
        self._health: Message = {"layers": [], "warnings": []}
        self._weights: tuple[int, dict[str, Array]] | None = None  # of the last look, and its step

    def run(self) -> None:
        """Train until the end, or until commanded to end. The state is saved at return."""
        try:
            self._forget_what_is_lost()
            self._snapshot()
            if not self._paused:
                self._emit_state("running")
            self._process_commands()
            for event in train(self._dataset, self._state):
                self._handle_event(event)
        except StopTraining as end:
            self._flush()
            self._save()
            if end.status != "finished":
                self._save_state_before()  # so that the step that was to come can be looked at
            self._emit_state(end.status, end.problem)
        except EngineError as error:
            self._flush()
            self._emit_state("failed", sentence(error))
        except OSError as error:
            self._emit_state("failed", _unwritable(error), resumable=True)
        except MemoryError:
            self._emit_state(
                "failed",
                "The training needs more memory than it may have: take fewer filters, or smaller batches.",
            )

    def _restore(self) -> tuple[TrainState, float]:
        """The state to resume from, and the seconds that it has been trained for."""
        if not self._files.checkpoint.exists():
            return initial_state(self._spec, self._dataset), 0.0
        saved = checkpoint.load(self._files.checkpoint)
        return restore(self._spec, self._dataset, saved), saved.extra["seconds"]

    def _forget_what_is_lost(self) -> None:
        """After a kill the metrics log may hold steps that the checkpoint does not have."""
        cut_file(self._files.metrics_log, self._step)
        self._files.forget_after(self._step)

    @property
    def _step(self) -> int:
        return self._state.epoch * self._per_epoch + self._state.batch

    @property
    def _steps(self) -> int:
        return self._state.config.epochs * self._per_epoch

    def _handle_event(self, event: StepDone | EpochDone | Finished) -> None:
        match event:
            case StepDone():
                self._unsent.append(
                    [event.step, event.batch_loss, event.batch_accuracy, event.learning_rate]
                )
                self._single -= self._single > 0
                now = monotonic()
                if now - self._sent_at >= _BATCHES_PAUSE:
                    self._flush()
                if now - self._snapshot_at >= _SNAPSHOT_PAUSE:
                    self._snapshot()
                if self._state.batch < self._per_epoch:  # otherwise the epoch is to be closed first
                    self._process_commands()
            case EpochDone():
                self._close_epoch(event)
                self._process_commands()
            case Finished():
                self._snapshot(event.network)
                raise StopTraining("finished")

    def _close_epoch(self, event: EpochDone) -> None:
        self._flush()
        record = {"epoch": event.epoch, "step": self._step, **asdict(event.record)}
        self._write([["epoch", record]])
        self._save()
        self._snapshot()
        self._emit({"event": "epoch", "record": record})

    def _process_commands(self) -> None:
        """Obey commands; wait while paused, or as long as the speed asks. Raises StopTraining."""
        if self._step == self._steps - 1:
            self._save_state_before()  # of the last step, to be looked at after the end
        self._check_time()
        due = monotonic() + (1 / self._speed if self._speed else 0)
        while True:
            if self._resting and not self._commands.qsize():
                self._pause()
            hurries = not self._speed or self._single > 0
            wait = None if self._resting else 0.0 if hurries else max(0.0, due - monotonic())
            if wait:
                self._flush()
            try:
                order = self._commands.get(block=wait != 0, timeout=wait)
            except queue.Empty:
                return
            self._handle(order)

    @property
    def _resting(self) -> bool:
        return self._paused and self._single == 0

    def _handle(self, order: Message) -> None:
        self._answered = order.get("number", self._answered)
        match order["command"]:
            case "pause":
                self._paused, self._single = True, 0
            case "resume":
                self._paused, self._speed = False, order["speed"]
                self._sent_at = monotonic()
                self._emit_state("running")
            case "step":
                self._single += order["batches"]
                self._sent_at = monotonic()
            case "stop":
                self._snapshot()
                raise StopTraining("stopped")
            case "quit":
                raise StopTraining("quit")

    def _pause(self) -> None:
        """Save everything, so that the next step can be inspected, and report it."""
        self._flush()
        self._save()
        self._save_state_before()
        self._snapshot()
        self._emit_state("paused")

    def _save(self) -> None:
        checkpoint.save(self._state, self._files.checkpoint, {"seconds": self._seconds})

    def _save_state_before(self) -> None:
        checkpoint.save(self._state, self._files.state_before(self._step + 1))
        self._files.prune()

    def _snapshot(self, network: Network | None = None) -> None:
        """Write the network as it is now, and report its layers' diagnostics."""
        about = {**self._about, "step": self._step, "summary": f"After step {self._step}."}
        shown = replace_nodes(network or self._state.best, meta=about)
        safetensors.save(shown, self._files.snapshot(self._step), half=False)
        self._files.prune()
        self._snapshot_at = monotonic()
        self._examine()
        self._emit({"event": "diagnostics", "step": self._step, **self._health})

    def _examine(self) -> None:
        """Compute the layers' diagnostics on the next batch. Between two epochs there is none, and
        the latest diagnostics stay.
        """
        state = self._state
        if state.batch == self._per_epoch or self._step == self._steps:
            return
        batch = next_batch(self._dataset, state)
        parts = Step(state, LOSSES[state.config.loss]).forward_backward(
            batch.x, batch.targets, keep=True
        )
        step, before = self._weights or (self._step, {})
        layers = diagnostics.diagnose(state.network, parts, before, self._step - step)
        self._health = {
            "layers": [asdict(layer) for layer in layers],
            "warnings": [asdict(warning) for warning in diagnostics.warnings(layers)],
        }
        now = {name: array.copy() for name, array in state.network.parameters().items()}
        self._weights = self._step, now

    def _flush(self) -> None:
        """Report and write the points that have not been yet; measure the speed."""
        if not self._unsent:
            return
        now = monotonic()
        spent = max(1e-9, now - self._sent_at)
        self._seconds += spent
        speed = len(self._unsent) / spent
        before = self._batches_a_second or speed
        self._batches_a_second = before + _RECENT * (speed - before)
        self._sent_at = now
        self._write(self._unsent)
        self._emit({"event": "batches", "batches": self._unsent, **self._progress()})
        self._unsent = []

    def _progress(self) -> Message:
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
        with self._files.metrics_log.open("a") as metrics_log:
            metrics_log.write("".join(json.dumps(line) + "\n" for line in lines))

    def _emit_state(
        self, status: str, problem: str | None = None, *, resumable: bool = False
    ) -> None:
        network, config = self._state.network, self._state.config
        self._emit(
            {
                "event": "state",
                "status": status,
                "problem": problem,
                "resumable": resumable,
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
            self._snapshot()
            raise StopTraining(
                "stopped",
                f"Stopped after {self._seconds_allowed:g} s of learning, as long as a training may take here.",
            )


def main() -> None:
    """The process's entry point."""
    _lower_priority()
    commands: queue.Queue[Message] = queue.Queue()
    emit = _emitter(commands)
    try:
        _train(RunDirectory(Path(sys.argv[1])), emit, commands)
    except EngineError as error:
        _emit_failure(emit, sentence(error))
    except OSError as error:
        _emit_failure(emit, _unwritable(error), resumable=True)
    except MemoryError:
        _emit_failure(emit, "The training needs more memory than it may have.")


def _train(
    files: RunDirectory, emit: Callable[[Message], None], commands: queue.Queue[Message]
) -> None:
    files.make()
    with files.lock.open("w") as lock:
        # the process of a killed server may still be saving
        fcntl.flock(lock, fcntl.LOCK_EX)
        threading.Thread(target=_listen, args=(commands,), daemon=True).start()
        memory = files.read_about()["memory"]
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        files.remove_parts()
        TrainingProcess(files, emit, commands).run()


def _emit_failure(
    emit: Callable[[Message], None], problem: str, *, resumable: bool = False
) -> None:
    emit({"event": "state", "status": "failed", "problem": problem, "resumable": resumable})


def _unwritable(error: OSError) -> str:
    return f"The training's files cannot be read or written. {reason(error)}"


def _lower_priority() -> None:
    """Let analyses come first, without starving the training on a busy machine."""
    os.nice(10)


def _listen(commands: queue.Queue[Message]) -> None:
    for line in sys.stdin:
        commands.put(json.loads(line))
    commands.put({"command": "quit"})


def _emitter(commands: queue.Queue[Message]) -> Callable[[Message], None]:
    """A function that writes messages to stdout; the process ends when nobody reads them."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints must not speak in between

    def emit(message: Message) -> None:
        try:
            out.write(json.dumps(message) + "\n")
            out.flush()
        except OSError:
            commands.put({"command": "quit"})

    return emit


if __name__ == "__main__":
    main()
