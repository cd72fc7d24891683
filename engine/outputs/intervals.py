"""Values that are known to lie between 0 and 1, by the ops that compute them."""

from __future__ import annotations

from engine.outputs.graph import Graph

_MOST_VALUES = 64  # that are looked at for one output

_BOUNDED = ("sigmoid", "hard_sigmoid", "softmax")
# Steps whose results stay where their inputs are.
_STAYING = (
    *(
        "identity",
        "dropout",
        "reshape",
        "flatten",
        "transpose",
        "slice",
        "gather",
        "expand",
        "concat",
        "min",
        "max",
        "mul",
    ),
    *(
        "average_pool",
        "global_average_pool",
        "max_pool",
        "global_max_pool",
        "reduce_mean",
        "reduce_max",
        "resize",
    ),
)


def stays_within_one(graph: Graph, name: str) -> bool:
    """Whether every element is within 0 … 1 for every image: after sigmoids and their products and
    means.
    """
    open_ones, seen = [name], {name}
    while open_ones:
        here = open_ones.pop()
        op = graph.op(here)
        if op is None:
            return False
        if op.op_type in _BOUNDED or _clipped(op):
            continue
        read = [here_in for here_in in graph.inputs(here) if here_in not in seen]
        if op.op_type == "sub" and _is_rest(graph, here):
            pass
        elif op.op_type not in _STAYING or not _constant_fits(op):
            return False
        seen.update(read)
        open_ones += read
        if len(seen) > _MOST_VALUES:
            return False
    return True


def _clipped(op: object) -> bool:
    return getattr(op, "low", -1) >= 0 and getattr(op, "high", 2) <= 1


def _is_rest(graph: Graph, name: str) -> bool:
    """Whether a value is 1 − x."""
    found = graph.with_constant(name)
    op = graph.op(name)
    return found is not None and getattr(op, "place", 0) == 1 and bool((found[1] == 1).all())


def _constant_fits(op: object) -> bool:
    constant = getattr(op, "constant", None)
    return constant is None or bool((constant >= 0).all() and (constant <= 1).all())
