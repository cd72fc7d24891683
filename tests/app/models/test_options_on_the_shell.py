"""What the shell says of a model file: the same options, and the same refusals, as over HTTP."""

import pytest
from onnx import helper
from typer.testing import CliRunner

from app.cli import main
from app.models.registry import Registry
from engine.formats import safetensors
from tests.app.bringing import as_onnx, net
from tests.app.conftest import build_tiny
from tests.engine.formats.onnx.files import file


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(
        Registry, "of_zoo", lambda: Registry({"tiny": lambda: build_tiny().freeze()}, "tiny")
    )
    monkeypatch.setenv("CONVSCOPE_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


def add(path, data, *options):
    path.write_bytes(data)
    return CliRunner().invoke(main.app, ["models", "add", str(path), *options])


def test_how_photos_are_prepared_is_kept_with_the_model(folder, tmp_path):
    options = ("--preset", "caffe", "--crop-mode", "border")
    assert add(tmp_path / "net.onnx", as_onnx(net()), *options).exit_code == 0
    steps = safetensors.load(folder / "net.safetensors").preprocess
    assert (steps.channels, steps.scale, steps.crop_mode, steps.source) == (
        "bgr",
        1,
        "border",
        "chosen",
    )


def test_channels_of_another_count(folder, tmp_path):
    data = as_onnx(net(channels=4))
    refused = add(tmp_path / "net.onnx", data)
    assert refused.exit_code != 0
    assert "--channels rgba" in refused.output
    assert add(tmp_path / "net.onnx", data, "--channels", "rgba", "--scale", "1").exit_code == 0
    steps = safetensors.load(folder / "net.safetensors").preprocess
    assert (steps.channels, steps.scale, steps.mean) == ("rgba", 1, (0.0,) * 4)


def test_a_constant_for_another_input(tmp_path):
    nodes = [helper.make_node("Mul", ["image", "mask"], ["y"])]
    data = file(nodes, inputs={"image": [1, 3, 4, 4], "mask": [1, 1, 4, 4]})
    refused = add(tmp_path / "net.onnx", data)
    assert "--input mask=1" in refused.output
    assert add(tmp_path / "net.onnx", data, "--input", "mask").exit_code != 0
    assert add(tmp_path / "net.onnx", data, "--input", "mask=0.5").exit_code == 0


def test_a_file_of_another_kind_is_named(tmp_path):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 20\n"
    refused = add(tmp_path / "resnet.onnx", pointer)
    assert refused.exit_code != 0
    assert "git lfs pull" in refused.output
