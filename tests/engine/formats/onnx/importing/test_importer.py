"""ONNX files become networks that compute what onnxruntime does, under the file's names. (Hostile
files: test_onnx_refusals.py.)
"""

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import engine
from engine.errors import FormatError, InputSizeNeeded
from engine.formats.onnx import from_onnx, to_onnx
from engine.formats.onnx.converters import CONVERTERS, DROPPED, FOREIGN
from engine.preprocess import Preprocess
from tests.browser.menagerie import build_menagerie
from tests.engine import networks
from tests.engine.formats.onnx.files import constant, file, model, random
from tests.engine.formats.onnx.twins import run_file

make = helper.make_node

DOC = Path(__file__).parents[5] / "docs" / "onnx.md"


def assert_same(data, x, name="x", **how):
    """Every output is onnxruntime's. Returns the network."""
    network = from_onnx(data, **how)
    trace = network.forward({name: x})
    for output, theirs in zip(network.outputs, run_file(data, {name: x}), strict=True):
        bound = 1e-5 * max(1, np.abs(theirs).max())
        np.testing.assert_allclose(trace[output], theirs, rtol=1e-4, atol=bound, err_msg=output)
    return network


def kinds(network):
    return [node.op.op_type for node in network.nodes]


MAKERS = {
    "every op": networks.network,
    "painter": networks.painter,
    "menagerie": build_menagerie,
    "everyday": lambda: engine.load("everyday"),
    "branches": lambda: engine.load("branches"),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_what_is_written_is_read_back(maker):
    network = MAKERS[maker]()
    again = from_onnx(to_onnx(network))
    x = {name: random(2, *shape) for name, shape in network.inputs.items()}
    ours, theirs = network.forward(x), again.forward(x)
    assert [node.name for node in again.nodes] == [node.name for node in network.nodes]
    for node in network.nodes:
        np.testing.assert_allclose(theirs[node.name], ours[node.name], rtol=1e-6, err_msg=node.name)
    assert (again.labels, again.preprocess) == (network.labels, network.preprocess)
    assert (again.meta, again.outputs) == (network.meta, network.outputs)


def test_a_file_s_network_has_the_digest_of_the_one_that_was_written():
    network = engine.load("everyday")
    assert from_onnx(to_onnx(network), name=network.name).digest == network.digest


def test_load_takes_a_file(tmp_path):
    path = tmp_path / "mine.onnx"
    path.write_bytes(to_onnx(engine.load("everyday")))
    network = engine.load(path)
    assert network.name == "mine"
    assert not any(array.flags.writeable for array in network.parameters().values())


def test_values_keep_their_names_and_nodes_theirs_as_labels():
    odd = "/features/0 <b>ü.1"
    data = file(
        [make("Relu", ["x"], [odd], "Relu_7"), make("Tanh", [odd], ["y"])], inputs={"x": ["N", 3]}
    )
    network = assert_same(data, random(2, 3))
    assert [(node.name, node.label) for node in network.nodes] == [(odd, "Relu_7"), ("y", "")]
    assert network.structure()["nodes"][0]["label"] == "Relu_7"


def test_labels_and_preprocessing_that_are_given_overrule_the_file_s():
    network = engine.load("everyday")
    usual = Preprocess.usual((3, 64, 64))
    again = from_onnx(to_onnx(network), labels="abcdefgh", preprocess=usual)
    assert (again.labels, again.preprocess) == (tuple("abcdefgh"), usual)


# The arithmetic of shapes.


def test_a_flatten_as_old_pytorch_wrote_it_becomes_one_reshape():
    nodes = [
        make("Relu", ["x"], ["r"]),
        make("Shape", ["r"], ["shape"]),
        constant("zero", 0),
        make("Gather", ["shape", "zero"], ["n"], axis=0),
        constant("minus_one", [-1]),
        make("Unsqueeze", ["n", "axes"], ["n1"]),
        make("Concat", ["n1", "minus_one"], ["target"], axis=0),
        make("Reshape", ["r", "target"], ["y"]),
    ]
    data = file(nodes, inputs={"x": ["N", 2, 3, 4]}, arrays={"axes": [0]})
    network = assert_same(data, random(1, 2, 3, 4))
    assert kinds(network) == ["relu", "reshape"]
    assert network.forward(random(5, 2, 3, 4))["y"].shape == (5, 24)


def test_shuffled_channels_run_with_any_batch():
    nodes = [
        make("Shape", ["x"], ["whole"]),
        make("Slice", ["whole", "a", "b"], ["n"]),
        make("Div", ["channels", "two"], ["half"]),
        make("Concat", ["n", "two", "half", "size", "size"], ["grouped"], axis=0),
        make("Reshape", ["x", "grouped"], ["g"]),
        make("Transpose", ["g"], ["t"], perm=[0, 2, 1, 3, 4]),
        make("Reshape", ["t", "whole"], ["y"]),
    ]
    arrays = {"a": [0], "b": [1], "channels": [6], "two": [2], "size": [5]}
    data = file(nodes, inputs={"x": ["N", 6, 5, 5]}, arrays=arrays)
    network = assert_same(data, random(3, 6, 5, 5))
    assert kinds(network) == ["reshape", "transpose", "reshape"]


def test_sizes_are_multiplied_cast_and_rounded_on_load():
    nodes = [
        make("Shape", ["x"], ["whole"]),
        make("Slice", ["whole", "two", "four"], ["size"]),
        make("Cast", ["size"], ["f"], to=TensorProto.FLOAT),
        make("Mul", ["f", "factor"], ["larger"]),
        make("Floor", ["larger"], ["rounded"]),
        make("Cast", ["rounded"], ["i"], to=TensorProto.INT64),
        make("Slice", ["whole", "zero", "two"], ["front"]),
        make("Concat", ["front", "i"], ["sizes"], axis=0),
        make("Resize", ["x", "", "", "sizes"], ["y"], mode="nearest", nearest_mode="floor"),
    ]
    arrays = {"zero": [0], "two": [2], "four": [4], "factor": np.float32([1.5])}
    data = file(nodes, inputs={"x": ["N", 3, 4, 6]}, arrays=arrays)
    network = assert_same(data, random(2, 3, 4, 6))
    assert network.node("y").op.attributes["sizes"] == [6, 9]


def test_integers_divide_towards_zero():
    nodes = [
        make("Div", ["a", "b"], ["q"]),
        make("ConstantOfShape", ["q"], ["ones"], value=helper.make_tensor("v", 7, [1], [1])),
        make("Size", ["ones"], ["count"]),
        make("Unsqueeze", ["count", "zero"], ["counts"]),
        make("Concat", ["front", "counts"], ["target"], axis=0),
        make("Reshape", ["x", "target"], ["y"]),
    ]
    arrays = {"a": [-7, -9], "b": [-2, -4], "zero": [0], "front": [-1]}
    network = assert_same(file(nodes, inputs={"x": ["N", 12]}, arrays=arrays), random(1, 12))
    assert network.shapes()["y"] == (2, 6)  # 3 · 2 numbers a row


def test_packed_weights_are_unpacked_on_load():
    packed = np.random.default_rng(1).integers(-128, 128, (4, 3, 3, 3)).astype(np.int8)
    nodes = [
        make("DequantizeLinear", ["packed", "scale", "zero"], ["w"], axis=0),
        make("Conv", ["x", "w"], ["y"]),
    ]
    arrays = {
        "packed": packed,
        "scale": np.float32([0.1, 0.2, 0.3, 0.4]),
        "zero": np.zeros(4, np.int8),
    }
    data = file(nodes, inputs={"x": ["N", 3, 6, 6]}, arrays=arrays)
    assert kinds(assert_same(data, random(1, 3, 6, 6))) == ["conv"]


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.float32])
def test_weights_of_any_float_become_float32(dtype):
    x = random(2, 4)
    data = file(
        [make("Gemm", ["x", "w"], ["y"])],
        inputs={"x": ["N", 4]},
        arrays={"w": random(4, 3).astype(dtype)},
    )
    network = from_onnx(data)
    assert network.parameters()["y.weight"].dtype == np.float32
    np.testing.assert_allclose(network.forward(x)["y"], x @ random(4, 3), rtol=1e-2, atol=1e-2)


def test_bfloat16_is_read():
    w = helper.make_tensor("w", TensorProto.BFLOAT16, [2, 1], [0.5, -2.0])
    made = model([make("MatMul", ["x", "w"], ["y"])], inputs={"x": ["N", 2]})
    made.graph.initializer.append(w)
    network = from_onnx(made.SerializeToString())
    np.testing.assert_array_equal(network.forward(np.float32([[4, 1]]))["y"], [[0.0]])


# One operation in the forms of several opsets.

PADS = [0, 0, 1, 2, 0, 0, 3, 4]
FORMS = {
    "clip 6": (7, [make("Clip", ["x"], ["y"], min=-0.5, max=0.25)], {}),
    "clip 11": (11, [make("Clip", ["x", "low", ""], ["y"])], {"low": np.float32(-0.5)}),
    "pad 2": (7, [make("Pad", ["x"], ["y"], pads=PADS, value=0.5)], {}),
    "pad 11": (11, [make("Pad", ["x", "p", "v"], ["y"])], {"p": PADS, "v": np.float32(0.5)}),
    "pad 18": (18, [make("Pad", ["x", "p", "", "a"], ["y"])], {"p": [1, -1, 1, 2], "a": [-1, 2]}),
    "slice 1": (
        9,
        [make("Slice", ["x"], ["y"], axes=[2, 3], starts=[1, -3], ends=[1000, 2**31])],
        {},
    ),
    "slice 10": (
        10,
        [make("Slice", ["x", "s", "e", "a", "t"], ["y"])],
        {"s": [-1], "e": [-(2**62)], "a": [3], "t": [-2]},
    ),
    "upsample 7": (7, [make("Upsample", ["x"], ["y"], scales=[1.0, 1.0, 2.0, 3.0])], {}),
    "upsample 9": (
        9,
        [make("Upsample", ["x", "s"], ["y"], mode="linear")],
        {"s": np.float32([1, 1, 2, 2])},
    ),
    "resize 10": (10, [make("Resize", ["x", "s"], ["y"])], {"s": np.float32([1, 1, 0.5, 2])}),
    "resize 11": (
        11,
        [make("Resize", ["x", "none", "s"], ["y"], mode="linear")],
        {"none": np.zeros(0, np.float32), "s": np.float32([1, 1, 2, 2])},
    ),
    "resize 18": (
        18,
        [
            make(
                "Resize",
                ["x", "", "", "s"],
                ["y"],
                axes=[2, 3],
                keep_aspect_ratio_policy="not_larger",
            )
        ],
        {"s": [7, 30]},
    ),
    "softmax 7": (7, [make("Softmax", ["x"], ["y"])], {}),
    "softmax 7, last axis": (7, [make("Softmax", ["x"], ["y"], axis=3)], {}),
    "softmax 13": (13, [make("Softmax", ["x"], ["y"], axis=1)], {}),
    "squeeze 11": (
        11,
        [make("Unsqueeze", ["x"], ["u"], axes=[0, 3]), make("Squeeze", ["u"], ["y"], axes=[3, 0])],
        {},
    ),
    "squeeze 13": (
        13,
        [make("Unsqueeze", ["x", "a"], ["u"]), make("Squeeze", ["u", "a"], ["y"])],
        {"a": [-1]},
    ),
    "split 7": (7, [make("Split", ["x"], ["p", "q"], axis=1), make("Sum", ["p", "q"], ["y"])], {}),
    "split 13": (
        13,
        [make("Split", ["x", "s"], ["p", "q"], axis=1), make("Concat", ["q", "p"], ["y"], axis=1)],
        {"s": [1, 3]},
    ),
    "split 18": (
        18,
        [make("Split", ["x"], ["p", "q"], axis=2, num_outputs=2), make("Relu", ["q"], ["y"])],
        {},
    ),
    "dropout 7": (7, [make("Dropout", ["x"], ["y", "mask"], ratio=0.3)], {}),
    "dropout 13": (13, [make("Dropout", ["x", "r"], ["y"])], {"r": np.float32(0.3)}),
    "flatten behind the last axis": (13, [make("Flatten", ["x"], ["y"], axis=4)], {}),
    "reshape keeps": (13, [make("Reshape", ["x", "s"], ["y"])], {"s": [0, 2, -1, 0]}),
    "transpose": (13, [make("Transpose", ["x"], ["y"], perm=[0, 2, 3, 1])], {}),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_an_operation(form):
    opset, nodes, arrays = FORMS[form]
    made = model(nodes, inputs={"x": [1, 4, 5, 6]}, arrays=arrays, opset=opset)
    made.ir_version = 7
    assert_same(made.SerializeToString(), random(1, 4, 5, 6))


def test_opset_6_broadcasts_along_a_named_axis():
    data = file(
        [make("Mul", ["x", "c"], ["y"], broadcast=1, axis=1)],
        inputs={"x": ["N", 4, 5, 6]},
        arrays={"c": random(4)},
        opset=6,
    )
    x = random(2, 4, 5, 6)
    y = from_onnx(data).forward(x)["y"]
    np.testing.assert_allclose(y, x * random(4)[:, None, None], rtol=1e-6)


@pytest.mark.parametrize("auto_pad", ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"])
@pytest.mark.parametrize("op", ["Conv", "MaxPool", "AveragePool", "ConvTranspose"])
@pytest.mark.parametrize("size", [(7, 8), (8, 7)])
def test_padding_that_the_reader_works_out(op, auto_pad, size):
    reads = ["x", "w"] if op.startswith("Conv") else ["x"]
    node = make(op, reads, ["y"], auto_pad=auto_pad, kernel_shape=[4, 3], strides=[2, 3])
    weight = {"w": random(3, 3, 4, 3)} if op.startswith("Conv") else {}
    assert_same(file([node], inputs={"x": ["N", 3, *size]}, arrays=weight), random(2, 3, *size))


@pytest.mark.parametrize(
    ("more", "c"),
    [
        ({}, [3]),
        ({"transB": 1, "alpha": 0.5, "beta": 2.0}, [1, 3]),
        ({"alpha": 2.0}, []),
        ({}, None),
    ],
)
def test_gemm_is_a_dense_layer(more, c):
    arrays = {"b": random(3, 4) if more.get("transB") else random(4, 3)}
    if c is not None:
        arrays["c"] = random(*c, seed=1) if c else np.float32(0.7)
    node = make("Gemm", ["x", *arrays], ["y"], **more)
    data = file([node], inputs={"x": ["N", 4]}, arrays=arrays)
    assert kinds(assert_same(data, random(2, 4))) == ["dense"]


@pytest.mark.parametrize("added", ["c", "r", ""])
def test_gemm_of_computed_matrices(added):
    how = {"transB": 1, "alpha": 0.5, "beta": 2.0}
    nodes = [
        make("Relu", ["x"], ["r"]),
        make("Gemm", ["x", "r", *([added] if added else [])], ["y"], **how),
    ]
    data = file(nodes, inputs={"x": ["N", 3]}, arrays={"c": random(3)})
    assert_same(data, random(3, 3))


@pytest.mark.parametrize(
    ("shape", "right", "expected"),
    [
        ((2, 4), (4, 3), ["dense"]),
        ((2, 5, 4), (4, 3), ["matmul"]),
        ((2, 3, 5, 4), (1, 3, 4, 2), ["matmul"]),
        ((2, 5, 4), (4,), ["matmul", "reshape"]),
    ],
)
def test_products_with_a_constant(shape, right, expected):
    data = file(
        [make("MatMul", ["x", "w"], ["y"])],
        inputs={"x": ["N", *shape[1:]]},
        arrays={"w": random(*right)},
    )
    assert kinds(assert_same(data, random(*shape))) == expected


def test_a_constant_on_the_left_becomes_a_step():
    data = file(
        [make("MatMul", ["w", "x"], ["y"])],
        inputs={"x": ["N", 4, 2]},
        arrays={"w": random(1, 3, 4)},
    )
    assert kinds(assert_same(data, random(3, 4, 2))) == ["constant", "matmul"]


# Inputs.


def test_a_picture_of_any_size_needs_one():
    data = file([make("GlobalAveragePool", ["x"], ["y"])], inputs={"x": ["N", 3, "H", "W"]})
    with pytest.raises(InputSizeNeeded, match="'x' takes pictures of any height and width"):
        from_onnx(data)
    assert_same(data, random(2, 3, 5, 7), input_size=(5, 7))


def test_colours_that_come_last_stay_there():
    data = file(
        [make("Transpose", ["x"], ["y"], perm=[0, 3, 1, 2])], inputs={"x": ["N", "H", "W", 3]}
    )
    network = assert_same(data, random(2, 5, 7, 3), input_size=(5, 7))
    assert network.inputs == {"x": (5, 7, 3)}


def test_a_size_that_the_file_fixes_cannot_be_another():
    data = file([make("Relu", ["x"], ["y"])], inputs={"x": ["N", 3, 8, 8]})
    assert from_onnx(data, input_size=(8, 8)).inputs == {"x": (3, 8, 8)}
    with pytest.raises(FormatError, match="fixes its input 'x' at 8 × 8; 9 × 8 cannot be had"):
        from_onnx(data, input_size=(9, 8))


def test_several_inputs_and_outputs():
    nodes = [make("Add", ["x", "z"], ["s"]), make("Relu", ["s"], ["y"])]
    network = from_onnx(file(nodes, inputs={"x": ["N", 3], "z": ["N", 3]}, outputs=("y", "s")))
    x, z = random(2, 3), random(2, 3, seed=1)
    trace = network.forward({"x": x, "z": z})
    np.testing.assert_array_equal(trace["s"], x + z)
    assert (list(network.inputs), network.outputs) == (["x", "z"], ("y", "s"))


def test_an_output_may_be_the_same_for_every_picture():
    nodes = [constant("y", [[1, 2]], np.float32), make("Shape", ["x"], ["s"])]
    network = from_onnx(file(nodes, inputs={"x": ["N", 3]}, outputs=("y", "s")))
    trace = network.forward(random(2, 3))
    np.testing.assert_array_equal(trace["y"], [[1, 2], [1, 2]])
    np.testing.assert_array_equal(trace["s"], [1, 3])  # of one picture


def test_what_no_output_needs_is_left_out():
    nodes = [make("NonZero", ["x"], ["unread"]), make("Relu", ["x"], ["y"])]
    assert kinds(from_onnx(file(nodes, inputs={"x": ["N", 3]}))) == ["relu"]


def test_nodes_may_come_in_any_order():
    nodes = [make("Relu", ["a"], ["y"]), make("Tanh", ["x"], ["a"])]
    assert kinds(from_onnx(file(nodes, inputs={"x": ["N", 3]}))) == ["tanh", "relu"]


def test_thousands_of_layers_are_read_within_seconds():
    count = 4000
    nodes = [make("Relu", [f"v{i}"], [f"v{i + 1}"]) for i in range(count)]
    network = from_onnx(file(nodes, inputs={"v0": ["N", 3]}, outputs=(f"v{count}",)))
    assert len(network.nodes) == count


def test_the_documented_operations_are_those_that_are_read():
    text = DOC.read_text()
    table = text.split("## Operations", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in row.replace("`", " ").replace(",", " ").split()}
    assert named == CONVERTERS.keys()


def test_every_operation_is_known_to_onnx_or_to_onnxruntime():
    """Or was once: each that is none of ONNX's is said to be somebody's, or dropped."""
    known = {schema.name for schema in onnx.defs.get_all_schemas_with_history()}
    others = {name for names in FOREIGN.values() for name in names}
    assert CONVERTERS.keys() - known <= others | DROPPED
    assert not others & known


def test_names_that_no_address_can_hold_become_underscores():
    """Anything printable is kept; a control character, «.» and «..» would never arrive at the
    server.
    """
    names = ["in\nput", "a\tb", "a_b", "..", ".", "__", "../x", "ä/b c😀", "y\x00"]
    plain = ["in_put", "a_b_1", "a_b", "___1", "_", "__", "../x", "ä/b c😀", "y_"]
    nodes = [make("Relu", [a], [b]) for a, b in pairwise(names)]
    data = file(nodes, inputs={names[0]: [1, 3]}, outputs=names[-1:])
    network = from_onnx(data)
    assert list(network.inputs) == plain[:1]
    assert [node.name for node in network.nodes] == plain[1:]
    assert network.outputs == ("y_",)
    x = random(1, 3)
    np.testing.assert_array_equal(network.forward(x)["y_"], run_file(data, {names[0]: x})[0])


def test_thousands_of_names_that_need_another_are_read_within_seconds():
    """Each becomes an underscore and a number; the next number is remembered."""
    names = [chr(0xE000 + i) for i in range(6000)]
    nodes = [make("Relu", ["x"], ["y"]), make("Sum", names, ["unused"])]
    start = time.monotonic()
    assert len(from_onnx(file(nodes, inputs={"x": [1, 3]})).nodes) == 1
    assert time.monotonic() - start < 5  # 40 seconds and more if each begins at one


def test_a_name_longer_than_any_is_refused():
    data = file([make("Relu", ["x" * 1001], ["y"])], inputs={"x" * 1001: [1, 3]})
    with pytest.raises(FormatError, match="1,001 characters"):
        from_onnx(data)


@pytest.mark.parametrize(
    "told", ["[]", "null", "5", '{"std": [0, 0, 0]}', '{"input_size": [3, 8, 8], "crop_pct": "a"}']
)
def test_what_others_write_under_our_names_is_left_alone(told):
    made = model([make("Relu", ["x"], ["y"])], inputs={"x": [1, 3, 8, 8]})
    helper.set_model_props(made, {"preprocess": told, "labels": told, "meta": told})
    assert from_onnx(made.SerializeToString()).preprocess is None


def test_reading_can_be_stopped_before_any_node():
    made = file([make("Relu", ["x"], ["a"]), make("Relu", ["a"], ["y"])], inputs={"x": [1, 3]})
    left = iter([None])

    def check():
        if next(left, False) is False:
            raise TimeoutError("too late")

    with pytest.raises(TimeoutError, match="too late"):
        from_onnx(made, check=check)
