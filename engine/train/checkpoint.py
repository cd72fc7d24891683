"""A training's state as a file: safetensors, with its numbers as JSON in the header.

Nothing in such a file can be run.
A checkpoint appears whole or not at all: it is written beside its place, forced to the disk, and
then renamed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from engine.errors import TrainingError
from engine.formats.safetensors import write_atomically
from engine.train.state import TrainState
from engine.types import Array

FORMAT = "convscope-checkpoint-1"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The saved state for ``TrainState.restore``, and the ``extra`` data of the caller."""

    arrays: Mapping[str, Array]
    numbers: Mapping[str, Any]
    extra: Mapping[str, Any]


def save(state: TrainState, path: Path, extra: Mapping[str, Any] | None = None) -> None:
    """Write the state, and ``extra`` (plain JSON values), to ``path``."""
    arrays = {name: np.ascontiguousarray(array) for name, array in state.arrays().items()}
    numbers, more = json.dumps(state.numbers()), json.dumps(dict(extra or {}))
    header = {
        "format": FORMAT,
        "state": numbers,
        "extra": more,
        "sha256": _digest(arrays, numbers, more),
    }
    write_atomically(path, to_bytes(arrays, header))


def load(path: Path) -> Checkpoint:
    """Read what ``save`` wrote. Raises TrainingError for a missing, foreign or damaged file."""
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise TrainingError(f"there is no checkpoint {path.name}") from None
    except (SafetensorError, OSError) as error:
        raise TrainingError(f"the checkpoint {path.name} is damaged: {error}") from error
    if header.get("format") != FORMAT:
        raise TrainingError(f"{path.name} is not a training's checkpoint")
    numbers, more = header.get("state", ""), header.get("extra", "")
    if header.get("sha256") != _digest(arrays, numbers, more):
        raise TrainingError(f"the checkpoint {path.name} is damaged: it is not what was written")
    return Checkpoint(arrays, json.loads(numbers), json.loads(more))


def _digest(arrays: Mapping[str, Array], *texts: str) -> str:
    """SHA-256 of everything that a checkpoint holds: safetensors itself notices missing bytes
    only.
    """
    content = sha256("\0".join(texts).encode())
    for name, array in sorted(arrays.items()):
        content.update(f"\0{name} {array.dtype} {array.shape}\0".encode())
        content.update(array.tobytes())
    return content.hexdigest()
