"""A task that a tiny network learns in a second: bars lying, bars standing, and discs, in any
colours on noise.
"""

from dataclasses import replace

import numpy as np

from engine.network import Network, Node
from engine.ops import BatchNorm, Conv2d, Dense, Dropout, Flatten, MaxPool, Relu, Softmax
from engine.preprocess import Preprocess
from engine.train.augment import Augmentation
from engine.train.clone import replace_nodes
from engine.train.config import TrainConfig
from engine.train.data import Dataset

SIZE = 16
CLASSES = ("bar", "disc", "post")
QUICK = TrainConfig(
    epochs=4,
    batch_size=16,
    learning_rate=0.02,
    augmentation=Augmentation(mirror=0.5, shift=2),
    seed=3,
)


def dataset(per_class=60, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), per_class)
    return Dataset(np.stack([picture(label, rng) for label in labels]), labels, CLASSES)


def picture(label, rng):
    pixels = rng.integers(0, 90, (SIZE, SIZE, 3))
    y, x = np.indices((SIZE, SIZE))
    across, down = rng.integers(4, SIZE - 4, 2)
    masks = (
        (abs(y - down) < 2),
        ((y - down) ** 2 + (x - across) ** 2 < 16),
        (abs(x - across) < 2),
    )
    pixels[masks[label]] = rng.integers(140, 256, 3)
    return pixels.astype(np.uint8)


def network(seed=0, dropout=0.1):
    """Convolution, normalisation, ReLU and pooling twice, dropout, one dense layer: a small
    everyday.
    """
    rng = np.random.default_rng(seed)

    def conv(channels, filters):
        scale = (2 / (9 * channels)) ** 0.5
        weight = rng.normal(0, scale, (filters, channels, 3, 3)).astype(np.float32)
        return Conv2d(weight, padding=(1, 1, 1, 1))

    def norm(filters):
        gamma, beta, mean, var = (np.full(filters, v, np.float32) for v in (1.0, 0.0, 0.0, 1.0))
        return BatchNorm(gamma, beta, mean, var)

    pool = MaxPool(kernel=(2, 2), stride=(2, 2))
    dense = rng.normal(0, 0.05, (3, 8 * 16)).astype(np.float32)
    steps = {
        "conv1": conv(3, 6),
        "norm1": norm(6),
        "relu1": Relu(),
        "pool1": pool,
        "conv2": conv(6, 8),
        "norm2": norm(8),
        "relu2": Relu(),
        "pool2": pool,
        "flatten": Flatten(),
        "dropout": Dropout(rate=dropout),
        "fc": Dense(dense, np.zeros(3, np.float32)),
        "softmax": Softmax(),
    }
    before = ["input", *steps]
    return Network(
        [Node(name, op, (last,)) for (name, op), last in zip(steps.items(), before, strict=False)],
        inputs={"input": (3, SIZE, SIZE)},
        outputs=("softmax",),
        labels=CLASSES,
        preprocess=Preprocess(input_size=(3, SIZE, SIZE)),
    )


def weights(trained):
    """All parameters and buffers of a network as bytes: equal or not, bit for bit."""
    return {n: a.tobytes() for n, a in (trained.parameters() | trained.buffers()).items()}


def without(network, *kinds):
    """The network with some kinds of nodes cut out."""
    stands_for, nodes = {}, []
    for node in network.nodes:
        inputs = tuple(stands_for.get(name, name) for name in node.inputs)
        if isinstance(node.op, kinds):
            stands_for[node.name] = inputs[0]
        else:
            nodes.append(replace(node, inputs=inputs))
    return replace_nodes(network, nodes=nodes)
