"""``branches``: a small network for the same photographs as ``everyday``, made of what that one
lacks.

A convolution that strides; three ways beside each other, joined by concatenation (Szegedy et al.,
2015); depthwise convolutions (Howard et al., 2017); a dilated one (Yu and Koltun, 2016); short cuts
that are added (He et al., 2016); batch normalisation in plain sight, since it follows a sum or a
concatenation and cannot become part of a convolution; global average pooling instead of a list of
places.
"""

from __future__ import annotations

import numpy as np

from engine.network import Network, Node
from engine.ops import Add, Concat, Dropout, Flatten, GlobalAveragePool, MaxPool, Op, Relu, Softmax
from engine.zoo.everyday import PREPROCESS
from engine.zoo.layers import conv, dense, norm

STEM, MIXED, WIDE, WIDEST = 24, 72, 120, 200
DROPOUT = 0.1


def build(labels: tuple[str, ...], rng: np.random.Generator) -> Network:
    """The network to be trained, with random weights."""
    plan = _Plan(rng)
    x = plan.filters("stem_conv", "input", 3, STEM, kernel=5, stride=2)
    x = plan.add("stem_relu", Relu(), x)
    x = plan.halve("mixed", plan.three_ways("mixed", x, STEM))
    x = plan.halve("wide", plan.separable("wide", x, MIXED, WIDE))
    x = plan.add("deep_relu", Relu(), plan.residual("deep", x, WIDE))
    x = plan.halve("widest", plan.separable("widest", x, WIDE, WIDEST))
    x = plan.add("average", GlobalAveragePool(), x)
    x = plan.add("list", Flatten(), x)
    x = plan.add("dropout", Dropout(rate=DROPOUT), x)
    x = plan.add("jury", dense(WIDEST, len(labels), rng), x)
    x = plan.add("softmax", Softmax(), x)
    return Network(
        plan.nodes,
        inputs={"input": PREPROCESS.input_size},
        outputs=(x,),
        labels=labels,
        preprocess=PREPROCESS,
        name="branches",
    )


class _Plan:
    """Nodes in the making. Each method returns the name of the value that it ends in."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.nodes: list[Node] = []
        self._rng = rng

    def add(self, name: str, op: Op, *inputs: str) -> str:
        """One node."""
        self.nodes.append(Node(name, op, inputs))
        return name

    def filters(self, name: str, x: str, channels: int, filters: int, **how: int) -> str:
        """Convolution and normalisation; they become one on export."""
        x = self.add(name, conv(channels, filters, self._rng, **how), x)
        return self.add(f"{name}_folded", norm(filters), x)

    def halve(self, name: str, x: str) -> str:
        """The light switch, then the summariser."""
        x = self.add(f"{name}_relu", Relu(), x)
        return self.add(f"{name}_pool", MaxPool(kernel=(2, 2), stride=(2, 2)), x)

    def three_ways(self, name: str, x: str, channels: int) -> str:
        """One place at a time, far around by dilation, the strongest of the neighbours: kept side
        by side.
        """
        near = self.filters(f"{name}_near", x, channels, channels, kernel=1)
        far = self.filters(f"{name}_far", x, channels, channels, dilation=2)
        best = self.add(f"{name}_best", MaxPool((3, 3), (1, 1), (1, 1, 1, 1)), x)
        both = self.add(f"{name}_concat", Concat(), near, far, best)
        return self.add(f"{name}_norm", norm(3 * channels), both)

    def separable(self, name: str, x: str, channels: int, filters: int) -> str:
        """Each map on its own, then all maps at each place; a 1 × 1 convolution as the short
        cut.
        """
        y = self.filters(f"{name}_depthwise", x, channels, channels, groups=channels)
        y = self.add(f"{name}_depthwise_relu", Relu(), y)
        y = self.filters(f"{name}_pointwise", y, channels, filters, kernel=1)
        short = self.filters(f"{name}_short", x, channels, filters, kernel=1)
        return self._sum(name, filters, y, short)

    def residual(self, name: str, x: str, channels: int) -> str:
        """A convolution whose result is added to what went in."""
        return self._sum(name, channels, self.filters(f"{name}_conv", x, channels, channels), x)

    def _sum(self, name: str, channels: int, *values: str) -> str:
        return self.add(f"{name}_norm", norm(channels), self.add(f"{name}_add", Add(), *values))
