"""A disk that is full ends a training with the reason, and neither wedges the server nor its
shutdown.
"""

import asyncio
import errno
import json
import queue
import resource
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from app.http.application import create_app
from app.learning.datasets import store
from app.learning.runs.directory import RunDirectory
from app.learning.runs.manager import TrainingManager
from app.learning.runs.process import Process
from app.learning.runs.run import TrainingRun
from app.learning.runs.worker import TrainingProcess
from app.paths import package_root
from app.settings import Settings
from engine.formats.safetensors import write_atomically
from tests.app.archives import GOOD, packed
from tests.app.conftest import TestClient, run_coroutine

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


def test_the_step_to_come_is_kept_by_a_process_that_gives_up_its_place_amid_steps(files):
    commands = queue.Queue()
    files.write_about({**files.read_about(), "status": "paused"})
    process = TrainingProcess(files, [].append, commands)
    commands.put({"command": "step", "batches": 2})

    def quits_after_a_step(event):
        handle(event)
        commands.put({"command": "quit"})

    handle, process._handle_event = process._handle_event, quits_after_a_step
    process.run()
    assert files.state_before(process._step + 1).exists()


def test_what_the_server_cannot_write_does_not_stop_a_training():
    run = TrainingRun("a", "A", SPEC, SimpleNamespace(write_about=full), {}, 0.0)
    run_coroutine(TrainingManager._keep(None, run))


def test_a_process_that_ends_badly_does_not_stop_the_shutdown():
    async def fails():
        full()

    run = SimpleNamespace(process=SimpleNamespace(end=fails), notify=lambda: None)
    manager = SimpleNamespace(close_streams=lambda: None, _runs={"a": run})
    run_coroutine(TrainingManager.close(manager))


def test_half_a_message_of_a_killed_process_does_not_hide_its_end():
    ended = []

    async def ignore(_):
        pass

    async def told(process):
        ended.append(process.exit_code)

    async def listen():
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", 'print(\'{"event": "sta\')'),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await Process(child, ignore, told).end()

    run_coroutine(listen())
    assert len(ended) == 1


def test_a_process_without_its_files_says_why_it_ends(tmp_path):
    worker = (sys.executable, "-m", "app.learning.runs.worker", str(tmp_path / "gone"))
    done = subprocess.run(worker, capture_output=True, cwd=package_root(), check=True)
    message = json.loads(done.stdout)
    assert message["status"] == "failed"
    assert "No such file or directory" in message["problem"]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(tmp_path / "file", b"content")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_was_writing_goes_but_not_what_the_server_writes(files):
    parts = [
        files.folder / ".checkpoint.safetensors.7.part",
        files.folder / "snapshots" / ".9.safetensors.7.part",
        files.folder / ".run.json.8.part",
    ]
    for part in parts:
        part.touch()
    files.remove_parts()
    assert [part.exists() for part in parts] == [False, False, True]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("trainings")


@pytest.fixture(scope="module")
def api(folder, registry):
    settings = Settings(workers=2, time_limit=60, trainings_dir=str(folder), max_trainings=1)
    with TestClient(create_app(settings, registry), raise_server_exceptions=False) as client:
        client.base_url = client.base_url.join("/api/v1/")
        yield client


def wait(api, run, holds):
    end = time.monotonic() + 120
    while not holds(now := api.get(f"trainings/{run}").json()):
        assert time.monotonic() < end, now["status"]
        time.sleep(0.05)
    return now


def refused(answer):
    problem = answer.json()
    return (answer.status_code, problem["type"]) == (507, "/errors/disk-failed") and problem[
        "detail"
    ]


def test_a_training_that_can_write_no_more_fails_frees_its_place_and_can_be_deleted(api, folder):
    run = api.post("trainings", json={**SPEC, "epochs": 500, "paused": True}).json()["id"]
    wait(api, run, lambda now: now["status"] == "paused")
    process = api.app.state.services.trainings.find_run(run).process
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100, 100))  # larger files fail with EFBIG
    api.post(f"trainings/{run}/resume", json={})
    now = wait(api, run, lambda now: now["status"] not in ("running", "paused"))
    assert now["status"] == "failed"
    assert "File too large" in now["problem"]
    other = api.post("trainings", json={**SPEC, "paused": True})
    assert other.status_code == 201, other.text
    for one in (run, other.json()["id"]):
        assert api.delete(f"trainings/{one}").status_code == 204
    assert list((folder / "runs").iterdir()) == []


def test_a_training_that_failed_on_a_full_disk_goes_on_where_it_was_saved(api, monkeypatch):
    two_epochs = {**SPEC, "epochs": 2}
    run = api.post("trainings", json={**two_epochs, "paused": True}).json()["id"]
    at_rest = wait(api, run, lambda now: now["status"] == "paused")
    saved = at_rest["steps"] // 2 + 1
    api.post(f"trainings/{run}/advance", json={"batches": saved})
    training = api.app.state.services.trainings.find_run(run)
    wait(api, run, lambda now: now["step"] == saved and training.is_settled)
    resource.prlimit(training.process.pid, resource.RLIMIT_FSIZE, (100, 100))
    api.post(f"trainings/{run}/resume", json={})
    failed = wait(api, run, lambda now: now["status"] == "failed")
    assert failed["resumable"] is True
    with monkeypatch.context() as fault:
        fault.setattr("app.learning.runs.directory.write_atomically", full)
        assert refused(api.post(f"trainings/{run}/resume", json={}))
    again = api.get(f"trainings/{run}").json()
    assert [again[key] for key in ("status", "problem", "resumable")] == [
        failed[key] for key in ("status", "problem", "resumable")
    ]
    resumed = api.post(f"trainings/{run}/resume", json={})
    assert resumed.status_code == 200, resumed.text
    assert not resumed.json()["resumable"]
    whole = wait(api, run, lambda now: now["status"] == "finished")
    assert whole["recovered"] == {"step_before": failed["step"], "step_after": saved}
    uninterrupted = api.post("trainings", json=two_epochs).json()["id"]
    expected = wait(api, uninterrupted, lambda now: now["status"] == "finished")
    assert whole["batches"] == expected["batches"]
    timeless = [
        [{**record, "seconds": None} for record in one["history"]] for one in (whole, expected)
    ]
    assert timeless[0] == timeless[1]
    assert api.post(f"trainings/{run}/resume", json={}).status_code == 409
    for one in (run, uninterrupted):
        assert api.delete(f"trainings/{one}").status_code == 204


def test_a_restarted_server_knows_what_can_be_resumed(files):
    run = TrainingRun("aaaaaaaaaaaa", "Full", SPEC, files, {}, time.time())
    run.fail("The disk is full.", resumable=True)
    run_coroutine(run.keep())
    found = TrainingRun.read(files, {})
    assert (found.status, found.problem, found.resumable) == ("failed", run.problem, True)


def test_a_training_that_cannot_be_begun_leaves_nothing(api, folder, monkeypatch):
    monkeypatch.setattr("app.learning.runs.directory.write_atomically", full)
    assert "No space left on device" in refused(api.post("trainings", json=SPEC))
    assert api.get("trainings").json()["trainings"] == []
    assert list((folder / "runs").iterdir()) == []


def test_a_paused_training_waits_for_room_on_the_disk(api, monkeypatch):
    first = api.post("trainings", json={**SPEC, "paused": True}).json()["id"]
    wait(api, first, lambda now: now["status"] == "paused")
    second = api.post("trainings", json={**SPEC, "paused": True}).json()["id"]  # takes its place
    wait(api, second, lambda now: now["status"] == "paused")
    with monkeypatch.context() as fault:
        fault.setattr("app.learning.runs.directory.write_atomically", full)
        assert refused(api.post(f"trainings/{first}/advance", json={"batches": 1}))
        assert api.get(f"trainings/{first}").json()["status"] == "paused"
        assert refused(api.post(f"trainings/{first}/reset"))
        assert api.get(f"trainings/{first}").json()["status"] == "failed"
    assert api.post(f"trainings/{first}/reset").status_code == 200
    wait(api, first, lambda now: now["status"] == "paused")
    for run in (first, second):
        assert api.delete(f"trainings/{run}").status_code == 204


def test_what_cannot_be_deleted_is_still_there_and_said_to_be(api, monkeypatch):
    run = api.post("trainings", json={**SPEC, "paused": True}).json()["id"]
    with monkeypatch.context() as fault:
        fault.setattr("shutil.rmtree", full)
        assert refused(api.delete(f"trainings/{run}"))
    assert api.get(f"trainings/{run}").status_code == 200
    assert api.delete(f"trainings/{run}").status_code == 204


def test_a_set_of_pictures_that_cannot_be_kept_leaves_nothing(api, folder, monkeypatch):
    archive = packed(GOOD)
    with monkeypatch.context() as fault:
        fault.setattr("os.fsync", full)
        assert refused(api.post("datasets", content=archive))
    assert list((folder / "datasets").iterdir()) == []
    write = store.write_atomically
    with monkeypatch.context() as fault:
        fault.setattr(
            "app.learning.datasets.store.write_atomically",
            lambda path, data: full() if path.suffix == ".json" else write(path, data),
        )
        assert refused(api.post("datasets", content=archive))
    assert list((folder / "datasets").iterdir()) == []
    kept = api.post("datasets", content=archive).json()["id"]
    with monkeypatch.context() as fault:
        fault.setattr("pathlib.Path.unlink", full)
        assert refused(api.delete(f"datasets/{kept}"))
    assert api.delete(f"datasets/{kept}").status_code == 204
