"""How a photo becomes a network's input, in the words of torchvision and timm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from engine.types import Array

USUAL_SCALE = 255.0  # pixels from 0 to 1

# The colours' mean and deviation over ImageNet's pictures, as torchvision's networks take them.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

_LARGEST = 1e6  # a number that prepares photos is smaller

CropMode = Literal["center", "squash", "border"]
CROP_MODES: tuple[CropMode, ...] = get_args(CropMode)

# The origin of the preprocessing: the file, the network's first ops or its input type, an option,
# or the default.
Source = Literal["file", "graph", "chosen", "assumed"]
SOURCES: tuple[Source, ...] = get_args(Source)

COLOURS = "rgb"  # the order in which pixels have them
OPAQUE = 255.0  # the fourth number of a pixel without transparency
Band = (
    str | float
)  # "r", "g", "b", or the pixel value, from 0 to 255, that a channel has everywhere


def parse_channels(text: str) -> tuple[Band, ...]:
    """What each channel of an input is given: "bgr", "rgba", or a list such as "r,g,b,128".

    The letters r, g and b are colours, a is the opacity, which is 255 everywhere: photos are laid
    on white. A number from 0 to 255 is a pixel value that stays the same. Raises ValueError.
    """
    parts = text.lower().split(",") if "," in text else list(text.lower())
    return tuple(_band(part.strip()) for part in parts)


def _band(text: str) -> Band:
    if len(text) == 1 and text in COLOURS:
        return text
    value = OPAQUE if text == "a" else float(text)
    if not 0 <= value <= 255:
        raise ValueError(f"a pixel has values from 0 to 255, not {text}")
    return value


@dataclass(frozen=True)
class Preprocess:
    """Resize a photo, cut out the middle, then (pixel / scale − mean) / std.

    - ``input_size`` (C, H, W): one channel is grey, three are colours;
    - ``crop_mode``: how a photo of other proportions is made to fit. "center": its shorter side
      becomes size / ``crop_pct`` and the middle is cut out; "squash": both sides do, whatever
      becomes of its proportions; "border": its longer side does, and the rest is filled with the
      colour that the network takes for zero (letterbox);
    - ``mean`` and ``std``: one number a channel, in the network's order; for pixels from 0 to 1, or
      from 0 to 255 where ``scale`` is 1;
    - ``interpolation``: "nearest", "bilinear" or "bicubic";
    - ``channels``: what each channel is given, as ``parse_channels`` reads it: "rgb", "bgr"
      (Caffe's), "rgba", "r,g,b,0"; of a grey photo's "rgb" the brightness;
    - ``source``: who says all this.
    """

    input_size: tuple[int, int, int]
    crop_pct: float = 1.0
    interpolation: str = "bicubic"
    mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    std: tuple[float, ...] = (0.5, 0.5, 0.5)
    scale: float = USUAL_SCALE
    channels: str = COLOURS
    crop_mode: CropMode = "center"
    source: Source = "file"

    @classmethod
    def usual(cls, input_size: tuple[int, int, int]) -> Preprocess:
        """The default preprocessing: ImageNet's; pixels from 0 to 1 for grey input."""
        usual = cls(input_size, interpolation="bilinear", source="assumed")
        if input_size[0] == len(IMAGENET_MEAN):
            return replace(usual, mean=IMAGENET_MEAN, std=IMAGENET_STD)
        return replace(usual, mean=(0.0,) * input_size[0], std=(1.0,) * input_size[0])

    def crop_box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of what the network sees, in pixels of a photo of that size.

        Resizing and then cutting out the middle is the same as cutting out this box and resizing
        it. With borders the box reaches beyond the photo, and the photo covers whole pixels of the
        input.
        """
        _, rows, cols = self.input_size
        if self.crop_mode == "squash":
            crop_width, crop_height = width * self.crop_pct, height * self.crop_pct
        elif self.crop_mode == "border":
            return self._bordered(width, height)
        else:
            scale = min(width * rows, height * cols) * self.crop_pct
            crop_width, crop_height = scale / rows, scale / cols
        left, top = (width - crop_width) / 2, (height - crop_height) / 2
        return left, top, left + crop_width, top + crop_height

    def _bordered(self, width: int, height: int) -> tuple[float, float, float, float]:
        _, rows, cols = self.input_size
        ratio = min(cols / width, rows / height) / self.crop_pct
        wide, high = (max(1, int(side * ratio + 0.5)) for side in (width, height))
        across, down = width / wide, height / high  # of the photo's pixels, one of the input's
        left, top = -across * ((cols - wide) // 2), -down * ((rows - high) // 2)
        return left, top, left + cols * across, top + rows * down

    def normalise(self, pixels: Array) -> Array:
        """uint8 (H, W, 3) or (N, H, W, 3), red first → float32 (N, C, H, W), channels last in
        memory. Grey has three equal colours.
        """
        batch = pixels if pixels.ndim == 4 else pixels[None]
        if self.is_grey:
            batch = batch[..., :1]
        elif self.channels == COLOURS[::-1]:
            batch = batch[..., ::-1]
        elif self.channels != COLOURS:
            batch = _banded(batch, self.bands)
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        x: Array = batch * (1 / (np.float32(self.scale) * std))
        x -= mean / std
        return x.transpose(0, 3, 1, 2)

    @property
    def is_grey(self) -> bool:
        """Whether the network sees no colours, only how bright a pixel is."""
        return self.input_size[0] == 1 and self.channels in (COLOURS, COLOURS[::-1])

    @property
    def bands(self) -> tuple[Band, ...]:
        """What each channel of the input is given; of a grey one the first colour, for all three
        are equal then.
        """
        return (COLOURS[0],) if self.is_grey else parse_channels(self.channels)

    def colour_of(self, channel: int) -> int | None:
        """Which of the pixels' colours, red first, a channel of the input is; None for one that is
        the same for every photo.
        """
        band = self.bands[channel]
        return COLOURS.index(band) if isinstance(band, str) else None

    def brightness(self, channel: int, value: float) -> float:
        """The pixel, from 0 to 255, that is ``value`` in a channel of the input."""
        return (value * self.std[channel] + self.mean[channel]) * self.scale

    def blank(self) -> tuple[float, ...]:
        """The colour that the network takes for zero, red first, as far as a pixel can have it."""
        zero = [min(255.0, max(0.0, mean * self.scale)) for mean in self.mean]
        if self.is_grey:
            return (zero[0],) * 3
        found = dict(zip(self.bands, zero, strict=True))
        return tuple(found.get(colour, 0.0) for colour in COLOURS)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values under timm's keys; what is in ``USUAL`` only where it is something
        else.
        """
        given = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}
        return {key: v for key, v in given.items() if key not in USUAL or v != USUAL[key]}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Preprocess:
        """The reverse of ``to_dict``. Raises TypeError for a key that is not one of these,
        ValueError for what it cannot be.
        """
        fields: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in dict(given).items()
        }
        made = cls(**fields)
        numbers = (*made.mean, *made.std, made.scale, made.crop_pct)
        good = (
            all(type(n) in (int, float) and abs(n) < _LARGEST for n in numbers)
            and all(type(n) is int and n > 0 for n in made.input_size)
            and min(*made.std, made.scale) > 0
            and 0.01 <= made.crop_pct <= 1
            and made.interpolation in ("nearest", "bilinear", "bicubic")
            and made.crop_mode in CROP_MODES
            and made.source in SOURCES
            and type(made.channels) is str
            and (made.is_grey or len(made.bands) == made.input_size[0])
        )
        if not good or len(made.input_size) != 3:
            raise ValueError(f"this is no way to prepare a photo: {given!r:.200}")
        return made


USUAL: Mapping[str, Any] = {
    "scale": USUAL_SCALE,
    "channels": COLOURS,
    "crop_mode": "center",
    "source": "file",
}


def _banded(batch: Array, bands: tuple[Band, ...]) -> Array:
    """(N, H, W, 3) → float32 (N, H, W, C)."""
    made = np.empty((*batch.shape[:-1], len(bands)), np.float32)
    for channel, band in enumerate(bands):
        made[..., channel] = batch[..., COLOURS.index(band)] if isinstance(band, str) else band
    return made
