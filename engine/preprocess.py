"""How a photo becomes a network's input, in the words of torchvision and timm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.types import Array


@dataclass(frozen=True)
class Preprocess:
    """Resize the shorter side to size / ``crop_pct``, cut out the middle, then (pixel / 255 − mean) / std.

    - ``input_size`` (C, H, W); ``mean`` and ``std`` one number a channel, for pixels from 0 to 1;
    - ``interpolation``: "nearest", "bilinear" or "bicubic".
    """

    input_size: tuple[int, int, int]
    crop_pct: float = 1.0
    interpolation: str = "bicubic"
    mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    std: tuple[float, ...] = (0.5, 0.5, 0.5)

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
        """uint8 (H, W, C) or (N, H, W, C) → float32 (N, C, H, W), channels last in memory."""
        batch = pixels if pixels.ndim == 4 else pixels[None]
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        x: Array = batch * (1 / (255 * std))
        x -= mean / std
        return x.transpose(0, 3, 1, 2)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values under timm's keys."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Preprocess:
        """The reverse of ``to_dict``. Raises TypeError for a key that is not one of these."""
        fields: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in given.items()
        }
        return cls(**fields)
