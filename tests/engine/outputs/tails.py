"""Small networks whose last steps are given: ``z``, K scores of a picture, and whatever follows."""

import numpy as np

from engine.network import Network, Node
from engine.ops import Conv2d, Dense, Flatten, GlobalAveragePool, Relu

SIZE = (3, 8, 8)


def tail(*steps, k=4, outputs=None, inputs=SIZE, **more):
    """A network image → conv → relu → mean → list → z (N, k) → ``steps``: (name, op, *reads), read
    z or the one before without.
    """
    rng = np.random.default_rng(4)

    def weight(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    nodes = [
        Node("conv", Conv2d(weight(6, inputs[0], 3, 3), padding=(1, 1, 1, 1)), ("image",)),
        Node("relu", Relu(), ("conv",)),
        Node("mean", GlobalAveragePool(), ("relu",)),
        Node("list", Flatten(), ("mean",)),
        Node("z", Dense(3 * weight(k, 6), weight(k)), ("list",)),
    ]
    for name, op, *reads in steps:
        nodes.append(Node(name, op, tuple(reads) or (nodes[-1].name,)))
    return Network(nodes, inputs={"image": inputs}, outputs=outputs or (nodes[-1].name,), **more)


def picture(seed=0, n=1, size=SIZE):
    return np.random.default_rng(seed).standard_normal((n, *size)).astype(np.float32)


def softmax(z):
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))
