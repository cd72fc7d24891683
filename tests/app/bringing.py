"""A small network to bring to a server, and how it is brought or refused."""

import numpy as np

from engine.formats import onnx
from engine.network import Network, Node
from engine.ops import Conv2d, Flatten, GlobalAveragePool, Relu, Softmax

MODELS = "/api/v1/models"


def net(channels=3, classes=4, size=8, **more) -> Network:
    """A small classifier that says nothing of labels and preprocessing."""
    rng = np.random.default_rng(5)
    weight = rng.normal(0, 0.5, (classes, channels, 3, 3)).astype(np.float32)
    nodes = [
        Node("conv", Conv2d(weight, padding=(1, 1, 1, 1)), ("image",)),
        Node("relu", Relu(), ("conv",)),
        Node("mean", GlobalAveragePool(), ("relu",)),
        Node("scores", Flatten(), ("mean",)),
    ]
    if more.pop("softmax", False):
        nodes.append(Node("shares", Softmax(), ("scores",)))
    more = {"outputs": (nodes[-1].name,), **more}
    return Network(nodes, inputs={"image": (channels, size, size)}, **more)


def as_onnx(network: Network) -> bytes:
    return onnx.to_onnx(network)


def bring(client, data, **options):
    answer = client.post(MODELS, content=data, params=options)
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused(client, data, **options):
    answer = client.post(MODELS, content=data, params=options)
    assert answer.status_code in (413, 422), answer.text
    body = answer.json()
    assert body["detail"].endswith((".", ")"))
    return body
