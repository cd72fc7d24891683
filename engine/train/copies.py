"""Networks made from networks: with other nodes, with the same arrays or with copies of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from engine.network import Network, Node
from engine.ops import Op


def with_nodes(
    network: Network, nodes: Iterable[Node], outputs: Sequence[str] | None = None
) -> Network:
    """A network of other nodes; inputs, labels, preprocessing and card are taken over."""
    return Network(
        nodes,
        inputs=network.inputs,
        outputs=outputs or network.outputs,
        labels=network.labels,
        preprocess=network.preprocess,
        name=network.name,
        meta=network.meta,
    )


def with_op(node: Node, **fields: Any) -> Node:
    """The node with some fields of its op changed."""
    return replace(node, op=replace(cast(Any, node.op), **fields))


def copied(network: Network) -> Network:
    """The same network with arrays of its own, in the same memory order."""

    def own(op: Op) -> dict[str, Any]:
        return {name: a.copy(order="K") for name, a in (*op.params.items(), *op.buffers.items())}

    return with_nodes(network, [with_op(node, **own(node.op)) for node in network.nodes])


def with_card(network: Network, card: Mapping[str, Any]) -> Network:
    """The same network under another model card."""
    return Network(
        network.nodes,
        inputs=network.inputs,
        outputs=network.outputs,
        labels=network.labels,
        preprocess=network.preprocess,
        name=network.name,
        meta=card,
    )
