"""What a graph asks for, on the wire: which size it needs, what to do about an operation, where to
cut the file off.
"""

import numpy as np
from onnx import TensorProto, helper

from tests.app.bringing import bring, refused
from tests.app.conftest import picture_bytes
from tests.engine.formats.onnx.files import file, model, random

make = helper.make_node
WEIGHT = {"w": random(4, 3, 3, 3)}
CONV = [make("Conv", ["x", "w"], ["c"]), make("GlobalAveragePool", ["c"], ["g"])]
SCORES = [*CONV, make("Flatten", ["g"], ["y"])]


def test_the_sides_that_are_open_are_named_with_a_size_that_fits(own):
    data = file(SCORES, inputs={"x": [None, 3, 48, None]}, arrays=WEIGHT)
    body = refused(own, data)
    assert body["type"] == "/errors/model-input-size-needed"
    assert body["input"] == "x"
    assert body["input_shape"] == [None, 3, 48, None]
    assert body["open_sides"] == ["width"]
    assert body["fixed_size"] == [48, None]
    assert body["suggested_size"] == [48, 224]
    assert body["field"] == "size"
    assert "size=48x224" in body["detail"]
    assert bring(own, data, size="48x64")["input"]["shape"] == [3, 48, 64]
    other = refused(own, data, size="64x64")
    assert "48" in other["detail"]
    assert (other["type"], other["field"]) == ("/errors/invalid-request", "size")
    assert other["fixed_size"] == [48, None]


def test_nobody_is_asked_for_the_size_of_what_cannot_be_run(own):
    nodes = [*CONV, make("Det", ["c"], ["d"]), make("Add", ["g", "d"], ["y"])]
    body = refused(own, file(nodes, inputs={"x": [None, 3, None, None]}, arrays=WEIGHT))
    assert body["type"] == "/errors/model-unsupported"
    assert (body["op"], body["node"], body["before"]) == ("Det", "d", "c")
    assert "extract_model" in body["way_out"]
    assert body["way_out"] in body["detail"]


def test_a_file_exported_while_training_says_so(own):
    norm = make("BatchNormalization", ["c", *["v"] * 4], ["y", "m", "s"], training_mode=1)
    arrays = {**WEIGHT, "v": np.ones(4, np.float32)}
    body = refused(own, file([CONV[0], norm], inputs={"x": [1, 3, 8, 8]}, arrays=arrays))
    assert body["type"] == "/errors/model-unsupported"
    assert body["op"] == "BatchNormalization"
    assert "call model.eval() first" in body["detail"]
    assert "before" not in body or "extract_model" not in body["detail"]


def test_names_at_the_end_of_the_graph_are_the_labels(own):
    nodes = [
        *SCORES,
        make("ArgMax", ["y"], ["best"], axis=1),
        make("ArrayFeatureExtractor", ["names", "best"], ["name"], domain="ai.onnx.ml"),
        make("ZipMap", ["y"], ["z"], domain="ai.onnx.ml", classlabels_strings=list("abcd")),
    ]
    made = model(nodes, inputs={"x": [1, 3, 8, 8]}, outputs=["name", "z"], arrays=WEIGHT)
    made.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))
    names = helper.make_tensor("names", TensorProto.STRING, [4], [b"a", b"b", b"c", b"d"])
    made.graph.initializer.append(names)
    model_id = bring(own, made.SerializeToString())
    assert model_id["labels"] == list("abcd")
    answer = own.post(
        "/api/v1/predict", params={"model": model_id["id"]}, content=picture_bytes()
    ).json()
    assert {p["label"] for p in answer} == set("abcd")
