"""Trainings on a server that is about to be killed or stopped: begun, asked for, their processes
found, and the files that they leave read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.learning.runs.directory import RunDirectory
from benchmarks.reliability.server import Client
from engine.errors import EngineError
from engine.formats import safetensors
from engine.train import checkpoint

BATCH = 128
PER_EPOCH = -(-2696 // BATCH)  # steps: the drawn shapes without those held out
SPEC = {
    "dataset": "shapes",
    "layers": [
        {"kind": "conv", "filters": 2, "kernel": 3, "stride": 2, "padding": 1},
        {"kind": "maxpool", "kernel": 4, "stride": 4},
    ],
    "batch_size": BATCH,
    "epochs": 1000,
    "speed": 60,
}
PATIENCE = 120  # seconds
State = dict[str, Any]


class Trainings:
    """The trainings of one visitor, over HTTP."""

    def __init__(self, port: int, key: str) -> None:
        self._client, self._key = Client(port), key

    def begin(self) -> str:
        """The id of a new one."""
        return str(self._post("", SPEC)["id"])

    def listed(self) -> dict[str, State]:
        """All, by their ids, without their history."""
        answer = self._client.get("/api/v1/trainings", self._key)
        return {run["id"]: run for run in json.loads(answer.body)["trainings"]}

    def begin_anew(self, run: str) -> None:
        """Reset a training and let it run."""
        self._post(f"/{run}/reset", {})
        self.resume(run)

    def resume(self, run: str) -> None:
        """Let a paused training run."""
        self._post(f"/{run}/resume", {})

    def _post(self, path: str, content: object) -> State:
        data = json.dumps(content).encode()
        answer = self._client.post(
            f"/api/v1/trainings{path}", data, "application/json", key=self._key
        )
        assert answer.status in (200, 201), (path, answer)
        said: State = json.loads(answer.body)
        return said


def wait(holds: Callable[[], bool]) -> bool:
    """Whether something came true before patience ended."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def processes(folder: Path) -> list[int]:
    """The ids of the processes that train in ``folder``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it has ended
        if "app.learning.runs.worker" in words and any(w.startswith(f"{folder}/") for w in words):
            found.append(int(path.parent.name))
    return found


def unreadable(folder: Path) -> list[str]:
    """The files of trainings that cannot be read, and why. What was being written when its process
    was killed stands beside its place, and does not count.
    """
    found = []
    for path in sorted(path for path in (folder / "runs").rglob("*") if path.is_file()):
        if path.name.startswith("."):
            continue
        try:
            _read(path)
        except (EngineError, OSError, ValueError) as error:
            found.append(f"{path.relative_to(folder)}: {error}")
    return found


def _read(path: Path) -> None:
    if path.name == "run.json":
        json.loads(path.read_bytes())
    elif path.name == "journal.jsonl":
        # A line that was being written has no end; the next process cuts it off.
        for line in path.read_bytes().split(b"\n")[:-1]:
            json.loads(line)
    elif path.parent.name == "snapshots":
        safetensors.load(path)
    elif path.suffix == ".safetensors":
        checkpoint.load(path)


def saved_step(folder: Path, run: str) -> int:
    """The step from which a training would resume."""
    file = RunDirectory(folder / "runs" / run).checkpoint
    if not file.exists():
        return 0
    numbers = checkpoint.load(file).numbers
    return len(numbers["history"]) * PER_EPOCH + int(numbers["batch"])
