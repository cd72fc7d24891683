"""Descriptions of a network's layers, without a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.display import ValueLayout
from engine.inspection.receptive_fields import receptive_fields_of
from engine.network import Network
from engine.types import Array, Shape


@dataclass(frozen=True)
class LayerInfo:
    """A layer's description without a run; counts and shapes are for one image, without the batch
    axis.

    ``shape`` is the one that is shown (engine/display.py), ``native_shape`` the network's own where
    that is another, ``layout`` the meaning of its axes (engine/layouts.py). ``label`` is the node's
    name in the model's file. ``receptive_field`` is (height, width), in input pixels, of the
    receptive field of the layer's middle element. ``display_name`` to ``preserves_order`` are the
    traits of the op's class (engine/ops/base.py); the input is a family of its own.
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
    native_shape: Shape | None = None
    label: str = ""
    display_name: str = "Input"
    formula: str = ""
    family: str = "input"
    per_channel: bool = False
    weighted: bool = False
    preserves_order: bool = False


def describe_layers(network: Network, check: Callable[[], None] | None = None) -> list[LayerInfo]:
    """Every value of the network in order, the inputs first. ``check`` is called before each and
    may raise to stop.
    """
    shapes, layouts = network.shapes(), network.layouts
    fields = receptive_fields_of(network, check)
    infos = [_input_info(name, layouts[name]) for name in network.inputs]
    for node in network.nodes:
        if check is not None:
            check()
        op = node.op
        infos.append(
            LayerInfo(
                name=node.name,
                op=op.op_type,
                inputs=node.inputs,
                shape=(layout := layouts[node.name]).shape,
                layout=layout.letters,
                parameters=sum(p.size for p in op.params.values()),
                multiply_adds=op.multiply_adds(*(shapes[i] for i in node.inputs)),
                attributes=_attributes(dict(op.attributes), op.params.get("weight")),
                receptive_field=fields.size_of(node.name),
                native_shape=None if layout.native_shape == layout.shape else layout.native_shape,
                label=node.label,
                display_name=op.display_name,
                formula=op.formula,
                family=op.family,
                per_channel=op.keeps_channels,
                weighted=op.weighted,
                preserves_order=op.preserves_order,
            )
        )
    return infos


def _input_info(name: str, layout: ValueLayout) -> LayerInfo:
    sees = (1,) * (len(layout.native_shape) - 1)
    return LayerInfo(name, "input", (), layout.native_shape, layout.letters, 0, 0, {}, sees)


def _attributes(attributes: dict[str, Any], weight: Array | None) -> dict[str, Any]:
    """The op's own attributes; a convolution's kernel size is in the shape of its weights."""
    if weight is not None and weight.ndim == 4:
        attributes["kernel"] = list(weight.shape[2:])
    return attributes
