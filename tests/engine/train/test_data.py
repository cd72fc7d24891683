"""The split, the batches and the digest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import TrainingError
from engine.train.data import Dataset, batches, split_by_seed, stream
from tests.engine.train import shapes

LABELS = np.repeat([0, 1, 2], [200, 50, 11])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=80), st.floats(0, 0.9), st.integers(0, 99))
def test_each_index_is_on_one_side_and_no_class_is_held_out_whole(labels, fraction, seed):
    labels = np.array(labels)
    training, validation = split_by_seed(labels, fraction, seed)
    np.testing.assert_array_equal(
        np.sort(np.concatenate([training, validation])), np.arange(len(labels))
    )
    assert set(labels[training]) == set(labels)


def test_each_class_gives_the_same_share():
    _, validation = split_by_seed(LABELS, 0.1, 0)
    assert np.bincount(LABELS[validation]).tolist() == [20, 5, 1]


@given(st.lists(st.integers(1, 30), min_size=2, max_size=6), st.floats(0.001, 0.5))
def test_something_is_held_out_of_each_class_of_two_or_more(counts, fraction):
    labels = np.repeat(np.arange(len(counts)), counts)
    _, validation = split_by_seed(labels, fraction, 0)
    held_out = np.bincount(labels[validation], minlength=len(counts))
    assert [n > 0 for n in held_out] == [n >= 2 for n in counts]
    assert split_by_seed(labels, 0.0, 0)[1].size == 0


def test_the_split_is_the_seeds():
    splits = [split_by_seed(LABELS, 0.1, seed)[1].tolist() for seed in (1, 1, 2)]
    assert splits[0] == splits[1] != splits[2]


@given(st.integers(2, 300), st.integers(1, 64))
def test_batches_hold_each_index_once_and_are_about_equal(count, batch_size):
    parts = batches(count, batch_size, 0, 0)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(count))
    sizes = [len(part) for part in parts]
    assert max(sizes) <= max(batch_size, 3 if batch_size == 2 else 1)
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= min(batch_size, 2)  # no single picture unless that is the size


def test_each_epoch_has_an_order_of_its_own_and_each_seed():
    orders = [
        np.concatenate(batches(50, 8, seed, epoch)).tolist()
        for seed, epoch in [(0, 0), (0, 0), (0, 1), (1, 0)]
    ]
    assert orders[0] == orders[1]
    assert len({tuple(order) for order in orders}) == 3


def test_streams_differ_by_their_place():
    draws = [stream(*place).random() for place in [(0, 1), (0, 1), (0, 2), (1, 1), (0, 1, 2)]]
    assert draws[0] == draws[1]
    assert len(set(draws)) == 4


def test_the_digest_sees_pictures_labels_and_classes():
    a = shapes.dataset(4)
    pictures, labels = a.pictures.copy(), a.labels.copy()
    pictures[0, 0, 0, 0] ^= 1
    labels[0] = 1
    others = [
        Dataset(pictures, a.labels, a.classes),
        Dataset(a.pictures, labels, a.classes),
        Dataset(a.pictures, a.labels, ("bar", "disc", "pole")),
    ]
    assert len({a.digest, *(other.digest for other in others)}) == 4
    assert a.digest == shapes.dataset(4).digest


@pytest.mark.parametrize(
    ("pictures", "labels", "classes"),
    [
        (np.zeros((2, 4, 4, 3)), np.zeros(2, int), ("a", "b")),
        (np.zeros((2, 4, 4, 1), np.uint8), np.zeros(2, int), ("a", "b")),
        (np.zeros((2, 4, 4, 3), np.uint8), np.zeros(3, int), ("a", "b")),
        (np.zeros((2, 4, 4, 3), np.uint8), np.zeros(2, int), ("a",)),
    ],
    ids=["floats", "grey", "labels missing", "one class"],
)
def test_what_is_no_dataset_is_refused(pictures, labels, classes):
    with pytest.raises(TrainingError):
        Dataset(pictures, labels, classes)
