"""Outputs with rows and columns, and outputs along a line."""

from __future__ import annotations

from engine.outputs.graph import Graph
from engine.outputs.info import OutputKind
from engine.outputs.walk import MOST_STEPS, Head
from engine.types import Shape

_GREY, _COLOURS = 1, 3
_LEAST_SIDE = 8  # of a value with two axes that is taken for rows and columns


def is_map(graph: Graph, name: str) -> bool:
    """Whether a value has channels, rows and columns, (C, H, W) or (H, W, C), or rows and columns
    in the input's proportions.
    """
    shape = graph.shape(name)
    if len(shape) == 3:
        return min(shape[1:]) > 1 or (min(shape[:2]) > 1 and _is_like_input(graph, shape[:2]))
    return len(shape) == 2 and min(shape) >= _LEAST_SIDE and _is_like_input(graph, shape)


def _is_like_input(graph: Graph, sides: Shape) -> bool:
    """Whether rows and columns are in the proportions of the picture that the network takes."""
    size = _input(graph)
    return size is not None and sides[0] * size[2] == sides[1] * size[1]


def describe_map(graph: Graph, name: str, head: Head) -> tuple[OutputKind, str]:
    """What a map is: a picture of the input's kind and at least of its size, or scores of what is
    where.
    """
    shape, size = graph.shape(name), _input(graph)
    scores = "It is maps with rows and columns: what is where on the photo."
    if size is None or len(shape) != 3 or head.activation == "softmax":
        return "map", scores
    planes = graph.planes(name)
    shape = shape if planes is None else planes
    larger = shape[1] > size[1] and shape[2] > size[2]
    same = shape[1:] == size[1:]
    if shape[0] == _COLOURS and (larger or same):
        return "image", "It has three colours and at least the photo's size: a picture."
    if shape[0] == _GREY and (larger or (same and size[0] == _GREY and head.activation is None)):
        return "image", "It is as the photo that goes in, or larger: a picture."
    return "map", scores


def channels_of(graph: Graph, name: str, head: Head) -> int:
    """How many numbers a map has at each place: along the softmax's axis, or else those in front,
    or behind if these are fewer.
    """
    shape = graph.shape(name)
    if len(shape) != 3:
        return 1
    if head.activation == "softmax" and head.order is None:
        (axis, *_) = head.axes
        return graph.shapes[head.logits][axis]
    planes = graph.planes(name)
    if planes is not None:
        return planes[0]
    behind = _is_like_input(graph, shape[:2]) and not _is_like_input(graph, shape[1:])
    return shape[2] if behind else shape[0]


def is_sequence(graph: Graph, name: str, head: Head) -> bool:
    """Whether a value (T, K) is scores of K symbols along a line: a softmax over K, or what is left
    of maps of one row.
    """
    shape = _without_ones(graph.shape(name))
    if len(shape) != 2 or min(shape) < 2:
        return False
    if head.activation == "softmax":
        return any(graph.shapes[head.logits][axis] > 1 for axis in head.axes)
    maps = _last_maps(graph, name)
    return maps is not None and maps[2] in shape and maps[0] in shape


def symbols_of(graph: Graph, name: str, head: Head) -> int:
    """How many symbols a sequence has scores of."""
    if head.activation == "softmax":
        return max(graph.shapes[head.logits][axis] for axis in head.axes)
    maps = _last_maps(graph, name)
    return maps[0] if maps is not None else graph.shape(name)[-1]


def _without_ones(shape: Shape) -> Shape:
    """Without axes of length 1 in front, which say nothing."""
    while len(shape) > 2 and shape[0] == 1:
        shape = shape[1:]
    return shape


def _last_maps(graph: Graph, name: str) -> Shape | None:
    """The shape (C, H, W) of the last maps that a value was made from, along first inputs."""
    for _ in range(MOST_STEPS):
        shape = graph.shape(name)
        if len(shape) == 3:
            return shape
        inputs = graph.inputs(name)
        if not inputs:
            return None
        name = inputs[0]
    return None


def _input(graph: Graph) -> Shape | None:
    """The shape of the one picture that the network takes."""
    shapes = list(graph.network.inputs.values())
    return shapes[0] if len(shapes) == 1 and len(shapes[0]) == 3 else None
