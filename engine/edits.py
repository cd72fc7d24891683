"""What if a filter were off, or a weight another: networks that differ from a given one in a few
numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import EditError
from engine.network import Network, Node
from engine.ops import BatchNorm, Conv2d, ConvTranspose2d, Dense, Op
from engine.types import Array

EDITABLE = (Conv2d, ConvTranspose2d, Dense, BatchNorm)  # ops with filters of their own


@dataclass(frozen=True)
class ScaleFilter:
    """All that one filter of ``layer`` gives is multiplied by ``factor``; 0 switches it off."""

    layer: str
    filter: int
    factor: float


@dataclass(frozen=True)
class SetWeight:
    """One weight of one filter is set to ``value``.

    ``channel`` counts the input maps that the filter reads (those of its group), ``y`` and ``x``
    are places of the kernel. A dense layer has only channels, its inputs.
    """

    layer: str
    filter: int
    channel: int
    y: int | None
    x: int | None
    value: float


Edit = ScaleFilter | SetWeight


def edited(network: Network, edits: Iterable[Edit]) -> Network:
    """The network with the edits made in their order. Ops without an edit are shared with the given
    network.

    Raises EditError, with a text for people, for a layer without filters of its own, and for a
    filter or weight that does not exist.
    """
    by_layer: dict[str, list[Edit]] = {}
    for edit in edits:
        by_layer.setdefault(edit.layer, []).append(edit)
    names = {node.name for node in network.nodes}
    unknown = [name for name in by_layer if name not in names]
    if unknown:
        raise EditError(f"this network has no layer {unknown[0]!r} that could be changed")
    return network.replaced(
        {name: _edited(network, network.node(name), made) for name, made in by_layer.items()}
    )


def _edited(network: Network, node: Node, edits: list[Edit]) -> Op:
    op = node.op
    if not isinstance(op, EDITABLE):
        raise EditError(
            f"{node.name!r} ({op.op_type}) has no filters of its own{_advice(network, node)}"
        )
    arrays: dict[str, Any] = {name: array.copy(order="K") for name, array in op.params.items()}
    for edit in edits:
        _within(node.name, "filter", edit.filter, _count(op))
        if isinstance(edit, ScaleFilter):
            for name, array in arrays.items():
                _filter(op, name, array, edit.filter)[...] *= edit.factor
        else:
            weight = arrays.get("weight")
            if weight is None:
                raise EditError(f"{node.name!r} ({op.op_type}) has no kernels, only a factor a map")
            kernels = _filter(op, "weight", weight, edit.filter)
            kernels[_place(node.name, kernels, edit)] = edit.value
    return replace(op, **arrays)


def _count(op: Op) -> int:
    """How many filters a layer has."""
    if isinstance(op, ConvTranspose2d):
        return int(op.weight.shape[1]) * op.groups
    return len(next(iter(op.params.values())))


def _filter(op: Op, name: str, array: Array, number: int) -> Array:
    """One filter's part of a parameter, a view: (C / groups, kh, kw), (D,) or one number."""
    if isinstance(op, ConvTranspose2d) and name == "weight":  # (C, K / groups, kh, kw)
        group, place = divmod(number, array.shape[1])
        inputs = array.shape[0] // op.groups
        return array[group * inputs : (group + 1) * inputs, place]
    return array[number, ...]


def _place(layer: str, kernels: Array, edit: SetWeight) -> tuple[int, ...]:
    """Where the weight is in its filter's kernels."""
    asked = {"channel": edit.channel, "y": edit.y, "x": edit.x}
    if kernels.ndim == 1:
        if edit.y is not None or edit.x is not None:
            raise EditError(f"a weight of {layer!r} is named by filter and channel alone")
        asked = {"channel": edit.channel}
    place = []
    for (name, number), count in zip(asked.items(), kernels.shape, strict=True):
        if number is None:
            raise EditError(f"a weight of {layer!r} is named by filter, channel, y and x")
        _within(layer, name, number, count)
        place.append(number)
    return tuple(place)


def _within(layer: str, name: str, number: int, count: int) -> None:
    if not 0 <= number < count:
        raise EditError(f"{layer!r} has no {name} {number}; there are 0 to {count - 1}")


def _advice(network: Network, node: Node) -> str:
    """Which layer to turn to instead: the nearest one before with filters of its own."""
    waiting = list(node.inputs)
    while waiting:
        name = waiting.pop(0)
        if name in network.inputs:
            continue
        before = network.node(name)
        if isinstance(before.op, EDITABLE):
            return f"; change those of {name!r}, which it is made from"
        waiting.extend(before.inputs)
    return ""
