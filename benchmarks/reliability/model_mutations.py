"""Mutilated ONNX files, endlessly many and each the same every time: ``mutant(7)`` is mutant 7 on
every machine and every day.

A mutant starts from a small network with branches as exporters write them. One to three changes are
made to it: blind ones to its bytes, or informed ones to its parts, written as a valid file again,
so that they get past the parser: absurd sizes, other types, numbers that are none, values that read
each other in a circle, operations in places where they do not belong.
"""

from __future__ import annotations

from functools import cache
from random import Random
from struct import pack
from typing import Any

from google.protobuf.message import DecodeError, EncodeError
from onnx import AttributeProto, ModelProto, TensorProto

from benchmarks.reliability.pictures import BLIND
from tests.engine.exported import NETWORKS

WHOLE = (0, 1, -1, 2, 3, -7, 255, 65_537, 2**31 - 1, -(2**31), 2**40, 2**62, 2**63 - 1, -(2**63))
FRACTIONS = (0.0, -0.0, -1.0, 0.5, 1e-30, 1e30, float("inf"), float("-inf"), float("nan"))


@cache
def seeds() -> tuple[tuple[str, bytes], ...]:
    """Names and files of the networks that mutants are made of."""
    return tuple((name, make()) for name, make in NETWORKS.items())


def mutant(number: int) -> tuple[str, bytes]:
    """What was done to which network, in words, and the file."""
    rng = Random(number)
    name, data = rng.choice(seeds())
    steps = [name]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        try:
            if rng.random() < 0.25:
                blind = rng.choice(BLIND)
                data, step = blind(rng, data), blind.__name__
            else:
                informed = rng.choice(INFORMED)
                model = ModelProto.FromString(data)
                informed(rng, model)
                data, step = model.SerializeToString(), informed.__name__
        except (LookupError, ValueError, DecodeError, EncodeError):
            continue  # an earlier change left nothing that this one could work on
        steps.append(step.strip("_"))
    return ", ".join(steps), data


def _value(rng: Random, model: ModelProto) -> str:
    """The name of some value."""
    names = [n for node in model.graph.node for n in (*node.input, *node.output)]
    return rng.choice([*names, "pixels", "", "nowhere"])


def _tensor(rng: Random, model: ModelProto) -> TensorProto:
    """Some weight, or the value of a Constant: mostly whole numbers, since sizes and axes are made
    of them.
    """
    inner = [a.t for node in model.graph.node for a in node.attribute if a.HasField("t")]
    every = [*model.graph.initializer, *inner]
    whole = [tensor for tensor in every if tensor.data_type == TensorProto.INT64]
    return rng.choice(whole if whole and rng.random() < 0.7 else every)


def _absurd_size(rng: Random, model: ModelProto) -> None:
    dims = _tensor(rng, model).dims
    if rng.random() < 0.3 or not dims:
        dims.append(rng.choice(WHOLE))
    else:
        dims[rng.randrange(len(dims))] = rng.choice(WHOLE)


def _absurd_input(rng: Random, model: ModelProto) -> None:
    axes = rng.choice(model.graph.input).type.tensor_type.shape.dim
    if rng.random() < 0.2:
        axes.add().dim_value = rng.choice(WHOLE)
    else:
        rng.choice(axes).dim_value = rng.choice(WHOLE)


def _other_numbers(rng: Random, model: ModelProto) -> None:
    """What is said in whole numbers says something else; weights become infinite or no numbers."""
    tensor = _tensor(rng, model)
    if tensor.data_type == TensorProto.INT64:
        count = rng.choice((len(tensor.raw_data) // 8, 1, 4, 8))
        tensor.raw_data = b"".join(pack("<q", rng.choice(WHOLE)) for _ in range(count))
    else:
        count = len(tensor.raw_data) // 4
        tensor.raw_data = pack("<f", rng.choice(FRACTIONS)) * count
    if rng.random() < 0.3:
        tensor.dims[:] = [count]


def _other_type(rng: Random, model: ModelProto) -> None:
    kind = rng.choice((*TensorProto.DataType.values(), 77))
    if rng.random() < 0.7:
        _tensor(rng, model).data_type = kind
    else:
        rng.choice(model.graph.input).type.tensor_type.elem_type = kind


def _short_of_data(rng: Random, model: ModelProto) -> None:
    tensor = _tensor(rng, model)
    tensor.raw_data = tensor.raw_data[: rng.randrange(len(tensor.raw_data))]


def _attribute(rng: Random, model: ModelProto) -> None:
    nodes = [node for node in model.graph.node if node.attribute]
    attribute = rng.choice(rng.choice(nodes).attribute)
    if attribute.ints and rng.random() < 0.8:
        attribute.ints[rng.randrange(len(attribute.ints))] = rng.choice(WHOLE)
    elif attribute.ints:
        attribute.ints.extend(rng.choice(WHOLE) for _ in range(rng.choice((1, 5, 2_000))))
    elif attribute.HasField("f"):
        attribute.f = rng.choice(FRACTIONS)
    elif attribute.HasField("i"):
        attribute.i = rng.choice(WHOLE)
    else:
        attribute.s = rng.choice((b"", b"wrap", b"cubic", b"\xff\xfe", b"x" * 5_000))


def _attribute_of_another(rng: Random, model: ModelProto) -> None:
    nodes = [node for node in model.graph.node if node.attribute]
    attribute = rng.choice(rng.choice(nodes).attribute)
    rng.choice(model.graph.node).attribute.add().CopyFrom(attribute)


def _attribute_of_another_type(rng: Random, model: ModelProto) -> None:
    nodes = [node for node in model.graph.node if node.attribute]
    kinds = AttributeProto.AttributeType.values()
    rng.choice(rng.choice(nodes).attribute).type = rng.choice(kinds)


def _other_operation(rng: Random, model: ModelProto) -> None:
    names = [node.op_type for _, data in seeds() for node in ModelProto.FromString(data).graph.node]
    rng.choice(model.graph.node).op_type = rng.choice(
        [*sorted(set(names)), "Loop", "", "Ünbekannt"]
    )


def _read_another(rng: Random, model: ModelProto) -> None:
    inputs = rng.choice(model.graph.node).input
    inputs[rng.randrange(len(inputs))] = _value(rng, model)


def _more_or_fewer_inputs(rng: Random, model: ModelProto) -> None:
    inputs = rng.choice(model.graph.node).input
    if rng.random() < 0.5:
        del inputs[rng.randrange(len(inputs))]
    else:
        inputs.extend(_value(rng, model) for _ in range(rng.choice((1, 2, 300))))


def _make_another(rng: Random, model: ModelProto) -> None:
    outputs = rng.choice(model.graph.node).output
    outputs[rng.randrange(len(outputs))] = _value(rng, model)


def _without_a_node(rng: Random, model: ModelProto) -> None:
    del model.graph.node[rng.randrange(len(model.graph.node))]


def _nodes_of_another(rng: Random, model: ModelProto) -> None:
    other = ModelProto.FromString(rng.choice(seeds())[1]).graph
    start = rng.randrange(len(other.node))
    model.graph.node.extend(other.node[start : start + rng.choice((1, 3, 40))])
    model.graph.initializer.extend(other.initializer)


def _doubled(rng: Random, model: ModelProto) -> None:
    """The same nodes again and again, each reading what the one before it made."""
    node = rng.choice(model.graph.node)
    last = node.output[0]
    for i in range(rng.choice((1, 30, 1_000))):
        copy = model.graph.node.add()
        copy.CopyFrom(node)
        copy.input[0], copy.output[0] = last, f"again.{i}"
        last = copy.output[0]
    model.graph.output.add().CopyFrom(model.graph.output[0])
    model.graph.output[-1].name = last


def _other_output(rng: Random, model: ModelProto) -> None:
    model.graph.output[0].name = _value(rng, model)


def _other_opset(rng: Random, model: ModelProto) -> None:
    model.opset_import[0].version = rng.choice((*range(1, 30), *WHOLE))


def _graphs_in_graphs(rng: Random, model: ModelProto) -> None:
    graph = ModelProto.FromString(model.SerializeToString()).graph
    for _ in range(rng.choice((1, 20, 60))):
        attribute = rng.choice(model.graph.node).attribute.add()
        attribute.name, attribute.type = "body", AttributeProto.GRAPH
        attribute.g.CopyFrom(graph)
        if rng.random() < 0.5:
            graph = attribute.g


def _elsewhere(rng: Random, model: ModelProto) -> None:
    tensor = _tensor(rng, model)
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", rng.choice(("/etc/passwd", "../x", "\0"))


INFORMED: tuple[Any, ...] = (
    _absurd_size, _absurd_input, _other_numbers, _other_numbers, _other_type, _short_of_data,
    _attribute, _attribute, _attribute, _attribute_of_another, _attribute_of_another_type,
    _other_operation, _other_operation, _read_another, _read_another, _more_or_fewer_inputs,
    _make_another, _without_a_node, _nodes_of_another, _doubled, _other_output, _other_opset,
    _graphs_in_graphs, _elsewhere,
)  # fmt: skip
