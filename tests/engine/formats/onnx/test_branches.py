"""An If whose condition follows from the file, and functions that the file defines itself: what is
inside takes their place.
"""

import numpy as np
import pytest
from onnx import AttributeProto, TensorProto, helper

from engine.cost import ModelLimits
from engine.errors import FormatError, ModelTooLarge, UnsupportedOp
from engine.formats.onnx import from_onnx
from tests.engine.formats.onnx.files import FLOAT, constant, model, random
from tests.engine.formats.onnx.twins import run_file

make = helper.make_node
X = {"x": [1, 3, 8, 8]}
IMAGE = random(1, 3, 8, 8, seed=3)
WEIGHTS = {"one": [1], "axes": [2, 3], "w": random(4, 3, 1, 1), "two": [2]}


def branch(nodes, *outputs, arrays=()):
    graph = helper.make_graph(
        nodes, "b", [], [helper.make_tensor_value_info(name, FLOAT, None) for name in outputs]
    )
    for name, array in dict(arrays).items():
        graph.initializer.append(helper.make_tensor(name, FLOAT, array.shape, array.ravel()))
    return graph


def same(name):
    """A branch that hands a value on, as the standard wants it."""
    return branch([make("Identity", [name], ["kept"])], "kept")


def choice(condition, then, other, *outputs):
    return make("If", [condition], list(outputs), then_branch=then, else_branch=other)


def agrees(made, **more):
    """The network, whose outputs are onnxruntime's."""
    data = made.SerializeToString()
    network = from_onnx(data, **more)
    trace = network.forward(IMAGE)
    for name, value in zip(network.outputs, run_file(data, {"x": IMAGE}), strict=True):
        np.testing.assert_allclose(trace[name], value, atol=1e-5)
    return network


# As PyTorch writes x.squeeze(2): only if that axis has one place. Only one of the two gives what
# the rest can take.
SIZE = [
    make("Shape", ["m"], ["s"]),
    make("Gather", ["s", "two"], ["size"]),
    make("Equal", ["size", "one"], ["is_one"]),
]
MEAN = make("ReduceMean", ["x", "axes"], ["m"], keepdims=1)
SQUEEZE = branch([make("Squeeze", ["m", "two"], ["q"])], "q")
KEEP = branch([make("Identity", ["m"], ["q"])], "q")


@pytest.mark.parametrize("mean", [MEAN, make("Relu", ["x"], ["m"])])
def test_a_condition_on_shapes_is_decided_and_leaves_no_trace(mean):
    nodes = [mean, *SIZE, choice("is_one", SQUEEZE, KEEP, "r"), make("Relu", ["r"], ["y"])]
    network = from_onnx(model(nodes, inputs=X, arrays=WEIGHTS).SerializeToString())
    first = IMAGE.mean((2, 3), keepdims=True)[:, :, 0] if mean is MEAN else IMAGE
    np.testing.assert_allclose(network.forward(IMAGE)["y"], np.maximum(first, 0), atol=1e-6)
    assert [node.op.op_type for node in network.nodes][1:] == (
        ["reshape", "relu"] if mean is MEAN else ["identity", "relu"]
    )
    assert "r" in network.shapes()


@pytest.mark.parametrize("way", [True, False])
def test_branches_with_weights_and_values_of_the_same_names(way):
    """Two Ifs, each of whose branches calls its values «h» and its weights «k»; «h» is also a value
    outside.
    """
    k = random(1, 3, 1, 1, seed=1)

    def half(op):
        nodes = [make(op, ["x", "k"], ["h2"]), make("Relu", ["h2"], ["i"])]
        return branch(nodes, "i", arrays={"k": k})

    nodes = [
        make("Relu", ["x"], ["i"]),
        choice("c", half("Mul"), half("Add"), "a"),
        choice("c", half("Add"), half("Mul"), "b"),
        make("Sum", ["a", "b", "i"], ["y"]),
    ]
    made = model(nodes, inputs=X, arrays={"c": np.bool_(way)})
    network = from_onnx(made.SerializeToString())
    relu = np.maximum(IMAGE, 0)
    expected = np.maximum(IMAGE * k, 0) + np.maximum(IMAGE + k, 0) + relu
    np.testing.assert_allclose(network.forward(IMAGE)["y"], expected, atol=1e-5)
    assert len({node.name for node in network.nodes}) == len(network.nodes)


def test_branches_in_branches_that_read_values_of_all_levels():
    inner = branch([make("Add", ["o", "x"], ["v"]), make("Mul", ["v", "m"], ["u"])], "u")
    outer = branch([make("Relu", ["x"], ["o"]), choice("is_one", inner, same("o"), "t")], "t")
    nodes = [MEAN, *SIZE, choice("is_one", outer, same("x"), "y")]
    agrees(model(nodes, inputs=X, arrays=WEIGHTS))


def test_what_only_the_other_branch_needs_is_not_read():
    """Neither a step that cannot be run nor weights of words."""
    other = branch([make("Mul", ["gone", "x"], ["z"])], "z")
    nodes = [
        make("Det", ["x"], ["gone"]),
        choice("c", branch([make("Relu", ["x"], ["r"])], "r"), other, "y"),
    ]
    network = from_onnx(model(nodes, inputs=X, arrays={"c": np.bool_(True)}).SerializeToString())
    assert [node.name for node in network.nodes] == ["y"]


def test_a_branch_with_several_outputs_some_of_them_passed_on():
    """The standard wants an Identity there; not every program writes it."""
    then = branch([make("Relu", ["x"], ["r"])], "r", "r", "x")
    other = branch([], "x", "x", "x")
    nodes = [choice("c", then, other, "a", "b", "d"), make("Sum", ["a", "b", "d"], ["y"])]
    made = model(nodes, inputs=X, arrays={"c": np.bool_(True)})
    expected = 2 * np.maximum(IMAGE, 0) + IMAGE
    network = from_onnx(made.SerializeToString())
    np.testing.assert_allclose(network.forward(IMAGE)["y"], expected, atol=1e-6)


def test_a_condition_on_the_picture_is_refused_with_the_way_out():
    nodes = [
        make("ReduceSum", ["x"], ["s"], keepdims=0),
        make("Greater", ["s", "zero"], ["c"]),
        choice("c", branch([], "x"), branch([], "x"), "y"),
    ]
    with pytest.raises(UnsupportedOp, match=r"depends on the picture|Greater"):
        from_onnx(model(nodes, inputs=X, arrays={"zero": np.float32(0)}).SerializeToString())
    direct = model([choice("x", branch([], "x"), branch([], "x"), "y")], inputs=X)
    with pytest.raises(UnsupportedOp, match=r"depends on the picture.*onnxsim") as caught:
        from_onnx(direct.SerializeToString())
    assert caught.value.op == "If"


BROKEN = {
    "no branch": (make("If", ["c"], ["y"]), "has no then_branch"),
    "no condition": (make("If", [], ["y"], then_branch=branch([], "x")), "has 0 conditions"),
    "another number of outputs": (
        choice("c", branch([], "x", "x"), branch([], "x"), "y"),
        "do not make",
    ),
    "a value from nowhere": (choice("c", branch([], "q"), branch([], "x"), "y"), "'q' is needed"),
    "a value twice": (
        choice("c", branch([make("Relu", ["x"], ["r"])] * 2, "r"), branch([], "x"), "y"),
        "are called the same",
    ),
    "a cycle through a branch": (
        choice("c", branch([make("Relu", ["y"], ["r"])], "r"), branch([], "x"), "y"),
        "need each other in a cycle",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_branch_is_refused(what):
    node, reason = BROKEN[what]
    with pytest.raises(FormatError, match=reason):
        from_onnx(model([node], inputs=X, arrays={"c": np.bool_(True)}).SerializeToString())


OPSET = [helper.make_opsetid("", 21), helper.make_opsetid("mine", 1)]


def function(name, inputs, outputs, nodes, attributes=(), protos=(), opset=OPSET):
    return helper.make_function(
        "mine", name, inputs, outputs, nodes, opset, list(attributes), list(protos)
    )


def calls(nodes, functions, **more):
    made = model(nodes, inputs=X, **more)
    made.functions.extend(functions)
    made.opset_import.append(helper.make_opsetid("mine", 1))
    return made


def ref(node, name, kind, to):
    attribute = node.attribute.add(name=name, type=kind, ref_attr_name=to)
    assert attribute.ref_attr_name
    return node


def call(op, inputs, outputs, **more):
    return make(op, inputs, outputs, domain="mine", **more)


CONV_RELU = function(
    "ConvRelu",
    ["a", "k"],
    ["r"],
    [make("Conv", ["a", "k"], ["h"]), make("Relu", ["h"], ["r"])],
)


def test_functions_of_the_file_are_what_is_in_them():
    more = random(4, 4, 1, 1, seed=2)
    nodes = [call("ConvRelu", ["x", "w"], ["b"], name="block"), call("ConvRelu", ["b", "v"], ["y"])]
    network = agrees(calls(nodes, [CONV_RELU], arrays={**WEIGHTS, "v": more}))
    assert [node.name for node in network.nodes] == ["block/h", "b", "y/h", "y"]


def test_functions_in_functions_with_attributes_and_defaults():
    leaky = ref(make("LeakyRelu", ["a"], ["r"]), "alpha", AttributeProto.FLOAT, "slope")
    inner = function("Leaky", ["a"], ["r"], [leaky], ["slope"])
    passed = ref(call("Leaky", ["a"], ["h"]), "slope", AttributeProto.FLOAT, "alpha")
    default = helper.make_attribute("alpha", 0.25)
    outer = function("Outer", ["a"], ["r"], [passed, make("Neg", ["h"], ["r"])], protos=[default])
    nodes = [call("Outer", ["x"], ["b"]), call("Outer", ["b"], ["y"], alpha=0.5)]
    network = agrees(calls(nodes, [inner, outer]))
    slopes = [node.op.alpha for node in network.nodes if node.op.op_type == "leaky_relu"]
    assert slopes == [0.25, 0.5]


def test_a_function_may_hand_its_operand_on_leave_one_out_and_decide():
    size = [make("Shape", ["a"], ["s"]), constant("i", 3), make("Gather", ["s", "i"], ["w"])]
    eight = [constant("n", 8), make("Equal", ["w", "n"], ["c"])]
    then = branch([make("Clip", ["a", "low"], ["t"])], "t")
    decide = function(
        "Decide",
        ["a", "low"],
        ["r", "same"],
        [*size, *eight, choice("c", then, branch([], "a"), "r"), make("Identity", ["a"], ["same"])],
    )
    nodes = [
        call("Decide", ["x", "zero"], ["p", "q"]),
        call("Decide", ["x"], ["u"]),
        make("Sum", ["p", "q", "u"], ["y"]),
    ]
    made = calls(nodes, [decide], arrays={"zero": np.float32(0)})
    network = from_onnx(made.SerializeToString())
    np.testing.assert_allclose(
        network.forward(IMAGE)["y"], np.maximum(IMAGE, 0) + 2 * IMAGE, atol=1e-5
    )


def test_a_function_is_read_by_the_opset_that_it_names():
    """Before opset 13 Squeeze had its axes as an attribute."""
    old = function(
        "Old",
        ["a"],
        ["r"],
        [make("ReduceMean", ["a"], ["m"], axes=[2, 3]), make("Squeeze", ["m"], ["r"], axes=[2, 3])],
        opset=[helper.make_opsetid("", 11)],
    )
    network = from_onnx(calls([call("Old", ["x"], ["y"])], [old]).SerializeToString())
    np.testing.assert_allclose(network.forward(IMAGE)["y"], IMAGE.mean((2, 3)), atol=1e-6)


def doubling(levels):
    """Functions each of which calls the one before twice."""
    yield function("F0", ["a"], ["r"], [make("Relu", ["a"], ["r"])])
    for level in range(1, levels):
        before = f"F{level - 1}"
        yield function(
            f"F{level}", ["a"], ["r"], [call(before, ["a"], ["h"]), call(before, ["h"], ["r"])]
        )


def test_functions_that_explode_are_stopped_by_their_number():
    made = calls([call("F30", ["x"], ["y"])], doubling(31))
    with pytest.raises(ModelTooLarge) as caught:
        from_onnx(made.SerializeToString(), limits=ModelLimits(max_nodes=500))
    assert (caught.value.what, caught.value.limit) == ("nodes", 500)


def test_a_function_that_makes_much_of_little_is_stopped():
    """A constant of a megabyte, made a thousand times."""
    big = function(
        "Big",
        ["a"],
        ["r"],
        [constant("c", np.zeros((1, 1, 512, 512)), np.float32), make("MatMul", ["a", "c"], ["r"])],
    )
    nodes = [call("Big", [f"v{i}" if i else "x"], [f"v{i + 1}"]) for i in range(1000)]
    made = calls(nodes, [big], outputs=["v1000"])
    made.graph.input[0].type.tensor_type.shape.dim[3].dim_value = 512
    with pytest.raises(ModelTooLarge):
        from_onnx(made.SerializeToString(), limits=ModelLimits(max_parameter_bytes=2**26))


RECURSIVE = {
    "itself": [function("F", ["a"], ["r"], [call("F", ["a"], ["r"])])],
    "each other": [
        function("F", ["a"], ["r"], [call("G", ["a"], ["r"])]),
        function("G", ["a"], ["r"], [call("F", ["a"], ["r"])]),
    ],
    "itself in a branch": [
        function(
            "F",
            ["a"],
            ["r"],
            [
                constant("c", True, np.bool_),
                choice("c", branch([call("F", ["a"], ["t"])], "t"), branch([], "a"), "r"),
            ],
        )
    ],
}


@pytest.mark.parametrize("what", RECURSIVE)
def test_functions_that_call_themselves_are_refused(what):
    with pytest.raises(FormatError, match="'F' calls itself"):
        from_onnx(calls([call("F", ["x"], ["y"])], RECURSIVE[what]).SerializeToString())


def test_a_chain_of_functions_that_is_too_deep_is_refused():
    chain = [function(f"F{i}", ["a"], ["r"], [call(f"F{i + 1}", ["a"], ["r"])]) for i in range(60)]
    with pytest.raises(FormatError, match="too deeply nested"):
        from_onnx(calls([call("F0", ["x"], ["y"])], chain).SerializeToString())


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        (call("ConvRelu", ["x", "w", "x"], ["y"]), "more operands or outputs"),
        (call("ConvRelu", ["x", "w"], ["y", "z"]), "more operands or outputs"),
        (call("ConvRelu", ["x"], ["y"]), "not valid ONNX|missing"),
        (call("Other", ["x"], ["y"]), "operations of 'mine' are not read"),
    ],
)
def test_calls_that_do_not_fit(node, reason):
    with pytest.raises(FormatError, match=reason):
        from_onnx(calls([node], [CONV_RELU], arrays=WEIGHTS).SerializeToString())


def test_a_function_sees_nothing_but_its_operands():
    peeping = function("Peep", ["a"], ["r"], [make("Add", ["a", "x"], ["r"])])
    with pytest.raises(FormatError, match="'x' is needed, but nothing makes it"):
        from_onnx(calls([call("Peep", ["x"], ["y"])], [peeping]).SerializeToString())


def test_only_what_the_outputs_need_is_read():
    """Beside it stand words, numbers of no known type, nothing at all under a name, and operations
    from elsewhere.
    """
    nodes = [
        make("Relu", ["x"], ["y"]),
        make("Unheard", ["x", "words"], ["u1"], domain="else.where"),
        make("LSTM", ["u1"], ["u2"]),
        make("Add", ["u2", "gone"], ["u3"]),
    ]
    made = model(nodes, inputs={**X, "unused": ["A", "B"]})
    made.graph.initializer.add(
        name="words", data_type=TensorProto.STRING, dims=[1], string_data=[b"a"]
    )
    made.graph.initializer.add(name="odd", data_type=77, dims=[2])
    made.graph.initializer.add(name="short", data_type=FLOAT, dims=[9], raw_data=b"1")
    outside = made.graph.initializer.add(name="outside", data_type=FLOAT, dims=[9])
    outside.data_location = TensorProto.EXTERNAL
    outside.external_data.add(key="location", value="gone.data")
    network = from_onnx(made.SerializeToString())
    assert list(network.inputs) == ["x"]
    assert [node.name for node in network.nodes] == ["y"]


def test_weights_that_are_inputs_too_as_in_old_files():
    made = model([make("Conv", ["x", "w"], ["y"])], inputs={**X, "w": [4, 3, 1, 1]}, arrays=WEIGHTS)
    assert list(agrees(made).inputs) == ["x"]
