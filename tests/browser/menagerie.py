"""A network that no page could have been drawn for: every other kind of layer, branches, odd shapes
and hostile names.
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
    ConvTranspose2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    Identity,
    LeakyRelu,
    MaxPool,
    Mul,
    Pad,
    Reshape,
    Sigmoid,
    Softmax,
    Tanh,
)
from engine.preprocess import Preprocess

HOSTILE = "<img src=x onerror=alert(1)>"


def build_menagerie() -> Network:
    rng = np.random.default_rng(3)

    def weight(*shape: int):
        return rng.normal(0, 0.5, shape).astype(np.float32)

    steps = [
        ("stem/conv", Conv2d(weight(6, 3, 5, 5), None, (2, 1), (2, 2, 2, 2)), "input"),
        ("norm", BatchNorm(weight(6), weight(6), weight(6), weight(6) ** 2 + 0.5), "stem/conv"),
        ("leaky", LeakyRelu(alpha=0.1), "norm"),
        (
            "depthwise",
            Conv2d(weight(6, 1, 3, 3), weight(6), (1, 1), (1, 1, 1, 1), groups=6),
            "leaky",
        ),
        ("gate", Sigmoid(), "depthwise"),
        ("wide", Conv2d(weight(6, 3, 3, 3), weight(6), (1, 1), (2, 2, 2, 2), (2, 2), 2), "leaky"),
        ("gated", Mul(), "gate", "wide"),
        ("sum", Add(), "gated", "leaky"),
        (HOSTILE, Concat(), "sum", "leaky"),
        ("mean", AveragePool((3, 3), (2, 2), (1, 1, 1, 1), count_include_pad=True), HOSTILE),
        ("bounded", Clip(-1.0, 1.0), "mean"),
        ("framed", Pad((1, 0, 2, 1), 0.5), "bounded"),
        ("largest", MaxPool((2, 3), (1, 2), (0, 1, 0, 1)), "framed"),
        ("curved", Tanh(), "largest"),
        ("same", Identity(), "curved"),
        ("hidden", Dropout(0.5), "same"),
        (
            "painted",
            ConvTranspose2d(
                weight(12, 6, 3, 2),
                weight(12),
                (2, 1),
                (1, 0, 1, 1),
                output_padding=(1, 0),
                groups=2,
            ),
            "hidden",
        ),
        ("mixed", Conv2d(weight(70, 12, 1, 1), weight(70)), "painted"),
        ("pooled", GlobalAveragePool(), "mixed"),
        ("shaped", Reshape((0, -1)), "pooled"),
        ("jury", Dense(weight(5, 70), weight(5)), "shaped"),
        ("list", Flatten(), "curved"),
        ("scores", Dense(weight(5, 420), None), "list"),
        ("both", Add(), "jury", "scores"),
        ("shares", Softmax(), "both"),
    ]
    return Network(
        [Node(name, op, tuple(inputs)) for name, op, *inputs in steps],
        inputs={"input": (3, 20, 16)},
        outputs=("shares",),
        labels=("ant", "bee", HOSTILE, "dung_beetle", "earwig"),
        preprocess=Preprocess(input_size=(3, 20, 16), mean=(0.5, 0.4, 0.3), std=(0.2, 0.2, 0.2)),
        name="menagerie",
        meta={"title": f"Menagerie {HOSTILE}", "summary": "For tests."},
    ).freeze()
