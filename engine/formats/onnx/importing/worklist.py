"""Which of a file's nodes are needed, in an order in which they can be computed: the file's own
wherever that is one.

A file's own functions, and an ``If`` whose condition is known by then, are replaced by the nodes
inside when their turn comes. Inner values get names that are their own in the whole network.

Source: ONNX, "Open Neural Network Exchange Intermediate Representation", on names, subgraphs and
functions.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from onnx import AttributeProto, GraphProto, NodeProto, TensorProto

from engine.cost import ModelLimits
from engine.errors import FormatError
from engine.formats.onnx.file.external import node_tensors
from engine.formats.onnx.file.graph import (
    DOMAINS,
    FunctionKey,
    Graph,
    graphs_in,
    opset_of,
    plain_name,
)

MOST_LEVELS = 50  # functions in functions, graphs in graphs
LONGEST_LABEL = 200


@dataclass(frozen=True, eq=False)
class Scope:
    """Where a node stands: what its names mean, which operations it means, and the attributes of
    the function around it.

    ``outer``: where a name is looked up that is not here; None for a function, which sees nothing
    but its operands.
    """

    names: Mapping[str, str]
    opset: int
    outer: Scope | None = None
    is_top: bool = False
    inside: tuple[FunctionKey, ...] = ()
    attributes: Mapping[str, AttributeProto | None] | None = None
    level: int = 0

    def find(self, name: str) -> str:
        """What a value is called in the whole network. Raises FormatError."""
        scope: Scope | None = self
        while scope is not None and name:
            if name in scope.names:
                return scope.names[name]
            if scope.is_top:
                return name
            scope = scope.outer
        if name:
            raise FormatError(f"{name!r} is needed, but nothing makes it")
        return ""


@dataclass(frozen=True, eq=False)
class Call:
    """A node at its place, with the names of its operands and outputs in the whole network."""

    written: NodeProto
    label: str
    outputs: tuple[str, ...]
    scope: Scope
    place: tuple[int, ...]
    function: FunctionKey | None = None

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The operands' names; "" for one that is left out. Raises FormatError."""
        return tuple(self.scope.find(name) for name in self.written.input)

    @cached_property
    def node(self) -> NodeProto:
        """The node, with the attributes of the function around it where it refers to them."""
        given = self.scope.attributes
        if given is None or not any(a.ref_attr_name for a in self.written.attribute):
            return self.written
        node = NodeProto()
        node.CopyFrom(self.written)
        del node.attribute[:]
        for attribute in self.written.attribute:
            meant = given.get(attribute.ref_attr_name) if attribute.ref_attr_name else attribute
            if meant is not None:
                added = node.attribute.add()
                added.CopyFrom(meant)
                added.name = attribute.name
        return node

    @property
    def is_own(self) -> bool:
        """Whether the operation is one of ONNX's own, rather than of another domain or of the
        file.
        """
        return self.function is None and self.written.domain in DOMAINS

    @property
    def is_branching(self) -> bool:
        """Whether it is an If, which needs only its condition until that is known."""
        return self.is_own and self.written.op_type == "If"


@dataclass
class Worklist:
    """The calls that ``graph``'s outputs need. ``new_name`` gives a name that no value has, like
    the one that is wanted.
    """

    graph: Graph
    limits: ModelLimits
    new_name: Callable[[str], str]
    read: set[str] = field(default_factory=set)  # values that something reads
    tensors: dict[str, TensorProto] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tensors |= self.graph.tensors
        self._there: set[str] = {*self.graph.inputs, *self.graph.arrays, *self.tensors}
        self._makers: dict[str, Call] = {}
        self._waiting: dict[
            Call, int
        ] = {}  # calls that are needed → how many operands are not there
        self._readers: dict[str, list[Call]] = defaultdict(list)
        self._ready: list[tuple[tuple[int, ...], Call]] = []  # a heap; no two have one place
        self._entered = 0  # nodes of graphs and functions
        top = Scope(self.graph.plain, self.graph.opset, is_top=True)
        self._enter(self.graph.nodes, top, ())
        self._need(self.graph.outputs)

    def needed(self) -> list[Call]:
        """The calls that are known to be needed so far."""
        return list(self._waiting)

    def is_computed(self, name: str) -> bool:
        """Whether a value is made by a node that has operands of its own."""
        maker = self._makers.get(name)
        return maker is not None and bool(maker.written.input)

    def inputs(self) -> list[str]:
        """The graph's inputs that something reads, or may read when a branch is taken."""
        branching = [call.written for call in self._waiting if call.is_branching]
        inside = {name for graph in graphs_in(branching) for n in graph.node for name in n.input}
        inside |= {value.name for graph in graphs_in(branching) for value in graph.output}
        return [name for name in self.graph.inputs if name in self.read or name in inside]

    def weights(self) -> list[TensorProto]:
        """The tensors that the calls known so far read, and those in their attributes."""
        read = [tensor for name, tensor in self.tensors.items() if name in self.read]
        return [*read, *node_tensors(call.written for call in self._waiting)]

    def __iter__(self) -> Iterator[Call]:
        """Every needed call, once, its operands before it. Raises FormatError for a cycle.

        What a call makes counts as there once the next one is asked for, unless other nodes were
        put in its place.
        """
        while self._ready:
            call = heapq.heappop(self._ready)[1]
            self._replaced = False
            yield call
            if not self._replaced:
                for name in call.outputs:
                    self._arrived(name)
        self._check_done()

    def branch(self, call: Call, graph: GraphProto) -> None:
        """Put the nodes of one of an If's graphs in its place. Raises FormatError."""
        if graph.sparse_initializer:
            raise FormatError("sparse weights are not read; save them as ordinary ones")
        if len(graph.output) != len(call.outputs):
            raise FormatError(f"the branches of If {call.label!r} do not make its outputs")
        inner = [tensor.name for tensor in graph.initializer]
        results = [value.name for value in graph.output]
        self._replace(
            call, graph.node, results, inner, {}, outer=call.scope, opset=call.scope.opset
        )
        names = self._scope.names
        for tensor in graph.initializer:
            self.tensors[names[tensor.name]] = tensor
            self._there.add(names[tensor.name])
        self._need(self.read.intersection(call.outputs))

    def inline(self, call: Call) -> None:
        """Put the nodes of a function in the place of a call of it. Raises FormatError,
        ModelTooLarge.
        """
        assert call.function is not None
        function = self.graph.functions[call.function]
        if call.function in call.scope.inside:
            raise FormatError(f"the function {function.name!r} calls itself")
        if len(call.inputs) > len(function.input) or len(call.outputs) > len(function.output):
            raise FormatError(f"{call.label!r} has more operands or outputs than its function")
        operands = (*call.inputs, *[""] * (len(function.input) - len(call.inputs)))
        given = {a.name: a for a in call.node.attribute}
        attributes: dict[str, AttributeProto | None] = {a: given.get(a) for a in function.attribute}
        attributes |= {a.name: given.get(a.name, a) for a in function.attribute_proto}
        self._replace(
            call,
            function.node,
            list(function.output),
            [],
            dict(zip(function.input, operands, strict=True)),
            outer=None,
            opset=opset_of(function.opset_import),
            inside=(*call.scope.inside, call.function),
            attributes=attributes,
        )
        self._need(self.read.intersection(call.outputs))

    def _replace(
        self,
        call: Call,
        nodes: Iterable[NodeProto],
        results: list[str],
        inner: list[str],
        operands: dict[str, str],
        *,
        outer: Scope | None,
        opset: int,
        inside: tuple[FunctionKey, ...] | None = None,
        attributes: Mapping[str, AttributeProto | None] | None = None,
    ) -> None:
        """Enter ``nodes`` at the place of ``call``. What they make is called as its outputs are
        where it is one of ``results``.
        """
        if call.scope.level == MOST_LEVELS:
            raise FormatError("graphs in graphs in graphs: too deeply nested to be read")
        nodes = list(nodes)
        self._entered += len(nodes)
        self.limits.allow("nodes", self._entered)
        made = [name for node in nodes for name in node.output if name]
        twice = len({*made, *inner, *operands}) < len(made) + len(inner) + len(operands)
        if twice:
            raise FormatError(f"several values are called the same in {call.label!r}")
        wanted = {
            result: output
            for result, output in zip(results, call.outputs, strict=False)
            if output and result in made
        }
        names = dict(operands)
        for name in (*made, *inner):
            names[name] = wanted.get(name) or self._inner_name(call, name)
        self._scope = Scope(
            names,
            opset,
            outer,
            inside=call.scope.inside if inside is None else inside,
            attributes=call.scope.attributes if inside is None else attributes,
            level=call.scope.level + 1,
        )
        # An output that the nodes do not make themselves, or make under another output's name, is
        # passed on.
        for number, (result, output) in enumerate(zip(results, call.outputs, strict=False)):
            if output and wanted.get(result) != output:
                inner_name = f"passed on {number}"
                while inner_name in names:
                    inner_name += "'"
                names[inner_name] = output
                nodes.append(NodeProto(op_type="Identity", input=[result], output=[inner_name]))
        self._enter(nodes, self._scope, call.place)
        self._replaced = True

    def _inner_name(self, call: Call, name: str) -> str:
        longer = f"{call.label}/{name}"
        wanted = longer if call.function and len(longer) <= LONGEST_LABEL else name
        return self.new_name(plain_name(wanted))

    def _enter(self, nodes: Iterable[NodeProto], scope: Scope, place: tuple[int, ...]) -> None:
        for number, node in enumerate(nodes):
            domain = "" if node.domain in DOMAINS else node.domain
            keys = [
                (domain, node.op_type, node.overload),
                (node.domain, node.op_type, node.overload),
            ]
            function = next((key for key in keys if key in self.graph.functions), None)
            outputs = tuple(scope.find(name) for name in node.output)
            call = Call(
                node,
                label=node.name or next(filter(None, outputs), ""),
                outputs=outputs,
                scope=scope,
                place=(*place, number),
                function=function,
            )
            for name in filter(None, outputs):
                self._makers[name] = call

    def _need(self, names: Iterable[str]) -> None:
        """Take note that values are needed, and so the calls that make them."""
        wanted = list(names)
        self.read.update(wanted)
        while wanted:
            name = wanted.pop()
            if name in self._there:
                continue
            if name not in self._makers:
                raise FormatError(f"{name!r} is needed, but nothing makes it")
            call = self._makers[name]
            if call in self._waiting:
                continue
            self.limits.allow("nodes", len(self._waiting) + 1)
            reads = set(filter(None, call.inputs))
            self.read |= reads
            missing = reads - self._there
            self._waiting[call] = len(missing)
            for read in missing:
                self._readers[read].append(call)
            if not missing:
                heapq.heappush(self._ready, (call.place, call))
            wanted += missing

    def _arrived(self, name: str) -> None:
        self._there.add(name)
        for call in self._readers.pop(name, ()):
            self._waiting[call] -= 1
            if not self._waiting[call]:
                heapq.heappush(self._ready, (call.place, call))

    def _check_done(self) -> None:
        """Raises FormatError where calls wait for each other."""
        waiting = {call for call, missing in self._waiting.items() if missing}
        seen: dict[Call, None] = {}
        call = next(iter(waiting), None)
        while call is not None and call not in seen:
            seen[call] = None
            missing = (name for name in call.inputs if name not in self._there)
            call = next((m for n in missing if (m := self._makers.get(n)) in waiting), None)
        if seen:
            found = list(seen)
            cycle = found[found.index(call) :] if call is not None else found
            names = ", ".join(repr(c.label) for c in cycle[:5])
            raise FormatError(f"the values need each other in a cycle: {names}")
