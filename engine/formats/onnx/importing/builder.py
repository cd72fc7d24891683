"""A network under construction: the values of the file with what is known of them, and the nodes so
far.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod

import numpy as np

from engine.cost import ModelLimits
from engine.errors import ModelTooLarge, ShapeError
from engine.network import Node
from engine.ops import Op
from engine.types import Array, Shape

MOST_FOLDED = (
    1 << 22
)  # shapes are a few numbers; constants that masks and grids are made of, some thousand


@dataclass(frozen=True, eq=False)
class Operand:
    """A value of the file: an ``array`` that is known when it is loaded, or None for one that a run
    will make.

    ``shape`` is that for the file's own batch, or for N = 1. ``whole``: the file computes with
    integers here, we with whole numbers in float32.
    """

    name: str
    shape: Shape
    array: Array | None = None
    is_integer: bool = False

    @classmethod
    def known(cls, name: str, array: Array) -> Operand:
        """One whose numbers are in the file, or follow from it."""
        return cls(name, array.shape, array, array.dtype.kind in "iub")

    def as_float(self) -> Operand:
        """The same numbers, no longer taken for integers."""
        return replace(self, is_integer=False)

    def as_whole(self) -> Operand:
        """The same numbers, taken for integers."""
        return replace(self, is_integer=True)


# Steps that make whole numbers of whole numbers; all others make fractions of them.
_KEEP_WHOLE = frozenset(
    {"add", "sub", "mul", "abs", "neg", "min", "max", "max_pool", "global_max_pool"}
    | {"reduce_max", "reduce_sum", "identity", "dropout", "flatten", "reshape", "transpose"}
    | {"slice", "gather", "expand", "pad", "concat", "depth_to_space", "space_to_depth"}
    | {"mod", "sign", "reduce_min", "reduce_prod", "cum_sum", "where", "gather_elements", "clip"}
)
# Steps that make whole numbers of anything.
_MAKE_WHOLE = frozenset(
    {"quantize", "arg_max", "conv_integer", "matmul_integer", "requantize", "quantized_add"}
    | {"dynamic_zero_point", "dynamic_quantize", "compare"}
)


@dataclass
class Builder:
    """Collects the network's nodes. Everything that is allocated, or will be at a run, is counted
    against ``limits``.
    """

    limits: ModelLimits
    nodes: list[Node] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)  # names that are in use
    activation_bytes: int = 0
    parameter_bytes: int = 0
    unpacked_bytes: int = 0
    folded_numbers: int = 0

    def add(self, op: Op, inputs: tuple[Operand, ...], name: str, label: str) -> Operand:
        """One step more; what it makes is called ``name``. Raises ShapeError, ModelTooLarge."""
        shape = op.infer_shape(*(value.shape for value in inputs))
        if not prod(shape):
            raise ShapeError(f"nothing is in a value of shape {shape}")
        self.count_activation(shape)
        self.parameter_bytes += 4 * sum(a.size for a in (*op.params.values(), *op.buffers.values()))
        self.limits.allow("parameter_bytes", self.parameter_bytes)
        reads = tuple(value.name for value in inputs)
        self.limits.allow("nodes", len(self.nodes) + 1)
        self.nodes.append(Node(name, op, reads, label if label != name else ""))
        whole = (
            op.op_type in _KEEP_WHOLE and bool(inputs) and all(v.is_integer for v in inputs)
        ) or op.op_type in _MAKE_WHOLE
        return Operand(name, shape, is_integer=whole)

    def count_activation(self, shape: Shape) -> None:
        """Takes note of a value that every run keeps. Raises ModelTooLarge."""
        self.activation_bytes += 4 * prod(shape)
        self.limits.allow("activation_bytes", self.activation_bytes)

    def unpack(self, count: int) -> None:
        """Takes note of ``count`` numbers that weights are about to be turned into. Raises
        ModelTooLarge.
        """
        self.unpacked_bytes += 4 * count
        self.limits.allow("parameter_bytes", self.unpacked_bytes)

    def reserve(self, count: int) -> None:
        """Takes note of ``count`` numbers that are about to be computed on load. Raises
        ModelTooLarge.
        """
        self.folded_numbers += count
        if self.folded_numbers > MOST_FOLDED:
            raise ModelTooLarge(
                f"more than {MOST_FOLDED:,} numbers would be computed on load",
                what="folded_numbers",
                limit=MOST_FOLDED,
                actual=self.folded_numbers,
            )

    def new_name(self, wanted: str) -> str:
        """A name that no value has, for one that the file does not name."""
        name, number = wanted, 1
        while name in self.taken:
            number += 1
            name = f"{wanted}.{number}"
        self.taken.add(name)
        return name


def as_parameter(array: Array) -> Array:
    """What an op may keep: float32, its own memory rather than the file's."""
    return np.array(array, np.float32, order="C")
