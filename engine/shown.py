"""Values of any rank as something to look at: maps (C, H, W) or a vector (K,). The one place that knows how.

All shapes, positions and places here are those of one picture's value, without the batch axis.
"""

from __future__ import annotations

from math import prod

import numpy as np

from engine.types import Array, Index, Shape


def shown_shape(shape: Shape) -> Shape:
    """One picture's value of any rank, looked at as maps (C, H, W) or a vector (K,).

    Maps and vectors are what they are. Of any other rank the last two axes are a map's rows and columns, those before them are
    joined to channels; a lone number is a vector of one.
    """
    if len(shape) in (1, 3):
        return shape
    return (prod(shape[:-2]), *shape[-2:]) if shape else (1,)


def shown(y: Array) -> Array:
    """One picture's value, (C, H, W) or (K,), whatever rank it has."""
    return y if y.ndim in (1, 3) else y.reshape(shown_shape(y.shape))


def own_position(position: Index, shape: Shape) -> Index:
    """Where in a value of that ``shape`` the number lies that is shown at ``position``."""
    if len(shape) in (1, 3):
        return position
    if not shape:
        return ()
    channel, lead = position[0], []
    for size in reversed(shape[:-2]):
        channel, place = divmod(channel, size)
        lead.append(place)
    return (*reversed(lead), *position[1:])


def shown_positions(places: Array, shape: Shape) -> Array:
    """Where the numbers at ``places`` (T, D) of a value of that shape are shown: (T, 3), or (T, 1) for a vector.

    Linear, so that a place outside, a padded cell, is shown outside of its row or column, too.
    """
    if len(shape) in (1, 3):
        return places
    if not shape:
        return np.zeros((len(places), 1), places.dtype)
    channels = np.zeros(len(places), places.dtype)
    for axis, size in enumerate(shape[:-2]):
        channels = channels * size + places[:, axis]
    return np.column_stack([channels, places[:, len(shape) - 2 : len(shape)]])
