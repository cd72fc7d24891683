"""Picture sets that are drawn rather than stored: a few thousand 32 × 32 pictures from a seed, in
about a second.

Nothing has to be downloaded, nobody's terms apply, and a network learns each of them in less than a
minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.errors import TrainingError
from engine.train.data import Dataset
from engine.train.synthetic import digits, shapes, strokes
from engine.types import Array

SIZE = 32


@dataclass(frozen=True)
class SetInfo:
    """What a set shows, its classes in the order of their labels, and how many pictures it has of
    each.
    """

    title: str
    text: str
    classes: tuple[str, ...]
    per_class: int

    @property
    def pictures(self) -> int:
        """How many pictures it has in all."""
        return self.per_class * len(self.classes)


# Draws ``count`` pictures of a class: uint8 (count, SIZE, SIZE, 3).
_Draw = Callable[[str, int, int, np.random.Generator], Array]

SETS: Mapping[str, SetInfo] = {
    "shapes": SetInfo(
        "Shapes",
        "Eight plain figures of any colour, size and turn on quiet grounds. Colour tells nothing; "
        "the outline does.",
        shapes.CLASSES,
        375,
    ),
    "digits": SetInfo(
        "Digits",
        "Ten digits as if by hand, with pens and chalks of many widths, slanted, cramped and "
        "hurried.",
        digits.CLASSES,
        300,
    ),
    "strokes": SetInfo(
        "Strokes",
        "Eight strokes of a brush. Which way a line runs is the first thing that filters learn to "
        "see.",
        strokes.CLASSES,
        375,
    ),
}
_DRAW: Mapping[str, _Draw] = {"shapes": shapes.draw, "digits": digits.draw, "strokes": strokes.draw}


def draw(name: str, seed: int = 0) -> Dataset:
    """All pictures of a set, class by class; the same ones for the same seed. Raises TrainingError
    for an unknown name.
    """
    if name not in SETS:
        raise TrainingError(f"there is no set {name!r}; there is: {', '.join(SETS)}")
    info = SETS[name]
    rng = np.random.default_rng((seed, *name.encode()))
    pictures = [_DRAW[name](label, info.per_class, SIZE, rng) for label in info.classes]
    labels = np.repeat(np.arange(len(info.classes)), info.per_class)
    return Dataset(np.concatenate(pictures), labels, info.classes)
