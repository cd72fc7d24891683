"""A server, a training's process, or both are killed in the middle: the training is found again and
goes on.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

PROJECT = Path(__file__).parents[4]
SPEC = {
    "layers": [
        {"kind": "conv", "filters": 2, "kernel": 3, "stride": 2, "padding": 1},
        {"kind": "maxpool", "kernel": 4, "stride": 4},
    ],
    "batch_size": 64,
    "epochs": 300,
    "speed": 60,
}
PER_EPOCH = -(-2696 // 64)


@contextmanager
def served(folder):
    """A server of its own on the trainings in ``folder``: the process, and a client."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "CONVSCOPE_LOG_LEVEL": "error",
        "CONVSCOPE_TRAININGS_DIR": str(folder),
    }
    command = [sys.executable, "-m", "app.cli.main", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=PROJECT, env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=60) as api:
            wait(lambda: is_ready(api))
            yield server, api
    finally:
        server.terminate()
        server.wait(30)


def is_ready(api):
    try:
        return api.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def wait(holds, seconds=240):
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
    return found


def read(api, run):
    return api.get(f"/trainings/{run}").json()


def begin_and_wait(api, steps):
    run = api.post("/trainings", json=SPEC).json()["id"]
    wait(lambda: read(api, run)["step"] >= steps)
    return run


def processes(folder, run):
    """The training's processes, by their command lines."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"app.learning.runs.worker" in line and str(folder / "runs" / run).encode() in line:
            found.append(int(path.parent.name))
    return found


def goes_on(api, run):
    """The training, once it is further than where it was found again."""
    wait(
        lambda: (
            (now := read(api, run))["recovered"]
            and now["step"] > now["recovered"]["step_after"] + 5
        )
    )
    now = read(api, run)
    steps = [point[0] for point in now["batches"]]
    assert steps == sorted(set(steps)), "a step is told twice"
    assert steps == list(range(1, len(steps) + 1)), "a step is missing"
    return now


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked for in /proc")
class TestKilled:
    def test_the_server(self, tmp_path):
        with served(tmp_path) as (server, api):
            run = begin_and_wait(api, PER_EPOCH + 5)
            before = read(api, run)["step"]
            server.kill()
            wait(lambda: not processes(tmp_path, run))
        with served(tmp_path) as (_, api):
            now = goes_on(api, run)
        assert now["recovered"]["step_after"] >= before

    def test_the_server_and_the_process(self, tmp_path):
        with served(tmp_path) as (server, api):
            run = begin_and_wait(api, PER_EPOCH + 5)
            before = read(api, run)["step"]
            server.kill()
            for number in processes(tmp_path, run):
                os.kill(number, signal.SIGKILL)
            wait(lambda: not processes(tmp_path, run))
        with served(tmp_path) as (_, api):
            now = goes_on(api, run)
        assert before - now["recovered"]["step_after"] <= PER_EPOCH

    def test_the_process(self, tmp_path):
        with served(tmp_path) as (_, api):
            run = begin_and_wait(api, PER_EPOCH + 5)
            (number,) = processes(tmp_path, run)
            os.kill(number, signal.SIGKILL)
            now = goes_on(api, run)
            assert now["status"] == "running"
            assert now["recovered"]["step_before"] - now["recovered"]["step_after"] <= PER_EPOCH

    def test_a_stop_and_a_start_lose_nothing(self, tmp_path):
        with served(tmp_path) as (server, api):
            run = begin_and_wait(api, 20)
            server.terminate()
            server.wait(30)
        assert not processes(tmp_path, run)
        with served(tmp_path) as (_, api):
            now = goes_on(api, run)
        assert now["recovered"]["step_before"] == now["recovered"]["step_after"]
