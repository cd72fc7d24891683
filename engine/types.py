"""Names for what is passed around everywhere."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Index = tuple[int, ...]
Epilogue = Callable[[slice, slice], None]  # called with (images, rows) after each output block
