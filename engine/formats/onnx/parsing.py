"""From bytes to a graph whose parts can be trusted to be there: one maker a value, nodes in order, no value from nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import GraphProto, ModelProto, NodeProto, TypeProto, ValueInfoProto
from onnx.defs import onnx_opset_version

from engine.cost import ModelLimits
from engine.errors import FormatError
from engine.formats.onnx import wire
from engine.formats.onnx.external import ExternalData, all_tensors, node_tensors
from engine.formats.onnx.tensors import is_external, to_array
from engine.types import Array

OLDEST_OPSET = 6
DOMAINS = ("", "ai.onnx")
LONGEST_NAME = 1000


@dataclass(frozen=True)
class Graph:
    """What a file says: ``inputs`` that a caller gives, ``arrays`` that it brings itself, ``nodes`` that lead to ``outputs``."""

    name: str
    opset: int
    ir_version: int
    inputs: Mapping[str, TypeProto]
    outputs: tuple[str, ...]
    arrays: Mapping[str, Array]
    nodes: tuple[NodeProto, ...]
    about: Mapping[str, str]


def parse(data: bytes, limits: ModelLimits, files: Mapping[str, bytes]) -> Graph:
    """The graph in a file's bytes, with weights from ``files``. Raises FormatError, saying what is wrong with it."""
    limits.allow("bytes", len(data) + sum(map(len, files.values())))
    wire.count_parts(data)
    try:
        model = ModelProto.FromString(data)
    except DecodeError:
        raise FormatError("not an ONNX file, or a damaged one: it cannot be parsed") from None
    graph = model.graph
    if not graph.node and not graph.output:
        raise FormatError("not an ONNX file: there is no network in it")
    limits.allow("nodes", len(graph.node))
    _only_text(graph)
    _make_names_plain(graph)
    external = ExternalData(files, limits)
    external.check_all_there(all_tensors(graph))
    external.bring_in(node_tensors(graph.node))
    arrays = _arrays(graph, external)
    inputs = {value.name: value.type for value in graph.input if value.name not in arrays}
    _check_inputs(graph, inputs)
    outputs = _names(graph.output)
    return Graph(
        name=graph.name,
        opset=_opset(model),
        ir_version=model.ir_version,
        inputs=inputs,
        outputs=outputs,
        arrays=arrays,
        nodes=_needed(graph.node, {*inputs, *arrays}, outputs),
        about={entry.key: entry.value for entry in model.metadata_props},
    )


def _opset(model: ModelProto) -> int:
    versions = [entry.version for entry in model.opset_import if entry.domain in DOMAINS]
    if len(versions) != 1:
        raise FormatError("not an ONNX file, or a damaged one: it does not name its opset")
    newest = onnx_opset_version()
    if not OLDEST_OPSET <= versions[0] <= newest:
        raise FormatError(
            f"opset {versions[0]} is not read; {OLDEST_OPSET} to {newest} are: export the model with one of these"
        )
    return int(versions[0])


def _only_text(graph: GraphProto) -> None:
    """Old messages of the library hand over bytes where a name is no UTF-8."""
    names = [graph.name]
    for node in graph.node:
        names += [node.name, node.op_type, node.domain, *node.input, *node.output]
        names += [attribute.name for attribute in node.attribute]
    for part in (graph.input, graph.output, graph.initializer):
        names += [value.name for value in part]
    if not all(isinstance(name, str) for name in names):
        raise FormatError("a damaged ONNX file: a name in it is no text")
    longest = max(map(len, names))
    if longest > LONGEST_NAME:
        raise FormatError(f"a name has {longest:,} characters; at most {LONGEST_NAME:,} are read")


def _make_names_plain(graph: GraphProto) -> None:
    """Names become parts of addresses, where neither control characters nor «.» and «..» can stand: these become underscores."""
    lists = [names for node in graph.node for names in (node.input, node.output)]
    values = [*graph.input, *graph.output, *graph.initializer]
    taken = {name for names in lists for name in names} | {value.name for value in values}
    plain: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for name in sorted(name for name in taken if not name.isprintable() or name in (".", "..")):
        base = "".join(c if c.isprintable() and set(name) != {"."} else "_" for c in name)
        other = base
        while other in taken:
            counts[base] += 1
            other = f"{base}_{counts[base]}"
        taken.add(other)
        plain[name] = other
    if plain:
        for names in lists:
            names[:] = [plain.get(name, name) for name in names]
        for value in values:
            value.name = plain.get(value.name, value.name)


def _arrays(graph: GraphProto, external: ExternalData) -> dict[str, Array]:
    if graph.sparse_initializer:
        raise FormatError("sparse weights are not read; save them as ordinary ones")
    _once(tensor.name for tensor in graph.initializer)
    found = {}
    for tensor in graph.initializer:
        name = f"the weights {tensor.name!r}"
        outside = is_external(tensor)
        found[tensor.name] = external.array(tensor, name) if outside else to_array(tensor, name)
    return found


def _check_inputs(graph: GraphProto, inputs: Mapping[str, TypeProto]) -> None:
    _once(value.name for value in graph.input)
    for name, kind in inputs.items():
        if not name or kind.WhichOneof("value") != "tensor_type":
            raise FormatError(f"the input {name!r} is no tensor; nothing else can be given")


def _names(values: Iterable[ValueInfoProto]) -> tuple[str, ...]:
    names = tuple(value.name for value in values)
    _once(names)
    if not names:
        raise FormatError("this network has no output")
    return names


def _needed(
    nodes: Iterable[NodeProto], given: set[str], outputs: tuple[str, ...]
) -> tuple[NodeProto, ...]:
    """The nodes that the outputs depend on, in an order in which they can be computed: the file's own wherever it is one."""
    makers = _makers(nodes, given)
    found: dict[int, NodeProto] = {}
    wanted = list(outputs)
    while wanted:
        name = wanted.pop()
        if name in given:
            continue
        if name not in makers:
            raise FormatError(f"{name!r} is needed, but nothing makes it")
        place, node = makers[name]
        if place not in found:
            found[place] = node
            wanted += [read for read in node.input if read]
    order = {
        place: {makers[name][0] for name in node.input if name in makers}
        for place, node in sorted(found.items())
    }
    if all(max(before, default=-1) < place for place, before in order.items()):
        return tuple(found[place] for place in order)
    try:
        return tuple(found[place] for place in TopologicalSorter(order).static_order())
    except CycleError as error:
        names = ", ".join(repr(found[place].output[0]) for place in error.args[1][:5])
        raise FormatError(f"the values need each other in a cycle: {names}") from None


def _makers(nodes: Iterable[NodeProto], given: set[str]) -> dict[str, tuple[int, NodeProto]]:
    """Value → which node makes it, and that node."""
    made = [
        (name, (place, node)) for place, node in enumerate(nodes) for name in node.output if name
    ]
    _once([*given, *(name for name, _ in made)])
    return dict(made)


def _once(names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise FormatError(f"several values are called {twice[0]!r}")
