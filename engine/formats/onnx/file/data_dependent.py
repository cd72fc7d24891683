"""Cuts off operations whose output length depends on the data.

Non-maximum suppression keeps as many boxes as there are on a picture, NonZero as many places. A
network here has one shape for every picture, so the values that such steps read are the outputs:
all boxes and their scores, say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from onnx import GraphProto, NodeProto

# Operations whose results are as long as the numbers that they read have it.
UNCOUNTED = frozenset({"NonMaxSuppression", "NonZero", "Unique", "Compress"})
_OF_SHAPES = frozenset({"Shape", "Size"})  # what they make follows from the file


def cut_uncounted(graph: GraphProto, outputs: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The outputs, without those that such steps lead to and with what these read instead; and a
    sentence that says so.
    """
    if not any(node.op_type in UNCOUNTED for node in graph.node):
        return outputs, ""
    nodes = _ordered(graph)
    known = {tensor.name for tensor in graph.initializer}
    computed = {value.name for value in graph.input} - known
    behind: set[str] = set()  # values whose size is unknown
    first: list[NodeProto] = []
    read: dict[str, None] = {}  # what the steps behind the cut read of those before it
    direct: set[str] = set()  # what the first of them read
    for node in nodes:
        reads = [name for name in node.input if name in computed]
        cut = node.op_type in UNCOUNTED and bool(reads)
        if cut or not behind.isdisjoint(node.input):
            behind.update(node.output)
            if cut:
                first.append(node)
                direct.update(reads)
            read.update((name, None) for name in reads)
        elif reads and node.op_type not in _OF_SHAPES:
            computed.update(node.output)
    if behind.isdisjoint(outputs):
        return outputs, ""
    kept = [name for name in outputs if name not in behind]
    sources = _sources(nodes, read, {value.name for value in graph.input})
    kept += [name for name in read if name in direct or name in sources]
    named = " and ".join(f"{node.op_type} {(node.name or node.output[0])!r}" for node in first[:2])
    note = (
        f"The network is shown up to what {named} reads: how many numbers that makes depends on "
        "the photo, so it and what comes after it are left out."
    )
    return tuple(dict.fromkeys(kept)), note


def _ordered(graph: GraphProto) -> list[NodeProto]:
    """The nodes in topological order; none if there is a cycle, which is reported later."""
    makers = {name: place for place, node in enumerate(graph.node) for name in node.output if name}
    order = {
        place: {makers[name] for name in node.input if name in makers}
        for place, node in enumerate(graph.node)
    }
    try:
        return [graph.node[place] for place in TopologicalSorter(order).static_order()]
    except CycleError:
        return []


def _sources(nodes: Iterable[NodeProto], read: Mapping[str, None], inputs: set[str]) -> set[str]:
    """Of the values that are read behind the cut those that do not follow from others among them
    alone.
    """
    following: set[str] = set()
    fresh = set(inputs)  # values that need more than those that are read
    for node in nodes:
        needs = [name for name in node.input if name in fresh or name in following or name in read]
        if needs and all(name in read or name in following for name in needs):
            following.update(node.output)
        elif needs:
            fresh.update(node.output)
    return {name for name in read if name not in following and name not in inputs}
