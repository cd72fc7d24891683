"""Softmax, its logarithm and sigmoid, as one op or as exporters write them out.

Each function takes the value that such a formula makes and gives the value that goes into it, with
the axes that a softmax runs along; None where it is something else.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.ops import (
    Add,
    Clip,
    Div,
    Exp,
    HardSigmoid,
    Log,
    LogSoftmax,
    Mul,
    Neg,
    Op,
    Pow,
    Reciprocal,
    ReduceMax,
    ReduceSum,
    Sigmoid,
    Softmax,
    Sub,
    Tanh,
)
from engine.outputs.graph import EPSILON, Graph, Operand
from engine.outputs.info import Activation, Form

Found = tuple[str, tuple[int, ...]] | None


def softmax(graph: Graph, name: str) -> Found:
    """Softmax; exp of a log-softmax."""
    if isinstance(graph.op(name), Exp):
        return _log_softmax_itself(graph, graph.bare(graph.inputs(name)[0]))
    return _softmax_itself(graph, name)


def log_softmax(graph: Graph, name: str) -> Found:
    """LogSoftmax; the logarithm of a softmax."""
    if isinstance(graph.op(name), Log):
        return _softmax_itself(graph, graph.guarded(graph.inputs(name)[0]))
    return _log_softmax_itself(graph, name)


def sigmoid(graph: Graph, name: str) -> Found:
    """Sigmoid and HardSigmoid; 1 / (1 + exp(−x)), exp(x) / (exp(x) + 1), ½ tanh(x / 2) + ½, clip(a
    · x + ½, 0, 1).
    """
    op = graph.op(name)
    a, b = graph.operands(name)
    x: str | None = None
    match op:
        case Sigmoid() | HardSigmoid():
            x = graph.inputs(name)[0]
        case Div():
            x = _one_more(graph, b) if _is(a, 1) else _part_of_one_more(graph, a, b)
            x = x or _clipped_line(graph, name)
        case Reciprocal():
            x = _one_more(graph, graph.inputs(name)[0])
        case Pow():
            x = _one_more(graph, a) if _is(b, -1) else None
        case Add():
            x = _half_tanh(graph, name)
        case Clip() | Mul():
            x = _clipped_line(graph, name)
    return None if x is None else (x, ())


# How an output's numbers follow from its logits, in the order in which it is tried.
ACTIVATIONS: tuple[tuple[Callable[[Graph, str], Found], Activation, Form], ...] = (
    (softmax, "softmax", "probabilities"),
    (log_softmax, "softmax", "log_probabilities"),
    (sigmoid, "sigmoid", "probabilities"),
)


def _softmax_itself(graph: Graph, name: str) -> Found:
    op = graph.op(name)
    a, b = graph.operands(name)
    if isinstance(op, Softmax) and not isinstance(op, LogSoftmax):
        return _of_op(graph, op, name)
    if isinstance(op, Div):
        return _shared_out(graph, a, b)
    if isinstance(op, Mul):
        return _shared_out(graph, a, _inverse(graph, b)) or _shared_out(
            graph, b, _inverse(graph, a)
        )
    return None


def _log_softmax_itself(graph: Graph, name: str) -> Found:
    op = graph.op(name)
    if isinstance(op, LogSoftmax):
        return _of_op(graph, op, name)
    return _less_log_sum(graph, *graph.operands(name)) if isinstance(op, Sub) else None


def _of_op(graph: Graph, op: Softmax, name: str) -> Found:
    (x,) = graph.inputs(name)
    return x, (op.axis % len(graph.shapes[x]),)


def _shared_out(graph: Graph, part: Operand | None, whole: Operand | None) -> Found:
    """exp(x) over its own sum, with or without the largest x taken off."""
    exp, total = graph.bare(part), graph.guarded(whole)
    found = _sum_of_exp(graph, total)
    if found is None or found[0] != exp:
        return None
    return _unshifted(graph, graph.inputs(exp)[0]), found[1]


def _less_log_sum(graph: Graph, x: Operand | None, rest: Operand | None) -> Found:
    """x − log Σ exp(x), where x may have the largest taken off first; or x − (max + log Σ exp(x −
    max)).
    """
    log = graph.bare(rest)
    if isinstance(graph.op(log), Add):
        sides = [graph.bare(side) for side in graph.operands(log)]
        if not any(isinstance(graph.op(side), ReduceMax) for side in sides):
            return None
        log = next((side for side in sides if isinstance(graph.op(side), Log)), "")
    if not isinstance(graph.op(log), Log):
        return None
    found = _sum_of_exp(graph, graph.guarded(graph.inputs(log)[0]))
    if found is None:
        return None
    exp, axes = found
    source = _unshifted(graph, graph.inputs(exp)[0])
    same = isinstance(x, str) and graph.bare(_unshifted(graph, x)) == graph.bare(source)
    return (source, axes) if same else None


def _sum_of_exp(graph: Graph, total: str) -> Found:
    """The exp whose numbers are added up, and along which axes."""
    op = graph.op(total)
    if type(op) is not ReduceSum:
        return None
    (summed,) = graph.inputs(total)
    exp = graph.bare(summed)
    if not isinstance(graph.op(exp), Exp):
        return None
    return exp, tuple(op.reduced(graph.shapes[summed]))


def _unshifted(graph: Graph, name: str) -> str:
    """x where ``name`` is x less its own maximum, and ``name`` otherwise."""
    shifted = graph.bare(name)
    if isinstance(graph.op(shifted), Sub):
        a, b = graph.operands(shifted)
        largest = graph.bare(b)
        is_own = isinstance(graph.op(largest), ReduceMax) and isinstance(a, str)
        if is_own and graph.bare(graph.inputs(largest)[0]) == graph.bare(a):
            assert isinstance(a, str)
            return a
    return name


def _one_more(graph: Graph, name: Operand | None) -> str | None:
    """x of 1 + exp(−x)."""
    exp = _less_one(graph, graph.bare(name))
    return _negated(graph, graph.inputs(exp)[0]) if exp else None


def _part_of_one_more(graph: Graph, a: Operand | None, b: Operand | None) -> str | None:
    """x of exp(x) / (exp(x) + 1)."""
    exp = graph.bare(a)
    same = exp != "" and _less_one(graph, graph.bare(b)) == exp
    return graph.inputs(exp)[0] if same else None


def _less_one(graph: Graph, name: str) -> str | None:
    """exp(…) where ``name`` is that and 1 more."""
    found = graph.with_constant(name)
    if found is None or not isinstance(graph.op(name), Add) or not _is(found[1], 1):
        return None
    exp = graph.bare(found[0])
    return exp if isinstance(graph.op(exp), Exp) else None


def _half_tanh(graph: Graph, name: str) -> str | None:
    """x of ½ tanh(x / 2) + ½."""
    outer = graph.with_constant(name)
    if outer is None or not _is(outer[1], 0.5):
        return None
    tanh, factor = _scaled(graph, outer[0])
    if factor != 0.5 or not isinstance(graph.op(tanh), Tanh):
        return None
    x, factor = _scaled(graph, graph.inputs(tanh)[0])
    return x if factor == 0.5 else None


def _clipped_line(graph: Graph, name: str) -> str | None:
    """x of clip(a · x + ½, 0, 1), and of clip(x + 3, 0, 6) / 6."""
    clip, factor = _scaled(graph, name)
    op = graph.op(clip)
    if not isinstance(op, Clip) or op.low != 0 or abs(op.high * factor - 1) > EPSILON:
        return None
    line = graph.bare(graph.inputs(clip)[0])
    found = graph.with_constant(line)
    if found is None or not isinstance(graph.op(line), Add) or not _is(found[1], op.high / 2):
        return None
    return _scaled(graph, found[0])[0]


def _scaled(graph: Graph, name: str) -> tuple[str, float]:
    """x and a where ``name`` is a · x with one number a; ``name`` and 1 otherwise."""
    here = graph.bare(name)
    op, found = graph.op(here), graph.with_constant(here)
    if found is not None and np.size(found[1]) == 1:
        number = float(np.ravel(found[1])[0])
        if isinstance(op, Mul):
            return graph.bare(found[0]), number
        if isinstance(op, Div) and op.place == 0 and number:
            return graph.bare(found[0]), 1 / number
    return here, 1.0


def _negated(graph: Graph, name: str) -> str | None:
    """x where ``name`` is −x."""
    here = graph.bare(name)
    op = graph.op(here)
    if isinstance(op, Neg):
        return graph.inputs(here)[0]
    if isinstance(op, Sub):
        a, b = graph.operands(here)
        return b if _is(a, 0) and isinstance(b, str) else None
    x, factor = _scaled(graph, here)
    return x if factor == -1 else None


def _inverse(graph: Graph, name: Operand | None) -> str | None:
    """x where ``name`` is 1 / x."""
    here = graph.bare(name)
    op: Op | None = graph.op(here)
    return graph.inputs(here)[0] if isinstance(op, Reciprocal) else None


def _is(operand: Operand | None, number: float) -> bool:
    """Whether an operand is that number everywhere."""
    if not isinstance(operand, np.ndarray):
        return False
    return bool(np.all(np.abs(operand - number) <= 1e-6 * max(1.0, abs(number))))
