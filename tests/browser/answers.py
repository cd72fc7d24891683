"""Small networks that answer in every kind of way, whatever their weights: classes, yes or no,
numbers, boxes, maps, pictures, symbols.
"""

from collections.abc import Callable

import numpy as np

from engine.network import Network, Node
from engine.ops import (
    Conv2d,
    ConvTranspose2d,
    Dense,
    Flatten,
    GlobalAveragePool,
    Reshape,
    Sigmoid,
    Softmax,
    Tanh,
)
from engine.ops.base import Op
from engine.preprocess import Preprocess

SIDE = 64
STRIDES = (8, 16, 32)
ANIMALS = ("cat", "dog", "very_long_named_red_panda")
# left, top, right, bottom on the input; class; score
BOXES = (
    ((6.0, 10.0, 34.0, 40.0), 0, 0.93),
    ((30.0, 22.0, 60.0, 58.0), 1, 0.71),
    ((2.0, 2.0, 20.0, 16.0), 2, 0.34),
    ((40.0, 4.0, 62.0, 20.0), 1, 0.12),
)
HOSTILE = "<img src=x onerror=alert(1)>"


def network(*steps: tuple[str, Op, str], outputs: tuple[str, ...], **more) -> Network:
    """Nodes over a photo of 64 × 64 pixels from 0 to 1."""
    return Network(
        [Node(name, op, (before,)) for name, op, before in steps],
        inputs={"photo": (3, SIDE, SIDE)},
        outputs=outputs,
        preprocess=Preprocess(input_size=(3, SIDE, SIDE), mean=(0.0,) * 3, std=(1.0,) * 3),
        meta={"title": outputs[0], "summary": "For tests."},
        **more,
    ).freeze()


def weight(*shape: int, seed: int = 5, scale: float = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, scale, shape).astype(np.float32)


def listed(count: int, *, bias: np.ndarray | None = None, scale: float = 4.0) -> list[tuple]:
    """Steps to ``count`` raw numbers; of a ``bias`` given, these very numbers whatever the
    photo.
    """
    weights = weight(count, 3, scale=scale) if bias is None else np.zeros((count, 3), np.float32)
    return [
        ("pooled", GlobalAveragePool(), "photo"),
        ("flat", Flatten(), "pooled"),
        ("raw", Dense(weights, bias), "flat"),
    ]


def classes() -> Network:
    return network(*listed(3), ("shares", Softmax(), "raw"), outputs=("shares",), labels=ANIMALS)


def binary() -> Network:
    steps = listed(1, bias=np.array([-0.75], np.float32))
    return network(*steps, ("yes", Sigmoid(), "raw"), outputs=("yes",), labels=ANIMALS[:2])


def multilabel() -> Network:
    bias = np.array([2.0, -3.0, 0.4, -0.2, 5.0], np.float32)
    labels = ("beach", "forest", "sunset", HOSTILE, "people")
    return network(
        *listed(5, bias=bias), ("tags", Sigmoid(), "raw"), outputs=("tags",), labels=labels
    )


def numbers() -> Network:
    bias = np.array([0.5, -1.5, 0.02], np.float32)
    return network(*listed(3, bias=bias), ("angles", Tanh(), "raw"), outputs=("angles",))


def boxes() -> Network:
    """YOLOv8's layout: a column a cell of (centre, sides, a score a class), the boxes in the first
    columns.
    """
    cells = sum((SIDE // stride) ** 2 for stride in STRIDES)
    table = np.zeros((4 + len(ANIMALS), cells), np.float32)
    for at, ((left, top, right, bottom), unit, score) in enumerate(BOXES):
        table[:4, at] = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
        table[4 + unit, at] = score
    steps = listed(table.size, bias=table.ravel())
    return network(
        *steps,
        ("output0", Reshape((0, *table.shape)), "raw"),
        outputs=("output0",),
        labels=ANIMALS,
    )


def segmentation() -> Network:
    labels = ("meadow", "sky", "car", "road")
    colours = [[-5, 5, -5], [-2, -2, 6], [8, -6, -6], [3, 3, 3]]
    kernel = np.array(colours, np.float32)[:, :, None, None]
    return network(
        ("scores", Conv2d(kernel, np.array([0.4, 0.2, 0, -3.6], np.float32)), "photo"),
        ("what", Softmax(axis=1), "scores"),
        outputs=("what",),
        labels=labels,
    )


def mask() -> Network:
    conv = Conv2d(weight(1, 3, 5, 5), None, (1, 1), (2, 2, 2, 2))
    return network(("raw", conv, "photo"), ("mask", Sigmoid(), "raw"), outputs=("mask",))


def picture() -> Network:
    """Twice as large, red and blue exchanged."""
    kernel = np.zeros((3, 3, 2, 2), np.float32)
    kernel[[0, 1, 2], [2, 1, 0]] = 1
    return network(("larger", ConvTranspose2d(kernel, None, (2, 2)), "photo"), outputs=("larger",))


def tokens() -> Network:
    table = np.full((12, 5), -2, np.float32)
    table[np.arange(12), np.array([0, 3, 3, 0, 1, 4, 0, 2, 0, 0, 1, 0])] = 3
    steps = listed(table.size, bias=table.ravel())
    return network(
        *steps,
        ("table", Reshape((0, *table.shape)), "raw"),
        ("symbols", Softmax(axis=2), "table"),
        outputs=("symbols",),
        labels=("_", "a", "b", "c", "d"),
    )


def unknown() -> Network:
    count = 40 * 30
    return network(*listed(count), ("table", Reshape((0, 40, 30)), "raw"), outputs=("table",))


def two() -> Network:
    """Features and, behind them, classes."""
    return network(
        ("maps", Conv2d(weight(8, 3, 3, 3)), "photo"),
        ("pooled", GlobalAveragePool(), "maps"),
        ("features", Flatten(), "pooled"),
        ("raw", Dense(weight(3, 8)), "features"),
        ("shares", Softmax(), "raw"),
        outputs=("features", "shares"),
        labels=ANIMALS,
    )


NETWORKS: dict[str, Callable[[], Network]] = {
    made.__name__: made
    for made in (
        classes,
        binary,
        multilabel,
        numbers,
        boxes,
        segmentation,
        mask,
        picture,
        tokens,
        unknown,
        two,
    )
}
