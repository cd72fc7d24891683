"""What each of ONNX's operations becomes here. A converter takes a node of the file and makes its steps of the network."""

from collections.abc import Callable, Mapping

from engine.formats.onnx.converters import elementwise, layers, resizing, shapes, windows
from engine.formats.onnx.step import Step
from engine.ops import GlobalAveragePool, GlobalMaxPool, Identity, Relu, Sigmoid, Tanh

CONVERTERS: Mapping[str, Callable[[Step], None]] = {
    "Add": elementwise.add,
    "AveragePool": windows.average_pool,
    "BatchNormalization": layers.batch_norm,
    "Cast": elementwise.cast,
    "Clip": elementwise.clip,
    "Concat": shapes.concat,
    "Conv": windows.conv,
    "ConvTranspose": windows.conv_transpose,
    "DepthToSpace": shapes.depth_to_space,
    "Dropout": layers.dropout,
    "Expand": shapes.expand,
    "Flatten": shapes.flatten,
    "Gather": shapes.gather,
    "Gemm": layers.gemm,
    "GlobalAveragePool": windows.whole_maps(GlobalAveragePool),
    "GlobalMaxPool": windows.whole_maps(GlobalMaxPool),
    "GroupNormalization": layers.group_norm,
    "Identity": elementwise.plain(Identity),
    "InstanceNormalization": layers.instance_norm,
    "LRN": layers.local_response_norm,
    "LayerNormalization": layers.layer_norm,
    "LeakyRelu": elementwise.leaky_relu,
    "LpPool": windows.lp_pool,
    "MatMul": layers.matmul,
    "MaxPool": windows.max_pool,
    "Mul": elementwise.mul,
    "Pad": shapes.pad,
    "Relu": elementwise.plain(Relu),
    "Reshape": shapes.reshape,
    "Resize": resizing.resize,
    "Sigmoid": elementwise.plain(Sigmoid),
    "Slice": shapes.slice_,
    "Softmax": layers.softmax,
    "SpaceToDepth": shapes.space_to_depth,
    "Split": shapes.split,
    "Squeeze": shapes.squeeze,
    "Sum": elementwise.add,
    "Tanh": elementwise.plain(Tanh),
    "Transpose": shapes.transpose,
    "Unsqueeze": shapes.unsqueeze,
    "Upsample": resizing.upsample,
}

__all__ = ["CONVERTERS"]
