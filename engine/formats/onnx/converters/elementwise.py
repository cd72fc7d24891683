"""Converters of what works number by number, with one operand or two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from onnx import TensorProto

from engine.formats.onnx.file.tensors import BOOL, FLOATS, WHOLES, type_name
from engine.formats.onnx.importing.builder import Operand, as_parameter
from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import (
    Add,
    Celu,
    Clip,
    Compare,
    Div,
    Elu,
    Gelu,
    HardSigmoid,
    Identity,
    LeakyRelu,
    Mod,
    Mul,
    Op,
    PRelu,
    Selu,
    Shrink,
    Sigmoid,
    Sub,
    ThresholdedRelu,
    Trigonometric,
    Trunc,
)
from engine.ops.elementwise.binary import BinaryOp, NonCommutativeOp

# Bits of the integers that wrap around, and of what they hold the smallest.
NARROW: Mapping[int, tuple[int, int]] = {
    TensorProto.UINT8: (8, 0),
    TensorProto.INT8: (8, -128),
    TensorProto.UINT16: (16, 0),
    TensorProto.INT16: (16, -32768),
}


def plain(op: Callable[[], Op]) -> Callable[[NodeContext], None]:
    """A function with nothing to set."""
    return lambda step: _one(step, op())


def leaky_relu(step: NodeContext) -> None:
    """LeakyRelu."""
    _one(step, LeakyRelu(step.real("alpha", 0.01)))


def clip(step: NodeContext) -> None:
    """Clip, with bounds that are attributes before opset 11 and operands from then on; either may
    be missing.
    """
    low, high = (step.bound(place, name) for place, name in ((1, "min"), (2, "max")))
    low, high = -np.inf if low is None else low, np.inf if high is None else high
    _one(
        step, Clip(min(low, high), high)
    )  # bounds the wrong way round give the upper one everywhere


def cast(step: NodeContext) -> None:
    """Cast. Everything is held in float32: a cast to integers drops the fraction, and narrow
    integer types wrap around.
    """
    target, x = step.integer("to"), step.operand(0)
    if target in FLOATS:
        made = step.make(Identity(), x)
        step.made[made.name] = made.as_float()
    elif target == BOOL:
        step.make(Compare(np.zeros((), np.float32), relation="not_equal"), x)
    elif target not in WHOLES:
        raise step.refused(f"computed numbers are not turned into {type_name(target)} here")
    else:
        _to_integers(step, x, target)
        step.mark_whole()


def _to_integers(step: NodeContext, x: Operand, target: int) -> None:
    if target not in NARROW:
        step.make(Identity() if x.is_integer else Trunc(), x)
        return
    bits, low = NARROW[target]
    if not x.is_integer:
        x = step.make(Trunc(), x, part="whole")
    if not low:
        step.make(Mod(np.array(1 << bits, np.float32)), x)
        return
    offset = np.array(-low, np.float32)
    x = step.make(Add(offset), x, part="moved")
    x = step.make(Mod(np.array(1 << bits, np.float32)), x, part="wrapped")
    step.make(Sub(offset), x)


def elu(step: NodeContext) -> None:
    """Elu."""
    _one(step, Elu(step.real("alpha", 1.0)))


def gelu(step: NodeContext) -> None:
    """Gelu, exact or with tanh."""
    _one(step, Gelu(step.text("approximate", "none")))


def hard_sigmoid(step: NodeContext) -> None:
    """HardSigmoid."""
    _one(step, HardSigmoid(step.real("alpha", 0.2), step.real("beta", 0.5)))


def prelu(step: NodeContext) -> None:
    """PRelu with a constant slope; before opset 7 a list of slopes was one for each channel."""
    slope = step.parameter(1, "its slope")
    if step.opset < 7 and slope.size > 1:
        slope = slope.reshape(-1, *[1] * (len(step.operand(0).shape) - 2))
    _one(step, PRelu(slope))


def pairwise(op: type[BinaryOp], **settings: Any) -> Callable[[NodeContext], None]:
    """Two operands or, for those that take any number, one after the other; what is known on load
    becomes the step's constant.
    """

    def convert(step: NodeContext) -> None:
        values = [step.operand(place) for place in range(len(step.inputs))]
        if step.integer("broadcast", 0):
            values[1] = _aligned(step, *values)
        if len(values) == 1:
            _one(step, Identity())
            return
        if len(values) > 2:  # the operands commute: the constant comes last
            values.sort(key=lambda value: value.array is not None)
        so_far = values[0]
        for number, value in enumerate(values[1:-1]):
            so_far = joined(step, op, so_far, value, part=f"first{number + 2}", **settings)
        joined(step, op, so_far, values[-1], **settings)

    return convert


def div(step: NodeContext) -> None:
    """Div; integers are divided with truncation."""
    a, b = step.operand(0), step.operand(1)
    if not (a.is_integer and b.is_integer):
        pairwise(Div)(step)
        return
    step.make(Trunc(), joined(step, Div, a, b, part="quotient"))
    step.mark_whole()


def mod(step: NodeContext) -> None:
    """Mod, with the sign of the divisor or (fmod) that of the dividend."""
    pairwise(Mod, fmod=bool(step.integer("fmod", 0)))(step)


def negation(step: NodeContext) -> None:
    """Not, of truth values that are 0 or 1."""
    step.make(Sub(np.ones((), np.float32), constant_first=True), step.operand(0))


def is_nan(step: NodeContext) -> None:
    """IsNaN: what differs from itself."""
    x = step.operand(0)
    step.make(Compare(relation="not_equal"), x, x)


def selu(step: NodeContext) -> None:
    """Selu."""
    _one(step, Selu(step.real("alpha", 1.6732632), step.real("gamma", 1.050701)))


def celu(step: NodeContext) -> None:
    """Celu."""
    _one(step, Celu(step.real("alpha", 1.0)))


def thresholded_relu(step: NodeContext) -> None:
    """ThresholdedRelu."""
    _one(step, ThresholdedRelu(step.real("alpha", 1.0)))


def shrink(step: NodeContext) -> None:
    """Shrink."""
    _one(step, Shrink(step.real("lambd", 0.5), step.real("bias", 0.0)))


def trigonometric(function: str) -> Callable[[NodeContext], None]:
    """Sin and its kin."""
    return lambda step: _one(step, Trigonometric(function))


def swish(step: NodeContext) -> None:
    """Swish: x · sigmoid(alpha · x)."""
    x, alpha = step.operand(0), step.real("alpha", 1.0)
    inner = x if alpha == 1 else step.make(Mul(np.array(alpha, np.float32)), x, part="scaled")
    step.make(Mul(), x, step.make(Sigmoid(), inner, part="gate"))


def joined(
    step: NodeContext, op: type[BinaryOp], a: Operand, b: Operand, part: str = "", **settings: Any
) -> Operand:
    """Two operands, of which at most one is known on load: that one becomes the step's constant."""
    if b.array is not None:
        return step.make(op(as_parameter(b.array), **settings), a, part=part)
    if a.array is None:
        return step.make(op(**settings), a, b, part=part)
    constant = as_parameter(a.array)
    if issubclass(op, NonCommutativeOp):
        settings["constant_first"] = True
    return step.make(op(constant, **settings), b, part=part)


def _aligned(step: NodeContext, a: Operand, b: Operand) -> Operand:
    """The second operand as opset 6 broadcasts it: its axes are those of the first from ``axis``
    on.
    """
    behind = len(a.shape) - len(b.shape) - step.integer("axis", len(a.shape) - len(b.shape))
    if behind <= 0:
        return b
    if b.array is None:
        raise step.refused("a computed operand is broadcast here by the rules from opset 7 on")
    return Operand.known(b.name, b.array.reshape(*b.shape, *(1,) * behind))


def _one(step: NodeContext, op: Op) -> None:
    step.make(op, step.operand(0))
