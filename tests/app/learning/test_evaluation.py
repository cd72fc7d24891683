"""How a training's network reads what was held out: each class beside the total, and nothing
invented where there is nothing.
"""

import numpy as np
import pytest

from app.learning import evaluation
from app.learning.datasets.store import load
from engine.train.config import TrainConfig
from engine.train.data import Dataset
from tests.engine.train import shapes

CONFIG = TrainConfig(validation_fraction=0.1, seed=0)


def dataset(*counts: int) -> Dataset:
    """So many bars, discs and posts."""
    whole = shapes.dataset(max(counts))
    chosen = np.concatenate([np.flatnonzero(whole.labels == k)[:n] for k, n in enumerate(counts)])
    return whole.take(chosen)


def test_each_class_is_counted_beside_the_total():
    found = evaluation.evaluate(shapes.network(), dataset(60, 30, 4), CONFIG)
    rows = found["per_class"]
    assert [row["label"] for row in rows] == ["bar", "disc", "post"]
    assert [row["training_pictures"] for row in rows] == [54, 27, 3]
    assert [row["validation_pictures"] for row in rows] == [6, 3, 1]
    assert (found["training_pictures"], found["validation_pictures"]) == (84, 10)
    assert [row["correct"] for row in rows] == np.diagonal(found["confusion_matrix"]).tolist()
    shares = [row["correct"] / row["validation_pictures"] for row in rows]
    assert [row["accuracy"] for row in rows] == shares
    assert found["balanced_accuracy"] == pytest.approx(np.mean(shares))
    assert found["accuracy"] == pytest.approx(sum(row["correct"] for row in rows) / 10)


def test_a_class_of_one_picture_has_no_accuracy():
    found = evaluation.evaluate(shapes.network(), dataset(10, 10, 1), CONFIG)
    assert [row["validation_pictures"] for row in found["per_class"]] == [1, 1, 0]
    assert found["per_class"][2]["accuracy"] is None
    shares = [row["accuracy"] for row in found["per_class"][:2]]
    assert found["balanced_accuracy"] == pytest.approx(np.mean(shares))


def test_where_nothing_is_held_out_nothing_is_claimed():
    found = evaluation.evaluate(shapes.network(), dataset(1, 1, 1), CONFIG)
    assert found["validation_pictures"] == 0
    assert found["training_pictures"] == 3
    assert [found[name] for name in ("accuracy", "balanced_accuracy", "loss")] == [None] * 3
    assert found["mistakes"] == []
    assert np.sum(found["confusion_matrix"]) == 0


def test_drawn_sets_say_how_many_pictures_each_class_has(tmp_path):
    assert load(tmp_path, "shapes").pictures_per_class.tolist() == [375] * 8
