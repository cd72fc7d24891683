"""Checkpoints: whole or not at all, and never taken for what they are not."""

import json
import os

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.errors import TrainingError
from engine.train import checkpoint
from engine.train.state import TrainState
from tests.engine.train import shapes


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    checkpoint.save(TrainState(shapes.network(), shapes.QUICK), path, {"note": "größer"})
    return path


def test_what_was_saved_is_read(path):
    saved = checkpoint.load(path)
    restored = TrainState.restore(shapes.network(seed=1), saved.arrays, saved.numbers)
    assert shapes.weights(restored.network) == shapes.weights(shapes.network())
    assert restored.config == shapes.QUICK
    assert saved.extra == {"note": "größer"}
    assert list(path.parent.iterdir()) == [path]


def test_a_file_cut_off_anywhere_is_an_error(path):
    content = path.read_bytes()
    for length in [0, 1, 7, 8, 9, 100, len(content) // 2, len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(TrainingError, match=r"checkpoint\.safetensors"):
            checkpoint.load(path)


def test_a_byte_changed_anywhere_is_an_error(path):
    content = path.read_bytes()
    for place in np.linspace(0, len(content) - 1, 150).astype(int):
        damaged = bytearray(content)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(TrainingError, match=r"checkpoint\.safetensors"):
            checkpoint.load(path)


def test_other_files_are_refused(tmp_path):
    text, model = tmp_path / "text", tmp_path / "model"
    text.write_text(json.dumps({"epoch": 3}))
    save_file({"w": np.zeros(3)}, model)
    with pytest.raises(TrainingError, match="damaged"):
        checkpoint.load(text)
    with pytest.raises(TrainingError, match="not a training's checkpoint"):
        checkpoint.load(model)
    with pytest.raises(TrainingError, match="no checkpoint nowhere"):
        checkpoint.load(tmp_path / "nowhere")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_checkpoint(path, monkeypatch, step):
    before = path.read_bytes()

    def fail(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="disk full"):
        checkpoint.save(TrainState(shapes.network(seed=1), shapes.QUICK), path)
    assert path.read_bytes() == before
