"""Folds batch normalisations into the layers before them: fewer nodes, the same predictions."""

from __future__ import annotations

import numpy as np

from engine.network import Network, Node
from engine.ops import BatchNorm, Conv2d, Dense, Dropout
from engine.train.clone import replace_nodes, replace_op


def fold(network: Network) -> Network:
    """Each batch normalisation becomes part of the convolution or dense layer before it; dropout
    goes.

    At inference a normalisation is ``scale * y + offset`` for each map, which the layer before can
    do itself with its weights and bias. A normalisation that follows something else (a sum, say),
    or a layer whose output others read too, stays. The values of folded nodes vanish; all others
    keep their names. The given network stays as it is.
    """
    kept: dict[str, Node] = {}
    stands_for: dict[str, str] = {}  # a vanished value → the one that takes its place
    for node in network.nodes:
        inputs = tuple(stands_for.get(name, name) for name in node.inputs)
        before = kept.get(inputs[0])
        if isinstance(node.op, BatchNorm) and before and _is_its_own(network, before, node):
            kept[inputs[0]] = _folded(before, node.op)
        elif not isinstance(node.op, Dropout):
            kept[node.name] = Node(node.name, node.op, inputs)
            continue
        stands_for[node.name] = inputs[0]
    outputs = tuple(stands_for.get(name, name) for name in network.outputs)
    return replace_nodes(network, nodes=kept.values(), outputs=outputs)


def _is_its_own(network: Network, before: Node, norm: Node) -> bool:
    """Whether ``norm`` is the only reader of a layer with weights."""
    readers = [n.name for n in network.nodes if norm.inputs[0] in n.inputs]
    return isinstance(before.op, Conv2d | Dense) and readers == [norm.name]


def _folded(before: Node, op: BatchNorm) -> Node:
    layer = before.op
    assert isinstance(layer, Conv2d | Dense)
    scale = op.gamma / np.sqrt(op.var + op.epsilon)
    bias = op.beta - op.mean * scale
    if layer.bias is not None:
        bias += layer.bias * scale
    weight = layer.weight * scale.reshape(-1, *(1,) * (layer.weight.ndim - 1))
    return replace_op(before, weight=weight, bias=bias)
