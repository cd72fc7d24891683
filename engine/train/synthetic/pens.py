"""Pens: lines through points, moved by an unsteady hand, and how far each pixel is from them.

A line's points lie in the unit square, x to the right, y down. Everything is done for N pictures at
once.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.types import Array

_PER_SPAN = 4  # straight pieces between two points of a curve


@cache
def _curve(points: int, closed: bool) -> Array:
    """(S, points): the weights by which points become places on a curve through all of them
    (Catmull and Rom, 1974).
    """
    spans = points if closed else points - 1
    at = np.arange(spans * _PER_SPAN + 1) / _PER_SPAN
    span = np.minimum(at.astype(int), spans - 1)
    t = (at - span)[:, None]
    powers = np.concatenate([t**0, t, t**2, t**3], axis=1)
    basis = 0.5 * np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]])
    each = powers @ basis
    weights = np.zeros((len(at), points))
    for column in range(4):
        place = span + column - 1
        place = place % points if closed else np.clip(place, 0, points - 1)
        np.add.at(weights, (np.arange(len(at)), place), each[:, column])
    return weights


def curved(points: Array, closed: bool = False) -> Array:
    """Places (N, S, 2) on the smooth curve through ``points`` (N, P, 2), in order."""
    places: Array = np.matmul(_curve(points.shape[1], closed), points)
    return places


def jittered(points: Array, n: int, amount: float, rng: np.random.Generator) -> Array:
    """``points`` (P, 2) as ``n`` unsteady hands would set them: (n, P, 2). ``amount`` is a standard
    deviation.
    """
    moved: Array = points + rng.normal(0, amount, (n, *points.shape))
    return moved


def turned(points: Array, angle: Array, slant: Array, stretch: Array) -> Array:
    """Points (N, P, 2) slanted, stretched in width and turned clockwise (all (N,)) about the
    square's middle.
    """
    x, y = points[..., 0] - 0.5, points[..., 1] - 0.5
    x = x * stretch[:, None] - y * slant[:, None]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1) + 0.5


def on_page(points: Array, size: int, centre: Array, scale: Array) -> Array:
    """Points of the unit square in pixels: its middle at ``centre`` (N, 2), its side ``scale`` (N,)
    pixels of a page.
    """
    return np.asarray((points - 0.5) * scale[:, None, None] + centre[:, None] + size / 2)


def distance(places: Array, size: int, width: Array) -> Array:
    """How far each pixel's middle lies from the edge of the line through ``places`` (N, S, 2), in
    pixels: (N, size, size).

    ``width`` (N,) or (N, S - 1) is half the line's width, the same everywhere or one for each
    piece.
    """
    n, count = places.shape[:2]
    middle = np.arange(size, dtype=np.float32) + 0.5
    places = places.astype(np.float32)
    half = np.broadcast_to(width.reshape(n, -1), (n, count - 1)).astype(np.float32)
    nearest = np.full((n, size, size), np.inf, np.float32)
    for piece in range(count - 1):
        np.minimum(
            nearest,
            _to_piece(places[:, piece], places[:, piece + 1], middle) - half[:, piece, None, None],
            out=nearest,
        )
    return nearest


def _to_piece(start: Array, end: Array, middle: Array) -> Array:
    """Distances (N, size, size) to straight pieces from ``start`` to ``end`` (N, 2)."""
    along = end - start
    length = np.maximum((along**2).sum(axis=1), 1e-9)
    x, y = middle - start[:, :1], middle - start[:, 1:]
    share_x, share_y = x * (along[:, :1] / length[:, None]), y * (along[:, 1:] / length[:, None])
    share = np.clip(share_y[:, :, None] + share_x[:, None, :], 0, 1)
    away_x = x[:, None, :] - share * along[:, 0, None, None]
    away_y = y[:, :, None] - share * along[:, 1, None, None]
    away_x *= away_x
    away_y *= away_y
    away_x += away_y
    return np.asarray(np.sqrt(away_x, out=away_x))
