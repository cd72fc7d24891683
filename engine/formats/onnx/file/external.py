"""Weights that an ONNX file keeps in other files ("external data"): where they are, checked before
a byte of them is used.

A tensor names a location, an offset and a length. Of the location only the base name counts: files
are given to us by name, or lie beside the ONNX file, and nothing is ever opened elsewhere.

Source: ONNX, "External data", and ``TensorProto.external_data`` in onnx.proto.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from pathlib import Path, PurePosixPath

import numpy as np
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper

from engine.cost import ModelLimits
from engine.errors import ExternalDataNeeded, FormatError, ModelTooLarge
from engine.formats.onnx.file import wire
from engine.formats.onnx.file.tensors import FLOATS, check_kind, is_external
from engine.types import Array

ONE_FILE = (
    "save the model as one file, by torch.onnx.export(…, external_data=False) "
    'or onnx.save(onnx.load("model.onnx"), "model-one-file.onnx")'
)

_LFS = b"version https://git-lfs.github.com/spec/"


class ExternalData:
    """The ``files`` that were given with an ONNX file, by base name. What is taken from them counts
    against ``limits``.
    """

    def __init__(self, files: Mapping[str, bytes], limits: ModelLimits) -> None:
        self._files = files
        self._limits = limits
        self._bytes = 0

    def array(self, tensor: TensorProto, name: str) -> Array:
        """The numbers of a tensor that is kept outside, floats as float32; a view of the file's
        bytes where it can be.

        ``name`` is what messages call it.

        Raises FormatError, ModelTooLarge.
        """
        check_kind(tensor, name)
        entries = {entry.key: entry.value for entry in tensor.external_data}
        file = location_of(tensor, name)
        if file not in self._files:
            raise missing([file])
        data = self._files[file]
        dtype = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type))
        count = prod(tensor.dims)
        offset = _number(entries.get("offset", "0"), name)
        length = _number(entries.get("length", str(count * dtype.itemsize)), name)
        if length != count * dtype.itemsize:
            raise FormatError(
                f"{name}: {length:,} bytes of {file!r} are not the {count:,} numbers of shape "
                f"{list(tensor.dims)}"
            )
        if offset + length > len(data):
            raise FormatError(_too_short(file, data, offset + length, name))
        self._bytes += 4 * count  # what they take as float32
        self._limits.allow("parameter_bytes", self._bytes)
        array = np.frombuffer(data, dtype, count, offset).reshape(tuple(tensor.dims))
        return array.astype(np.float32, copy=False) if tensor.data_type in FLOATS else array

    def bring_in(self, tensors: Iterable[TensorProto]) -> None:
        """Put the numbers into tensors that are attributes of nodes: the library would look for
        them on the disk.
        """
        for tensor in filter(is_external, tensors):
            array = self.array(tensor, f"the tensor {tensor.name!r}")
            tensor.ClearField("external_data")
            tensor.data_location = TensorProto.DEFAULT
            if tensor.data_type in FLOATS:
                tensor.data_type = TensorProto.FLOAT
            tensor.raw_data = array.tobytes()

    def check_all_there(self, tensors: Iterable[TensorProto]) -> None:
        """Raises ExternalDataNeeded, naming every file that is missing, and FormatError for two of
        one name.
        """
        paths: dict[str, str] = {}
        for tensor in tensors:
            if is_external(tensor):
                file = location_of(tensor, f"the weights {tensor.name!r}")
                path = next(e.value for e in tensor.external_data if e.key == "location")
                if paths.setdefault(file, path) != path:
                    raise FormatError(
                        f"the file keeps weights in {paths[file]!r} and {path!r}, which have one "
                        f"name; {ONE_FILE}"
                    )
        gone = sorted(paths.keys() - self._files.keys())
        if gone:
            raise missing(gone, self._files.keys() - paths.keys())


def location_of(tensor: TensorProto, name: str) -> str:
    """The base name of the file that a tensor's numbers are in. Raises FormatError."""
    path = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
    file = PurePosixPath(path.replace("\\", "/")).name
    if file in ("", "..") or not file.isprintable():
        raise FormatError(
            f"{name}: its numbers are in another file, and {path!r} is no file's name; {ONE_FILE}"
        )
    return file


def missing(files: Iterable[str], given: Iterable[str] = ()) -> ExternalDataNeeded:
    """The refusal of an ONNX file that came without some of its weights."""
    names = tuple(files)
    listed = ", ".join(map(repr, names[:5])) + (f" and {len(names) - 5} more" if names[5:] else "")
    came = ", ".join(map(repr, sorted(given)[:5]))
    others = f" (what came with it is called {came}; a file that was renamed needs its old name)"
    return ExternalDataNeeded(
        f"the file keeps its weights outside, in {listed}, which did not come with "
        f"it{others if came else ''}: give the files together, or {ONE_FILE}",
        missing=names,
    )


def external_files(data: bytes) -> tuple[str, ...]:
    """The base names of the files in which an ONNX file's weights are; none for what is no ONNX
    file.
    """
    if b"location" not in data:  # the key that each of them has
        return ()
    try:
        wire.count_parts(data)
        model = ModelProto.FromString(data)
        tensors = filter(is_external, all_tensors(model.graph))
        return tuple(dict.fromkeys(location_of(tensor, tensor.name) for tensor in tensors))
    except (FormatError, ValueError):  # from_onnx says what is wrong with it
        return ()


def read_beside(path: Path, data: bytes, most: int) -> dict[str, bytes]:
    """The files beside ``path`` that hold the weights of the ONNX file with these bytes, ``most``
    bytes at most; those that there are.

    Raises ModelTooLarge before it reads too much, OSError.
    """
    found: dict[str, bytes] = {}
    size = len(data)
    for name in external_files(data):
        file = path.parent / name
        if not file.is_file():
            continue
        size += file.stat().st_size
        if size > most:
            detail = f"{size:,} bytes with its weights, and at most {most:,} are allowed"
            raise ModelTooLarge(detail, what="bytes", limit=most, actual=size)
        found[name] = file.read_bytes()
    return found


def all_tensors(graph: GraphProto) -> Iterator[TensorProto]:
    """The tensors of a graph and of its nodes' attributes."""
    yield from graph.initializer
    yield from node_tensors(graph.node)


def node_tensors(nodes: Iterable[NodeProto]) -> Iterator[TensorProto]:
    """The tensors in nodes' attributes, those of graphs inside included."""
    for node in nodes:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.TENSOR:
                yield attribute.t
            elif attribute.type == AttributeProto.GRAPH:
                yield from all_tensors(attribute.g)


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise FormatError(f"{name}: {text!r} is no place in a file")
    return int(text)


def _too_short(file: str, data: bytes, end: int, name: str) -> str:
    if data.startswith(_LFS):
        return (
            f"{file!r} is a Git LFS pointer, not the weights: download the file itself (git lfs "
            "pull)"
        )
    return (
        f"{name}: its numbers end at byte {end:,} of {file!r}, which has {len(data):,}: "
        "it is not the file that belongs to this model, or only a piece of it"
    )
