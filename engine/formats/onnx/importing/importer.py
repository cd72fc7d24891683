"""An ONNX file as a network: parsed, checked, folded, and made of this engine's steps, or refused
with the reason.

Nothing is run, and nothing but the given bytes is read. Values keep the file's names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from onnx import NodeProto, checker, helper

from engine.cost import ModelLimits, cost
from engine.errors import EngineError, FormatError, ShapeError
from engine.formats.onnx.converters import CONVERTERS, DROPPED, FOREIGN
from engine.formats.onnx.file.external import node_tensors
from engine.formats.onnx.file.graph import Graph, parse
from engine.formats.onnx.file.tensors import WHOLES
from engine.formats.onnx.importing.advice import with_way_out
from engine.formats.onnx.importing.builder import Builder, Operand, as_parameter
from engine.formats.onnx.importing.constant_inputs import with_constants
from engine.formats.onnx.importing.folding import FOLDS, fold
from engine.formats.onnx.importing.input_shapes import dims_of, lacks_batch_axis, read_at_a_size
from engine.formats.onnx.importing.node_context import NodeContext, attributes_of, refusal
from engine.formats.onnx.importing.worklist import Call, Worklist
from engine.network import Network
from engine.ops import Constant, Reshape
from engine.preprocess import Preprocess
from engine.types import Shape


def from_onnx(
    data: bytes,
    *,
    name: str = "",
    labels: Sequence[str] | None = None,
    preprocess: Preprocess | None = None,
    input_size: tuple[int, int] | None = None,
    external: Mapping[str, bytes] = MappingProxyType({}),
    constants: Mapping[str, Sequence[float]] | None = None,
    limits: ModelLimits = ModelLimits(),  # noqa: B008 (frozen)
    check: Callable[[], None] | None = None,
) -> Network:
    """The network in an ONNX file's bytes, with float32 parameters, for batches of any size.

    ``labels`` and ``preprocess`` overrule what the file says; ``input_size`` (height, width) is
    needed where it leaves that open. ``external``: the files that hold its weights where they are
    not in ``data``, by base name (``external_files``, ``read_beside``). ``constants`` are the
    numbers of inputs that no caller gives any more: one for all cells, or one a cell. ``check`` is
    called before every node and may raise to stop.

    Raises FormatError, with what is wrong; UnsupportedOp for a step that cannot be run here,
    ModelTooLarge for what is over ``limits``, InputSizeNeeded, ExternalDataNeeded.
    """
    try:
        with np.errstate(all="ignore"):  # weights may be anything: what overflows is infinite
            graph = with_constants(parse(data, limits, external), constants or {})
            inputs = _inputs(graph, limits)
            network = read_at_a_size(
                inputs,
                input_size,
                lambda shapes: _Reader(graph, limits, shapes, check).network(
                    name, labels, preprocess
                ),
            )
    except FormatError:
        raise
    except (EngineError, MemoryError, RuntimeError) as error:
        raise FormatError(f"the file's network cannot be built: {error}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise FormatError(f"not a network that can be read: {error!r}") from None
    limits.check(cost(network))
    return network


def _inputs(graph: Graph, limits: ModelLimits) -> dict[str, tuple[int | None, ...]]:
    """The inputs that the outputs need, and their axes. Raises the errors that do not depend on the
    input's size.
    """
    work = Worklist(graph, limits, lambda name: name)
    graph.external.check_all_there(work.weights())
    for call in work.needed():
        if call.function is None:
            with with_way_out(call, work):
                _check_supported(call)
    needed = work.inputs() or list(graph.inputs)
    return {name: _dims_with_batch(graph, name) for name in needed}


def _dims_with_batch(graph: Graph, name: str) -> tuple[int | None, ...]:
    """The axes of an input; where it is a picture without an axis of pictures, with one of 1 in
    front.
    """
    dims = dims_of(name, graph.inputs[name])
    return (1, *dims) if lacks_batch_axis(dims) else dims


class _Reader:
    """Makes a network of a graph whose inputs have ``shapes``."""

    def __init__(
        self,
        graph: Graph,
        limits: ModelLimits,
        shapes: Mapping[str, Shape],
        check: Callable[[], None] | None,
    ) -> None:
        self._graph = graph
        self._check = check
        self._builder = Builder(limits)
        self._values = {key: Operand.known(key, array) for key, array in graph.arrays.items()}
        for key, shape in shapes.items():
            whole = graph.inputs[key].tensor_type.elem_type in WHOLES
            self._values[key] = Operand(key, shape, is_integer=whole)
            self._builder.count_activation(shape)
        self._inputs = {key: key for key in shapes}  # the file's name → the network's
        self._builder.taken |= self._values.keys() | graph.inputs.keys() | graph.tensors.keys()
        self._builder.taken |= {
            graph.plain.get(name, name) for node in graph.nodes for name in node.output
        }
        for key in shapes:
            if lacks_batch_axis(dims_of(key, graph.inputs[key])):
                self._take_batches(key)
        self._work = Worklist(graph, limits, self._builder.new_name)

    def _take_batches(self, key: str) -> None:
        """The input of one picture becomes a step, which takes the axis of pictures off the
        network's input.
        """
        name = self._builder.new_name(f"{key} (batch)")
        batch = replace(self._values[key], name=name)
        self._values[name] = batch
        self._values[key] = self._builder.add(Reshape(batch.shape[1:]), (batch,), key, "")
        self._inputs[key] = name

    def network(
        self, name: str, labels: Sequence[str] | None, preprocess: Preprocess | None
    ) -> Network:
        """The network; None stands for what the file says itself."""
        for call in self._work:
            if self._check is not None:
                self._check()
            with with_way_out(call, self._work):
                if call.function is not None:
                    self._work.inline(call)
                elif call.is_branching:
                    self._branch(call)
                else:
                    self._convert(call)
        outputs = self._graph.outputs
        inputs = [own for key, own in self._inputs.items() if key in self._work.read]
        inputs = inputs or list(self._inputs.values())
        for output in outputs:
            if self._operand(output, "an output").array is not None:
                _add_constant(
                    self._builder, self._values[output], [self._values[k] for k in inputs]
                )
        about = _about(self._graph.about)
        own_labels = about.get("labels", self._graph.labels)
        return Network(
            self._builder.nodes,
            inputs={key: self._values[key].shape[1:] for key in inputs},
            outputs=outputs,
            labels=labels if labels is not None else own_labels,
            preprocess=preprocess or about.get("preprocess"),
            name=name or self._graph.name,
            meta=_with_note(about.get("meta") or {}, self._graph.note),
            dtypes={key: self._dtype(key) for key in inputs if self._values[key].is_integer},
        )

    def _dtype(self, name: str) -> str:
        """What NumPy calls the type of an input."""
        kind = self._graph.inputs[name].tensor_type.elem_type
        return str(helper.tensor_dtype_to_np_dtype(kind).name)

    def _operand(self, name: str, what: str) -> Operand:
        """A value that was made before, or one of the file's weights."""
        if name not in self._values:
            if name not in self._work.tensors:
                raise FormatError(f"{what} ({name!r}) is not computed here")
            array = self._graph.array(self._work.tensors[name])
            self._values[name] = Operand.known(name, array)
        return self._values[name]

    def _branch(self, call: Call) -> None:
        """Replaces an If by the nodes of its branch. Raises UnsupportedOp if the condition is not
        known on load.
        """
        if len(call.inputs) != 1:
            raise FormatError(f"If {call.label!r} has {len(call.inputs)} conditions")
        condition = self._operand(call.inputs[0], "a condition")
        graphs = {a.name: a.g for a in call.node.attribute if a.HasField("g")}
        if condition.array is None or condition.array.size != 1:
            raise refusal(
                "If",
                call.label,
                f"its condition ({condition.name!r}) depends on the picture; it is read only "
                "where it follows from the file alone, as shapes do",
            )
        name = "then_branch" if condition.array.ravel()[0] else "else_branch"
        if name not in graphs:
            raise FormatError(f"If {call.label!r} has no {name}")
        self._work.branch(call, graphs[name])

    def _convert(self, call: Call) -> None:
        """Makes the node's values known: as arrays where they follow from the file alone, else as
        steps of the network.
        """
        _check_supported(call)
        node, label = call.node, call.label
        self._graph.external.bring_in(node_tensors([node]))
        attributes = attributes_of(node, label)
        if call.is_own and node.op_type not in DROPPED:  # what the library knows
            _check_valid(node, self._graph.ir_version, call.scope.opset, label)
        step = NodeContext(
            op=node.op_type,
            label=label,
            opset=call.scope.opset,
            inputs=tuple(
                self._operand(key, f"an operand of {label!r}") if key else None
                for key in call.inputs
            ),
            outputs=call.outputs,
            attributes=attributes,
            read=self._work.read,
            builder=self._builder,
            made={},
        )
        arrays = fold(step)
        if arrays is not None:
            known = zip(call.outputs, arrays, strict=False)
            step.made.update({key: Operand.known(key, array) for key, array in known})
        elif node.op_type not in CONVERTERS:
            raise refusal(
                node.op_type,
                label,
                "it is read only where it follows from the file alone, as shapes do",
            )
        else:
            _run(step)
        self._values |= step.made
        for output in call.outputs:
            if output in self._work.read and output not in self._values:
                raise refusal(node.op_type, label, f"its output {output!r} is not computed here")


def _add_constant(builder: Builder, known: Operand, inputs: list[Operand]) -> None:
    """A step for an output that is the same for every picture; given once for each of them if it is
    that of one.
    """
    assert known.array is not None
    pictures = tuple(value for value in inputs[:1] if value.shape[0] == 1)
    reads = pictures if known.shape[:1] == (1,) else ()
    builder.add(Constant(as_parameter(known.array)), reads, known.name, "")


def _run(step: NodeContext) -> None:
    try:
        CONVERTERS[step.op](step)
    except ShapeError as error:
        raise step.refused(str(error)) from None


def _check_supported(call: Call) -> None:
    """Refuses an operation that is not known at all."""
    op, domain = call.written.op_type, call.written.domain
    if not call.is_own and op not in FOREIGN.get(domain, ()):
        raise refusal(op, call.label, f"operations of {domain!r} are not read")
    if op not in CONVERTERS and op not in FOLDS and not call.is_branching:
        supported = ", ".join(sorted(CONVERTERS))
        raise refusal(op, call.label, f"this operation is not supported; supported are {supported}")


def _check_valid(node: NodeProto, ir_version: int, opset: int, label: str) -> None:
    """The library's own check of a node: attributes, and how many inputs and outputs its opset
    gives it.
    """
    try:
        checker.check_node(node, _context(ir_version, opset))
    except checker.ValidationError as error:
        reason = str(error).split("\n", 1)[0]
        raise FormatError(f"{node.op_type} {label!r} is not valid ONNX: {reason}") from None


@cache
def _context(ir_version: int, opset: int) -> Any:
    context = checker.C.CheckerContext()
    context.ir_version = ir_version
    context.opset_imports = {"": opset}
    return context


def _with_note(meta: Mapping[str, Any], note: str) -> dict[str, Any]:
    """The model card, with what is left out as its summary."""
    return (
        {**meta, "summary": " ".join((*filter(None, [meta.get("summary")]), note))}
        if note
        else {**meta}
    )


def _about(told: Mapping[str, str]) -> dict[str, Any]:
    """Labels, preprocessing and model card of a file that ``to_onnx`` wrote; what others write
    under these names is left alone.
    """
    found: dict[str, Any] = {}
    for key in ("labels", "preprocess", "meta"):
        try:
            found[key] = json.loads(told[key])
        except (KeyError, TypeError, ValueError, RecursionError):
            continue
    labels, meta = found.get("labels"), found.get("meta")
    if not (isinstance(labels, list) and all(isinstance(label, str) for label in labels)):
        found.pop("labels", None)
    if not isinstance(meta, dict):
        found.pop("meta", None)
    if "preprocess" in found:
        try:
            found["preprocess"] = Preprocess.from_dict(found["preprocess"])
        except (TypeError, ValueError):
            del found["preprocess"]
    return found
