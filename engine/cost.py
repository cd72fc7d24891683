"""What a network costs, by shape inference alone: nothing is run."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from engine.errors import ModelTooLarge
from engine.network import Network

_BYTES = 4  # a number, float32


class Cost(NamedTuple):
    """Of ``n`` pictures: multiplications with an addition, bytes of all values that are kept, bytes
    of parameters and buffers, numbers that pools read.
    """

    multiply_adds: int
    activation_bytes: int
    parameter_bytes: int
    window_reads: int


@dataclass(frozen=True)
class ModelLimits:
    """Limits of imported networks, checked before anything is run. Multiply-adds and activation
    bytes are those of one image.
    """

    max_bytes: int = 1 << 30  # of the file: VGG-16 in float32 takes half of it
    max_nodes: int = 4096
    max_multiply_adds: int = 200 * 10**9  # VGG-16: 15 · 10⁹
    max_activation_bytes: int = 1 << 30
    max_parameter_bytes: int = 1 << 30
    max_window_reads: int = 10 * 10**9  # seconds of work; real pools have small windows

    def check(self, costs: Cost) -> None:
        """Raises ModelTooLarge for the first of them that is over its limit."""
        for what, actual in costs._asdict().items():
            self.allow(what, actual)

    def allow(self, what: str, actual: int) -> None:
        """Raises ModelTooLarge when there is more of it than ``max_…`` of that name."""
        limit: int = getattr(self, f"max_{what}")
        if actual > limit:
            detail = f"{actual:,} {what.replace('_', ' ')}, and at most {limit:,} are allowed"
            raise ModelTooLarge(detail, what=what, limit=limit, actual=actual)


def cost(network: Network, n: int = 1) -> Cost:
    """What ``n`` pictures cost."""
    shapes, one = network.shapes(n), network.shapes()
    arrays = (*network.parameters().values(), *network.buffers().values())
    return Cost(
        n * network.multiply_adds,
        _BYTES * sum(prod(shape) for shape in shapes.values()),
        _BYTES * sum(array.size for array in arrays),
        n * sum(node.op.window_reads(*(one[i] for i in node.inputs)) for node in network.nodes),
    )
