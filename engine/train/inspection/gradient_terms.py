"""The chain rule written out: the products that add up to the gradient of one weight or of one
activation.

Nothing here is learned from: a ``StepTrace`` holds all values and gradients, and the sums of its
backward pass are taken apart again. The products are worked out in float64 from the float32 numbers
of the pass, all at once; only those terms that are asked for become objects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine import inspection
from engine.errors import ShapeError, TrainingError
from engine.ops import BatchNorm, Conv2d, Dense
from engine.train.inspection.local_jacobian import (
    Places,
    axes_of,
    channel_of_part,
    consumers,
    every_place,
    meeting,
    normalised,
)
from engine.train.inspection.step_trace import MicroBatch, StepTrace
from engine.types import Array, Index, Shape


@dataclass(frozen=True)
class GradientTerm:
    """One term of the sum: ``dz``, the gradient of an output element of ``layer``, times ``a``.

    - in a parameter's gradient, ``a`` is the input element that the parameter is multiplied by, at
      ``input_index`` of the layer's input; for a bias it is 1, and the index None. Batch
      normalisation's gamma is multiplied by the normalised element;
    - in an activation's gradient, ``a`` is the local derivative of the layer's number by the
      activation, and ``input_index`` is None.

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
class GradientSum:
    """A gradient as a sum: ``value`` is what the backward pass found, up to rounding the sum of all
    the products.

    ``terms`` are the largest products first, as many as were asked for, of ``total_count``;
    ``remainder`` is the sum of the others.
    """

    value: float
    terms: list[GradientTerm]
    total_count: int
    remainder: float


@dataclass(frozen=True, eq=False)
class _Grid:
    """Terms whose outputs form a grid: ``dz`` and ``a`` have the grid's shape, ``inputs`` run along
    with ``outputs``.
    """

    layer: str
    outputs: Places
    inputs: Places | None
    dz: Array
    a: Array

    @property
    def products(self) -> Array:
        return (self.dz * self.a).ravel()

    def term(self, place: int) -> GradientTerm:
        at = np.unravel_index(place, self.dz.shape)
        picture, *output = (int(axis[i]) for axis, i in zip(self.outputs, at, strict=True))
        read = None
        if self.inputs is not None:
            read = tuple(int(axis[i]) for axis, i in zip(self.inputs, at, strict=True))[1:]
        dz, a = float(self.dz[at]), float(self.a[at])
        return GradientTerm(self.layer, picture, tuple(output), dz, read, a, dz * a)


def parameter_terms(
    step_trace: StepTrace, node: str, parameter: str, index: Index, *, limit: int | None = None
) -> GradientSum:
    """The gradient of one number of a parameter: the sum over all places and pictures where it was
    used.

    Padded cells brought nothing and are left out. Raises KeyError for a node that the network does
    not have, TrainingError for a parameter that it does not have or that nothing is known of,
    ShapeError for an index outside.
    """
    maker = step_trace.network.node(node)
    gradient = step_trace.gradients.params.get(f"{node}.{parameter}")
    if parameter not in maker.op.params:
        raise TrainingError(f"the layer {node!r} has no parameter {parameter!r}")
    if gradient is None:
        raise TrainingError(
            f"no gradient reaches the layer {node!r}: the loss does not depend on it"
        )
    _check(f"{node}.{parameter}", gradient.shape, index)
    dy, (x,) = step_trace.gradients.values[node], (step_trace.trace[i] for i in maker.inputs)
    match maker.op:
        case Conv2d() | Dense() | BatchNorm() if parameter in ("bias", "beta"):
            grids = [_once(node, dy, index[0])]
        case Conv2d():
            grids = [_conv_weight(node, maker.op, dy, x, index)]
        case Dense():
            grids = [_dense_weight(node, dy, x, index)]
        case BatchNorm():
            grids = [
                _gamma(step_trace, node, maker.op, part, index[0]) for part in step_trace.parts
            ]
        case _:
            raise TrainingError(f"the gradient of {node}.{parameter} cannot be written out")
    return _chain(float(gradient[index]), grids, limit)


def activation_gradient_terms(
    step_trace: StepTrace, name: str, index: Index, *, limit: int | None = None
) -> GradientSum:
    """The gradient of one number of a value, dA: the sum over all numbers that read it, of their
    gradients times the local derivative.

    ``index`` includes the batch axis. Raises KeyError for a value that the network does not have,
    ShapeError for an index outside, TrainingError where no such list has meaning.
    """
    inspection.check_index(step_trace.trace, name, index)
    gradient = step_trace.gradients.values.get(name)
    if gradient is None:
        raise TrainingError(f"no gradient reaches {name!r}: the loss does not depend on it")
    if name == step_trace.network.logits:
        raise TrainingError(f"{name!r} is read by the loss itself, which gives it its gradient")
    grids = [
        _grid(
            node.name,
            step_trace.gradients.values[node.name],
            *consumers(step_trace, node, place, index),
        )
        for node in step_trace.network.nodes
        if node.name in step_trace.gradients.values
        for place, read in enumerate(node.inputs)
        if read == name
    ]
    return _chain(float(gradient[index]), grids, limit)


def _chain(value: float, grids: list[_Grid], limit: int | None) -> GradientSum:
    products = np.concatenate([grid.products for grid in grids])
    order = np.argsort(-np.abs(products), kind="stable")[:limit]
    ends = np.cumsum([grid.dz.size for grid in grids])
    terms = []
    for place in order.tolist():
        grid = int(np.searchsorted(ends, place, side="right"))
        terms.append(grids[grid].term(place - int(ends[grid]) + grids[grid].dz.size))
    products[order] = 0.0
    return GradientSum(value, terms, products.size, float(products.sum()))


def _check(name: str, shape: Shape, index: Index) -> None:
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise ShapeError(f"{name!r} has the shape {shape}, so it has no position {index}")


def _grid(
    layer: str, dy: Array, outputs: Places, a: Array | float, inputs: Places | None = None
) -> _Grid:
    dz = dy[np.ix_(*outputs)].astype(np.float64)
    return _Grid(layer, outputs, inputs, dz, np.broadcast_to(np.asarray(a, np.float64), dz.shape))


def _once(node: str, dy: Array, channel: int) -> _Grid:
    """A bias is added to every number of its channel, once."""
    return _grid(node, dy, every_place(dy.shape, channel), 1.0)


def _conv_weight(node: str, op: Conv2d, dy: Array, x: Array, index: Index) -> _Grid:
    """A weight is multiplied, for every output of its filter, by the input under its cell."""
    f, c, p, q = index
    depth, per_group = op.weight.shape[1], op.weight.shape[0] // op.groups
    met = [meeting(axis, cell) for axis, cell in zip(axes_of(op, x.shape), (p, q), strict=True)]
    pictures = np.arange(len(x))
    outputs = (pictures, np.array([f]), *(outputs for outputs, _ in met))
    inputs = (pictures, np.array([f // per_group * depth + c]), *(inputs for _, inputs in met))
    return _grid(node, dy, outputs, x[np.ix_(*inputs)], inputs)


def _dense_weight(node: str, dy: Array, x: Array, index: Index) -> _Grid:
    unit, source = index
    inputs = every_place(x.shape, source)
    return _grid(node, dy, every_place(dy.shape, unit), x[:, [source]], inputs)


def _gamma(
    step_trace: StepTrace, node: str, op: BatchNorm, part: MicroBatch, channel: int
) -> _Grid:
    """Gamma meets the normalised number, which is another one for each part of the batch."""
    places = channel_of_part(step_trace, node, part, channel)
    met, _ = normalised(step_trace, node, op, part, channel)
    return _grid(node, step_trace.gradients.values[node], places, met, places)
