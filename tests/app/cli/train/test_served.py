"""``convscope train --serve``: the terminal's run is a training like those of the page, and its
network the one that is written.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import httpx
import pytest
from typer.testing import CliRunner

from app.cli.main import app
from app.cli.train import served
from app.settings import Settings
from app.workspaces.workspace import NOBODY
from engine.formats import safetensors
from tests.app.conftest import run_coroutine

PATIENT = 90
LINK = r"(http://\S+)/learn\?run=(\w+)"
ELSEWHERE = {"Host": "192.0.2.9"}  # as somebody's browser asks that is not on this machine


@pytest.mark.parametrize(
    ("host", "links"),
    [
        ("127.0.0.1", ["Watch it learn: http://127.0.0.1:80/learn?run=own"]),
        ("localhost", ["Watch it learn: http://localhost:80/learn?run=own"]),
        ("::1", ["Watch it learn: http://[::1]:80/learn?run=own"]),
        ("192.0.2.9", ["Others can watch: http://192.0.2.9:80/learn?run=link"]),
        (
            "::",
            [
                "Watch it learn: http://[::1]:80/learn?run=own",
                f"Others can watch: http://{socket.gethostname()}:80/learn?run=link",
            ],
        ),
    ],
)
def test_only_who_has_the_training_gets_its_own_address(host, links):
    async def share(kind, training, owner):
        assert (kind, training, owner) == ("training", "own", NOBODY)
        return "link"

    services = SimpleNamespace(settings=Settings(host=host), share=share)
    assert run_coroutine(served.links(services, "own", 80)) == links


def test_a_terminal_run_is_on_the_page_and_leaves_its_model(folder, tmp_path):
    out = tmp_path / "out"
    words = [str(folder), "--serve", "--host", "0.0.0.0", "--port", "0", "--out", str(out)]
    words += ["--epochs", "2", "--batch-size", "8"]
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli.main", "train", *words],
        env={**os.environ, "CONVSCOPE_TRAININGS_DIR": str(tmp_path / "kept")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        said = read_until(process, f"Others can watch: {LINK}")
        (url, run_id), (_, lent) = re.findall(LINK, said)
        assert httpx.get(f"{url}/learn").status_code == 200
        with httpx.Client(base_url=f"{url}/api/v1/trainings/", headers=ELSEWHERE) as other:
            assert other.get(run_id).status_code == 404
            assert other.get(lent).json()["lent"]
            assert other.post(f"{lent}/pause").status_code == 403
        said += read_until(process, "stays open")
        run = httpx.get(f"{url}/api/v1/trainings/{run_id}").json()
        assert (run["status"], run["epoch"], run["name"]) == ("finished", 2, "colours")
        assert run["config"]["architecture"] == "everyday"
        assert "epoch 2/2" in said
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENT) == 0
        process.stdout.close()
    network = safetensors.load(out / "model.safetensors")
    assert network.labels == ("blue", "red")
    assert network.meta["data"] == "colours"


def read_until(process, pattern):
    """What it says until a line matches."""
    said, stop = "", time.monotonic() + PATIENT
    while not re.search(pattern, said):
        assert time.monotonic() < stop, said
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def test_the_server_keeps_it_so_there_is_nothing_to_resume(folder):
    result = CliRunner().invoke(app, ["train", str(folder), "--serve", "--resume"])
    assert result.exit_code != 0
    assert "convscope serve" in str(result.exception or "") + result.output
