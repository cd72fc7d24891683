"""Converters of what works number by number, with one operand or two."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from onnx import TensorProto

from engine.formats.onnx.step import Step
from engine.formats.onnx.tensors import FLOATS, type_name
from engine.ops import Add, Clip, Identity, LeakyRelu, Mul, Op

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


def pairwise(op: Callable[[], Op]) -> Callable[[Step], None]:
    """Two operands or, for those that take any number, one after the other."""

    def convert(step: Step) -> None:
        values = [step.value(place) for place in range(len(step.inputs))]
        if len(values) == 1:
            _one(step, Identity())
            return
        so_far = values[0]
        for number, value in enumerate(values[1:-1]):
            so_far = step.make(op(), so_far, value, part=f"first{number + 2}")
        step.make(op(), so_far, values[-1])

    return convert


add, mul = pairwise(Add), pairwise(Mul)


def _one(step: Step, op: Op) -> None:
    step.make(op, step.operand(0))
