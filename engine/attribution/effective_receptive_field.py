"""The effective receptive field: how strongly each pixel matters for one number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.errors import ShapeError
from engine.network import Network
from engine.trace import Trace
from engine.types import Array, Index


def effective_field(
    network: Network,
    trace: Trace,
    name: str,
    index: Index,
    check: Callable[[], None] | None = None,
) -> Array:
    """|∂number/∂pixel| for ``trace[name][index]``, the length of the vector over the colours: (H,
    W).

    It is zero outside the receptive field (views.receptive_field), and within it mostly small: the
    middle counts most. ``check`` is called before every node and may raise to stop. Raises
    ShapeError for an index outside, KeyError for a name that is no value of the network.

    Source: Luo et al., "Understanding the effective receptive field in deep convolutional neural
    networks", 2016.
    """
    picture = next(iter(network.inputs))
    one = np.zeros_like(trace[name])
    if len(index) != one.ndim or not all(0 <= i < n for i, n in zip(index, one.shape, strict=True)):
        raise ShapeError(f"{name!r} has the shape {one.shape}, so it has no position {index}")
    one[index] = 1
    found = network.backward(trace, {name: one}, only_values=[picture], check=check).values
    if picture not in found:
        return np.zeros(trace[picture].shape[2:], one.dtype)
    axis = network.layouts[name].batch_axis
    part = found[picture][0 if axis is None else index[axis]]
    return np.asarray(np.sqrt(np.square(part).sum(axis=0)))
