"""Files that cannot be read are refused with the reason, quickly, and nothing but FormatError comes
out.
"""

import random as chance
import re
import tracemalloc
from time import perf_counter

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.utils import extract_model

import engine
from engine.cost import ModelLimits, cost
from engine.errors import FormatError, ModelTooLarge, UnsupportedOp
from engine.formats.onnx import from_onnx, to_onnx
from tests.engine.formats.onnx.files import FLOAT, constant, file, model, random

make = helper.make_node
RELU = make("Relu", ["x"], ["y"])
CONV = make("Conv", ["l", "k"], ["y"])
LOOP = {"n": np.int64(3), "c": np.bool_(True)}
HUGE = 2**40


def small(nodes, **more):
    return file(nodes, inputs=more.pop("inputs", {"x": ["N", 3, 8, 8]}), **more)


def changed(change):
    """A Relu's file after ``change`` of the model."""
    made = model([RELU], inputs={"x": ["N", 3, 8, 8]})
    change(made)
    return made.SerializeToString()


def external(made):
    tensor = made.graph.initializer.add(name="w", data_type=FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    made.graph.node[0].CopyFrom(make("Mul", ["x", "w"], ["y"]))


def nested(levels):
    graph = helper.make_graph([RELU], "inner", [], [])
    for _ in range(levels):
        graph = helper.make_graph([make("Loop", ["x"], ["y"], body=graph)], "outer", [], [])
    return changed(lambda made: made.graph.node.append(graph.node[0]))


def raw(dims, data=b"", kind=FLOAT):
    """A file with a weight that says it has that shape."""

    def change(made):
        made.graph.initializer.add(name="w", data_type=kind, dims=dims, raw_data=data)
        made.graph.node[0].CopyFrom(make("MatMul", ["x", "w"], ["y"]))

    return changed(change)


def size_of(name, *, shape):
    """A node that makes something as large as an operand says."""
    return [
        constant("shape", shape),
        make(name, ["one", "shape"] if name == "Expand" else ["shape"], ["much"]),
        make("Add", ["x", "much"], ["y"]),
    ]


HOSTILE = {
    "no bytes": (b"", "there is no network in it"),
    "a photo": (b"\x89PNG\r\n\x1a\n" + bytes(50), "not an ONNX file"),
    "half a file": (to_onnx(engine.load("everyday"))[:5000], "only a piece of one"),
    "weights in another file": (
        changed(external),
        "outside, in 'passwd', which did not come with it",
    ),
    "a cycle": (
        small(
            [make("Add", ["x", "b"], ["a"]), make("Relu", ["a"], ["b"]), make("Relu", ["b"], ["y"])]
        ),
        "need each other in a cycle",
    ),
    "a value from nowhere": (
        small([make("Add", ["x", "gone"], ["y"])]),
        "'gone' is needed, but nothing",
    ),
    "an output from nowhere": (
        small([RELU], outputs=("z",)),
        "'z' is needed, but nothing makes it",
    ),
    "one name twice": (small([RELU, make("Tanh", ["x"], ["y"])]), "several values are called 'y'"),
    "one weight twice": (
        changed(lambda m: m.graph.initializer.extend([helper.make_tensor("w", 1, [1], [1])] * 2)),
        "several values are called 'w'",
    ),
    "no output": (small([RELU], outputs=()), "has no output"),
    "no opset": (changed(lambda m: m.ClearField("opset_import")), "does not name its opset"),
    "an opset from the future": (small([RELU], opset=99), "opset 99 is not read; 6 to"),
    "a sequence as input": (
        changed(lambda m: m.graph.input[0].type.sequence_type.elem_type.tensor_type.SetInParent()),
        "'x' is no tensor",
    ),
    "words as input": (small([RELU], kind=TensorProto.STRING), "is of string, no numbers"),
    "a single number as input": (
        changed(lambda m: m.graph.input[0].type.tensor_type.shape.ClearField("dim")),
        "is a single number; a picture has axes",
    ),
    "open channels": (small([RELU], inputs={"x": ["N", "C"]}), "leaves axes open"),
    "a huge input": (
        small([RELU], inputs={"x": [1, 3, HUGE, HUGE]}),
        "activation bytes, and at most",
    ),
    "a huge weight that is not there": (raw([HUGE, HUGE]), "are not the"),
    "a negative shape": (raw([-1, 4]), "a tensor of shape"),
    "a weight of words": (raw([1], kind=TensorProto.STRING), "string is not read"),
    "a weight of no known type": (raw([1], kind=77), "type 77 is not read"),
    "huge ConstantOfShape": (
        small(size_of("ConstantOfShape", shape=[HUGE])),
        "parameter bytes, and",
    ),
    "huge Expand": (
        small(size_of("Expand", shape=[HUGE, 1]), arrays={"one": np.float32([1])}),
        "parameter bytes, and",
    ),
    "huge Range": (
        small(
            [make("Range", ["zero", "many", "one"], ["r"]), make("Add", ["x", "r"], ["y"])],
            arrays={"zero": np.int64(0), "many": np.int64(HUGE), "one": np.int64(1)},
        ),
        "numbers would be computed on load",
    ),
    "a value that doubles forever": (
        small(
            [
                *(make("Concat", [f"v{i}"] * 2, [f"v{i + 1}"], axis=0) for i in range(60)),
                make("Reshape", ["x", "v60"], ["y"]),
            ],
            arrays={"v0": np.ones(1, np.int64)},
        ),
        "numbers would be computed on load",
    ),
    "huge padding": (
        small([make("Pad", ["x", "p"], ["y"])], arrays={"p": [0, 0, HUGE, 0, 0, 0, 0, 0]}),
        "activation bytes, and",
    ),
    "a division by nothing": (
        small(
            [make("Div", ["a", "a"], ["s"]), make("Reshape", ["x", "s"], ["y"])], arrays={"a": [0]}
        ),
        "cannot be computed from what the file says: a division by zero",
    ),
    "a shape that does not fit": (
        small([make("Reshape", ["x", "s"], ["y"])], arrays={"s": [1, 7]}),
        r"\[1, 3, 8, 8\] cannot become \[1, 7\]",
    ),
    "graphs in graphs": (nested(25), "too deeply nested"),
    "a wrong number of operands": (small([make("Relu", ["x", "x"], ["y"])]), "is not valid ONNX"),
    "an attribute that does not exist": (
        small([make("Relu", ["x"], ["y"], depth=3)]),
        "not valid ONNX",
    ),
    "a name that is no text": (
        small([RELU]).replace(b"Relu", b"\xff\xfe\xfdu"),
        "a name in it is no text",
    ),
    "an empty value": (
        small([make("Slice", ["x", "a", "a"], ["y"])], arrays={"a": [0]}),
        "nothing is left of axis 0",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_bad_file_is_refused_with_the_reason(what):
    data, reason = HOSTILE[what]
    started = perf_counter()
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match=reason):
            from_onnx(data)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert perf_counter() - started < 5


def refused(nodes, reason, **more):
    with pytest.raises(UnsupportedOp, match=reason) as caught:
        from_onnx(small(nodes, **more))
    return caught.value


def test_an_operation_that_is_not_supported_is_named_with_what_is():
    error = refused([make("Det", ["x"], ["y"], "corner")], "Det 'corner': .*not supported.* Conv, ")
    assert (error.op, error.node) == ("Det", "corner")


@pytest.mark.parametrize("op", ["DeformConv", "LSTM"])
def test_operations_are_refused_by_their_name(op):
    assert refused([make(op, ["x"], ["y"])], "not supported").op == op


def test_a_loop_is_refused_by_name_with_the_way_out():
    body = helper.make_graph([make("Relu", ["x"], ["z"])], "body", [], [])
    error = refused([make("Loop", ["n", "c"], ["y"], body=body)], "onnxsim", arrays=LOOP)
    assert error.op == "Loop"


def test_other_people_s_operations_are_refused():
    refused(
        [make("FusedConv", ["x"], ["y"], domain="com.microsoft")], "'com.microsoft' are not read"
    )


def test_where_the_file_can_be_cut_off_is_said_and_right(tmp_path):
    """The line of the message, done: what is left can be read."""
    nodes = [make("Relu", ["x"], ["r"]), make("Det", ["r"], ["d"]), make("Relu", ["d"], ["y"])]
    error = refused(nodes, r'extract_model\("model.onnx", "cut.onnx", \["x"\], \["r"\]\)')
    assert error.before == "r"
    assert "extract_model" in error.way_out
    made = model(nodes, inputs={"x": [1, 3, 8, 8]})
    made.graph.output[0].CopyFrom(helper.make_tensor_value_info("y", FLOAT, [1, 3]))
    onnx.save(made, tmp_path / "model.onnx")
    extract_model(tmp_path / "model.onnx", tmp_path / "cut.onnx", ["x"], [error.before])
    assert engine.load(tmp_path / "cut.onnx").outputs == ("r",)


def test_where_nothing_would_be_left_no_cut_is_offered():
    assert refused([make("Det", ["x"], ["y"])], "not supported").before is None


@pytest.mark.parametrize(
    ("op", "domain", "word"),
    [
        ("LSTM", "", "recurrent"),
        ("Scan", "", "onnxsim"),
        ("SequenceAt", "", "lists of tensors"),
        ("FusedConv", "com.microsoft", "QuantFormat.QDQ"),
        ("TreeEnsembleClassifier", "ai.onnx.ml", "classical models"),
        ("ATen", "org.pytorch.aten", "operator_export_type"),
    ],
)
def test_the_way_out_is_that_of_the_reason(op, domain, word):
    error = refused([make(op, ["x"], ["y"], domain=domain)], f"(?i){re.escape(word)}")
    assert word.lower() in error.way_out.lower()


REFUSED = {
    "where each maximum was": (
        [make("MaxPool", ["x"], ["p", "i"], kernel_shape=[2, 2]), make("Add", ["p", "i"], ["y"])],
        "its output 2 \\('i'\\) is not computed here",
    ),
    "a computed kernel": (
        [make("Conv", ["x", "x"], ["y"])],
        "its kernel \\('x'\\) is computed by the network",
    ),
    "lines": (
        [make("Squeeze", ["x", "a"], ["l"]), make("MaxPool", ["l"], ["y"], kernel_shape=[2])],
        "runs on maps \\(N, C, H, W\\) here",
    ),
    "numbers to 8-bit floats": (
        [make("Cast", ["x"], ["y"], to=TensorProto.FLOAT8E4M3FN)],
        "not turned into float8e4m3fn",
    ),
    "a live dropout": ([make("Dropout", ["x", "", "t"], ["y"])], r"call model.eval\(\) first"),
    "a live dropout with its mask": (
        [make("Dropout", ["x", "", "t"], ["d", "m"]), make("Where", ["m", "x", "d"], ["y"])],
        r"call model.eval\(\) first",
    ),
    "statistics of the batch": (
        [make("BatchNormalization", ["x", *["w"] * 4], ["y", "m", "v"], training_mode=1)],
        r"call model.eval\(\) first",
    ),
    "maps in one dimension": ([make("Squeeze", ["x", "a"], ["l"]), CONV], "1-D: for sound"),
    "a value of a computed size": (
        [make("Cast", ["x"], ["i"], to=TensorProto.INT64), make("ConstantOfShape", ["i"], ["y"])],
        "only where it follows from the file alone",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_supported_operation_cannot_do_is_said(what):
    nodes, reason = REFUSED[what]
    arrays = {"s": np.float32([1, 1, 2, 2]), "t": np.bool_(True), "a": [2], "w": np.ones(3)}
    arrays["k"] = random(3, 3, 3)
    shape = [1, 3, 1, 8] if what in ("lines", "maps in one dimension") else [1, 3, 8, 8]
    refused(nodes, reason, arrays=arrays, inputs={"x": shape})


@pytest.mark.parametrize(
    "what", ["bytes", "nodes", "multiply_adds", "activation_bytes", "parameter_bytes"]
)
def test_limits_are_kept_to_the_last_one(what):
    network = engine.load("branches")
    data = to_onnx(network)
    allowed = {"bytes": len(data), "nodes": len(network.nodes), **cost(network)._asdict()}[what]
    assert from_onnx(data, limits=ModelLimits(**{f"max_{what}": allowed}))
    with pytest.raises(ModelTooLarge) as caught:
        from_onnx(data, limits=ModelLimits(**{f"max_{what}": allowed // 3}))
    assert (caught.value.what, caught.value.limit) == (what, allowed // 3)


def test_more_parts_than_any_network_has_are_counted_before_they_are_parsed():
    graph = b"\x0a\x00" * 2_000_000  # nodes with nothing in them
    size = len(graph)
    length = bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14 & 127 | 128, size >> 21])
    with pytest.raises(ModelTooLarge, match="more than 300,000 parts"):
        from_onnx(b"\x3a" + length + graph)


def test_damaged_bytes_are_a_network_or_refused():
    """A few hundred; thousands are tried by the tests of mutants."""
    original = file(
        [
            make("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
            make("Shape", ["c"], ["s"]),
            make("Reshape", ["c", "s"], ["r"]),
            make("Clip", ["r", "low"], ["y"]),
        ],
        inputs={"x": ["N", 3, 8, 8]},
        arrays={"w": random(2, 3, 3, 3), "low": np.float32(0)},
    )
    dice = chance.Random(5)
    for _ in range(400):
        mutant = bytearray(original)
        for _ in range(dice.randint(1, 4)):
            mutant[dice.randrange(len(mutant))] = dice.randrange(256)
        try:
            from_onnx(bytes(mutant[: dice.choice([len(mutant), dice.randrange(len(mutant))])]))
        except FormatError:
            continue
