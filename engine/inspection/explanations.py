"""Explanations: the terms that one element of a value is the sum of.

An ``index`` includes the batch axis and is that of the network's own value, whatever rank it has.
"""

from __future__ import annotations

import numpy as np

from engine.errors import ShapeError
from engine.network import Network
from engine.ops.base import Elementwise, Explanation
from engine.trace import Trace
from engine.types import Array, Index

CURVE_POINTS = 97  # odd, so that zero is among them


def explain(network: Network, trace: Trace, name: str, index: Index) -> Explanation:
    """Where the number ``trace[name][index]`` came from. Raises ShapeError for an index outside,
    KeyError for a name that no node makes.
    """
    node = network.node(name)
    check_index(trace, name, index)
    return node.op.explain(tuple(trace[i] for i in node.inputs), trace[name], index)


def curve(network: Network, trace: Trace, name: str) -> Array | None:
    """(2, 97): the function that a node applies to each number, x and f(x), as far as its input
    reaches on both sides of zero.

    None for a node that does something else. Raises KeyError for a name that no node makes.
    """
    node = network.node(name)
    if not isinstance(node.op, Elementwise) or node.op.params or node.op.buffers:
        return None
    read = trace[node.inputs[0]]
    reach = float(np.abs(read[np.isfinite(read)]).max(initial=0)) or 1.0
    xs = np.linspace(-reach, reach, CURVE_POINTS, dtype=read.dtype)
    ys, _ = node.op.forward(xs[None])
    return np.stack([xs, ys[0]])


def check_index(trace: Trace, name: str, index: Index) -> None:
    """Raises ShapeError when the value ``name`` has no number there."""
    shape = trace[name].shape
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise ShapeError(f"{name!r} has the shape {shape}, so it has no position {index}")
