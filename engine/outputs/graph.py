"""A network's graph, as the walk from an output back to its logits reads it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from engine.ops import Add, Clip, Constant, Div, Expand, Max, Min, Mul, Op, Slice, Sub, Transpose
from engine.ops.elementwise.binary import BinaryOp
from engine.types import Array, Shape

if TYPE_CHECKING:
    from engine.network import Network

# An operand of an op with two: the name of a value, or numbers that are the same for every picture.
Operand = str | Array

# An epsilon that keeps a logarithm or a division from zero, and how near to 0 and 1 a clip of
# probabilities begins.
EPSILON = 1e-3

# Steps that pass on all numbers as they are, and those that do where no number goes in with another
# one.
_SAME = ("identity", "dropout", "reshape", "flatten", "quantize", "dequantize")
_ALONE = (
    *("reduce_mean", "reduce_sum", "reduce_max", "reduce_min"),
    *("global_average_pool", "global_max_pool", "concat", "expand", "slice"),
)
_MOST_PASSED = 16  # steps between two parts of a formula


class Graph:
    """Who makes a value, from what, and in which shape (for one picture, batch axis included)."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.shapes = network.shapes()
        self._makers = {node.name: node for node in network.nodes}

    def op(self, name: str) -> Op | None:
        """What makes a value; None for an input of the network."""
        node = self._makers.get(name)
        return None if node is None else node.op

    def inputs(self, name: str) -> tuple[str, ...]:
        """The values that a value is made from."""
        node = self._makers.get(name)
        return () if node is None else node.inputs

    def label(self, name: str) -> str:
        """What the model's file calls the node that makes a value."""
        node = self._makers.get(name)
        return "" if node is None else node.label

    def size(self, name: str) -> int:
        """How many numbers a value has for one picture."""
        return prod(self.shapes[name])

    def shape(self, name: str) -> Shape:
        """A value's shape for one picture: without the batch axis, where it has one."""
        return self.network.layouts[name].native_shape

    def planes(self, name: str) -> Shape | None:
        """(C, H, W) of a value that has rows and columns, wherever its channels lie; None for
        others.
        """
        layout = self.network.layouts[name]
        return layout.shape if layout.has_maps and len(layout.shape) == 3 else None

    def passes(self, name: str) -> str | None:
        """The value whose numbers ``name`` has, all of them in the same order; None where it makes
        numbers of its own.

        A clip, and a small number that is added, count as passing on: they are meant for numbers
        from 0 to 1, which they hardly change.
        """
        before = self.reshapes(name)
        if before is not None:
            return before
        op = self.op(name)
        if isinstance(op, Clip):
            return self.inputs(name)[0] if op.low <= EPSILON and op.high >= 1 - EPSILON else None
        found = self.with_constant(name)
        if found is None or self.size(found[0]) != self.size(name):
            return None
        return found[0] if _changes_little(op, found[1]) else None

    def reshapes(self, name: str) -> str | None:
        """The same for steps that leave every number exactly as it is."""
        op, inputs = self.op(name), self.inputs(name)
        if op is None or len(inputs) != 1 or self.size(inputs[0]) != self.size(name):
            return None
        same = op.op_type in _SAME or op.op_type in _ALONE
        if isinstance(op, Transpose):
            same = sum(size > 1 for size in self.shapes[name]) <= 1
        elif isinstance(op, Slice):
            same = min(op.steps, default=1) > 0
        return inputs[0] if same else None

    def bare(self, name: Operand | None) -> str:
        """The value behind steps that leave every number as it is, or repeat it; "" for what is no
        value.
        """
        return self._behind(name, lenient=False)

    def guarded(self, name: Operand | None) -> str:
        """The same, behind clips and epsilons, too: for sums and probabilities, which those keep
        from zero.
        """
        return self._behind(name, lenient=True)

    def _behind(self, name: Operand | None, *, lenient: bool) -> str:
        if not isinstance(name, str):
            return ""
        for _ in range(_MOST_PASSED):
            before = self.passes(name) if lenient else self.reshapes(name)
            if before is None and isinstance(self.op(name), Expand):
                before = self.inputs(name)[0]
            if before is None:
                break
            name = before
        return name

    def operands(self, name: str) -> tuple[Operand | None, Operand | None]:
        """Both operands of an add, sub, mul, div, …, in their order; twice None for other ops."""
        op = self.op(name)
        if not isinstance(op, BinaryOp):
            return None, None
        reads: tuple[Operand, ...] = tuple(self._numbers(i) for i in self.inputs(name))
        if op.constant is not None:
            (x,) = reads
            return (op.constant, x) if op.place else (x, op.constant)
        a, b = reads
        return a, b

    def with_constant(self, name: str) -> tuple[str, Array] | None:
        """The computed operand and the constant one of an op with two, whichever comes first."""
        a, b = self.operands(name)
        if isinstance(a, str) and isinstance(b, np.ndarray):
            return a, b
        if isinstance(b, str) and isinstance(a, np.ndarray):
            return b, a
        return None

    def _numbers(self, name: str) -> Operand:
        op = self.op(name)
        return op.value if isinstance(op, Constant) else name


def _changes_little(op: Op | None, constant: Array) -> bool:
    """Whether an op with this constant hardly changes numbers from 0 to 1."""
    low, high = float(np.min(constant)), float(np.max(constant))
    small = max(abs(low), abs(high)) <= EPSILON
    match op:
        case Add():
            return small
        case Sub():
            return op.place == 0 and small
        case Mul():
            return low == high == 1
        case Div():
            return op.place == 0 and low == high == 1
        case Max():
            return high <= EPSILON
        case Min():
            return low >= 1 - EPSILON
    return False
