"""ONNX files that are small, or look plain, and are a lot of work or memory to whoever believes
them. Each is named for what it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from google.protobuf.internal.encoder import _VarintBytes  # type: ignore[import-untyped]
from onnx import FunctionProto, NodeProto, TensorProto, helper, numpy_helper

_FLOAT, _OPSET = TensorProto.FLOAT, 17
_SMALL = (1, 3, 32, 32)

node = helper.make_node


def _file(
    nodes: Iterable[NodeProto],
    tensors: Sequence[TensorProto] = (),
    shape: Sequence[int | str] = _SMALL,
    functions: Sequence[FunctionProto] = (),
    told: Mapping[str, str] | None = None,
) -> bytes:
    """A model from the input «x» to the output «y»."""
    inputs = [helper.make_tensor_value_info("x", _FLOAT, shape)]
    outputs = [helper.make_tensor_value_info("y", _FLOAT, None)]
    graph = helper.make_graph(list(nodes), "bomb", inputs, outputs, list(tensors))
    imports = [helper.make_opsetid("", _OPSET), helper.make_opsetid("own", 1)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=8, functions=functions)
    helper.set_model_props(model, dict(told or {}))
    data: bytes = model.SerializeToString()
    return data


def _numbers(name: str, *values: int) -> TensorProto:
    return numpy_helper.from_array(np.array(values, np.int64), name)


def _claims(name: str, *dims: int) -> TensorProto:
    """A tensor that says it is so large, and has not a byte."""
    tensor = TensorProto(name=name, data_type=_FLOAT)
    tensor.dims.extend(dims)
    return tensor


def _outside(name: str, location: str, offset: str = "0") -> TensorProto:
    tensor = _claims(name, 1, 3, 32, 32)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", offset)):
        tensor.external_data.add(key=key, value=value)
    return tensor


def _block(number: int, content: bytes) -> bytes:
    """A field of a protobuf message that holds bytes or a message."""
    found: bytes = _VarintBytes(number << 3 | 2) + _VarintBytes(len(content)) + content
    return found


def _chain(steps: Sequence[NodeProto]) -> list[NodeProto]:
    """Steps of one operand, each of which reads what the one before it made."""
    for number, step in enumerate(steps):
        step.input[0] = f"v{number - 1}" if number else "x"
        step.output[0] = f"v{number}" if number < len(steps) - 1 else "y"
    return list(steps)


def _constant_chain(first: NodeProto, steps: Sequence[NodeProto], *more: TensorProto) -> bytes:
    """What is computed from the file alone, and added to the photo."""
    for number, step in enumerate(steps):
        before, after = f"c{number}", f"c{number + 1}"
        step.input[:] = [before if name == "c" else name for name in step.input]
        step.output[:] = [after]
    first.output[:] = ["c0"]
    last = f"c{len(steps)}"
    nodes = [first, *steps, node("ReduceSum", [last], ["sum"]), node("Add", ["x", "sum"], ["y"])]
    return _file(nodes, more)


def _doubled() -> bytes:
    one = node("Constant", [], ["c"], value_floats=[1.0])
    return _constant_chain(one, [node("Concat", ["c", "c"], ["c"], axis=0) for _ in range(40)])


def _tiled() -> bytes:
    one = node("Constant", [], ["c"], value_floats=[1.0])
    times = _numbers("times", 10**6)
    return _constant_chain(one, [node("Tile", ["c", "times"], ["c"]) for _ in range(3)], times)


def _expanded() -> bytes:
    one = node("Constant", [], ["c"], value_floats=[1.0])
    size = _numbers("size", 200_000_000)
    return _constant_chain(one, [node("Expand", ["c", "size"], ["c"]) for _ in range(500)], size)


def _folded_to_the_limit() -> bytes:
    many = node("Constant", [], ["c"], value_floats=[1.0] * 1_000)
    return _constant_chain(many, [node("Add", ["c", "c"], ["c"]) for _ in range(2_000)])


def _filled() -> bytes:
    nodes = [node("ConstantOfShape", ["size"], ["c"]), node("Add", ["x", "c"], ["y"])]
    return _file(nodes, [_numbers("size", 2**16, 2**16)])


def _one(op: str, *inputs: str, tensors: Sequence[TensorProto] = (), **attributes: object) -> bytes:
    return _file([node(op, ["x", *inputs], ["y"], **attributes)], tensors)


def _wide(*steps: NodeProto, side: int = 4_000, tensors: Sequence[TensorProto] = ()) -> bytes:
    """On a photo of so many pixels a side, which the limits just let in."""
    return _file(_chain(steps), tensors, (1, 3, side, side))


def _nested_branches() -> bytes:
    inner = helper.make_graph([node("Relu", ["x"], ["r"])], "g", [], [_value("r")])
    for level in range(6):
        name = f"r{level}"
        step = node("If", ["yes"], [name], then_branch=inner, else_branch=inner)
        inner = helper.make_graph([step] * 3, "g", [], [_value(name)])
    yes = numpy_helper.from_array(np.array(True), "yes")
    return _file([node("If", ["yes"], ["y"], then_branch=inner, else_branch=inner)], [yes])


def _value(name: str) -> object:
    return helper.make_tensor_value_info(name, _FLOAT, None)


def _nested_messages() -> bytes:
    data = b""
    for _ in range(3_000):  # a graph (6) in an attribute (5) of a node (1) of a graph
        data = _block(1, _block(5, _block(6, data)))
    return _block(7, data)


def _function(name: str, nodes: Sequence[NodeProto]) -> FunctionProto:
    imports = [helper.make_opsetid("", _OPSET), helper.make_opsetid("own", 1)]
    return helper.make_function("own", name, ["x"], ["y"], list(nodes), imports)


def _functions_twice() -> bytes:
    made = [_function("F0", [node("Relu", ["x"], ["y"])])]
    for level in range(1, 40):
        twice = [node(f"F{level - 1}", [a], [b], domain="own") for a, b in ("xm", "my")]
        made.append(_function(f"F{level}", twice))
    return _file([node("F39", ["x"], ["y"], domain="own")], functions=made)


def _function_of_itself() -> bytes:
    own = _function("F", [node("F", ["x"], ["y"], domain="own")])
    return _file([node("F", ["x"], ["y"], domain="own")], functions=[own])


def _unneeded_nodes() -> bytes:
    """A plain file, and behind it a second piece of its graph: 240,000 nodes."""
    step = _block(1, _block(1, b"x") + _block(2, b"") + _block(4, b"Relu"))
    return _one("Relu") + _block(7, step * 240_000)


def _many_fields() -> bytes:
    entry = _block(14, _block(1, b"k"))  # metadata_props
    return _one("Relu") + entry * 490_000


def _each_reads_all() -> bytes:
    names = ["x", *(f"v{number}" for number in range(300))]
    nodes = [node("Sum", names[: at + 1], [names[at + 1]]) for at in range(300)]
    return _file([*nodes, node("Relu", [names[-1]], ["y"])], shape=(1, 1, 4, 4))


def _cycle() -> bytes:
    names = [f"v{number}" for number in range(3_000)]
    nodes = [node("Add", ["x", names[at - 1]], [names[at]]) for at in range(3_000)]
    return _file([*nodes, node("Relu", [names[-1]], ["y"])])


def _long_names() -> bytes:
    names = ["x", *(f"{number:x<1000}" for number in range(20_000)), "y"]
    return _file([node("Relu", [a], [b]) for a, b in pairwise(names)])


def _names_alike() -> bytes:
    """Names that are all «____…» once what cannot stand in an address is replaced."""
    bits = [f"{number:017b}".translate({48: 1, 49: 2}) for number in range(60_000)]
    names = ["x", *bits, "y"]
    return _file([node("Relu", [a], [b]) for a, b in pairwise(names)])


def _einsum() -> bytes:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"
    equation = f"{letters},{letters}->{letters[::-1]}"
    nodes = [node("Reshape", ["x", "size"], ["r"]), node("Einsum", ["r", "r"], ["y"])]
    nodes[1].attribute.append(helper.make_attribute("equation", equation))
    return _file(nodes, [_numbers("size", *[2] * 10, 3, *[1] * (len(letters) - 11))])


def _open_size() -> bytes:
    """Of any size: each that is tried is refused at the very end."""
    steps = [node("Relu", [""], [""]) for _ in range(3_900)]
    size = _numbers("size", 1, 7, 11, 13, 17, 19, 23)
    last = node("Reshape", ["", "size"], [""])
    return _file(_chain([*steps, last]), [size], ("N", "C", "H", "W"))


def _sorted_numbers() -> bytes:
    steps = [node("Reshape", ["x", "row"], ["r"]), node("TopK", ["r", "k"], ["y", "places"])]
    side = 3_700
    tensors = [_numbers("row", 1, -1), _numbers("k", 3 * side * side)]
    return _file(steps, tensors, (1, 3, side, side))


def _convolution() -> bytes:
    """Just below the most multiply-adds that are let in."""
    weight = numpy_helper.from_array(np.full((256, 3, 15, 15), 0.001, np.float32), "w")
    conv = node("Conv", ["x", "w"], ["y"], pads=[7, 7, 7, 7], kernel_shape=[15, 15])
    return _file([conv], [weight], (1, 3, 500, 500))


def _depthwise() -> bytes:
    first = numpy_helper.from_array(np.full((48, 3, 1, 1), 0.1, np.float32), "f")
    weight = numpy_helper.from_array(np.full((48, 1, 127, 127), 0.001, np.float32), "w")
    nodes = [
        node("Conv", ["x", "f"], ["c"], kernel_shape=[1, 1]),
        node("Conv", ["c", "w"], ["y"], pads=[63] * 4, kernel_shape=[127, 127], group=48),
    ]
    return _file(nodes, [first, weight], (1, 3, 250, 250))


def _labels() -> str:
    return json.dumps([f"label {number}" for number in range(400_000)])


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "weights of 2⁶² numbers without a byte": lambda: _one(
        "Conv", "w", tensors=[_claims("w", 2**31, 2**31, 1, 1)]
    ),
    "weights that unpack to 16 GB": _filled,
    "a number doubled 40 times": _doubled,
    "a number repeated a million times, thrice": _tiled,
    "a number spread over 200 million, 500 times": _expanded,
    "4 million numbers computed on load": _folded_to_the_limit,
    "an input of 100,000 × 100,000 pixels": lambda: _file(
        [node("Relu", ["x"], ["y"])], shape=(1, 3, 100_000, 100_000)
    ),
    "a transposed convolution with steps of a million": lambda: _one(
        "ConvTranspose",
        "w",
        tensors=[numpy_helper.from_array(np.ones((3, 1, 1, 1), np.float32), "w")],
        strides=[10**6, 10**6],
    ),
    "a photo enlarged a million times": lambda: _one(
        "Resize", "", "", "size", tensors=[_numbers("size", 1, 3, 10**6, 10**6)]
    ),
    "a border of 2⁴⁰ pixels": lambda: _one("Pad", "p", tensors=[_numbers("p", *[2**40] * 8)]),
    "a window of 2³¹ × 2³¹": lambda: _one("MaxPool", kernel_shape=[2**31 - 1] * 2),
    "a sum over 2⁶² channels": lambda: _one("LRN", size=2**62 + 1),
    "branches in branches": _nested_branches,
    "messages in messages, 9,000 levels": _nested_messages,
    "functions that call another twice, 40 levels": _functions_twice,
    "a function that calls itself": _function_of_itself,
    "240,000 nodes that nobody needs": _unneeded_nodes,
    "980,000 fields": _many_fields,
    "4,000 steps in a row": lambda: _file(
        _chain([node("Relu", [""], [""]) for _ in range(4_000)])
    ),
    "300 steps that read all before them": _each_reads_all,
    "3,000 nodes in a circle": _cycle,
    "20,000 names of 1,000 letters": _long_names,
    "60,000 names that look alike": _names_alike,
    "weights in /etc/passwd": lambda: _one(
        "Add", "w", tensors=[_outside("w", "/etc/passwd")]
    ),
    "weights at byte 2⁶³ of ../../proc/self/mem": lambda: _one(
        "Add", "w", tensors=[_outside("w", "../../proc/self/mem", str(2**63))]
    ),
    "a sum over 36 axes": _einsum,
    "400,000 labels": lambda: _file([node("Relu", ["x"], ["y"])], told={"labels": _labels()}),
    "labels in lists in lists": lambda: _file(
        [node("Relu", ["x"], ["y"])], told={"labels": "[" * 10**6, "meta": '{"a":' * 10**5}
    ),
    "windows of 1,000 × 1,000": lambda: _wide(
        node("MaxPool", [""], [""], kernel_shape=[1_000, 1_000], strides=[1, 1]), side=3_000
    ),
    "means of 1,000 × 1,000": lambda: _wide(
        node("AveragePool", [""], [""], kernel_shape=[1_000, 1_000], strides=[1, 1]), side=3_000
    ),
    "any size, and none that fits": _open_size,
    "41 million numbers sorted": _sorted_numbers,
    "48 million error functions": lambda: _wide(node("Erf", [""], [""])),
    "a convolution of 43 · 10⁹ multiply-adds": _convolution,
    "channel by channel, 48 · 10⁹ multiply-adds": _depthwise,
}  # fmt: skip
