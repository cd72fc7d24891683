"""The README's lines, word for word: those for a shell in a shell, those of Python in Python,
against a server that has just been started. Only its address is another one.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import engine
from app.models.registry import Registry
from app.settings import Settings
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net
from tests.app.conftest import RunningServer

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "static/samples"
ADDRESS = "http://127.0.0.1:8000"
BLOCKS = re.findall(
    r"^```(sh|python)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
)
# What installs something first: tests/test_setup.py and scripts/docker-steps are about that.
INSTALLING = {"scripts/run\n", "scripts/test\n", "docker compose up --build\n"}
SHELL = [code for language, code in BLOCKS if language == "sh" and code not in INSTALLING]
PYTHON = [code for language, code in BLOCKS if language == "python"]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    trainings = str(tmp_path_factory.mktemp("trainings"))
    settings = Settings(port=0, workers=2, log_level="error", trainings_dir=trainings)
    with RunningServer(settings, Registry.of_zoo()) as running:
        yield running.url


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What the lines are about: two photos, pictures in folders, a network for ImageNet's classes;
    and a folder of models of their own.
    """
    shutil.copyfile(SAMPLES / "car.jpg", tmp_path / "photo.jpg")
    (tmp_path / "another.png").write_bytes((SAMPLES / "car.jpg").read_bytes())
    zipfile.ZipFile(io.BytesIO(packed(GOOD))).extractall(tmp_path / "pictures")
    (tmp_path / "resnet50.onnx").write_bytes(as_onnx(net(classes=1000, size=16)))
    monkeypatch.setenv("CONVSCOPE_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(command, **variables):
    """What a line writes; it must succeed. curl fails where the server refuses."""
    strict = 'curl() { command curl --silent --show-error --fail-with-body "$@"; }\n'
    done = subprocess.run(
        ["bash", "-c", strict + command],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_nothing_in_the_readme_is_left_out():
    assert set(INSTALLING) <= {code for _, code in BLOCKS}
    assert len(SHELL) == 3
    assert len(PYTHON) == 2


@pytest.mark.parametrize("code", SHELL, ids=lambda code: code.splitlines()[0])
def test_every_shell_line_does_what_it_says(code, url, folder):
    answers, known = [], {}
    for line in code.replace(ADDRESS, url).splitlines():
        if line and not line.startswith("#"):
            answers.append(told(line, **known))
            if '"id"' in answers[-1]:
                known["ID"] = json.loads(answers[-1])["id"]
    if "curl" in code:
        assert len(json.loads(answers[0])) == 3
        assert np.load("conv1_1.npy").shape[1:] == (64, 64)
        assert Path("pool2.png").read_bytes().startswith(b"\x89PNG")
        assert json.loads(answers[-1])["value"] == pytest.approx(
            np.load("conv1_1.npy")[3, 20, 31], rel=1e-5
        )
    elif "predict" in code:
        assert {"layers.npz", "why.png"} <= {path.name for path in folder.iterdir()}
        assert answers[0].startswith("photo.jpg")
    else:
        assert list((folder / "runs/mine").iterdir())


@pytest.mark.parametrize("code", PYTHON, ids=["client", "network"])
def test_every_line_of_python_does_what_it_says(code, url, folder, capsys):
    network = engine.load("everyday")
    names = {
        "x": np.zeros((1, 3, 64, 64), np.float32),
        "dy": np.ones((1, len(network.labels)), np.float32),
    }
    exec(code.replace(ADDRESS, url), names)
    if "Client" in code:
        assert names["maps"].dtype == np.float32
        assert "car" in capsys.readouterr().out
    else:
        assert names["trace"]["conv1_1"].shape[0] == 1
