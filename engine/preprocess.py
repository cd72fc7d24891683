"""How a photo becomes a network's input, in the words of torchvision and timm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from engine.types import Array

USUAL_SCALE = 255.0  # pixels from 0 to 1

# The colours' mean and deviation over ImageNet's pictures, as torchvision's networks take them.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

_LARGEST = 1e6  # a number that prepares photos is smaller


@dataclass(frozen=True)
class Preprocess:
    """Resize the shorter side to size / ``crop_pct``, cut out the middle, then (pixel / scale − mean) / std.

    - ``input_size`` (C, H, W): one channel is grey, three are colours;
    - ``mean`` and ``std``: one number a channel, in the network's order; for pixels from 0 to 1, or from 0 to 255 where ``scale`` is 1;
    - ``interpolation``: "nearest", "bilinear" or "bicubic";
    - ``channels``: the order of the colours, "rgb" or "bgr" (Caffe's).
    """

    input_size: tuple[int, int, int]
    crop_pct: float = 1.0
    interpolation: str = "bicubic"
    mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    std: tuple[float, ...] = (0.5, 0.5, 0.5)
    scale: float = USUAL_SCALE
    channels: Literal["rgb", "bgr"] = "rgb"

    @classmethod
    def usual(cls, input_size: tuple[int, int, int]) -> Preprocess:
        """For a network that does not say: as ImageNet's are mostly trained; pixels from 0 to 1 where it sees no colours."""
        if input_size[0] != len(IMAGENET_MEAN):
            zero, one = (0.0,) * input_size[0], (1.0,) * input_size[0]
            return cls(input_size, mean=zero, std=one, interpolation="bilinear")
        return cls(input_size, mean=IMAGENET_MEAN, std=IMAGENET_STD, interpolation="bilinear")

    def crop_box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of what the network sees, in pixels of a photo of that size.

        Resizing and then cutting out the middle is the same as cutting out this box and resizing it.
        """
        _, rows, cols = self.input_size
        scale = min(width * rows, height * cols) * self.crop_pct
        crop_width, crop_height = scale / rows, scale / cols
        left, top = (width - crop_width) / 2, (height - crop_height) / 2
        return left, top, left + crop_width, top + crop_height

    def normalise(self, pixels: Array) -> Array:
        """uint8 (H, W, 3) or (N, H, W, 3), red first → float32 (N, C, H, W), channels last in memory. Grey has three equal colours."""
        batch = pixels if pixels.ndim == 4 else pixels[None]
        if self.is_grey:
            batch = batch[..., :1]
        elif self.channels == "bgr":
            batch = batch[..., ::-1]
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        x: Array = batch * (1 / (np.float32(self.scale) * std))
        x -= mean / std
        return x.transpose(0, 3, 1, 2)

    @property
    def is_grey(self) -> bool:
        """Whether the network sees no colours."""
        return self.input_size[0] == 1

    def colour_of(self, channel: int) -> int:
        """Which of the pixels' colours, red first, a channel of the input is."""
        return 2 - channel if self.channels == "bgr" and not self.is_grey else channel

    def brightness(self, channel: int, value: float) -> float:
        """The pixel, from 0 to 255, that is ``value`` in a channel of the input."""
        return (value * self.std[channel] + self.mean[channel]) * self.scale

    def blank(self) -> tuple[float, ...]:
        """The colour that the network takes for zero, red first, as far as a pixel can have it."""
        zero = [min(255.0, max(0.0, mean * self.scale)) for mean in self.mean]
        if self.is_grey:
            return (zero[0],) * 3
        return tuple(zero[self.colour_of(c)] for c in range(3))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values under timm's keys; ``scale`` and ``channels`` only where they are not the usual ones."""
        given = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}
        usual = {"scale": USUAL_SCALE, "channels": "rgb"}
        return {key: v for key, v in given.items() if key not in usual or v != usual[key]}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Preprocess:
        """The reverse of ``to_dict``. Raises TypeError for a key that is not one of these, ValueError for what it cannot be."""
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
            and made.channels in ("rgb", "bgr")
        )
        if not good or len(made.input_size) != 3:
            raise ValueError(f"this is no way to prepare a photo: {given!r:.200}")
        return made
