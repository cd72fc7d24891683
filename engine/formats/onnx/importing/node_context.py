"""One ONNX node as its converter sees it: typed attributes, operands, and functions that add
nodes to the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from onnx import AttributeProto, NodeProto

from engine.errors import FormatError, UnsupportedOp
from engine.formats.onnx.file.tensors import to_array
from engine.formats.onnx.importing.builder import Builder, Operand, as_parameter
from engine.ops import Constant, Op
from engine.types import Array, Shape

_FIELDS = {
    AttributeProto.FLOAT: "f",
    AttributeProto.INT: "i",
    AttributeProto.STRING: "s",
    AttributeProto.TENSOR: "t",
    AttributeProto.FLOATS: "floats",
    AttributeProto.INTS: "ints",
    AttributeProto.STRINGS: "strings",
}


@dataclass(frozen=True, eq=False)
class NodeContext:
    """A node of the file. ``inputs`` has None where an optional one is left out; ``made`` collects
    what its outputs are.
    """

    op: str
    label: str
    opset: int
    inputs: tuple[Operand | None, ...]
    outputs: tuple[str, ...]  # "" for one that is left out
    attributes: Mapping[str, Any]
    read: AbstractSet[str]  # the outputs that anything reads
    builder: Builder
    made: dict[str, Operand]

    def refused(self, reason: str) -> UnsupportedOp:
        """The error that says why this node cannot be run."""
        return refusal(self.op, self.label, reason)

    # Attributes.

    def integer(self, name: str, default: int | None = None) -> int:
        """An attribute that is a whole number."""
        return int(self._attribute(name, default, int))

    def real(self, name: str, default: float | None = None) -> float:
        """An attribute that is a number."""
        return readable(self._attribute(name, default, (int, float)))

    def text(self, name: str, default: str) -> str:
        """An attribute that is a word."""
        return str(self._attribute(name, default, str))

    def integers(self, name: str, default: Sequence[int] | None = None) -> tuple[int, ...]:
        """An attribute that is a list of whole numbers."""
        return tuple(map(int, self._attribute(name, default, Sequence)))

    def reals(self, name: str) -> tuple[float, ...]:
        """An attribute that is a list of numbers."""
        return tuple(map(float, self._attribute(name, None, list)))

    def _attribute(self, name: str, default: Any, kinds: Any) -> Any:
        value = self.attributes.get(name, default)
        if value is None:
            raise self.refused(f"the attribute {name!r} is missing")
        if not isinstance(value, kinds) or isinstance(value, str) != (kinds is str):
            raise self.refused(f"the attribute {name!r} is of a wrong type")
        return value

    # Operands.

    def has(self, place: int) -> bool:
        """Whether there is an operand at that place."""
        return place < len(self.inputs) and self.inputs[place] is not None

    def operand(self, place: int) -> Operand:
        """The operand at that place, whatever it is."""
        found = self.inputs[place] if place < len(self.inputs) else None
        if found is None:
            raise self.refused(f"its input {place + 1} is missing")
        return found

    def array(self, place: int, what: str) -> Array:
        """An operand that must be known on load."""
        found = self.operand(place).array
        if found is None:
            raise self.refused(
                f"{what} ({self.operand(place).name!r}) is computed by the network; it is read "
                "only as a constant"
            )
        return found

    def int_values(self, place: int, what: str) -> tuple[int, ...]:
        """An operand that must be known on load and holds whole numbers."""
        array = self.array(place, what)
        if array.dtype.kind not in "iu":
            raise self.refused(f"{what} must be whole numbers")
        return tuple(map(int, array.ravel().tolist()))

    def setting(
        self, place: int, what: str, default: Sequence[int] | None = None
    ) -> tuple[int, ...]:
        """Whole numbers that are an attribute in old files and an operand in new ones, both called
        ``what``.
        """
        if self.has(place):
            return self.int_values(place, what)
        return self.integers(what, default)

    def bound(self, place: int, name: str) -> float | None:
        """One number that is an attribute in old files and an operand in new ones; None where it is
        left out.
        """
        if name in self.attributes:
            return self.real(name)
        if not self.has(place):
            return None
        array = self.array(place, name)
        if array.size != 1:
            raise self.refused(f"{name} should be one number, got {array.size}")
        return readable(array.ravel()[0])

    def axis(self, axis: int, rank: int) -> int:
        """An axis counted from the front."""
        if not -rank <= axis < rank:
            raise self.refused(f"there is no axis {axis} in a value of {rank} axes")
        return axis % rank

    def only_first_output(self) -> None:
        """Refuses a node of whose further outputs any is read."""
        for place, name in enumerate(self.outputs[1:], start=2):
            if name in self.read:
                raise self.refused(f"its output {place} ({name!r}) is not computed here")

    # Steps.

    def value(self, place: int) -> Operand:
        """The operand at that place as a value of the network: a constant gets a step that makes
        it.

        One for one picture goes along with the batch of the first operand that is computed.
        """
        found = self.operand(place)
        if found.array is None:
            return found
        return self.constant(found.array, found.name or f"{self.outputs[0]}.constant")

    def constant(self, array: Array, name: str) -> Operand:
        """A step of the network that makes these numbers; those for one picture once for each of
        them.
        """
        computed = [x for x in self.inputs if x is not None and x.array is None]
        single = array.shape[:1] == (1,) and computed[0].shape[:1] == (1,)
        like = tuple(computed[:1]) if single else ()
        op = Constant(as_parameter(array))
        made = self.builder.add(op, like, self.builder.new_name(name), self.label)
        return replace(made, is_integer=array.dtype.kind in "iub")

    def make(self, op: Op, *inputs: Operand, part: str = "", output: int = 0) -> Operand:
        """A step of the network that makes this node's output, or a ``part`` on the way to it."""
        name = self.outputs[output]
        if part:
            name = self.builder.new_name(f"{name}.{part}")
        made = self.builder.add(op, inputs, name, self.label)
        if not part:
            self.made[name] = made
        return made

    def mark_whole(self, output: int = 0) -> None:
        """Takes note that an output holds integers in the file."""
        name = self.outputs[output]
        self.made[name] = self.made[name].as_whole()

    def parameter(self, place: int, what: str) -> Array:
        """An operand that must be known on load and becomes the step's own, in float32."""
        return as_parameter(self.array(place, what))

    def shape(self, place: int = 0) -> Shape:
        """The shape of the operand at that place."""
        return self.operand(place).shape

    @property
    def all_known(self) -> bool:
        """Whether every operand is known on load."""
        return all(value is None or value.array is not None for value in self.inputs)


def refusal(op: str, label: str, reason: str) -> UnsupportedOp:
    """The error for a node that cannot be run."""
    return UnsupportedOp(f"{op} {label!r}: {reason}", op=op, node=label)


def attributes_of(node: NodeProto, label: str) -> dict[str, Any]:
    """Attribute name → number, text, list or array. Raises UnsupportedOp for what is none of
    these.
    """
    found: dict[str, Any] = {}
    for attribute in node.attribute:
        named = f"its attribute {attribute.name!r}"
        if attribute.type not in _FIELDS or attribute.ref_attr_name:
            raise refusal(
                node.op_type, label, f"{named} holds a graph, or something else that is not read"
            )
        value = getattr(attribute, _FIELDS[attribute.type])
        if attribute.type == AttributeProto.TENSOR:
            value = to_array(value, f"{node.op_type} {label!r}, {named}")
        elif attribute.type == AttributeProto.STRING:
            value = _text(value)
        elif attribute.type == AttributeProto.STRINGS:
            value = [_text(part) for part in value]
        elif attribute.type in (AttributeProto.FLOATS, AttributeProto.INTS):
            value = list(value)
        if attribute.name in found:
            raise FormatError(f"{node.op_type} {label!r} says {attribute.name!r} twice")
        found[attribute.name] = value
    return found


def readable(number: float) -> float:
    """A float32 as the shortest number that stands for it: 0.1 rather than 0.10000000149."""
    return float(str(np.float32(number)))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def slice_parts(step: NodeContext) -> tuple[tuple[int, ...], ...]:
    """Starts, stops, steps and axes of a Slice: attributes before opset 10, operands from then
    on.
    """
    if step.opset < 10:
        starts, stops = step.integers("starts"), step.integers("ends")
        return starts, stops, (1,) * len(starts), step.integers("axes", range(len(starts)))
    starts, stops = step.int_values(1, "starts"), step.int_values(2, "ends")
    axes = step.int_values(3, "axes") if step.has(3) else tuple(range(len(starts)))
    steps = step.int_values(4, "steps") if step.has(4) else (1,) * len(starts)
    return starts, stops, steps, axes
