"""Strongest paths, effective receptive fields and weights as JSON content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from app.analyses.analysis import Analysis
from app.analyses.serializers import place_of, receptive_field
from app.encoding.arrays import json_bytes, npy_bytes, npz_chunks, plain
from app.errors import BadParameter, UnknownLayer
from app.execution.executor import Check
from app.models.registry import Registry
from engine import inspection
from engine.attribution import effective_field
from engine.inspection.receptive_fields import receptive_fields_of
from engine.types import Array, Index


def strongest_path(
    done: Analysis, name: str, position: Index, check: Check | None = None
) -> dict[str, Any]:
    """The strongest path from a number back to the input. ``check`` is called at each step and may
    raise to stop.
    """
    index = done.index(name, position)
    path = inspection.strongest_path(done.network, done.trace, name, index, check)
    return {"steps": [_step(done, step) for step in path]}


def _step(done: Analysis, step: inspection.PathStep) -> dict[str, Any]:
    place = done.position(step.name, step.index)
    return {
        "layer": step.name,
        "op": done.layer(step.name).op,
        "index": place_of(place),
        "value": step.value,
        "product": step.product,
        "receptive_field": receptive_field(done, step.name, place),
    }


def effective_receptive_field(
    done: Analysis, name: str, position: Index, check: Check | None = None
) -> Array:
    """How strongly each pixel of the input can move a number: float32 (H, W). ``check`` may raise
    to stop.
    """
    index = done.index(name, position)
    return plain(effective_field(done.network, done.trace, name, index, check))


def describe_effective_receptive_field(
    done: Analysis, name: str, position: Index, check: Check | None = None
) -> dict[str, Any]:
    """A number's effective receptive field. ``check`` may raise to stop."""
    field = effective_receptive_field(done, name, position, check)
    return {
        "layer": name,
        "index": place_of(position),
        "shape": list(field.shape),
        "map": field,
        "receptive_field": receptive_field(done, name, position),
    }


def receptive_fields(
    registry: Registry, model: str, name: str, check: Check | None = None
) -> dict[str, Any]:
    """What each row and each column of a layer's maps sees; nulls for a vector. Raises
    UnknownLayer.
    """
    info = _layer_info(registry, model, name, check)
    if len(info.shape) != 3:
        return {"name": name, "rows": None, "columns": None}
    network = registry.get(model)
    axes = network.layouts[name].rows_and_columns
    rows, columns = receptive_fields_of(network, check).rows_and_columns(name, axes)
    return {"name": name, "rows": rows, "columns": columns}


def weights_bytes(
    registry: Registry, model: str, name: str, kind: str, choose: Callable[[int], list[int]]
) -> bytes:
    """Filters of a layer as ``json``, ``npz``, or ``npy`` with the first parameter alone;
    ``choose(count)`` says which ones.

    Raises UnknownModel, UnknownLayer, and BadParameter for a layer without weights.
    """
    known = _parameters(registry, model, name)
    first = next(iter(known.values()))
    chosen = choose(len(first))
    some = {
        key: plain(array[chosen] if len(array) == len(first) else array)
        for key, array in known.items()
    }
    if kind == "npy":
        return npy_bytes(next(iter(some.values())))
    if kind == "npz":
        return b"".join(npz_chunks(some.items()))
    content = {"name": name, "op": registry.get(model).node(name).op.op_type, "filters": chosen}
    return json_bytes({**content, "shape": list(first.shape), "parameters": some})


def _parameters(registry: Registry, model: str, name: str) -> dict[str, Array]:
    """A layer's parameters, each with at least one axis, such as «weight» and «bias»; the first
    axis is usually the filter.
    """
    info = _layer_info(registry, model, name)
    network = registry.get(model)
    own = {} if info.op == "input" else network.node(name).op.params
    known = {key: np.atleast_1d(array) for key, array in own.items()}
    if not known:
        raise BadParameter(
            f"{name!r} ({info.op}) has no weights of its own; convolutions, fully connected layers and normalisations have."
        )
    return known


def _layer_info(
    registry: Registry, model: str, name: str, check: Check | None = None
) -> inspection.LayerInfo:
    """The description of a model's layer. Raises UnknownModel, UnknownLayer."""
    for info in registry.layers(model, check):
        if info.name == name:
            return info
    raise UnknownLayer(f"The model {model!r} has no layer {name!r}.")
