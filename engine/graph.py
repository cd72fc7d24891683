"""Questions about the graph of a network: what leads to a value, and what dominates it."""

from __future__ import annotations

from engine.network import Network


def leading_to(network: Network, name: str) -> set[str]:
    """The values that ``name`` is computed from, itself included."""
    leading = {name}
    for node in reversed(network.nodes):
        if node.name in leading:
            leading.update(node.inputs)
    return leading


def passages(network: Network, name: str) -> list[str]:
    """The values that every path from the network's inputs to ``name`` passes through, in
    topological order; ``name`` is the last.

    The dominators of ``name`` (Lengauer and Tarjan, "A fast algorithm for finding dominators in a
    flowgraph", 1979), found by one walk in an acyclic graph: the values that no edge of such a path
    skips in topological order.
    """
    leading = leading_to(network, name)
    order = [i for i in network.inputs if i in leading]
    fed = set(order)
    for node in network.nodes:
        if node.name in leading and not fed.isdisjoint(node.inputs):
            fed.add(node.name)
            order.append(node.name)
    places = {value: place for place, value in enumerate(order)}
    furthest = [0] * len(order)  # the last reader of each value
    for node in network.nodes:
        for source in node.inputs if node.name in fed else ():
            if source in fed:
                furthest[places[source]] = max(furthest[places[source]], places[node.name])
    found, reach = [], 0
    entries = len([i for i in network.inputs if i in fed])
    for place, value in enumerate(order):
        if reach <= place and (place >= entries or entries == 1):
            found.append(value)
        reach = max(reach, furthest[place])
    return found
