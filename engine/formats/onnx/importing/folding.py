"""Constant folding: computes on load what depends on the file alone, mostly shapes and compressed
weights.

Exporters write the computation of shapes into the graph: Shape, Gather, Concat, Reshape. Once the
input's size is known, these are constants, and the remaining graph is the network itself. Integers
are ONNX's: 64 bits, and divisions round towards zero. What is made is counted first
(``Builder.room``, and ``unpack`` for weights).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from math import prod
from typing import Any

import numpy as np
from onnx import helper

from engine.errors import EngineError, FormatError
from engine.formats.onnx.file.tensors import BOOL, FLOATS, WHOLES, type_name
from engine.formats.onnx.importing.node_context import NodeContext, slice_parts
from engine.types import Array, Shape

# A node whose operands are known → the array that it makes, or one for each output.
Fold = Callable[[NodeContext], Array | list[Array]]


def fold(step: NodeContext) -> list[Array] | None:
    """What the node makes, or None where that is not known on load. Raises FormatError where it
    cannot be computed.
    """
    known = step.op in ("Shape", "Size") or step.all_known
    if not known or step.op not in FOLDS:
        return None
    try:
        made = FOLDS[step.op](step)
    except EngineError:
        raise
    except (ArithmeticError, IndexError, MemoryError, TypeError, ValueError) as error:
        raise FormatError(
            f"{step.op} {step.label!r} cannot be computed from what the file says: {error}"
        ) from None
    return [np.asarray(array) for array in (made if isinstance(made, list) else [made])]


def _arrays(step: NodeContext) -> list[Array]:
    return [step.array(place, "an operand") for place in range(len(step.inputs))]


def _function(function: Callable[..., Any]) -> Fold:
    """A function of one array, number by number."""

    def work(step: NodeContext) -> Array:
        x = step.array(0, "its operand")
        step.builder.unpack(x.size)
        return np.asarray(function(x)).astype(x.dtype)

    return work


def _of_two(function: Callable[..., Any]) -> Fold:
    """A function of two arrays, or of any number of them one after the other, number by number with
    broadcasting.
    """

    def work(step: NodeContext) -> Array:
        arrays = _arrays(step)
        step.builder.reserve(len(arrays) * prod(np.broadcast_shapes(*(a.shape for a in arrays))))
        return np.asarray(reduce(function, arrays))

    return work


def _quotient(a: Array, b: Array) -> Array:
    if a.dtype.kind not in "iu":
        return np.asarray(a / b)
    if not np.all(b):
        raise ZeroDivisionError("a division by zero")
    return np.asarray(np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))).astype(a.dtype)


def _remainder(step: NodeContext) -> Array:
    a, b = _arrays(step)
    step.builder.reserve(prod(np.broadcast_shapes(a.shape, b.shape)))
    if not np.all(b):
        raise ZeroDivisionError("a division by zero")
    return np.asarray(np.fmod(a, b) if step.integer("fmod", 0) else np.mod(a, b))


def _power(a: Array, b: Array) -> Array:
    return np.asarray(np.power(a.astype(np.float64), b)).astype(a.dtype)


def _cast(step: NodeContext) -> Array:
    target, x = step.integer("to"), step.array(0, "its operand")
    step.builder.unpack(x.size)
    if target in FLOATS:
        return x.astype(np.float32)
    if target not in WHOLES | {BOOL}:
        raise step.refused(f"{type_name(target)} is not computed here")
    return x.astype(helper.tensor_dtype_to_np_dtype(target))


def _shape(step: NodeContext) -> Array:
    whole = step.shape()
    start = step.integer("start", 0)
    return np.array(whole[start : step.integer("end", len(whole))], np.int64)


def _constant(step: NodeContext) -> Array:
    kinds = {"value_float": np.float32, "value_floats": np.float32}
    for name, value in step.attributes.items():
        if name in ("value", "value_float", "value_floats", "value_int", "value_ints"):
            array = np.asarray(value, None if name == "value" else kinds.get(name, np.int64))
            step.builder.unpack(array.nbytes // 4)  # a function may be called many times
            return array
    raise step.refused("it holds no numbers")


def _constant_of_shape(step: NodeContext) -> Array:
    value = step.attributes.get("value", np.zeros(1, np.float32))
    return _repeated(step, np.asarray(value).ravel()[0], step.int_values(0, "its shape"))


def _repeated(step: NodeContext, x: Array, shape: Shape) -> Array:
    """A broadcast view of one array, which takes no memory until it is copied."""
    if min(shape, default=0) < 0:
        raise step.refused(f"there is no shape {list(shape)}")
    step.builder.unpack(prod(shape))
    return np.broadcast_to(x, shape)


def _range(step: NodeContext) -> Array:
    start, limit, delta = (a.ravel()[0] for a in _arrays(step))
    if not delta:
        raise ZeroDivisionError("a step of zero")
    step.builder.reserve(max(0, int((float(limit) - float(start)) / float(delta)) + 1))
    return np.arange(start, limit, delta, dtype=start.dtype)


def _expand(step: NodeContext) -> Array:
    x = step.array(0, "its operand")
    shape = np.broadcast_shapes(x.shape, step.int_values(1, "its shape"))
    return _repeated(step, x, shape)


def _tile(step: NodeContext) -> Array:
    x, times = step.array(0, "its operand"), step.int_values(1, "its repeats")
    if min(times, default=0) < 0 or len(times) != x.ndim:
        raise step.refused(f"{list(x.shape)} cannot be repeated {list(times)} times")
    step.builder.reserve(x.size * prod(times))
    return np.tile(x, times)


def _reshape(step: NodeContext) -> Array:
    x, target = step.array(0, "its operand"), list(step.int_values(1, "its shape"))
    if not step.integer("allowzero", 0):
        target = [x.shape[axis] if size == 0 else size for axis, size in enumerate(target)]
    return _in_one_piece(step, x).reshape(target)


def _in_one_piece(step: NodeContext, x: Array) -> Array:
    """The array written out, if it is one that sees others' numbers several times or in another
    order.
    """
    if not x.flags.c_contiguous:
        step.builder.reserve(x.size)
    return x


def _flatten(step: NodeContext) -> Array:
    x, axis = _in_one_piece(step, step.array(0, "its operand")), step.integer("axis", 1)
    return x.reshape(prod(x.shape[:axis]), -1) if x.size else x.reshape(prod(x.shape[:axis]), 0)


def _squeeze(step: NodeContext) -> Array:
    axes = step.setting(1, "axes", ())
    return np.squeeze(step.array(0, "its operand"), axes or None)


def _unsqueeze(step: NodeContext) -> Array:
    return np.expand_dims(step.array(0, "its operand"), step.setting(1, "axes"))


def _transpose(step: NodeContext) -> Array:
    x = step.array(0, "its operand")
    return x.transpose(step.integers("perm", range(x.ndim)[::-1]))


def _concat(step: NodeContext) -> Array:
    arrays = _arrays(step)
    step.builder.reserve(sum(array.size for array in arrays))
    return np.concatenate(arrays, step.integer("axis"))


def _split(step: NodeContext) -> list[Array]:
    x, axis = step.array(0, "its operand"), step.integer("axis", 0)
    if step.has(1) or "split" in step.attributes:
        ends = np.cumsum(step.setting(1, "split"))
    else:
        size = -(-x.shape[axis] // len(step.outputs))
        ends = np.arange(1, len(step.outputs) + 1) * size
    return np.split(x, ends[:-1], axis)


def _slice(step: NodeContext) -> Array:
    x = step.array(0, "its operand")
    cut = [slice(None)] * x.ndim
    for *part, axis in zip(*slice_parts(step), strict=True):
        cut[axis] = slice(*part)
    return x[tuple(cut)]


def _gather(step: NodeContext) -> Array:
    x, axis = step.array(0, "its operand"), step.integer("axis", 0)
    indices = np.asarray(step.array(1, "its indices"))
    step.builder.reserve(indices.size * (x.size // max(1, x.shape[axis])))
    return np.take(x, indices, axis)


def _where(step: NodeContext) -> Array:
    arrays = _arrays(step)
    step.builder.reserve(prod(np.broadcast_shapes(*(a.shape for a in arrays))))
    return np.where(arrays[0].astype(bool), *arrays[1:])


def _reduction(function: Callable[..., Any]) -> Fold:
    def work(step: NodeContext) -> Array:
        x = step.array(0, "its operand")
        axes = step.setting(1, "axes", ())
        if not axes and step.integer("noop_with_empty_axes", 0):
            return x
        made = function(x, axis=axes or None, keepdims=bool(step.integer("keepdims", 1)))
        return np.asarray(made).astype(x.dtype)

    return work


def _along(step: NodeContext, numbers: Array, whole: Shape) -> Array:
    """Scales, one for all or one a cell of ``axis``, so that they fit a value of that shape."""
    if numbers.size == 1:
        return numbers.reshape(())
    axis = step.axis(step.integer("axis", 1), len(whole))
    if numbers.shape != (whole[axis],):
        raise step.refused(
            f"scales {list(numbers.shape)} for {list(whole)} are not read; one for all, or one a "
            "channel"
        )
    return numbers.reshape([-1 if i == axis else 1 for i in range(len(whole))])


def _dequantize(step: NodeContext) -> Array:
    x, scale = step.array(0, "its operand"), step.array(1, "its scale")
    step.builder.unpack(x.size)
    zero = step.array(2, "its zero point") if step.has(2) else np.zeros(1, np.int64)
    moved = x.astype(np.float32) - _along(step, zero, x.shape).astype(np.float32)
    return np.asarray(moved * _along(step, scale, x.shape))


def _quantize(step: NodeContext) -> Array:
    x, scale = step.array(0, "its operand"), step.array(1, "its scale")
    zero = step.array(2, "its zero point") if step.has(2) else np.zeros(1, np.uint8)
    step.builder.unpack(x.size)
    bounds = np.iinfo(zero.dtype)
    moved = np.rint(x / _along(step, scale, x.shape)) + _along(step, zero, x.shape)
    return np.asarray(moved.clip(bounds.min, bounds.max).astype(zero.dtype))


FOLDS: Mapping[str, Fold] = {
    "Abs": _function(np.abs),
    "Add": _of_two(np.add),
    "And": _of_two(np.logical_and),
    "Cast": _cast,
    "Ceil": _function(np.ceil),
    "Concat": _concat,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "DequantizeLinear": _dequantize,
    "Div": _of_two(_quotient),
    "Equal": _of_two(np.equal),
    "Exp": _function(np.exp),
    "Expand": _expand,
    "Flatten": _flatten,
    "Floor": _function(np.floor),
    "Gather": _gather,
    "Greater": _of_two(np.greater),
    "GreaterOrEqual": _of_two(np.greater_equal),
    "Identity": _function(lambda x: x),
    "Less": _of_two(np.less),
    "LessOrEqual": _of_two(np.less_equal),
    "Log": _function(np.log),
    "Max": _of_two(np.maximum),
    "Min": _of_two(np.minimum),
    "Mod": _remainder,
    "Mul": _of_two(np.multiply),
    "Neg": _function(np.negative),
    "NonZero": lambda step: np.array(np.nonzero(step.array(0, "its operand")), np.int64),
    "Not": _function(np.logical_not),
    "Or": _of_two(np.logical_or),
    "Pow": _of_two(_power),
    "QuantizeLinear": _quantize,
    "Range": _range,
    "Reciprocal": _function(np.reciprocal),
    "ReduceMax": _reduction(np.max),
    "ReduceMean": _reduction(np.mean),
    "ReduceMin": _reduction(np.min),
    "ReduceProd": _reduction(np.prod),
    "ReduceSum": _reduction(np.sum),
    "Reshape": _reshape,
    "Round": _function(np.rint),
    "Shape": _shape,
    "Sign": _function(np.sign),
    "Size": lambda step: np.array(prod(step.shape()), np.int64),
    "Slice": _slice,
    "Split": _split,
    "Sqrt": _function(np.sqrt),
    "Squeeze": _squeeze,
    "Sub": _of_two(np.subtract),
    "Sum": _of_two(np.add),
    "Tile": _tile,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
    "Where": _where,
}
