"""Attributions: the request, the engine's result, and its formats."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.analyses.analysis import Analysis
from app.encoding.arrays import overlay_png, plain
from app.encoding.text import sentence
from app.errors import BadParameter
from engine.attribution import Attribution, Curves, attribute, curves, random_map
from engine.errors import AttributionError

ProgressCallback = Callable[[int, int], None]
Check = Callable[[], None]


@dataclass(frozen=True)
class AttributionTask:
    """An attribution's parameters. ``output``: None is the primary one; ``target``: a label or a
    unit, None is the best class; ``options``: the method's.
    """

    method: str
    output: str | None
    target: str | int | None
    layer: str | None
    curves: bool
    options: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """An attribution, its deletion and insertion curves if requested, and its duration in
    seconds.
    """

    found: Attribution
    curves: Curves | None
    yardstick: Curves | None
    seconds: float


def answer(done: Analysis, task: AttributionTask, tick: ProgressCallback) -> Answer:
    """Compute an attribution; ``tick(done, total)`` reports progress and may raise to stop it.
    Raises BadParameter with the engine's message for a method, target, layer or option that is
    invalid.
    """
    start = time.perf_counter()
    x = next(iter(done.trace.values()))
    try:
        found = attribute(
            done.network,
            done.trace,
            task.method,
            output=task.output,
            target=task.target,
            layer=task.layer,
            tick=tick,
            **task.options,
        )
    except AttributionError as error:
        raise BadParameter(sentence(error)) from None
    judged = yardstick = None
    if task.curves:
        ask = partial(
            curves,
            done.network,
            x,
            output=found.output.name,
            target=found.target[1],
            tick=tick,
        )
        judged, yardstick = ask(found.values), ask(random_map((x.shape[2], x.shape[3])))
    return Answer(found, judged, yardstick, time.perf_counter() - start)


def present(done: Analysis, got: Answer) -> dict[str, Any]:
    """An answer as plain content."""
    found = got.found
    layer, unit = found.target
    labels = found.output.labels if found.output.is_classifying else None
    return {
        "method": found.method,
        "target": {
            "output": found.output.name,
            "layer": layer,
            "unit": unit,
            "label": labels[unit] if labels else None,
        },
        "layer": found.layer,
        "score": found.score,
        "baseline_score": found.baseline_score,
        "signed": found.signed,
        "size": list(found.values.shape),
        "map": plain(found.values),
        "sum": float(found.values.sum(dtype="float64")),
        "options": dict(found.options),
        "curves": _present_curves(got),
        "timings_ms": {"total": round(got.seconds * 1000, 3)},
    }


def overlay(done: Analysis, got: Answer) -> bytes:
    """The photo as the network saw it with the map over it, as a PNG."""
    found = got.found
    title = f"{found.method}: {present(done, got)['target']['label'] or found.target[1]}"
    return overlay_png(done.photo.pixels, found.values, found.signed, title)


def _present_curves(got: Answer) -> dict[str, Any] | None:
    if got.curves is None or got.yardstick is None:
        return None
    return {
        "fractions": got.curves.fractions,
        **_lines(got.curves),
        "random": _lines(got.yardstick),
    }


def _lines(judged: Curves) -> dict[str, Any]:
    return {
        "deletion": plain(judged.deletion),
        "insertion": plain(judged.insertion),
        "deletion_area": judged.deletion_area,
        "insertion_area": judged.insertion_area,
    }
