"""Reads the arrays of a state dict saved by ``torch.save``, without PyTorch and without trusting
the file.

Such a file is a row of pickles, and unpickling means running what the file says. The unpickler here
knows four names, which make an ordered dictionary and arrays; a file that asks for any other is
refused before anything of it has run. Read is the format up to PyTorch 1.5 (magic number, version,
system, state dict, list of storages; then each storage's count and numbers); newer files are ZIP
archives, and are refused with a word about that.

Source: PyTorch, ``torch/serialization.py``, ``_legacy_save``.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import FormatError
from engine.types import Array, Shape

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
# Of the pickles; newer ones have operations that set memory aside before they look for the bytes.
PROTOCOL = 2

_STORAGES = {
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "DoubleStorage": "<f8",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}


@dataclass(frozen=True)
class _Storage:
    """A row of numbers that stands further down in the file."""

    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class _Tensor:
    """A view on a storage; offset and strides are in numbers."""

    storage: _Storage
    offset: int
    shape: Shape
    strides: tuple[int, ...]


def read(data: bytes) -> dict[str, Array]:
    """Name → array, in the file's dtype. Raises FormatError for any other file, and for one that
    wants more than arrays.
    """
    file = io.BytesIO(data)
    try:
        magic, version, _ = (_unpickle(file) for _ in range(3))
        if (magic, version) != (MAGIC, VERSION):
            raise FormatError("not a file of PyTorch weights that can be read here")
        tensors, keys = _unpickle(file), _unpickle(file)
        wanted = {t.storage.key: t.storage for t in tensors.values()}
        storages = {key: _numbers(data, file, wanted[key]) for key in keys}
        return {str(name): _array(tensor, storages) for name, tensor in tensors.items()}
    except FormatError:
        raise
    # An unpickler raises nearly any exception on invalid input; all of them become FormatError.
    except Exception as error:
        hint = "; it is a ZIP, the newer form" if data[:2] == b"PK" else ""
        raise FormatError(f"not a file of PyTorch weights: {error!r}{hint}") from None


class _Unpickler(pickle.Unpickler):
    """Builds ordered dictionaries and descriptions of tensors, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _STORAGES:
            return np.dtype(_STORAGES[name])
        raise FormatError(
            f"the file wants {module}.{name} to be run; weights are arrays, and nothing else is "
            "read"
        )

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, count, view = pid
        if kind != "storage" or view is not None or not isinstance(dtype, np.dtype):
            raise FormatError("the file holds something that is no tensor")
        return _Storage(str(key), dtype, int(count))


def _unpickle(file: io.BytesIO) -> Any:
    """The next pickle, after its opcodes have been checked without running them."""
    start = file.tell()
    for number, (operation, argument, _) in enumerate(pickletools.genops(file)):
        # Something may be put into place 2**32 of the unpickler's memory, which then is made that
        # large.
        is_far = operation.name in ("PUT", "LONG_BINPUT") and int(argument or 0) > number
        if operation.proto > PROTOCOL or is_far:
            raise FormatError(
                f"the file is pickled in a way that weights are not: {operation.name}"
            )
    file.seek(start)
    return _Unpickler(file).load()


def _rebuild(
    storage: _Storage, offset: int, shape: Shape, strides: tuple[int, ...], *_: Any
) -> _Tensor:
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


def _numbers(data: bytes, file: io.BytesIO, storage: _Storage) -> Array:
    """The storage that begins here: its count, then its numbers. A view on the file's bytes."""
    count = int.from_bytes(file.read(8), "little")
    start = file.tell()
    if count != storage.count:
        raise FormatError(f"storage {storage.key!r} says two lengths, {storage.count} and {count}")
    numbers: Array = np.frombuffer(data, storage.dtype, count, start)  # refuses what is not there
    file.seek(start + numbers.nbytes)
    return numbers


def _array(tensor: _Tensor, storages: dict[str, Array]) -> Array:
    numbers = storages[tensor.storage.key]
    steps = list(zip(tensor.shape, tensor.strides, strict=True))
    last = tensor.offset + sum((size - 1) * stride for size, stride in steps)
    if min(tensor.offset, *tensor.shape, *tensor.strides, 0) < 0 or last >= len(numbers):
        raise FormatError("a tensor reaches beyond its storage")
    strides = tuple(stride * numbers.itemsize for stride in tensor.strides)
    return np.ndarray(
        tensor.shape, numbers.dtype, numbers, tensor.offset * numbers.itemsize, strides
    )
