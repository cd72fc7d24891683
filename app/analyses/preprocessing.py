"""How photos are prepared for a network, tried on one: what it answers by each of the presets; and
the model with another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from app.analyses import serializers
from app.analyses.analysis import Boxes, boxes_in, pixels_wanted, preprocess_of, run
from app.encoding.arrays import plain
from app.errors import BadParameter
from app.execution.executor import Check
from app.images.decoding import Limits, Picture, decode
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


def trials(network: Network) -> list[tuple[str | None, Network]]:
    """The network as it is, under the preset that it has or None, and by each other preset."""
    now = preprocess_of(network)
    others = {preset: _by(network, preset) for preset in PRESETS}
    mine = next((p for p, other in others.items() if _is_same(preprocess_of(other), now)), None)
    return [(mine, network), *((p, other) for p, other in others.items() if p != mine)]


def decoder(data: bytes, limits: Limits) -> Callable[[Network], Picture]:
    """Decodes an image file for a network, once for each size."""

    @cache
    def decoded(at_least: int) -> Picture:
        return decode(data, limits, at_least=at_least)

    return lambda network: decoded(pixels_wanted(preprocess_of(network)))


def tried(
    preset: str | None,
    network: Network,
    decoded: Callable[[Network], Picture],
    crop: Box | None,
    check: Check,
) -> dict[str, Any]:
    """What a network answers to a photo (``decoder``), with how that was prepared."""
    trace = run(network, decoded(network), check, crop)
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
