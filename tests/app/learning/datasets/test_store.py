"""Sets in memory: one is read while others are, and one that was deleted does not stay."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.errors import UnknownDataset
from app.learning.datasets import store
from engine.train.data import Dataset
from tests.app.archives import GOOD, packed


def test_a_set_that_is_deleted_while_it_is_read_does_not_stay_in_memory(tmp_path, monkeypatch):
    datasets = store.Datasets(tmp_path, None, store.Bounds(1, 10**6, 60))
    pictures = np.zeros((4, 8, 8, 3), np.uint8)
    made = datasets.keep("Pets", Dataset(pictures, np.array([0, 0, 1, 1]), ("cats", "dogs"))).id
    load = store.load

    def slowly(*args):
        found = load(*args)
        datasets.delete(made)
        return found

    monkeypatch.setattr(store, "load", slowly)
    assert datasets.get(made).classes == ("cats", "dogs")
    with pytest.raises(UnknownDataset):
        datasets.get(made)


def test_a_set_that_takes_long_to_read_keeps_nobody_from_another(tmp_path, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def load(_, dataset_id):
        if dataset_id == "slow":
            begun.set()
            assert go_on.wait(60)
        return dataset_id

    monkeypatch.setattr(store, "load", load)
    datasets = store.Datasets(tmp_path, None, None, None)
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(datasets.get, "slow")
        assert begun.wait(60)
        try:
            assert threads.submit(datasets.get, "quick").result(60) == "quick"
        finally:
            go_on.set()
        assert slow.result(60) == "slow"


def test_what_is_known_of_a_set_is_read_once_for_an_answer(own, monkeypatch):
    made = own.post("/api/v1/datasets", content=packed(GOOD)).json()
    reads = []
    read = store._read_info

    def noting(*args):
        reads.append(threading.current_thread().name)
        return read(*args)

    monkeypatch.setattr(store, "_read_info", noting)
    answer = own.get(f"/api/v1/datasets/{made['id']}")
    assert answer.json() == made
    assert len(reads) == 1
    assert reads[0].startswith("compute")
