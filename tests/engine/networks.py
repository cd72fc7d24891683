"""A small network with every op in it: branches, a residual, a gate, joins. Nothing of it is a plain chain."""

import numpy as np

from engine.network import Network, Node
from engine.ops import (
    Add,
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    Identity,
    LeakyRelu,
    MaxPool,
    Mul,
    Pad,
    Relu,
    Reshape,
    Sigmoid,
    Softmax,
    Tanh,
)

INPUT = (3, 13, 14)


def nodes(dtype="float32"):
    rng = np.random.default_rng(23)

    def numbers(*shape):
        return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(dtype)

    def conv(filters, depth, kernel, **attributes):
        return Conv2d(numbers(filters, depth, kernel, kernel), numbers(filters), **attributes)

    def norm(c):
        var = rng.uniform(0.5, 2, c).astype(dtype)
        return BatchNorm(numbers(c), numbers(c), numbers(c), var)

    same = (1, 1, 1, 1)
    return (
        Node("conv1", conv(8, 3, 3, padding=same), ("input",)),
        Node("norm1", norm(8), ("conv1",)),
        Node("relu1", Relu(), ("norm1",)),
        Node("pool1", MaxPool((3, 3), (2, 2), same), ("relu1",)),
        Node("narrow", conv(4, 8, 1), ("pool1",)),
        Node("narrow_act", Tanh(), ("narrow",)),
        Node("depthwise", conv(8, 1, 3, padding=same, groups=8), ("pool1",)),
        Node("depthwise_act", Clip(-0.5, 0.75), ("depthwise",)),
        Node("pointwise", conv(6, 8, 1), ("depthwise_act",)),
        Node("blurred", AveragePool((3, 3), (1, 1), same), ("pool1",)),
        Node("joined", Concat(), ("narrow_act", "pointwise", "blurred")),
        Node("residual", conv(18, 6, 3, padding=same, groups=3), ("joined",)),
        Node("residual_act", LeakyRelu(0.1), ("residual",)),
        Node("sum", Add(), ("residual_act", "joined")),
        Node("squeeze", GlobalAveragePool(), ("sum",)),
        Node("excite", conv(18, 18, 1), ("squeeze",)),
        Node("gate", Sigmoid(), ("excite",)),
        Node("gated", Mul(), ("sum", "gate")),
        Node("framed", Pad((1, 0, 0, 1), 0.1), ("gated",)),
        Node("pool2", MaxPool((2, 2), (2, 2), ceil_mode=True), ("framed",)),
        Node("side", Identity(), ("pool2",)),
        Node("refolded", Reshape((0, 9, -1, 4)), ("side",)),
        Node("flatten", Flatten(), ("refolded",)),
        Node("dropout", Dropout(0.3), ("flatten",)),
        Node("fc", Dense(numbers(5, 288), numbers(5)), ("dropout",)),
        Node("softmax", Softmax(), ("fc",)),
    )


def network(dtype="float32", **others):
    return Network(nodes(dtype), inputs={"input": INPUT}, outputs=("softmax",), **others)


def pictures(count=2, dtype="float32", seed=9):
    return np.random.default_rng(seed).standard_normal((count, *INPUT)).astype(dtype)
