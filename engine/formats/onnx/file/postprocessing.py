"""Cuts off post-processing at the end of a file: from a class index to its label, from scores to
the best class.

Services that train networks for other people (Azure Custom Vision, Core ML's and scikit-learn's
converters) end their files with ArgMax and a list of names, or with a map from name to score. The
outputs are then the scores themselves, and the names their labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, helper, numpy_helper

_CLASSICAL = "ai.onnx.ml"
_MOST_STEPS = 32  # between an output and the scores
_MOST_LABELS = 100_000

# Steps between a class's number and its name that change no number.
_PASSING = frozenset(
    {"Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose"}
)

# What a label becomes: a list to pick from by number, or a mapping.
_Naming = Sequence[Any] | Mapping[Any, Any]


class _Cut(NamedTuple):
    """An output without its tail: the ``value`` that it reads, the labels on the way, and whether
    it only picks one class.
    """

    value: str
    labels: tuple[str, ...] | None
    picks: bool


def cut_tails(graph: GraphProto) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The values that are the network's outputs, and the classes' names where a tail says them."""
    makers = {name: node for node in graph.node for name in node.output if name}
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    tensors |= {
        node.output[0]: node.attribute[0].t
        for node in graph.node
        if node.op_type == "Constant" and _has_tensor(node)
    }
    cuts = [_cut(name, makers, tensors) for name in _unpacked(graph, makers)]
    scores = {cut.value for cut in cuts if not cut.picks}
    cuts = [_without_argmax(cut, makers, scores) for cut in cuts]
    # A node that only selects a class adds nothing to the scores.
    kept = [cut.value for cut in cuts if not cut.picks] or [cut.value for cut in cuts]
    labels = next((cut.labels for cut in cuts if cut.labels), None)
    return tuple(dict.fromkeys(kept)), labels


def _unpacked(graph: GraphProto, makers: Mapping[str, NodeProto]) -> list[str]:
    """The outputs; instead of a list of tensors, or of a tensor that might be missing, the tensors
    themselves.
    """
    names: list[str] = []
    for output in graph.output:
        maker = makers.get(output.name)
        packed = maker is not None and maker.op_type in ("SequenceConstruct", "Optional")
        names += filter(None, maker.input) if packed and maker is not None else [output.name]
    return names or [output.name for output in graph.output]


def _has_tensor(node: NodeProto) -> bool:
    return [a.type for a in node.attribute] == [AttributeProto.TENSOR] and bool(node.output)


def _cut(output: str, makers: Mapping[str, NodeProto], tensors: Mapping[str, TensorProto]) -> _Cut:
    """Walks from an output to what its tail reads; the output itself where there is no tail."""
    name, cut, picks, namings = output, False, False, list[_Naming]()
    end = output  # the last value at which something was cut off
    for _ in range(_MOST_STEPS):
        node = makers.get(name)
        if node is None:
            break
        before, naming = _tail_step(node, tensors)
        if before is not None:
            cut, end = True, before
            picks = picks or node.op_type != "ZipMap"
            if naming is not None:
                namings.append(naming)
            name = before
        elif cut and picks and _is_pick(node, name):
            end = node.input[0]
            break
        elif node.op_type in _PASSING and node.input:
            name = node.input[0]
        else:
            break
    return _Cut(end, _labels(namings), picks) if cut else _Cut(output, None, False)


def _without_argmax(cut: _Cut, makers: Mapping[str, NodeProto], scores: set[str]) -> _Cut:
    """An output that is the best class's number, next to the scores that it was picked from: those
    scores.
    """
    name = cut.value
    for _ in range(_MOST_STEPS):
        node = makers.get(name)
        if node is None or not node.input:
            return cut
        if _is_pick(node, name):
            return _Cut(node.input[0], cut.labels, True) if node.input[0] in scores else cut
        if node.op_type not in _PASSING:
            return cut
        name = node.input[0]
    return cut


def _is_pick(node: NodeProto, output: str) -> bool:
    """Whether a node says which class is the best one, or which are, and how good."""
    own = node.domain in ("", "ai.onnx") and bool(node.input)
    return own and node.op_type in ("ArgMax", "TopK") and output in node.output


def _tail_step(
    node: NodeProto, tensors: Mapping[str, TensorProto]
) -> tuple[str | None, _Naming | None]:
    """What a step of a tail reads, and how it names classes; (None, None) for what is no such
    step.
    """
    about = {a.name: a for a in node.attribute}
    inputs = list(node.input)
    if node.domain == _CLASSICAL:
        if node.op_type == "ZipMap" and inputs:
            return inputs[0], _listed(about, "classlabels_strings", "classlabels_int64s")
        if node.op_type == "LabelEncoder" and inputs:
            return inputs[0], _encoded(about)
        if node.op_type == "ArrayFeatureExtractor" and len(inputs) == 2 and inputs[0] in tensors:
            return inputs[1], _entries(tensors[inputs[0]])
        return None, None
    if node.op_type == "Gather" and len(inputs) == 2 and inputs[0] in tensors:
        names = tensors[inputs[0]]
        if names.data_type == TensorProto.STRING and len(names.dims) == 1:
            return inputs[1], _entries(names)
    to = about.get("to")
    if node.op_type == "Cast" and inputs and to is not None and to.i == TensorProto.STRING:
        return inputs[0], None
    return None, None


def _listed(about: Mapping[str, AttributeProto], *names: str) -> _Naming | None:
    for name in names:
        if name in about and (found := helper.get_attribute_value(about[name])):
            return list(found)
    return None


def _encoded(about: Mapping[str, AttributeProto]) -> _Naming | None:
    """A LabelEncoder's keys → values, or its list of classes in files from before it had keys."""
    classes = _listed(about, "classes_strings")
    if classes is not None:
        return classes
    keys = _listed(about, "keys_int64s", "keys_strings", "keys_floats")
    values = _listed(about, "values_strings", "values_int64s", "values_floats")
    if keys is None and "keys_tensor" in about:
        keys = _entries(about["keys_tensor"].t)
    if values is None and "values_tensor" in about:
        values = _entries(about["values_tensor"].t)
    if keys is None or values is None or len(keys) != len(values):
        return None
    return dict(zip(keys, values, strict=True))


def _entries(tensor: TensorProto) -> list[Any] | None:
    if tensor.data_type == TensorProto.STRING:
        return list(tensor.string_data)
    try:
        entries: list[Any] = numpy_helper.to_array(tensor).ravel().tolist()
    except (ValueError, TypeError, OverflowError):
        return None
    return entries


def _labels(namings: list[_Naming]) -> tuple[str, ...] | None:
    """Class number → name, from the namings on the way from the output to the scores, the last one
    first.
    """
    if not namings:
        return None
    *later, first = namings
    names = (
        [first.get(number) for number in range(len(first))]
        if isinstance(first, Mapping)
        else list(first)
    )
    for naming in reversed(later):
        if isinstance(naming, Mapping):
            names = [naming.get(name) for name in names]
        else:
            names = [
                naming[n] if isinstance(n, int) and 0 <= n < len(naming) else None for n in names
            ]
    if len(names) > _MOST_LABELS or any(name is None for name in names):
        return None
    if names == list(range(len(names))):  # what they are called without names
        return None
    return tuple(n.decode("utf-8", "replace") if isinstance(n, bytes) else str(n) for n in names)
