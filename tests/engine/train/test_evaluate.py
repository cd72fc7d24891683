"""Accuracy, confusion and loss on pictures."""

import numpy as np
import pytest

from engine.errors import TrainingError
from engine.train.evaluate import Evaluation, evaluate
from tests.engine.train import shapes


@pytest.mark.parametrize("batch_size", [4, 7, 1000])
def test_it_is_the_networks_own_answers_that_are_counted(batch_size):
    network, data = shapes.network(), shapes.dataset(7)
    scores = network.forward(network.preprocess.normalise(data.pictures))["softmax"]
    expected = np.zeros((3, 3), int)
    for truth, answer in zip(data.labels, scores.argmax(1), strict=True):
        expected[truth, answer] += 1
    measured = evaluate(network, data, batch_size)
    np.testing.assert_array_equal(measured.confusion, expected)
    shares = scores[np.arange(21), data.labels]
    assert measured.loss == pytest.approx(-np.log(shares).mean(), rel=1e-5)
    assert measured.accuracy == (scores.argmax(1) == data.labels).mean()


def test_accuracy_per_class_is_of_the_true_class():
    measured = Evaluation(0.0, np.array([[3, 1, 0], [2, 2, 0], [0, 0, 0]]))
    assert measured.accuracy == 5 / 8
    np.testing.assert_array_equal(measured.per_class, [0.75, 0.5, np.nan])
    np.testing.assert_array_equal(measured.pictures, [4, 4, 0])


def test_balanced_accuracy_is_that_of_the_classes_not_of_the_pictures():
    always_the_first = Evaluation(0.0, np.array([[49, 0], [1, 0]]))
    assert always_the_first.accuracy == 0.98
    assert always_the_first.balanced_accuracy == 0.5
    assert Evaluation(0.0, np.array([[3, 1], [0, 0]])).balanced_accuracy == 0.75


def test_nothing_to_evaluate_is_an_error():
    nothing = shapes.dataset(2).take(np.array([], int))
    with pytest.raises(TrainingError, match="no pictures"):
        evaluate(shapes.network(), nothing, 4)
