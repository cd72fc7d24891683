"""Occlusion: the drop of the score when a part of the image is covered."""

from __future__ import annotations

import numpy as np

from engine.attribution.target import AttributionTarget
from engine.errors import AttributionError
from engine.types import Array


def occlusion(question: AttributionTarget, window: int, stride: int) -> Array:
    """The score's drop when a window is covered with the baseline, averaged over the windows that
    cover a pixel, (H, W).

    ``window``, a side, and ``stride`` are in pixels. The last window of a row ends at the edge, so
    all windows are of one size and every pixel is covered.

    Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014.
    """
    rows, columns = (_starts(length, window, stride) for length in question.size)
    places = [np.s_[y : y + window, x : x + window] for y in rows for x in columns]
    score = question.read(question.trace)[0]
    total, count = np.zeros(question.size), np.zeros(question.size)
    for piece in question.batches(len(places)):
        here = places[piece]
        pictures = np.repeat(question.x, len(here), axis=0)
        for picture, place in zip(pictures, here, strict=True):
            picture[:, *place] = question.baseline[0][:, *place]
        for drop, place in zip(score - question.scores(pictures), here, strict=True):
            total[place] += drop
            count[place] += 1
    return np.asarray(total / count)


def window_and_stride(
    size: tuple[int, int], window: int | None, stride: int | None
) -> dict[str, int]:
    """Both in pixels; if not given, an eighth of the shorter side and half a window. Raises
    AttributionError for those that do not fit.
    """
    shorter = min(size)
    side = max(1, round(shorter / 8)) if window is None else window
    if side > shorter:
        raise AttributionError(f"the window must be from 1 to {shorter} pixels, got {side}")
    step = max(1, side // 2) if stride is None else stride
    if step > side:
        raise AttributionError(
            f"the stride must be from 1 to {side}, the window's side, so that no pixel is left "
            f"out; got {step}"
        )
    return {"window": side, "stride": step}


def _starts(length: int, side: int, step: int) -> list[int]:
    last = length - side
    return [*range(0, last, step), last]
