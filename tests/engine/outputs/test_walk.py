"""The logits are found behind whatever follows them, however softmax and sigmoid are written."""

import numpy as np
import pytest

from engine.ops import (
    Add,
    ArgMax,
    Clip,
    Concat,
    Div,
    Dropout,
    Exp,
    Flatten,
    Gather,
    HardSigmoid,
    Identity,
    Log,
    LogSoftmax,
    Max,
    Mul,
    Neg,
    Pow,
    Reciprocal,
    ReduceMax,
    ReduceMean,
    ReduceSum,
    Relu,
    Reshape,
    Sigmoid,
    Slice,
    Softmax,
    Sub,
    Tanh,
    Transpose,
)
from engine.outputs import answers, probabilities
from tests.engine.outputs.tails import picture, sigmoid, softmax, tail

PASSED_ON = {
    "identity": [("i", Identity())],
    "dropout": [("d", Dropout(0.5))],
    "reshape": [("r", Reshape((-1, 4, 1, 1)))],
    "squeezed again": [("r", Reshape((-1, 4, 1, 1))), ("f", Flatten())],
    "transpose of single cells": [("r", Reshape((-1, 4, 1, 1))), ("t", Transpose((0, 2, 3, 1)))],
    "clip": [("c", Clip(1e-7, 1 - 1e-7))],
    "clip from below": [("c", Clip(1e-7))],
    "epsilon": [("e", Add(np.array([1e-8], np.float32)))],
    "maximum": [("m", Max(np.array([1e-8], np.float32)))],
    "times one": [("m", Mul(np.array([1.0], np.float32)))],
    "concat of one": [("c", Concat())],
    "mean over nothing": [("r", Reshape((-1, 4, 1, 1))), ("m", ReduceMean((2, 3), keepdims=False))],
    "all together": [("r", Reshape((-1, 4, 1))), ("d", Dropout(0.1)), ("c", Clip(0, 1)), ("f", Flatten())],
}  # fmt: skip

ONE = np.array([1.0], np.float32)
EPS = np.array([1e-6], np.float32)

SOFTMAX = {
    "op": [("p", Softmax())],
    "exp over sum": [("e", Exp(), "z"), ("s", ReduceSum((1,)), "e"), ("p", Div(), "e", "s")],
    "less the maximum": [
        ("m", ReduceMax((-1,)), "z"),
        ("d", Sub(), "z", "m"),
        ("e", Exp(), "d"),
        ("s", ReduceSum((-1,)), "e"),
        ("p", Div(), "e", "s"),
    ],
    "sum without its axis, and an epsilon": [
        ("e", Exp(), "z"),
        ("s", ReduceSum((1,), keepdims=False), "e"),
        ("u", Reshape((-1, 1)), "s"),
        ("g", Add(EPS), "u"),
        ("p", Div(), "e", "g"),
    ],
    "times the reciprocal": [
        ("e", Exp(), "z"),
        ("s", ReduceSum((1,)), "e"),
        ("r", Reciprocal(), "s"),
        ("p", Mul(), "e", "r"),
    ],
    "exp of its logarithm": [("l", LogSoftmax()), ("p", Exp())],
}

LOG_SOFTMAX = {
    "op": [("y", LogSoftmax())],
    "logarithm of softmax": [("p", Softmax()), ("y", Log())],
    "with an epsilon": [("p", Softmax()), ("g", Add(EPS)), ("y", Log())],
    "x less log sum exp": [
        ("e", Exp(), "z"),
        ("s", ReduceSum((1,)), "e"),
        ("l", Log(), "s"),
        ("y", Sub(), "z", "l"),
    ],
    "with the maximum taken off": [
        ("m", ReduceMax((1,)), "z"),
        ("d", Sub(), "z", "m"),
        ("e", Exp(), "d"),
        ("s", ReduceSum((1,)), "e"),
        ("l", Log(), "s"),
        ("y", Sub(), "d", "l"),
    ],
    "with the maximum put back": [
        ("m", ReduceMax((1,)), "z"),
        ("d", Sub(), "z", "m"),
        ("e", Exp(), "d"),
        ("s", ReduceSum((1,)), "e"),
        ("l", Log(), "s"),
        ("b", Add(), "l", "m"),
        ("y", Sub(), "z", "b"),
    ],
}

HALF = np.array([0.5], np.float32)
SIGMOID = {
    "op": [("p", Sigmoid())],
    "1 / (1 + exp(-x))": [("n", Neg()), ("e", Exp()), ("o", Add(ONE)), ("p", Div(ONE, constant_first=True))],
    "times minus one": [("n", Mul(-ONE)), ("e", Exp()), ("o", Add(ONE)), ("p", Reciprocal())],
    "nought less x": [("n", Sub(0 * ONE, constant_first=True)), ("e", Exp()), ("o", Add(ONE)), ("p", Pow(-ONE))],
    "exp / (exp + 1)": [("e", Exp(), "z"), ("o", Add(ONE), "e"), ("p", Div(), "e", "o")],
    "half a tanh": [("h", Mul(HALF)), ("t", Tanh()), ("k", Mul(HALF)), ("p", Add(HALF))],
}  # fmt: skip

HARD = {
    "op": [("p", HardSigmoid(0.2, 0.5))],
    "clipped line": [("l", Mul(0.2 * ONE)), ("o", Add(HALF)), ("p", Clip(0, 1))],
    "relu6(x + 3) / 6": [("o", Add(3 * ONE)), ("c", Clip(0, 6)), ("p", Div(6 * ONE))],
    "relu6(x + 3) times a sixth": [("o", Add(3 * ONE)), ("c", Clip(0, 6)), ("p", Mul(ONE / 6))],
}


@pytest.mark.parametrize("steps", PASSED_ON.values(), ids=PASSED_ON)
def test_the_logits_are_found_behind_what_only_passes_them_on(steps):
    network = tail(("p", Softmax()), *steps)
    info = network.answer
    assert (info.kind, info.logits, info.activation) == ("classes", "z", "softmax")
    trace = network.forward(picture(n=3))
    assert probabilities(info, trace) == pytest.approx(softmax(trace["z"]), abs=1e-5)


@pytest.mark.parametrize("steps", SOFTMAX.values(), ids=SOFTMAX)
@pytest.mark.parametrize("behind", [[], [("v", Reshape((-1, 4, 1))), ("i", Identity())]])
def test_a_softmax_however_it_is_written(steps, behind):
    network = tail(*steps, *behind)
    info = network.answer
    assert (info.kind, info.logits, info.activation) == ("classes", "z", "softmax")
    trace = network.forward(picture(n=3))
    assert probabilities(info, trace) == pytest.approx(softmax(trace["z"]), abs=1e-5)


@pytest.mark.parametrize("steps", LOG_SOFTMAX.values(), ids=LOG_SOFTMAX)
def test_a_log_softmax_however_it_is_written(steps):
    network = tail(*steps)
    info = network.answer
    assert (info.kind, info.logits, info.form) == ("classes", "z", "log_probabilities")
    trace = network.forward(picture(n=3))
    assert probabilities(info, trace) == pytest.approx(softmax(trace["z"]), abs=1e-5)


@pytest.mark.parametrize("k", [1, 4])
@pytest.mark.parametrize("steps", SIGMOID.values(), ids=SIGMOID)
def test_a_sigmoid_however_it_is_written(steps, k):
    network = tail(*steps, k=k)
    info = network.answer
    assert (info.logits, info.activation) == ("z", "sigmoid")
    trace = network.forward(picture(n=3))
    yes = sigmoid(trace["z"])
    expected = np.concatenate([1 - yes, yes], axis=1) if k == 1 else yes
    assert info.kind == ("binary" if k == 1 else "multilabel")
    assert probabilities(info, trace) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("steps", HARD.values(), ids=HARD)
def test_a_hard_sigmoid_however_it_is_written(steps):
    network = tail(*steps)
    info = network.answer
    assert (info.kind, info.logits, info.activation) == ("multilabel", "z", "sigmoid")
    trace = network.forward(picture(n=3))
    assert (probabilities(info, trace) == trace["p"]).all()


@pytest.mark.parametrize(
    "steps",
    [
        [("e", Exp(), "z"), ("s", ReduceSum((1,)), "z"), ("y", Div(), "e", "s")],
        [("e", Exp(), "z"), ("f", Exp(), "list"), ("s", ReduceSum((1,)), "f"), ("y", Div(), "e", "s")],
        [("e", Exp(), "z"), ("m", ReduceMean((1,)), "e"), ("y", Div(), "e", "m")],
        [("n", Neg()), ("e", Exp()), ("o", Add(2 * ONE)), ("y", Reciprocal())],
        [("e", Exp()), ("o", Add(ONE)), ("y", Reciprocal())],
        [("c", Clip(0, 6))],
        [("r", Relu())],
    ],
)  # fmt: skip
def test_what_is_neither_is_not_taken_for_it(steps):
    network = tail(*steps)
    assert network.answer.logits == network.outputs[0]
    assert network.answer.form != "log_probabilities"


def test_logits_that_are_bounded_are_the_bounded_ones():
    network = tail(("c", Clip(0, 6)), ("p", Softmax()))
    assert network.logits == "c"


def test_numbers_that_moved_are_found_where_they_were():
    """(N, 2, 3) scores, softmax, turned and flattened: the output's number u is another one of the
    logits.
    """
    network = tail(
        ("r", Reshape((-1, 2, 3, 1))),
        ("p", Softmax(axis=2)),
        ("t", Transpose((0, 2, 1, 3))),
        k=6,
    )
    info = network.answer
    trace = network.forward(picture())
    moved = trace["r"].ravel()[info.order]
    assert (moved == trace["r"].transpose(0, 2, 1, 3).ravel()).all()


def test_classes_that_are_cut_out_of_a_softmax_keep_their_logits():
    """Without the background, class 0: the output's class u is the softmax's u + 1."""
    network = tail(("p", Softmax()), ("y", Slice((1,), (4,), (1,), (1,))))
    info = network.answer
    assert (info.kind, info.classes, info.logits) == ("classes", 3, "z")
    assert [info.place_of(unit) for unit in range(3)] == [1, 2, 3]
    picked = tail(("p", Softmax()), ("y", Gather(np.array([3, 0]), 1))).answer
    assert [picked.place_of(unit) for unit in range(2)] == [3, 0]


def test_one_of_two_softmax_numbers_is_a_yes_or_no():
    network = tail(("p", Softmax()), ("y", Slice((1,), (2,), (1,), (1,))), k=2)
    info = network.answer
    trace = network.forward(picture(n=2))
    assert (info.kind, info.logits) == ("binary", "z")
    assert answers(info, trace) == pytest.approx(softmax(trace["z"]), abs=1e-6)


def test_places_are_no_logits():
    network = tail(("y", ArgMax(axis=1)))
    assert network.answer.kind == "unknown"
    assert network.answer.classes == 0


def test_a_walk_ends_however_long_the_chain_is():
    chain = [(f"i{n}", Identity()) for n in range(500)]
    assert tail(("p", Softmax()), *chain).answer.kind == "classes"  # by the pictures
