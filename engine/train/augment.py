"""The same picture as it might have been: mirrored, moved, nearer, in other light, half hidden.

All geometry of one picture is two small matrices, because mirroring, shifting and zooming keep rows
and columns apart: an output row is a weighted sum of source rows, an output column of source
columns. Two batched matrix products then do all of it, reflection at the borders and smoothing when
shrinking included. All colour work of one picture is one 3 × 3 matrix and one number.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from engine.errors import TrainingError
from engine.types import Array

# Luma weights of red, green and blue (ITU-R BT.601).
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Augmentation:
    """How much of each. With every number at 0 pictures are only normalised.

    - ``mirror``: the chance of left and right changing places;
    - ``shift``: at most so many pixels each way, a whole number;
    - ``zoom``: sizes from 1 / (1 + zoom) to 1 + zoom times the picture's, evenly in the logarithm;
    - ``stretch``: the same for width against height;
    - ``brightness``, ``contrast``, ``saturation``: factors between 1 - s and 1 + s;
    - ``erase``: the chance that a rectangle of 2 to 25 % of the area is hidden (Zhong et al. 2020);
    - ``mixup``: the chance that a batch is blended with itself reordered (Zhang et al. 2018);
    - ``cutmix``: the chance that a rectangle comes from another picture (Yun et al. 2019).
    """

    mirror: float = 0.5
    shift: int = 4
    zoom: float = 0.0
    stretch: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    erase: float = 0.0
    mixup: float = 0.0
    cutmix: float = 0.0

    def __post_init__(self) -> None:
        chances = (self.mirror, self.erase, self.mixup, self.cutmix, self.mixup + self.cutmix)
        colours = (self.brightness, self.contrast, self.saturation)
        if any(not 0 <= value <= 1 for value in chances + colours):
            raise TrainingError(f"chances and colour strengths lie between 0 and 1: {self}")
        if self.shift < 0 or self.zoom < 0 or self.stretch < 0:
            raise TrainingError(f"shift, zoom and stretch cannot be negative: {self}")

    @classmethod
    def from_text(cls, text: str) -> Augmentation:
        """A preset and then changes to it: ``strong,zoom=0.3,erase=0``. Raises TrainingError."""
        preset, *changes = text.split(",")
        if preset not in AUGMENTATIONS:
            known = ", ".join(AUGMENTATIONS)
            raise TrainingError(f"there is no augmentation {preset!r}: choose one of {known}")
        kinds = {name: type(value) for name, value in asdict(NONE).items()}
        changed: dict[str, Any] = {}
        for name, _, value in (change.partition("=") for change in changes):
            try:
                changed[name] = kinds[name](value)
            except (KeyError, ValueError):
                known = ", ".join(f"{name}=NUMBER" for name in kinds)
                raise TrainingError(f"{name}={value!r} is not one of {known}") from None
        return replace(AUGMENTATIONS[preset], **changed)

    def to_text(self) -> str:
        """The reverse of ``from_text``."""
        none = asdict(NONE)
        changes = [f"{name}={v}" for name, v in asdict(self).items() if v != none[name]]
        return ",".join(["none", *changes])


NONE = Augmentation(mirror=0.0, shift=0)
STANDARD = Augmentation()
STRONG = Augmentation(
    zoom=0.25, stretch=0.1, brightness=0.25, contrast=0.25, saturation=0.25, erase=0.25
)
AUGMENTATIONS = {"none": NONE, "standard": STANDARD, "strong": STRONG}


def augment(
    pictures: Array, how: Augmentation, mean: Array, std: Array, rng: np.random.Generator
) -> Array:
    """(N, H, W, 3) uint8 → normalised float32 (N, 3, H, W), channels last in memory.

    ``mean`` and ``std`` (3,) speak of colours between 0 and 1.
    """
    warped = _warp(pictures, how, rng)
    _recolour(warped, how, rng)
    _normalise(warped, mean, std)
    if how.erase:
        _erase(warped, how.erase, rng)
    return warped.transpose(0, 3, 1, 2)


def mix(
    x: Array, targets: Array, how: Augmentation, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Blend a batch with itself in another order: by mixup, by cutmix, or not at all.

    x (N, 3, H, W) and the targets (N, K) come back in the same shapes, x as it was or
    copied.
    """
    draw, share = rng.random(2)
    other = rng.permutation(len(x))
    if draw < how.mixup:
        kept = np.float32(share)
        mixed = x * kept
        mixed += x[other] * (1 - kept)
    elif draw < how.mixup + how.cutmix:
        top, left, bottom, right = _rectangle(x.shape[2], x.shape[3], 1 - share, 1.0, rng)
        mixed = x.copy(order="K")
        mixed[:, :, top:bottom, left:right] = x[other, :, top:bottom, left:right]
        kept = np.float32(1 - (bottom - top) * (right - left) / (x.shape[2] * x.shape[3]))
    else:
        return x, targets
    return mixed, targets * kept + targets[other] * (1 - kept)


def _warp(pictures: Array, how: Augmentation, rng: np.random.Generator) -> Array:
    """Both matrix products. float32 (N, H, W, 3) between 0 and 255."""
    n, height, width, _ = pictures.shape
    size = _factors(how.zoom, n, rng)
    stretch = np.sqrt(_factors(how.stretch, n, rng))
    flip = np.where(rng.random(n) < how.mirror, -1.0, 1.0)
    down, right = rng.integers(-how.shift, how.shift, (2, n), endpoint=True)
    rows = _resampling(height, 1 / (size * stretch), down)
    columns = _resampling(width, flip * stretch / size, right)

    by_column = pictures.swapaxes(1, 2).astype(np.float32, order="C").reshape(n, width, height * 3)
    moved = np.matmul(columns, by_column).reshape(n, width, height, 3)
    by_row = np.ascontiguousarray(moved.swapaxes(1, 2)).reshape(n, height, width * 3)
    warped: Array = np.matmul(rows, by_row)
    return warped.reshape(n, height, width, 3)


def _factors(strength: float, n: int, rng: np.random.Generator) -> Array:
    """(N,) factors between 1 / (1 + strength) and 1 + strength."""
    factors: Array = np.power(1 + strength, rng.uniform(-1, 1, n))
    return factors


def _resampling(size: int, step: Array, shift: Array) -> Array:
    """(N, size, size): what each source line gives to each output line.

    Output lines lie ``step`` (N,) source lines apart (negative: mirrored), around the centre moved
    by ``shift`` (N,). Weights are triangles, as in bilinear interpolation, widened where the
    picture shrinks. Outside the picture lies its reflection.
    """
    centre = (size - 1) / 2
    lines = np.arange(size, dtype=np.float32)
    sources = centre + shift[:, None] + step[:, None] * (lines - centre)
    turn = max(1, size - 1)
    sources = turn - np.abs(np.mod(sources, 2 * turn) - turn)
    reach = np.maximum(1, np.abs(step)).astype(np.float32)[:, None, None]
    weights: Array = np.abs(sources.astype(np.float32)[:, :, None] - lines)
    weights /= -reach
    weights += 1
    np.maximum(weights, 0, out=weights)
    weights /= weights.sum(axis=2, keepdims=True)
    return weights


def _recolour(pixels: Array, how: Augmentation, rng: np.random.Generator) -> None:
    """Brightness, contrast around the picture's mean grey, saturation around each pixel's, in
    place.
    """
    strengths = np.array([[how.brightness], [how.contrast], [how.saturation]])
    if not strengths.any():
        return
    n = len(pixels)
    factors = 1 + strengths * rng.uniform(-1, 1, (3, n))
    brightness, contrast, saturation = factors.astype(np.float32)
    matrix = saturation[:, None, None] * np.eye(3, dtype=np.float32)
    matrix += ((1 - saturation)[:, None] * LUMA)[:, :, None]
    matrix *= (brightness * contrast)[:, None, None]
    grey = pixels.mean(axis=(1, 2)) @ LUMA
    flat = pixels.reshape(n, -1, 3)
    flat[...] = flat @ matrix
    flat += ((1 - contrast) * brightness * grey)[:, None, None]
    np.clip(pixels, 0, 255, out=pixels)


def _normalise(pixels: Array, mean: Array, std: Array) -> None:
    """(colour / 255 - mean) / std in place."""
    width = pixels.shape[2]  # a whole row at once: NumPy is slow on an axis of three
    scale = np.tile((1 / (255 * std)).astype(np.float32), width)
    offset = np.tile((-mean / std).astype(np.float32), width)
    rows = pixels.reshape(-1, width * 3)
    rows *= scale
    rows += offset


def _erase(pixels: Array, chance: float, rng: np.random.Generator) -> None:
    """Rectangles of the mean colour, in place."""
    height, width = pixels.shape[1:3]
    for picture in np.flatnonzero(rng.random(len(pixels)) < chance):
        area, aspect = rng.uniform(0.02, 0.25), rng.uniform(0.5, 2.0)
        top, left, bottom, right = _rectangle(height, width, area, aspect, rng)
        pixels[picture, top:bottom, left:right] = 0


def _rectangle(
    height: int, width: int, area: float, aspect: float, rng: np.random.Generator
) -> tuple[int, int, int, int]:
    """(top, left, bottom, right) of a rectangle with its centre anywhere, cut off at the border.

    ``area`` is its share of the picture before that, ``aspect`` its height by its width, for a
    square picture.
    """
    tall, wide = height * np.sqrt(area * aspect), width * np.sqrt(area / aspect)
    y, x = rng.uniform(0, height), rng.uniform(0, width)
    top, bottom = np.clip([round(y - tall / 2), round(y + tall / 2)], 0, height)
    left, right = np.clip([round(x - wide / 2), round(x + wide / 2)], 0, width)
    return int(top), int(left), int(bottom), int(right)
