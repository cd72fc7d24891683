"""What models are called and where they came from: told in the list, changed by PATCH."""

import time

import pytest

from app.models.folder import ModelFolder
from app.models.registry import Registry
from app.settings import Settings
from tests.app.bringing import MODELS, bring, net
from tests.app.conftest import build_tiny


def listed(client, model):
    return next(one for one in client.get(MODELS).json()["models"] if one["id"] == model)


def renamed(client, model, name):
    answer = client.patch(f"{MODELS}/{model}", json={"name": name})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_uploaded_model_is_renamed_everywhere(own, file):
    model = bring(own, file, name="First name")["id"]
    assert renamed(own, model, "  Second\nname ")["title"] == "Second name"
    assert listed(own, model)["title"] == "Second name"
    assert own.get(f"{MODELS}/{model}").json()["title"] == "Second name"
    copy = own.post(f"{MODELS}/{model}/copies?preset=caffe").json()
    assert copy["title"] == "Second name"
    renamed(own, copy["id"], "The copy")
    assert listed(own, model)["title"] == "Second name"  # they share their numbers, not their names


def test_a_new_name_changes_no_id_and_no_digest(own, file):
    before = bring(own, file, name="As it was")
    after = renamed(own, before["id"], "Other")
    assert {**after, "title": 0, "expires_in": 0} == {**before, "title": 0, "expires_in": 0}


def test_where_a_model_came_from_and_when(own, file):
    shipped = listed(own, "tiny")
    assert (shipped["origin"], shipped["created"], shipped["dataset"]) == ("shipped", None, None)
    parameters = build_tiny().parameters().values()
    assert shipped["size"] == sum(array.nbytes for array in parameters)
    model = bring(own, file, name="dated")["id"]
    told = listed(own, model)
    assert told["origin"] == "uploaded"
    assert abs(told["created"] - time.time()) < 60
    copy = own.post(f"{MODELS}/{model}/copies?preset=unit").json()["id"]
    assert listed(own, copy)["origin"] == "changed"


def test_a_file_in_the_folder_has_its_files_date(tmp_path):
    folder = ModelFolder(Settings(models_dir=str(tmp_path)))
    path = folder.add("mine", net())
    registry = Registry({"tiny": build_tiny}, "tiny")
    registry.add(folder)
    told = registry.provenance("mine")
    assert (told["origin"], told["created"]) == ("folder", path.stat().st_mtime)
    assert registry.provenance("gone")["created"] is None


def test_what_ships_keeps_its_name(own):
    answer = own.patch(f"{MODELS}/tiny", json={"name": "Mine"})
    assert answer.status_code == 403
    assert answer.json()["type"] == "/errors/model-fixed"
    assert listed(own, "tiny")["title"] == "Tiny"


@pytest.mark.parametrize("model", ["own-000000000000", "run-000000000000", "nothing"])
def test_what_is_not_here_cannot_be_renamed(own, model):
    answer = own.patch(f"{MODELS}/{model}", json={"name": "Mine"})
    assert (answer.status_code, answer.json()["type"]) == (404, "/errors/unknown-model")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 201}, {"name": "a", "id": "b"}])
def test_names_that_are_none_are_refused(own, file, body):
    model = bring(own, file, name="stays")["id"]
    assert own.patch(f"{MODELS}/{model}", json=body).status_code == 422
    assert own.patch(f"{MODELS}/{model}", json={"name": " \n "}).status_code == 422
    assert listed(own, model)["title"] == "stays"
