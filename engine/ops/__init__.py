"""The ops of networks. ``OPS`` maps each op's name on the wire to its class."""

from dataclasses import fields

from engine.ops.base import Box, Elementwise, Explanation, Op
from engine.ops.data_movement.constant import Constant
from engine.ops.data_movement.indexing import Expand, Gather, Slice, Transpose
from engine.ops.data_movement.pad import Pad
from engine.ops.data_movement.resize import Resize
from engine.ops.data_movement.selection import GatherElements, TopK, Where
from engine.ops.data_movement.shape import Concat, Flatten, Identity, Reshape
from engine.ops.data_movement.space_depth import DepthToSpace, SpaceToDepth
from engine.ops.elementwise.activation import (
    Clip,
    LeakyRelu,
    LogSoftmax,
    PRelu,
    Relu,
    Sigmoid,
    Softmax,
    Tanh,
)
from engine.ops.elementwise.binary import Add, Div, Max, Min, Mul, Pow, Sub
from engine.ops.elementwise.comparison import Compare, Mod
from engine.ops.elementwise.rounding import Ceil, Floor, Round, Sign, Trunc
from engine.ops.elementwise.unary import (
    Abs,
    Elu,
    Erf,
    Exp,
    Gelu,
    HardSigmoid,
    HardSwish,
    Log,
    Mish,
    Neg,
    Reciprocal,
    Softplus,
    Sqrt,
)
from engine.ops.elementwise.unary_activations import (
    Celu,
    Selu,
    Shrink,
    Softsign,
    ThresholdedRelu,
    Trigonometric,
)
from engine.ops.linear.conv import Conv2d
from engine.ops.linear.conv_transpose import ConvTranspose2d
from engine.ops.linear.dense import Dense
from engine.ops.linear.matmul import MatMul
from engine.ops.normalization.batch_norm import BatchNorm, BatchNormCache, Dropout
from engine.ops.normalization.group_norm import GroupNorm, InstanceNorm, LayerNorm
from engine.ops.normalization.local_response_norm import LocalResponseNorm
from engine.ops.pooling.global_pool import GlobalAveragePool, GlobalMaxPool
from engine.ops.pooling.pool import AveragePool, LpPool, MaxPool
from engine.ops.quantization.dynamic import DynamicQuantize, DynamicScale, DynamicZeroPoint
from engine.ops.quantization.integer import IntegerConv, IntegerMatMul, QuantizedAdd, Requantize
from engine.ops.quantization.quantize import Dequantize, Quantize
from engine.ops.reduction.cumulative import CumSum
from engine.ops.reduction.reduce import (
    ArgMax,
    ReduceMax,
    ReduceMean,
    ReduceMin,
    ReduceProd,
    ReduceSum,
)

OPS: dict[str, type[Op]] = {
    op.op_type: op
    for op in (
        Conv2d,
        ConvTranspose2d,
        Dense,
        Relu,
        LeakyRelu,
        PRelu,
        Sigmoid,
        Tanh,
        Clip,
        HardSigmoid,
        HardSwish,
        Mish,
        Elu,
        Gelu,
        Erf,
        Softplus,
        Abs,
        Neg,
        Exp,
        Log,
        Sqrt,
        Reciprocal,
        Softmax,
        LogSoftmax,
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
        Sub,
        Mul,
        Div,
        Pow,
        Min,
        Max,
        MatMul,
        ReduceMean,
        ReduceSum,
        ReduceMax,
        ReduceMin,
        ReduceProd,
        ArgMax,
        CumSum,
        Selu,
        Celu,
        Softsign,
        ThresholdedRelu,
        Shrink,
        Trigonometric,
        Floor,
        Ceil,
        Round,
        Trunc,
        Sign,
        Compare,
        Mod,
        Where,
        TopK,
        GatherElements,
        Quantize,
        Dequantize,
        IntegerConv,
        IntegerMatMul,
        Requantize,
        QuantizedAdd,
        DynamicScale,
        DynamicZeroPoint,
        DynamicQuantize,
        Constant,
        Identity,
    )
}

# Functions of one number with nothing to set, by their class's name, which is that of ONNX where
# it has them. All ops are dataclasses.
FUNCTIONS: dict[str, type[Op]] = {
    op.__name__: op
    for op in OPS.values()
    if issubclass(op, Elementwise) and not fields(op)  # type: ignore[arg-type]
}

__all__ = [
    "FUNCTIONS",
    "OPS",
    "Abs",
    "Add",
    "ArgMax",
    "AveragePool",
    "BatchNorm",
    "BatchNormCache",
    "Box",
    "Ceil",
    "Celu",
    "Clip",
    "Compare",
    "Concat",
    "Constant",
    "Conv2d",
    "ConvTranspose2d",
    "CumSum",
    "Dense",
    "DepthToSpace",
    "Dequantize",
    "Div",
    "Dropout",
    "DynamicQuantize",
    "DynamicScale",
    "DynamicZeroPoint",
    "Elu",
    "Erf",
    "Exp",
    "Expand",
    "Explanation",
    "Flatten",
    "Floor",
    "Gather",
    "GatherElements",
    "Gelu",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "GroupNorm",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "InstanceNorm",
    "IntegerConv",
    "IntegerMatMul",
    "LayerNorm",
    "LeakyRelu",
    "LocalResponseNorm",
    "Log",
    "LogSoftmax",
    "LpPool",
    "MatMul",
    "Max",
    "MaxPool",
    "Min",
    "Mish",
    "Mod",
    "Mul",
    "Neg",
    "Op",
    "PRelu",
    "Pad",
    "Pow",
    "Quantize",
    "QuantizedAdd",
    "Reciprocal",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "Relu",
    "Requantize",
    "Reshape",
    "Resize",
    "Round",
    "Selu",
    "Shrink",
    "Sigmoid",
    "Sign",
    "Slice",
    "Softmax",
    "Softplus",
    "Softsign",
    "SpaceToDepth",
    "Sqrt",
    "Sub",
    "Tanh",
    "ThresholdedRelu",
    "TopK",
    "Transpose",
    "Trigonometric",
    "Trunc",
    "Where",
]
