"""The numbers of an output as probabilities, as targets of attributions, and as what a softmax loss
reads.
"""

import numpy as np
import pytest

from engine.ops import Add, GlobalAveragePool, Mul, Reshape, Sigmoid, Slice, Softmax
from engine.outputs import (
    answers,
    can_learn,
    class_scores,
    logit_of,
    predictions,
    probabilities,
)
from engine.train.config import TrainConfig
from engine.train.inspection.step_trace import trace_step_of
from tests.engine.outputs.tails import picture, sigmoid, softmax, tail

ONE = np.array([1.0], np.float32)


def test_predictions_come_best_first_under_the_labels():
    network = tail(("p", Softmax()), labels=("a", "b", "c", "d"))
    trace = network.forward(picture())
    ranked = predictions(network.answer, trace)
    assert [score for _, score in ranked] == sorted(trace["p"][0].tolist(), reverse=True)
    assert ranked[0][0] == "abcd"[int(trace["p"][0].argmax())]


def test_classes_without_names_are_called_by_number():
    network = tail()
    found = predictions(network.answer, network.forward(picture()))
    assert {label for label, _ in found} == {"0", "1", "2", "3"}


def test_raw_scores_are_put_through_softmax_once():
    network = tail()
    trace = network.forward(picture(n=2))
    assert probabilities(network.answer, trace) == pytest.approx(softmax(trace["z"]), abs=1e-6)


def test_no_first_then_yes():
    network = tail(("p", Sigmoid()), k=1, labels=("cat", "dog"))
    trace = network.forward(picture())
    yes = float(trace["p"][0, 0])
    assert dict(predictions(network.answer, trace)) == pytest.approx({"cat": 1 - yes, "dog": yes})


def test_a_named_raw_number_is_put_through_the_sigmoid():
    network = tail(k=1, labels=("cat", "dog"))
    trace = network.forward(picture(n=2))
    yes = sigmoid(trace["z"])
    expected = np.concatenate([1 - yes, yes], 1)
    assert probabilities(network.answer, trace) == pytest.approx(expected, abs=1e-6)


def test_independent_sigmoids_need_not_add_up():
    network = tail(("p", Sigmoid()))
    trace = network.forward(picture())
    assert (probabilities(network.answer, trace) == trace["p"]).all()


def test_what_has_no_classes_answers_with_its_numbers():
    network = tail(k=1)
    trace = network.forward(picture(n=3))
    assert probabilities(network.answer, trace).shape == (3, 0)
    assert (answers(network.answer, trace) == trace["z"]).all()
    assert predictions(network.answer, trace) == []


def test_the_logit_of_no_is_minus_that_of_yes():
    info = tail(("p", Sigmoid()), k=1).answer
    assert logit_of(info, 1, 1) == [(0, 1.0)]
    assert logit_of(info, 0, 1) == [(0, -1.0)]


def test_the_logit_of_one_of_two_is_how_far_it_exceeds_the_other():
    info = tail(("p", Softmax()), ("y", Slice((1,), (2,), (1,), (1,))), k=2).answer
    assert logit_of(info, 1, 2) == [(1, 1.0), (0, -1.0)]
    assert logit_of(info, 0, 2) == [(1, -1.0), (0, 1.0)]


LEARNED = {
    "softmax": ([("p", Softmax())], 4),
    "raw": ([], 4),
    "single cells": ([("r", Reshape((-1, 4, 1, 1))), ("p", Softmax()), ("m", GlobalAveragePool())], 4),
    "sigmoid": ([("p", Sigmoid())], 1),
    "unrecognised": (
        [("p", Softmax(), "z"), ("h", Mul(0.5 * ONE), "p"), ("y", Add(), "h", "h")],
        4,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "k"), LEARNED.values(), ids=LEARNED)
def test_the_loss_of_a_step_is_that_of_the_probabilities(steps, k):
    """Minus the logarithm of what the class got; and the step makes it smaller."""
    network = tail(*steps, k=k)
    info, x = network.answer, picture()
    assert can_learn(info)
    got = probabilities(info, network.forward(x))[0]
    target = int(got.argmin())
    truth = np.eye(len(got), dtype=np.float32)[[target]]
    config = TrainConfig(optimiser="sgd", learning_rate=1e-3, weight_decay=0.0)
    step_trace = trace_step_of(network, x, truth, config)
    assert step_trace.loss == pytest.approx(-np.log(got[target]), rel=1e-4)
    assert step_trace.loss_after < step_trace.loss


def test_a_sure_softmax_loses_as_much_as_its_logits_say():
    """Behind an identity the loss of a class with probability 1e-54 is 124, not the 1.9 of a
    softmax of shares.
    """
    network = tail(("s", Mul(40 * ONE)), ("p", Softmax()), ("y", Reshape((-1, 4))))
    trace = network.forward(picture())
    z = trace["s"][0].astype(np.float64)
    target = int(z.argmin())
    config = TrainConfig(optimiser="sgd", learning_rate=1e-6, weight_decay=0.0)
    step_trace = trace_step_of(network, picture(), np.eye(4, dtype=np.float32)[[target]], config)
    assert step_trace.loss == pytest.approx(
        np.log(np.exp(z - z.max()).sum()) + z.max() - z[target], rel=1e-5
    )
    assert step_trace.loss > 50


def test_what_cannot_be_learned_by_a_softmax_loss_is_said():
    assert not can_learn(tail(("p", Sigmoid())).answer)
    assert not can_learn(tail(("p", Softmax()), ("y", Slice((1,), (4,), (1,), (1,)))).answer)
    assert not can_learn(tail(k=1).answer)


def test_class_scores_and_their_gradient_have_the_logits_shape():
    network = tail(("p", Sigmoid()), k=1)
    trace = network.forward(picture(n=2))
    found = class_scores(network.answer, trace)
    assert found.values.shape == (2, 2)
    assert softmax(found.values) == pytest.approx(probabilities(network.answer, trace), abs=1e-6)
    assert found.back(np.ones((2, 2))).shape == trace["z"].shape
