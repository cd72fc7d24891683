"""Explanations: the terms that one element of a value is the sum of.

An ``index`` includes the batch axis and is that of the network's own value, whatever rank it has.
"""

from __future__ import annotations

from engine.errors import ShapeError
from engine.network import Network
from engine.ops.base import Explanation
from engine.trace import Trace
from engine.types import Index


def explain(network: Network, trace: Trace, name: str, index: Index) -> Explanation:
    """Where the number ``trace[name][index]`` came from. Raises ShapeError for an index outside,
    KeyError for a name that no node makes.
    """
    node = network.node(name)
    check_index(trace, name, index)
    return node.op.explain(tuple(trace[i] for i in node.inputs), trace[name], index)


def check_index(trace: Trace, name: str, index: Index) -> None:
    """Raises ShapeError when the value ``name`` has no number there."""
    shape = trace[name].shape
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise ShapeError(f"{name!r} has the shape {shape}, so it has no position {index}")
