"""Counts a file's parts before it is parsed: a few bytes of ONNX can become an object of a hundred.

ONNX files are Protocol Buffers: fields, each a key (number · 8 + wire type) and a value, some of
them messages of the same making. What a tensor holds is skipped in one step.

Source: Google, "Protocol Buffers: Encoding".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from onnx import ModelProto

from engine.errors import FormatError, ModelTooLarge

MOST_PARTS = 300_000  # a second's work; ResNet-152 has less than 20,000
MOST_LEVELS = (
    24  # graphs in attributes of nodes of graphs; a plain network has 5 levels of messages
)

_VARINT, _EIGHT_BYTES, _BLOCK, _FOUR_BYTES = 0, 1, 2, 5


def count_parts(data: bytes) -> int:
    """How many fields there are in all messages. Raises FormatError for bytes that are no such
    file, ModelTooLarge for too many.
    """
    parts = 0
    # What is still to be walked through: the kind of message, its first byte, the first byte after
    # it, its level.
    waiting = [(ModelProto.DESCRIPTOR, 0, len(data), 0)]
    while waiting:
        kind, at, end, level = waiting.pop()
        inner = _messages_in(kind)
        while at < end:
            parts += 1
            if parts > MOST_PARTS:
                detail = f"more than {MOST_PARTS:,} parts"
                raise ModelTooLarge(detail, what="parts", limit=MOST_PARTS, actual=parts)
            key, at = _varint(data, at, end)
            start, at = _value(data, at, end, key & 7)
            if at > end:
                raise FormatError("not an ONNX file, or only a piece of one: it ends too early")
            if key & 7 == _BLOCK and key >> 3 in inner:
                if level == MOST_LEVELS:
                    raise FormatError("graphs in graphs in graphs: too deeply nested to be read")
                waiting.append((inner[key >> 3], start, at, level + 1))
    return parts


@cache
def _messages_in(kind: Any) -> Mapping[int, Any]:
    """Field number → the kind of message that stands there, as the library describes them."""
    return {field.number: field.message_type for field in kind.fields if field.message_type}


def _value(data: bytes, at: int, end: int, wire: int) -> tuple[int, int]:
    """Where the value of a field begins, after its length, and where it ends."""
    if wire == _BLOCK:
        size, start = _varint(data, at, end)
        return start, start + size
    if wire == _VARINT:
        return at, _varint(data, at, end)[1]
    if wire in (_EIGHT_BYTES, _FOUR_BYTES):
        return at, at + (8 if wire == _EIGHT_BYTES else 4)
    raise FormatError(f"not an ONNX file: no field is of wire type {wire}")


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= end:
            break
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise FormatError("not an ONNX file, or only a piece of one: a number in it does not end")
