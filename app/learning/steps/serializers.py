"""Steps of learning as the plain content of the API's JSON: the forward pass, the loss, the gradient, the update."""

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
from app.learning.evaluation import softmax
from app.learning.steps.store import StepInspection
from engine import inspection, outputs
from engine.display import ValueLayout
from engine.inspection.receptive_fields import receptive_fields_of
from engine.ops.base import Explanation
from engine.preprocess import Preprocess
from engine.train.inspection.step_trace import Update
from engine.train.losses import LOSSES
from engine.types import Array, Index

# How many of a parameter's filters are named as those that moved most.
MAX_LARGEST_UPDATES = 8


def step(seen: StepInspection, picture: int, applied: bool) -> dict[str, Any]:
    """A step without its arrays, from the place of one ``picture`` of the batch; ``applied`` tells whether it has been taken."""
    glass = seen.glass
    return {
        "id": seen.id,
        "training": seen.training,
        "step": seen.number,
        "applied": applied,
        "epoch": seen.epoch,
        "batch_size": seen.batch_size,
        "pictures": _pictures(seen),
        "picture": seen.check_picture(picture),
        "learning_rate": glass.learning_rate,
        "optimiser": seen.config.optimiser,
        "options": options(seen),
        "loss": _loss(seen, picture),
        "layers": [_layer(seen, name, picture) for name in glass.trace],
        "parameters_changed": sum(
            int(np.count_nonzero(update.after != update.before))
            for update in glass.updates.values()
        ),
        "after_analysis": None if seen.after is None else seen.after.id,
    }


def options(seen: StepInspection) -> dict[str, float]:
    """What the optimiser was told."""
    return dict(seen.glass.options)


def _pictures(seen: StepInspection) -> list[dict[str, Any]]:
    """Each picture's own loss and the share of its class, before and after. A mixed picture is called by its larger part."""
    glass = seen.glass
    truth = glass.shares.argmax(1)
    (_, before), (_, after) = scores(seen)
    return [
        {
            "batch_index": place,
            "index": None if seen.indices is None else int(seen.indices[place]),
            "label": seen.labels[unit],
            "loss": float(glass.losses[place]),
            "loss_after": float(glass.losses_after[place]),
            "probability": float(before[place, unit]),
            "probability_after": float(after[place, unit]),
        }
        for place, unit in enumerate(truth.tolist())
    ]


def scores(seen: StepInspection) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """(scores, shares), each (N, K), before the step and after it; the shares are the softmax of the scores."""
    glass = seen.glass
    before, after = (
        outputs.class_scores(glass.network.answer, trace).values
        for trace in (glass.trace, glass.trace_after)
    )
    return (before, softmax(before)), (after, softmax(after))


def _loss(seen: StepInspection, picture: int) -> dict[str, Any]:
    """The picture's loss, class by class: the terms add up to its value. The gradient is that of the batch's mean loss."""
    glass = seen.glass
    (score, share), (score_after, share_after) = ((a[picture], b[picture]) for a, b in scores(seen))
    target = glass.shares[picture]
    gradient = LOSSES[seen.config.loss](scores(seen)[0][0], glass.shares, 0.0)[1][picture]
    columns = (score, share, target, _terms(seen, picture), score_after, share_after, gradient)
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
        "name": seen.config.loss,
        "value": float(glass.losses[picture]),
        "after": float(glass.losses_after[picture]),
        "mean": glass.loss,
        "mean_after": glass.loss_after,
        "classes": [
            {"label": label, **dict(zip(names, row, strict=True))}
            for label, *row in zip(seen.labels, *(c.tolist() for c in columns), strict=True)
        ],
    }


def _terms(seen: StepInspection, picture: int) -> Array:
    """What each class brings to the picture's loss, (K,)."""
    (logits, _), _ = scores(seen)
    scored, target = logits[picture].astype(np.float64), seen.glass.shares[picture]
    if seen.config.loss == "mean_squared_error":
        squared: Array = np.square(scored - target) / target.size
        return squared
    shifted = scored - scored.max()
    # Minus zero is what a class without a share of the truth would bring.
    surprise: Array = -target * (shifted - np.log(np.exp(shifted).sum())) + 0.0
    return surprise


def _layer(seen: StepInspection, name: str, picture: int) -> dict[str, Any]:
    glass = seen.glass
    layout = glass.network.layouts[name]
    op, gradient = seen.op(name), glass.gradients.values.get(name)
    node = None if op == "input" else glass.network.node(name)
    return {
        "name": name,
        "op": op,
        "display_name": "Input" if node is None else node.op.display_name,
        "inputs": [] if node is None else list(node.inputs),
        "shape": list(layout.shape),
        "cached": [] if node is None else list(node.op.cached),
        "preserves_order": node is not None and node.op.preserves_order,
        "value": inspection.layer_stats(layout.to_display(glass.trace[name], picture)),
        "gradient": None
        if gradient is None
        else inspection.layer_stats(layout.to_display(gradient, picture)),
        "parameters": [
            _parameter(key, glass.updates[f"{name}.{key}"])
            for key in (() if node is None else node.op.params)
            if f"{name}.{key}" in glass.updates
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
    """The filters that moved most, beside their own size; a bias has no filters."""
    if update.before.ndim == 1:
        return []
    rows = [a.reshape(len(a), -1).astype(np.float64) for a in (update.step, update.before)]
    steps, sizes = (np.sqrt(np.square(row).sum(1)).tolist() for row in rows)
    ratios = [_relative(a, b) for a, b in zip(steps, sizes, strict=True)]
    moved = sorted(((r, f) for f, r in enumerate(ratios) if r), key=lambda m: (-m[0], m[1]))
    return [{"filter": f, "relative": r} for r, f in moved[:MAX_LARGEST_UPDATES]]


def _relative(change: float, size: float) -> float | None:
    return change / size if size else None


def values(seen: StepInspection, name: str, picture: int, of: str) -> Array:
    """One picture's numbers of a layer, (C, H, W) or (K,): its ``value``, the ``gradient`` of it, or the value ``after`` the step.

    Raises UnknownLayer, and BadParameter for what there is not.
    """
    seen.op(name)
    glass = seen.glass
    found = {
        "value": glass.trace.get(name),
        "gradient": glass.gradients.values.get(name),
        "after": glass.trace_after.get(name),
    }
    if of not in found:
        raise BadParameter(f"of: there is no {of!r}. There is: {', '.join(found)}.")
    array = found[of]
    if array is None:
        raise BadParameter(f"No gradient reaches {name!r}: the loss is taken before it.")
    return glass.network.layouts[name].to_display(array, seen.check_picture(picture))


def update_of(seen: StepInspection, name: str, parameter: str) -> Update:
    """What the step did to a parameter. Raises UnknownLayer, and BadParameter for a parameter that the layer does not have."""
    op = seen.op(name)
    found = seen.glass.updates.get(f"{name}.{parameter}")
    if found is None:
        known = [] if op == "input" else list(seen.glass.network.node(name).op.params)
        has = f"It has: {', '.join(known)}." if known else "It has none."
        raise BadParameter(f"The layer {name!r} has no parameter {parameter!r} that learns. {has}")
    return found


def parameter(seen: StepInspection, name: str, key: str, of: str) -> Array:
    """A parameter's numbers at one point of the step. Raises as ``update_of``, and BadParameter for what there is not."""
    update = update_of(seen, name, key)
    found = {
        "before": update.before,
        "gradient": update.gradient,
        "decayed": update.decayed,
        "step": update.step,
        "after": update.after,
        **{slot: after for slot, (_, after) in update.slots.items()},
        **{f"{slot}_before": before for slot, (before, _) in update.slots.items()},
        **{f"{slot}_corrected": array for slot, array in update.corrected.items()},
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


def explanation(seen: StepInspection, name: str, picture: int, position: Index) -> dict[str, Any]:
    """Where a number of the forward pass came from, in the shape of ``present.explanation``."""
    if seen.original is not None:
        # The step's own numbers: those of the analysis may differ in their last digits, as a network that learns has other kernels.
        return serializers.explanation(
            replace(seen.original, trace=seen.glass.trace), name, position
        )
    glass, op = seen.glass, seen.op(name)
    index = seen.index(name, picture, position)
    if op == "input":
        why, inputs = (
            _explain_input(seen, name, index),
            [("photo", ValueLayout("NCHW", glass.trace[name].shape))],
        )
    else:
        why = glass.explain(name, index)
        inputs = [(i, glass.network.layouts[i]) for i in glass.network.node(name).inputs]
    content = serializers.explained(name, op, position, why, inputs)
    content |= serializers.curve(glass.network, glass.trace, name, why)
    alone = glass.network.layouts[name].to_native_index(position)
    box = receptive_fields_of(glass.network).at(name, alone)
    if box is None:
        return {**content, "receptive_field": None}
    (top, left), (bottom, right) = box.start[2:], box.stop[2:]
    field = {"left": left, "top": top, "right": right, "bottom": bottom}
    return {**content, "receptive_field": {"input": field, "photo": field}}


def _explain_input(seen: StepInspection, name: str, index: Index) -> Explanation:
    """A picture's number is a brightness, scaled: (pixel / scale − mean) / std. It need not be whole, for pictures are moved and mixed."""
    value = float(seen.glass.trace[name][index])
    steps = seen.glass.network.preprocess
    assert isinstance(steps, Preprocess)  # a network that is trained says how it is preprocessed
    return explain_input(steps, index, steps.brightness(index[1], value), value)
