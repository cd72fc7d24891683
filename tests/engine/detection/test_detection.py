"""Every usual layout gives back the boxes that were written into it, by its own formulas, turned
round.
"""

import numpy as np
import pytest

from engine.detection import detect, layout_of

SIZE = (320, 416)  # height, width
CLASSES = 5
BOXES = [  # left, top, right, bottom, score, class; far apart, in the order of scores
    (40.0, 60.0, 140.0, 200.0, 0.9, 3),
    (250.0, 30.0, 330.0, 130.0, 0.7, 0),
    (200.0, 210.0, 280.0, 290.0, 0.6, 4),
]


def centres(box):
    left, top, right, bottom, *_ = box
    return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top


def logit(p):
    return np.log(p / (1 - p))


def level(stride):
    return -(-SIZE[0] // stride), -(-SIZE[1] // stride)


def cell(box, stride):
    """Row, column and flat index of the cell in which a box's centre lies."""
    x, y, _, _ = centres(box)
    row, col = int(y // stride), int(x // stride)
    return row, col, row * level(stride)[1] + col


def total(strides, anchors=1):
    return anchors * sum(h * w for h, w in map(level, strides))


def first_row(strides, stride):
    """The row at which a level begins."""
    return total(strides[: strides.index(stride)])


def distances(box, x, y):
    left, top, right, bottom, *_ = box
    return np.array([x - left, y - top, right - x, bottom - y])


def yolov5():
    y = np.zeros((total((8, 16, 32), 3), 5 + CLASSES), np.float32)
    for i, box in enumerate(BOXES):
        y[100 * i + 7, :4] = centres(box)
        y[100 * i + 7, 4] = 1.0
        y[100 * i + 7, 5 + box[5]] = box[4]
    return {"output0": y}


def yolov5_segment():
    whole = yolov5()["output0"]
    masks = np.full((len(whole), 32), -0.4, np.float32)
    masks[0] = 3
    protos = np.zeros((32, 80, 104), np.float32)
    return {"output0": np.concatenate([whole, masks], axis=1), "output1": protos}


def yolox(raw):
    strides = (8, 16, 32)
    y = np.zeros((total(strides), 5 + CLASSES), np.float32)
    if not raw:  # every row is somewhere near its cell
        for stride in strides:
            rows, cols = np.indices(level(stride))
            part = slice(first_row(strides, stride), first_row(strides, stride) + rows.size)
            y[part, 0], y[part, 1] = (cols.ravel() + 0.4) * stride, (rows.ravel() + 0.4) * stride
            y[part, 2:4] = stride
    for box, stride in zip(BOXES, strides, strict=True):
        row, col, place = cell(box, stride)
        x, cy, w, h = centres(box)
        here = y[first_row(strides, stride) + place]
        here[:4] = (
            (x / stride - col, cy / stride - row, np.log(w / stride), np.log(h / stride))
            if raw
            else (x, cy, w, h)
        )
        here[4], here[5 + box[5]] = 1.0, box[4]
    return {"output": y}


def yolov8():
    y = np.zeros((4 + CLASSES, total((8, 16, 32))), np.float32)
    for i, box in enumerate(BOXES):
        y[:4, 50 * i + 3] = centres(box)
        y[4 + box[5], 50 * i + 3] = box[4]
    return {"output0": y}


def yolov8_pose():
    keypoints = np.full((51, total((8, 16, 32))), 200, np.float32)
    return {"output0": np.concatenate([yolov8()["output0"], keypoints])}


def yolov10():
    y = np.zeros((300, 6), np.float32)
    for i, box in enumerate(BOXES):
        y[i] = box
    return {"output0": y}


def yolov7_end_to_end():
    y = np.zeros((20, 7), np.float32)
    for i, (*corners, score, unit) in enumerate(BOXES):
        y[i] = (0, *corners, unit, score)
    return {"output": y}


def bins_of(distance, count=8):
    """Logits whose softmax has that mean: two neighbours share the weight."""
    low = int(distance)
    part = np.full(count, -60.0)
    part[low] = np.log(max(1 - (distance - low), 1e-12))
    if low + 1 < count:
        part[low + 1] = np.log(max(distance - low, 1e-12))
    return part


def nanodet_plus():
    strides = (8, 16, 32, 64)
    y = np.zeros((total(strides), CLASSES + 32), np.float32)
    for box in BOXES:
        row, col, place = cell(box, 32)
        here = y[first_row(strides, 32) + place]
        here[box[5]] = box[4]
        d = distances(box, col * 32, row * 32) / 32
        here[CLASSES:] = np.concatenate([bins_of(part) for part in d])
    return {"output": y}


def nanodet():
    found = {}
    for stride in (8, 16, 32):
        count = total((stride,))
        found[f"cls_{stride}"] = np.full((count, CLASSES), -9, np.float32)
        found[f"dis_{stride}"] = np.zeros((count, 32), np.float32)
    for box in BOXES:
        row, col, place = cell(box, 32)
        found["cls_32"][place, box[5]] = logit(box[4])
        d = distances(box, (col + 0.5) * 32, (row + 0.5) * 32) / 32
        found["dis_32"][place] = np.concatenate([bins_of(part) for part in d])
    return found


def corners_and_scores(scale=1.0, *, background=False, centred=False, order="xyxy"):
    count = 700
    rng = np.random.default_rng(0)
    low, sides = rng.uniform(0, 300, (count, 2)), rng.uniform(5, 20, (count, 2))
    boxes = np.concatenate([low, sides if centred else low + sides], axis=1).astype(np.float32)
    scores = np.zeros((count, CLASSES + background), np.float32)
    scores[:, 0] = 1.0 if background else 0.0
    for i, box in enumerate(BOXES):
        here = np.array(centres(box) if centred else box[:4])
        boxes[9 * i] = here
        scores[9 * i] = 0
        scores[9 * i, box[5] + background] = box[4]
        if background:
            scores[9 * i, 0] = 1 - box[4]
    whole = np.array([SIZE[1], SIZE[0]] * 2)
    boxes = boxes if scale == 1 else (boxes / whole).astype(np.float32)
    return {"scores": scores, "boxes": boxes}


def ssd():
    return corners_and_scores(0, background=True)


def centres_and_scores():
    return corners_and_scores(0, centred=True)


def yolov4():
    found = corners_and_scores(0)
    return {"boxes": found["boxes"][:, None, :], "confs": found["scores"]}


def torchvision_ssd():
    boxes = np.array([box[:4] for box in BOXES], np.float32)
    scores = np.array([box[4] for box in BOXES], np.float32)
    return {"boxes": boxes, "scores": scores, "labels": np.array([b[5] for b in BOXES], np.float32)}


def tensorflow_ssd():
    found = torchvision_ssd()
    whole = np.array([SIZE[1], SIZE[0]] * 2)
    return {
        "detection_boxes": (found["boxes"] / whole)[:, [1, 0, 3, 2]].astype(np.float32),
        "detection_classes": found["labels"],
        "detection_scores": found["scores"],
        "num_detections": np.array([3], np.float32),
    }


def detr():
    logits = np.full((100, CLASSES + 1), -9, np.float32)
    logits[:, -1] = 9
    boxes = np.full((100, 4), 0.1, np.float32)
    for i, box in enumerate(BOXES):
        rest = np.log((1 - box[4]) / CLASSES)
        logits[i] = rest
        logits[i, box[5]] = np.log(box[4])
        boxes[i] = np.array(centres(box)) / ([SIZE[1], SIZE[0]] * 2)
    return {"logits": logits, "pred_boxes": boxes}


def rt_detr():
    logits = np.full((300, CLASSES), -9, np.float32)
    boxes = np.full((300, 4), 0.1, np.float32)
    for i, box in enumerate(BOXES):
        logits[i, box[5]] = logit(box[4])
        boxes[i] = [
            v / whole for v, whole in zip(centres(box), [SIZE[1], SIZE[0]] * 2, strict=True)
        ]
    return {"logits": logits, "pred_boxes": boxes}


def scrfd():
    found = {}
    for stride in (8, 16, 32):
        count = total((stride,), 2)
        found[f"score_{stride}"] = np.zeros((count, 1), np.float32)
        found[f"bbox_{stride}"] = np.zeros((count, 4), np.float32)
        found[f"kps_{stride}"] = np.zeros((count, 10), np.float32)
    for box in BOXES:
        row, col, place = cell(box, 16)
        found["score_16"][2 * place + 1] = box[4]
        found["bbox_16"][2 * place + 1] = distances(box, col * 16, row * 16) / 16
    return found


def yunet():
    found = {}
    for part, columns in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
        for stride in (8, 16, 32):
            found[f"{part}_{stride}"] = np.zeros((total((stride,)), columns), np.float32)
    for box in BOXES:
        row, col, place = cell(box, 8)
        x, y, w, h = centres(box)
        found["cls_8"][place], found["obj_8"][place] = box[4], box[4]
        found["bbox_8"][place] = x / 8 - col, y / 8 - row, np.log(w / 8), np.log(h / 8)
    return found


def fcos(in_strides):
    found = {}
    for stride in (8, 16, 32):
        h, w = level(stride)
        found[f"cls_{stride}"] = np.zeros((CLASSES, h, w), np.float32)
        found[f"box_{stride}"] = np.zeros((4, h, w), np.float32)
        found[f"centerness_{stride}"] = np.zeros((1, h, w), np.float32)
    for box in BOXES:
        row, col, _ = cell(box, 16)
        found["cls_16"][box[5], row, col] = box[4]
        found["centerness_16"][0, row, col] = box[4]
        d = distances(box, (col + 0.5) * 16, (row + 0.5) * 16)
        found["box_16"][:, row, col] = d / 16 if in_strides else d
    if not in_strides:
        for stride in (8, 16, 32):
            background = found[f"box_{stride}"] == 0
            found[f"box_{stride}"][background] = 150.0
    return found


def centernet():
    h, w = level(4)
    found = {
        "hm": np.full((CLASSES, h, w), -9, np.float32),
        "wh": np.zeros((2, h, w), np.float32),
        "reg": np.zeros((2, h, w), np.float32),
    }
    for box in BOXES:
        row, col, _ = cell(box, 4)
        x, y, bw, bh = centres(box)
        found["hm"][box[5], row, col] = logit(box[4])
        found["wh"][:, row, col] = bw / 4, bh / 4
        found["reg"][:, row, col] = x / 4 - col, y / 4 - row
    return found


LAYOUTS = [
    ("YOLOv5", yolov5),
    ("YOLOv5", yolov5_segment),
    ("YOLOX", lambda: yolox(raw=True)),
    ("YOLOX", lambda: yolox(raw=False)),
    ("YOLOv8", yolov8),
    ("YOLOv8", yolov8_pose),
    ("YOLOv10", yolov10),
    ("YOLOv7, end to end", yolov7_end_to_end),
    ("NanoDet-Plus", nanodet_plus),
    ("NanoDet", nanodet),
    ("boxes and scores", corners_and_scores),
    ("boxes and scores", ssd),
    ("boxes and scores", centres_and_scores),
    ("boxes and scores", yolov4),
    ("boxes, scores and classes", torchvision_ssd),
    ("boxes, scores and classes", tensorflow_ssd),
    ("DETR", detr),
    ("DETR", rt_detr),
    ("SCRFD", scrfd),
    ("YuNet", yunet),
    ("FCOS", lambda: fcos(in_strides=True)),
    ("FCOS", lambda: fcos(in_strides=False)),
    ("CenterNet", centernet),
]
ONE_CLASS = ("SCRFD", "YuNet")


def shapes_of(values):
    return {name: y.shape for name, y in values.items()}


@pytest.mark.parametrize(("name", "make"), LAYOUTS)
def test_boxes_written_by_a_layouts_formulas_are_read_back(name, make):
    values = make()
    layout = layout_of(shapes_of(values), SIZE)
    assert layout is not None
    assert layout.name == name
    found = detect(layout, values, least=0.3)
    assert [d.unit for d in found] == [0 if name in ONE_CLASS else box[5] for box in BOXES]
    np.testing.assert_allclose([d.score for d in found], [box[4] for box in BOXES], atol=1e-4)
    corners = [(d.left, d.top, d.right, d.bottom) for d in found]
    np.testing.assert_allclose(corners, [box[:4] for box in BOXES], atol=0.02)


@pytest.mark.parametrize(("name", "make"), LAYOUTS)
def test_a_detection_names_the_row_its_score_is_in(name, make):
    values = make()
    for found in detect(layout_of(shapes_of(values), SIZE), values, least=0.3):
        y = values[found.source]
        columns_first = name in ("YOLOv8", "FCOS", "CenterNet")
        rows = y.reshape(len(y), -1).T if columns_first else y.reshape(len(y), -1)
        usual = np.median(rows, axis=0)
        assert (rows[found.row] != usual).any() or len(rows) == len(BOXES)


@pytest.mark.parametrize(
    "shapes",
    [
        {"logits": (1000,)},
        {"logits": (21, 320, 416)},
        {"picture": (3, 640, 832)},
        {"a": (3,), "b": (4,)},
        {"sequence": (40, 97)},
        {"boxes": (700, 4)},
        {},
    ],
)
def test_what_is_no_usual_layout_is_not_taken_for_boxes(shapes):
    assert layout_of(shapes, SIZE) is None


def test_offsets_from_anchors_that_nobody_gives_are_no_boxes():
    values = corners_and_scores()
    values["boxes"] = np.random.default_rng(0).normal(size=values["boxes"].shape)
    assert detect(layout_of(shapes_of(values), SIZE), values) is None


def test_of_two_boxes_over_the_same_thing_the_better_stays_within_its_class():
    values = corners_and_scores()
    values["boxes"][1:4] = values["boxes"][0] + [1, 1, 1, 1]
    values["scores"][1, BOXES[0][5]] = 0.8  # the same class: goes
    values["scores"][2, 1] = 0.65  # another: stays
    found = detect(layout_of(shapes_of(values), SIZE), values, least=0.3)
    assert [round(d.score, 2) for d in found] == [0.9, 0.7, 0.65, 0.6]
    assert len(detect(layout_of(shapes_of(values), SIZE), values, least=0.3, most=2)) == 2


def test_suppression_is_that_of_the_plain_algorithm():
    rng = np.random.default_rng(1)
    low = rng.uniform(0, 200, (300, 2))
    boxes = np.concatenate([low, low + rng.uniform(10, 90, (300, 2))], axis=1)
    scores = rng.uniform(0, 1, (300, 1))
    values = {"boxes": boxes, "scores": scores}
    found = detect(layout_of(shapes_of(values), SIZE), values, least=0.2, most=300)
    kept = []
    for i in np.argsort(-scores[:, 0], kind="stable"):
        if scores[i, 0] >= 0.2 and all(iou(boxes[i], boxes[j]) <= 0.45 for j in kept):
            kept.append(i)
    assert [d.row for d in found] == kept


def iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_numbers_that_are_none_are_no_boxes_and_no_error(value):
    for _, make in LAYOUTS:
        values = {name: np.full_like(y, value) for name, y in make().items()}
        layout = layout_of(shapes_of(values), SIZE)
        with np.errstate(all="ignore"):
            found = detect(layout, values)
        assert all(np.isfinite([d.left, d.top, d.right, d.bottom]).all() for d in found or [])
