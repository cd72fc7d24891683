"""The steps that networks are made of. ``OPS`` maps the name of each on the wire to its class."""

from engine.ops.activation import Clip, LeakyRelu, Relu, Sigmoid, Softmax, Tanh
from engine.ops.base import Box, Explanation, Op
from engine.ops.conv import Conv2d
from engine.ops.conv_transpose import ConvTranspose2d
from engine.ops.dense import Dense
from engine.ops.depth import DepthToSpace, SpaceToDepth
from engine.ops.global_pool import GlobalAveragePool, GlobalMaxPool
from engine.ops.group_norm import GroupNorm, InstanceNorm, LayerNorm
from engine.ops.lrn import LocalResponseNorm
from engine.ops.move import Expand, Gather, Slice, Transpose
from engine.ops.norm import BatchNorm, BatchNormCache, Dropout
from engine.ops.pad import Pad
from engine.ops.pool import AveragePool, LpPool, MaxPool
from engine.ops.resize import Resize
from engine.ops.structure import Add, Concat, Flatten, Identity, Mul, Reshape

OPS: dict[str, type[Op]] = {
    op.kind: op
    for op in (
        Conv2d,
        ConvTranspose2d,
        Dense,
        Relu,
        LeakyRelu,
        Sigmoid,
        Tanh,
        Clip,
        Softmax,
        MaxPool,
        AveragePool,
        LpPool,
        GlobalAveragePool,
        GlobalMaxPool,
        BatchNorm,
        InstanceNorm,
        GroupNorm,
        LayerNorm,
        LocalResponseNorm,
        Dropout,
        Flatten,
        Reshape,
        Transpose,
        Slice,
        Gather,
        Expand,
        DepthToSpace,
        SpaceToDepth,
        Resize,
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
    "ConvTranspose2d",
    "Dense",
    "DepthToSpace",
    "Dropout",
    "Expand",
    "Explanation",
    "Flatten",
    "Gather",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "GroupNorm",
    "Identity",
    "InstanceNorm",
    "LayerNorm",
    "LeakyRelu",
    "LocalResponseNorm",
    "LpPool",
    "MaxPool",
    "Mul",
    "Op",
    "Pad",
    "Relu",
    "Reshape",
    "Resize",
    "Sigmoid",
    "Slice",
    "Softmax",
    "SpaceToDepth",
    "Tanh",
    "Transpose",
]
