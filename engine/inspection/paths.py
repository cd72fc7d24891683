"""The strongest path: from one element back to the input, by the largest term of each
explanation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.inspection.explanations import explain
from engine.network import Network
from engine.trace import Trace
from engine.types import Index


@dataclass(frozen=True)
class PathStep:
    """An element of the path; ``product`` is its contribution to the step before, None for the
    first.
    """

    name: str
    index: Index
    value: float
    product: float | None


def strongest_path(
    network: Network,
    trace: Trace,
    name: str,
    index: Index,
    check: Callable[[], None] | None = None,
) -> list[PathStep]:
    """From the element ``trace[name][index]`` by the largest term, layer by layer, to the network's
    input. Padded cells are skipped. Where all terms are zero (an inactive ReLU) the first one is
    followed. The path ends early at a constant. ``check`` is called at each step and may raise to
    stop. Raises as ``explain`` does.
    """
    path = [PathStep(name, index, float(trace[name][index]), None)]
    while path[-1].name not in network.inputs:
        if check is not None:
            check()
        here = path[-1]
        step = _largest_term(network, trace, here.name, here.index)
        if step is None:
            break
        path.append(step)
    return path


def _largest_term(network: Network, trace: Trace, name: str, index: Index) -> PathStep | None:
    """The largest term of ``trace[name][index]``, as a step."""
    why, inputs = explain(network, trace, name, index), network.node(name).inputs
    for i in np.argsort(-np.abs(why.contributions), kind="stable").tolist():
        source = inputs[why.input_indices[i]]
        shape = trace[source].shape
        place = tuple(why.positions[i].tolist()[: len(shape)])
        if all(0 <= p < n for p, n in zip(place, shape, strict=True)):
            return PathStep(source, place, float(why.values[i]), float(why.contributions[i]))
    return None
