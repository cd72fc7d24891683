"""From the network that learns to the one that people see: fewer steps, the same answers."""

from __future__ import annotations

import numpy as np

from engine.errors import GraphError
from engine.network import Network, Node
from engine.ops import BatchNorm, Conv2d, Dense, Dropout
from engine.train.copies import rebuilt, with_op


def fold(network: Network) -> Network:
    """Each batch normalisation becomes part of the convolution or dense layer before it; dropout goes.

    At inference a normalisation is ``scale * y + offset`` for each map, which the layer before can
    do itself with its weights and bias. The values of folded nodes vanish; all others keep their
    names. The given network stays as it is. Raises GraphError for a normalisation that follows
    something else, or a layer whose output others read too.
    """
    kept: dict[str, Node] = {}
    stands_for: dict[str, str] = {}  # a vanished value → the one that takes its place
    for node in network.nodes:
        inputs = tuple(stands_for.get(name, name) for name in node.inputs)
        if isinstance(node.op, BatchNorm):
            kept[inputs[0]] = _folded(network, kept.get(inputs[0]), node, node.op)
        elif not isinstance(node.op, Dropout):
            kept[node.name] = Node(node.name, node.op, inputs)
            continue
        stands_for[node.name] = inputs[0]
    outputs = tuple(stands_for.get(name, name) for name in network.outputs)
    return rebuilt(network, nodes=kept.values(), outputs=outputs)


def _folded(network: Network, before: Node | None, norm: Node, op: BatchNorm) -> Node:
    readers = [n.name for n in network.nodes if norm.inputs[0] in n.inputs]
    if before is None or not isinstance(before.op, Conv2d | Dense) or readers != [norm.name]:
        raise GraphError(
            f"{norm.name!r} does not follow a layer of its own that it could become part of"
        )
    layer = before.op
    scale = op.gamma / np.sqrt(op.var + op.epsilon)
    bias = op.beta - op.mean * scale
    if layer.bias is not None:
        bias += layer.bias * scale
    weight = layer.weight * scale.reshape(-1, *(1,) * (layer.weight.ndim - 1))
    return with_op(before, weight=weight, bias=bias)
