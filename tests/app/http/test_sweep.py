"""What is no longer used is deleted again and again, whatever happens once."""

import asyncio
import errno
from types import SimpleNamespace

import numpy as np
import pytest

from app.http import application
from app.images.decoding import Limits
from app.learning.datasets.store import Bounds, Datasets
from engine.train.data import Dataset
from tests.app.conftest import run_coroutine


def test_an_error_does_not_end_the_sweep(monkeypatch, caplog):
    monkeypatch.setattr(application, "_SWEEP", 0)
    turns = iter([RuntimeError("unexpected"), OSError(errno.EIO, "broken"), None])

    async def sweep(_):
        error = next(turns, asyncio.CancelledError())
        if error is not None:
            raise error

    with pytest.raises(asyncio.CancelledError):
        run_coroutine(application._sweep(SimpleNamespace(sweep=sweep)))
    assert next(turns, "all") == "all"
    assert "unexpected" in caplog.text


def test_a_set_that_is_deleted_meanwhile_is_passed_over(tmp_path, monkeypatch):
    sets = Datasets(tmp_path, Limits(1, 1), Bounds(9, 10**6, 1))
    pictures = np.zeros((2, 32, 32, 3), np.uint8)
    kept = [sets.keep("", Dataset(pictures + k, np.arange(2), ("a", "b"))) for k in range(2)]
    monkeypatch.setattr(sets, "_uploaded", lambda: kept)
    sets.delete(kept[0].id)
    assert [info for info, _ in sets.written()] == kept[1:]
