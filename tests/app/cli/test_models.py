"""The shell's models: listed, added, removed, named by a file, and inspected."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from app.cli import main
from app.client import Client, RequestRefused
from app.models.registry import Registry
from engine.formats import onnx, safetensors
from engine.network import Network, Node
from engine.ops import Conv2d, Flatten, GlobalAveragePool, Relu, Transpose
from tests.app.conftest import build_tiny


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(
        Registry, "of_zoo", lambda: Registry({"tiny": lambda: build_tiny().freeze()}, "tiny")
    )
    monkeypatch.setenv("CONVSCOPE_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def file(tmp_path):
    """A network that takes its colours last, says nothing of classes, and has a hostile layer
    name.
    """
    rng = np.random.default_rng(2)
    weight = rng.normal(0, 0.5, (3, 3, 3, 3)).astype(np.float32)
    network = Network(
        [
            Node("[red]first", Transpose((0, 3, 1, 2)), ("image",)),
            Node("conv", Conv2d(weight, padding=(1, 1, 1, 1)), ("[red]first",)),
            Node("relu", Relu(), ("conv",)),
            Node("mean", GlobalAveragePool(), ("relu",)),
            Node("scores", Flatten(), ("mean",)),
        ],
        inputs={"image": (8, 6, 3)},
        outputs=("scores",),
    )
    path = tmp_path / "last.onnx"
    path.write_bytes(onnx.to_onnx(network))
    return path


@pytest.fixture
def photo_file(tmp_path, photo):
    path = tmp_path / "photo.png"
    path.write_bytes(photo)
    return path


def convscope(*args):
    return CliRunner().invoke(main.app, [str(a) for a in args])


def test_an_added_model_is_offered_from_then_on(file, folder, photo_file, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("ant\nbee\ncat\n")
    added = convscope("models", "add", file, "--labels", names, "--preset", "unit")
    assert (added.exit_code, added.stdout) == (0, "last\n")
    assert [path.name for path in folder.iterdir()] == ["last.safetensors"]
    for command in (["models"], ["models", "list"]):
        assert "last" in convscope(*command).stdout
    said = json.loads(convscope("predict", photo_file, "--model", "last", "--json").stdout)
    assert {p["label"] for p in said[0]["predictions"]} == {"ant", "bee", "cat"}
    assert convscope("models", "remove", "last").exit_code == 0
    gone = convscope("models", "remove", "last")
    assert gone.exit_code == 1
    assert gone.stderr.count("\n") == 1


def test_files_that_people_put_there_are_offered_too(file, folder, photo_file):
    folder.mkdir()
    (folder / "by-hand.onnx").write_bytes(file.read_bytes())
    (folder / "broken.onnx").write_bytes(b"nonsense")
    (folder / "ours.safetensors").write_bytes(safetensors.to_bytes(build_tiny()))
    (folder / "no id!.onnx").write_bytes(file.read_bytes())
    listed = convscope("models").stdout
    assert "by-hand" in listed
    assert "ours" in listed
    assert "broken" not in listed
    assert "no id" not in listed
    assert convscope("predict", photo_file, "--model", "by-hand").exit_code == 0
    refused = convscope("predict", photo_file, "--model", "broken")
    assert refused.exit_code == 1
    assert "cannot be read" in refused.stderr


def test_a_file_may_stand_for_a_model(file, photo_file, tmp_path, server):
    for where in ([], ["--server", server.url]):
        said = convscope("predict", photo_file, "--model", file, "--json", *where)
        assert len(json.loads(said.stdout)[0]["predictions"]) == 3
        out = tmp_path / f"out{len(where)}.npz"
        assert (
            convscope("analyze", photo_file, "--model", file, "--npz", out, *where).exit_code == 0
        )
        layers = np.load(out)
        assert layers["image (photo)"].shape == (3, 8, 6)
        assert layers["image"].shape == (3, 8, 6)  # as it is shown: channels first
        npy = tmp_path / "why.npy"
        why = ["explain", photo_file, "--model", file, "--method", "saliency", "--npy", npy]
        assert convscope(*why, *where).exit_code == 0
        assert np.load(npy).shape == (8, 6)


def test_a_server_takes_models_and_forgets_them(file, server):
    added = convscope("models", "add", file, "--name", "Last", "--server", server.url)
    model = added.stdout.strip()
    assert model.startswith("own-")
    assert model in convscope("models", "--server", server.url).stdout
    assert convscope("models", "remove", model, "--server", server.url).exit_code == 0
    assert convscope("models", "remove", "tiny", "--server", server.url).exit_code == 1


def test_the_client_brings_and_deletes(file, server):
    with Client(server.url) as client:
        model = client.models_add(file, labels=["ant", "bee", "cat"], preset="symmetric")
        assert model["labels"] == ["ant", "bee", "cat"]
        assert model["title"] == "last"
        assert client.models_add(file.read_bytes(), name="last")["title"] == "last"
        client.models_delete(model["id"])
        with pytest.raises(RequestRefused) as refused:
            client.models_delete(model["id"])
        assert refused.value.type == "/errors/unknown-model"


def test_inspect_shows_layers_costs_and_what_they_see(file):
    result = convscope("inspect", file)
    assert result.exit_code == 0
    lines = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line.strip()}
    assert lines["conv"] == ["conv", "conv", "3×8×6", "81", "3,888", "3×3"]
    assert lines["[red]first"][2] == "3×8×6"
    assert "81 parameters, 3,888 multiply-adds a photo" in result.stdout
    assert "conv1" in convscope("inspect", "tiny").stdout


def test_inspect_shows_the_algorithms_on_demand(file):
    lines = convscope("inspect", file, "--plan").stdout.splitlines()
    assert ["conv", "im2col"] in [line.split() for line in lines]


def test_what_was_measured_is_kept_in_one_file(file, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    result = convscope("tune", file, "tiny")
    assert result.exit_code == 0
    assert ["conv", "im2col"] in [line.split() for line in result.stdout.splitlines()]
    (kept,) = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert kept.name == "autotune.json"


@pytest.mark.parametrize(
    "args",
    [
        ("inspect", "none.onnx"),
        ("inspect", "nothing"),
        ("tune", "nothing"),
        ("models", "add", "none.onnx"),
        ("models", "add", __file__),
    ],
)
def test_what_goes_wrong_is_one_line(args):
    result = convscope(*args)
    assert result.exit_code == 1
    assert result.stderr.startswith("convscope: ")
    assert result.stderr.count("\n") == 1
