"""Boxes from a detector's outputs, by recognising common formats. Outputs are not changed: scores
are the network's own, and non-maximum suppression is done here for display only. A layout is
recognised by names and shapes of the outputs alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.detection import layouts, levels
from engine.detection.candidates import Candidates, Detection, detections
from engine.detection.layouts import Layout
from engine.types import Array, Shape

__all__ = ["LEAST_SCORE", "Candidates", "Detection", "Layout", "detect", "layout_of"]

LEAST_SCORE = 0.05  # boxes with less are not listed
MOST_OVERLAP = (
    0.45  # intersection over union, above which the better of two boxes of one class stays
)
MOST_BOXES = 100


def layout_of(shapes: Mapping[str, Shape], size: tuple[int, int]) -> Layout | None:
    """The layout of these outputs (name → one picture's shape) over an input of ``size`` (height,
    width), if it is a usual one.
    """
    plain = {name: _plain(shape) for name, shape in shapes.items()}
    for recognise in (*layouts.RECOGNISERS, *levels.RECOGNISERS):
        found = recognise(plain, size)
        if found is not None:
            return found
    return None


def detect(
    layout: Layout,
    outputs: Mapping[str, Array],
    *,
    least: float = LEAST_SCORE,
    overlap: float = MOST_OVERLAP,
    most: int = MOST_BOXES,
) -> list[Detection] | None:
    """The boxes in one picture's ``outputs``, best first, in pixels of the network's input.

    ``least``: the smallest score that counts; ``overlap``: the intersection over union from which
    the better of two boxes of one class suppresses the other; ``most``: how many at the most. None
    where the numbers turn out not to be boxes of that layout.
    """
    found = layout.decode(
        {name: outputs[name].reshape(_plain(outputs[name].shape)) for name in layout.outputs}
    )
    return None if found is None else detections(found, least=least, overlap=overlap, most=most)


def _plain(shape: Shape) -> Shape:
    """Without the axes of length 1 that exporters leave around rows: (1, N, K) and (N, 1, K) are
    (N, K).
    """
    if len(shape) == 3 and (shape[1] == 1 or (shape[0] == 1 and shape[2] in range(4, 8))):
        return tuple(n for axis, n in enumerate(shape) if axis != (1 if shape[1] == 1 else 0))
    return shape
