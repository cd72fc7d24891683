"""What files end in that were made for a whole application: the best class's name, a map from name
to score. The scores are the answer.
"""

import numpy as np
import pytest
from onnx import TensorProto, helper

from engine.formats.onnx import from_onnx
from tests.engine.formats.onnx.files import model, random

make = helper.make_node
ML = "ai.onnx.ml"
NAMES = ["ant", "bee", "cat"]
IMAGE = random(1, 3, 4, 4, seed=4)
SCORES = [
    make("GlobalAveragePool", ["x"], ["g"]),
    make("Flatten", ["g"], ["f"]),
    make("Softmax", ["f"], ["p"]),
]
BEST = make("ArgMax", ["p"], ["best"], axis=1)
ZIP = make("ZipMap", ["p"], ["z"], domain=ML, classlabels_strings=NAMES)
ENCODE = make(
    "LabelEncoder",
    ["best"],
    ["name"],
    domain=ML,
    keys_int64s=[2, 0, 1],
    values_strings=["cat", "ant", "bee"],
)
EXTRACT = make("ArrayFeatureExtractor", ["names", "best"], ["name"], domain=ML)
WORDS = helper.make_tensor("names", TensorProto.STRING, [3], [n.encode() for n in NAMES])


def network(nodes, *outputs, tensors=(WORDS,), **more):
    made = model([*SCORES, *nodes], inputs={"x": [1, 3, 4, 4]}, outputs=outputs, **more)
    made.graph.initializer.extend(tensors)
    made.opset_import.append(helper.make_opsetid(ML, 3))
    return from_onnx(made.SerializeToString())


TAILS = {
    "a map from name to score": ([ZIP], ["z"]),
    "the name and the map": ([BEST, EXTRACT, ZIP], ["name", "z"]),
    "the map and the name": ([BEST, EXTRACT, ZIP], ["z", "name"]),
    "the name alone": ([BEST, EXTRACT], ["name"]),
    "a label encoder": ([BEST, ENCODE], ["name", "p"]),
    "names picked by Gather": ([BEST, make("Gather", ["names", "best"], ["name"])], ["name"]),
    "steps between": (
        [
            BEST,
            make("Cast", ["best"], ["c"], to=TensorProto.INT32),
            make("Identity", ["c"], ["i"]),
            make("ArrayFeatureExtractor", ["names", "i"], ["name"], domain=ML),
            make("Identity", ["name"], ["name2"]),
            make("Reshape", ["name2", "s"], ["label"]),
        ],
        ["label", "p"],
    ),
    "the best ones": (
        [make("TopK", ["p", "k"], ["v", "best"]), EXTRACT],
        ["v", "name", "p"],
    ),
}


@pytest.mark.parametrize("what", TAILS)
def test_the_scores_are_the_output_and_the_strings_their_labels(what):
    nodes, outputs = TAILS[what]
    read = network(nodes, *outputs, arrays={"k": [1], "s": [-1]})
    assert read.outputs == ("p",)
    assert read.labels == tuple(NAMES)
    expected = IMAGE.mean((2, 3))
    expected = np.exp(expected) / np.exp(expected).sum()
    np.testing.assert_allclose(read.forward(IMAGE)["p"], expected, atol=1e-6)


def test_the_number_of_the_best_class_next_to_its_scores_is_cut_off():
    assert network([BEST], "best", "p").outputs == ("p",)
    assert network(
        [make("TopK", ["p", "k"], ["v", "i"])], "p", "v", "i", arrays={"k": [2]}
    ).outputs == ("p",)


def test_it_stays_where_it_is_the_only_answer_or_that_of_other_numbers():
    assert network([BEST], "best").outputs == ("best",)
    assert network([BEST], "best", "g").outputs == ("best", "g")


def test_numbers_become_words():
    read = network([BEST, make("Cast", ["best"], ["s"], to=TensorProto.STRING)], "s")
    assert (read.outputs, read.labels) == (("p",), None)


def test_a_chain_of_namings():
    classes = helper.make_tensor("names", TensorProto.INT64, [3], [30, 10, 20])
    encode = make(
        "LabelEncoder",
        ["n"],
        ["name"],
        domain=ML,
        keys_int64s=[10, 20, 30],
        values_strings=["bee", "cat", "ant"],
    )
    extract = make("ArrayFeatureExtractor", ["names", "best"], ["n"], domain=ML)
    assert network([BEST, extract, encode], "name", tensors=[classes]).labels == tuple(NAMES)


def test_a_label_encoder_with_tensors_and_one_from_before_it_had_keys():
    keys = helper.make_tensor("k", TensorProto.INT64, [3], [0, 1, 2])
    values = helper.make_tensor("v", TensorProto.STRING, [3], [n.encode() for n in NAMES])
    for more in ({"keys_tensor": keys, "values_tensor": values}, {"classes_strings": NAMES}):
        encode = make("LabelEncoder", ["best"], ["name"], domain=ML, **more)
        assert network([BEST, encode], "name").labels == tuple(NAMES)


@pytest.mark.parametrize(
    "more",
    [
        {"keys_int64s": [0, 5, 9], "values_strings": NAMES},
        {"keys_int64s": [0, 1], "values_strings": NAMES},
        {"keys_strings": NAMES, "values_int64s": [0, 1, 2]},
        {},
    ],
)
def test_namings_that_name_no_classes_are_no_labels(more):
    encode = make("LabelEncoder", ["best"], ["name"], domain=ML, **more)
    read = network([BEST, encode], "name", "p")
    assert (read.outputs, read.labels) == (("p",), None)


def test_what_the_file_says_itself_or_the_caller_comes_first():
    made = model([*SCORES, ZIP], inputs={"x": [1, 3, 4, 4]}, outputs=["z"])
    made.opset_import.append(helper.make_opsetid(ML, 3))
    assert from_onnx(made.SerializeToString(), labels=["a", "b", "c"]).labels == ("a", "b", "c")
    made.metadata_props.add(key="labels", value='["d", "e", "f"]')
    assert from_onnx(made.SerializeToString()).labels == ("d", "e", "f")


def test_a_list_of_outputs_is_its_outputs():
    pack = make("SequenceConstruct", ["p", "g"], ["list"])
    assert network([pack], "list").outputs == ("p", "g")
    assert network([make("Optional", ["p"], ["maybe"])], "maybe").outputs == ("p",)


def test_numbers_in_their_order_are_no_names():
    encode = make("ZipMap", ["p"], ["z"], domain=ML, classlabels_int64s=[0, 1, 2])
    read = network([encode], "z")
    assert (read.outputs, read.labels) == (("p",), None)
    encode = make("ZipMap", ["p"], ["z"], domain=ML, classlabels_int64s=[7, 1, 2])
    assert network([encode], "z").labels == ("7", "1", "2")


def test_tails_that_lead_in_a_circle_are_refused():
    nodes = [make("Identity", ["b"], ["a"]), make("Identity", ["a"], ["b"])]
    made = model(nodes, inputs={"x": [1, 3, 4, 4]}, outputs=["a"])
    with pytest.raises(Exception, match="cycle"):
        from_onnx(made.SerializeToString())
