"""The files of one training, by name and content.

    run.json                    its specification, and whether it is to run; written by the server
    checkpoint.safetensors      the state to resume from
    journal.jsonl               a line for each batch and each epoch
    snapshots/STEP.safetensors  the network after that step
    steps/NUMBER.safetensors    the state before that step
    lock                        held by the process that trains

All but run.json are written by the process that trains. Each file is written whole or not at all,
the journal line by line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.learning.disk import delete_folder
from engine.formats.safetensors import PART, write_atomically

KEPT = 20  # snapshots, and states before steps …
KEPT_BYTES = 64 * 2**20  # … but no more bytes of either than this, the newest two apart


@dataclass(frozen=True)
class RunDirectory:
    """The paths in a training's folder."""

    folder: Path

    @property
    def about(self) -> Path:
        """The specification."""
        return self.folder / "run.json"

    @property
    def checkpoint(self) -> Path:
        """The state to resume from."""
        return self.folder / "checkpoint.safetensors"

    @property
    def metrics_log(self) -> Path:
        """The log of points and epochs."""
        return self.folder / "journal.jsonl"

    @property
    def lock(self) -> Path:
        """The lock of the process that trains."""
        return self.folder / "lock"

    def snapshot(self, step: int) -> Path:
        """The network after a step."""
        return self.folder / "snapshots" / f"{step}.safetensors"

    def state_before(self, number: int) -> Path:
        """The state before a step."""
        return self.folder / "steps" / f"{number}.safetensors"

    def snapshots(self) -> list[int]:
        """The steps after which there are networks, ascending."""
        return _numbers(self.folder / "snapshots")

    def make(self) -> None:
        """Make the folders."""
        for name in ("snapshots", "steps"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Delete every result. Raises OSError."""
        for name in ("snapshots", "steps"):
            delete_folder(self.folder / name)
        for path in (self.checkpoint, self.metrics_log):
            path.unlink(missing_ok=True)
        self.make()

    def remove_parts(self) -> None:
        """Delete what processes were writing when they were killed. Call it as the one that trains:
        only run.json is written by others.
        """
        for folder in (self.folder, *(self.folder / name for name in ("snapshots", "steps"))):
            for path in folder.glob(f".*{PART}"):
                if not path.name.startswith(f".{self.about.name}"):
                    path.unlink(missing_ok=True)

    def prune(self) -> None:
        """Delete the oldest networks and states beyond the limits."""
        for name in ("snapshots", "steps"):
            _prune(self.folder / name)

    def forget_after(self, step: int) -> None:
        """Delete the networks and states of lost steps, those after ``step``."""
        for number in self.snapshots():
            if number > step:
                self.snapshot(number).unlink(missing_ok=True)
        for number in _numbers(self.folder / "steps"):
            if number > step + 1:
                self.state_before(number).unlink(missing_ok=True)

    def write_about(self, about: dict[str, Any]) -> None:
        """Write run.json."""
        write_atomically(self.about, json.dumps(about, ensure_ascii=False, indent=1).encode())

    def read_about(self) -> dict[str, Any]:
        """Read run.json. Raises OSError and ValueError."""
        about: dict[str, Any] = json.loads(self.about.read_bytes())
        return about


def _numbers(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in folder.glob("[0-9]*.safetensors"))


def _prune(folder: Path) -> None:
    size = 0
    newest_first = sorted(folder.glob("[0-9]*.safetensors"), key=lambda path: -int(path.stem))
    for place, path in enumerate(newest_first):
        size += path.stat().st_size
        if place >= 2 and (place >= KEPT or size > KEPT_BYTES):
            path.unlink(missing_ok=True)
