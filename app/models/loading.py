"""A model file and import options → a network, for the server's uploads and the shell's files. The
options (app/models/options.py) are checked against the file here: preprocessing, input size,
labels.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from app.encoding.arrays import json_bytes
from app.encoding.text import one_line, short_name
from app.errors import (
    AppError,
    ExternalDataMissing,
    InputSizeMissing,
    InvalidModel,
    OversizedModel,
    UnsupportedModel,
    bad_option,
)
from app.execution.executor import Check
from app.models.file_kinds import foreign_weights, kind_of_file, missing_bytes
from app.models.options import (
    INPUT,
    MAX_LABEL,
    NO_FILES,
    PRESETS,
    ImportOptions,
    Preset,
)
from app.models.photo_input import sizes, takes_photo
from app.settings import Settings
from engine.cost import ModelLimits, cost
from engine.errors import (
    EngineError,
    ExternalDataNeeded,
    FormatError,
    InputSizeNeeded,
    ModelTooLarge,
    OptionMismatch,
    UnsupportedOp,
)
from engine.execution import stopped_by
from engine.formats import safetensors
from engine.inspection.input_range import preprocess_of_graph
from engine.network import Network
from engine.outputs import describe, label_counts
from engine.preprocess import COLOURS, USUAL_SCALE, Preprocess
from engine.zoo import imagenet

_MAX_SUMMARY = 2000
_MOST_TOLD = 2**17  # bytes of a model card


def limits_of(settings: Settings) -> ModelLimits:
    """The limits of a model. Its values must fit into the cache of analyses, or its analyses could
    not be kept.
    """
    kept = settings.max_analysis_cache_bytes or settings.max_activation_bytes
    return ModelLimits(
        max_bytes=settings.max_model_bytes,
        max_multiply_adds=settings.max_multiply_adds,
        max_activation_bytes=min(settings.max_activation_bytes, kept),
        max_parameter_bytes=settings.max_models_bytes,
    )


def read_model(
    data: bytes,
    options: ImportOptions,
    limits: ModelLimits,
    check: Check | None = None,
    external: Mapping[str, bytes] = NO_FILES,
    longest_run: float = math.inf,
) -> Network:
    """The network in an ONNX file, or in a ``.safetensors`` file of this program, with the options;
    read-only.

    ``external``: the files that came with it, by name, where it keeps its weights outside.
    ``longest_run``: seconds of processor time that one photo may take. Raises
    InvalidModel, UnsupportedModel, OversizedModel, InputSizeMissing, OptionMissing,
    ExternalDataMissing, and BadParameter for an option that does not fit.
    """
    size = len(data) + sum(map(len, external.values()))
    if size > limits.max_bytes:
        raise too_many_bytes(limits.max_bytes, size)
    try:
        network = takes_photo(_parsed(data, options, limits, check, external), options)
        limits.allow("nodes", len(network.nodes))
        limits.check(cost(network))
        if not network.outputs:
            raise InvalidModel("The network has no output.")
        network = _with_options(network, options)
        _check_metadata(network)
        # One run on a blank photo, so that a network that cannot run is refused on import rather
        # than at the first analysis.
        blank = np.zeros((1, *next(iter(network.inputs.values()))), np.float32)
        in_time = _until(longest_run, check)
        with stopped_by(in_time):
            trace = network.freeze().forward(blank, check=in_time)
        network.output_infos = describe(network, check, trace)
    except EngineError as error:
        raise _translated(error) from None
    except MemoryError:
        raise OversizedModel(
            "Reading the model, and running it once, takes more memory than can be had here. A "
            "smaller input size takes less.",
            more={"what": "memory"},
        ) from None
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
        raise InvalidModel(
            "The file's network cannot be run: its layers do not fit together."
        ) from None
    return network


def _until(seconds: float, check: Check | None) -> Check:
    """A check that raises OversizedModel after so many seconds of this thread's processor time, so
    that a server with much else to do refuses no other models than an idle one.
    """
    begun, caller = time.thread_time(), threading.get_ident()

    def in_time() -> None:
        if check is not None:
            check()
        if threading.get_ident() == caller and time.thread_time() > begun + seconds:
            raise OversizedModel(
                f"One photo takes the network more than {seconds:g} s of processor time here, three "
                "tenths of the time that an analysis may take. A smaller input size takes less.",
                limit=seconds,
                more={"what": "seconds"},
            )

    return in_time


def too_many_bytes(limit: int, actual: int) -> OversizedModel:
    """The refusal of a file with too many bytes; ``actual`` is how many there are, or were
    announced.
    """
    return OversizedModel(
        f"The model file has {actual:,} bytes; at most {limit:,} are accepted. "
        "Half-precision (float16) files are half as large.",
        limit=limit,
        actual=actual,
        more={"what": "bytes"},
    )


def _parsed(
    data: bytes,
    options: ImportOptions,
    limits: ModelLimits,
    check: Check | None,
    external: Mapping[str, bytes],
) -> Network:
    kind = kind_of_file(data)
    if kind is not None:
        raise InvalidModel(str(kind))
    if data[8:9] == b"{":
        return _saved_here(data, options)
    missing = missing_bytes(data)
    if missing > 0:
        raise InvalidModel(
            f"This is an ONNX file that ends too early: it has {len(data):,} bytes, and at least {missing:,} more are missing. "
            "Download or export it again."
        )
    # Here rather than above: the library that reads ONNX takes a moment that others need not wait.
    from engine.formats.onnx import from_onnx

    return from_onnx(
        data,
        name=options.name,
        input_size=options.size,
        constants=dict(options.inputs),
        limits=limits,
        check=check,
        external=external,
    )


def _saved_here(data: bytes, options: ImportOptions) -> Network:
    """The network in a safetensors file of this program's."""
    foreign = foreign_weights(data)
    if foreign is not None:
        raise InvalidModel(str(foreign))
    if options.size is not None:
        raise bad_option("size", "a file of this program fixes its input's size itself.")
    if options.inputs:
        raise bad_option("input", "a file of this program has no input but the photo.")
    return safetensors.load(data)


def _check_metadata(network: Network) -> None:
    """A file's metadata is sent to every client, so it must be serialisable and not too long."""
    try:
        json_bytes(network.structure())
        size = len(json_bytes(network.meta))
    except (TypeError, ValueError, RecursionError):
        size = -1
    if not 0 <= size <= _MOST_TOLD:
        raise InvalidModel(
            f"What the file says of itself (labels, model card) is no text and numbers, or more than {_MOST_TOLD:,} bytes."
        )


def _with_options(network: Network, options: ImportOptions) -> Network:
    """The network with the labels and the preprocessing of the options."""
    labels = options.labels
    if labels is not None:
        _check_labels(network, labels)
    elif len(network.labels or ()) in label_counts(network):
        labels = tuple(one_line(str(label))[:MAX_LABEL] for label in network.labels or ()) or None
    own = short_name(str(network.meta.get("title", ""))) or short_name(network.name)
    told = {"title": options.name or own or "Own model"}
    if "summary" in network.meta:
        told["summary"] = one_line(str(network.meta["summary"]))[:_MAX_SUMMARY]
    return Network(
        network.nodes,
        inputs=network.inputs,
        outputs=network.outputs,
        labels=labels,
        preprocess=_preprocess(network, options),
        name=network.name,
        meta={**network.meta, **told},
    )


def with_preprocessing(network: Network, options: ImportOptions) -> Network:
    """A network that shares the parameters, with the preprocessing of the options. Raises
    BadParameter.
    """
    other = network.replaced({})
    other.preprocess = _preprocess(network, options)
    return other


def _check_labels(network: Network, labels: tuple[str, ...]) -> None:
    counts = label_counts(network)
    if not counts:
        shapes = (sizes(network.shapes()[name][1:]) for name in network.outputs)
        raise bad_option(
            "labels",
            f"the network's answer, {' and '.join(shapes)} numbers, is no list of classes, so it takes no names.",
        )
    if len(labels) not in counts:
        hint = (
            " One class more than ImageNet's is TensorFlow's «background», which comes first."
            if (len(labels), counts[0]) == (imagenet.CLASSES, imagenet.CLASSES + 1)
            else ""
        )
        raise bad_option(
            "labels",
            f"there are {len(labels):,} names, but the network tells {_either(counts)} classes apart.{hint}",
            limit=counts[0],
            actual=len(labels),
        )


def _either(counts: list[int]) -> str:
    *most, last = (f"{count:,}" for count in counts)
    return f"{', '.join(most)} or {last}" if most else last


def _preprocess(network: Network, options: ImportOptions) -> Preprocess:
    """The preprocessing: from the options, else from the file, from the network's first layers, or
    the default.
    """
    channels, rows, cols = next(iter(network.inputs.values()))
    input_size = (channels, rows, cols)
    known = network.preprocess
    if known is None and not options.says_range:
        known = preprocess_of_graph(network)
    known = known or Preprocess.usual(input_size)
    if len(known.mean) != channels or len(known.std) != channels:
        raise InvalidModel(f"The file's mean and std are not those of {channels} channels.")
    known = replace(known, input_size=input_size)
    if options.crop_mode is not None:
        known = replace(known, crop_mode=options.crop_mode)
    known = _with_channels(known, options)
    return _with_range(known, options) if options.says_range else known


def _with_channels(known: Preprocess, options: ImportOptions) -> Preprocess:
    """The known preprocessing with the channel order of the options; each colour keeps its mean and
    std.
    """
    count = known.input_size[0]
    order = options.channels or known.channels
    if options.channels is None and options.preset is not None and count == len(COLOURS):
        order = PRESETS[options.preset].channels
    made = replace(known, channels=order)
    if not made.is_grey and len(made.bands) != count:
        raise bad_option("channels", f"{order} are {len(made.bands)}; the network takes {count}.")
    if count != len(known.channels) or order == known.channels:
        return made
    numbers = Preset(known.mean, known.std, known.scale, known.channels)
    return replace(made, **_by_colour(numbers, made))


def _with_range(known: Preprocess, options: ImportOptions) -> Preprocess:
    """The known preprocessing with the mean, std and scale of the options."""
    channels = known.input_size[0]
    if options.preset is not None:
        preset = PRESETS[options.preset]
        known = replace(known, scale=preset.scale, **_by_colour(preset, known))
    elif options.scale is not None:
        known = replace(known, mean=(0.0,) * channels, std=(1.0,) * channels)
    known = replace(
        known,
        mean=known.mean if options.mean is None else _spread("mean", options.mean, channels),
        std=known.std if options.std is None else _spread("std", options.std, channels),
        scale=known.scale if options.scale is None else options.scale,
        source="chosen",
    )
    if known.scale == USUAL_SCALE and max(map(abs, known.mean)) > _LARGE_MEAN:
        raise bad_option(
            "mean",
            "it is for pixels from 0 to 1. For pixels from 0 to 255 say scale=1, too, or ask for preset=caffe or preset=raw.",
        )
    return known


def _by_colour(preset: Preset, known: Preprocess) -> dict[str, Any]:
    """A preset's mean and std for the network's channels: each colour its own, a grey one their
    mean, others 0 and 1.
    """
    found: dict[str, Any] = {}
    for name, numbers, other in (("mean", preset.mean, 0.0), ("std", preset.std, 1.0)):
        colours = dict(zip(preset.channels, _spread(name, numbers, 3), strict=True))
        if known.is_grey:
            found[name] = (sum(numbers) / len(numbers),)
        elif len(numbers) == 1:
            found[name] = numbers * len(known.bands)
        else:
            found[name] = tuple(colours.get(str(band), other) for band in known.bands)
    return found


_LARGE_MEAN = 10.0


def _spread(name: str, numbers: tuple[float, ...], channels: int) -> tuple[float, ...]:
    if len(numbers) not in (1, channels):
        raise bad_option(
            name, f"the network takes {channels} channels; give 1 or {channels} numbers."
        )
    return numbers if len(numbers) == channels else numbers * channels


def _translated(error: EngineError) -> AppError:
    """An engine's refusal in the app's words."""
    text = f"{str(error)[:1].upper()}{str(error)[1:]}."
    match error:
        case UnsupportedOp():
            # Imported here, because only ONNX imports reach this branch, and the package is loaded
            # by then.
            from engine.formats.onnx.converters import CONVERTERS

            more = {"op": error.op, "node": error.node, "supported": sorted(CONVERTERS)}
            more |= {"way_out": error.way_out} if error.way_out else {}
            more |= {"before": error.before} if error.before else {}
            return UnsupportedModel(text, more=more)
        case ModelTooLarge():
            return OversizedModel(
                text, limit=error.limit, actual=error.actual, more={"what": error.what}
            )
        case InputSizeNeeded():
            rows, cols = error.suggested or (224, 224)
            return InputSizeMissing(
                f"{text} Say it: size={rows}x{cols}, height first.",
                more={
                    "field": "size",
                    "fixed_size": list(error.fixed),
                    "input": error.input,
                    "input_shape": list(error.shape),
                    "open_sides": list(error.sides),
                    "suggested_size": None if error.suggested is None else [rows, cols],
                },
            )
        case OptionMismatch():
            field = "size" if error.option == "size" else f"{INPUT}{error.input}"
            fixed = {} if error.fixed is None else {"fixed_size": list(error.fixed)}
            return bad_option(field, f"{error}.", more={"input": error.input, **fixed})
        case ExternalDataNeeded():
            return ExternalDataMissing(text, more={"missing": list(error.missing)})
        case FormatError():
            return InvalidModel(text)
    return InvalidModel(f"The file's network cannot be run: {error}.")
