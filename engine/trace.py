"""What one forward pass left behind: every value of the network by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import notebook
from engine.execution.memory import blocks
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
        # A normalisation saves a normalised copy of its input, most ops only references.
        return blocks(self._values, self.caches)
