"""What strangers send is read in a process of its own.

Reading is much work for the interpreter: in the server, everybody else would wait for its lock. And
whatever memory it takes goes back to the system when the process ends.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import numpy as np

from app.errors import Overloaded, OversizedModel
from app.execution.apart import Apart, Bounds, Ended
from app.execution.executor import Check
from app.models.loading import read_model
from app.models.options import ImportOptions, ModelUpload
from engine import inspection
from engine.cost import ModelLimits
from engine.network import Network
from engine.types import Array

_READING = 1.5  # seconds beside the run on a photo
_BYTES_PER_SECOND = 2**26  # for what is larger than most
# How often a file's bytes are there at most: parsed, as float32 where they were int8, and as they
# are prepared for a run.
_COPIES = 9
_RUNS = 2  # whose values are there at once
_ROOM = 2**27  # bytes for everything else

_WAIT = 5  # seconds until there may be one
_ITSELF = ""  # the name of the model's file among those beside it

_apart = Apart("app.models.reading", "engine.formats.onnx")


class ReadModel(NamedTuple):
    """A network, and what is known of its layers."""

    network: Network
    layers: list[inspection.LayerInfo]


def make_ready() -> None:
    """Call this when a file is about to come."""
    with suppress(OSError):  # whoever reads is told
        _apart.start()


def read_apart(
    upload: ModelUpload, limits: ModelLimits, longest_run: float, check: Check
) -> ReadModel:
    """What ``read_model`` returns, or raises. ``check`` is called now and then, and may raise to
    stop. Raises OversizedModel, too, for what takes more time or memory than it may, and
    Overloaded where no process can be made.
    """
    size = len(upload.data) + sum(map(len, upload.external.values()))
    bounds = Bounds(
        longest_run + _READING + size / _BYTES_PER_SECOND,
        _COPIES * size + _RUNS * limits.max_activation_bytes + _ROOM,
    )
    files = {name: np.frombuffer(file, np.uint8) for name, file in upload.external.items()}
    files[_ITSELF] = np.frombuffer(upload.data, np.uint8)
    try:
        return _apart.call(bounds, check, _read, files, upload.options, limits, longest_run)
    except OSError as error:
        raise Overloaded(
            f"No process can be made that reads the model ({error.strerror}). Try again in about "
            f"{_WAIT} s.",
            retry_after=_WAIT,
        ) from None
    except Ended as error:
        if error.was_too_slow:
            raise OversizedModel(
                f"Reading the model takes more than {bounds.seconds:.2g} s of processor time here.",
                limit=round(bounds.seconds, 1),
                more={"what": "seconds"},
            ) from None
        raise OversizedModel(
            "Reading the model takes more memory than it may.",
            limit=bounds.memory,
            more={"what": "memory"},
        ) from None


def _read(
    files: dict[str, Array], options: ImportOptions, limits: ModelLimits, longest_run: float
) -> ReadModel:
    external = {name: file.tobytes() for name, file in files.items()}
    files.clear()  # the memory in which they came
    data = external.pop(_ITSELF)
    network = read_model(data, options, limits, None, external, longest_run)
    return ReadModel(network, inspection.describe_layers(network))
