"""An ONNX file as a network: parsed, checked, folded, and made of this engine's steps, or refused with the reason.

Nothing is run, and nothing but the given bytes is read. Values keep the file's names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from onnx import NodeProto, TypeProto, checker, helper

from engine.cost import ModelLimits, cost
from engine.errors import EngineError, FormatError, InputSizeNeeded, ShapeError
from engine.formats.onnx.building import Builder, Operand, as_parameter
from engine.formats.onnx.constants import with_constants
from engine.formats.onnx.converters import CONVERTERS
from engine.formats.onnx.folding import FOLDS, fold
from engine.formats.onnx.parsing import DOMAINS, Graph, parse
from engine.formats.onnx.step import Step, attributes_of, refusal
from engine.formats.onnx.tensors import FLOATS, WHOLES, type_name
from engine.network import Network
from engine.ops import Constant
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

    ``labels`` and ``preprocess`` overrule what the file says; ``input_size`` (height, width) is needed where it leaves that open.
    ``external``: the files that hold its weights where they are not in ``data``, by base name (``external_files``, ``read_beside``).
    ``constants`` are the numbers of inputs that no caller gives any more: one for all cells, or one a cell.
    ``check`` is called before every node and may raise to stop.

    Raises FormatError, with what is wrong; UnsupportedOp for a step that cannot be run here, ModelTooLarge for what is over
    ``limits``, InputSizeNeeded, ExternalDataNeeded.
    """
    try:
        with np.errstate(all="ignore"):  # weights may be anything: what overflows is infinite
            graph = with_constants(parse(data, limits, external), constants or {})
            builder = Builder(limits)
            network = _network(graph, builder, name, labels, preprocess, input_size, check)
    except FormatError:
        raise
    except (EngineError, MemoryError, RecursionError) as error:
        raise FormatError(f"the file's network cannot be built: {error}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise FormatError(f"not a network that can be read: {error!r}") from None
    limits.check(cost(network))
    return network


def _network(
    graph: Graph,
    builder: Builder,
    name: str,
    labels: Sequence[str] | None,
    preprocess: Preprocess | None,
    input_size: tuple[int, int] | None,
    check: Callable[[], None] | None,
) -> Network:
    values = {key: Operand.known(key, array) for key, array in graph.arrays.items()}
    for key, kind in graph.inputs.items():
        values[key] = _input(key, kind, input_size)
        builder.count_activation(values[key].shape)
    builder.taken |= values.keys() | {n for node in graph.nodes for n in node.output}
    read = frozenset({*graph.outputs, *(name for node in graph.nodes for name in node.input)})
    for node in graph.nodes:
        if check is not None:
            check()
        _convert(node, graph, values, read, builder)
    for output in graph.outputs:
        if values[output].array is not None:
            _add_constant(builder, values[output], [values[key] for key in graph.inputs])
    about = _about(graph.about)
    return Network(
        builder.nodes,
        inputs={key: values[key].shape[1:] for key in graph.inputs},
        outputs=graph.outputs,
        labels=labels if labels is not None else about.get("labels"),
        preprocess=preprocess or about.get("preprocess"),
        name=name or graph.name,
        meta=about.get("meta"),
        dtypes={
            key: helper.tensor_dtype_to_np_dtype(kind.tensor_type.elem_type).name
            for key, kind in graph.inputs.items()
            if values[key].whole
        },
    )


def _add_constant(builder: Builder, known: Operand, inputs: list[Operand]) -> None:
    """A step for an output that is the same for every picture; given once for each of them if it is that of one."""
    assert known.array is not None
    pictures = tuple(value for value in inputs[:1] if value.shape[0] == 1)
    reads = pictures if known.shape[:1] == (1,) else ()
    builder.add(Constant(as_parameter(known.array)), reads, known.name, "")


def _input(name: str, kind: TypeProto, input_size: tuple[int, int] | None) -> Operand:
    """An input with the batch that the file fixes, or 1, and with the height and width that it fixes, or the given ones."""
    tensor = kind.tensor_type
    if tensor.elem_type not in FLOATS | WHOLES:
        raise FormatError(f"the input {name!r} is of {type_name(tensor.elem_type)}, no numbers")
    dims = [dim.dim_value if dim.HasField("dim_value") else 0 for dim in tensor.shape.dim]
    if not dims:
        raise FormatError(f"the input {name!r} does not say which axes it has")
    if min(dims) < 0:
        raise FormatError(f"the input {name!r} has the shape {dims}")
    shape = (dims[0] or 1, *dims[1:])
    if len(shape) == 4:
        shape = _sized(name, shape, input_size)
    if 0 in shape:
        raise FormatError(
            f"the input {name!r} leaves axes open that are neither height nor width: {dims}"
        )
    return Operand(name, shape, whole=tensor.elem_type in WHOLES)


def _sized(name: str, shape: Shape, input_size: tuple[int, int] | None) -> Shape:
    """Maps with their height and width: axes 2 and 3, or 1 and 2 where the colours come last."""
    first = 1 if shape[3] in (1, 3) and shape[1] not in (1, 3) else 2
    fixed = shape[first : first + 2]
    if input_size is None:
        if 0 in fixed:
            raise InputSizeNeeded(
                f"the input {name!r} takes pictures of any size, and one has to be chosen"
            )
        return shape
    if any(has not in (0, wanted) for has, wanted in zip(fixed, input_size, strict=True)):
        sizes = " × ".join(str(size) if size else "any" for size in fixed)
        raise FormatError(
            f"the file fixes its input {name!r} at {sizes}; {input_size[0]} × {input_size[1]} cannot be had"
        )
    return (*shape[:first], *input_size, *shape[first + 2 :])


def _convert(
    node: NodeProto,
    graph: Graph,
    values: dict[str, Operand],
    read: frozenset[str],
    builder: Builder,
) -> None:
    """Makes the node's values known: as arrays where they follow from the file alone, else as steps of the network."""
    label = node.name or next(filter(None, node.output), "")
    if node.domain not in DOMAINS:
        raise refusal(node.op_type, label, f"operations of {node.domain!r} are not read")
    if node.op_type not in CONVERTERS and node.op_type not in FOLDS:
        raise _unknown(node.op_type, label)
    attributes = attributes_of(node, label)
    _check(node, graph, label)
    step = Step(
        op=node.op_type,
        label=label,
        opset=graph.opset,
        inputs=tuple(values[name] if name else None for name in node.input),
        outputs=tuple(node.output),
        attributes=attributes,
        read=read,
        builder=builder,
        made={},
    )
    arrays = fold(step)
    if arrays is not None:
        known = zip(node.output, arrays, strict=False)
        step.made.update({key: Operand.known(key, array) for key, array in known})
    elif node.op_type not in CONVERTERS:
        raise refusal(
            node.op_type,
            label,
            "it is read only where it follows from the file alone, as shapes do",
        )
    else:
        _run(step)
    values |= step.made
    for output in node.output:
        if output in read and output not in values:
            raise refusal(node.op_type, label, f"its output {output!r} is not computed here")


def _run(step: Step) -> None:
    try:
        CONVERTERS[step.op](step)
    except ShapeError as error:
        raise step.refused(str(error)) from None


def _check(node: NodeProto, graph: Graph, label: str) -> None:
    """The library's own check of a node: attributes, and how many inputs and outputs its opset gives it."""
    context = checker.C.CheckerContext()
    context.ir_version = graph.ir_version
    context.opset_imports = {"": graph.opset}
    try:
        checker.check_node(node, context)
    except checker.ValidationError as error:
        reason = str(error).split("\n", 1)[0]
        raise FormatError(f"{node.op_type} {label!r} is not valid ONNX: {reason}") from None


def _unknown(op: str, label: str) -> EngineError:
    supported = ", ".join(sorted(CONVERTERS))
    return refusal(op, label, f"this operation is not supported; supported are {supported}")


def _about(told: Mapping[str, str]) -> dict[str, Any]:
    """Labels, preprocessing and model card of a file that ``to_onnx`` wrote; what others write under these names is left alone."""
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
