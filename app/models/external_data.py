"""Models as files: what lies beside one and belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.models.loading import too_many_bytes
from app.models.options import MODEL_SUFFIXES, NO_FILES
from engine.errors import ModelTooLarge


def names_beside(path: Path, data: bytes) -> tuple[str, ...]:
    """What the files are called, in the same folder, in which the ONNX file ``path`` keeps its
    weights; they may not be there.
    """
    if path.suffix.lower() != MODEL_SUFFIXES[1]:
        return ()
    # Here rather than above: the library that reads ONNX takes a moment that others need not wait.
    from engine.formats.onnx import external_files

    return external_files(data)


def read_beside(path: Path, data: bytes, limit: int) -> Mapping[str, bytes]:
    """The content of those that are there, up to ``limit`` bytes with ``data``. Raises
    OversizedModel, OSError.
    """
    if path.suffix.lower() != MODEL_SUFFIXES[1]:
        return NO_FILES
    from engine.formats import onnx

    try:
        return onnx.read_beside(path, data, limit)
    except ModelTooLarge as error:
        raise too_many_bytes(error.limit, error.actual) from None
