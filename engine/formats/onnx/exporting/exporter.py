"""A network as an ONNX file, which other programs run, show and convert.

Layers keep their names: the node and the value it makes are called as here, and parameters
"node.parameter". Labels, preprocessing (under timm's keys) and the model card are JSON in the
file's metadata. The package ``onnx`` takes about 0.1 s to load; nothing else in the engine imports
this module.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from engine.formats.onnx.exporting.multi_node import SEVERAL
from engine.network import Network, Node
from engine.ops import FUNCTIONS
from engine.ops.elementwise.binary import BinaryOp
from engine.types import Array, Shape

# Old enough for readers from 2024 on (onnxruntime 1.18), new enough for every op here.
OPSET, IR_VERSION = 21, 10

# Kind → ONNX's type. Functions that both call alike are not listed; what takes several nodes is
# listed by its last one.
TYPES = {
    **{op.op_type: name for name, op in FUNCTIONS.items()},
    "conv": "Conv",
    "conv_transpose": "ConvTranspose",
    "dense": "Gemm",
    "leaky_relu": "LeakyRelu",
    "prelu": "PRelu",
    "clip": "Clip",
    "hard_sigmoid": "HardSigmoid",
    "elu": "Elu",
    "gelu": "Gelu",
    "softmax": "Softmax",
    "log_softmax": "LogSoftmax",
    "max_pool": "MaxPool",
    "average_pool": "AveragePool",
    "lp_pool": "LpPool",
    "global_average_pool": "GlobalAveragePool",
    "global_max_pool": "GlobalMaxPool",
    "batch_norm": "BatchNormalization",
    "instance_norm": "InstanceNormalization",
    "group_norm": "GroupNormalization",
    "layer_norm": "LayerNormalization",
    "lrn": "LRN",
    "dropout": "Dropout",  # passes everything on, as no reader is told that it trains
    "flatten": "Flatten",
    "reshape": "Reshape",
    "transpose": "Transpose",
    "slice": "Slice",
    "gather": "Gather",
    "expand": "Expand",
    "depth_to_space": "DepthToSpace",
    "space_to_depth": "SpaceToDepth",
    "resize": "Resize",
    "pad": "Pad",
    "concat": "Concat",
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
    "pow": "Pow",
    "min": "Min",
    "max": "Max",
    "matmul": "MatMul",
    "reduce_mean": "ReduceMean",
    "reduce_sum": "ReduceSum",
    "reduce_max": "ReduceMax",
    "arg_max": "ArgMax",
    "quantize": "QuantizeLinear",
    "dequantize": "Mul",
    "conv_integer": "Conv",
    "matmul_integer": "MatMul",
    "requantize": "QuantizeLinear",
    "quantized_add": "Clip",
    "dynamic_scale": "DynamicQuantizeLinear",
    "dynamic_zero_point": "DynamicQuantizeLinear",
    "dynamic_quantize": "Clip",
    "trunc": "Mul",
    "selu": "Selu",
    "celu": "Celu",
    "thresholded_relu": "ThresholdedRelu",
    "shrink": "Shrink",
    "trigonometric": "Sin",  # or its kin
    "mod": "Mod",
    "compare": "Equal",  # or its kin
    "where": "Where",
    "top_k": "TopK",
    "gather_elements": "GatherElements",
    "cum_sum": "CumSum",
    "reduce_min": "ReduceMin",
    "reduce_prod": "ReduceProd",
    "constant": "Identity",
}


_REDUCTIONS = ("reduce_mean", "reduce_sum", "reduce_max", "reduce_min", "reduce_prod")


def _window(op: Any) -> dict[str, Any]:
    return {"kernel_shape": op.kernel, "strides": op.stride, "pads": op.padding}


def _range(kind: str) -> dict[str, Array]:
    """The ends of what an integer type holds, as floats."""
    bounds = np.iinfo(kind)
    return {"low": np.array(bounds.min, np.float32), "high": np.array(bounds.max, np.float32)}


# What the file says of a layer besides its arrays; a kind that is not here has nothing to say.
ATTRIBUTES: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    **dict.fromkeys(
        ("conv", "conv_integer"),
        lambda op: _window(op) | {"dilations": op.dilation, "group": op.groups},
    ),
    "conv_transpose": lambda op: (
        _window(op)
        | {"dilations": op.dilation, "group": op.groups, "output_padding": op.output_padding}
    ),
    "dense": lambda _: {"transB": 1},  # ours is (outputs, inputs)
    "leaky_relu": lambda op: {"alpha": op.alpha},
    "hard_sigmoid": lambda op: {"alpha": op.alpha, "beta": op.beta},
    "elu": lambda op: {"alpha": op.alpha},
    "gelu": lambda op: {"approximate": op.approximate},
    "softmax": lambda op: {"axis": op.axis},
    "log_softmax": lambda op: {"axis": op.axis},
    "max_pool": lambda op: _window(op) | {"dilations": op.dilation, "ceil_mode": int(op.ceil_mode)},
    "average_pool": lambda op: (
        _window(op)
        | {"ceil_mode": int(op.ceil_mode), "count_include_pad": int(op.count_include_pad)}
        | {"dilations": op.dilation}
    ),
    "lp_pool": lambda op: (
        _window(op) | {"dilations": op.dilation, "ceil_mode": int(op.ceil_mode), "p": op.p}
    ),
    # There momentum is the share of the old running value, here that of the new one.
    "batch_norm": lambda op: {"epsilon": op.epsilon, "momentum": 1 - op.momentum},
    "instance_norm": lambda op: {"epsilon": op.epsilon},
    "group_norm": lambda op: {"epsilon": op.epsilon, "num_groups": op.groups},
    "layer_norm": lambda op: {"axis": op.axis, "epsilon": op.epsilon},
    "lrn": lambda op: {"size": op.size, "alpha": op.alpha, "beta": op.beta, "bias": op.k},
    "flatten": lambda op: {"axis": op.axis},
    "concat": lambda op: {"axis": op.axis},
    "transpose": lambda op: {"perm": op.perm},
    "gather": lambda op: {"axis": op.axis},
    "depth_to_space": lambda op: {"blocksize": op.block, "mode": op.mode},
    "space_to_depth": lambda op: {"blocksize": op.block},
    "resize": lambda op: (
        {
            name: getattr(op, name)
            for name in (
                "axes",
                "mode",
                "coordinate_transformation_mode",
                "nearest_mode",
                "extrapolation_value",
                "cubic_coeff_a",
            )
        }
        | {"exclude_outside": int(op.exclude_outside), "antialias": int(op.antialias)}
    ),
    "pad": lambda op: {"mode": op.mode},
    **dict.fromkeys(_REDUCTIONS, lambda op: {"keepdims": int(op.keepdims)}),
    "arg_max": lambda op: {
        "axis": op.axis,
        "keepdims": int(op.keepdims),
        "select_last_index": int(op.select_last_index),
    },
    "selu": lambda op: {"alpha": op.alpha, "gamma": op.gamma},
    **dict.fromkeys(("celu", "thresholded_relu"), lambda op: {"alpha": op.alpha}),
    "shrink": lambda op: {"lambd": op.lambd, "bias": op.bias},
    "cum_sum": lambda op: {"exclusive": int(op.exclusive), "reverse": int(op.reverse)},
    "gather_elements": lambda op: {"axis": op.axis},
    **dict.fromkeys(("quantize", "requantize"), lambda op: {"axis": op.axis}),
}
# Hyper-parameters that are inputs there, in their order.
CONSTANTS: Mapping[str, Callable[[Any], dict[str, Array]]] = {
    "clip": lambda op: {"low": np.array(op.low, np.float32), "high": np.array(op.high, np.float32)},
    "dropout": lambda op: {"rate": np.array(op.rate, np.float32)},
    "reshape": lambda op: {"shape": np.array(op.shape, np.int64)},
    "pad": lambda op: {
        "pads": np.array(op.pads, np.int64),
        "value": np.array(op.value, np.float32),
        "axes": np.array(op.axes, np.int64),
    },
    "slice": lambda op: {
        name: np.array(getattr(op, name), np.int64) for name in ("starts", "stops", "axes", "steps")
    },
    "gather": lambda op: {"indices": op.indices},
    "resize": lambda op: (
        {"roi": np.array(op.roi, np.float32), "scales": np.array(op.scales, np.float32)}
        | ({"sizes": np.array(op.sizes, np.int64)} if op.sizes else {})
    ),
    "expand": lambda op: {"shape": np.array(op.shape, np.int64)},
    **dict.fromkeys(
        _REDUCTIONS,
        lambda op: {"axes": np.array(op.axes, np.int64)},
    ),
    "quantize": lambda op: {"zero_point": op.zero_point.astype(op.type)},
    "requantize": lambda op: {
        "scale": op.along[0],
        "one": np.ones(op.scale.shape, np.float32),
        "zero_point": op.zero_point.astype(op.type),
        "moved": op.along[1],
        **_range(op.type),
    },
    "quantized_add": lambda op: {
        **{
            name: np.array(getattr(op, name), np.float32)
            for name in ("scale_a", "scale_b", "offset")
        },
        **_range(op.type),
    },
    "dynamic_quantize": lambda _: _range("uint8"),
    "top_k": lambda op: {"k": np.array([op.k], np.int64)},
    "cum_sum": lambda op: {"axis": np.array(op.axis, np.int64)},
    "dequantize": lambda op: dict(zip(("scale", "zero_point"), op.along, strict=True)),
    "constant": lambda op: {"sizes": np.array(op.value.shape[1:], np.int64)},
}


def to_onnx(network: Network) -> bytes:
    """The network as the bytes of an ONNX file, in float32, for batches of any size."""
    nodes: list[NodeProto] = []
    tensors: list[TensorProto] = []
    for node in network.nodes:
        written, own = write_node(node)
        nodes += written
        tensors += own
    shapes = network.shapes()
    graph = helper.make_graph(
        nodes,
        network.name or "network",
        [_value(name, shapes[name]) for name in network.inputs],
        [_value(name, shapes[name]) for name in network.outputs],
        tensors,
    )
    model: ModelProto = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="convscope",
    )
    helper.set_model_props(model, _about(network))
    data: bytes = model.SerializeToString()
    return data


def write_node(node: Node) -> tuple[list[NodeProto], list[TensorProto]]:
    """One layer in ONNX, mostly as one node, and the tensors that it reads besides other layers'
    values.
    """
    op = node.op
    arrays = {
        name: a.astype(np.float32, order="C") for name, a in {**op.params, **op.buffers}.items()
    }
    if op.op_type in CONSTANTS:
        arrays |= CONSTANTS[op.op_type](op)
    tensors = [
        numpy_helper.from_array(array, f"{node.name}.{name}") for name, array in arrays.items()
    ]
    attributes = ATTRIBUTES[op.op_type](op) if op.op_type in ATTRIBUTES else {}
    own = [tensor.name for tensor in tensors]
    if op.op_type in SEVERAL:
        return SEVERAL[op.op_type](node, own, attributes), tensors
    reads = [*own, *node.inputs] if isinstance(op, BinaryOp) and op.place else [*node.inputs, *own]
    return [_node(node, reads, attributes)], tensors


def _node(node: Node, reads: Sequence[str], attributes: Mapping[str, Any]) -> NodeProto:
    return helper.make_node(TYPES[node.op.op_type], reads, [node.name], node.name, **attributes)


def _value(name: str, shape: Shape) -> ValueInfoProto:
    return helper.make_tensor_value_info(
        name, TensorProto.FLOAT, ["N", *shape[1:]] if shape else []
    )


def _about(network: Network) -> dict[str, str]:
    """The metadata: each entry is JSON, and what the network does not have is left out."""
    about = {
        "labels": network.labels,
        "preprocess": network.preprocess and network.preprocess.to_dict(),
        "meta": network.meta or None,
    }
    return {key: json.dumps(value) for key, value in about.items() if value is not None}
