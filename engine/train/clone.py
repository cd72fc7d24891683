"""Networks made from networks: with nodes replaced, or with arrays of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from engine.network import Network, Node
from engine.ops import Op


def replace_nodes(
    network: Network,
    *,
    nodes: Iterable[Node] | None = None,
    outputs: Sequence[str] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Network:
    """A network with other nodes, outputs or another card; whatever is not given is taken over."""
    return Network(
        network.nodes if nodes is None else nodes,
        inputs=network.inputs,
        outputs=network.outputs if outputs is None else outputs,
        labels=network.labels,
        preprocess=network.preprocess,
        name=network.name,
        meta=network.meta if meta is None else meta,
    )


def replace_op(node: Node, **fields: Any) -> Node:
    """The node with some fields of its op changed."""
    return replace(node, op=replace(cast(Any, node.op), **fields))


def clone(network: Network) -> Network:
    """The same network with arrays of its own, in the same memory order."""

    def own(op: Op) -> dict[str, Any]:
        return {name: a.copy(order="K") for name, a in (*op.params.items(), *op.buffers.items())}

    return replace_nodes(
        network, nodes=[replace_op(node, **own(node.op)) for node in network.nodes]
    )
