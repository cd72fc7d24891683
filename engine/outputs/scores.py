"""The prediction of an output, read off a trace: class probabilities, or its values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.ops.elementwise.activation import sigmoid, softmax
from engine.outputs.info import OutputInfo
from engine.types import Array

if TYPE_CHECKING:
    from engine.trace import Trace


def probabilities(info: OutputInfo, trace: Trace) -> Array:
    """(N, K): each picture's probability of each class; (N, 0) for an output that tells no classes
    apart.

    The network's own where it gives some, else those of its raw scores. One sigmoid gives two: of
    no, and of yes.
    """
    own = numbers(info, trace)
    if not info.is_classifying:
        return own[:, :0]
    if info.kind == "binary":
        yes = _as_probabilities(info, own, sigmoid)
        return np.concatenate([1 - yes, yes], axis=1)
    return _as_probabilities(info, own, softmax if info.kind == "classes" else sigmoid)


def answers(info: OutputInfo, trace: Trace) -> Array:
    """(N, U): the probabilities of an output that has some, else its own numbers, counted
    through.
    """
    return probabilities(info, trace) if info.is_classifying else numbers(info, trace)


def numbers(info: OutputInfo, trace: Trace) -> Array:
    """(N, U): an output's own numbers, counted through."""
    return trace[info.name].reshape(-1, int(np.prod(info.shape, dtype=np.int64)))


def logit_of(info: OutputInfo, unit: int, size: int) -> list[tuple[int, float]]:
    """What attributions ask about for a unit of ``answers``: places in the ``size`` logits, counted
    through, and their weights.

    Yes is the logit, no is minus the logit. Where yes is one of a softmax's two numbers, its logit
    is by how much it exceeds the other one.
    """
    if info.kind != "binary":
        return [(info.place_of(unit), 1.0)]
    place, sign = info.place_of(0), 1.0 if unit else -1.0
    if info.activation == "softmax" and size == 2:
        return [(place, sign), (1 - place, -sign)]
    return [(place, sign)]


class ClassScores(NamedTuple):
    """Scores (N, K) whose softmax is each picture's probabilities, and ``back``: their gradient →
    that of the logits' value.
    """

    values: Array
    back: Callable[[Array], Array]


def class_scores(info: OutputInfo, trace: Trace) -> ClassScores:
    """What a softmax loss reads: the logits of classes; of a yes or no 0 and the logit, whose
    softmax is the sigmoid.

    Where only probabilities are known of, their logarithms; of an output of another kind its
    numbers (``can_learn`` tells).
    """
    logits = trace[info.logits]
    rows = logits.reshape(len(logits), -1)
    if info.kind == "binary" and info.activation == "sigmoid":
        pair = np.concatenate([np.zeros_like(rows), rows], axis=1)
        return ClassScores(pair, lambda slope: slope[:, 1:].reshape(logits.shape))
    if info.kind == "classes" and info.activation is None:
        shares = np.maximum(rows, np.finfo(rows.dtype).tiny)
        return ClassScores(np.log(shares), lambda slope: (slope / shares).reshape(logits.shape))
    return ClassScores(rows, lambda slope: slope.reshape(logits.shape))


def can_learn(info: OutputInfo) -> bool:
    """Whether a softmax loss can be taken of an output: all its classes are there, and exclude each
    other.
    """
    if info.order is not None:
        return False
    return info.kind == "classes" or (info.kind == "binary" and info.activation == "sigmoid")


def predictions(info: OutputInfo, trace: Trace) -> list[tuple[str, float]]:
    """(label, probability) of every class, best first, for the first picture; none for an output
    without classes.

    Classes without labels are called by their number.
    """
    found = probabilities(info, trace)[0]
    names = info.labels or [str(i) for i in range(found.size)]
    order = np.argsort(-found, kind="stable")
    return [(names[i], float(found[i])) for i in order]


def _as_probabilities(info: OutputInfo, own: Array, of_logits: Callable[[Array], Array]) -> Array:
    if info.form == "probabilities":
        return own
    return np.exp(own) if info.form == "log_probabilities" else _in_double(of_logits, own)


def _in_double(function: Callable[[Array], Array], scores: Array) -> Array:
    """Computed in float64, so that the shares add up to one to the last digit that is shown."""
    return np.asarray(function(scores.astype(np.float64)), scores.dtype)
