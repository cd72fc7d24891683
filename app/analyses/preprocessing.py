"""How photos are prepared for a network, tried on one: what it answers by each of the presets; and
the model with another one.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.analyses import serializers
from app.analyses.analysis import Boxes, boxes_in, pixels_wanted, preprocess_of, seen
from app.encoding.arrays import plain
from app.errors import BadParameter
from app.execution.executor import Check
from app.images.decoding import Limits, decoded
from app.images.fitting import Box
from app.models.loading import with_preprocessing
from app.models.options import PRESETS, ImportOptions
from engine import outputs
from engine.inspection.stats import layer_stats
from engine.network import Network
from engine.outputs import OutputInfo
from engine.preprocess import USUAL, Preprocess
from engine.trace import Trace

_BEST = 5  # classes listed for each
_FIRST = 6  # numbers


class Trial(NamedTuple):
    """A preset, the network under it, and the pixels that it is shown of a photo. None stands for
    preprocessing that is no preset's.
    """

    preset: str | None
    network: Network
    pixels: NDArray[np.uint8]


def trials(network: Network, data: bytes, limits: Limits, crop: Box | None) -> list[Trial]:
    """The network as it is, under the preset that it has or None, and by each other preset."""
    now = preprocess_of(network)
    others = {preset: _by(network, preset) for preset in PRESETS}
    mine = next((p for p, other in others.items() if _is_same(preprocess_of(other), now)), None)
    ways = [(mine, network), *((p, other) for p, other in others.items() if p != mine)]
    with decoded(data, limits, pixels_wanted(now)) as picture:  # a preset does not change the size
        return [Trial(p, way, seen(picture, preprocess_of(way), crop)) for p, way in ways]


def tried(trial: Trial, check: Check) -> dict[str, Any]:
    """What the network answers, with how the photo was prepared."""
    preset, network, pixels = trial
    trace = network.forward(preprocess_of(network).normalise(pixels), check=check)
    boxes = boxes_in(network, trace)
    answers = [_answer(network, info, trace, boxes) for info in network.output_infos]
    primary = next(a for a in answers if a["name"] == network.answer.name)
    return {
        "preset": preset,
        "preprocess": {**USUAL, **preprocess_of(network).to_dict()},
        "predictions": primary.get("predictions", []),
        "outputs": answers,
    }


def _answer(
    network: Network, info: OutputInfo, trace: Trace, boxes: Boxes | None
) -> dict[str, Any]:
    """A summary of an output, small enough to compare ways to preprocess a photo."""
    content: dict[str, Any] = {"name": info.name, "kind": info.kind}
    if info.is_classifying:
        best = outputs.predictions(info, trace)[:_BEST]
        return content | {"predictions": serializers.predictions(best)}
    if boxes is not None and info.name == boxes.output:
        scores = [box.score for box in boxes.detections]
        return content | {"boxes": len(scores), "best_score": max(scores, default=None)}
    stats = layer_stats(network.layouts[info.name].to_display(trace[info.name]))
    content["stats"] = {"min": stats["min"], "max": stats["max"], "mean": stats["mean"]}
    if info.kind == "numbers":
        content["values"] = plain(outputs.numbers(info, trace)[0, :_FIRST])
    return content


def copied(network: Network, options: ImportOptions) -> tuple[str, Network]:
    """A model's network with another preprocessing, and what it is made of, as a hash: the same one
    for the same choice.
    """
    if options == ImportOptions():
        raise BadParameter(
            "Say how photos are to be prepared: preset, mean and std, scale, channels, or "
            "crop_mode."
        )
    other = with_preprocessing(network, options).freeze()
    content = f"{other.digest} {other.meta.get('title', '')}"
    return hashlib.sha256(content.encode()).hexdigest(), other


def _by(network: Network, preset: str) -> Network:
    return with_preprocessing(network, ImportOptions(preset=preset))


def _is_same(one: Preprocess, other: Preprocess) -> bool:
    return replace(one, source=other.source) == other
