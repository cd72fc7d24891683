"""A frame of a moving image through a network: what a screen shows of it now, and nothing is kept.

The answer is a safetensors file: the values that were asked for, and the rest as JSON in its
metadata.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from app.analyses import serializers
from app.analyses.analysis import Analysis, analyze
from app.encoding.arrays import json_bytes, plain
from app.errors import BadParameter, UnknownLayer
from app.images.decoding import Limits
from app.images.fitting import Box
from app.settings import MIB
from engine.inspection import layer_stats
from engine.network import Network
from engine.types import Array, Index

MOST_BYTES = 32 * MIB  # of one frame's values
_LAYER = "layer/"  # before the name of a layer in the file, which has others beside it
_PIXELS = "pixels"
_METADATA = "frame"


@dataclass(frozen=True)
class FrameView:
    """What is wanted of a frame: channels of layers (None: all of them, none: the range alone), the
    key figures of some of these, the explanation of one value, the pixels that the network sees.
    """

    layers: Mapping[str, Sequence[int] | None]
    stats: Collection[str] = ()
    value: tuple[str, Index] | None = None
    pixels: bool = False


def check_view(model: str, network: Network, view: FrameView) -> None:
    """Raises UnknownLayer, and BadParameter for channels that a layer does not have or more than
    MOST_BYTES.
    """
    values = 0
    for name, channels in view.layers.items():
        count, *size = shape_of(model, network, name)
        most = max(channels, default=0) if channels is not None else 0
        if most >= count:
            raise BadParameter(
                f"view: the layer {name!r} has {count:,} channels, 0 to {count - 1}.",
                limit=count - 1,
                actual=most,
            )
        values += math.prod(size) * (count if channels is None else len(channels))
    if 4 * values > MOST_BYTES:
        raise BadParameter(
            f"view: these layers have {4 * values:,} bytes of values; a frame has at most "
            f"{MOST_BYTES:,}. Ask for fewer channels.",
            limit=MOST_BYTES,
            actual=4 * values,
        )


def shape_of(model: str, network: Network, name: str) -> tuple[int, ...]:
    """The shape in which a layer is shown. Raises UnknownLayer."""
    if name not in network.layouts:
        raise UnknownLayer(f"The model {model!r} has no layer {name!r}.")
    return network.layouts[name].shape


def analyze_frame(
    model: str,
    network: Network,
    data: bytes,
    limits: Limits,
    view: FrameView,
    check: Callable[[], None] | None = None,
    crop: Box | None = None,
) -> bytes:
    """What ``view`` asks for of an image, the same numbers as those of ``analyze``: a safetensors
    file.

    Its metadata «frame» is JSON: an analysis without an id, in short about those layers, with the
    explanation. Raises what ``analyze`` raises.
    """
    explained = [] if view.value is None else [view.value[0]]
    done = analyze(model, network, data, limits, check, crop, only={*view.stats, *explained})
    values = {name: network.layouts[name].to_display(done.trace[name]) for name in view.layers}
    arrays = {f"{_LAYER}{name}": _some(values[name], view.layers[name]) for name in values}
    if view.pixels:
        arrays[_PIXELS] = np.ascontiguousarray(done.photo.pixels)
    content = serializers.analysis(done) | {
        "layers": [_layer(done, view, name, y) for name, y in values.items()],
        "explanation": _explanation(done, view),
    }
    del content["id"]  # there is nothing that could be read by it
    return save(arrays, {_METADATA: json_bytes(content).decode()})


def _some(y: Array, channels: Sequence[int] | None) -> NDArray[np.float32]:
    return plain(y if channels is None else y[list(channels)])


def _layer(done: Analysis, view: FrameView, name: str, y: Array) -> dict[str, object]:
    """The range of a layer's values, and where they are wanted its key figures, which take several
    times as long.
    """
    stats = done.layer(name).stats if name in view.stats else None
    least, most = float(y.min()), float(y.max())
    if not (math.isfinite(least) and math.isfinite(most)):
        figures = layer_stats(y)  # of the finite ones
        least, most = figures["min"], figures["max"]
    return {"name": name, "min": least, "max": most, "stats": stats}


def _explanation(done: Analysis, view: FrameView) -> dict[str, object] | None:
    """None, too, where it has more terms than are listed: the next frame's would have as many."""
    if view.value is not None:
        with suppress(BadParameter):
            return serializers.explanation(done, *view.value)
    return None
