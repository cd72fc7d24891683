"""A small network with every op that the zoo trains, and one of those that it does not. Nothing of
the first is a plain chain.
"""

import numpy as np

from engine.network import Network, Node
from engine.ops import (
    Add,
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Conv2d,
    ConvTranspose2d,
    Dense,
    DepthToSpace,
    Dropout,
    Expand,
    Flatten,
    Gather,
    GlobalAveragePool,
    GlobalMaxPool,
    GroupNorm,
    Identity,
    InstanceNorm,
    LayerNorm,
    LeakyRelu,
    LocalResponseNorm,
    LpPool,
    MaxPool,
    Mul,
    Pad,
    Relu,
    Reshape,
    Resize,
    Sigmoid,
    Slice,
    Softmax,
    SpaceToDepth,
    Tanh,
    Transpose,
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


def painter(dtype="float32"):
    """A small network that makes its maps smaller and larger again, of the steps that classifiers
    seldom have.
    """
    rng = np.random.default_rng(29)

    def numbers(*shape):
        return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(dtype)

    nodes = (
        Node("mirrored", Pad((1, 1, 1, 1), mode="reflect"), ("input",)),
        Node("conv", Conv2d(numbers(8, 3, 3, 3), numbers(8)), ("mirrored",)),
        Node("alone", InstanceNorm(numbers(8), numbers(8)), ("conv",)),
        Node("alone_act", LeakyRelu(0.2), ("alone",)),
        Node("folded", SpaceToDepth(2), ("alone_act",)),
        Node("narrow", Conv2d(numbers(12, 32, 1, 1)), ("folded",)),
        Node("grouped", GroupNorm(numbers(12), numbers(12), 3), ("narrow",)),
        Node("lengths", LpPool((2, 2), (1, 1)), ("grouped",)),
        Node("quiet", LocalResponseNorm(5, alpha=0.4), ("lengths",)),
        Node(
            "painted",
            ConvTranspose2d(numbers(12, 8, 4, 4), numbers(8), (2, 2), (1, 1, 1, 1)),
            ("quiet",),
        ),
        Node("fitted", Resize(sizes=(12, 14), mode="linear"), ("painted",)),
        Node("half", Slice((0,), (4,), axes=(1,)), ("alone_act",)),
        Node("both", Concat(), ("half", "fitted")),
        Node("last", Transpose((0, 2, 3, 1)), ("both",)),
        Node("levelled", LayerNorm(numbers(12), numbers(12)), ("last",)),
        Node("first", Transpose((0, 3, 1, 2)), ("levelled",)),
        Node("large", DepthToSpace(2, "CRD"), ("first",)),
        Node("loudest", GlobalMaxPool(), ("large",)),
        Node("wide", Expand((1, 1, 24, 28)), ("loudest",)),
        Node("against", Mul(), ("large", "wide")),
        Node("turned", Gather((2, 0, 1), 1), ("against",)),
    )
    return Network(nodes, inputs={"input": (3, 12, 14)}, outputs=("turned",))
