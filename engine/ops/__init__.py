"""The steps that networks are made of. ``OPS`` maps the name of each on the wire to its class."""

from engine.ops.activation import Clip, LeakyRelu, Relu, Sigmoid, Softmax, Tanh
from engine.ops.base import Box, Explanation, Op
from engine.ops.conv import Conv2d
from engine.ops.dense import Dense
from engine.ops.depth import DepthToSpace, SpaceToDepth
from engine.ops.move import Expand, Gather, Slice, Transpose
from engine.ops.norm import BatchNorm, BatchNormCache, Dropout
from engine.ops.pad import Pad
from engine.ops.pool import AveragePool, GlobalAveragePool, MaxPool
from engine.ops.structure import Add, Concat, Flatten, Identity, Mul, Reshape

OPS: dict[str, type[Op]] = {
    op.kind: op
    for op in (
        Conv2d,
        Dense,
        Relu,
        LeakyRelu,
        Sigmoid,
        Tanh,
        Clip,
        Softmax,
        MaxPool,
        AveragePool,
        GlobalAveragePool,
        BatchNorm,
        Dropout,
        Flatten,
        Reshape,
        Transpose,
        Slice,
        Gather,
        Expand,
        DepthToSpace,
        SpaceToDepth,
        Pad,
        Concat,
        Add,
        Mul,
        Identity,
    )
}

__all__ = [
    "OPS",
    "Add",
    "AveragePool",
    "BatchNorm",
    "BatchNormCache",
    "Box",
    "Clip",
    "Concat",
    "Conv2d",
    "Dense",
    "DepthToSpace",
    "Dropout",
    "Expand",
    "Explanation",
    "Flatten",
    "Gather",
    "GlobalAveragePool",
    "Identity",
    "LeakyRelu",
    "MaxPool",
    "Mul",
    "Op",
    "Pad",
    "Relu",
    "Reshape",
    "Sigmoid",
    "Slice",
    "Softmax",
    "SpaceToDepth",
    "Tanh",
    "Transpose",
]
