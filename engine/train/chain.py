"""The chain rule written out: which products add up to the gradient of one weight, or to the blame of one activation.

Nothing here is learned from: a ``Glass`` holds all values and gradients, and the sums of its backward pass are taken apart
again. The products are worked out in float64 from the float32 numbers of the pass, all at once; only those terms that are
asked for become objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from engine import views
from engine.errors import ShapeError, TrainingError
from engine.network import Node
from engine.ops import (
    Add,
    AveragePool,
    BatchNorm,
    Concat,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    MaxPool,
    Mul,
    Pad,
    Reshape,
)
from engine.ops.base import Elementwise
from engine.ops.sliding import Sliding, axes
from engine.train.glass import Glass, GlassPart
from engine.types import Array, Index, Shape

Places = tuple[Array, ...]  # positions along each axis, batch axis first: together they make a grid


@dataclass(frozen=True)
class ChainTerm:
    """One product: the blame ``dz`` of a number that ``layer`` made, times what it hangs on, ``a``.

    - in a parameter's gradient, ``a`` is the number that the parameter met, found at ``input_index`` of the layer's input; a
      bias meets a one, which stands nowhere: None. Batch normalisation's gamma meets the normalised number;
    - in an activation's blame, ``a`` is the local derivative of the layer's number by the activation, and ``input_index`` is None.

    Both indices are those within the picture, without the batch axis.
    """

    layer: str
    picture: int
    output_index: Index
    dz: float
    input_index: Index | None
    a: float
    product: float


@dataclass(frozen=True)
class Chain:
    """A gradient as a sum: ``value`` is what the backward pass found, up to rounding the sum of all the products.

    ``terms`` are the largest products first, as many as were asked for, of ``total_count``; ``rest`` is the sum of the others.
    """

    value: float
    terms: list[ChainTerm]
    total_count: int
    rest: float


@dataclass(frozen=True, eq=False)
class _Grid:
    """Terms whose outputs form a grid: ``dz`` and ``a`` have the grid's shape, ``inputs`` run along with ``outputs``."""

    layer: str
    outputs: Places
    inputs: Places | None
    dz: Array
    a: Array

    @property
    def products(self) -> Array:
        return (self.dz * self.a).ravel()

    def term(self, place: int) -> ChainTerm:
        at = np.unravel_index(place, self.dz.shape)
        picture, *output = (int(axis[i]) for axis, i in zip(self.outputs, at, strict=True))
        read = None
        if self.inputs is not None:
            read = tuple(int(axis[i]) for axis, i in zip(self.inputs, at, strict=True))[1:]
        dz, a = float(self.dz[at]), float(self.a[at])
        return ChainTerm(self.layer, picture, tuple(output), dz, read, a, dz * a)


def parameter_terms(
    glass: Glass, node: str, parameter: str, index: Index, *, limit: int | None = None
) -> Chain:
    """The gradient of one number of a parameter: the sum over all places and pictures where it was used.

    Padded cells brought nothing and are left out. Raises KeyError for a node that the network does not have, TrainingError for
    a parameter that it does not have or that nothing is known of, ShapeError for an index outside.
    """
    maker = glass.network.node(node)
    gradient = glass.gradients.params.get(f"{node}.{parameter}")
    if parameter not in maker.op.params:
        raise TrainingError(f"the layer {node!r} has no parameter {parameter!r}")
    if gradient is None:
        raise TrainingError(f"no blame reaches the layer {node!r}: the loss does not depend on it")
    _check(f"{node}.{parameter}", gradient.shape, index)
    dy, (x,) = glass.gradients.values[node], (glass.trace[i] for i in maker.inputs)
    match maker.op:
        case Conv2d() | Dense() | BatchNorm() if parameter in ("bias", "beta"):
            grids = [_once(node, dy, index[0])]
        case Conv2d():
            grids = [_conv_weight(node, maker.op, dy, x, index)]
        case Dense():
            grids = [_dense_weight(node, dy, x, index)]
        case BatchNorm():
            grids = [_gamma(glass, node, maker.op, part, index[0]) for part in glass.parts]
        case _:
            raise TrainingError(f"the gradient of {node}.{parameter} cannot be written out")
    return _chain(float(gradient[index]), grids, limit)


def blame_terms(glass: Glass, name: str, index: Index, *, limit: int | None = None) -> Chain:
    """The blame of one number of a value, dA: the sum over all numbers that read it, of their blame times the local derivative.

    ``index`` includes the batch axis. Raises KeyError for a value that the network does not have, ShapeError for an index
    outside, TrainingError where no such list has meaning.
    """
    views.check_index(glass.trace, name, index)
    gradient = glass.gradients.values.get(name)
    if gradient is None:
        raise TrainingError(f"no blame reaches {name!r}: the loss does not depend on it")
    if name == glass.network.logits:
        raise TrainingError(f"{name!r} is read by the loss itself, which gives it its blame")
    grids = [
        _reading(glass, node, place, index)
        for node in glass.network.nodes
        if node.name in glass.gradients.values
        for place, read in enumerate(node.inputs)
        if read == name
    ]
    return _chain(float(gradient[index]), grids, limit)


def _chain(value: float, grids: list[_Grid], limit: int | None) -> Chain:
    products = np.concatenate([grid.products for grid in grids])
    order = np.argsort(-np.abs(products), kind="stable")[:limit]
    ends = np.cumsum([grid.dz.size for grid in grids])
    terms = []
    for place in order.tolist():
        grid = int(np.searchsorted(ends, place, side="right"))
        terms.append(grids[grid].term(place - int(ends[grid]) + grids[grid].dz.size))
    products[order] = 0.0
    return Chain(value, terms, products.size, float(products.sum()))


def _check(name: str, shape: Shape, index: Index) -> None:
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise ShapeError(f"{name!r} has the shape {shape}, so it has no position {index}")


def _grid(layer: str, dy: Array, outputs: Places, inputs: Places | None, a: Array | float) -> _Grid:
    dz = dy[np.ix_(*outputs)].astype(np.float64)
    return _Grid(layer, outputs, inputs, dz, np.broadcast_to(a, dz.shape))


def _all(shape: Shape, **fixed: int) -> Places:
    """Every position of a value of that shape, or those of one ``channel``."""
    places = [np.arange(size) for size in shape]
    if "channel" in fixed:
        places[1] = np.array([fixed["channel"]])
    return tuple(places)


def _at(index: Sequence[Any]) -> Places:
    """The grid of one position."""
    return tuple(np.array([i]) for i in index)


# What a parameter met ---------------------------------------------------------------------------


def _once(node: str, dy: Array, channel: int) -> _Grid:
    """A bias is added to every number of its channel, once."""
    return _grid(node, dy, _all(dy.shape, channel=channel), None, 1.0)


def _conv_weight(node: str, op: Conv2d, dy: Array, x: Array, index: Index) -> _Grid:
    """A weight meets, for every output of its filter, the input under its own cell of the window."""
    f, c, p, q = index
    depth, per_group = op.weight.shape[1], op.weight.shape[0] // op.groups
    met = [_meeting(axis, cell) for axis, cell in zip(_axes(op, x.shape), (p, q), strict=True)]
    pictures = np.arange(len(x))
    outputs = (pictures, np.array([f]), *(outputs for outputs, _ in met))
    inputs = (pictures, np.array([f // per_group * depth + c]), *(inputs for _, inputs in met))
    return _grid(node, dy, outputs, inputs, x[np.ix_(*inputs)].astype(np.float64))


def _dense_weight(node: str, dy: Array, x: Array, index: Index) -> _Grid:
    unit, source = index
    inputs = _all(x.shape, channel=source)
    return _grid(node, dy, _all(dy.shape, channel=unit), inputs, x[:, [source]].astype(np.float64))


def _gamma(glass: Glass, node: str, op: BatchNorm, part: GlassPart, channel: int) -> _Grid:
    """Gamma meets the normalised number, which is another one for each part of the batch."""
    places = _channel_of_part(glass, node, part, channel)
    normalised, _ = _normalised(glass, node, op, part, channel)
    return _grid(node, glass.gradients.values[node], places, places, normalised)


# Who reads a number -----------------------------------------------------------------------------


def _reading(glass: Glass, node: Node, place: int, index: Index) -> _Grid:
    """The numbers of ``node`` that read the number ``index`` of its input number ``place``."""
    op, dy = node.op, glass.gradients.values[node.name]
    xs = [glass.trace[i] for i in node.inputs]
    outputs: Places
    a: Array | float
    match op:
        case Conv2d():
            outputs, a = _conv_readers(op, xs[0].shape, index)
        case Dense():
            outputs = (np.array([index[0]]), np.arange(len(op.weight)))
            a = op.weight[None, :, index[1]]
        case MaxPool() | AveragePool():
            outputs, a = _pool_readers(op, xs[0], glass.trace[node.name], index)
        case GlobalAveragePool():
            outputs, a = _at((*index[:2], 0, 0)), 1 / (xs[0].shape[2] * xs[0].shape[3])
        case BatchNorm():
            outputs, a = _norm_readers(glass, node.name, op, index)
        case Dropout():
            mask = glass.trace.caches.get(node.name)
            outputs, a = _at(index), 1.0 if mask is None else mask[index]
        case Elementwise():
            outputs, a = _at(index), _derivative(op, xs[0][index])
        case Flatten() | Reshape():
            flat = np.ravel_multi_index(index, xs[0].shape)
            outputs, a = _at(np.unravel_index(flat, dy.shape)), 1.0
        case Pad():
            top, left = op.pads[:2]
            outputs, a = _at((*index[:2], index[2] + top, index[3] + left)), 1.0
        case Concat():
            before = sum(x.shape[op.axis] for x in xs[:place])
            moved = list(index)
            moved[op.axis] += before
            outputs, a = _at(moved), 1.0
        case Add() | Mul():
            outputs = _stretched(index, xs[place].shape, dy.shape)
            a = 1.0 if isinstance(op, Add) else _seen(xs[1 - place], outputs, dy.shape)
        case _:
            raise TrainingError(
                f"{node.name!r} ({op.kind}) reads these numbers: its blame cannot be written out"
            )
    return _grid(node.name, dy, outputs, None, np.asarray(a, np.float64))


def _conv_readers(op: Conv2d, shape: Shape, index: Index) -> tuple[Places, Array]:
    """All filters of the number's group, at the places whose windows hold it; and the weights that met it there."""
    n, channel, *position = index
    depth, per_group = op.weight.shape[1], op.weight.shape[0] // op.groups
    filters = channel // depth * per_group + np.arange(per_group)
    (rows, p), (columns, q) = (
        _windows(axis, at) for axis, at in zip(_axes(op, shape), position, strict=True)
    )
    weights = op.weight[np.ix_(filters, [channel % depth], p, q)][:, 0]
    return (np.array([n]), filters, rows, columns), weights[None]


def _pool_readers(
    op: MaxPool | AveragePool, x: Array, y: Array, index: Index
) -> tuple[Places, Array]:
    """The few windows that hold the number; what it was worth in each is what the pool itself says."""
    (rows, _), (columns, _) = (
        _windows(axis, at) for axis, at in zip(_axes(op, x.shape), index[2:], strict=True)
    )
    worth = np.zeros((1, 1, len(rows), len(columns)))
    for i, j in np.ndindex(worth.shape[2:]):
        why = op.explain((x,), y, (*index[:2], int(rows[i]), int(columns[j])))
        worth[0, 0, i, j] = why.weights[(why.positions == index).all(1)].sum()
    return (*_at(index[:2]), rows, columns), worth


def _norm_readers(
    glass: Glass, name: str, op: BatchNorm, index: Index
) -> tuple[Places, Array | float]:
    """At inference the number itself; in training all numbers of its channel, for each one moves their mean and variance."""
    part, channel = glass.part_of(index[0]), index[1]
    normalised, inverse = _normalised(glass, name, op, part, channel)
    scale = float(op.gamma[channel]) * inverse
    if not glass.trained:
        return _at(index), scale
    own = (index[0] - part.pictures.start, 0, *index[2:])
    derivative = -(1 + normalised[own] * normalised) / normalised.size
    derivative[own] += 1
    return _channel_of_part(glass, name, part, channel), scale * derivative


def _derivative(op: Elementwise, x: Any) -> float:
    """The op's own derivative where its input is ``x``."""
    _, cache = op.forward(np.array([[x]]))
    (slope,) = op.input_grads(np.ones((1, 1), x.dtype), cache)
    return float(slope[0, 0])


def _stretched(index: Index, shape: Shape, output: Shape) -> Places:
    """Where a number of an input of that shape went in an output to which the input was broadcast."""
    missing = len(output) - len(shape)
    own = (*(0 for _ in range(missing)), *index)
    sizes = (*(1 for _ in range(missing)), *shape)
    return tuple(
        np.array([i]) if size == whole else np.arange(whole)
        for i, size, whole in zip(own, sizes, output, strict=True)
    )


def _seen(other: Array, outputs: Places, shape: Shape) -> Array:
    """The numbers of the other input at these places of the output."""
    return np.asarray(np.broadcast_to(other, shape)[np.ix_(*outputs)])


# Windows and normalisation ----------------------------------------------------------------------


def _axes(op: Conv2d | MaxPool | AveragePool, shape: Shape) -> tuple[Sliding, Sliding]:
    ceil_mode = False if isinstance(op, Conv2d) else op.ceil_mode
    return axes(shape, op.kernel, op.stride, op.padding, cast(Any, op.dilation), ceil_mode)


def _meeting(axis: Sliding, cell: int) -> tuple[Array, Array]:
    """The outputs for which a cell of the kernel lies inside the input, and the inputs that it meets there."""
    outputs = np.arange(axis.outputs)
    inputs = outputs * axis.stride - axis.before + cell * axis.dilation
    inside = (inputs >= 0) & (inputs < axis.size)
    return outputs[inside], inputs[inside]


def _windows(axis: Sliding, position: int) -> tuple[Array, Array]:
    """The outputs whose windows hold an input position, and the cell of the kernel that meets it there."""
    cells = np.arange(axis.kernel)
    steps, between = np.divmod(position + axis.before - cells * axis.dilation, axis.stride)
    holds = (between == 0) & (steps >= 0) & (steps < axis.outputs)
    return steps[holds], cells[holds]


def _channel_of_part(glass: Glass, name: str, part: GlassPart, channel: int) -> Places:
    _, *places = _all(glass.trace[name].shape, channel=channel)
    return (np.arange(part.pictures.start, part.pictures.stop), *places)


def _normalised(
    glass: Glass, name: str, op: BatchNorm, part: GlassPart, channel: int
) -> tuple[Array, float]:
    """A channel of one part of the batch before gamma and beta, (pictures, 1, …), and one over its standard deviation."""
    (source,) = glass.network.node(name).inputs
    seen = part.moments[name] if glass.trained else op
    inverse = 1 / np.sqrt(float(seen.var[channel]) + op.epsilon)
    x = glass.trace[source][part.pictures, [channel]].astype(np.float64)
    return (x - float(seen.mean[channel])) * inverse, float(inverse)
