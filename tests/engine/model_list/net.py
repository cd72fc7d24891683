"""A file in the making: what an exporter names its values, weights from a seed, and the blocks that
networks are made of.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT

# How exporters name values: by module, by number, by operation.
STYLES = {
    "torch": lambda op, n: f"/layers.{n}/{op}_output_0",
    "dynamo": lambda op, n: f"{op.lower()}_{n}",
    "torch-old": lambda op, n: str(n),
    "tf2onnx": lambda op, n: f"StatefulPartitionedCall/model/{op.lower()}_{n}/{op}:0",
    "keras2onnx": lambda op, n: f"{op.lower()}_{n}0",
    "paddle2onnx": lambda op, n: f"{op.lower()}_{n}.tmp_0",
    "mxnet": lambda op, n: f"stage{n}_{op.lower()}_fwd",
    "caffe2": lambda op, n: f"{op.lower()}{n}_1",
    "darknet": lambda op, n: f"{n:03d}_{op.lower()}",
    "coreml": lambda op, n: f"{op.lower()}{n}_output",
    "matlab": lambda op, n: f"{op}_{n}",
    "sklearn": lambda op, n: f"variable{n}",
}


class Net:
    """A graph in the making. Calling it adds a node and returns the name of its value, or of its
    values.
    """

    def __init__(self, style="torch", *shape, opset=17, n="N", name="input", kind=FLOAT, seed=3):
        self.style, self.opset, self.nodes, self.tensors = style, opset, [], []
        self.inputs = [(name, kind, [n, *(shape or (3, 32, 32))])]
        self.x, self.rng, self.kinds = name, np.random.default_rng(seed), {}

    def __call__(self, op, *reads, outputs=1, domain="", **attributes):
        number = len(self.nodes)
        names = [STYLES[self.style](op, number) for _ in range(outputs)]
        names = [name if i == 0 else f"{name}.{i}" for i, name in enumerate(names)]
        reads = [read if isinstance(read, str) else self.tensor(read) for read in reads]
        label = f"{op}_{number}"
        node = helper.make_node(op, reads, names, label, domain=domain, **attributes)
        self.nodes.append(node)
        return names[0] if outputs == 1 else names

    def tensor(self, array):
        """A weight, or a list of whole numbers."""
        array = np.asarray(array)
        name = f"weight.{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, *shape, gain=1.4):
        """Numbers whose products keep their size."""
        deviation = gain / np.sqrt(np.prod(shape[1:]))
        return (self.rng.standard_normal(shape) * deviation).astype(np.float32)

    def near(self, mean, *shape):
        return (mean + 0.1 * self.rng.standard_normal(shape)).astype(np.float32)

    def conv(self, x, filters, depth, k=3, stride=1, group=1, bias=True, **more):
        pads = more.pop("pads", [k // 2] * 4)
        reads = [self.weight(filters, depth // group, k, k), *([self.near(0, filters)] * bias)]
        sizes = {"kernel_shape": [k, k], "strides": [stride] * 2, "group": group}
        return self("Conv", x, *reads, **sizes, **({"pads": pads} if pads else {}), **more)

    def norm(self, x, channels, **more):
        reads = [self.near(1, channels), self.near(0, channels), self.near(0, channels)]
        return self("BatchNormalization", x, *reads, np.abs(self.near(1, channels)), **more)

    def block(self, x, filters, depth, k=3, stride=1, act="Relu", group=1, **more):
        """Convolution, batch normalisation, activation."""
        x = self.norm(self.conv(x, filters, depth, k, stride, group, bias=False), filters)
        return self(act, x, **more)

    def silu(self, x):
        return self("Mul", x, self("Sigmoid", x))

    def dense(self, x, outputs, inputs, **more):
        return self(
            "Gemm", x, self.weight(outputs, inputs), self.near(0, outputs), transB=1, **more
        )

    def head(self, x, depth, classes=10):
        """Means of the maps, a list, a dense layer."""
        x = self("Flatten", self("GlobalAveragePool", x), axis=1)
        return self.dense(x, classes, depth)

    def ints(self, *numbers):
        return np.array(numbers, np.int64)

    def file(self, *outputs, kinds=(), external=()):
        kinds = kinds or [FLOAT] * len(outputs)
        graph = helper.make_graph(
            self.nodes,
            "main_graph",
            [helper.make_tensor_value_info(*value) for value in self.inputs],
            [
                helper.make_tensor_value_info(name, kind, None)
                for name, kind in zip(outputs, kinds, strict=True)
            ],
            self.tensors,
        )
        opsets = [helper.make_opsetid("", self.opset)]
        opsets += [helper.make_opsetid(domain, 1) for domain in external]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        model.producer_name = self.style
        return model.SerializeToString()
