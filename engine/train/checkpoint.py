"""A training's state as a file: safetensors, with its numbers as JSON in the header.

Nothing in such a file can be run.
A checkpoint appears whole or not at all: it is written beside its place, forced to the disk, and
then renamed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from engine.errors import TrainingError
from engine.formats.safetensors import write_atomically
from engine.train.state import State
from engine.types import Array

FORMAT = "convscope-checkpoint-1"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What was saved: for ``State.restore``, and ``extra`` for whoever saved it."""

    arrays: Mapping[str, Array]
    numbers: Mapping[str, Any]
    extra: Mapping[str, Any]


def save(state: State, path: Path, extra: Mapping[str, Any] | None = None) -> None:
    """Write the state, and ``extra`` (plain JSON values), to ``path``."""
    arrays = {name: np.ascontiguousarray(array) for name, array in state.arrays().items()}
    header = {
        "format": FORMAT,
        "state": json.dumps(state.numbers()),
        "extra": json.dumps(dict(extra or {})),
    }
    write_atomically(path, to_bytes(arrays, header))


def load(path: Path) -> Checkpoint:
    """Read what ``save`` wrote. Raises TrainingError for a missing, foreign or damaged file."""
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            if header.get("format") != FORMAT:
                raise TrainingError(f"{path.name} is not a training's checkpoint")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return Checkpoint(arrays, json.loads(header["state"]), json.loads(header["extra"]))
    except FileNotFoundError:
        raise TrainingError(f"there is no checkpoint {path.name}") from None
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        if isinstance(error, TrainingError):
            raise
        raise TrainingError(f"the checkpoint {path.name} is damaged: {error}") from error
