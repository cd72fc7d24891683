"""How much memory arrays take, whatever they are views of."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any

import numpy as np

from engine.types import Array


def blocks(*held: Any) -> dict[int, int]:
    """The memory of all arrays in what is held (mappings, sequences, dataclasses, prepared calls):
    the id of each block → its bytes. Views of one block count once.
    """
    return {id(owner): _bytes(owner) for owner in map(_owner, _arrays(held))}


def _arrays(held: Any) -> Iterator[Array]:
    if isinstance(held, np.ndarray):
        yield held
    elif isinstance(held, Mapping):
        yield from _arrays(list(held.values()))
    elif isinstance(held, (tuple, list)):
        for part in held:
            yield from _arrays(part)
    elif isinstance(held, partial):
        yield from _arrays(held.args)
    elif is_dataclass(held):
        yield from _arrays([getattr(held, field.name) for field in fields(held)])


def _bytes(owner: Array) -> int:
    """What an array takes: a buffer of the pool is larger than the array that lies in it."""
    beneath: Any = owner.base
    return beneath.nbytes if isinstance(beneath, memoryview) else owner.nbytes


def _owner(value: Array) -> Array:
    while isinstance(value.base, np.ndarray):
        value = value.base
    return value


def give_back() -> None:
    """Let the system have the memory of what is gone, which the C library keeps for what may come.
    Takes some milliseconds; does nothing where that library is not glibc (malloc_trim(3)).
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
