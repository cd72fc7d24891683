"""Diagnostics of a training: how weights and gradients are distributed, and which layers do not
learn.

layers = look(network, parts, before, steps)
for warning in warnings(layers): ...
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import TrainingError
from engine.network import Network, Node
from engine.ops import Relu, Sigmoid, Tanh
from engine.train.step import MicroBatchResult
from engine.types import Array

BINS = 24

# From where on it is worth a word. Shares of units or numbers …
MANY_DEAD = 0.4
MANY_SATURATED = 0.6
# … and sizes (root mean squares): a layer's gradient beside the last layer's, and one step beside
# the weights that it changes.
VANISHING_RATIO = 1e-2
EXPLODING_RATIO = 0.2

# A sigmoid or tanh whose slope is below this share of its greatest passes next to no gradient on.
_FLAT = 0.05


@dataclass(frozen=True)
class Histogram:
    """``counts`` in BINS equal bins between ``low`` and ``high``, which are symmetric about 0."""

    low: float
    high: float
    counts: list[int]


@dataclass(frozen=True)
class LayerHealth:
    """One layer after a step; what does not apply to it is None.

    - layers with weights: both histograms, the root mean squares, and ``update_ratio``: one step's
      root mean square beside the weights', taken over the steps since the look before (where they
      go to and fro, it is less than that of a single one);
    - ReLU: ``dead``, the share of maps (or units) that are zero at every place of every picture of
      the batch;
    - sigmoid and tanh: ``saturated``, the share of numbers that stand where the curve is almost
      flat.
    """

    layer: str
    weights: Histogram | None = None
    gradients: Histogram | None = None
    weight_rms: float | None = None
    gradient_rms: float | None = None
    update_ratio: float | None = None
    dead: float | None = None
    saturated: float | None = None


@dataclass(frozen=True)
class LayerWarning:
    """What may keep a layer from learning: ``kind`` is dead_units, saturated, vanishing or
    exploding.
    """

    kind: str
    layer: str
    share_or_ratio: float


def diagnose(
    network: Network,
    parts: Sequence[MicroBatchResult],
    before: Mapping[str, Array] | None = None,
    steps: int = 0,
) -> list[LayerHealth]:
    """Every layer that has weights or is switched, in the network's order.

    ``parts`` are those of ``Step.look`` with ``keep``. ``before`` holds the parameters as they were
    so many ``steps`` ago. Raises TrainingError when weights or gradients are no longer numbers.
    """
    found = [
        _health(network, node, parts, before if steps else None, steps) for node in network.nodes
    ]
    return [health for health in found if health is not None]


def warnings(layers: Sequence[LayerHealth]) -> list[LayerWarning]:
    """What is worth a word, in the order of the layers."""
    sizes = [health.gradient_rms for health in layers if health.gradient_rms is not None]
    last = sizes[-1] if sizes else 0.0
    return [warning for health in layers for warning in _warnings(health, last)]


def _warnings(health: LayerHealth, last: float) -> Iterator[LayerWarning]:
    """``last`` is the size of the last layer's gradient, from which all others follow."""
    if health.dead is not None and health.dead >= MANY_DEAD:
        yield LayerWarning("dead_units", health.layer, health.dead)
    if health.saturated is not None and health.saturated >= MANY_SATURATED:
        yield LayerWarning("saturated", health.layer, health.saturated)
    if health.gradient_rms is not None and last and health.gradient_rms / last < VANISHING_RATIO:
        yield LayerWarning("vanishing", health.layer, health.gradient_rms / last)
    if health.update_ratio is not None and health.update_ratio > EXPLODING_RATIO:
        yield LayerWarning("exploding", health.layer, health.update_ratio)


def _health(
    network: Network,
    node: Node,
    parts: Sequence[MicroBatchResult],
    before: Mapping[str, Array] | None,
    steps: int,
) -> LayerHealth | None:
    name = f"{node.name}.weight"
    if "weight" in node.op.params:
        return _of_weights(node, parts, None if before is None else before[name], steps)
    values = [part.trace[node.name] for part in parts if part.trace is not None]
    if isinstance(node.op, Relu):
        alive = np.any([_maps(value).any(axis=(0, 2)) for value in values], axis=0)
        return LayerHealth(node.name, dead=float(1 - alive.mean()))
    if isinstance(node.op, Sigmoid | Tanh):
        return LayerHealth(node.name, saturated=_saturated(node.op, values))
    return None


def _of_weights(
    node: Node, parts: Sequence[MicroBatchResult], before: Array | None, steps: int
) -> LayerHealth:
    weight = node.op.params["weight"]
    gradient: Array = np.sum(
        [part.gradients.params[f"{node.name}.weight"] for part in parts], axis=0
    )
    if not (np.isfinite(weight).all() and np.isfinite(gradient).all()):
        raise TrainingError(
            f"the weights or gradients of {node.name!r} are no longer numbers: try a smaller learning rate"
        )
    size = _rms(weight)
    moved = None if before is None or not size else _rms(weight - before) / steps / size
    return LayerHealth(
        node.name,
        weights=_histogram(weight),
        gradients=_histogram(gradient),
        weight_rms=size,
        gradient_rms=_rms(gradient),
        update_ratio=moved,
    )


def _maps(value: Array) -> Array:
    """(N, C, places): a unit without maps is a map of one place."""
    return value.reshape(*value.shape[:2], -1)


def _saturated(op: Sigmoid | Tanh, values: Sequence[Array]) -> float:
    """By the slope, which both curves tell from their own height: y (1 − y), at most 1/4, and 1 −
    y², at most 1.
    """
    y = np.concatenate([value.ravel() for value in values])
    slope = 4 * y * (1 - y) if isinstance(op, Sigmoid) else 1 - np.square(y)
    return float((slope < _FLAT).mean())


def _histogram(array: Array) -> Histogram:
    reach = float(np.abs(array).max()) or 1.0
    counts, _ = np.histogram(array, BINS, (-reach, reach))
    return Histogram(-reach, reach, counts.tolist())


def _rms(array: Array) -> float:
    return float(np.sqrt(np.square(array, dtype=np.float64).mean()))
