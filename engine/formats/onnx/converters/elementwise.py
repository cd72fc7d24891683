"""Converters of what works number by number, with one operand or two."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from onnx import TensorProto

from engine.formats.onnx.building import Operand, as_parameter
from engine.formats.onnx.step import Step
from engine.formats.onnx.tensors import FLOATS, type_name
from engine.ops import Clip, Div, Elu, Gelu, HardSigmoid, Identity, LeakyRelu, Op, PRelu
from engine.ops.pairwise import Ordered, Pairwise

WIDE = (TensorProto.INT32, TensorProto.INT64)


def plain(op: Callable[[], Op]) -> Callable[[Step], None]:
    """A function with nothing to set."""
    return lambda step: _one(step, op())


def leaky_relu(step: Step) -> None:
    """LeakyRelu."""
    _one(step, LeakyRelu(step.real("alpha", 0.01)))


def clip(step: Step) -> None:
    """Clip, with bounds that are attributes before opset 11 and operands from then on; either may be missing."""
    low, high = (step.bound(place, name) for place, name in ((1, "min"), (2, "max")))
    low, high = -np.inf if low is None else low, np.inf if high is None else high
    _one(
        step, Clip(min(low, high), high)
    )  # bounds the wrong way round give the upper one everywhere


def cast(step: Step) -> None:
    """Cast between floats, or of whole numbers to floats: everything is computed in float32, so nothing is left to do."""
    target = step.integer("to")
    x = step.operand(0)
    if target not in FLOATS and not (x.whole and target in WIDE):
        raise step.refused(f"computed numbers are not turned into {type_name(target)} here")
    made = step.make(Identity(), x)
    step.made[made.name] = made.as_float() if target in FLOATS else made


def elu(step: Step) -> None:
    """Elu."""
    _one(step, Elu(step.real("alpha", 1.0)))


def gelu(step: Step) -> None:
    """Gelu, exact or with tanh."""
    _one(step, Gelu(step.text("approximate", "none")))


def hard_sigmoid(step: Step) -> None:
    """HardSigmoid."""
    _one(step, HardSigmoid(step.real("alpha", 0.2), step.real("beta", 0.5)))


def prelu(step: Step) -> None:
    """PRelu with a constant slope; before opset 7 a list of slopes was one for each channel."""
    slope = step.parameter(1, "its slope")
    if step.opset < 7 and slope.size > 1:
        slope = slope.reshape(-1, *[1] * (len(step.operand(0).shape) - 2))
    _one(step, PRelu(slope))


def pairwise(op: type[Pairwise]) -> Callable[[Step], None]:
    """Two operands or, for those that take any number, one after the other; what is known on load becomes the step's constant."""

    def convert(step: Step) -> None:
        values = [step.operand(place) for place in range(len(step.inputs))]
        if step.integer("broadcast", 0):
            values[1] = _aligned(step, *values)
        if len(values) == 1:
            _one(step, Identity())
            return
        if len(values) > 2:  # in any order, then: what is known comes last
            values.sort(key=lambda value: value.array is not None)
        so_far = values[0]
        for number, value in enumerate(values[1:-1]):
            so_far = _joined(step, op, so_far, value, part=f"first{number + 2}")
        _joined(step, op, so_far, values[-1])

    return convert


def div(step: Step) -> None:
    """Div; that of integers leaves a rest, which floats do not."""
    if all(step.operand(place).whole for place in (0, 1)):
        raise step.refused("a division of computed integers is not computed here")
    pairwise(Div)(step)


def _joined(step: Step, op: type[Pairwise], a: Operand, b: Operand, part: str = "") -> Operand:
    if b.array is not None:
        return step.make(op(as_parameter(b.array)), a, part=part)
    if a.array is None:
        return step.make(op(), a, b, part=part)
    constant = as_parameter(a.array)
    turned = op(constant, constant_first=True) if issubclass(op, Ordered) else op(constant)
    return step.make(turned, b, part=part)


def _aligned(step: Step, a: Operand, b: Operand) -> Operand:
    """The second operand as opset 6 broadcasts it: its axes are those of the first from ``axis`` on."""
    behind = len(a.shape) - len(b.shape) - step.integer("axis", len(a.shape) - len(b.shape))
    if behind <= 0:
        return b
    if b.array is None:
        raise step.refused("a computed operand is broadcast here by the rules from opset 7 on")
    return Operand.known(b.name, b.array.reshape(*b.shape, *(1,) * behind))


def _one(step: Step, op: Op) -> None:
    step.make(op, step.operand(0))
