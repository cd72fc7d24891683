"""``convscope train --serve``: the terminal's run is a training like those of the page, and its
network the one that is written.
"""

import os
import re
import signal
import subprocess
import sys
import time

import httpx
from typer.testing import CliRunner

from app.cli.main import app
from engine.formats import safetensors

PATIENT = 90


def test_a_terminal_run_is_on_the_page_and_leaves_its_model(folder, tmp_path):
    out = tmp_path / "out"
    words = [str(folder), "--serve", "--port", "0", "--out", str(out)]
    words += ["--epochs", "2", "--batch-size", "8"]
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli.main", "train", *words],
        env={**os.environ, "CONVSCOPE_TRAININGS_DIR": str(tmp_path / "kept")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        said = read_until(process, r"(http://\S+)/learn\?run=(\w+)")
        url, run_id = re.search(r"(http://\S+)/learn\?run=(\w+)", said).groups()
        assert httpx.get(f"{url}/learn").status_code == 200
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
