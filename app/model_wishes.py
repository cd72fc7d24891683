"""A model file and what it does not say → a network. The server's uploads and the shell's files go this way.

A wish says what the input's size is where the file leaves it open, how a photo becomes the input, and what the classes are called.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from app.compute import Check
from app.encode import json_bytes
from app.errors import (
    AppError,
    BadParameter,
    ExternalDataMissing,
    InputSizeMissing,
    InvalidModel,
    OversizedModel,
    UnsupportedModel,
)
from app.registry import OWN
from app.settings import Settings
from engine import views
from engine.cost import ModelLimits, cost
from engine.errors import (
    EngineError,
    ExternalDataNeeded,
    FormatError,
    InputSizeNeeded,
    ModelTooLarge,
    UnsupportedOp,
)
from engine.formats import safetensors
from engine.network import Network, Node
from engine.ops import Transpose
from engine.preprocess import IMAGENET_MEAN, IMAGENET_STD, USUAL_SCALE, Preprocess
from engine.types import Shape
from engine.zoo import imagenet

MODEL_SUFFIXES = (".safetensors", ".onnx")

IMAGENET = "imagenet"  # as labels: the names of ImageNet's classes

_MOST_PIXELS = 4096  # a side of the input
_MAX_NAME = 80
_MAX_LABEL = 200
_MAX_SUMMARY = 2000
_MOST_TOLD = 2**17  # bytes of a model card
_MOST_LABELS = 100_000


class Preset(NamedTuple):
    """How pixels become numbers: (pixel / scale − mean) / std; ``channels`` is the order of the colours."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    scale: float = USUAL_SCALE
    channels: Literal["rgb", "bgr"] = "rgb"


PRESETS: Mapping[str, Preset] = {
    "imagenet": Preset(IMAGENET_MEAN, IMAGENET_STD),
    "unit": Preset((0.0,), (1.0,)),
    "symmetric": Preset((0.5,), (0.5,)),
    "caffe": Preset((103.939, 116.779, 123.68), (1.0,), 1.0, "bgr"),
}


NO_FILES: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True)
class ModelWish:
    """What somebody says of a model file. What is None is the file's own, or the usual.

    ``size`` (height, width); ``mean`` and ``std`` one number, or one a channel; ``preset`` a key of PRESETS; ``labels`` one a class.
    """

    name: str = ""
    size: tuple[int, int] | None = None
    preset: str | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    labels: tuple[str, ...] | None = None


class ModelUpload(NamedTuple):
    """A model file's bytes, what is said of it, and the files with weights that came with it, by name."""

    data: bytes
    wish: ModelWish
    external: Mapping[str, bytes] = NO_FILES


def parse_wish(given: Mapping[str, str]) -> ModelWish:
    """A wish from the texts of a form: name, size, preset, mean, std, labels («imagenet», or one a line). Empty ones count as absent.

    Raises BadParameter, naming what is wrong.
    """
    text = {key: value.strip() for key, value in given.items() if value.strip()}
    preset = text.get("preset")
    if preset is not None and preset not in PRESETS:
        raise BadParameter(f"preset: there is no {preset!r}. There is: {', '.join(PRESETS)}.")
    wish = ModelWish(
        name=shown_name(text.get("name", "")),
        size=_size(text["size"]) if "size" in text else None,
        preset=preset,
        mean=_numbers("mean", text["mean"]) if "mean" in text else None,
        std=_numbers("std", text["std"]) if "std" in text else None,
        labels=_labels(text["labels"]) if "labels" in text else None,
    )
    if wish.std is not None and min(wish.std) <= 0:
        raise BadParameter("std: it is divided by, so its numbers must be above 0.")
    return wish


def shown_name(name: str) -> str:
    """A name on one line, and not too long."""
    return _plain(name)[:_MAX_NAME].strip()


def _plain(text: str) -> str:
    """A text on one line, without what cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def wish_id(data: bytes, wish: ModelWish, external: Mapping[str, bytes] = NO_FILES) -> str:
    """The id of a model: the same files and the same wish give the same one."""
    told = json.dumps(asdict(wish), sort_keys=True)
    files = {name: hashlib.sha256(file).hexdigest() for name, file in sorted(external.items())}
    content = f"{hashlib.sha256(data).hexdigest()} {json.dumps(files) if files else ''}{told}"
    return f"{OWN}{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def limits_of(settings: Settings) -> ModelLimits:
    """How large a model may be. Its values must fit into the memory for analyses, or nobody could look at them."""
    kept = settings.trace_cache_bytes or settings.max_activation_bytes
    return ModelLimits(
        max_bytes=settings.max_model_bytes,
        max_multiply_adds=settings.max_multiply_adds,
        max_activation_bytes=min(settings.max_activation_bytes, kept),
        max_parameter_bytes=settings.models_bytes,
    )


def read_model(
    data: bytes,
    wish: ModelWish,
    limits: ModelLimits,
    check: Check | None = None,
    external: Mapping[str, bytes] = NO_FILES,
) -> Network:
    """The network in an ONNX file, or in a ``.safetensors`` file of this program, as it is wished for; read-only.

    ``external``: the files that came with it, by name, where it keeps its weights outside.
    Raises InvalidModel, UnsupportedModel, OversizedModel, InputSizeMissing, ExternalDataMissing, and BadParameter for a wish that
    does not fit.
    """
    size = len(data) + sum(map(len, external.values()))
    if size > limits.max_bytes:
        raise too_many_bytes(limits.max_bytes, size)
    try:
        network = _photo_first(_parsed(data, wish, limits, check, external))
        limits.allow("nodes", len(network.nodes))
        limits.check(cost(network))
        _check_pictures(network)
        network = _dressed(network, wish)
        _check_told(network)
        # Once on a blank photo: what cannot be run is refused here rather than with somebody's photo.
        blank = np.zeros((1, *next(iter(network.inputs.values()))), np.float32)
        network.freeze().forward(blank, check=check)
    except EngineError as error:
        raise _translated(error) from None
    except (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError):
        raise InvalidModel(
            "The file's network cannot be run: its layers do not fit together."
        ) from None
    return network


def too_many_bytes(limit: int, actual: int) -> OversizedModel:
    """The refusal of a file with too many bytes; ``actual`` is how many there are, or were announced."""
    return OversizedModel(
        f"The model file has {actual:,} bytes; at most {limit:,} are accepted. "
        "Half-precision (float16) files are half as large.",
        limit=limit,
        actual=actual,
        more={"what": "bytes"},
    )


def _parsed(
    data: bytes,
    wish: ModelWish,
    limits: ModelLimits,
    check: Check | None,
    external: Mapping[str, bytes],
) -> Network:
    _refuse_others(data)
    if data[8:9] == b"{":
        if wish.size is not None:
            raise BadParameter("size: a file of this program fixes its input's size itself.")
        return safetensors.load(data)
    # Here rather than above: the library that reads ONNX takes a moment that others need not wait.
    from engine.formats.onnx import from_onnx

    return from_onnx(
        data,
        name=wish.name,
        input_size=wish.size,
        limits=limits,
        check=check,
        external=external,
    )


# How files begin that people try, and what to do with them.
_OTHERS = (
    (b"PK\x03\x04", 0, "a ZIP: a PyTorch checkpoint or a Keras file, perhaps"),
    (b"\x80", 0, "a pickle, as older PyTorch checkpoints are"),
    (b"\x89HDF", 0, "an HDF5 file, as Keras wrote them"),
    (b"TFL3", 4, "a TensorFlow Lite model"),
)


def _refuse_others(data: bytes) -> None:
    if not data:
        raise InvalidModel("The request holds no model: its body, or its field «file», is empty.")
    for mark, at, what in _OTHERS:
        if data[at : at + len(mark)] == mark:
            raise InvalidModel(
                f"This is {what}. It holds weights or code, but not the network in a form that is read here: "
                "export it as ONNX (torch.onnx.export, tf2onnx) and send that file."
            )


def _photo_first(network: Network) -> Network:
    """The network with an input (C, H, W). One that takes colours last, as TensorFlow's do, gets a step before it that moves them."""
    if len(network.inputs) != 1:
        raise InvalidModel(
            f"The network takes {len(network.inputs)} inputs ({', '.join(network.inputs)}); "
            "only one that takes a single photo can be shown."
        )
    ((name, shape),) = network.inputs.items()
    if len(shape) == 3 and shape[0] in (1, 3):
        return network
    if len(shape) != 3 or shape[2] not in (1, 3):
        raise InvalidModel(
            f"The network takes {_sizes(shape)} numbers a picture; a photo has 1 or 3 channels, height and width."
        )
    rows, cols, channels = shape
    photo = f"{name} (photo)"
    first = Node(name, Transpose((0, 2, 3, 1)), (photo,))
    return Network(
        [first, *network.nodes],
        inputs={photo: (channels, rows, cols)},
        outputs=network.outputs,
        labels=network.labels,
        preprocess=network.preprocess,
        name=network.name,
        meta=network.meta,
    )


def _check_pictures(network: Network) -> None:
    """Every value has an axis of pictures in front, or nothing could be shown of it."""
    if not network.outputs:
        raise InvalidModel("The network has no output.")
    for name, shape in network.shapes().items():
        if shape[:1] != (1,):
            raise InvalidModel(
                f"The layer {name!r} makes {_sizes(shape)} numbers of one picture, without an axis of pictures in front."
            )
    try:
        shapes = network.shapes(2)
    except EngineError:  # it takes one picture at a time
        return
    for name in network.outputs:
        if shapes[name][0] != 2:
            raise InvalidModel(f"The output {name!r} is not one answer for each picture.")


def _check_told(network: Network) -> None:
    """What a file says of itself is passed on to all who ask, so it must be such as can be, and not too much."""
    try:
        json_bytes(network.structure())
        size = len(json_bytes(network.meta))
    except (TypeError, ValueError, RecursionError):
        size = -1
    if not 0 <= size <= _MOST_TOLD:
        raise InvalidModel(
            f"What the file says of itself (labels, model card) is no text and numbers, or more than {_MOST_TOLD:,} bytes."
        )


def _dressed(network: Network, wish: ModelWish) -> Network:
    """The network with the names and the preprocessing that are wished for."""
    labels = wish.labels
    if labels is not None:
        _check_labels(network, labels)
    elif len(network.labels or ()) == views.class_count(network):
        labels = tuple(_plain(str(label))[:_MAX_LABEL] for label in network.labels or ()) or None
    own = shown_name(str(network.meta.get("title", ""))) or shown_name(network.name)
    told = {"title": wish.name or own or "Own model"}
    if "summary" in network.meta:
        told["summary"] = _plain(str(network.meta["summary"]))[:_MAX_SUMMARY]
    return Network(
        network.nodes,
        inputs=network.inputs,
        outputs=network.outputs,
        labels=labels,
        preprocess=_preprocess(network, wish),
        name=network.name,
        meta={**network.meta, **told},
    )


def _check_labels(network: Network, labels: tuple[str, ...]) -> None:
    shape = network.shapes()[network.outputs[0]][1:]
    count = views.class_count(network)
    if count == 0:
        raise BadParameter(
            f"labels: the network's answer, {_sizes(shape)} numbers, is no list of classes, so it takes no names."
        )
    if len(labels) != count:
        hint = (
            " One class more than ImageNet's is TensorFlow's «background», which comes first."
            if (len(labels), count) == (imagenet.CLASSES, imagenet.CLASSES + 1)
            else ""
        )
        raise BadParameter(
            f"labels: there are {len(labels):,} names, but the network tells {count:,} classes apart.{hint}",
            limit=count,
            actual=len(labels),
        )


def _preprocess(network: Network, wish: ModelWish) -> Preprocess:
    channels, rows, cols = next(iter(network.inputs.values()))
    known = network.preprocess or Preprocess.usual((channels, rows, cols))
    if len(known.mean) != channels or len(known.std) != channels:
        raise InvalidModel(f"The file's mean and std are not those of {channels} channels.")
    if wish.preset is not None:
        mean, std, scale, order = PRESETS[wish.preset]
        if channels == 1:
            mean, std = (sum(mean) / len(mean),), (sum(std) / len(std),)
        known = replace(
            known,
            mean=_spread("mean", mean, channels),
            std=_spread("std", std, channels),
            scale=scale,
            channels=order,
        )
    if wish.mean is not None:
        known = replace(known, mean=_spread("mean", wish.mean, channels))
    if wish.std is not None:
        known = replace(known, std=_spread("std", wish.std, channels))
    if known.scale == USUAL_SCALE and max(map(abs, known.mean)) > _LARGE_MEAN:
        raise BadParameter(
            "mean: it is for pixels from 0 to 1. For pixels from 0 to 255, divide mean and std by 255, or ask for preset=caffe."
        )
    return replace(known, input_size=(channels, rows, cols))


_LARGE_MEAN = 10.0


def _spread(name: str, numbers: tuple[float, ...], channels: int) -> tuple[float, ...]:
    if len(numbers) not in (1, channels):
        raise BadParameter(
            f"{name}: the network takes {channels} channels; give 1 or {channels} numbers."
        )
    return numbers if len(numbers) == channels else numbers * channels


def _size(text: str) -> tuple[int, int]:
    """``224`` or ``224x320``, height first."""
    parts = text.lower().replace("×", "x").split("x")
    good = len(parts) <= 2 and all(p.strip().isascii() and p.strip().isdecimal() for p in parts)
    sides = [int(p) for p in parts if len(p) < 9] if good else []
    if len(sides) != len(parts) or not all(0 < side <= _MOST_PIXELS for side in sides):
        raise BadParameter(
            f"size: write HEIGHTxWIDTH in pixels, 224x224, each from 1 to {_MOST_PIXELS:,}."
        )
    return sides[0], sides[-1]


def _numbers(name: str, text: str) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not 1 <= len(numbers) <= 3 or not all(abs(n) < 1e6 for n in numbers):
        raise BadParameter(
            f"{name}: write one number, or three for red, green and blue: 0.5,0.5,0.5."
        )
    return numbers


def _labels(text: str) -> tuple[str, ...]:
    """«imagenet», or a name a line."""
    if text == IMAGENET:
        known = imagenet.labels()
        if known is None:
            raise BadParameter(
                "labels: ImageNet's names are not installed on this server (pip install 'convscope[imagenet]' brings them). "
                "Send them as a text file, one a line."
            )
        return known
    lines = text.splitlines()
    if len(lines) > _MOST_LABELS:
        raise BadParameter(f"labels: there are more than {_MOST_LABELS:,} lines.")
    return tuple(_plain(line)[:_MAX_LABEL] for line in lines)


def _sizes(shape: Shape) -> str:
    return " × ".join(map(str, shape)) or "1"


def _translated(error: EngineError) -> AppError:
    """An engine's refusal in the app's words."""
    text = f"{str(error)[:1].upper()}{str(error)[1:]}."
    match error:
        case UnsupportedOp():
            # Only somebody who has sent an ONNX file comes here, so its room is open already.
            from engine.formats.onnx.converters import CONVERTERS

            more = {"op": error.op, "node": error.node, "supported": sorted(CONVERTERS)}
            return UnsupportedModel(text, more=more)
        case ModelTooLarge():
            return OversizedModel(
                text, limit=error.limit, actual=error.actual, more={"what": error.what}
            )
        case InputSizeNeeded():
            return InputSizeMissing(f"{text} Say it: size=224x224, height first.")
        case ExternalDataNeeded():
            return ExternalDataMissing(text, more={"missing": list(error.missing)})
        case FormatError():
            return InvalidModel(text)
    return InvalidModel(f"The file's network cannot be run: {error}.")
