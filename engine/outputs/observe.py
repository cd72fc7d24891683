"""What a network's outputs show on a few images, where its graph does not say what they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.outputs.info import Form
from engine.preprocess import Preprocess
from engine.types import Array

if TYPE_CHECKING:
    from engine.network import Network
    from engine.trace import Trace

_CLOSE = 1e-3  # how far from 1 a sum of rounded probabilities may be
_SEED = 12


def observed(
    network: Network,
    names: Collection[str],
    check: Callable[[], None] | None = None,
    blank: Trace | None = None,
) -> dict[str, Form]:
    """Those of the values that add up to one on a blank picture, on noise and on a sample, or whose
    exp does.

    One run settles it for a network of raw scores, which is the usual case; at most three are made.
    A value that is no single list of numbers for each picture, or a network that takes no picture,
    shows nothing. ``blank``: the first run, if it was made.
    """
    if not names:
        return {}
    left: dict[str, set[Form]] = {name: {"probabilities", "log_probabilities"} for name in names}
    for trace in _runs(network, check, blank):
        for name in list(left):
            left[name] &= _forms(trace[name].ravel().astype(np.float64))
            if not left[name]:
                del left[name]
        if not left:
            break
    return {name: forms.pop() for name, forms in left.items()}


def _forms(y: Array) -> set[Form]:
    """What numbers may be: probabilities of one answer, or their logarithms."""
    if not np.isfinite(y).all():
        return set()
    if y.min() >= -_CLOSE and abs(y.sum() - 1) <= _CLOSE:
        return {"probabilities"}
    if y.max() <= _CLOSE and abs(np.exp(y).sum() - 1) <= _CLOSE:
        return {"log_probabilities"}
    return set()


def _runs(
    network: Network, check: Callable[[], None] | None, blank: Trace | None
) -> Iterator[Trace]:
    """Those on a blank picture, on noise, and on a sample: a bright disc before a sky."""
    shapes = list(network.inputs.values())
    if len(shapes) != 1 or len(shapes[0]) != 3:
        return
    channels, rows, columns = shapes[0]
    steps = network.preprocess or Preprocess.usual((channels, rows, columns))
    yield blank or network.forward(np.zeros((1, *shapes[0]), np.float32), check=check)
    noise = np.random.default_rng(_SEED).integers(0, 256, (rows, columns, 3), np.uint8)
    for picture in (noise, _disc(rows, columns)):
        yield network.forward(steps.normalise(picture), check=check)


def _disc(rows: int, columns: int) -> Array:
    """(H, W, 3) uint8."""
    y, x = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : columns * 1j]
    picture = np.stack([200 * y, 120 + 60 * y, 230 - 180 * y], axis=-1)
    picture[(y - 0.4) ** 2 + (x - 0.55) ** 2 < 0.06] = (240, 200, 60)
    return picture.astype(np.uint8)
