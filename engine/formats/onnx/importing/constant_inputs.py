"""Inputs that the user gives a constant: they become initializers of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from onnx import TypeProto, helper

from engine.errors import ModelTooLarge, OptionMismatch
from engine.formats.onnx.file.graph import Graph
from engine.formats.onnx.file.tensors import BOOL, FLOATS, WHOLES
from engine.formats.onnx.importing.builder import MOST_FOLDED
from engine.types import Array


def with_constants(graph: Graph, constants: Mapping[str, Sequence[float]]) -> Graph:
    """The graph without the inputs that have a constant. An axis that is open, as that of pictures
    may be, has one place.

    Raises OptionMismatch for a name that no input has, or for another count of numbers than it
    takes.
    """
    if not constants:
        return graph
    unknown = sorted(constants.keys() - graph.inputs.keys())
    if unknown:
        has = ", ".join(map(repr, graph.inputs))
        raise _mismatch(
            unknown[0], f"there is no input {unknown[0]!r} to give a constant to; there is: {has}"
        )
    arrays = {key: _filled(key, graph.inputs[key], given) for key, given in constants.items()}
    return replace(
        graph,
        inputs={key: kind for key, kind in graph.inputs.items() if key not in constants},
        arrays={**graph.arrays, **arrays},
    )


def _filled(name: str, kind: TypeProto, given: Sequence[float]) -> Array:
    tensor = kind.tensor_type
    if tensor.elem_type not in FLOATS | WHOLES | {BOOL}:
        raise _mismatch(name, f"the input {name!r} takes no numbers, so it cannot be given one")
    shape = tuple(max(1, dim.dim_value) for dim in tensor.shape.dim)
    if prod(shape) > MOST_FOLDED:
        raise ModelTooLarge(
            f"the input {name!r} takes {prod(shape):,} numbers; at most {MOST_FOLDED:,} can be a "
            "constant",
            what="folded_numbers",
            limit=MOST_FOLDED,
            actual=prod(shape),
        )
    if len(shape) == 1 and not tensor.shape.dim[0].dim_value:
        shape = (len(given),)  # a list of any length
    if len(given) not in (1, prod(shape)):
        raise _mismatch(
            name,
            f"the input {name!r} takes {prod(shape):,} numbers, of shape {list(shape)}; "
            f"{len(given):,} were given: give one for all of them, or one for each",
        )
    if tensor.elem_type in FLOATS:
        numbers = np.array(given, np.float32)
    else:
        numbers = _whole(name, helper.tensor_dtype_to_np_dtype(tensor.elem_type), given)
    return np.broadcast_to(numbers, (prod(shape),)).reshape(shape).copy()


def _whole(name: str, dtype: np.dtype[Any], given: Sequence[float]) -> Array:
    """Integers, or 0 and 1 for what is true or not."""
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    if any(number != int(number) or not low <= number <= high for number in given):
        raise _mismatch(name, f"the input {name!r} takes whole numbers from {low} to {high}")
    return np.array([int(number) for number in given], dtype)


def _mismatch(name: str, detail: str) -> OptionMismatch:
    return OptionMismatch(detail, option="input", input=name)
