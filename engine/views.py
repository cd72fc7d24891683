"""What people look at: statistics, best classes, explanations and receptive fields, read off a trace or a network.

Nothing here changes anything. ``y`` is one picture's value without the batch axis, (C, H, W) or (K,); an ``index`` and a
``Box`` include the batch axis, as everywhere in the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from engine.errors import ShapeError
from engine.network import Network
from engine.ops.base import Box, Explanation
from engine.trace import Trace
from engine.types import Array, Index, Shape

Span = tuple[int, int]


class LayerStats(TypedDict):
    """Key figures of one value. ``dead_maps`` counts the maps that are zero everywhere; None for a vector."""

    min: float
    max: float
    mean: float
    std: float
    zero_fraction: float
    dead_maps: int | None


@dataclass(frozen=True)
class LayerInfo:
    """What is known of a layer without running it; counts and shapes are for one picture, without the batch axis.

    ``receptive_field`` is (height, width) in input pixels of what the layer's middle number can see.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    shape: Shape
    parameters: int
    multiply_adds: int
    attributes: dict[str, Any]
    receptive_field: tuple[int, ...]


def layer_stats(y: Array) -> LayerStats:
    """Key figures of one value (C, H, W) or (K,). Sums are taken in float64, so a large layer loses no digits."""
    alive = np.count_nonzero(y, axis=(1, 2)) if y.ndim == 3 else None
    zeros = y.size - (np.count_nonzero(y) if alive is None else int(alive.sum()))
    return LayerStats(
        min=float(y.min()),
        max=float(y.max()),
        mean=float(y.mean(dtype=np.float64)),
        std=float(y.std(dtype=np.float64)),
        zero_fraction=float(zeros / y.size),
        dead_maps=None if alive is None else int(np.count_nonzero(alive == 0)),
    )


def strongest_maps(y: Array, k: int) -> list[int]:
    """The channels (units, for a vector) with the largest mean |value|, strongest first, at most ``k``."""
    size = np.abs(y).mean(axis=tuple(range(1, y.ndim)), dtype=np.float64)
    return [int(c) for c in np.argsort(-size, kind="stable")[:k]]


def top_k(network: Network, trace: Trace, k: int | None = None) -> list[tuple[str, float]]:
    """(label, score) of the network's first output, best first, for the first picture; all classes without ``k``.

    Classes without labels are called by their number.
    """
    scores = trace[network.outputs[0]][0].ravel()
    order = np.argsort(-scores, kind="stable")[:k]
    names = network.labels or [str(i) for i in range(scores.size)]
    return [(names[i], float(scores[i])) for i in order]


def explain(network: Network, trace: Trace, name: str, index: Index) -> Explanation:
    """Where the number ``trace[name][index]`` came from. Raises ShapeError for an index outside, KeyError for a name that no node makes."""
    node = network.node(name)
    check_index(trace, name, index)
    return node.op.explain(tuple(trace[i] for i in node.inputs), trace[name], index)


def check_index(trace: Trace, name: str, index: Index) -> None:
    """Raises ShapeError when the value ``name`` has no number there."""
    shape = trace[name].shape
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise ShapeError(f"{name!r} has the shape {shape}, so it has no position {index}")


def receptive_field(network: Network, name: str, index: Index) -> Box | None:
    """The smallest box on the network's first input that can change the number ``index`` of the value ``name``.

    Exact: every op's own window, walked back through the graph, joined where branches meet. None when the number does not
    depend on the input (a padded constant).
    """
    return _seen(network, name, Box.at(index))


def _seen(network: Network, name: str, box: Box) -> Box | None:
    """The smallest box on the first input that can change any number in a box of the value ``name``."""
    shapes = network.shapes(n=box.stop[0])
    seen: dict[str, Box] = {name: box}
    for node in reversed(network.nodes):
        if node.name not in seen:
            continue
        boxes = node.op.window(seen[node.name], *(shapes[i] for i in node.inputs))
        for source, part in zip(node.inputs, boxes, strict=True):
            if part is not None:
                seen[source] = part.union(seen[source]) if source in seen else part
    return seen.get(next(iter(network.inputs)))


def describe_layers(network: Network) -> list[LayerInfo]:
    """Every value of the network in order, the inputs first."""
    shapes = network.shapes()
    infos = [_input_info(name, shapes[name]) for name in network.inputs]
    for node in network.nodes:
        op = node.op
        infos.append(
            LayerInfo(
                name=node.name,
                op=op.kind,
                inputs=node.inputs,
                shape=shapes[node.name][1:],
                parameters=sum(p.size for p in op.params.values()),
                multiply_adds=op.multiply_adds(*(shapes[i] for i in node.inputs)),
                attributes=_attributes(dict(op.attributes), op.params.get("weight")),
                receptive_field=_field_size(network, node.name, shapes[node.name]),
            )
        )
    return infos


def _input_info(name: str, shape: Shape) -> LayerInfo:
    return LayerInfo(name, "input", (), shape[1:], 0, 0, {}, (1,) * (len(shape) - 2))


def _attributes(attributes: dict[str, Any], weight: Array | None) -> dict[str, Any]:
    """The op's own attributes; a convolution's kernel size is in the shape of its weights."""
    if weight is not None and weight.ndim == 4:
        attributes["kernel"] = list(weight.shape[2:])
    return attributes


def _field_size(network: Network, name: str, shape: Shape) -> tuple[int, ...]:
    middle = (0, *(n // 2 for n in shape[1:]))
    box = receptive_field(network, name, middle)
    if box is None:
        return ()
    return tuple(stop - start for start, stop in zip(box.start[2:], box.stop[2:], strict=True))


@dataclass(frozen=True)
class Step:
    """A number on the way back to the input; ``product`` is what it brought to the step before, None for the first."""

    name: str
    index: Index
    value: float
    product: float | None


def strongest_path(network: Network, trace: Trace, name: str, index: Index) -> list[Step]:
    """From the number ``trace[name][index]`` by the term that brought most, layer by layer, to the network's input.

    Padded cells hold no number that could be followed. Where no term brought anything (a switched-off ReLU) the first one is
    followed. The path ends early at a constant. Raises as ``explain`` does.
    """
    path = [Step(name, index, float(trace[name][index]), None)]
    while path[-1].name not in network.inputs:
        here = path[-1]
        step = _largest_term(network, trace, here.name, here.index)
        if step is None:
            break
        path.append(step)
    return path


def receptive_fields(network: Network, name: str) -> tuple[list[Span], list[Span]]:
    """What each row and each column of a value's maps sees of the first input: (start, stop) in its rows, in its columns.

    A place sees what its row and its column see. Where branches of different windows were concatenated, one map may see less than
    another: this is what all maps see together. (0, 0) is nothing. Raises ShapeError for a value without maps.
    """
    shape = network.shapes()[name]
    if len(shape) != 4:
        raise ShapeError(f"{name!r} is a list of {shape[1]} numbers and has no rows and columns")
    return _spans(network, name, shape, 2), _spans(network, name, shape, 3)


def _spans(network: Network, name: str, shape: Shape, axis: int) -> list[Span]:
    spans = []
    for i in range(shape[axis]):
        start, stop = [0] * 4, list(shape)
        start[axis], stop[axis] = i, i + 1
        box = _seen(network, name, Box(tuple(start), tuple(stop)))
        spans.append((0, 0) if box is None else (box.start[axis], box.stop[axis]))
    return spans


def _largest_term(network: Network, trace: Trace, name: str, index: Index) -> Step | None:
    """The term of ``trace[name][index]`` that brought most, as a step."""
    why, inputs = explain(network, trace, name, index), network.node(name).inputs
    for i in np.argsort(-np.abs(why.products), kind="stable").tolist():
        source = inputs[why.sources[i]]
        shape = trace[source].shape
        place = tuple(why.positions[i].tolist()[: len(shape)])
        if all(0 <= p < n for p, n in zip(place, shape, strict=True)):
            return Step(source, place, float(why.values[i]), float(why.products[i]))
    return None
