"""What one forward pass left behind: every value of the network by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from engine import notebook
from engine.types import Array


class Trace(Mapping[str, Array]):
    """Value name → array, (N, C, H, W) or (N, K), the network's inputs included. Arrays are
    read-only.

    - ``caches``: node name → what its op saved for the backward pass, mostly references to values;
    - ``timings``: node name → seconds.
    """

    def __init__(
        self,
        values: dict[str, Array],
        outputs: tuple[str, ...],
        caches: dict[str, Any],
        timings: dict[str, float],
    ) -> None:
        for value in values.values():
            value.flags.writeable = False
        self._values = values
        self._outputs = outputs
        self.caches = caches
        self.timings = timings

    def __repr__(self) -> str:
        return notebook.trace_text(self)

    def _repr_html_(self) -> str:
        return notebook.trace_html(self)

    def __getitem__(self, name: str) -> Array:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def outputs(self) -> dict[str, Array]:
        """The network's outputs by name."""
        return {name: self._values[name] for name in self._outputs}

    @property
    def nbytes(self) -> int:
        """Bytes of all values and of what ops saved for the backward pass; views are counted
        once.
        """
        return sum(self.blocks.values())

    @property
    def blocks(self) -> dict[int, int]:
        """The memory that the trace holds: the id of each block → its bytes. Two traces may share
        some (``rerun``).
        """
        held = (*self._values.values(), *_arrays(self.caches))
        return {id(owner): _bytes(owner) for owner in map(_owner, held)}


def _arrays(saved: Any) -> Iterator[Array]:
    """The arrays in what ops saved: a normalisation keeps a normalised copy of its input, most ops
    only references.
    """
    if isinstance(saved, np.ndarray):
        yield saved
    elif isinstance(saved, Mapping):
        yield from _arrays(list(saved.values()))
    elif isinstance(saved, (tuple, list)):
        for part in saved:
            yield from _arrays(part)
    elif is_dataclass(saved):
        yield from _arrays([getattr(saved, field.name) for field in fields(saved)])


def _bytes(owner: Array) -> int:
    """What an array takes: a buffer of the pool is larger than the array that lies in it."""
    beneath: Any = owner.base
    return beneath.nbytes if isinstance(beneath, memoryview) else owner.nbytes


def _owner(value: Array) -> Array:
    while isinstance(value.base, np.ndarray):
        value = value.base
    return value
