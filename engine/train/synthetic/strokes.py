"""Strokes of a brush: which way they run, how they bend, how many they are. The brush is pressed,
then lifted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import pi

import numpy as np

from engine.train.synthetic.paint import grounds, inks, paint
from engine.train.synthetic.pens import curved, distance, jittered, on_page, turned
from engine.types import Array

_STRAIGHT = np.array([[0.0, 0.5], [0.33, 0.5], [0.67, 0.5], [1.0, 0.5]])
_BOW = np.array([[0.0, 0.75], [0.18, 0.32], [0.5, 0.15], [0.82, 0.32], [1.0, 0.75]])
_ZIGZAG = np.array([[0.0, 0.7], [0.25, 0.25], [0.5, 0.72], [0.75, 0.25], [1.0, 0.7]])
_DOT = np.array([[0.46, 0.5], [0.54, 0.5]])

# Each makes the lines of n pictures, as places (n, S, 2) in the unit square.
_Lines = Callable[[int, np.random.Generator], list[Array]]


def draw(label: str, count: int, size: int, rng: np.random.Generator) -> Array:
    """Pictures of one class: uint8 (count, size, size, 3)."""
    dot = label == "dot"
    scale = rng.uniform(0.5, 0.78, count) * size
    room = (size - scale)[:, None] * (0.8 if dot else 0.42)
    centre = rng.uniform(-0.5, 0.5, (count, 2)) * room
    half = rng.uniform(2.0, 4.0, count) if dot else rng.uniform(1.0, 2.3, count)
    nearest = np.full((count, size, size), np.inf, np.float32)
    for places in _LINES[label](count, rng):
        pressed = half[:, None] * _pressure(places.shape[1] - 1)
        edge = distance(on_page(places, size, centre, scale), size, pressed)
        np.minimum(nearest, edge, out=nearest)
    dark = rng.random(count) < 0.3
    return paint(grounds(size, dark, rng), inks(dark, rng), nearest, rng)


def _pressure(pieces: int) -> Array:
    """How hard the brush is pressed along a line of so many pieces: full soon, and lifted towards
    the end.
    """
    along = (np.arange(pieces) + 0.5) / pieces
    return np.asarray(0.55 + 0.5 * np.sin(pi * along**0.7))


def _straight(turns: float) -> _Lines:
    """Lines that lie at so many turns clockwise from the horizontal, give or take ten degrees."""

    def lines(n: int, rng: np.random.Generator) -> list[Array]:
        angle = 2 * pi * turns + rng.uniform(-1, 1, n) * pi / 18 + pi * (rng.random(n) < 0.5)
        return [curved(_lying(_STRAIGHT, n, 0.025, angle, rng))]

    return lines


def _bows(n: int, rng: np.random.Generator) -> list[Array]:
    return [curved(_lying(_BOW, n, 0.025, rng.uniform(0, 2 * pi, n), rng))]


def _zigzags(n: int, rng: np.random.Generator) -> list[Array]:
    return [_lying(_ZIGZAG, n, 0.03, rng.uniform(0, 2 * pi, n), rng)]


def _crosses(n: int, rng: np.random.Generator) -> list[Array]:
    angle = rng.uniform(0, 2 * pi, n)
    across = angle + pi / 2 + rng.normal(0, 0.12, n)
    return [curved(_lying(_STRAIGHT, n, 0.02, a, rng)) for a in (angle, across)]


def _dots(n: int, rng: np.random.Generator) -> list[Array]:
    return [_lying(_DOT, n, 0.02, rng.uniform(0, 2 * pi, n), rng)]


def _lying(points: Array, n: int, amount: float, angle: Array, rng: np.random.Generator) -> Array:
    """Points (n, P, 2) set by unsteady hands and turned."""
    stretch = rng.uniform(0.85, 1.1, n)
    return turned(jittered(points, n, amount, rng), angle, np.zeros(n), stretch)


_LINES: Mapping[str, _Lines] = {
    "horizontal": _straight(0.0),
    "vertical": _straight(0.25),
    "rising": _straight(-0.125),
    "falling": _straight(0.125),
    "curve": _bows,
    "zigzag": _zigzags,
    "cross": _crosses,
    "dot": _dots,
}
CLASSES = tuple(_LINES)
