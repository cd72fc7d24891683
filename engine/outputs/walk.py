"""The walk from an output back to its logits, shared by predictions, attributions, curves and
training steps.

Exported graphs continue after the last activation: casts, reshapes, clips, an epsilon. The logits
are the input of that activation, whose forms ``activations.py`` recognises.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from engine.ops import Gather, Slice, TopK, Transpose
from engine.outputs.activations import ACTIVATIONS
from engine.outputs.graph import Graph
from engine.outputs.info import Activation, Form
from engine.types import Array

# So many steps may follow an activation. More of them are a network of its own, and each output's
# walk has to end soon.
MOST_STEPS = 64

_MOVING = (Transpose, Slice, Gather)


@dataclass(frozen=True, eq=False)
class Head:
    """How an output follows from its logits.

    - ``logits``: the value that goes into the activation; the output itself without one;
    - ``last``: the value that made the output's numbers, which the steps behind it only pass on;
    - ``axes``: those of ``logits`` along which a softmax adds up to one;
    - ``order``: the place in ``logits`` of each number of the output, both counted through; None
      where they are the same.
    """

    logits: str
    activation: Activation | None
    form: Form
    last: str
    axes: tuple[int, ...] = ()
    order: Array | None = None


def head_of(graph: Graph, output: str) -> Head:
    """The walk from an output back to its logits."""
    passed: list[str] = []
    here = output
    for _ in range(MOST_STEPS):
        for find, activation, form in ACTIVATIONS:
            found = find(graph, here)
            if found is not None:
                source, axes = found
                return Head(source, activation, form, here, axes, _order(graph, here, passed))
        before = graph.passes(here) or _moved(graph, here)
        if before is None:
            break
        passed.append(here)
        here = before
    return Head(output, None, "values", graph.bare(output))


def is_integer(graph: Graph, name: str) -> bool:
    """Whether a value holds places rather than scores: what an ArgMax or a TopK makes, or a
    rounding, reshaped or not.
    """
    for _ in range(MOST_STEPS):
        op = graph.op(name)
        if op is not None and (op.op_type in _PLACES or (isinstance(op, TopK) and op.places)):
            return True
        before = graph.passes(name) or _moved(graph, name)
        if before is None:
            return False
        name = before
    return False


_PLACES = ("arg_max", "arg_min", "floor", "ceil", "round", "trunc", "mod", "compare")


def covers(graph: Graph, head: Head) -> bool:
    """Whether a softmax runs over all numbers of its value, so that they are the shares of one
    answer.
    """
    shape = graph.shapes[head.logits]
    return prod(shape[axis] for axis in head.axes) == prod(shape)


def _moved(graph: Graph, name: str) -> str | None:
    """The value of which ``name`` has some numbers, or all in another order."""
    return graph.inputs(name)[0] if isinstance(graph.op(name), _MOVING) else None


def _order(graph: Graph, source: str, passed: list[str]) -> Array | None:
    """Where in ``source`` the numbers are that come out behind the steps ``passed``, the last one
    first.
    """
    if all(graph.passes(name) for name in passed):
        return None
    places = np.arange(graph.size(source), dtype=np.float64).reshape(graph.shapes[source])
    for name in reversed(passed):
        op, shape = graph.op(name), graph.shapes[name]
        places = op.forward(places)[0] if isinstance(op, _MOVING) else places.reshape(shape)
    return places.ravel().astype(np.int64)
