"""Networks with branches as they are found in the wild, small and with random weights: residual,
inception, dense, inverted residual.
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
    Dense,
    Flatten,
    GlobalAveragePool,
    MaxPool,
    Relu,
    Softmax,
)
from engine.ops.base import Op


class Sketch:
    """Nodes one after another; each method gives the name of the value that it adds."""

    def __init__(self, size: int) -> None:
        self.rng = np.random.default_rng(11)
        self.size = size
        self.nodes: list[Node] = []

    def add(self, name: str, op: Op, *inputs: str) -> str:
        self.nodes.append(Node(name, op, inputs))
        return name

    def conv(
        self, name: str, x: str, shape: tuple[int, int, int], stride: int = 1, groups: int = 1
    ) -> str:
        """``shape`` is (outputs, inputs of each, side of the kernel); the size stays, but for the
        stride.
        """
        out, channels, side = shape
        scale = np.sqrt(2 / (channels * side**2))
        weight = self.rng.normal(0, scale, (out, channels, side, side)).astype(np.float32)
        pads = (side // 2,) * 4
        return self.add(
            name, Conv2d(weight, None, (stride, stride), pads, (1, 1), groups=groups), x
        )

    def norm(self, name: str, x: str, channels: int) -> str:
        one, zero = np.ones(channels, np.float32), np.zeros(channels, np.float32)
        return self.add(name, BatchNorm(one, zero, zero, one), x)

    def finish(self, x: str, channels: int, name: str) -> Network:
        """Pool, ten scores, shares."""
        weight = self.rng.normal(0, channels**-0.5, (10, channels)).astype(np.float32)
        flat = self.add("flat", Flatten(), self.add("gap", GlobalAveragePool(), x))
        self.add("prob", Softmax(), self.add("fc", Dense(weight, None), flat))
        return Network(
            self.nodes,
            inputs={"input": (3, self.size, self.size)},
            outputs=("prob",),
            name=name,
            meta={"title": name, "summary": "For tests."},
        ).freeze()


def residual(stages: tuple[int, ...] = (3, 4, 6, 3)) -> Network:
    """As ResNet-50: 16 blocks, names as PyTorch has them."""
    net = Sketch(32)
    x = net.add("relu", Relu(), net.norm("bn1", net.conv("conv1", "input", (8, 3, 3)), 8))
    channels = 8
    for stage, blocks in enumerate(stages):
        out = 8 * 2 ** min(stage, 2)
        for i in range(blocks):
            name, stride = f"layer{stage + 1}.{i}", 2 if stage and not i else 1
            y, way = x, x
            for k, (shape, step) in enumerate(
                [((out, channels, 1), 1), ((out, out, 3), stride), ((out, out, 1), 1)], 1
            ):
                y = net.norm(f"{name}.bn{k}", net.conv(f"{name}.conv{k}", y, shape, step), out)
                y = net.add(f"{name}.relu{k}", Relu(), y) if k < 3 else y
            if not i:
                way = net.conv(f"{name}.downsample.0", x, (out, channels, 1), stride)
                way = net.norm(f"{name}.downsample.1", way, out)
            x = net.add(f"{name}.relu", Relu(), net.add(f"{name}.add", Add(), y, way))
            channels = out
    return net.finish(x, channels, "residual")


def inception(modules: int = 4) -> Network:
    """Four ways side by side, joined by a concat."""
    net = Sketch(24)
    x, channels = net.add("relu1", Relu(), net.conv("conv1", "input", (16, 3, 3), 2)), 16
    for i in range(modules):
        name = f"module{i + 1}"
        ways = [net.add(f"{name}/relu_a", Relu(), net.conv(f"{name}/a", x, (8, channels, 1)))]
        for way, side in (("b", 3), ("c", 5)):
            y = net.conv(f"{name}/{way}_reduce", x, (4, channels, 1))
            y = net.conv(f"{name}/{way}", net.add(f"{name}/{way}_on", Relu(), y), (8, 4, side))
            ways.append(net.add(f"{name}/relu_{way}", Relu(), y))
        pooled = net.add(f"{name}/pool", MaxPool((3, 3), (1, 1), (1, 1, 1, 1)), x)
        ways.append(net.conv(f"{name}/project", pooled, (8, channels, 1)))
        x, channels = net.add(f"{name}/out", Concat(), *ways), 32
    return net.finish(x, channels, "inception")


def dense(blocks: tuple[int, ...] = (4, 6)) -> Network:
    """As DenseNet: each layer reads all before it in its block."""
    net = Sketch(24)
    x, channels = net.conv("stem", "input", (8, 3, 3), 2), 8
    for b, layers in enumerate(blocks):
        parts = [x]
        for i in range(layers):
            name = f"block{b + 1}.{i}"
            y = x if i == 0 else net.add(f"{name}.all", Concat(), *parts)
            y = net.add(f"{name}.relu1", Relu(), net.norm(f"{name}.bn1", y, channels + 4 * i))
            y = net.norm(f"{name}.bn2", net.conv(f"{name}.conv1", y, (8, channels + 4 * i, 1)), 8)
            y = net.conv(f"{name}.conv2", net.add(f"{name}.relu2", Relu(), y), (4, 8, 3))
            parts.append(y)
        whole = net.add(f"end{b + 1}", Concat(), *parts)
        y = net.conv(f"narrow{b + 1}", whole, (8, channels + 4 * layers, 1))
        x = net.add(f"half{b + 1}", AveragePool((2, 2), (2, 2)), y)
    return net.finish(x, channels, "dense")


def inverted(blocks: int = 17) -> Network:
    """As MobileNetV2, with a way around where the resolution stays; every value's name is a
    number.
    """
    net = Sketch(32)
    x, channels = net.conv("0", "input", (8, 3, 3)), 8
    number = iter(range(1, 10_000))
    for i in range(blocks):
        before, stride, wide = x, 2 if i % 6 == 5 else 1, channels * 2
        for shape, step, groups in (
            ((wide, channels, 1), 1, 1),
            ((wide, 1, 3), stride, wide),
            ((channels, wide, 1), 1, 1),
        ):
            x = net.conv(str(next(number)), x, shape, step, groups)
            x = net.norm(str(next(number)), x, shape[0])
            if shape[0] == wide:
                x = net.add(str(next(number)), Clip(0.0, 6.0), x)
        if stride == 1:
            x = net.add(str(next(number)), Add(), before, x)
    return net.finish(x, channels, "inverted")


def many() -> Network:
    """More than 300 layers."""
    return residual((7, 8, 8, 6))
