"""A detector's boxes on the photo: read from its outputs, in pixels of the photo, with the row that
they come from.
"""

import numpy as np
import pytest

from engine.network import Network, Node
from engine.ops import Concat, Conv2d, Reshape
from tests.app.bringing import as_onnx, bring
from tests.app.conftest import TestClient, picture_bytes

SIZE = 64
BOX = (16.0, 24.0, 48.0, 56.0)  # left, top, right, bottom on the network's input
SCORES = (0.1, 0.8)


def detector(columns: tuple[float, ...]) -> Network:
    """Rows as YOLOv8 writes them, (4 + C, cells): every cell says the same, whatever the
    picture.
    """
    nodes, parts = [], []
    for stride in (8, 16, 32):
        weight = np.zeros((len(columns), 3, stride, stride), np.float32)
        conv = Conv2d(weight, np.array(columns, np.float32), stride=(stride, stride))
        cells = (SIZE // stride) ** 2
        nodes += [
            Node(f"head{stride}", conv, ("image",)),
            Node(f"rows{stride}", Reshape((0, len(columns), cells)), (f"head{stride}",)),
        ]
        parts.append(f"rows{stride}")
    nodes.append(Node("output0", Concat(2), tuple(parts)))
    return Network(nodes, inputs={"image": (3, SIZE, SIZE)}, outputs=("output0",))


def columns_of(box):
    left, top, right, bottom = box
    return ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


@pytest.fixture
def answer(client: TestClient):
    """(photo's width, height, options) → the first output of an analysis of the detector."""

    def ask(size, **options):
        model = bring(client, as_onnx(detector((*columns_of(BOX), *SCORES))), **options)
        photo = picture_bytes(size)
        done = client.post("/api/v1/analyses", params={"model": model["id"]}, content=photo)
        assert done.status_code in (200, 201), done.text
        return done.json()["outputs"][0]

    return ask


def test_a_box_lies_on_the_photo_where_the_network_saw_it(answer):
    """The middle square of 128 × 64 is seen, a pixel a pixel: boxes begin 32 pixels further to the
    right.
    """
    output = answer((128, 64), preset="unit")
    assert output["kind"] == "boxes"
    assert output["format"] == "YOLOv8"
    (box,) = output["boxes"]  # 84 cells say the same: one stays
    assert [box[side] for side in ("left", "top", "right", "bottom")] == [48.0, 24.0, 80.0, 56.0]
    assert box["label"] == "1"
    assert box["score"] == pytest.approx(0.8, abs=1e-6)
    assert (box["output"], box["row"]) == ("output0", 0)


def test_classes_are_called_by_their_names(answer):
    output = answer((64, 64), preset="unit", labels="cat\ndog")
    assert [box["label"] for box in output["boxes"]] == ["dog"]


def test_a_box_within_borders_may_lie_beside_the_photo(answer):
    """A photo of 64 × 32 with borders above and below: what lies below it is at negative or larger
    places.
    """
    output = answer((64, 32), preset="unit", crop_mode="border")
    (box,) = output["boxes"]
    assert [box[side] for side in ("left", "top", "right", "bottom")] == [16.0, 8.0, 48.0, 40.0]
