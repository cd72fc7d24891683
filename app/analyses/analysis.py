"""From a photo's bytes to an analysis: decode, fit, run, describe. Server and shell use the same
code.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import BadParameter, UnknownLayer
from app.images.decoding import Limits, decoded
from app.images.edits import MARGIN, PhotoChanges
from app.images.fitting import Box, check_crop, fit, surroundings
from app.images.picture import Picture
from engine import inspection, outputs
from engine.detection import Detection, Layout, detect, layout_of
from engine.display import ValueLayout
from engine.edits import Edit
from engine.inspection.receptive_fields import ReceptiveFields, receptive_fields_of
from engine.network import Network
from engine.ops.base import Explanation, no_terms, one_term
from engine.outputs import OutputInfo
from engine.preprocess import USUAL_SCALE, Preprocess
from engine.trace import Trace
from engine.types import Array, Index, Shape

Scores = list[tuple[str, float]]

# How many of a layer's maps are named as its strongest ones.
MAX_TOP_CHANNELS = 8


@dataclass(frozen=True)
class Photo:
    """What is remembered of the photo: its upright size, its format, the box that the network sees,
    and the pixels in it.

    ``crop`` is (left, top, right, bottom) in pixels of the photo; ``pixels`` is uint8 (H, W, 3).
    ``around`` is the same with MARGIN pixels more on each side, for a photo that is to be moved.
    """

    width: int
    height: int
    format: str
    crop: Box
    pixels: NDArray[np.uint8]
    around: NDArray[np.uint8]


@dataclass(frozen=True)
class Changes:
    """What is different in a variant of an analysis."""

    photo: PhotoChanges
    network: tuple[Edit, ...]


@dataclass(frozen=True)
class Layer:
    """One layer in short; ``shape`` is the one that is shown (engine/display.py), ``native_shape``
    the network's where that is another.

    ``layout`` has one letter for each of the network's own axes (engine/layouts.py).
    """

    name: str
    op: str
    shape: tuple[int, ...]
    layout: str
    stats: inspection.LayerStats
    top_channels: list[int]
    native_shape: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Boxes:
    """A detector's boxes: the format of its outputs, the boxes, best first, and the labels of their
    units. ``output``: the first output that the format reads; the API lists the boxes there.
    """

    output: str
    layout: Layout
    detections: list[Detection]
    labels: tuple[str, ...] | None


@dataclass(frozen=True)
class Analysis:
    """A photo, a network, and all the values between them. ``timings_ms`` are milliseconds.

    A variant also has the id of its ``original``, and the ``changes`` that lead from there to it.
    One whose network has learned from the photo has the id of that ``step``, and a network of its
    own.
    """

    id: str
    model: str
    network: Network
    photo: Photo
    trace: Trace
    layers: list[Layer]
    predictions: Scores
    timings_ms: dict[str, Any]
    original: str | None = None
    changes: Changes | None = None
    step: str | None = None

    @property
    def layouts(self) -> dict[str, ValueLayout]:
        """How the network's own values lie, and how they are shown."""
        return self.network.layouts

    @cached_property
    def fields(self) -> ReceptiveFields:
        """Receptive fields in the input."""
        return receptive_fields_of(self.network)

    @cached_property
    def boxes(self) -> Boxes | None:
        """The boxes in the outputs of a detector; None where there are none, or their layout is not
        a usual one.
        """
        return boxes_in(self.network, self.trace)

    @property
    def nbytes(self) -> int:
        """Memory that the analysis holds on to, in bytes."""
        return sum(self.blocks.values())

    @cached_property
    def blocks(self) -> dict[int, int]:
        """The same block by block: id → bytes. A variant shares some with its original."""
        edited = {edit.layer for edit in self.changes.network} if self.changes else set()
        own = [
            array
            for node in self.network.nodes
            if self.step or node.name in edited
            for array in node.op.params.values()
        ]
        arrays = [self.photo.pixels, self.photo.around, *own]
        return self.trace.blocks | {id(array): array.nbytes for array in arrays}

    def layer(self, name: str) -> Layer:
        """A layer by its name. Raises UnknownLayer."""
        if name not in self._by_name:
            raise UnknownLayer(f"The model {self.model!r} has no layer {name!r}.")
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Layer]:
        return {layer.name: layer for layer in self.layers}

    def values(self, name: str) -> Array:
        """A layer's numbers as they are shown, (C, H, W) or (K,). Raises UnknownLayer."""
        self.layer(name)
        return self.layouts[name].to_display(self.trace[name])

    def index(self, name: str, position: Index) -> Index:
        """Where in the trace the number lies that is shown at (channel, y, x) or (unit,)."""
        return self.layouts[name].to_native_index(position)

    def position(self, name: str, index: Index) -> Index:
        """Where the number at an index of the trace is shown: the reverse of ``index``."""
        return self.layouts[name].to_position(index)

    def explain(self, name: str, position: Index) -> Explanation:
        """Where one number came from; ``position`` is (channel, y, x) or (unit,), those in the
        explanation are the trace's.
        """
        if name in self.network.inputs:
            channel, y, x = position
            steps = preprocess_of(self.network)
            colour = steps.colour_of(channel)
            pixel = 0.0 if colour is None else float(self.photo.pixels[y, x, colour])
            value = float(self.trace[name][0][position])
            return explain_input(steps, (0, *position), pixel, value)
        return inspection.explain(self.network, self.trace, name, self.index(name, position))


def explain_input(steps: Preprocess, index: Index, pixel: float, value: float) -> Explanation:
    """An input value is a normalised pixel: (pixel / scale − mean) / std. The term's index is in
    the photo, whose channels are RGB.
    """
    place, channel, *rest = index
    mean, std, colour = steps.mean[channel], steps.std[channel], steps.colour_of(channel)
    if colour is None:
        return no_terms(value, len(index))
    where = (place, colour, *rest)
    why = one_term("scale", where, pixel, 1 / (steps.scale * std), value, -mean / std)
    details = {"mean": mean, "std": std}
    if steps.scale != USUAL_SCALE:
        details["scale"] = steps.scale
    return replace(why, details=details)


def content_id(model: str, network: Network, data: bytes, crop: Box | None = None) -> str:
    """What an analysis is of, as a hash: the same model, network (its preprocessing included), file
    and crop give the same one. A server's ids are derived from it with the server's secret.
    """
    photo = hashlib.sha256(data).hexdigest()
    part = "" if crop is None else f" {crop}"
    return hashlib.sha256(f"{model} {network.digest} {photo}{part}".encode()).hexdigest()[:32]


def analyze(
    model: str,
    network: Network,
    data: bytes,
    limits: Limits,
    check: Callable[[], None] | None = None,
    crop: Box | None = None,
    analysis_id: str | None = None,
    only: Collection[str] | None = None,
) -> Analysis:
    """Run the network on an image file and analyse every value, or ``only`` those of some layers.
    Without a ``crop``, the network's default crop is used; without an ``analysis_id``, the id is
    made from the content.

    Raises a PictureError for a file that is not a usable image, BadParameter for a crop that is not
    within it, and whatever ``check`` raises to stop the work.
    """
    clock = Clock()
    steps = preprocess_of(network)
    photo = _look(data, limits, steps, check, crop, clock)
    x = steps.normalise(photo.pixels)
    clock.lap("preprocess")
    trace = network.forward(x, check=check)
    clock.lap("forward")
    layers = layers_of(network, trace, only)
    clock.lap("statistics")
    return Analysis(
        id=analysis_id or content_id(model, network, data, crop),
        model=model,
        network=network,
        photo=photo,
        trace=trace,
        layers=layers,
        predictions=outputs.predictions(network.answer, trace),
        timings_ms=clock.total(trace),
    )


def predict(
    network: Network,
    data: bytes,
    limits: Limits,
    check: Callable[[], None] | None = None,
    crop: Box | None = None,
    output: str | None = None,
) -> Scores:
    """Every class of an output, the primary one without a name, and its score, best first: those of
    ``analyze`` without the rest.

    Raises BadParameter, too, for an output that the network does not have.
    """
    info = output_of(network, output)
    steps = preprocess_of(network)
    with decoded(data, limits, pixels_wanted(steps)) as picture:
        pixels = seen(picture, steps, crop)
    del picture  # its memory is free while the network runs
    return outputs.predictions(info, network.forward(steps.normalise(pixels), check=check))


def seen(picture: Picture, steps: Preprocess, crop: Box | None = None) -> NDArray[np.uint8]:
    """The pixels that the network is shown of a picture."""
    return fit(picture, steps, _part(picture, steps, crop))


def boxes_in(network: Network, trace: Trace) -> Boxes | None:
    """The boxes in the outputs of a detector; None where there are none, or their layout is not a
    usual one.
    """
    infos = [info for info in network.output_infos if info.kind == "boxes"]
    values = {i.name: outputs.numbers(i, trace)[0].reshape(i.shape) for i in infos}
    size = preprocess_of(network).input_size[1:]
    layout = layout_of({name: value.shape for name, value in values.items()}, size)
    found = None if layout is None else detect(layout, values)
    if layout is None or found is None:
        return None
    known = network.labels or ()
    named = len(known) > max((box.unit for box in found), default=-1)
    told_with = next(info.name for info in infos if info.name in layout.outputs)
    return Boxes(told_with, layout, found, known if named and known else None)


def output_of(network: Network, name: str | None) -> OutputInfo:
    """An output by its name, the primary one without. Raises BadParameter for one that the network
    does not have.
    """
    if name is None:
        return network.answer
    try:
        return network.output_info(name)
    except KeyError:
        there_is = ", ".join(network.outputs)
        raise BadParameter(
            f"output: this network has no output {name!r}. There is: {there_is}."
        ) from None


def preprocess_of(network: Network) -> Preprocess:
    """The network's preprocessing, or the default for a network without any."""
    if network.preprocess is not None:
        return network.preprocess
    channels, rows, cols = next(iter(network.inputs.values()))
    return Preprocess.usual((channels, rows, cols))


def pixels_wanted(steps: Preprocess) -> int:
    """How many pixels the shorter side of a photo must keep when it is decoded."""
    return math.ceil(max(steps.input_size[1:]) / steps.crop_pct)


def _look(
    data: bytes,
    limits: Limits,
    steps: Preprocess,
    check: Callable[[], None] | None,
    crop: Box | None,
    clock: Clock,
) -> Photo:
    """What is remembered of the photo in an image file."""
    with decoded(data, limits, pixels_wanted(steps)) as picture:
        clock.lap("decode")
        if check is not None:
            check()
        part = _part(picture, steps, crop)
        pixels = fit(picture, steps, part)
        around = surroundings(picture, steps, part, pixels, MARGIN)
        return Photo(picture.width, picture.height, picture.format, part, pixels, around)


def _part(picture: Picture, steps: Preprocess, crop: Box | None) -> Box:
    if crop is None:
        return steps.crop_box(picture.width, picture.height)
    return check_crop(crop, picture.width, picture.height)


def layers_of(
    network: Network,
    trace: Trace,
    only: Collection[str] | None = None,
    known: Iterable[Layer] = (),
) -> list[Layer]:
    """All layers in short, or ``only`` some: of the first picture. Those that are ``known`` are not
    looked at again.
    """
    layers = {layer.name: layer for layer in known}
    names = [name for name in trace if only is None or name in only]
    new = [name for name in names if name not in layers]
    values = [network.layouts[name].to_display(trace[name]) for name in new]
    for name, value, summary in zip(new, values, inspection.summaries(values), strict=True):
        layers[name] = _layer(network, name, value.shape, summary)
    return [layers[name] for name in names]


def _layer(network: Network, name: str, shape: Shape, summary: inspection.Summary) -> Layer:
    op = "input" if name in network.inputs else network.node(name).op.op_type
    layout = network.layouts[name]
    native = None if layout.native_shape == layout.shape else layout.native_shape
    top = summary.top_channels(MAX_TOP_CHANNELS)
    return Layer(name, op, shape, layout.letters, summary.stats, top, native)


class Clock:
    """Laps of a stopwatch, in milliseconds."""

    def __init__(self) -> None:
        self.laps: dict[str, Any] = {}
        self._start = self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = _ms(now - self._last)
        self._last = now

    def total(self, trace: Trace) -> dict[str, Any]:
        layers = {name: _ms(seconds) for name, seconds in trace.timings.items()}
        return {**self.laps, "layers": layers, "total": _ms(time.perf_counter() - self._start)}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
