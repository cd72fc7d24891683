"""Which pixels a network was made for, as far as it says so itself: by the type of its input, or by
its own first steps.

Integers are pixels as they are in a file. A network that begins with ``/ 255``, or takes away a
mean of 120, wants them, too, and one that begins with ``(x − 0.485) / 0.229`` wants pixels from 0
to 1. Small numbers alone prove nothing: a batch normalisation whose mean is about 0 may stand
behind any preprocessing.

The first steps are those that treat each number of a channel alike (x · slope + shift) or move
numbers about. Together they are (x − mean) / std, and what ``mean`` and ``std`` are says what x is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import prod
from typing import NamedTuple

import numpy as np

from engine.network import Network, Node
from engine.ops import BatchNorm
from engine.ops.elementwise.binary import Div
from engine.preprocess import COLOURS, Preprocess
from engine.types import Array

_MOVES = frozenset({"transpose", "reshape", "flatten", "identity", "slice", "gather", "dropout"})
_POINTWISE = frozenset({"add", "sub", "mul", "div", "neg", "batch_norm"})
_MOST_NUMBERS = 1 << 24  # of an input that is looked at
_SAME = 1e-3  # relative: how far apart numbers of one channel may be

# The means of ImageNet's colours, red first, as networks from Caffe take them away from pixels from
# 0 to 255.
_CAFFE_MEAN = (123.68, 116.779, 103.939)


class _Seen(NamedTuple):
    """A value at the beginning of a network: what it is where every pixel is 0, and 1, and the
    channel each number comes from.
    """

    at_zero: Array
    at_one: Array
    channel: Array


class _Affine(NamedTuple):
    """(x − mean) / std, one a channel of the input."""

    mean: Array
    std: Array


def preprocess_of_graph(network: Network) -> Preprocess | None:
    """How photos become the input (C, H, W), where the network itself says so; None where it does
    not.
    """
    ((name, shape),) = network.inputs.items()
    channels, rows, cols = shape
    usual = replace(Preprocess.usual((channels, rows, cols)), source="graph")
    dtype = network.dtypes.get(name)
    zero, one = (0.0,) * channels, (1.0,) * channels
    if dtype is not None:
        # Signed bytes have no room for 255: those of TensorFlow Lite are pixels less 128.
        return replace(
            usual, mean=(128.0,) * channels if dtype == "int8" else zero, std=one, scale=1.0
        )
    found = _first_steps(network, name)
    if found is None:
        return None
    if _is_raw(found):
        order = (
            COLOURS[::-1] if channels == 3 and _is_near(found.mean, _CAFFE_MEAN[::-1]) else COLOURS
        )
        return replace(usual, mean=zero, std=one, scale=1.0, channels=order)
    return replace(usual, mean=zero, std=one) if _is_unit(found) else None


def _is_raw(found: _Affine) -> bool:
    """Whether numbers from 0 to 255 become small ones, or are centred."""
    shrinks = bool(
        (found.std >= 20).all() and (found.std <= 300).all() and (found.mean >= -1).all()
    )
    centres = bool(np.allclose(found.std, 1, rtol=0.05) and (found.mean >= 30).all())
    return (shrinks or centres) and bool((found.mean <= 255).all())


def _is_unit(found: _Affine) -> bool:
    """Whether numbers from 0 to 1 are spread about 0, as by ImageNet's mean and std; or made those
    from 0 to 255.
    """
    inside = bool((found.mean > 0.1).all() and (found.mean < 0.9).all())
    spreads = inside and bool((found.std >= 0.05).all() and (found.std <= 0.7).all())
    grows = bool(((found.std > 1 / 300) & (found.std < 1 / 200) & (abs(found.mean) < 1)).all())
    return spreads or grows


def _is_near(mean: Array, known: tuple[float, ...]) -> bool:
    return bool(np.allclose(mean, known, atol=1.0))


def _first_steps(network: Network, name: str) -> _Affine | None:
    """What the steps before the first one that mixes pixels do; None where there are none, or it is
    not one thing.
    """
    shape = (1, *network.inputs[name])
    readers = [node for node in network.nodes if name in node.inputs]
    if prod(shape) > _MOST_NUMBERS or not readers or not all(map(_is_first, readers)):
        return None
    zeros = np.zeros(shape, np.float32)
    channels = np.broadcast_to(np.arange(shape[1], dtype=np.float32).reshape(1, -1, 1, 1), shape)
    seen = {name: _Seen(zeros, zeros + 1, np.ascontiguousarray(channels))}
    ends: dict[str, _Seen] = {}
    for node in network.nodes:
        known = [seen[i] for i in node.inputs if i in seen]
        if known and len(known) == len(node.inputs) and _is_first(node):
            seen[node.name] = _through(node, known)
        else:
            ends.update({i: seen[i] for i in node.inputs if i in seen})
    ends.update({output: seen[output] for output in network.outputs if output in seen})
    return _one(_affine(end, shape[1]) for end in ends.values())


def _is_first(node: Node) -> bool:
    op = node.op
    if op.op_type == "concat":
        return True
    if len(node.inputs) != 1:
        return False
    if isinstance(op, Div) and op.place:
        return False
    return op.op_type in _MOVES or op.op_type in _POINTWISE or _is_scaling(node)


def _is_scaling(node: Node) -> bool:
    """Whether a convolution only multiplies each channel by a number and adds one."""
    if node.op.op_type != "conv":
        return False
    weight = node.op.params["weight"]
    plain = node.op.attributes.get("stride") in (None, (1, 1), [1, 1])
    return weight.shape[1:] == (1, 1, 1) and plain and not any(node.op.attributes["padding"])


def _through(node: Node, known: list[_Seen]) -> _Seen:
    op = node.op
    at_zero = op.forward(*(seen.at_zero for seen in known))[0]
    if op.op_type in _MOVES or op.op_type == "concat":
        at_one = op.forward(*(seen.at_one for seen in known))[0]
        return _Seen(at_zero, at_one, op.forward(*(seen.channel for seen in known))[0])
    (before,) = known
    if isinstance(op, BatchNorm):
        op = _normaliser(op)
        at_zero = op.forward(before.at_zero)[0]
    return _Seen(at_zero, op.forward(before.at_one)[0], before.channel)


def _normaliser(op: BatchNorm) -> BatchNorm:
    """A batch normalisation without what was learned: its mean and variance are the input's, unless
    nobody measured them.
    """
    measured = not (np.all(op.mean == 0) and np.all(op.var == 1))
    if not measured:
        return op
    return replace(op, gamma=np.ones_like(op.gamma), beta=np.zeros_like(op.beta))


def _affine(end: _Seen, channels: int) -> _Affine | None:
    """(x − mean) / std of each channel; None where numbers of one channel are treated differently,
    or are multiplied by 0.
    """
    if end.channel.shape != end.at_zero.shape:
        return None
    slope = end.at_one.astype(np.float64) - end.at_zero
    mean, std = np.zeros(channels), np.zeros(channels)
    for channel in range(channels):
        here = end.channel == channel
        slopes, shifts = slope[here], end.at_zero[here].astype(np.float64)
        if not slopes.size or not np.isfinite(slopes).all() or not np.isfinite(shifts).all():
            return None
        first = float(slopes[0])
        if (
            not first
            or np.ptp(slopes) > _SAME * abs(first)
            or np.ptp(shifts) > _SAME * max(1, abs(shifts[0]))
        ):
            return None
        mean[channel], std[channel] = -shifts[0] / first, 1 / abs(first)
    return _Affine(mean, std)


def _one(found: Iterable[_Affine | None]) -> _Affine | None:
    """The one that all are; None where they differ."""
    first, *others = list(found) or [None]
    if first is None or any(
        other is None
        or not np.allclose(other.mean, first.mean)
        or not np.allclose(other.std, first.std)
        for other in others
    ):
        return None
    return first
