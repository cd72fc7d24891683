"""Paint for pictures: grounds, colours that stand out from them, soft light and a little grain.

Everything is done for N pictures at once. Distances are in pixels, negative inside a figure;
colours lie between 0 and 1.
"""

from __future__ import annotations

import numpy as np

from engine.types import Array

_GRAIN = 0.018  # standard deviation of the noise, for colours from 0 to 1
_SHADOW_REACH = 2.2  # pixels in which a figure's shadow fades


def hues(hue: Array, saturation: Array, value: Array) -> Array:
    """(N,) each → RGB float32 (N, 3). Hue counts turns (Smith, "Color gamut transform pairs",
    1978).
    """
    turns = np.array([5.0, 3.0, 1.0])
    k = (turns + 6 * hue[:, None]) % 6
    fall = np.clip(np.minimum(k, 4 - k), 0, 1)
    rgb: Array = value[:, None] * (1 - saturation[:, None] * fall)
    return rgb.astype(np.float32)


def grounds(size: int, dark: Array, rng: np.random.Generator) -> Array:
    """Quiet grounds (N, size, size, 3): two near colours that run into each other; deep ones where
    ``dark`` (N,).
    """
    n = len(dark)
    hue = rng.random(n)
    value = np.where(dark, rng.uniform(0.10, 0.24, n), rng.uniform(0.86, 0.97, n))
    saturation = np.where(dark, rng.uniform(0.25, 0.55, n), rng.uniform(0.03, 0.16, n))
    one = hues(hue, saturation, value)
    two = hues(hue + rng.uniform(-0.08, 0.08, n), saturation, value * rng.uniform(0.82, 0.97, n))
    way = ramps(n, size, rng)[..., None]
    painted: Array = one[:, None, None] * (1 - way) + two[:, None, None] * way
    return painted


def inks(dark: Array, rng: np.random.Generator) -> Array:
    """Colours (N, 3) that stand out: bright ones on a dark ground, full ones on a light ground."""
    n = len(dark)
    value = np.where(dark, rng.uniform(0.85, 1.0, n), rng.uniform(0.45, 0.85, n))
    saturation = np.where(dark, rng.uniform(0.30, 0.75, n), rng.uniform(0.65, 0.95, n))
    ink = hues(rng.random(n), saturation, value)
    # Full yellow and green are nearly as light as paper: the lightest inks of a light ground are
    # made deeper.
    light = ink @ np.array([0.299, 0.587, 0.114], np.float32)
    deeper = np.where(dark, 1.0, np.minimum(1.0, 0.55 / light))
    return ink * deeper[:, None].astype(np.float32)


def ramps(n: int, size: int, rng: np.random.Generator) -> Array:
    """From 0 to 1 across each picture, in any direction: float32 (n, size, size)."""
    angle = rng.uniform(0, 2 * np.pi, n)
    steps = np.linspace(-0.5, 0.5, size)
    x, y = np.cos(angle)[:, None] * steps, np.sin(angle)[:, None] * steps
    span = np.abs(np.cos(angle)) + np.abs(np.sin(angle))
    ramp: Array = 0.5 + (y[:, :, None] + x[:, None, :]) / span[:, None, None]
    return ramp.astype(np.float32)


def paint(ground: Array, ink: Array, distance: Array, rng: np.random.Generator) -> Array:
    """Figures on their grounds: uint8 (N, H, W, 3).

    ``distance`` (N, H, W) is to the figure's edge; ``ink`` (N, 3) its colour, a little lighter
    towards one side. Edges are smooth over a pixel, and a faint shadow lies around.
    """
    n, size = distance.shape[:2]
    shade = 0.16 * np.exp(-np.maximum(distance, 0) / _SHADOW_REACH)
    cover = np.clip(0.5 - distance, 0, 1)[..., None]
    light = (0.88 + 0.24 * ramps(n, size, rng))[..., None]
    picture = ground * (1 - shade)[..., None]
    picture += (ink[:, None, None] * light - picture) * cover
    picture += rng.normal(0, _GRAIN, (n, size, size, 1)).astype(np.float32)
    picture *= 255
    painted: Array = np.clip(picture, 0, 255).astype(np.uint8)
    return painted
