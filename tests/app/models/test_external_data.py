"""Models whose weights are in other files: sent together, found beside the model, or named when
they are missing.
"""

import json
import os

import numpy as np
import onnx
import pytest
from onnx.external_data_helper import convert_model_to_external_data

from app.client import Client, RequestRefused
from app.errors import UnknownModel
from app.models.folder import ModelFolder
from app.settings import Settings
from tests.app.bringing import MODELS, as_onnx, net, refused
from tests.app.cli.test_models import convscope, folder  # noqa: F401, the folder is a fixture
from tests.app.conftest import picture_bytes

NAME = "m.onnx.data"


@pytest.fixture
def path(tmp_path):
    """A model file, and beside it the one with its weights."""
    made = onnx.load_from_string(as_onnx(net()))
    convert_model_to_external_data(made, size_threshold=0, location=NAME)
    onnx.save(made, tmp_path / "m.onnx")
    return tmp_path / "m.onnx"


@pytest.fixture
def parts(path):
    return path.read_bytes(), (path.parent / NAME).read_bytes()


def test_a_form_with_the_model_and_its_data(own, parts):
    model, data = parts
    answer = own.post(MODELS, files=[("file", ("m.onnx", model)), ("data", (NAME, data))])
    assert answer.status_code == 201
    assert answer.json()["title"] == "m"
    whole = own.post(MODELS, files={"file": ("m.onnx", as_onnx(net()))}).json()
    photo = picture_bytes(seed=3)
    scores = [
        own.post("/api/v1/predict", params={"model": made["id"]}, content=photo).json()
        for made in (answer.json(), whole)
    ]
    assert scores[0] == scores[1]


def test_other_data_is_another_model(own, parts):
    model, data = parts
    ids = {
        own.post(MODELS, files=[("file", ("m.onnx", model)), ("data", (NAME, content))]).json()[
            "id"
        ]
        for content in (data, data, bytes(len(data)))
    }
    assert len(ids) == 2


def test_all_of_them_as_files_in_any_order(own, parts):
    model, data = parts
    files = [("file", ("some/folder/" + NAME, data)), ("file", ("m.onnx", model))]
    assert own.post(MODELS, files=files).status_code == 201


def test_alone_it_says_what_is_missing(own, parts):
    body = refused(own, parts[0])
    assert body["type"] == "/errors/model-external-data-needed"
    assert body["missing"] == [NAME]
    assert NAME in body["detail"]
    assert "external_data=False" in body["detail"]


def test_two_models_in_one_form_are_refused(own, parts):
    files = [("file", (name, parts[0])) for name in ("a.onnx", "b.onnx")]
    assert own.post(MODELS, files=files).json()["type"] == "/errors/bad-upload"


@pytest.mark.parametrize("names", [("", NAME), (NAME, NAME)])
def test_data_without_a_name_of_its_own_is_refused(own, parts, names):
    model, data = parts
    files = [("file", ("m.onnx", model)), *(("data", (name or "/", data)) for name in names)]
    assert own.post(MODELS, files=files).json()["type"] == "/errors/bad-upload"


def test_all_files_together_are_bounded(own, parts):
    answer = own.post(
        MODELS, files=[("file", ("m.onnx", parts[0])), ("data", (NAME, bytes(200_000)))]
    )
    assert answer.status_code == 413
    assert answer.json()["what"] == "bytes"


def test_the_client_sends_what_lies_beside_the_model(path, server):
    with Client(server.url) as client:
        model = client.models_add(path)
        assert model["title"] == "m"
        client.models_delete(model["id"])
        (path.parent / NAME).unlink()
        with pytest.raises(RequestRefused) as caught:
            client.models_add(path)
        assert caught.value.problem["missing"] == [NAME]


def test_the_shell_finds_it(path, tmp_path, photo):
    picture = tmp_path / "photo.png"
    picture.write_bytes(photo)
    asked = convscope("predict", picture, "--model", path, "--json")
    assert asked.exit_code == 0, asked.stderr
    assert len(json.loads(asked.stdout)[0]["predictions"]) == 4
    assert convscope("inspect", path).exit_code == 0
    assert convscope("models", "add", path).exit_code == 0
    (tmp_path / NAME).unlink()
    assert NAME in convscope("inspect", path).stderr
    assert convscope("predict", picture, "--model", "m").exit_code == 0  # added as one file


def test_the_folder_of_models_reads_it_and_sees_that_it_came_or_changed(path, parts, tmp_path):
    beside = tmp_path / NAME
    beside.unlink()
    models = ModelFolder(Settings(models_dir=str(tmp_path)))
    for _ in range(2):
        with pytest.raises(UnknownModel, match="did not come with it"):
            models.find("m")
    beside.write_bytes(parts[1])
    first = models.find("m")
    assert models.find("m") is first
    beside.write_bytes(bytes(len(parts[1])))
    os.utime(beside, ns=(1, 1))
    assert not np.any(models.find("m").parameters()["conv.weight"])
