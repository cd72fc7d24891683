"""Digits as if written by hand: a few points for each stroke, a curve through them, an unsteady
hand, a pen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.train.synthetic.paint import grounds, inks, paint
from engine.train.synthetic.pens import curved, distance, jittered, on_page, turned
from engine.types import Array

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Stroke:
    """The points that a pen goes through, from one to the next in a bow or straight."""

    points: Points
    bowed: bool = True
    closed: bool = False


def _bow(*points: tuple[float, float]) -> _Stroke:
    return _Stroke(points)


def _line(*points: tuple[float, float]) -> _Stroke:
    return _Stroke(points, bowed=False)


# The ways in which each digit is written.
_HANDS: Mapping[str, tuple[tuple[_Stroke, ...], ...]] = {
    "0": (
        (
            _Stroke(
                (
                    (0.5, 0.0),
                    (0.28, 0.14),
                    (0.2, 0.5),
                    (0.28, 0.86),
                    (0.5, 1.0),
                    (0.72, 0.86),
                    (0.8, 0.5),
                    (0.72, 0.14),
                ),
                closed=True,
            ),
        ),
    ),
    "1": (
        (_line((0.3, 0.24), (0.55, 0.0), (0.55, 1.0)),),
        (_line((0.5, 0.0), (0.5, 1.0)),),
        (_line((0.3, 0.24), (0.55, 0.0), (0.55, 1.0)), _line((0.32, 1.0), (0.78, 1.0))),
    ),
    "2": (
        (
            _bow((0.2, 0.24), (0.46, 0.0), (0.78, 0.24), (0.6, 0.58), (0.2, 1.0)),
            _line((0.2, 1.0), (0.82, 0.98)),
        ),
        (
            _bow(
                (0.2, 0.22),
                (0.48, 0.0),
                (0.76, 0.24),
                (0.46, 0.72),
                (0.2, 0.95),
                (0.4, 0.84),
                (0.84, 0.98),
            ),
        ),
    ),
    "3": (
        (
            _bow((0.22, 0.1), (0.55, 0.0), (0.74, 0.22), (0.44, 0.46)),
            _bow((0.44, 0.46), (0.8, 0.62), (0.72, 0.92), (0.44, 1.0), (0.18, 0.86)),
        ),
        (
            _line((0.22, 0.02), (0.74, 0.02), (0.46, 0.4)),
            _bow((0.46, 0.4), (0.8, 0.62), (0.7, 0.94), (0.4, 1.0), (0.18, 0.86)),
        ),
    ),
    "4": (
        (_line((0.52, 0.0), (0.16, 0.64), (0.86, 0.64)), _line((0.66, 0.32), (0.64, 1.0))),
        (_line((0.26, 0.0), (0.2, 0.56), (0.82, 0.54)), _line((0.72, 0.0), (0.68, 1.0))),
        (_line((0.66, 1.0), (0.66, 0.0), (0.14, 0.66), (0.88, 0.66)),),
    ),
    "5": (
        (
            _line((0.78, 0.02), (0.3, 0.02), (0.26, 0.44)),
            _bow((0.26, 0.44), (0.58, 0.38), (0.8, 0.64), (0.6, 0.98), (0.18, 0.9)),
        ),
    ),
    "6": (
        (
            _bow(
                (0.7, 0.02),
                (0.36, 0.28),
                (0.22, 0.68),
                (0.5, 1.0),
                (0.78, 0.74),
                (0.54, 0.5),
                (0.24, 0.7),
            ),
        ),
    ),
    "7": (
        (_line((0.18, 0.02), (0.8, 0.02), (0.4, 1.0)),),
        (_line((0.18, 0.02), (0.8, 0.02), (0.42, 1.0)), _line((0.32, 0.5), (0.76, 0.48))),
    ),
    "8": (
        (
            _Stroke(
                (
                    (0.5, 0.46),
                    (0.25, 0.24),
                    (0.5, 0.0),
                    (0.75, 0.22),
                    (0.5, 0.46),
                    (0.2, 0.74),
                    (0.5, 1.0),
                    (0.8, 0.74),
                ),
                closed=True,
            ),
        ),
    ),
    "9": (
        (
            _bow((0.76, 0.28), (0.5, 0.5), (0.24, 0.28), (0.48, 0.0), (0.76, 0.26)),
            _bow((0.76, 0.26), (0.72, 0.66), (0.52, 1.0)),
        ),
        (
            _bow((0.74, 0.28), (0.48, 0.5), (0.24, 0.26), (0.48, 0.0), (0.74, 0.26)),
            _line((0.74, 0.22), (0.72, 1.0)),
        ),
    ),
}
CLASSES = tuple(_HANDS)


def draw(label: str, count: int, size: int, rng: np.random.Generator) -> Array:
    """Pictures of one class: uint8 (count, size, size, 3)."""
    hands = _HANDS[label]
    shares = np.diff(np.linspace(0, count, len(hands) + 1).round().astype(int))
    edges = [_written(hand, int(n), size, rng) for hand, n in zip(hands, shares, strict=True)]
    mixed = np.concatenate(edges)[rng.permutation(count)]
    dark = rng.random(count) < 0.35
    return paint(grounds(size, dark, rng), inks(dark, rng), mixed, rng)


def _written(strokes: tuple[_Stroke, ...], n: int, size: int, rng: np.random.Generator) -> Array:
    """Distances (n, size, size) to the edges of one digit's lines, by ``n`` hands."""
    height = rng.uniform(0.52, 0.72, n) * size
    centre = rng.uniform(-0.09, 0.09, (n, 2)) * size
    angle, slant = rng.normal(0, 0.09, n), rng.normal(0.12, 0.12, n)
    stretch, half = rng.uniform(0.75, 1.1, n), rng.uniform(0.8, 1.7, n)
    nearest = np.full((n, size, size), np.inf, np.float32)
    for stroke in strokes:
        points = turned(jittered(np.array(stroke.points), n, 0.03, rng), angle, slant, stretch)
        places = curved(points, stroke.closed) if stroke.bowed else points
        edge = distance(on_page(places, size, centre, height), size, half)
        np.minimum(nearest, edge, out=nearest)
    return nearest
