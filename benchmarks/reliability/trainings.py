"""Trainings on a server that is about to be killed or stopped: begun, asked for, their processes
found, and the files that they leave read.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.learning.runs.directory import RunDirectory
from benchmarks.reliability.pictures import save
from benchmarks.reliability.server import Client
from engine.errors import EngineError
from engine.formats import safetensors
from engine.train import checkpoint

PICTURES = 40  # of each of two classes: few, so that a process has read them at once
BATCH = 4
PER_EPOCH = 2 * (PICTURES - PICTURES // 10) // BATCH  # steps: a tenth is held out
SPEC = {
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
        dataset = self._said("/api/v1/datasets", pictures(), "application/zip")["id"]
        return str(self._post("", {**SPEC, "dataset": dataset})["id"])

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
        return self._said(f"/api/v1/trainings{path}", data, "application/json")

    def _said(self, path: str, data: bytes, kind: str) -> State:
        answer = self._client.post(path, data, kind, key=self._key)
        assert answer.status in (200, 201), (path, answer)
        said: State = json.loads(answer.body)
        return said


@cache
def pictures(seed: int = 0) -> bytes:
    """What is learned from: noise of two classes, as a ZIP."""
    noise = np.random.default_rng(seed).integers(0, 256, (2, PICTURES, 32, 32, 3), np.uint8)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for label, number in np.ndindex(noise.shape[:2]):
            archive.writestr(
                f"{label}/{number}.png", save(Image.fromarray(noise[label, number]), "PNG")
            )
    return packed.getvalue()


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
