"""A disk that is full ends a training with the reason, and neither wedges the server nor its
shutdown.
"""

import errno
import queue
import time
from types import SimpleNamespace

import pytest

from app.learning.runs.directory import RunDirectory
from app.learning.runs.manager import TrainingManager
from app.learning.runs.worker import TrainingProcess
from tests.app.conftest import run_coroutine

SPEC = {
    "dataset": "shapes",
    "layers": [
        {"kind": "conv", "filters": 2, "kernel": 3, "stride": 2, "padding": 1},
        {"kind": "maxpool", "kernel": 4, "stride": 4},
    ],
    "batch_size": 512,
    "epochs": 1,
    "seed": 0,
}


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def files(tmp_path):
    files = RunDirectory(tmp_path / "runs" / "aaaaaaaaaaaa")
    files.make()
    files.write_about(
        {
            "id": "aaaaaaaaaaaa",
            "name": "Full",
            "created": time.time(),
            "config": SPEC,
            "status": "running",
            "problem": None,
            "speed": None,
            "seconds": 60,
            "memory": 2**31,
        }
    )
    return files


def test_a_checkpoint_that_cannot_be_written_ends_the_training_with_the_reason(files, monkeypatch):
    messages = []
    process = TrainingProcess(files, messages.append, queue.Queue())
    monkeypatch.setattr("app.learning.runs.worker.checkpoint.save", full)
    process.run()
    assert messages[-1]["status"] == "failed"
    assert "No space left on device" in messages[-1]["problem"]


def test_what_the_server_cannot_write_does_not_stop_a_training(monkeypatch):
    run = SimpleNamespace(id="a", about=dict, files=SimpleNamespace(write_about=full))
    run_coroutine(TrainingManager._keep(None, run))


def test_a_process_that_ends_badly_does_not_stop_the_shutdown():
    async def fails():
        full()

    run = SimpleNamespace(process=SimpleNamespace(end=fails), notify=lambda: None)
    manager = SimpleNamespace(close_streams=lambda: None, _runs={"a": run})
    run_coroutine(TrainingManager.close(manager))
