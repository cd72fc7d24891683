"""How photos are prepared for a network, tried on one: what it answers by each of the presets; and the model with another one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from app.analyses import serializers
from app.analyses.analysis import predict, preprocess_of
from app.errors import BadParameter
from app.execution.executor import Check
from app.images.decoding import Limits
from app.images.fitting import Box
from app.models.loading import with_preprocessing
from app.models.options import PRESETS, ImportOptions
from app.models.registry import OWN
from engine.network import Network
from engine.preprocess import USUAL, Preprocess

_BEST = 5  # classes that are told of each


def trials(network: Network) -> list[tuple[str | None, Network]]:
    """The network as it is, under the preset that it has or None, and by each other preset."""
    now = preprocess_of(network)
    others = {preset: _by(network, preset) for preset in PRESETS}
    mine = next((p for p, other in others.items() if _is_same(preprocess_of(other), now)), None)
    return [(mine, network), *((p, other) for p, other in others.items() if p != mine)]


def tried(
    preset: str | None,
    network: Network,
    data: bytes,
    crop: Box | None,
    limits: Limits,
    check: Check,
) -> dict[str, Any]:
    """What a network answers to a photo, with how that was prepared."""
    scores = predict(network, data, limits, check, crop)
    return {
        "preset": preset,
        "preprocess": {**USUAL, **preprocess_of(network).to_dict()},
        "predictions": serializers.predictions(scores[:_BEST]),
    }


def copied(network: Network, options: ImportOptions) -> tuple[str, Network]:
    """A model's network with another preprocessing, and the id of that model: the same one for the same choice."""
    if options == ImportOptions():
        raise BadParameter(
            "Say how photos are to be prepared: preset, mean and std, scale, channels, or crop_mode."
        )
    other = with_preprocessing(network, options).freeze()
    content = f"{other.digest} {other.meta.get('title', '')}"
    return f"{OWN}{hashlib.sha256(content.encode()).hexdigest()[:12]}", other


def _by(network: Network, preset: str) -> Network:
    return with_preprocessing(network, ImportOptions(preset=preset))


def _is_same(one: Preprocess, other: Preprocess) -> bool:
    return replace(one, source=other.source) == other
