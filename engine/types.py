"""Names for what is passed around everywhere."""

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Index = tuple[int, ...]
