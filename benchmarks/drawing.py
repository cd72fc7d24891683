"""A network drawn as an ONNX graph, layer by layer, with random weights: what the benchmarked
architectures are made with.

As an exporter that keeps the layers apart writes them: a batch normalisation and each ReLU are
nodes of their own.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

# What exporters write at the time, and onnxruntime reads.
OPSET, IR_VERSION = 17, 8


class Drawing:
    """Nodes in the making. Each method adds one layer and returns the name of the value that it
    makes.

    Weights are normal with the variance 2 / fan-in of He et al. (2015), which keeps the size of
    activations through ReLUs; ``gain`` is 1 where what comes in has not been rectified.
    """

    def __init__(self, name: str, size: int, n: str | int) -> None:
        self._name = name
        self._n = n
        self._rng = np.random.default_rng(0)
        self._nodes: list[object] = []
        self._tensors: list[object] = []
        self._shapes: dict[str, tuple[int, int]] = {"input": (3, size)}

    def channels(self, value: str) -> int:
        """How many maps ``value`` has."""
        return self._shapes[value][0]

    def size(self, value: str) -> int:
        """Rows of the maps of ``value``, which are square."""
        return self._shapes[value][1]

    def conv(
        self,
        name: str,
        x: str,
        filters: int,
        kernel: int = 1,
        stride: int = 1,
        *,
        groups: int = 1,
        padding: int | None = None,
        bias: bool = False,
        gain: float = 2.0,
    ) -> str:
        """``padding`` on every side; without it, so much that with stride 1 the size stays."""
        padding = kernel // 2 if padding is None else padding
        fan_in = self.channels(x) // groups * kernel * kernel
        arrays = {"weight": self._normal((filters, fan_in // kernel**2, kernel, kernel), gain)}
        if bias:
            arrays["bias"] = self._around(0, 0.05, filters)
        size = (self.size(x) + 2 * padding - kernel) // stride + 1
        return self._layer(
            "Conv",
            name,
            [x],
            (filters, size),
            arrays,
            kernel_shape=[kernel] * 2,
            strides=[stride] * 2,
            pads=[padding] * 4,
            dilations=[1, 1],
            group=groups,
        )

    def batch_norm(self, name: str, x: str, scale: float = 1.0) -> str:
        """``scale`` is what gamma is around: small where a residual is added to what went in."""
        channels = self.channels(x)
        arrays = {
            "weight": self._around(scale, 0.1 * scale, channels),
            "bias": self._around(0, 0.1, channels),
            "running_mean": self._around(0, 0.1, channels),
            "running_var": self._rng.uniform(0.8, 1.2, channels).astype(np.float32),
        }
        return self._layer("BatchNormalization", name, [x], self._shapes[x], arrays, epsilon=1e-5)

    def relu(self, name: str, x: str) -> str:
        return self._layer("Relu", name, [x], self._shapes[x])

    def relu6(self, name: str, x: str) -> str:
        bounds = {"min": np.array(0, np.float32), "max": np.array(6, np.float32)}
        return self._layer("Clip", name, [x], self._shapes[x], bounds)

    def add(self, name: str, a: str, b: str) -> str:
        return self._layer("Add", name, [a, b], self._shapes[a])

    def concat(self, name: str, *values: str) -> str:
        channels = sum(map(self.channels, values))
        return self._layer("Concat", name, [*values], (channels, self.size(values[0])), axis=1)

    def max_pool(
        self, name: str, x: str, kernel: int, stride: int, *, padding: int = 0, ceil: bool = False
    ) -> str:
        steps = (self.size(x) + 2 * padding - kernel) / stride
        size = (math.ceil(steps) if ceil else math.floor(steps)) + 1
        return self._layer(
            "MaxPool",
            name,
            [x],
            (self.channels(x), size),
            kernel_shape=[kernel] * 2,
            strides=[stride] * 2,
            pads=[padding] * 4,
            ceil_mode=int(ceil),
        )

    def adaptive_pool(self, name: str, x: str, size: int) -> str:
        """Averages down to ``size``, as torchvision's nets do; only where ONNX can say it. Raises
        ValueError.
        """
        kernel, rest = divmod(self.size(x), size)
        if rest:
            raise ValueError(f"{self._name} needs maps of a multiple of {size} before its list")
        shape = (self.channels(x), size)
        return self._layer(
            "AveragePool", name, [x], shape, kernel_shape=[kernel] * 2, strides=[kernel] * 2
        )

    def average(self, name: str, x: str) -> str:
        return self._layer("GlobalAveragePool", name, [x], (self.channels(x), 1))

    def flatten(self, name: str, x: str) -> str:
        length = self.channels(x) * self.size(x) ** 2
        return self._layer("Flatten", name, [x], (length, 1), axis=1)

    def dense(self, name: str, x: str, outputs: int, *, gain: float = 2.0) -> str:
        arrays = {
            "weight": self._normal((outputs, self.channels(x)), gain),
            "bias": self._around(0, 0.05, outputs),
        }
        return self._layer("Gemm", name, [x], (outputs, 1), arrays, transB=1)

    def finish(self, output: str) -> bytes:
        """The file."""
        size = self.size("input")
        graph = helper.make_graph(
            self._nodes,
            self._name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, [self._n, 3, size, size])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [self._n, 1000])],
            self._tensors,
        )
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        data: bytes = model.SerializeToString()
        return data

    def _layer(
        self,
        kind: str,
        name: str,
        inputs: list[str],
        shape: tuple[int, int],
        arrays: dict[str, NDArray[np.float32]] | None = None,
        **attributes: object,
    ) -> str:
        arrays = {f"{name}.{key}": array for key, array in (arrays or {}).items()}
        self._tensors += [numpy_helper.from_array(array, key) for key, array in arrays.items()]
        self._nodes.append(helper.make_node(kind, [*inputs, *arrays], [name], name, **attributes))
        self._shapes[name] = shape
        return name

    def _normal(self, shape: tuple[int, ...], gain: float) -> NDArray[np.float32]:
        deviation = math.sqrt(gain / math.prod(shape[1:]))
        return self._rng.standard_normal(shape, np.float32) * np.float32(deviation)

    def _around(self, mean: float, deviation: float, length: int) -> NDArray[np.float32]:
        drawn = self._rng.standard_normal(length, np.float32)
        return mean + deviation * drawn.astype(np.float32)
