"""Training steps as the plain content of the API's JSON: forward pass, loss, gradients, update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from app.analyses import serializers
from app.analyses.analysis import explain_input
from app.analyses.variants import norm
from app.encoding.arrays import json_bytes, npy_bytes, plain
from app.errors import BadParameter
from app.learning.steps.store import StepInspection
from engine import inspection, outputs
from engine.display import ValueLayout
from engine.inspection.receptive_fields import receptive_fields_of
from engine.ops.base import Explanation
from engine.ops.elementwise.activation import log_softmax, softmax
from engine.preprocess import Preprocess
from engine.train.inspection.step_trace import Update
from engine.train.losses import LOSSES
from engine.types import Array, Index

# How many of a parameter's filters are named as those that moved most.
MAX_LARGEST_UPDATES = 8


def step(inspected: StepInspection, picture: int, applied: bool) -> dict[str, Any]:
    """A step without its arrays, for the image at ``picture`` in its batch; ``applied`` tells
    whether the step has been taken.
    """
    step_trace = inspected.step_trace
    return {
        "id": inspected.id,
        "training": inspected.training,
        "step": inspected.number,
        "applied": applied,
        "epoch": inspected.epoch,
        "batch_size": inspected.batch_size,
        "pictures": _pictures(inspected),
        "picture": inspected.check_picture(picture),
        "learning_rate": step_trace.learning_rate,
        "optimiser": inspected.config.optimiser,
        "options": options(inspected),
        "loss": _loss(inspected, picture),
        "layers": [_layer(inspected, name, picture) for name in step_trace.trace],
        "parameters_changed": sum(
            int(np.count_nonzero(update.after != update.before))
            for update in step_trace.updates.values()
        ),
        "after_analysis": None if inspected.after is None else inspected.after.id,
    }


def options(inspected: StepInspection) -> dict[str, float]:
    """The optimiser's hyper-parameters."""
    return dict(inspected.step_trace.options)


def _pictures(inspected: StepInspection) -> list[dict[str, Any]]:
    """Each image's loss and the probability of its class, before and after the step. A mixed image
    has the label of its larger part.
    """
    step_trace = inspected.step_trace
    labels = step_trace.targets.argmax(1)
    (_, before), (_, after) = scores(inspected)
    return [
        {
            "batch_index": place,
            "index": None if inspected.indices is None else int(inspected.indices[place]),
            "label": inspected.labels[unit],
            "loss": float(step_trace.losses[place]),
            "loss_after": float(step_trace.losses_after[place]),
            "probability": float(before[place, unit]),
            "probability_after": float(after[place, unit]),
        }
        for place, unit in enumerate(labels.tolist())
    ]


def scores(inspected: StepInspection) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """(logits, probabilities), each (N, K), before the step and after it; probabilities are the
    softmax of the logits.
    """
    step_trace = inspected.step_trace
    before, after = (
        outputs.class_scores(step_trace.network.answer, trace).values
        for trace in (step_trace.trace, step_trace.trace_after)
    )
    return (before, softmax(before)), (after, softmax(after))


def _loss(inspected: StepInspection, picture: int) -> dict[str, Any]:
    """The image's loss, class by class: the terms add up to its value. The gradient is that of the
    batch's mean loss.
    """
    step_trace = inspected.step_trace
    (score, probability), (score_after, probability_after) = (
        (a[picture], b[picture]) for a, b in scores(inspected)
    )
    target = step_trace.targets[picture]
    gradient = LOSSES[inspected.config.loss](scores(inspected)[0][0], step_trace.targets, 0.0)[1][
        picture
    ]
    columns = (
        score,
        probability,
        target,
        _terms(inspected, picture),
        score_after,
        probability_after,
        gradient,
    )
    names = (
        "score",
        "probability",
        "target",
        "term",
        "score_after",
        "probability_after",
        "gradient",
    )
    return {
        "name": inspected.config.loss,
        "value": float(step_trace.losses[picture]),
        "after": float(step_trace.losses_after[picture]),
        "mean": step_trace.loss,
        "mean_after": step_trace.loss_after,
        "classes": [
            {"label": label, **dict(zip(names, row, strict=True))}
            for label, *row in zip(inspected.labels, *(c.tolist() for c in columns), strict=True)
        ],
    }


def _terms(inspected: StepInspection, picture: int) -> Array:
    """Each class's term of the image's loss, (K,)."""
    (logits, _), _ = scores(inspected)
    scored, target = logits[picture].astype(np.float64), inspected.step_trace.targets[picture]
    if inspected.config.loss == "mean_squared_error":
        squared: Array = np.square(scored - target) / target.size
        return squared
    # Minus zero is what a class without a target would bring.
    surprise: Array = -target * log_softmax(scored) + 0.0
    return surprise


def _layer(inspected: StepInspection, name: str, picture: int) -> dict[str, Any]:
    step_trace = inspected.step_trace
    layout = step_trace.network.layouts[name]
    op, gradient = inspected.op(name), step_trace.gradients.values.get(name)
    node = None if op == "input" else step_trace.network.node(name)
    return {
        "name": name,
        "op": op,
        "display_name": "Input" if node is None else node.op.display_name,
        "inputs": [] if node is None else list(node.inputs),
        "shape": list(layout.shape),
        "cached": [] if node is None else list(node.op.cached),
        "preserves_order": node is not None and node.op.preserves_order,
        "value": inspection.layer_stats(layout.to_display(step_trace.trace[name], picture)),
        "gradient": None
        if gradient is None
        else inspection.layer_stats(layout.to_display(gradient, picture)),
        "parameters": [
            _parameter(key, step_trace.updates[f"{name}.{key}"])
            for key in (() if node is None else node.op.params)
            if f"{name}.{key}" in step_trace.updates
        ],
    }


def _parameter(name: str, update: Update) -> dict[str, Any]:
    return {
        "name": name,
        "shape": list(update.before.shape),
        "size": update.before.size,
        "value": inspection.layer_stats(update.before),
        "gradient": inspection.layer_stats(update.gradient),
        "change": {
            "max_abs": float(np.abs(update.step).max()),
            "relative": _relative(norm(update.step), norm(update.before)),
        },
        "largest_updates": _largest_updates(update),
    }


def _largest_updates(update: Update) -> list[dict[str, Any]]:
    """The filters with the largest relative change; none for a bias."""
    if update.before.ndim == 1:
        return []
    rows = [a.reshape(len(a), -1).astype(np.float64) for a in (update.step, update.before)]
    steps, sizes = (np.sqrt(np.square(row).sum(1)).tolist() for row in rows)
    ratios = [_relative(a, b) for a, b in zip(steps, sizes, strict=True)]
    moved = sorted(((r, f) for f, r in enumerate(ratios) if r), key=lambda m: (-m[0], m[1]))
    return [{"filter": f, "relative": r} for r, f in moved[:MAX_LARGEST_UPDATES]]


def _relative(change: float, size: float) -> float | None:
    return change / size if size else None


def values(inspected: StepInspection, name: str, picture: int, of: str) -> Array:
    """One image's values of a layer, (C, H, W) or (K,): the ``value``, its ``gradient``, or the
    value ``after`` the step.

    Raises UnknownLayer, and BadParameter for any other ``of``.
    """
    inspected.op(name)
    step_trace = inspected.step_trace
    found = {
        "value": step_trace.trace.get(name),
        "gradient": step_trace.gradients.values.get(name),
        "after": step_trace.trace_after.get(name),
    }
    if of not in found:
        raise BadParameter(f"of: there is no {of!r}. There is: {', '.join(found)}.")
    array = found[of]
    if array is None:
        raise BadParameter(f"No gradient reaches {name!r}: the loss is taken before it.")
    return step_trace.network.layouts[name].to_display(array, inspected.check_picture(picture))


def update_of(inspected: StepInspection, name: str, parameter: str) -> Update:
    """A parameter's update. Raises UnknownLayer, and BadParameter for a parameter that the layer
    does not have.
    """
    op = inspected.op(name)
    found = inspected.step_trace.updates.get(f"{name}.{parameter}")
    if found is None:
        known = [] if op == "input" else list(inspected.step_trace.network.node(name).op.params)
        has = f"It has: {', '.join(known)}." if known else "It has none."
        raise BadParameter(f"The layer {name!r} has no parameter {parameter!r} that learns. {has}")
    return found


def parameter(inspected: StepInspection, name: str, key: str, of: str) -> Array:
    """A parameter's values at one stage of the step. Raises as ``update_of``, and BadParameter for
    any other ``of``.
    """
    update = update_of(inspected, name, key)
    found = {
        "before": update.before,
        "gradient": update.gradient,
        "gradient_with_decay": update.gradient_with_decay,
        "step": update.step,
        "after": update.after,
        **{slot: after for slot, (_, after) in update.slots.items()},
        **{f"{slot}_before": before for slot, (before, _) in update.slots.items()},
        **{f"{slot}_bias_corrected": array for slot, array in update.bias_corrected.items()},
    }
    if of not in found:
        raise BadParameter(f"of: there is no {of!r}. There is: {', '.join(found)}.")
    return found[of]


def array_bytes(array: Array, kind: str, about: Mapping[str, object]) -> bytes:
    """An array as ``npy``, or as ``json`` with what it is ``about``."""
    if kind == "npy":
        return npy_bytes(array)
    content = {
        "shape": list(array.shape),
        "stats": inspection.layer_stats(array),
        "data": plain(array),
    }
    return json_bytes({**about, **content})


def explanation(
    inspected: StepInspection, name: str, picture: int, position: Index
) -> dict[str, Any]:
    """Where a value of the forward pass comes from, in the form of ``serializers.explanation``."""
    if inspected.original is not None:
        # The step's own numbers: those of the analysis may differ in their last digits, as a
        # network that learns has other kernels.
        return serializers.explanation(
            replace(inspected.original, trace=inspected.step_trace.trace), name, position
        )
    step_trace, op = inspected.step_trace, inspected.op(name)
    index = inspected.index(name, picture, position)
    if op == "input":
        why, inputs = (
            _explain_input(inspected, name, index),
            [("photo", ValueLayout("NCHW", step_trace.trace[name].shape))],
        )
    else:
        why = step_trace.explain(name, index)
        inputs = [(i, step_trace.network.layouts[i]) for i in step_trace.network.node(name).inputs]
    content = serializers.explained(name, op, position, why, inputs)
    content |= serializers.curve(step_trace.network, step_trace.trace, name, why)
    alone = step_trace.network.layouts[name].to_native_index(position)
    box = receptive_fields_of(step_trace.network).at(name, alone)
    if box is None:
        return {**content, "receptive_field": None}
    (top, left), (bottom, right) = box.start[2:], box.stop[2:]
    field = {"left": left, "top": top, "right": right, "bottom": bottom}
    return {**content, "receptive_field": {"input": field, "photo": field}}


def _explain_input(inspected: StepInspection, name: str, index: Index) -> Explanation:
    """An input value is (pixel / scale − mean) / std. The pixel need not be whole: images are
    augmented and mixed.
    """
    value = float(inspected.step_trace.trace[name][index])
    steps = inspected.step_trace.network.preprocess
    assert isinstance(steps, Preprocess)  # a network that is trained says how it is preprocessed
    return explain_input(steps, index, steps.brightness(index[1], value), value)
