"""What people look at: statistics, best classes, explanations and paths, read off a trace or a network.

Nothing here changes anything. ``y`` is one picture's value without the batch axis, (C, H, W) or (K,); an ``index``
includes the batch axis, as everywhere in the engine, and is that of the network's own value, whatever rank it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from engine.errors import ShapeError
from engine.fields import fields_of
from engine.network import Network
from engine.ops.base import Explanation
from engine.shown import ValueLayout
from engine.trace import Trace
from engine.types import Array, Index, Shape


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

    ``shape`` is the one that is shown (engine/shown.py), ``own_shape`` the network's own where that is another,
    ``layout`` what its axes are (engine/layouts.py). ``label`` is what
    the model's file calls the node. ``receptive_field`` is (height, width) in input pixels of what the layer's middle number can see.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    shape: Shape
    layout: str
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


def describe_layers(network: Network, check: Callable[[], None] | None = None) -> list[LayerInfo]:
    """Every value of the network in order, the inputs first. ``check`` is called before each and may raise to stop."""
    shapes, layouts = network.shapes(), network.layouts
    fields = fields_of(network, check)
    infos = [_input_info(name, layouts[name]) for name in network.inputs]
    for node in network.nodes:
        if check is not None:
            check()
        op = node.op
        infos.append(
            LayerInfo(
                name=node.name,
                op=op.kind,
                inputs=node.inputs,
                shape=(layout := layouts[node.name]).shape,
                layout=layout.letters,
                parameters=sum(p.size for p in op.params.values()),
                multiply_adds=op.multiply_adds(*(shapes[i] for i in node.inputs)),
                attributes=_attributes(dict(op.attributes), op.params.get("weight")),
                receptive_field=fields.size(node.name),
                own_shape=None if layout.own_shape == layout.shape else layout.own_shape,
                label=node.label,
            )
        )
    return infos


def _input_info(name: str, layout: ValueLayout) -> LayerInfo:
    sees = (1,) * (len(layout.own_shape) - 1)
    return LayerInfo(name, "input", (), layout.own_shape, layout.letters, 0, 0, {}, sees)


def _attributes(attributes: dict[str, Any], weight: Array | None) -> dict[str, Any]:
    """The op's own attributes; a convolution's kernel size is in the shape of its weights."""
    if weight is not None and weight.ndim == 4:
        attributes["kernel"] = list(weight.shape[2:])
    return attributes


@dataclass(frozen=True)
class Step:
    """A number on the way back to the input; ``product`` is what it brought to the step before, None for the first."""

    name: str
    index: Index
    value: float
    product: float | None


def strongest_path(
    network: Network,
    trace: Trace,
    name: str,
    index: Index,
    check: Callable[[], None] | None = None,
) -> list[Step]:
    """From the number ``trace[name][index]`` by the term that brought most, layer by layer, to the network's input.

    Padded cells hold no number that could be followed. Where no term brought anything (a switched-off ReLU) the first one is
    followed. The path ends early at a constant. ``check`` is called at each step and may raise to stop. Raises as ``explain`` does.
    """
    path = [Step(name, index, float(trace[name][index]), None)]
    while path[-1].name not in network.inputs:
        if check is not None:
            check()
        here = path[-1]
        step = _largest_term(network, trace, here.name, here.index)
        if step is None:
            break
        path.append(step)
    return path


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
