"""Arrays of an ONNX file: floats as float32, whole numbers as they are, nothing from outside of the
file.
"""

from __future__ import annotations

from math import prod

import numpy as np
from onnx import TensorProto, numpy_helper

from engine.errors import FormatError
from engine.types import Array, Shape

FLOATS = frozenset(
    {TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16}
)
WHOLES = frozenset(
    {
        TensorProto.INT8,
        TensorProto.INT16,
        TensorProto.INT32,
        TensorProto.INT64,
        TensorProto.UINT8,
        TensorProto.UINT16,
        TensorProto.UINT32,
        TensorProto.UINT64,
    }
)
BOOL = TensorProto.BOOL


def type_name(number: int) -> str:
    """What ONNX calls an element type: "float16"."""
    known: dict[int, str] = {value: name for name, value in TensorProto.DataType.items()}
    return known.get(number, f"type {number}").lower()


def is_external(tensor: TensorProto) -> bool:
    """Whether a tensor's numbers are in another file (``external.py``)."""
    return tensor.data_location == TensorProto.EXTERNAL or bool(tensor.external_data)


def check_kind(tensor: TensorProto, name: str) -> None:
    """Refuses a tensor that is not made of such numbers, and one that has no shape. Raises
    FormatError.
    """
    if tensor.data_type not in FLOATS | WHOLES | {BOOL}:
        raise FormatError(
            f"{name}: {type_name(tensor.data_type)} is not read; floats and integers from 8 bits "
            "are"
        )
    dims = list(tensor.dims)
    if tensor.HasField("segment") or min(dims, default=0) < 0:
        raise FormatError(f"{name}: a tensor of shape {dims}, or a piece of one, is not read")


def to_array(tensor: TensorProto, name: str) -> Array:
    """The numbers of a tensor that is in the file. ``name`` is what messages call it. Raises
    FormatError.
    """
    if is_external(tensor):  # the library would look for it on the disk
        raise FormatError(f"{name}: its numbers are in another file")
    check_kind(tensor, name)
    dims: Shape = tuple(tensor.dims)
    try:
        array = numpy_helper.to_array(tensor)
        if tensor.data_type in FLOATS:
            array = array.astype(np.float32, copy=False)
    except (ValueError, TypeError, OverflowError):
        raise FormatError(
            f"{name}: what is there are not the {prod(dims):,} numbers of shape {list(dims)}"
        ) from None
    return array
