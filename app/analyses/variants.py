"""What if: an analysis again, with something changed in the photo or in the network, and how far
apart the two are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from app.analyses.analysis import Analysis, Changes, Clock, layers_of, preprocess_of
from app.encoding.text import sentence
from app.errors import BadParameter
from app.images.edits import PhotoChanges, changed
from engine import outputs
from engine.edits import ScaleFilter, edited
from engine.errors import EditError
from engine.types import Array


def plain_changes(changes: Changes) -> dict[str, Any]:
    """The canonical form of requested changes, without no-ops; the variant's id is made from it."""
    usual = asdict(PhotoChanges())
    photo = {k: v for k, v in asdict(changes.photo).items() if v != usual[k]}
    network = [
        {"layer": edit.layer, "filter": edit.filter, "scale": edit.factor}
        if isinstance(edit, ScaleFilter)
        else {
            "layer": edit.layer,
            "filter": edit.filter,
            "channel": edit.channel,
            **({} if edit.y is None else {"y": edit.y, "x": edit.x}),
            "weight": edit.value,
        }
        for edit in changes.network
    ]
    return {"photo": photo, "network": network}


def vary(
    original: Analysis,
    changes: Changes,
    analysis_id: str,
    check: Callable[[], None] | None = None,
) -> Analysis:
    """The analysis with the changes applied. Only values that depend on a change are computed
    again. Raises BadParameter for an invalid change.
    """
    clock = Clock()
    try:
        network = edited(original.network, changes.network)
    except EditError as error:
        raise BadParameter(sentence(error)) from None
    photo, trace = original.photo, original.trace
    steps = preprocess_of(network)
    if changes.photo != PhotoChanges():
        photo = replace(photo, pixels=changed(photo.around, changes.photo, steps))
        clock.lap("preprocess")
        trace = network.forward(steps.normalise(photo.pixels), check=check)
    else:
        clock.lap("preprocess")
        trace = network.rerun(trace, original.network, check=check)
    clock.lap("forward")
    known = [layer for layer in original.layers if trace[layer.name] is original.trace[layer.name]]
    layers = layers_of(network, trace, known=known)
    clock.lap("statistics")
    return Analysis(
        id=analysis_id,
        model=original.model,
        network=network,
        photo=photo,
        trace=trace,
        layers=layers,
        predictions=outputs.predictions(network.answer, trace),
        timings_ms={"decode": 0.0, **clock.total(trace)},
        original=original.id,
        changes=changes,
    )


def difference(of: Analysis, to: Analysis) -> dict[str, Any]:
    """The differences of two analyses, layer by layer and in their predictions, as JSON content.

    ``relative`` is ‖of − to‖ / ‖to‖, ``largest`` the largest |of − to|, ``cosine`` that of the
    angle between the two. Layers are the same where name and shape are; the others of both sides
    are ``unmatched``. Classes that are not the same have no differences. Raises BadParameter for
    analyses that have no layer in common behind the input.
    """
    shapes = {layer.name: layer.shape for layer in to.layers}
    common = [layer for layer in of.layers if shapes.get(layer.name) == layer.shape]
    if all(layer.op == "input" for layer in common):
        raise BadParameter(
            "The two networks have no layer of the same name and shape behind their input, so they cannot be compared number by number."
        )
    names = {layer.name for layer in common}
    return {
        "of": of.id,
        "to": to.id,
        "layers": [
            {"name": a.name, "op": a.op, **_apart(of.trace[a.name], to.trace[a.name])}
            for a in common
        ],
        "unmatched": {
            side: [layer.name for layer in done.layers if layer.name not in names]
            for side, done in (("of", of), ("to", to))
        },
        "predictions": _scores(of, to) if _has_same_classes(of, to) else [],
    }


def _has_same_classes(of: Analysis, to: Analysis) -> bool:
    ours, theirs = of.network, to.network
    return (ours.outputs, ours.labels) == (theirs.outputs, theirs.labels) and len(
        of.predictions
    ) == len(to.predictions)


def _scores(of: Analysis, to: Analysis) -> list[dict[str, Any]]:
    """Class by class, in the order of ``of``; by number, because two classes may have the same
    label.
    """
    ours, theirs = (outputs.probabilities(done.network.answer, done.trace)[0] for done in (of, to))
    order = np.argsort(-ours, kind="stable")
    return [
        {"label": label, "score": float(ours[unit]), "other": float(theirs[unit])}
        for unit, (label, _) in zip(order, of.predictions, strict=True)
    ]


def _apart(a: Array, b: Array) -> dict[str, float | None]:
    size = norm(b)
    if a is b:
        return {"relative": 0.0 if size else None, "largest": 0.0, "cosine": 1.0 if size else None}
    gap = a - b
    other = norm(a)
    inner = float(np.multiply(a, b, dtype=np.float64).sum())
    return {
        "relative": norm(gap) / size if size else None,
        "largest": float(np.abs(gap).max()),
        "cosine": inner / (size * other) if size and other else None,
    }


def norm(a: Array) -> float:
    """The Euclidean norm, summed in float64."""
    return float(np.sqrt(np.square(a, dtype=np.float64).sum()))
