"""``everyday``: a small VGG (Simonyan and Zisserman, 2015) for 64 × 64 photographs of everyday
things.

Only what people come to learn is in it: CONV, ReLU, POOL, FLATTEN, FC, SOFTMAX. While it learns,
each convolution is followed by batch normalisation, and dropout stands before the fully connected
layer; both are gone on export.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.network import Network, Node
from engine.ops import Dropout, Flatten, MaxPool, Op, Relu, Softmax
from engine.preprocess import Preprocess
from engine.zoo.layers import conv, dense, norm

SIZE = 64
# Filters of the convolutions of each stage; a pooling ends the stage. The first has one convolution
# only: at 64 × 64 a second one would cost as much as a stage, for little. Five halvings leave 2 × 2
# places a map: a jury that hears where, but not too exactly.
STAGES = ((24,), (48, 48), (96, 96), (192, 192), (256,))
DROPOUT = 0.3

PREPROCESS = Preprocess(input_size=(3, SIZE, SIZE), mean=(0.48, 0.45, 0.40), std=(0.27, 0.26, 0.28))


def build(labels: tuple[str, ...], rng: np.random.Generator) -> Network:
    """The network to be trained, with random weights (He et al., 2015, for what goes into a
    ReLU).
    """
    return Network(
        list(_nodes(len(labels), rng)),
        inputs={"input": (3, SIZE, SIZE)},
        outputs=("softmax",),
        labels=labels,
        preprocess=PREPROCESS,
        name="everyday",
    )


def _nodes(classes: int, rng: np.random.Generator) -> Iterator[Node]:
    last, channels = "input", 3
    steps: list[tuple[str, Op]] = []
    for stage, widths in enumerate(STAGES, start=1):
        for number, filters in enumerate(widths, start=1):
            place = f"{stage}_{number}"
            steps.append((f"conv{place}", conv(channels, filters, rng)))
            steps.append((f"norm{place}", norm(filters)))
            steps.append((f"relu{place}", Relu()))
            channels = filters
        steps.append((f"pool{stage}", MaxPool(kernel=(2, 2), stride=(2, 2))))
    side = SIZE >> len(STAGES)
    evidence = channels * side * side
    steps.append(("flatten", Flatten()))
    steps.append(("dropout", Dropout(rate=DROPOUT)))
    steps.append(("fc1", dense(evidence, classes, rng)))
    steps.append(("softmax", Softmax()))
    for name, op in steps:
        yield Node(name, op, (last,))
        last = name
