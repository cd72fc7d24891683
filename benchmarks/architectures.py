"""The networks that everyone measures with, as ONNX files with random weights: layer for layer
torchvision's and timm's.

    python -m benchmarks.architectures resnet50 resnet50.onnx [--size 224]

writes one, to drop on the page or to hand to another program.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.drawing import Drawing


def build(name: str, size: int = 224, n: str | int = "N") -> bytes:
    """The file of one of NETWORKS for pictures of ``size`` × ``size``, in batches of ``n``: a
    number, or a name for any.
    """
    drawing = Drawing(name, size, n)
    return drawing.finish(NETWORKS[name](drawing))


def alexnet(net: Drawing) -> str:
    """Krizhevsky, "One weird trick", 2014."""
    x = "input"
    layers = [(0, 64, 11, 4, 2), (3, 192, 5, 1, 2), (6, 384, 3, 1, 1), (8, 256, 3, 1, 1)]
    for at, filters, kernel, stride, padding in [*layers, (10, 256, 3, 1, 1)]:
        conv = f"features.{at}"
        x = net.conv(conv, x, filters, kernel, stride, padding=padding, bias=True)
        x = net.relu(f"features.{at + 1}", x)
        if at in (0, 3, 10):
            x = net.max_pool(f"features.{at + 2}", x, 3, 2)
    x = net.flatten("flatten", net.adaptive_pool("avgpool", x, 6))
    x = net.relu("classifier.2", net.dense("classifier.1", x, 4096))
    x = net.relu("classifier.5", net.dense("classifier.4", x, 4096))
    return net.dense("classifier.6", x, 1000, gain=1)


def vgg16(net: Drawing) -> str:
    """Simonyan and Zisserman, 2014; without batch normalisation."""
    x, at = "input", 0
    for filters, repeats in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(repeats):
            x = net.conv(f"features.{at}", x, filters, 3, bias=True)
            x = net.relu(f"features.{at + 1}", x)
            at += 2
        x = net.max_pool(f"features.{at}", x, 2, 2)
        at += 1
    x = net.flatten("flatten", net.adaptive_pool("avgpool", x, 7))
    x = net.relu("classifier.1", net.dense("classifier.0", x, 4096))
    x = net.relu("classifier.4", net.dense("classifier.3", x, 4096))
    return net.dense("classifier.6", x, 1000, gain=1)


def resnet18(net: Drawing) -> str:
    """He et al., 2015, with basic blocks: two 3 × 3 convolutions."""

    def block(name: str, x: str, filters: int, stride: int) -> str:
        y = net.conv(f"{name}.conv1", x, filters, 3, stride)
        y = net.relu(f"{name}.relu1", net.batch_norm(f"{name}.bn1", y))
        y = net.conv(f"{name}.conv2", y, filters, 3)
        return net.batch_norm(f"{name}.bn2", y, scale=0.5)

    return _resnet(net, (2, 2, 2, 2), block, 1)


def resnet50(net: Drawing) -> str:
    """He et al., 2015, with bottlenecks: 1 × 1, 3 × 3 (which takes the stride, as in torchvision),
    1 × 1.
    """

    def block(name: str, x: str, filters: int, stride: int) -> str:
        y = net.conv(f"{name}.conv1", x, filters)
        y = net.relu(f"{name}.relu1", net.batch_norm(f"{name}.bn1", y))
        y = net.conv(f"{name}.conv2", y, filters, 3, stride)
        y = net.relu(f"{name}.relu2", net.batch_norm(f"{name}.bn2", y))
        y = net.conv(f"{name}.conv3", y, 4 * filters)
        return net.batch_norm(f"{name}.bn3", y, scale=0.5)

    return _resnet(net, (3, 4, 6, 3), block, 4)


def _resnet(
    net: Drawing,
    repeats: tuple[int, ...],
    block: Callable[[str, str, int, int], str],
    expansion: int,
) -> str:
    x = net.batch_norm("bn1", net.conv("conv1", "input", 64, 7, 2))
    x = net.max_pool("maxpool", net.relu("relu", x), 3, 2, padding=1)
    for stage, count in enumerate(repeats):
        for i in range(count):
            name, stride = f"layer{stage + 1}.{i}", 2 if stage and not i else 1
            filters = 64 << stage
            y, shortcut = block(name, x, filters, stride), x
            if stride > 1 or net.channels(x) != expansion * filters:
                short = f"{name}.downsample"
                shortcut = net.conv(f"{short}.0", x, expansion * filters, 1, stride, gain=1)
                shortcut = net.batch_norm(f"{short}.1", shortcut)
            x = net.relu(f"{name}.relu", net.add(f"{name}.add", y, shortcut))
    return _head(net, x, "fc")


def squeezenet(net: Drawing) -> str:
    """Iandola et al., 2016, version 1.1."""

    def fire(name: str, x: str, squeeze: int, expand: int) -> str:
        x = net.conv(f"{name}.squeeze", x, squeeze, bias=True)
        x = net.relu(f"{name}.squeeze_activation", x)
        sides = [
            net.relu(f"{part}_activation", net.conv(part, x, expand, kernel, bias=True))
            for part, kernel in ((f"{name}.expand1x1", 1), (f"{name}.expand3x3", 3))
        ]
        return net.concat(f"{name}.concat", *sides)

    x = net.conv("features.0", "input", 64, 3, 2, padding=0, bias=True)
    x = net.max_pool("features.2", net.relu("features.1", x), 3, 2, ceil=True)
    fires = {3: 16, 4: 16, 6: 32, 7: 32, 9: 48, 10: 48, 11: 64, 12: 64}
    for at, width in fires.items():
        if at in (6, 9):
            x = net.max_pool(f"features.{at - 1}", x, 3, 2, ceil=True)
        x = fire(f"features.{at}", x, width, 4 * width)
    x = net.relu("classifier.2", net.conv("classifier.1", x, 1000, bias=True))
    return net.flatten("flatten", net.average("classifier.3", x))


def mobilenetv2(net: Drawing) -> str:
    """Sandler et al., 2018."""
    x = _filters(net, "features.0", "input", 32, 3, 2)
    stages = (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )
    at = 1
    for widen, filters, repeats, stride in stages:
        for i in range(repeats):
            x = _inverted(net, f"features.{at}", x, widen, filters, 3, 1 if i else stride)
            at += 1
    return _head(net, _filters(net, f"features.{at}", x, 1280, gain=1), "classifier.1")


def efficientnet_lite0(net: Drawing) -> str:
    """Liu, "EfficientNet-Lite", 2020: no squeeze-and-excitation, ReLU6."""
    x = _filters(net, "stem", "input", 32, 3, 2)
    stages = (
        (1, 16, 1, 1, 3),
        (6, 24, 2, 2, 3),
        (6, 40, 2, 2, 5),
        (6, 80, 3, 2, 3),
        (6, 112, 3, 1, 5),
        (6, 192, 4, 2, 5),
        (6, 320, 1, 1, 3),
    )
    for stage, (widen, filters, repeats, stride, kernel) in enumerate(stages):
        for i in range(repeats):
            name = f"blocks.{stage}.{i}"
            x = _inverted(net, name, x, widen, filters, kernel, 1 if i else stride)
    return _head(net, _filters(net, "head", x, 1280, gain=1), "classifier")


def _inverted(
    net: Drawing, name: str, x: str, widen: int, filters: int, kernel: int, stride: int
) -> str:
    """Wider by 1 × 1, each map on its own, narrower by 1 × 1; what went in is added where it
    fits.
    """
    y = x
    if widen > 1:
        y = _filters(net, f"{name}.expand", y, widen * net.channels(x), gain=1)
    y = _filters(net, f"{name}.depthwise", y, net.channels(y), kernel, stride, net.channels(y))
    y = net.conv(f"{name}.project.0", y, filters)
    is_residual = stride == 1 and net.channels(x) == filters
    y = net.batch_norm(f"{name}.project.1", y, scale=0.5 if is_residual else 1)
    return net.add(f"{name}.add", x, y) if is_residual else y


def _filters(
    net: Drawing,
    name: str,
    x: str,
    filters: int,
    kernel: int = 1,
    stride: int = 1,
    groups: int = 1,
    gain: float = 2,
) -> str:
    """Convolution, batch normalisation, ReLU6."""
    x = net.conv(f"{name}.0", x, filters, kernel, stride, groups=groups, gain=gain)
    return net.relu6(f"{name}.2", net.batch_norm(f"{name}.1", x))


def _head(net: Drawing, x: str, name: str) -> str:
    return net.dense(name, net.flatten("flatten", net.average("avgpool", x)), 1000, gain=1)


NETWORKS: dict[str, Callable[[Drawing], str]] = {
    "vgg16": vgg16,
    "resnet18": resnet18,
    "resnet50": resnet50,
    "squeezenet": squeezenet,
    "mobilenetv2": mobilenetv2,
    "alexnet": alexnet,
    "efficientnet-lite0": efficientnet_lite0,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=NETWORKS)
    parser.add_argument("path", type=Path)
    parser.add_argument("--size", type=int, default=224)
    arguments = parser.parse_args()
    arguments.path.write_bytes(build(arguments.name, arguments.size))


if __name__ == "__main__":
    main()
