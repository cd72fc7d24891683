"""What a network costs, found by shape inference alone: nothing is run."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from engine.network import Network

_BYTES = 4  # a number, float32


class Cost(NamedTuple):
    """Of ``n`` pictures: multiplications with an addition, bytes of all values that are kept, bytes of parameters and buffers."""

    multiply_adds: int
    activation_bytes: int
    parameter_bytes: int


def cost(network: Network, n: int = 1) -> Cost:
    """What ``n`` pictures cost."""
    shapes = network.shapes(n)
    one = shapes if n == 1 else network.shapes()
    adds = sum(
        node.op.multiply_adds(*(one[name] for name in node.inputs)) for node in network.nodes
    )
    arrays = (*network.parameters().values(), *network.buffers().values())
    return Cost(
        n * adds,
        _BYTES * sum(prod(shape) for shape in shapes.values()),
        _BYTES * sum(array.size for array in arrays),
    )
