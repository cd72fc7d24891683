"""Networks and analyses as the plain content of the API's JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analyses.analysis import Analysis, Boxes, Scores, preprocess_of
from app.analyses.variants import plain_changes
from app.encoding.arrays import heatmaps_png, json_bytes, npy_bytes, npz_chunks, plain
from app.errors import BadParameter, UnknownModel
from app.images.edits import shown_from
from app.models.registry import Registry
from engine import inspection, outputs
from engine.cost import cost
from engine.display import ValueLayout
from engine.inspection import LayerInfo
from engine.network import Network
from engine.ops.base import Explanation
from engine.outputs import OutputInfo
from engine.preprocess import USUAL, Preprocess
from engine.trace import Trace
from engine.types import Array, Index

_MOST_TERMS = 100_000  # of one number: some ten megabytes
_MANY_CLASSES = 5000
_MOST_VALUES = 1000  # of an output that is numbers


def predictions(scores: Scores) -> list[dict[str, Any]]:
    """Scores as Hugging Face writes them."""
    return [{"label": label, "score": score} for label, score in scores]


def model_summary(registry: Registry, model: str) -> dict[str, Any]:
    """A model in the list of models."""
    network = registry.peek(model)
    cost = model_cost(network)
    provenance = registry.provenance(model)
    return {
        "id": model,
        "title": registry.title(model),
        "summary": network.meta.get("summary", ""),
        "classes": network.answer.classes if network.answer.is_classifying else 0,
        "parameters": cost["parameters"],
        "multiply_adds": cost["multiply_adds"],
        "input_size": list(preprocess_of(network).input_size),
        "training": network.meta.get("training"),
        "origin": provenance["origin"],
        "created": provenance["created"],
        "dataset": provenance["dataset"],
        "size": cost["parameter_bytes"],
        **registry.retention(model),
    }


def model_list(
    registry: Registry, check: Callable[[], None], is_listed: Callable[[str], bool] = bool
) -> list[dict[str, Any]]:
    """All models that are to be listed. A model that is deleted meanwhile, or whose file cannot be
    read, is left out. ``check`` may raise to stop between two: those that were read are remembered.
    """
    found = []
    for name in filter(is_listed, registry.ids):
        check()
        with suppress(UnknownModel):
            found.append(model_summary(registry, name))
    return found


def model(
    registry: Registry, model: str, check: Callable[[], None] | None = None
) -> dict[str, Any]:
    """A model with its layers. ``check`` may raise to stop."""
    network, layers = registry.get(model), registry.layers(model, check)
    name, shape = next(iter(network.inputs.items()))
    cost = model_cost(network)
    return {
        "id": model,
        "title": registry.title(model),
        "lent": False,  # what goes by another's link says otherwise
        "description": network.meta.get("description", network.meta.get("summary", "")),
        "digest": network.digest,
        "input": {"name": name, "shape": list(shape)},
        "preprocess": {**USUAL, **preprocess_of(network).to_dict()},
        "labels": None if network.labels is None else list(network.labels),
        "output": output_kind(network.answer),
        "outputs": [output_info(info) for info in network.output_infos],
        "parameters": cost.pop("parameters"),
        "multiply_adds": cost["multiply_adds"],
        "cost": cost,
        **registry.retention(model),
        "card": network.meta,
        "layers": [_layer_info(layer, preprocess_of(network)) for layer in layers],
    }


def _layer_info(layer: LayerInfo, steps: Preprocess) -> dict[str, Any]:
    """A layer; of the input in colours, what each of its channels is given: the colour's name or a
    pixel value.
    """
    info = asdict(layer)
    if layer.op == "input" and not steps.is_grey:
        names = {"r": "red", "g": "green", "b": "blue"}
        info["attributes"] = {"channels": [names.get(str(band), band) for band in steps.bands]}
    return info


def analysis(done: Analysis) -> dict[str, Any]:
    """An analysis without its arrays."""
    return {
        "id": done.id,
        "model": done.model,
        "input": {
            "width": done.photo.width,
            "height": done.photo.height,
            "format": done.photo.format,
            "crop": list(done.photo.crop),
            "size": list(done.photo.pixels.shape[:2]),
        },
        "layers": done.layers,  # JSON is made of dataclasses at once; dicts of them take far longer
        "predictions": predictions(done.predictions),
        "output": output_kind(done.network.answer),
        "outputs": [output(done, info) for info in done.network.output_infos],
        "timings_ms": done.timings_ms,
        **_variant(done),
    }


def is_long(done: Analysis) -> bool:
    """Whether it takes more than some milliseconds to write it as JSON."""
    infos = done.network.output_infos
    return sum(info.classes for info in infos if info.is_classifying) > _MANY_CLASSES


def output_kind(info: OutputInfo) -> str | None:
    """What the primary output holds: "probabilities", "logits", or None without classes."""
    if not info.is_classifying:
        return None
    return "probabilities" if info.form == "probabilities" else "logits"


def output_info(info: OutputInfo) -> dict[str, Any]:
    """What is known of a model's output."""
    return {
        "name": info.name,
        "kind": info.kind,
        "shape": list(info.shape),
        "classes": info.classes,
        "labels": None if info.labels is None else list(info.labels),
        "logits": info.logits,
        "activation": info.activation,
        "primary": info.primary,
        "reason": info.reason,
    }


def output(done: Analysis, info: OutputInfo) -> dict[str, Any]:
    """What an output answers for the photo: probabilities of classes, or numbers; the values of
    others are those of its layer.
    """
    content: dict[str, Any] = {"name": info.name, "kind": info.kind}
    if info.is_classifying:
        scores = done.predictions if info.primary else outputs.predictions(info, done.trace)
        content["predictions"] = predictions(scores)
    elif info.kind == "numbers":
        content["values"] = plain(outputs.numbers(info, done.trace)[0, :_MOST_VALUES])
    elif info.kind == "boxes" and done.boxes is not None and info.name == done.boxes.output:
        content |= _boxes(done, done.boxes)
    return content


def _boxes(done: Analysis, found: Boxes) -> dict[str, Any]:
    """Boxes on the photo, best first, with how they were read from the outputs."""
    return {
        "format": found.layout.name,
        "note": found.layout.note,
        "boxes": [
            {
                **_on_photo(done, (box.left, box.top, box.right, box.bottom)),
                "label": str(box.unit) if found.labels is None else found.labels[box.unit],
                "score": box.score,
                "output": box.source,
                "row": box.row,
            }
            for box in found.detections
        ],
    }


def _variant(done: Analysis) -> dict[str, Any]:
    if done.changes is None:
        return {}
    content = {"original": done.original, "changes": plain_changes(done.changes)}
    return content if done.step is None else {**content, "step": done.step}


def layer(done: Analysis, name: str, channels: list[int] | None = None) -> dict[str, Any]:
    """A layer's numbers, all of them or those of some channels."""
    info, y = done.layer(name), done.values(name)
    chosen = list(range(len(y))) if channels is None else channels
    content = {
        "name": name,
        "op": info.op,
        "shape": list(info.shape),
        "channels": chosen,
        "stats": info.stats,
        "data": plain(y[chosen]),
    }
    labels = unit_labels(done.network, y)
    return content if labels is None else {**content, "labels": [labels[i] for i in chosen]}


def unit_labels(network: Network, y: Array) -> tuple[str, ...] | None:
    """The classes' names for a vector that has one number a class."""
    return (
        network.labels if y.ndim == 1 and network.labels and len(network.labels) == y.size else None
    )


def export_json(done: Analysis) -> Iterator[bytes]:
    """The analysis with every layer's numbers, piece by piece: one layer's text is in memory at a
    time.
    """
    head = analysis(done)
    del head["layers"]
    yield json_bytes(head)[:-1] + b',"layers":['
    for i, info in enumerate(done.layers):
        yield (b"," if i else b"") + json_bytes(layer(done, info.name))
    yield b"]}"


def export(done: Analysis, kind: str) -> Iterator[bytes]:
    """All of an analysis as ``json`` or ``npz``, in pieces."""
    if kind == "json":
        return export_json(done)
    return npz_chunks((layer.name, done.values(layer.name)) for layer in done.layers)


def layer_bytes(done: Analysis, name: str, kind: str, channels: list[int]) -> bytes:
    """Some channels of a layer as ``json``, ``npy``, ``npz`` or ``png``."""
    if kind == "json":
        return json_bytes(layer(done, name, channels))
    y = done.values(name)[channels]
    if kind == "npy":
        return npy_bytes(y)
    if kind == "npz":
        return b"".join(npz_chunks([(name, y)]))
    return heatmaps_png(y, name)


def explanation(done: Analysis, name: str, position: Index) -> dict[str, Any]:
    """Where a number came from, and what it sees. Raises BadParameter where that is too much to
    list.
    """
    info = done.layer(name)
    reads = (
        [("photo", done.layouts[name])]
        if info.op == "input"
        else [(i, done.layouts[i]) for i in done.network.node(name).inputs]
    )
    why = done.explain(name, position)
    return {
        **explained(name, info.op, position, why, reads),
        **curve(done.network, done.trace, name, why),
        "receptive_field": receptive_field(done, name, position),
    }


def curve(network: Network, trace: Trace, name: str, why: Explanation) -> dict[str, Any]:
    """The function behind an explanation, where it is one; else nothing."""
    found = inspection.curve(network, trace, name) if why.rule == "function" else None
    return {} if found is None else {"curve": {"x": plain(found[0]), "y": plain(found[1])}}


def explained(
    name: str, op: str, position: Index, why: Explanation, reads: list[tuple[str, ValueLayout]]
) -> dict[str, Any]:
    """An explanation in plain words, with positions as they are shown. ``reads``: what the layer
    reads, and how that lies.
    """
    if len(why.values) > _MOST_TERMS:
        raise BadParameter(
            f"This number is made of {len(why.values):,} terms; at most {_MOST_TERMS:,} are listed one by one.",
            limit=_MOST_TERMS,
            actual=len(why.values),
        )
    return {
        "layer": name,
        "op": op,
        "index": place_of(position),
        "rule": why.rule,
        "value": why.result,
        "bias": why.bias,
        "details": dict(why.details),
        "terms": _terms(why, reads),
    }


def _terms(why: Explanation, reads: list[tuple[str, ValueLayout]]) -> list[dict[str, Any]]:
    """The terms one by one, in the op's order. A weight that is not a number leaves as null
    (encode.json_bytes).
    """
    sources, layouts = [name for name, _ in reads], [layout for _, layout in reads]
    is_vector = [len(layout.shape) == 1 for layout in layouts]
    columns = (why.input_indices, _places(why, layouts), why.values, why.weights, why.contributions)
    padding = _outside(why, layouts) if "photo" not in sources else np.zeros(len(why.values), bool)
    rows = zip(*(column.tolist() for column in (*columns, padding)), strict=True)
    # There may be thousands of terms for each pointer movement, so each is built directly, without
    # helper calls.
    return [
        {
            "input": sources[source],
            "unit": place[0],
            "value": value,
            "weight": weight,
            "product": product,
            "padding": outside,
        }
        if is_vector[source]
        else {
            "input": sources[source],
            "channel": place[0],
            "y": place[1],
            "x": place[2],
            "value": value,
            "weight": weight,
            "product": product,
            "padding": outside,
        }
        for source, place, value, weight, product, outside in rows
    ]


def _places(why: Explanation, layouts: list[ValueLayout]) -> Array:
    """Where each term is shown, (T, 3), or (T, 1) where all are in vectors."""
    if len(layouts) == 1:
        return layouts[0].to_positions(why.positions[:, : len(layouts[0].sizes)])
    found = np.zeros((len(why.positions), 3), why.positions.dtype)
    for source, layout in enumerate(layouts):
        here = why.input_indices == source
        seen = layout.to_positions(why.positions[here, : len(layout.sizes)])
        found[here, : seen.shape[1]] = seen
    return found


def _outside(why: Explanation, layouts: list[ValueLayout]) -> NDArray[np.bool_]:
    """Which terms are padded cells rather than numbers of their input."""
    rank = why.positions.shape[1]
    # What has fewer axes has positions that are filled up with -1, which is not outside; and no
    # picture is outside of its batch.
    sizes = np.zeros((len(layouts), rank), np.int64)
    for source, layout in enumerate(layouts):
        for axis, length in enumerate(layout.sizes):
            sizes[source, axis] = 0 if axis == layout.batch_axis else length
    size, place = sizes[why.input_indices], why.positions
    return np.asarray((((place < 0) | (place >= size)) & (size > 0)).any(axis=1))


def place_of(position: Index) -> dict[str, int]:
    """A position, (channel, y, x) or (unit,), by the names that it has in a request."""
    if len(position) == 1:
        return {"unit": position[0]}
    return dict(zip(("channel", "y", "x"), position, strict=True))


def receptive_field(done: Analysis, name: str, position: Index) -> dict[str, Any] | None:
    """An element's receptive field on the network's input and on the photo; None when it does not
    depend on the photo.
    """
    box = done.fields.at(name, done.index(name, position))
    if box is None:
        return None
    (top, left), (bottom, right) = box.start[2:], box.stop[2:]
    return {
        "input": {"left": left, "top": top, "right": right, "bottom": bottom},
        "photo": _on_photo(done, (float(left), float(top), float(right), float(bottom))),
    }


def _on_photo(done: Analysis, box: tuple[float, float, float, float]) -> dict[str, float]:
    """Where a box (left, top, right, bottom) of the network's input lies on the photo, in pixels of
    the photo.
    """
    crop_left, crop_top, crop_right, crop_bottom = done.photo.crop
    rows, cols, _ = done.photo.pixels.shape
    if done.changes is not None:
        box = shown_from(done.changes.photo, box, (rows, cols))
    across, down = (crop_right - crop_left) / cols, (crop_bottom - crop_top) / rows
    return {
        "left": crop_left + box[0] * across,
        "top": crop_top + box[1] * down,
        "right": crop_left + box[2] * across,
        "bottom": crop_top + box[3] * down,
    }


def model_cost(network: Network) -> dict[str, int]:
    """What one photo costs, and the parameters."""
    found = cost(network)
    return {
        "parameters": sum(array.size for array in network.parameters().values()),
        "multiply_adds": found.multiply_adds,
        "activation_bytes": found.activation_bytes,
        "parameter_bytes": found.parameter_bytes,
    }
