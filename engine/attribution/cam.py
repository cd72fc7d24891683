"""Class activation maps: which channels of a layer raise the score of a class, and where in the
image.
"""

from __future__ import annotations

from math import prod

import numpy as np

from engine.attribution.target import AttributionTarget
from engine.errors import AttributionError
from engine.graph import leading_to, passages
from engine.network import Network
from engine.ops import (
    Concat,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    GroupNorm,
    Identity,
    InstanceNorm,
    LayerNorm,
    MatMul,
    PRelu,
)
from engine.ops.base import Elementwise
from engine.ops.elementwise.binary import BinaryOp
from engine.ops.quantization.integer import QuantizedAdd
from engine.types import Array


def grad_cam(question: AttributionTarget, layer: str) -> Array:
    """max(Σ weight[k] · map[k], 0) on the picture, (H, W); a map's weight is the mean of its
    gradient.

    Source: Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based
    localization", 2017.
    """
    maps, gradient = _at(question, layer)
    return _joined(question, maps, gradient.mean(axis=(1, 2)))


def grad_cam_plus_plus(question: AttributionTarget, layer: str) -> Array:
    """Grad-CAM with weights that do not depend on how large a part of the picture the class takes
    up, (H, W).

    The paper's closed form with exp(score) for the score Y, whose higher derivatives are then
    powers g², g³ of the gradient of the score itself: weight = Σ α · max(g, 0), α = g² / (2 g² + Σ
    map · g³). The factor exp(score), the same for all maps, is left out: it changes nothing about
    the picture.

    Source: Chattopadhay et al., "Grad-CAM++: generalized gradient-based visual explanations for
    deep convolutional networks", 2018.
    """
    maps, gradient = _at(question, layer)
    # g² cancels: so small gradients lose no digits, and nothing is divided by zero where nothing
    # counts.
    below = 2 + maps.sum(axis=(1, 2), keepdims=True) * gradient
    praise = np.maximum(gradient, 0)
    parts = np.divide(praise, below, out=np.zeros_like(praise), where=below != 0)
    return _joined(question, maps, parts.sum(axis=(1, 2)))


def default_layer(network: Network, score: str | None = None) -> str:
    """The last layer with more than one position in each map that dominates the score in the graph.

    The score is in the value of that name; the default is the primary output's logits. A gate (the
    sigmoid of a swish or of squeeze-and-excite) or one of several branches is not chosen, because a
    part of the score bypasses it. Layers that only move, average or select elements are skipped for
    the one before. Without such a layer, it is the last convolution or activation function that
    leads to the score.

    Raises AttributionError for a network without either.
    """
    name = score or network.logits
    ways = [set(passages(network, name)), leading_to(network, name)]
    for leading, kinds in zip(ways, (_MAKING, Conv2d | Elementwise), strict=True):
        for node in reversed(network.nodes):
            makes = isinstance(node.op, kinds) and not isinstance(node.op, Dropout | Identity)
            # At the score itself all maps but one are 0.
            before = node.name in leading and node.name != name
            if makes and before and _has_places(network, node.name):
                return node.name
    raise AttributionError(
        "this network has no convolution or activation function with maps of more than one place"
    )


# What makes new numbers of those before it, place by place.
_MAKING = (
    Conv2d
    | ConvTranspose2d
    | Elementwise
    | BinaryOp
    | PRelu
    | Concat
    | MatMul
    | LayerNorm
    | GroupNorm
    | InstanceNorm
    | QuantizedAdd
)


def _has_places(network: Network, name: str) -> bool:
    layout = network.layouts[name]
    return layout.has_maps and prod(layout.shape[1:]) > 1


def checked_layer(network: Network, layer: str | None, score: str | None = None) -> str:
    """``layer``, or the default one without, to look at for a score in the value of that name.

    Raises AttributionError for one that does not exist, has no maps or no part in the score.
    """
    if layer is None:
        return default_layer(network, score)
    layout = network.layouts.get(layer)
    if layout is None:
        raise AttributionError(f"this network has no layer {layer!r}")
    if not layout.has_maps:
        raise AttributionError(
            f"{layer!r} has no maps, but a list of numbers or more axes: choose another layer"
        )
    if layer not in leading_to(network, score or network.logits):
        raise AttributionError(f"{layer!r} has no part in the scores: choose a layer before them")
    return layer


def upsampled(values: Array, size: tuple[int, int]) -> Array:
    """(h, w) → ``size``, bilinear, with the centres of the cells in the same places (half-pixel,
    align_corners=False).
    """
    rows, columns = (_weights(n, m) for n, m in zip(values.shape, size, strict=True))
    return np.asarray(rows @ values @ columns.T)


def _weights(cells: int, places: int) -> Array:
    """(positions, cells): the weight of each cell at each position."""
    centres = np.clip((np.arange(places) + 0.5) * (cells / places) - 0.5, 0, cells - 1)
    distance = np.abs(centres[:, None] - np.arange(cells))
    return np.asarray(np.maximum(1 - distance, 0))


def _at(question: AttributionTarget, layer: str) -> tuple[Array, Array]:
    """The layer's maps and their gradient, (K, h, w) each, in float64."""
    for _ in question.batches(1):
        gradient = question.gradients(question.trace, [layer])[layer]
    shown = question.network.layouts[layer].to_display
    return shown(question.trace[layer]).astype(np.float64), shown(gradient).astype(np.float64)


def _joined(question: AttributionTarget, maps: Array, weights: Array) -> Array:
    return upsampled(np.maximum(np.tensordot(weights, maps, 1), 0), question.size)
