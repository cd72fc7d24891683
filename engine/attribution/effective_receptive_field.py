"""The effective receptive field: how strongly one element depends on each pixel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.inspection import check_index
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
    """|∂y/∂pixel| of the element y = ``trace[name][index]``, the norm over the colours: (H, W).

    It is zero outside the receptive field (engine/inspection/receptive_fields.py), and largest in
    its middle. ``check`` is called before every node and may raise to stop. Raises
    ShapeError for an index outside, KeyError for a name that is no value of the network.

    Source: Luo et al., "Understanding the effective receptive field in deep convolutional neural
    networks", 2016.
    """
    picture = next(iter(network.inputs))
    one = np.zeros_like(trace[name])
    check_index(trace, name, index)
    one[index] = 1
    found = network.backward(trace, {name: one}, only_values=[picture], check=check).values
    if picture not in found:
        return np.zeros(trace[picture].shape[2:], one.dtype)
    axis = network.layouts[name].batch_axis
    part = found[picture][0 if axis is None else index[axis]]
    return np.asarray(np.sqrt(np.square(part).sum(axis=0)))
