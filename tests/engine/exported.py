"""Small networks with branches as exporters write them: names that are paths, weights as
initializers, sizes as arithmetic.

Each function returns the bytes of a file with one input ``pixels`` of "N" pictures.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 8


class Export:
    """A graph in the making. Each method adds what an exporter adds for one module and returns the
    name of its value.
    """

    def __init__(self, *shape, dtype=np.float32, seed=7):
        self.nodes, self.tensors = [], []
        self.shape, self.dtype = shape, dtype
        self.rng = np.random.default_rng(seed)

    def node(self, op, path, *inputs, output=None, **attributes):
        name = f"/{path}/{op}"
        output = output or f"{name}_output_0"
        self.nodes.append(helper.make_node(op, inputs, [output], name, **attributes))
        return output

    def tensor(self, name, array):
        self.tensors.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def numbers(self, name, array):
        return self.tensor(name, np.asarray(array, self.dtype))

    def constant(self, path, value, dtype=np.int64):
        array = numpy_helper.from_array(np.asarray(value, dtype))
        return self.node("Constant", path, value=array)

    def weight(self, *shape):
        deviation = np.sqrt(2 / np.prod(shape[1:]))
        # All that is here fits float16, so that a file in halves has the same weights.
        return (self.rng.standard_normal(shape) * deviation).astype(np.float16)

    def around(self, mean, length):
        return (mean + 0.1 * self.rng.standard_normal(length)).astype(np.float16)

    def conv(self, path, x, filters, depth, kernel=1, stride=1, *, pad=None, bias=True, **more):
        height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        pads = [height // 2, width // 2] if pad is None else [pad] * 2
        groups = more.get("group", 1)
        shape = (filters, depth // groups, height, width)
        inputs = [x, self.numbers(f"{path}.weight", self.weight(*shape))]
        if bias:
            inputs.append(self.numbers(f"{path}.bias", self.around(0, filters)))
        more = {"kernel_shape": [height, width], "strides": [stride] * 2, "pads": pads * 2, **more}
        return self.node("Conv", path, *inputs, **more)

    def norm(self, path, x, channels):
        arrays = {"weight": 1, "bias": 0, "running_mean": 0, "running_var": 1}
        inputs = [
            self.numbers(f"{path}.{name}", self.around(at, channels)) for name, at in arrays.items()
        ]
        return self.node("BatchNormalization", path, x, *inputs, epsilon=1e-5)

    def relu(self, path, x):
        return self.node("Relu", path, x)

    def block(self, path, x, filters, depth, kernel=1, stride=1, **more):
        """Convolution, batch normalisation, ReLU."""
        x = self.conv(f"{path}/conv", x, filters, depth, kernel, stride, bias=False, **more)
        return self.relu(f"{path}/act", self.norm(f"{path}/bn", x, filters))

    def classes(self, x, depth, count=10):
        """Means of the maps, a list, a dense layer."""
        x = self.node("Flatten", "flatten", self.node("GlobalAveragePool", "pool", x), axis=1)
        weight = self.numbers("fc.weight", self.weight(count, depth))
        bias = self.numbers("fc.bias", self.around(0, count))
        return self.node("Gemm", "fc", x, weight, bias, output="scores", transB=1)

    def file(self, output):
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        graph = helper.make_graph(
            self.nodes,
            "main_graph",
            [helper.make_tensor_value_info("pixels", kind, ["N", *self.shape])],
            [helper.make_tensor_value_info(output, kind, None)],
            self.tensors,
        )
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        return model.SerializeToString()


def residual(dtype=np.float32):
    """ResNet's two kinds of block: what went in is added as it is, or through a convolution of
    stride 2.
    """
    net = Export(3, 33, 29, dtype=dtype)
    x = net.block("stem", "pixels", 16, 3, 7, 2)
    x = net.node("MaxPool", "maxpool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for stage, (depth, filters, stride) in enumerate([(16, 16, 1), (16, 24, 2), (24, 24, 1)]):
        path = f"layer{stage}"
        y = net.block(f"{path}/a", x, filters, depth, 3, stride)
        y = net.conv(f"{path}/b", y, filters, filters, 3, bias=False)
        y = net.norm(f"{path}/bn", y, filters)
        if depth != filters:
            x = net.conv(f"{path}/downsample/0", x, filters, depth, 1, stride, bias=False)
            x = net.norm(f"{path}/downsample/1", x, filters)
        x = net.relu(f"{path}/relu", net.node("Add", path, y, x))
    return net.file(net.classes(x, 24))


def inception():
    """Four ways side by side, one of them 1 × 7 and 7 × 1; means that do not count the border."""
    net = Export(3, 20, 24)
    x = net.block("stem", "pixels", 16, 3, 3, 2, pad=0)
    around = {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]}
    for at in ("a", "b"):
        depth = 16 if at == "a" else 36
        one = net.block(f"{at}/1x1", x, 8, depth)
        three = net.block(f"{at}/3x3", net.block(f"{at}/3x3_in", x, 6, depth), 12, 6, 3)
        long = net.block(f"{at}/7_in", x, 4, depth)
        long = net.block(f"{at}/7x1", net.block(f"{at}/1x7", long, 6, 4, (1, 7)), 8, 6, (7, 1))
        pool = net.node("AveragePool", f"{at}/pool", x, count_include_pad=0, **around)
        pool = net.block(f"{at}/pool_out", pool, 8, depth)
        x = net.node("Concat", at, one, three, long, pool, axis=1)
    x = net.node("LRN", "lrn", x, size=5, alpha=1e-2, beta=0.75, bias=1.0)
    return net.file(net.classes(x, 36))


def dense():
    """DenseNet: each layer reads all before it; normalisation comes first; a transition halves the
    size.
    """
    net = Export(3, 24, 24)
    x, depth = net.conv("conv0", "pixels", 12, 3, 3, 2), 12
    for at in range(2):
        parts, widths = [x], [depth]
        for layer in range(3):
            path = f"denseblock{at}/layer{layer}"
            y = parts[0]
            if layer:
                y = net.node("Concat", path, *parts, axis=1)
            y = net.relu(f"{path}/relu1", net.norm(f"{path}/norm1", y, sum(widths)))
            y = net.block(f"{path}/1", y, 16, sum(widths))
            parts.append(net.conv(f"{path}/conv2", y, 8, 16, 3, bias=False))
            widths.append(8)
        x = net.node("Concat", f"denseblock{at}", *parts, axis=1)
        x = net.relu(f"transition{at}/relu", net.norm(f"transition{at}/norm", x, sum(widths)))
        x, depth = net.conv(f"transition{at}/conv", x, 16, sum(widths), bias=False), 16
        x = net.node("AveragePool", f"transition{at}", x, kernel_shape=[2, 2], strides=[2, 2])
    return net.file(net.node("Softmax", "softmax", net.classes(x, depth), axis=1))


def squeeze_excite():
    """MobileNetV3's blocks: a map is weighted by what all maps are on average; hard-swish; x ·
    sigmoid(x) as two nodes.
    """
    net = Export(3, 26, 22)
    x = net.conv("stem", "pixels", 16, 3, 3, 2, bias=False)
    x = net.node("HardSwish", "stem/act", net.norm("stem/bn", x, 16))
    for at, gate in enumerate(("HardSigmoid", "Sigmoid")):
        path = f"block{at}"
        y = net.norm(f"{path}/bn1", net.conv(f"{path}/expand", x, 32, 16, bias=False), 32)
        y = net.node("Mul", f"{path}/silu", y, net.node("Sigmoid", f"{path}/silu", y))
        y = net.conv(f"{path}/depthwise", y, 32, 32, 5, group=32)
        small = net.node("ReduceMean", f"{path}/se", y, axes=[2, 3], keepdims=1)
        small = net.relu(f"{path}/se/act", net.conv(f"{path}/se/fc1", small, 8, 32))
        sharp = {"alpha": 1 / 6} if gate == "HardSigmoid" else {}
        small = net.node(gate, f"{path}/se/gate", net.conv(f"{path}/se/fc2", small, 32, 8), **sharp)
        y = net.conv(f"{path}/project", net.node("Mul", f"{path}/se", small, y), 16, 32)
        x = net.node("Add", path, x, y)
    return net.file(net.classes(x, 16))


def shuffle():
    """ShuffleNetV2: one half of the channels goes by, then halves are interleaved; every size is
    worked out from Shape.
    """
    net = Export(3, 20, 20)
    x = net.block("conv1", "pixels", 16, 3, 3, 2)
    for at in range(2):
        path = f"stage{at}"
        halves = [f"{path}/left", f"{path}/right"]
        sizes = net.constant(f"{path}/halves", [8, 8])
        net.nodes.append(helper.make_node("Split", [x, sizes], halves, f"/{path}/Split", axis=1))
        y = net.block(f"{path}/0", halves[1], 8, 8)
        y = net.norm(f"{path}/1", net.conv(f"{path}/dw", y, 8, 8, 3, group=8, bias=False), 8)
        y = net.block(f"{path}/2", y, 8, 8)
        x = _interleaved(net, path, net.node("Concat", path, halves[0], y, axis=1))
    x = net.node("ReduceMean", "mean", x, axes=[2, 3], keepdims=0)
    weight = net.numbers("fc.weight", net.weight(16, 10))
    return net.file(net.node("MatMul", "fc", x, weight))


def _interleaved(net, path, x):
    """``x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)`` as it is traced with free
    axes.
    """
    shape = net.node("Shape", f"{path}/shape", x)
    axes = net.constant(f"{path}/axis", [0])
    parts = []
    for axis, name in enumerate("nchw"):
        at = net.constant(f"{path}/{name}/at", axis)
        size = net.node("Gather", f"{path}/{name}", shape, at, axis=0)
        if name == "c":
            two = net.constant(f"{path}/groups", 2)
            parts.append(net.node("Unsqueeze", f"{path}/groups", two, axes))
            half = net.node("Div", f"{path}/half", size, two)
            half = net.node("Cast", f"{path}/half", half, to=TensorProto.INT64)
            parts.append(net.node("Unsqueeze", f"{path}/half", half, axes))
        else:
            parts.append(net.node("Unsqueeze", f"{path}/{name}", size, axes))
    grouped = net.node(
        "Reshape", f"{path}/group", x, net.node("Concat", f"{path}/to", *parts, axis=0)
    )
    turned = net.node("Transpose", f"{path}/turn", grouped, perm=[0, 2, 1, 3, 4])
    return net.node("Reshape", f"{path}/join", turned, shape)


def quantised():
    """An int8 file with QuantizeLinear and DequantizeLinear around each layer; weights in int8, a
    scale for each filter.
    """
    net = Export(3, 18, 18)

    def rounded(path, x, scale):
        """To 256 steps and back."""
        scale = net.tensor(f"{path}.scale", np.float32(scale))
        zero = net.tensor(f"{path}.zero_point", np.int8(3))
        whole = net.node("QuantizeLinear", path, x, scale, zero)
        return net.node("DequantizeLinear", path, whole, scale, zero)

    def conv(path, x, filters, depth, kernel, stride=1):
        weight = net.weight(filters, depth, kernel, kernel).astype(np.float32)
        scale = np.abs(weight).max(axis=(1, 2, 3)) / 127
        whole = np.rint(weight / scale[:, None, None, None]).astype(np.int8)
        inputs = [
            net.tensor(f"{path}.weight", whole),
            net.tensor(f"{path}.weight_scale", scale),
            net.tensor(f"{path}.weight_zero_point", np.zeros(filters, np.int8)),
        ]
        weight = net.node("DequantizeLinear", f"{path}/weight", *inputs, axis=0)
        bias = net.numbers(f"{path}.bias", net.around(0, filters))
        more = {"pads": [kernel // 2] * 4, "strides": [stride] * 2}
        return net.node("Conv", path, x, weight, bias, **more)

    x = rounded("input", "pixels", 0.03)
    x = rounded("q1", net.relu("act1", conv("conv1", x, 12, 3, 3, 2)), 0.04)
    y = rounded("q2", net.relu("act2", conv("conv2", x, 12, 12, 3)), 0.04)
    x = rounded("q3", net.node("Add", "add", x, y), 0.06)
    return net.file(net.classes(x, 12))


def halves():
    """The residual network in float16, as ``model.half()`` is exported."""
    return residual(np.float16)


def super_resolution():
    """Four ways to get more pixels out: a transposed convolution, depth to space, resizing by a
    factor and to a size.
    """
    net = Export(1, 11, 13)
    x = net.conv("head", "pixels", 16, 1, 5)
    x = net.node("PRelu", "head/act", x, net.numbers("slope", net.around(0.2, 16)[:, None, None]))
    weight = net.numbers("up.weight", net.weight(16, 8, 4, 4))
    bias = net.numbers("up.bias", net.around(0, 8))
    up = {"kernel_shape": [4, 4], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    a = net.node("ConvTranspose", "up", x, weight, bias, **up)
    b = net.conv("shuffle/conv", x, 32, 16, 3)
    b = net.node("DepthToSpace", "shuffle", b, blocksize=2, mode="CRD")
    y = net.node("LeakyRelu", "sum/act", net.node("Add", "sum", a, b), alpha=0.1)
    edges = net.constant("pad/pads", [0, 0, 1, 1, 0, 0, 1, 1])
    y = net.node("Pad", "reflect", y, edges, mode="reflect")
    y = net.conv("tail", y, 1, 8, 3, pad=0)
    scales = net.constant("near/scales", [1, 1, 2, 2], np.float32)
    near = {
        "mode": "nearest",
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "floor",
    }
    near = net.node("Resize", "near", "pixels", "", scales, **near)
    shape = net.node("Shape", "tail/shape", y)
    smooth = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    smooth = net.node("Resize", "smooth", "pixels", "", "", shape, **smooth)
    y = net.node("Add", "add", y, net.node("Sub", "differ", near, smooth))
    low, high = net.constant("low", -1, np.float32), net.constant("high", 1, np.float32)
    return net.file(net.node("Clip", "clip", y, low, high))


NETWORKS = {
    "residual": residual,
    "inception": inception,
    "dense": dense,
    "squeeze-excite": squeeze_excite,
    "shuffle": shuffle,
    "int8": quantised,
    "float16": halves,
    "super-resolution": super_resolution,
}
