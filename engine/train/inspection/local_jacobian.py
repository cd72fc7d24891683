"""The consumers of an element, and their local derivatives by it: the factors of the chain rule.

Places are given as grids: positions along each axis, batch axis first, of which every combination
is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from engine.errors import TrainingError
from engine.network import Node
from engine.ops import (
    AveragePool,
    BatchNorm,
    Concat,
    Conv2d,
    Dense,
    Dequantize,
    Dropout,
    Flatten,
    GlobalAveragePool,
    MaxPool,
    Op,
    Pad,
    PRelu,
    Reshape,
)
from engine.ops.base import Elementwise
from engine.ops.elementwise.binary import BinaryOp
from engine.ops.window import Sliding, axes
from engine.train.inspection.step_trace import MicroBatch, StepTrace
from engine.types import Array, Index, Shape

Places = tuple[Array, ...]
Consumers = tuple[
    Places, Array | float
]  # where they are, and their derivatives, of the grid's shape


def consumers(step_trace: StepTrace, node: Node, place: int, index: Index) -> Consumers:
    """The numbers of ``node`` that read the number ``index`` (batch axis included) of its input
    number ``place``.

    Raises TrainingError for an op whose derivative hangs on more than its own input and output.
    """
    op, xs, y = node.op, [step_trace.trace[i] for i in node.inputs], step_trace.trace[node.name]
    match op:
        case Conv2d():
            return _filters(op, xs[0].shape, index)
        case Dense():
            return (np.array([index[0]]), np.arange(len(op.weight))), op.weight[None, :, index[1]]
        case MaxPool() | AveragePool():
            return _pools(op, xs[0], y, index)
        case GlobalAveragePool():
            return _one((*index[:2], 0, 0)), 1 / (xs[0].shape[2] * xs[0].shape[3])
        case BatchNorm():
            return _normalisation(step_trace, node.name, op, index)
        case Dropout():
            mask = step_trace.trace.caches.get(node.name)
            return _one(index), 1.0 if mask is None else float(mask[index])
        case Elementwise():
            return _one(index), _derivative(op, xs[0][index])
        case PRelu() | Dequantize():
            return _one(index), float(op.explain((xs[0],), y, index).weights[0])
        case BinaryOp():
            places = _stretched(index, xs[place].shape, y.shape)
            with np.errstate(all="ignore"):
                slope = op.slope(place if len(xs) > 1 else op.place, *op.operands(tuple(xs)))
            return places, np.broadcast_to(slope, y.shape)[np.ix_(*places)]
        case _:
            return _one(_moved(node.name, op, [x.shape for x in xs], place, index, y.shape)), 1.0


def _moved(
    name: str, op: Op, shapes: list[Shape], place: int, index: Index, output: Shape
) -> Sequence[Any]:
    """Where an op that only moves numbers has put one."""
    match op:
        case Flatten() | Reshape():
            return np.unravel_index(np.ravel_multi_index(index, shapes[0]), output)
        case Pad(mode="constant"):
            borders = op.borders(shapes[0])
            return [i + borders.get(axis, (0, 0))[0] for axis, i in enumerate(index)]
        case Concat():
            moved = list(index)
            moved[op.axis] += sum(shape[op.axis] for shape in shapes[:place])
            return moved
    raise TrainingError(f"{name!r} ({op.op_type}) reads it, and no list of products says how")


def _filters(op: Conv2d, shape: Shape, index: Index) -> Consumers:
    """All filters of the number's group, at the places whose windows hold it; and the weights that
    met it there.
    """
    n, channel, *position = index
    depth, per_group = op.weight.shape[1], op.weight.shape[0] // op.groups
    filters = channel // depth * per_group + np.arange(per_group)
    (rows, p), (columns, q) = (
        _windows(axis, at) for axis, at in zip(axes_of(op, shape), position, strict=True)
    )
    weights = op.weight[np.ix_(filters, [channel % depth], p, q)][:, 0]
    return (np.array([n]), filters, rows, columns), weights[None]


def _pools(op: MaxPool | AveragePool, x: Array, y: Array, index: Index) -> Consumers:
    """The windows that hold the value; its share in each is what the pool itself computes."""
    (rows, _), (columns, _) = (
        _windows(axis, at) for axis, at in zip(axes_of(op, x.shape), index[2:], strict=True)
    )
    worth = np.zeros((1, 1, len(rows), len(columns)))
    for i, j in np.ndindex(worth.shape[2:]):
        why = op.explain((x,), y, (*index[:2], int(rows[i]), int(columns[j])))
        worth[0, 0, i, j] = why.weights[(why.positions == index).all(1)].sum()
    return (*_one(index[:2]), rows, columns), worth


def _normalisation(step_trace: StepTrace, name: str, op: BatchNorm, index: Index) -> Consumers:
    """At inference the number itself; in training all numbers of its channel, for each one moves
    their mean and variance.
    """
    part, channel = step_trace.part_of(index[0]), index[1]
    numbers, inverse = normalised(step_trace, name, op, part, channel)
    scale = float(op.gamma[channel]) * inverse
    if not step_trace.trained:
        return _one(index), scale
    own = (index[0] - part.pictures.start, 0, *index[2:])
    derivative = -(1 + numbers[own] * numbers) / numbers.size
    derivative[own] += 1
    return channel_of_part(step_trace, name, part, channel), scale * derivative


def _derivative(op: Elementwise, x: Any) -> float:
    """The op's own derivative where its input is ``x``."""
    _, cache = op.forward(np.array([[x]]))
    (slope,) = op.input_grads(np.ones((1, 1), x.dtype), cache)
    return float(slope[0, 0])


def _stretched(index: Index, shape: Shape, output: Shape) -> Places:
    """The outputs that a value of an input of that shape was broadcast to."""
    missing = (1,) * (len(output) - len(shape))
    whole = zip((*missing, *index), (*missing, *shape), output, strict=True)
    return tuple(np.array([i]) if size == to else np.arange(to) for i, size, to in whole)


def _one(index: Sequence[Any]) -> Places:
    """The grid of one position."""
    return tuple(np.array([i]) for i in index)


def every_place(shape: Shape, channel: int) -> Places:
    """All places of one channel, or of one unit, of a value of that shape."""
    return tuple(np.array([channel]) if axis == 1 else np.arange(n) for axis, n in enumerate(shape))


def channel_of_part(step_trace: StepTrace, name: str, part: MicroBatch, channel: int) -> Places:
    """All places of one channel in the pictures of one part of the batch."""
    places = every_place(step_trace.trace[name].shape, channel)
    return (np.arange(part.pictures.start, part.pictures.stop), *places[1:])


def normalised(
    step_trace: StepTrace, name: str, op: BatchNorm, part: MicroBatch, channel: int
) -> tuple[Array, float]:
    """A channel of one part of the batch before gamma and beta, (pictures, 1, …), and one over its
    standard deviation.
    """
    (source,) = step_trace.network.node(name).inputs
    statistics = part.moments[name] if step_trace.trained else op
    inverse = 1 / np.sqrt(float(statistics.var[channel]) + op.epsilon)
    x = step_trace.trace[source][part.pictures, [channel]].astype(np.float64)
    return (x - float(statistics.mean[channel])) * inverse, float(inverse)


def axes_of(op: Conv2d | MaxPool | AveragePool, shape: Shape) -> tuple[Sliding, Sliding]:
    """The two axes along which the op's window slides over maps of that shape."""
    ceil_mode = False if isinstance(op, Conv2d) else op.ceil_mode
    return axes(shape, op.kernel, op.stride, op.padding, cast(Any, op.dilation), ceil_mode)


def meeting(axis: Sliding, cell: int) -> tuple[Array, Array]:
    """The outputs for which a cell of the kernel lies inside the input, and the inputs that it
    meets there.
    """
    outputs = np.arange(axis.outputs)
    inputs = outputs * axis.stride - axis.before + cell * axis.dilation
    inside = (inputs >= 0) & (inputs < axis.size)
    return outputs[inside], inputs[inside]


def _windows(axis: Sliding, position: int) -> tuple[Array, Array]:
    """The outputs whose windows hold an input position, and the cell of the kernel that meets it
    there.
    """
    cells = np.arange(axis.kernel)
    steps, between = np.divmod(position + axis.before - cells * axis.dilation, axis.stride)
    holds = (between == 0) & (steps >= 0) & (steps < axis.outputs)
    return steps[holds], cells[holds]
