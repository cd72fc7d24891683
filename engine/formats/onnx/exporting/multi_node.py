"""Ops that become more than one ONNX node: integer and boolean results, and what ONNX has no
operator for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from onnx import NodeProto, TensorProto, helper

from engine.network import Node

Attributes = dict[str, Any]
# A layer, the names of its own tensors, its attributes there → its nodes, of which the last makes
# its value.
Several = Callable[[Node, list[str], Attributes], list[NodeProto]]
_RELATIONS = {
    "equal": "Equal",
    "not_equal": "Equal",
    "greater": "Greater",
    "greater_or_equal": "GreaterOrEqual",
    "less": "Less",
    "less_or_equal": "LessOrEqual",
}


def _chain(node: Node, *steps: tuple[str, Sequence[str]], **attributes: Any) -> list[NodeProto]:
    """Nodes one after the other, each with what it reads; "" stands for the one before it. The last
    one gets the attributes.
    """
    made, before = [], ""
    for number, (type_, reads) in enumerate(steps):
        last = number == len(steps) - 1
        name = node.name if last else f"{node.name}.{type_.lower()}{number}"
        inputs = [before if read == "" else read for read in reads]
        made.append(helper.make_node(type_, inputs, [name], name, **attributes if last else {}))
        before = name
    return made


def _cast(node: Node, made: Sequence[NodeProto], name: str) -> list[NodeProto]:
    """Nodes that make integers or truth values of that name, and what makes floats of them."""
    return [*made, helper.make_node("Cast", [name], [node.name], name, to=TensorProto.FLOAT)]


def _as_float(type_: str) -> Several:
    """One node, whose integers become floats."""

    def write(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
        whole = f"{node.name}.is_integer"
        made = helper.make_node(type_, [*node.inputs, *own], [whole], node.name, **attributes)
        return _cast(node, [made], whole)

    return write


def _dequantize(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    """A difference and a product: DequantizeLinear takes no floats."""
    scale, zero_point = own
    return _chain(node, ("Sub", [*node.inputs, zero_point]), ("Mul", ["", scale]))


def _requantize(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    """A product, and a quantisation by steps of one."""
    scale, zero_point, one, moved, low, high = own
    product, whole = f"{node.name}.product", f"{node.name}.is_integer"
    if node.op.attributes["zero_point_first"]:
        first = ("Mul", [*node.inputs, scale])
        return _chain(node, first, ("Add", ["", moved]), ("Round", [""]), ("Clip", ["", low, high]))
    made = [
        helper.make_node("Mul", [*node.inputs, scale], [product], product),
        helper.make_node(
            "QuantizeLinear", [product, one, zero_point], [whole], node.name, **attributes
        ),
    ]
    return _cast(node, made, whole)


def _quantized_add(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    a, b, offset, low, high = own
    first, second = node.inputs
    scaled = f"{node.name}.scaled"
    rest = (
        ("Add", ["", offset]),
        ("Add", ["", scaled]),
        ("Round", [""]),
        ("Clip", ["", low, high]),
    )
    return [
        helper.make_node("Mul", [first, a], [scaled], scaled),
        *_chain(node, ("Mul", [second, b]), *rest),
    ]


def _dynamic_scale(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    outputs = [f"{node.name}.is_integer", node.name, f"{node.name}.zero_point"]
    return [helper.make_node("DynamicQuantizeLinear", node.inputs, outputs, node.name)]


def _dynamic_zero_point(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    outputs = [f"{node.name}.{part}" for part in ("whole", "scale", "zero_point")]
    made = helper.make_node("DynamicQuantizeLinear", node.inputs, outputs, node.name)
    return _cast(node, [made], outputs[2])


def _dynamic_quantize(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    x, scale, zero_point = node.inputs
    first = ("Div", [x, scale])
    return _chain(node, first, ("Round", [""]), ("Add", ["", zero_point]), ("Clip", ["", *own]))


def _trunc(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    sign = f"{node.name}.sign"
    return [
        helper.make_node("Sign", node.inputs, [sign], sign),
        *_chain(node, ("Abs", node.inputs), ("Floor", [""]), ("Mul", ["", sign])),
    ]


def _trigonometric(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    return _chain(node, (str(node.op.attributes["function"]).capitalize(), node.inputs))


def _operands(node: Node, own: list[str]) -> list[str]:
    """Both operands of a pair in their order, of which one may be the layer's own."""
    return [*own, *node.inputs] if node.op.attributes["constant_first"] else [*node.inputs, *own]


def _compare(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    relation = node.op.attributes["relation"]
    truth, other = f"{node.name}.truth", f"{node.name}.not"
    made = helper.make_node(_RELATIONS[relation], _operands(node, own), [truth], node.name)
    if relation != "not_equal":
        return _cast(node, [made], truth)
    return _cast(node, [made, helper.make_node("Not", [truth], [other], truth)], other)


def _mod(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    a, b = _operands(node, own)
    if node.op.attributes["fmod"]:
        return _chain(node, ("Mod", [a, b]), fmod=1)
    return _chain(node, ("Div", [a, b]), ("Floor", [""]), ("Mul", ["", b]), ("Sub", [a, ""]))


def _where(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    condition, a, b = node.inputs
    truth = f"{node.name}.truth"
    return [
        helper.make_node("Cast", [condition], [truth], truth, to=TensorProto.BOOL),
        *_chain(node, ("Where", [truth, a, b])),
    ]


def _top_k(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    op = node.op.attributes
    values, places = f"{node.name}.values", f"{node.name}.places"
    outputs = [values, places] if op["places"] else [node.name, places]
    attributes = {"axis": op["axis"], "largest": int(op["largest"])}
    made = helper.make_node("TopK", [*node.inputs, *own], outputs, node.name, **attributes)
    return _cast(node, [made], places) if op["places"] else [made]


def _gather_elements(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    x, indices = node.inputs
    whole = f"{node.name}.indices"
    return [
        helper.make_node("Cast", [indices], [whole], whole, to=TensorProto.INT64),
        *_chain(node, ("GatherElements", [x, whole]), **attributes),
    ]


def _constant(node: Node, own: list[str], attributes: Attributes) -> list[NodeProto]:
    """A value, once for each picture of the input where there is one."""
    if not node.inputs:
        return _chain(node, ("Identity", own[:1]))
    value, sizes = own
    batch, shape = f"{node.name}.batch", f"{node.name}.shape"
    return [
        helper.make_node("Shape", node.inputs, [batch], batch, start=0, end=1),
        helper.make_node("Concat", [batch, sizes], [shape], shape, axis=0),
        helper.make_node("Expand", [value, shape], [node.name], node.name),
    ]


SEVERAL: Mapping[str, Several] = {
    "arg_max": _as_float("ArgMax"),
    "quantize": _as_float("QuantizeLinear"),
    "dequantize": _dequantize,
    "requantize": _requantize,
    "quantized_add": _quantized_add,
    "dynamic_scale": _dynamic_scale,
    "dynamic_zero_point": _dynamic_zero_point,
    "dynamic_quantize": _dynamic_quantize,
    "trunc": _trunc,
    "trigonometric": _trigonometric,
    "compare": _compare,
    "mod": _mod,
    "where": _where,
    "top_k": _top_k,
    "gather_elements": _gather_elements,
    "constant": _constant,
}
