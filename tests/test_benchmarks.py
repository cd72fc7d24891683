"""Every benchmark starts, measures something and ends: with its smallest settings, and within a
time limit.
"""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.reliability.proxy import NGINX
from tests.browser.conftest import find_chromium

PROJECT = Path(__file__).parent.parent
LIMIT = 300  # seconds: a machine that does much else takes many times as long

SMALLEST = {
    "architectures": "squeezenet {folder}/squeezenet.onnx --size 64",
    "attributions": "--only everyday --rounds 1",
    "conv_kernels": "--set everyday --repeats 1",
    "end_to_end": "--only everyday --photos 2 --rounds 1 --clients 1 2 --warm-up 2",
    "interaction": "--rounds 1 --layers 2 --chromium {chromium}",
    "latency": "--requests 4",
    "layout": "",
    "live": "--frames 3 --photos 1 --only everyday --chromium {chromium}",
    "networks": "--only everyday --rounds 1 --rivals ours,ort-all",
    "optimisers": "",
    "photo_to_screen": "--rounds 1 --chromium {chromium}",
    "reliability.contract": "--examples 2 --only stateful",
    "reliability.fair_shares": "--photos 3 --connections 2",
    "reliability.kills": "--rounds 1",
    "reliability.leaks": "--count 60 --warm-up 20",
    "reliability.memory": "--count 6 --cache-mb 16 --models 3 --models-mb 16 --steps-mb 64",
    "reliability.models": "--count 20 --photos 3 --bombs 28",
    "reliability.mutants": "--count 20 --clients 1 --mutants-only",
    "reliability.overload": "--seconds 2 --queue 1 --workers 1 --sockets 20",
    "reliability.replicas": "--seconds 0.5 --rounds 1",
    "reliability.stops": "--rounds 1",
    "reliability.time_limits": "--rounds 1 --longest 0.05 --only erf",
    "throughput": "--models everyday --visitors 1 --seconds 0.5 --rounds 1",
    "train_step": "--only engine --batch 4 --repeats 1",
}
RIVALS = {"attributions": "captum", "optimisers": "torch"}


def test_none_is_forgotten():
    files = (PROJECT / "benchmarks").rglob("*.py")
    mains = [path for path in files if '__name__ == "__main__"' in path.read_text("utf-8")]
    folder = PROJECT / "benchmarks"
    names = {".".join(path.relative_to(folder).with_suffix("").parts) for path in mains}
    assert names == set(SMALLEST)


def marked(name):
    return pytest.param(name, marks=pytest.mark.browser if "chromium" in SMALLEST[name] else ())


@pytest.mark.parametrize("name", [marked(name) for name in SMALLEST])
def test_a_benchmark_runs(name, tmp_path):
    rival = RIVALS.get(name)
    if rival and find_spec(rival) is None:
        pytest.skip(f"{rival}, which it compares with, is not installed")
    if name == "reliability.replicas" and NGINX is None:
        pytest.skip("nginx is not installed")
    settings = SMALLEST[name]
    chromium = find_chromium() if "chromium" in settings else None
    settings = settings.format(folder=tmp_path, chromium=chromium)
    command = [sys.executable, "-m", f"benchmarks.{name}", *settings.split()]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, "CONVSCOPE_KERNEL": "heuristic"},
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d", done.stdout) or (tmp_path / "squeezenet.onnx").exists()
    assert "WRONG" not in done.stdout
