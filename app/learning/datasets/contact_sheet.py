"""What a set looks like, on one picture: a row a class."""

from __future__ import annotations

import numpy as np

from app.encoding.arrays import png_bytes
from engine.train.data import Dataset
from engine.types import Array


def contact_sheet(dataset: Dataset, per_class: int) -> bytes:
    """A PNG with up to ``per_class`` pictures of each class, spread over all of them, side by side
    without gaps; transparent where a class has fewer, as nobody knows what is behind it.
    """
    height, width = dataset.pictures.shape[1:3]
    shape = (len(dataset.classes), height, per_class, width, 4)
    sheet = np.zeros(shape, np.uint8)
    for label in range(len(dataset.classes)):
        members = np.flatnonzero(dataset.labels == label)
        shown = dataset.pictures[members[_spread(len(members), per_class)]]
        sheet[label, :, : len(shown), :, :3] = shown.swapaxes(0, 1)
        sheet[label, :, : len(shown), :, 3] = 255
    return png_bytes(sheet.reshape(len(sheet) * height, per_class * width, 4))


def _spread(count: int, most: int) -> Array:
    """Up to ``most`` different places out of ``count``, evenly far apart."""
    return np.arange(min(count, most)) * count // max(1, min(count, most))
