"""What each of ONNX's operations becomes here. A converter takes a node of the file and makes its
steps of the network.
"""

from collections.abc import Callable, Mapping

from onnx import defs

from engine import ops
from engine.formats.onnx.converters import (
    einsum,
    elementwise,
    historic,
    layers,
    products,
    quantised,
    reductions,
    resizing,
    selections,
    shapes,
    windows,
)
from engine.formats.onnx.importing.node_context import NodeContext

CONVERTERS: Mapping[str, Callable[[NodeContext], None]] = {
    # Functions of one number with nothing to set, which ONNX has under the same name.
    **{name: elementwise.plain(op) for name, op in ops.FUNCTIONS.items() if defs.has(name)},
    "Add": elementwise.pairwise(ops.Add),
    "ArgMax": reductions.arg_max,
    "AveragePool": windows.average_pool,
    "BatchNormalization": layers.batch_norm,
    "Cast": elementwise.cast,
    "Clip": elementwise.clip,
    "Concat": shapes.concat,
    "Conv": windows.conv,
    "ConvTranspose": windows.conv_transpose,
    "DepthToSpace": shapes.depth_to_space,
    "DequantizeLinear": reductions.dequantize,
    "Div": elementwise.div,
    "Dropout": layers.dropout,
    "Elu": elementwise.elu,
    "Expand": shapes.expand,
    "Flatten": shapes.flatten,
    "Gather": shapes.gather,
    "Gelu": elementwise.gelu,
    "Gemm": products.gemm,
    "GlobalAveragePool": windows.whole_maps(ops.GlobalAveragePool),
    "GlobalMaxPool": windows.whole_maps(ops.GlobalMaxPool),
    "GroupNormalization": layers.group_norm,
    "HardSigmoid": elementwise.hard_sigmoid,
    "InstanceNormalization": layers.instance_norm,
    "LRN": layers.local_response_norm,
    "LayerNormalization": layers.layer_norm,
    "LeakyRelu": elementwise.leaky_relu,
    "LogSoftmax": layers.log_softmax,
    "LpPool": windows.lp_pool,
    "MatMul": products.matmul,
    "Max": elementwise.pairwise(ops.Max),
    "MaxPool": windows.max_pool,
    "Min": elementwise.pairwise(ops.Min),
    "Mul": elementwise.pairwise(ops.Mul),
    "PRelu": elementwise.prelu,
    "Pad": shapes.pad,
    "Pow": elementwise.pairwise(ops.Pow),
    "QuantizeLinear": reductions.quantize,
    "ReduceMax": reductions.reduction(ops.ReduceMax),
    "ReduceMean": reductions.reduction(ops.ReduceMean),
    "ReduceSum": reductions.reduction(ops.ReduceSum),
    "Reshape": shapes.reshape,
    "Resize": resizing.resize,
    "Slice": shapes.slice_,
    "Softmax": layers.softmax,
    "SpaceToDepth": shapes.space_to_depth,
    "Split": shapes.split,
    "Squeeze": shapes.squeeze,
    "Sub": elementwise.pairwise(ops.Sub),
    "Sum": elementwise.pairwise(ops.Add),
    "Transpose": shapes.transpose,
    "Unsqueeze": shapes.unsqueeze,
    "Upsample": resizing.upsample,
    # Numbers compared, rounded, sorted and chosen.
    "And": elementwise.pairwise(ops.Mul),
    "ArgMin": reductions.arg_min,
    "CumSum": selections.cum_sum,
    "Equal": elementwise.pairwise(ops.Compare, relation="equal"),
    "GatherElements": selections.gather_elements,
    "Greater": elementwise.pairwise(ops.Compare, relation="greater"),
    "GreaterOrEqual": elementwise.pairwise(ops.Compare, relation="greater_or_equal"),
    "IsNaN": elementwise.is_nan,
    "Less": elementwise.pairwise(ops.Compare, relation="less"),
    "LessOrEqual": elementwise.pairwise(ops.Compare, relation="less_or_equal"),
    "Mod": elementwise.mod,
    "Not": elementwise.negation,
    "OneHot": selections.one_hot,
    "Or": elementwise.pairwise(ops.Max),
    "ScatterND": selections.scatter_nd,
    "Tile": selections.tile,
    "TopK": selections.top_k,
    "Trilu": selections.trilu,
    "Where": selections.where,
    "Xor": elementwise.pairwise(ops.Compare, relation="not_equal"),
    # Further functions, sums and norms.
    "Acos": elementwise.trigonometric("acos"),
    "Acosh": elementwise.trigonometric("acosh"),
    "Asin": elementwise.trigonometric("asin"),
    "Asinh": elementwise.trigonometric("asinh"),
    "Atan": elementwise.trigonometric("atan"),
    "Atanh": elementwise.trigonometric("atanh"),
    "Celu": elementwise.celu,
    "Cos": elementwise.trigonometric("cos"),
    "Cosh": elementwise.trigonometric("cosh"),
    "Einsum": einsum.einsum,
    "LpNormalization": reductions.lp_normalization,
    "ReduceL1": reductions.summed(ops.Abs, None),
    "ReduceL2": reductions.summed(ops.Mul, ops.Sqrt),
    "ReduceLogSum": reductions.summed(None, ops.Log),
    "ReduceLogSumExp": reductions.log_sum_exp,
    "ReduceMin": reductions.reduction(ops.ReduceMin),
    "ReduceProd": reductions.reduction(ops.ReduceProd),
    "ReduceSumSquare": reductions.summed(ops.Mul, None),
    "Selu": elementwise.selu,
    "Shrink": elementwise.shrink,
    "Sin": elementwise.trigonometric("sin"),
    "Sinh": elementwise.trigonometric("sinh"),
    "Swish": elementwise.swish,
    "Tan": elementwise.trigonometric("tan"),
    "ThresholdedRelu": elementwise.thresholded_relu,
    # Experiments that ONNX has dropped.
    "Affine": historic.affine,
    "Crop": historic.crop,
    "ImageScaler": historic.image_scaler,
    "ParametricSoftplus": historic.parametric_softplus,
    "ScaledTanh": historic.scaled_tanh,
    # Whole numbers of 8 bits.
    "ConvInteger": quantised.conv_integer,
    "DynamicQuantizeLinear": quantised.dynamic_quantize_linear,
    "MatMulInteger": quantised.matmul_integer,
    "QLinearConv": quantised.qlinear_conv,
    "QLinearMatMul": quantised.qlinear_matmul,
    # onnxruntime's own.
    "DynamicQuantizeMatMul": quantised.dynamic_quantize_matmul,
    "MatMulIntegerToFloat": quantised.matmul_integer_to_float,
    "QGemm": quantised.qgemm,
    "QLinearAdd": quantised.qlinear_add,
    "QLinearAveragePool": quantised.qlinear_average_pool,
    "QLinearConcat": quantised.qlinear_concat,
    "QLinearGlobalAveragePool": quantised.qlinear_global_average_pool,
    "QLinearLeakyRelu": quantised.qlinear(quantised.leaky),
    "QLinearMul": quantised.qlinear_mul,
    "QLinearSigmoid": quantised.qlinear(quantised.sigmoid),
    "QLinearSoftmax": quantised.qlinear_softmax,
}
# Of these domains, besides ONNX's own, these operations are read.
FOREIGN: Mapping[str, frozenset[str]] = {
    "com.microsoft": frozenset(
        {"DynamicQuantizeMatMul", "MatMulIntegerToFloat", "QGemm", "QLinearAdd"}
        | {"QLinearAveragePool", "QLinearConcat", "QLinearGlobalAveragePool", "QLinearLeakyRelu"}
        | {"QLinearMul", "QLinearSigmoid", "QLinearSoftmax"}
    )
}

# Operations that the library does not know any more, so that it cannot check them.
DROPPED = frozenset({"Affine", "Crop", "ImageScaler", "ParametricSoftplus", "ScaledTanh"})

__all__ = ["CONVERTERS", "DROPPED", "FOREIGN"]
