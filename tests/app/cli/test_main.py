"""The shell: results on stdout, one line for an error on stderr, exit codes that scripts can rely
on.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from app.cli import main
from app.cli.common import settings
from app.models.registry import Registry
from tests.app.conftest import LABELS


@pytest.fixture(autouse=True)
def tiny_zoo(monkeypatch, registry):
    monkeypatch.setattr(Registry, "of_zoo", lambda: registry)


@pytest.fixture
def photo_file(tmp_path, photo):
    path = tmp_path / "photo.png"
    path.write_bytes(photo)
    return path


def convscope(*args):
    return CliRunner().invoke(main.app, [str(a) for a in args])


@pytest.fixture(params=["here", "server"])
def where(request, server):
    """The same commands in this process and on a server."""
    return [] if request.param == "here" else ["--server", server.url]


def test_predict_prints_a_table(photo_file, where):
    result = convscope("predict", photo_file, *where)
    assert result.exit_code == 0
    assert all(label in result.stdout for label in LABELS)
    assert "%" in result.stdout


def test_brackets_in_a_name_are_printed_as_they_are(photo_file, tmp_path):
    odd = photo_file.rename(tmp_path / "[b]x.png")
    assert "[b]x.png" in convscope("predict", odd).stdout


def test_predict_takes_many_photos_and_prints_json(photo_file, where):
    result = convscope("predict", photo_file, photo_file, "--json", "--top-k", 2, *where)
    entries = json.loads(result.stdout)
    assert [e["photo"] for e in entries] == [str(photo_file)] * 2
    assert [len(e["predictions"]) for e in entries] == [2, 2]
    assert set(entries[0]["predictions"][0]) == {"label", "score"}


def test_a_bad_photo_is_named_and_the_others_are_still_read(photo_file, where, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"hello")
    heic = tmp_path / "photo.jpg"
    heic.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    files = (bad, tmp_path / "missing.png", heic, photo_file)
    result = convscope("predict", *files, "--json", *where)
    assert result.exit_code == 1
    assert [e["photo"] for e in json.loads(result.stdout)] == [str(photo_file)]
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"convscope: {bad}: This file is text, not a picture")
    assert lines[1] == f"convscope: {tmp_path / 'missing.png'}: No such file or directory"
    assert lines[2].startswith(f"convscope: {heic}: This file is a HEIC picture")


def test_analyze_writes_json_npz_and_heatmaps(photo_file, where, tmp_path):
    out = tmp_path / "out"
    result = convscope(
        "analyze", photo_file, "--json", tmp_path / "a.json", "--npz", tmp_path / "a.npz", "--png", out, *where
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.stdout.strip().endswith("7 layers")
    exported = json.loads((tmp_path / "a.json").read_text())
    with np.load(tmp_path / "a.npz") as arrays:
        for layer in exported["layers"]:
            np.testing.assert_array_equal(
                np.array(layer["data"], np.float32), arrays[layer["name"]]
            )
    sheets = sorted(p.name for p in out.iterdir())
    assert sheets[:2] == ["00_input.png", "01_conv1.png"]
    assert len(sheets) == 7
    Image.open(out / "01_conv1.png").verify()


def test_analyze_asks_what_to_write(photo_file):
    result = convscope("analyze", photo_file)
    assert result.exit_code == 2
    assert "--npz" in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["analyze", "missing.png", "--json", "x.json"],
        ["predict", "missing.png", "--model", "nope"],
        ["models", "--server", "http://127.0.0.1:1"],
        ["health", "http://127.0.0.1:1"],
        ["analyze", __file__, "--json", "x.json"],
    ],
)
def test_an_error_is_one_line_and_exit_code_1(args, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = convscope(*args)
    assert result.exit_code == 1
    assert result.stderr.startswith("convscope: ")
    assert len(result.stderr.strip().splitlines()) == 1
    assert not Path("x.json").exists()


def test_a_target_that_cannot_be_written_is_an_error(photo_file):
    result = convscope("analyze", photo_file, "--json", "/nonexistent/x.json")
    assert result.exit_code == 1
    assert "/nonexistent/x.json" in result.stderr


def test_models(where):
    result = convscope("models", *where)
    assert result.exit_code == 0
    assert "tiny" in result.stdout


def test_health(server):
    assert convscope("health", server.url).exit_code == 0


def test_health_asks_the_server_of_the_settings(server, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_HOST", "0.0.0.0")
    monkeypatch.setenv("CONVSCOPE_PORT", str(server.port))
    assert convscope("health").exit_code == 0


def test_serve_takes_settings_from_the_environment_and_flags_before_them(monkeypatch):
    seen = []

    class Served:
        started = True

        def run(self):
            pass

    monkeypatch.setattr(
        "app.http.server.make_server", lambda settings: seen.append(settings) or Served()
    )
    monkeypatch.setenv("CONVSCOPE_PORT", "9001")
    monkeypatch.setenv("CONVSCOPE_MAX_QUEUE_SIZE", "7")
    assert convscope("serve").exit_code == 0
    assert convscope("serve", "--port", 9002, "--host", "::1").exit_code == 0
    assert [(s.host, s.port, s.max_queue_size) for s in seen] == [
        ("127.0.0.1", 9001, 7),
        ("::1", 9002, 7),
    ]


def test_a_flag_comes_before_a_variable_that_makes_no_sense(monkeypatch):
    monkeypatch.setenv("CONVSCOPE_PORT", "abc")
    assert settings(port=9000).port == 9000


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("PORT", "70000"), ("WORKERS", "0"), ("TIME_LIMIT", "-1")]
)
def test_a_setting_that_makes_no_sense_is_named(monkeypatch, name, value):
    monkeypatch.setenv(f"CONVSCOPE_{name}", value)
    result = convscope("serve")
    assert result.exit_code == 2
    assert f"CONVSCOPE_{name}" in result.stderr


def test_a_port_that_is_taken_ends_with_a_clear_error(server):
    result = convscope("serve", "--port", server.port)
    assert result.exit_code != 0


def test_help_lists_the_commands():
    result = convscope("--help")
    for command in ("serve", "predict", "analyze", "train", "models", "health"):
        assert command in result.stdout


def test_a_training_error_is_one_line_too(tmp_path):
    command = [sys.executable, "-m", "app.cli.main", "train", str(tmp_path / "nowhere")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_explain_writes_the_map_and_says_what_was_found(photo_file, tmp_path, where):
    out = {kind: tmp_path / f"out.{kind}" for kind in ("png", "npy", "json")}
    result = convscope(
        *("explain", photo_file, "--method", "integrated-gradients", "--class", "bear", "--curves"),
        *(part for kind, path in out.items() for part in (f"--{kind}", path)),
        *where,
    )
    assert result.exit_code == 0, result.output
    found = json.loads(out["json"].read_text())
    assert found["target"]["label"] == "bear"
    np.testing.assert_array_equal(np.load(out["npy"]), np.array(found["map"], np.float32))
    with Image.open(out["png"]) as picture:
        assert picture.size == (512, 512)
    assert f"integrated_gradients: bear, score {found['score']:.4f}" in result.stdout
    assert f"adds up to {found['sum']:.4f}" in result.stdout
    assert "deletion" in result.stdout


def test_explain_refuses_in_one_line(photo_file):
    for option in ("--method=divination", "--class=giraffe", "--crop=9,9,1"):
        result = convscope("explain", photo_file, option)
        assert result.exit_code == 1
        assert len(result.stderr.strip().splitlines()) == 1


def test_a_crop_is_looked_at_alone(photo_file, where):
    whole = json.loads(convscope("predict", photo_file, "--json", *where).stdout)
    part = json.loads(
        convscope("predict", photo_file, "--json", "--crop", "0,0,12,12", *where).stdout
    )
    assert whole[0]["predictions"] != part[0]["predictions"]
