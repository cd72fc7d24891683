"""What people look at: statistics, best classes, explanations and receptive fields, read off a trace or a network.

Nothing here changes anything. ``y`` is one picture's value without the batch axis, (C, H, W) or (K,); an ``index`` and a
``Box`` include the batch axis, as everywhere in the engine, and are those of the network's own value, whatever rank it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, TypedDict

import numpy as np

from engine.errors import ShapeError
from engine.network import Network
from engine.ops.base import Box, Explanation
from engine.shown import shown_shape
from engine.trace import Trace
from engine.types import Array, Index, Shape

Span = tuple[int, int]
ScoresKind = Literal["shares", "logits"]

# Ops that hand on a list as it is, and those whose results are shares.
_RESHAPING = ("identity", "flatten", "reshape", "dropout", "transpose")
_SHARES = ("softmax", "sigmoid", "hard_sigmoid")


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

    ``shape`` is the one that is shown (engine/shown.py), ``own_shape`` the network's own where that is another. ``label`` is what
    the model's file calls the node. ``receptive_field`` is (height, width) in input pixels of what the layer's middle number can see.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    shape: Shape
    parameters: int
    multiply_adds: int
    attributes: dict[str, Any]
    receptive_field: tuple[int, ...]
    own_shape: Shape | None = None
    label: str = ""


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
    """(label, share) of every class, best first, for the first picture; all of them without ``k``, none of a network without classes.

    Classes without labels are called by their number.
    """
    found = shares(network, trace)
    order = np.argsort(-found, kind="stable")[:k]
    names = network.labels or [str(i) for i in range(found.size)]
    return [(names[i], float(found[i])) for i in order]


def scores_kind(network: Network) -> ScoresKind | None:
    """What the network's first output is: "shares" of classes, or "logits", raw scores that a softmax would turn into shares.

    None when it is no list of classes: maps (a segmentation, a picture made larger), or one number that is no share.
    """
    output = network.outputs[0]
    shape = network.shapes()[output][1:]
    makers = {node.name: node for node in network.nodes}
    while output in makers and makers[output].op.kind in _RESHAPING:
        output = makers[output].inputs[0]
    kind = makers[output].op.kind if output in makers else "input"
    is_list = max(shape, default=1) == prod(shape)
    if kind == "input" or not is_list:
        return None
    if kind in _SHARES:
        return "shares"
    return "logits" if prod(shape) > 1 else None


def shares(network: Network, trace: Trace) -> Array:
    """Each class's share of the first picture, (K,): the network's own, or the softmax of its raw scores; (0,) without classes."""
    kind = scores_kind(network)
    scores: Array = trace[network.outputs[0]][0].ravel()
    if kind is None:
        return scores[:0]
    if kind == "shares":
        return scores
    parts = np.exp(scores.astype(np.float64) - scores.max())
    return np.asarray(parts / parts.sum(), scores.dtype)


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


def receptive_field(
    network: Network, name: str, index: Index, shapes: Mapping[str, Shape] | None = None
) -> Box | None:
    """The smallest box on the network's first input that can change the number ``index`` of the value ``name``.

    Exact: every op's own window, walked back through the graph, joined where branches meet. None when the number does not
    depend on the input (a padded constant). ``shapes`` are those of the network's values, where they are known already.
    """
    return _seen(network, name, Box.at(index), shapes or network.shapes(n=index[0] + 1))


def _seen(network: Network, name: str, box: Box, shapes: Mapping[str, Shape]) -> Box | None:
    """The smallest box on the first input that can change any number in a box of the value ``name``."""
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
                shape=shown_shape(own := shapes[node.name][1:]),
                parameters=sum(p.size for p in op.params.values()),
                multiply_adds=op.multiply_adds(*(shapes[i] for i in node.inputs)),
                attributes=_attributes(dict(op.attributes), op.params.get("weight")),
                receptive_field=_field_size(network, node.name, shapes),
                own_shape=None if shown_shape(own) == own else own,
                label=node.label,
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


def _field_size(network: Network, name: str, shapes: Mapping[str, Shape]) -> tuple[int, ...]:
    middle = (0, *(n // 2 for n in shapes[name][1:]))
    box = receptive_field(network, name, middle, shapes)
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
    shapes = network.shapes()
    rank = len(shapes[name])
    if rank < 3:
        raise ShapeError(f"{name!r} is a list of numbers and has no rows and columns")
    return _spans(network, name, shapes, rank - 2, 2), _spans(network, name, shapes, rank - 1, 3)


def _spans(
    network: Network, name: str, shapes: Mapping[str, Shape], axis: int, seen_axis: int
) -> list[Span]:
    shape = shapes[name]
    spans = []
    for i in range(shape[axis]):
        start, stop = [0] * len(shape), list(shape)
        start[axis], stop[axis] = i, i + 1
        box = _seen(network, name, Box(tuple(start), tuple(stop)), shapes)
        spans.append((0, 0) if box is None else (box.start[seen_axis], box.stop[seen_axis]))
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
