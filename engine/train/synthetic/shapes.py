"""Shapes: plain figures, each as the distance to its edge (Quilez, "2D distance functions").

A figure lies around the origin and reaches about as far as 1; x runs to the right, y down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

import numpy as np

from engine.train.synthetic.paint import grounds, inks, paint
from engine.types import Array

_Figure = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class _Kind:
    """A figure and how far it may be turned either way, in turns of a whole circle."""

    figure: _Figure
    turn: float = 0.5


def draw(label: str, count: int, size: int, rng: np.random.Generator) -> Array:
    """Pictures of one class: uint8 (count, size, size, 3)."""
    kind = _KINDS[label]
    radius = rng.uniform(0.29, 0.42, count) * size
    room = np.maximum(0, size / 2 - radius - 1)[:, None]
    centre = size / 2 + rng.uniform(-1, 1, (count, 2)) * 0.7 * room
    angle = rng.uniform(-kind.turn, kind.turn, count) * 2 * pi
    x, y = _seen_from(centre, angle, radius, size)
    distance = kind.figure(x, y) * radius[:, None, None].astype(np.float32)
    dark = rng.random(count) < 0.25
    ground = grounds(size, dark, rng)
    return paint(ground, inks(dark, rng), distance, rng)


def _seen_from(centre: Array, angle: Array, radius: Array, size: int) -> tuple[Array, Array]:
    """Every pixel's place, (N, size, size) each, as figures see it that were moved, turned and made
    larger.
    """
    middle = np.arange(size) + 0.5
    x, y = middle - centre[:, :1], middle - centre[:, 1:]
    across, down = (np.cos(angle) / radius)[:, None], (np.sin(angle) / radius)[:, None]
    left = (x * across)[:, None, :] + (y * down)[:, :, None]
    top = (y * across)[:, :, None] - (x * down)[:, None, :]
    return left.astype(np.float32), top.astype(np.float32)


def _circle(x: Array, y: Array) -> Array:
    return np.hypot(x, y) - 0.88


def _ring(x: Array, y: Array) -> Array:
    return np.abs(np.hypot(x, y) - 0.72) - 0.19


def _box(x: Array, y: Array, width: float, height: float, corner: float = 0.05) -> Array:
    across, down = np.abs(x) - (width - corner), np.abs(y) - (height - corner)
    outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    return np.asarray(outside + np.minimum(np.maximum(across, down), 0) - corner)


def _square(x: Array, y: Array) -> Array:
    return _box(x, y, 0.76, 0.76)


def _cross(x: Array, y: Array) -> Array:
    return np.minimum(_box(x, y, 0.95, 0.29), _box(x, y, 0.29, 0.95))


def _triangle(x: Array, y: Array) -> Array:
    sides = [(cos(a), sin(a)) for a in (pi / 2, pi / 2 + 2 * pi / 3, pi / 2 + 4 * pi / 3)]
    walls = [x * a + y * b for a, b in sides]
    return np.asarray(np.maximum.reduce(walls) - 0.52)


def _star(x: Array, y: Array) -> Array:
    """Five points: the plane is folded along their axes until one edge is left."""
    cos36, sin36, inner = cos(pi / 5), sin(pi / 5), 0.45
    x, y = np.abs(x), -y
    for fold in (cos36, -cos36):
        over = 2 * np.maximum(fold * x - sin36 * y, 0)
        x, y = x - over * fold, y + over * sin36
    x, y = np.abs(x), y - 1
    edge_x, edge_y = inner * sin36, inner * cos36 - 1
    share = np.clip((x * edge_x + y * edge_y) / (edge_x**2 + edge_y**2), 0, 1)
    side = np.sign(y * edge_x - x * edge_y)
    return np.asarray(np.hypot(x - edge_x * share, y - edge_y * share) * side)


def _heart(x: Array, y: Array) -> Array:
    scale = 0.62
    x, y = np.abs(x) * scale, 0.55 - y * scale
    lobe = np.hypot(x - 0.25, y - 0.75) - sqrt(2) / 4
    half = 0.5 * np.maximum(x + y, 0)
    tip = np.minimum(np.hypot(x, y - 1), np.hypot(x - half, y - half)) * np.sign(x - y)
    return np.where(x + y > 1, lobe, tip) / np.float32(scale)


def _moon(x: Array, y: Array) -> Array:
    return np.maximum(np.hypot(x, y) - 0.92, 0.74 - np.hypot(x - 0.44, y))


_KINDS: Mapping[str, _Kind] = {
    "circle": _Kind(_circle),
    "square": _Kind(_square, turn=0.06),
    "triangle": _Kind(_triangle, turn=0.1),
    "star": _Kind(_star, turn=0.1),
    "cross": _Kind(_cross, turn=0.06),
    "ring": _Kind(_ring),
    "heart": _Kind(_heart, turn=0.1),
    "moon": _Kind(_moon),
}
CLASSES = tuple(_KINDS)
