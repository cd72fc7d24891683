"""The measured choices on disk: one JSON file for each user, which a process reads once.

The file belongs to one machine key: the processor, the number of threads, NumPy's version and the
kernels' own code. With another key it counts for nothing, and the next measurement replaces it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from engine.execution import threads
from engine.kernels.spec import ConvProblem


class Measured(NamedTuple):
    """The fastest algorithm for a problem, and the milliseconds of all that were tried."""

    algorithm: str
    milliseconds: dict[str, float]


def path() -> Path:
    """``convscope/autotune.json`` in the user's cache folder (``XDG_CACHE_HOME``, or
    ``~/.cache``).
    """
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home, "convscope", "autotune.json")


@cache
def load() -> Mapping[str, Measured]:
    """Problem key → measured algorithm, from the file as this process first read it. Empty without
    a file.
    """
    return _read()


def store(measured: Mapping[ConvProblem, Measured]) -> None:
    """Add to the file. Processes that have read it keep what they have. Raises OSError when it
    cannot be written.
    """
    merged = {**_read(), **{key(problem): found for problem, found in measured.items()}}
    choices = {name: found._asdict() for name, found in sorted(merged.items())}
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent) as folder:
        draft = Path(folder, target.name)
        draft.write_text(json.dumps({"machine": _machine(), "choices": choices}, indent=1))
        draft.replace(target)  # all of the new file or all of the old one
    load.cache_clear()


def key(problem: ConvProblem) -> str:
    """A problem for one image in float32, written as a name."""
    (height, width), (kernel_h, kernel_w), p = problem.size, problem.kernel, problem.params
    parts = (
        f"{height}x{width}",
        f"{problem.channels}to{problem.filters}",
        f"{kernel_h}x{kernel_w}",
        *("-".join(map(str, numbers)) for numbers in (p.stride, p.padding, p.dilation)),
        str(p.groups),
    )
    return "_".join(parts)


def _read() -> dict[str, Measured]:
    try:
        found = json.loads(path().read_bytes())
        if found["machine"] != _machine():
            return {}
        return {
            name: Measured(
                str(entry["algorithm"]), {k: float(v) for k, v in entry["milliseconds"].items()}
            )
            for name, entry in found["choices"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


@cache
def _machine() -> str:
    """Changes with everything that decides which algorithm is the fastest."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
        processor = next((line for line in lines if line.startswith("model name")), "")
    except OSError:
        processor = platform.processor()
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    about = (processor, platform.machine(), str(threads.THREADS), np.__version__)
    return hashlib.sha256("\n".join(about).encode() + code).hexdigest()[:16]
