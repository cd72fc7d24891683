"""From bytes to a checked graph: one producer for each value, valid names, no missing weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import (
    AttributeProto,
    FunctionProto,
    GraphProto,
    ModelProto,
    NodeProto,
    OperatorSetIdProto,
    TensorProto,
    TypeProto,
)
from onnx.defs import onnx_opset_version

from engine.cost import ModelLimits
from engine.errors import FormatError
from engine.formats.onnx.file import wire
from engine.formats.onnx.file.data_dependent import cut_uncounted
from engine.formats.onnx.file.external import ExternalData
from engine.formats.onnx.file.postprocessing import cut_tails
from engine.formats.onnx.file.tensors import is_external, to_array
from engine.types import Array

OLDEST_OPSET = 6
DOMAINS = ("", "ai.onnx")
LONGEST_NAME = 1000

# What a node calls: domain, operation, and which of several of that name.
FunctionKey = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Graph:
    """What a file says: ``inputs`` that a caller gives, ``tensors`` that it brings itself,
    ``nodes`` that lead to ``outputs``.

    ``plain``: names that cannot stand in an address → what the values are called instead.
    ``labels``: the classes' names, where the file ended in a step that picks one of them. ``note``:
    what of the file is left out, "" for nothing.
    """

    name: str
    opset: int
    ir_version: int
    inputs: Mapping[str, TypeProto]
    outputs: tuple[str, ...]
    tensors: Mapping[str, TensorProto]
    nodes: tuple[NodeProto, ...]
    functions: Mapping[FunctionKey, FunctionProto]
    about: Mapping[str, str]
    labels: tuple[str, ...] | None
    note: str
    plain: Mapping[str, str]
    external: ExternalData
    arrays: Mapping[str, Array] = field(
        default_factory=dict
    )  # numbers that the file does not bring
    # The tensors stay with their arrays: an id is that of one object only as long as it is there.
    _decoded: dict[int, tuple[TensorProto, Array]] = field(default_factory=dict)

    def array(self, tensor: TensorProto) -> Array:
        """A tensor's numbers, decoded when they are asked for first. Raises FormatError."""
        if id(tensor) not in self._decoded:
            name = f"the weights {tensor.name!r}"
            outside = is_external(tensor)
            array = self.external.array(tensor, name) if outside else to_array(tensor, name)
            self._decoded[id(tensor)] = tensor, array
        return self._decoded[id(tensor)][1]


def parse(data: bytes, limits: ModelLimits, files: Mapping[str, bytes]) -> Graph:
    """The graph in a file's bytes, with weights from ``files``. Raises FormatError, saying what is
    wrong with it.
    """
    limits.allow("bytes", len(data) + sum(map(len, files.values())))
    wire.count_parts(data)
    try:
        model = ModelProto.FromString(data)
    except DecodeError:
        raise FormatError("not an ONNX file, or a damaged one: it cannot be parsed") from None
    graph = model.graph
    if not graph.node and not graph.output:
        raise FormatError("not an ONNX file: there is no network in it")
    _only_text(model)
    _once(tensor.name for tensor in graph.initializer)
    _once(value.name for value in graph.input)
    _once(value.name for value in graph.output)
    plain = _plain_names(graph)
    tensors = {plain.get(tensor.name, tensor.name): tensor for tensor in graph.initializer}
    inputs = {plain.get(value.name, value.name): value.type for value in graph.input}
    inputs = {name: kind for name, kind in inputs.items() if name not in tensors}
    _once([*inputs, *tensors, *(name for node in graph.node for name in node.output if name)])
    if not graph.output:
        raise FormatError("this network has no output")
    outputs, labels = cut_tails(graph)
    nodes = _within_reach(graph, outputs)
    limits.allow("nodes", len(nodes))
    outputs, note = cut_uncounted(graph, outputs)
    return Graph(
        name=graph.name,
        opset=opset_of(model.opset_import),
        ir_version=model.ir_version,
        inputs=inputs,
        outputs=tuple(plain.get(name, name) for name in outputs),
        tensors=tensors,
        nodes=nodes,
        functions={(f.domain, f.name, f.overload): f for f in model.functions},
        about={entry.key: entry.value for entry in model.metadata_props},
        labels=labels,
        note=note,
        plain=plain,
        external=ExternalData(files, limits),
    )


def opset_of(imports: Iterable[OperatorSetIdProto]) -> int:
    """The version of ONNX's own operations that a model or a function asks for. Raises
    FormatError.
    """
    versions = [entry.version for entry in imports if entry.domain in DOMAINS]
    if len(versions) != 1:
        raise FormatError("not an ONNX file, or a damaged one: it does not name its opset")
    newest = onnx_opset_version()
    if not OLDEST_OPSET <= versions[0] <= newest:
        raise FormatError(
            f"opset {versions[0]} is not read; {OLDEST_OPSET} to {newest} are: export the model "
            "with one of these"
        )
    return int(versions[0])


def _within_reach(graph: GraphProto, outputs: Iterable[str]) -> tuple[NodeProto, ...]:
    """The nodes that the outputs need, or may need when a branch is taken, in the file's order."""
    nodes = list(graph.node)
    makers = {name: place for place, node in enumerate(nodes) for name in node.output if name}
    found: set[int] = set()
    wanted = list(outputs)
    while wanted:
        place = makers.get(wanted.pop())
        if place is None or place in found:
            continue
        found.add(place)
        wanted += nodes[place].input
        for inner in graphs_in([nodes[place]]):
            wanted += [name for node in inner.node for name in node.input]
            wanted += [value.name for value in inner.output]
    return tuple(nodes[place] for place in sorted(found))


def plain_name(name: str) -> str:
    """A name as it can stand in an address: neither control characters nor «.» and «..»; these
    become underscores.
    """
    if not name.strip("."):
        return "_" * len(name)
    if name.isprintable():
        return name
    return "".join(c if c.isprintable() else "_" for c in name)


def graphs_in(nodes: Iterable[NodeProto]) -> Iterator[GraphProto]:
    """The graphs in nodes' attributes, and those in them."""
    for node in nodes:
        for attribute in node.attribute:
            for graph in (attribute.g, *attribute.graphs) if _holds_graph(attribute) else ():
                yield graph
                yield from graphs_in(graph.node)


def _holds_graph(attribute: AttributeProto) -> bool:
    return attribute.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS)


def _only_text(model: ModelProto) -> None:
    """Old messages of the library hand over bytes where a name is no UTF-8."""
    names = [name for function in model.functions for name in (*function.input, *function.output)]
    names += [part for f in model.functions for part in (f.domain, f.name, f.overload)]
    graphs = [model.graph, *graphs_in(model.graph.node)]
    bodies = [list(f.node) for f in model.functions]
    graphs += [graph for body in bodies for graph in graphs_in(body)]
    for graph in graphs:
        names.append(graph.name)
        for part in (graph.input, graph.output, graph.initializer):
            names += [value.name for value in part]
    for node in (node for nodes in (*(g.node for g in graphs), *bodies) for node in nodes):
        names += [node.name, node.op_type, node.domain, *node.input, *node.output]
        names += [attribute.name for attribute in node.attribute]
    if not all(isinstance(name, str) for name in names):
        raise FormatError("a damaged ONNX file: a name in it is no text")
    longest = max(map(len, names))
    if longest > LONGEST_NAME:
        raise FormatError(f"a name has {longest:,} characters; at most {LONGEST_NAME:,} are read")


def _plain_names(graph: GraphProto) -> dict[str, str]:
    """Values' names that cannot become parts of addresses → what they are called instead."""
    values = (
        value.name for part in (graph.input, graph.output, graph.initializer) for value in part
    )
    taken = {name for node in graph.node for name in (*node.input, *node.output)} | set(values)
    plain: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for name in sorted(name for name in taken if name != plain_name(name)):
        base = other = plain_name(name)
        while other in taken:
            counts[base] += 1
            other = f"{base}_{counts[base]}"
        taken.add(other)
        plain[name] = other
    return plain


def _once(names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise FormatError(f"several values are called {twice[0]!r}")
