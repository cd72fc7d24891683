"""``convscope explain``: the attribution map of a class on a photo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.cli.backend import AnalysisHandle
from app.client import ProgressCallback
from app.encoding.arrays import json_bytes, npy_bytes


def explain(
    result: AnalysisHandle,
    options: dict[str, Any],
    *,
    png: Path | None,
    npy: Path | None,
    json: Path | None,
) -> None:
    """Compute the attribution, write the requested files, and print a summary."""
    with _progress() as tick:
        found = result.attribution(tick, **options)
    if png is not None:
        png.write_bytes(result.overlay(**options))
    if npy is not None:
        npy.write_bytes(npy_bytes(np.array(found["map"], np.float32)))
    if json is not None:
        json.write_bytes(json_bytes(found))
    for line in _report(found):
        typer.echo(line)


def _report(found: dict[str, Any]) -> Iterator[str]:
    target, curves = found["target"], found["curves"]
    name = target["label"] or f"{target['layer']} {target['unit']}"
    layer = f" at {found['layer']}" if found["layer"] else ""
    yield f"{found['method']}{layer}: {name}, score {found['score']:.4f}"
    if found["method"] == "integrated_gradients":
        rise = found["score"] - found["baseline_score"]
        yield (
            f"adds up to {found['sum']:.4f} of {rise:.4f}, the score less that of the plain mean "
            "colour"
        )
    if curves is not None:
        random = curves["random"]
        yield (
            f"deletion {curves['deletion_area']:.3f} (random order {random['deletion_area']:.3f}, "
            f"less is better), insertion {curves['insertion_area']:.3f} (random order "
            f"{random['insertion_area']:.3f}, more is better)"
        )


@contextmanager
def _progress() -> Iterator[ProgressCallback]:
    """A bar on stderr, for as long as the work takes."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("asking the network", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
