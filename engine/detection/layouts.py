"""The output formats of common detectors, in one value or in several.

Each recogniser looks at the names and shapes of a network's outputs (one picture's, axes of length
1 in front taken off) and says how boxes are read from the numbers, or that this is not its layout.
Numbers are asked only where the shapes leave something open: whether corners are pixels or parts of
the input, say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.detection.candidates import Candidates
from engine.detection.grid import Grid, grid_with
from engine.ops.elementwise.activation import sigmoid, softmax
from engine.types import Array, Shape

Values = Mapping[str, Array]
Shapes = Mapping[str, Shape]
Size = tuple[int, int]  # height, width

_MOST_LISTED = 1_000  # rows of a list that a network has chosen itself
_LOOKED_AT = 5  # boxes, the best ones, that say whether corners are pixels


@dataclass(frozen=True)
class Layout:
    """A format by its common ``name``, the ``outputs`` that it reads, and its decoder.

    ``decode(values)`` makes Candidates of one picture's outputs, or None where the numbers turn out
    not to be boxes. ``note`` says what had to be supposed, or is empty.
    """

    name: str
    outputs: tuple[str, ...]
    decode: Callable[[Values], Candidates | None]
    note: str = ""


Recogniser = Callable[[Shapes, Size], Layout | None]


def rows_of(y: Array, columns: int) -> Array:
    """A value as a matrix with so many columns, float64."""
    return np.asarray(y, np.float64).reshape(-1, columns)


def probabilities(scores: Array) -> Array:
    """Scores as they are where they lie in 0…1, else the sigmoid of them."""
    is_share = scores.size == 0 or (scores.min() >= -1e-6 and scores.max() <= 1 + 1e-6)
    return scores if is_share else sigmoid(scores)


def from_centres(boxes: Array) -> Array:
    """(centre x, centre y, width, height) → corners."""
    return np.concatenate(
        [boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1
    )


def from_distances(middles: Array, distances: Array) -> Array:
    """A point and its distances to the left, top, right and bottom edge → corners."""
    return np.concatenate([middles - distances[:, :2], middles + distances[:, 2:]], axis=1)


def in_pixels(boxes: Array, scores: Array, size: Size) -> Array:
    """Corners in pixels. They are taken for parts of the input where the boxes with the best scores
    are a pixel or two large.
    """
    best = boxes[np.argsort(-scores.max(axis=1), kind="stable")[:_LOOKED_AT]]
    if len(best) and np.median(best[:, 2:].max(axis=1)) <= 2:
        return boxes * np.array([size[1], size[0]] * 2, np.float64)
    return boxes


# --- one value ------------------------------------------------------------------------------------


def yolo_rows(shapes: Shapes, size: Size) -> Layout | None:
    """YOLOv5 and YOLOv7 (three boxes a cell) and YOLOX (one): rows of x, y, w, h, objectness,
    classes.
    """
    name, shape = _only(shapes, 2)
    if len(shape) != 2 or shape[1] < 6:
        return None
    grid = grid_with(shape[0], size)
    if grid is None or (grid.anchors, grid.levels) not in ((3, 3), (3, 2), (3, 4), (1, 3)):
        return None
    title = "YOLOX" if grid.anchors == 1 else "YOLOv5"
    return Layout(title, (name,), partial(_yolo_rows, name, shape[1], grid))


def _yolo_rows(name: str, columns: int, grid: Grid, values: Values) -> Candidates:
    rows = rows_of(values[name], columns)
    scores = probabilities(rows[:, 4:5]) * _class_scores(rows[:, 5:])
    offsets = (rows[:, :2] + grid.corners) * grid.stride
    near = np.median(np.abs(rows[:, :2] - grid.middles) / grid.stride)
    raw = np.median(np.abs(offsets - grid.middles) / grid.stride)
    if grid.anchors == 1 and raw < near:  # YOLOX may leave its grid to the reader
        with np.errstate(over="ignore"):
            sides = np.exp(rows[:, 2:4]) * grid.stride
        boxes = from_centres(np.concatenate([offsets, sides], axis=1))
    else:
        boxes = from_centres(rows[:, :4])
    return Candidates.of_one(boxes, scores, name)


def yolo_columns(shapes: Shapes, size: Size) -> Layout | None:
    """YOLOv8 and later: a column a cell, with x, y, w, h and the classes; no objectness."""
    name, shape = _only(shapes, 2)
    if len(shape) != 2 or shape[0] < 5 or shape[0] >= shape[1]:
        return None
    grid = grid_with(shape[1], size)
    if grid is None or grid.anchors != 1 or grid.levels not in (3, 4):
        return None
    return Layout("YOLOv8", (name,), partial(_yolo_columns, name, shape[0], size))


def _yolo_columns(name: str, rows: int, size: Size, values: Values) -> Candidates:
    y = np.asarray(values[name], np.float64).reshape(rows, -1).T
    scores = _class_scores(y[:, 4:])
    return Candidates.of_one(in_pixels(from_centres(y[:, :4]), scores, size), scores, name)


def _class_scores(columns: Array) -> Array:
    """The columns that are scores. Behind them may come masks' coefficients or keypoints, which
    leave 0…1.
    """
    outside = np.asarray(((columns < -1e-6) | (columns > 1 + 1e-6)).any(axis=0))
    count = int(outside.argmax()) if outside.any() else len(outside)
    return columns[:, :count] if count else probabilities(columns)


def nanodet_plus(shapes: Shapes, size: Size) -> Layout | None:
    """NanoDet-Plus: rows of class scores and, for each edge, a distribution over eight
    distances.
    """
    name, shape = _only(shapes, 2)
    bins = 4 * 8
    if len(shape) != 2 or shape[1] <= bins:
        return None
    grid = grid_with(shape[0], size)
    if grid is None or grid.anchors != 1 or grid.levels != 4:
        return None
    return Layout("NanoDet-Plus", (name,), partial(_nanodet_plus, name, shape[1], grid))


def _nanodet_plus(name: str, columns: int, grid: Grid, values: Values) -> Candidates:
    rows = rows_of(values[name], columns)
    classes = columns - 32
    # Its cells are counted from their corners, not their middles.
    middles = grid.corners * grid.stride
    boxes = from_distances(middles, expected_distance(rows[:, classes:]) * grid.stride)
    return Candidates.of_one(boxes, probabilities(rows[:, :classes]), name)


def expected_distance(bins: Array) -> Array:
    """(N, 4 · B) → (N, 4): the mean of each edge's softmax over 0 … B − 1.

    Source: Li et al., "Generalized focal loss", 2020, eq. 3.
    """
    b = bins.reshape(len(bins), 4, -1)
    return np.asarray(softmax(b) @ np.arange(b.shape[2]))


def listed_rows(shapes: Shapes, size: Size) -> Layout | None:
    """A list that the network has chosen itself: YOLOv10's rows of corners, score, class; YOLOv7's
    with the picture in front.
    """
    name, shape = _only(shapes, 2)
    if len(shape) != 2 or shape[1] not in (6, 7) or shape[0] > _MOST_LISTED:
        return None
    title = "YOLOv10" if shape[1] == 6 else "YOLOv7, end to end"
    return Layout(title, (name,), partial(_listed_rows, name, shape[1], size))


def _listed_rows(name: str, columns: int, size: Size, values: Values) -> Candidates | None:
    rows = rows_of(values[name], columns)
    score, unit = (rows[:, 4], rows[:, 5]) if columns == 6 else (rows[:, 6], rows[:, 5])
    if len(rows) and not (_are_units(unit) and score.min() >= 0 and score.max() <= 1 + 1e-6):
        return None
    corners, scores = rows[:, columns - 6 : columns - 2], _one_hot(unit, score)
    return Candidates.of_one(in_pixels(corners, scores, size), scores, name)


# --- boxes and scores apart -----------------------------------------------------------------------


def boxes_scores_labels(shapes: Shapes, size: Size) -> Layout | None:
    """Boxes (N, 4), scores (N,) and classes (N,), as torchvision's and TensorFlow's detectors
    end.
    """
    boxes = [n for n, s in shapes.items() if len(s) == 2 and s[1] == 4]
    lists = [n for n, s in shapes.items() if boxes and s == shapes[boxes[0]][:1]]
    scores = _named(lists, "score", "conf", "prob")
    labels = _named(lists, "label", "class", "cls")
    if len(boxes) != 1 or scores is None or labels is None or scores == labels:
        return None
    decode = partial(_boxes_scores_labels, boxes[0], scores, labels, size)
    return Layout("boxes, scores and classes", (boxes[0], scores, labels), decode)


def _boxes_scores_labels(
    boxes: str, scores: str, labels: str, size: Size, values: Values
) -> Candidates | None:
    corners, score = rows_of(values[boxes], 4), np.asarray(values[scores], np.float64).ravel()
    unit = np.asarray(values[labels], np.float64).ravel()
    if not _are_units(unit):
        return None
    if "detection_boxes" in boxes:  # TensorFlow's are y, x, y, x
        corners = corners[:, [1, 0, 3, 2]]
    shown = _one_hot(unit, probabilities(score))
    return Candidates.of_one(in_pixels(corners, shown, size), shown, scores)


def queries(shapes: Shapes, size: Size) -> Layout | None:
    """DETR and its kin: some hundred queries, each with logits and a box as centre and size, parts
    of the input.
    """
    pair = _boxes_and_scores(shapes)
    if pair is None or shapes[pair[0]][0] > _MOST_LISTED or "logit" not in pair[1].lower():
        return None
    # DETR's hundred queries share a softmax with «no object»; later ones have a sigmoid a class.
    has_none = shapes[pair[0]][0] <= 100
    note = (
        "The last class is taken for «no object»."
        if has_none
        else "Each class is taken to have a sigmoid of its own."
    )
    return Layout("DETR", pair, partial(_queries, *pair, has_none, size), note)


def _queries(boxes: str, scores: str, has_none: bool, size: Size, values: Values) -> Candidates:
    corners = from_centres(rows_of(values[boxes], 4))
    logits = rows_of(values[scores], values[scores].shape[-1])
    shown = softmax(logits)[:, :-1] if has_none else sigmoid(logits)
    return Candidates.of_one(in_pixels(corners, shown, size), shown, scores)


def boxes_and_scores(shapes: Shapes, size: Size) -> Layout | None:
    """Boxes (N, 4) and scores (N, C): SSD, UltraFace, YOLOv4 and others that decode their boxes
    themselves.
    """
    pair = _boxes_and_scores(shapes)
    if pair is None:
        return None
    return Layout("boxes and scores", pair, partial(_pair, *pair, shapes[pair[0]][0], size))


def _pair(boxes: str, scores: str, count: int, size: Size, values: Values) -> Candidates | None:
    coordinates = rows_of(values[boxes], 4)
    y = np.asarray(values[scores], np.float64)
    y = y.reshape(y.shape[-2:]) if y.ndim > 1 else y[:, None]
    rows = y if len(y) == count else y.T
    corners = _ordered(coordinates)
    if corners is None:
        return None
    shown, is_softmax = probabilities(rows), _adds_up_to_one(rows)
    if is_softmax:  # SSD's and UltraFace's first class is the background
        shown = shown[:, 1:]
    return Candidates.of_one(in_pixels(corners, shown, size), shown, scores)


def _ordered(boxes: Array) -> Array | None:
    """Corners, from corners or from centres and sizes; None where they are neither (offsets from
    anchors that nobody gives).
    """
    if not len(boxes):
        return boxes
    if np.mean((boxes[:, 2:] >= boxes[:, :2]).all(axis=1)) > 0.95:
        return boxes
    if np.mean((boxes[:, 2:] >= 0).all(axis=1)) > 0.98:
        return from_centres(boxes)
    return None


# --- small tools ----------------------------------------------------------------------------------


def _only(shapes: Shapes, rank: int) -> tuple[str, Shape]:
    """The one value of that rank, if the others are smaller parts of it (raw heads beside it); else
    nothing.
    """
    of_rank = [(name, shape) for name, shape in shapes.items() if len(shape) == rank]
    return of_rank[0] if len(of_rank) == 1 else ("", ())


def _boxes_and_scores(shapes: Shapes) -> tuple[str, str] | None:
    """The names of boxes (N, 4) and of scores (N, C), (C, N) or (N,)."""
    boxes = [n for n, s in shapes.items() if len(s) == 2 and s[1] == 4]
    if len(boxes) > 1:
        boxes = [n for n in boxes if any(word in n.lower() for word in ("box", "loc", "reg"))]
    if len(boxes) != 1:
        return None
    count = shapes[boxes[0]][0]
    others = [n for n, s in shapes.items() if n != boxes[0] and len(s) <= 2 and count in s]
    scores = _named(others, "score", "conf", "logit", "prob", "class", "cls")
    if scores is None and len(others) == 1:
        scores = others[0]
    return None if scores is None else (boxes[0], scores)


def _named(names: list[str], *words: str) -> str | None:
    """The first name with one of the words in it, earlier words first."""
    return next((n for word in words for n in names if word in n.lower()), None)


def _are_units(numbers: Array) -> bool:
    if not len(numbers):
        return True
    near = np.abs(numbers - np.rint(numbers)) < 1e-4
    return bool(near.all() and numbers.min() >= -1 and numbers.max() < 100_000)


def _one_hot(unit: Array, score: Array) -> Array:
    units = np.rint(unit).astype(np.int64)
    scores = np.zeros((len(units), max(1, int(units.max(initial=0)) + 1)))
    (real,) = np.nonzero(units >= 0)
    scores[real, units[real]] = score[real]
    return scores


def _adds_up_to_one(rows: Array) -> bool:
    return rows.shape[1] > 1 and bool(np.allclose(rows.sum(axis=1), 1, atol=1e-3))


RECOGNISERS: tuple[Recogniser, ...] = (
    nanodet_plus,
    yolo_rows,
    yolo_columns,
    listed_rows,
    boxes_scores_labels,
    queries,
    boxes_and_scores,
)
