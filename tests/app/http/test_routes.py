"""Models, predictions, samples, health, pages, and the headers on everything."""

import json
import threading

import pytest

from app.analyses import serializers
from app.http.middleware import HEADERS
from app.http.openapi.code_samples import HOST
from app.images import samples
from tests.app.conftest import LABELS, picture_bytes


def test_models_are_listed_with_their_costs(client):
    body = client.get("/api/v1/models").json()
    assert body["default"] == "tiny"
    assert [model for model in body["models"] if not model["uploaded"]] == [
        {
            "id": "tiny",
            "title": "Tiny",
            "summary": "For tests.",
            "classes": 3,
            "parameters": 4 * 27 + 4 + 3 * 64 + 3,
            "multiply_adds": 4 * 27 * 64 + 3 * 64,
            "input_size": [3, 8, 8],
            "training": None,
            "origin": "shipped",
            "created": None,
            "dataset": None,
            "size": 4 * (4 * 27 + 4 + 3 * 64 + 3),
            "uploaded": False,
            "bytes": None,
            "expires_in": None,
            "share": None,
        }
    ]


def test_a_model_is_described_layer_by_layer(client, tiny):
    body = client.get("/api/v1/models/tiny").json()
    assert body["digest"] == tiny.digest
    assert body["labels"] == list(LABELS)
    assert body["input"] == {"name": "input", "shape": [3, 8, 8]}
    assert body["preprocess"]["mean"] == [0.5, 0.4, 0.3]
    layers = {layer["name"]: layer for layer in body["layers"]}
    assert list(layers) == ["input", "conv1", "relu1", "pool1", "flatten", "fc1", "softmax"]
    assert layers["input"]["op"] == "input"
    conv, pool = layers["conv1"], layers["pool1"]
    assert (conv["op"], conv["inputs"], conv["shape"]) == ("conv", ["input"], [4, 8, 8])
    assert (conv["parameters"], conv["multiply_adds"]) == (112, 6912)
    assert conv["attributes"]["kernel"] == [3, 3]
    assert conv["attributes"]["padding"] == [1, 1, 1, 1]
    assert conv["receptive_field"] == [3, 3]
    assert pool["attributes"]["kernel"] == [2, 2]
    assert pool["receptive_field"] == [4, 4]
    assert layers["fc1"]["shape"] == [3]
    assert layers["fc1"]["receptive_field"] == [8, 8]


def test_an_analysis_with_many_classes_is_written_off_the_event_loop(client, photo, monkeypatch):
    threads = []
    write = serializers.analysis

    def noting(done):
        threads.append(threading.current_thread().name)
        return write(done)

    monkeypatch.setattr(serializers, "analysis", noting)
    monkeypatch.setattr(serializers, "_MANY_CLASSES", 2)
    made = client.post("/api/v1/analyses", content=photo)
    again = client.get(made.headers["location"])
    changes = {"network": [{"layer": "conv1", "filter": 0, "scale": 0}]}
    varied = client.post(f"{made.headers['location']}/variants", json=changes)
    assert [answer.status_code for answer in (made, again, varied)] == [201, 200, 201]
    assert made.json() == again.json()
    assert len(threads) == 3
    assert all(name.startswith("compute") for name in threads)


def test_predict_speaks_hugging_faces_shape(client, photo):
    answer = client.post("/api/v1/predict?top_k=2", content=photo)
    assert answer.status_code == 200
    body = answer.json()
    assert [set(entry) for entry in body] == [{"label", "score"}] * 2
    assert body[0]["score"] >= body[1]["score"]


def test_predict_takes_what_curl_sends_by_default(client, photo):
    form = {"content-type": "application/x-www-form-urlencoded"}
    bare = client.post("/api/v1/predict", content=photo, headers=form)
    assert bare.json() == client.post("/api/v1/predict", files={"image": photo}).json()
    assert len(bare.json()) == 3


def test_predict_remembers_nothing(client):
    before = client.app.state.services.analyses.cache._nbytes
    client.post("/api/v1/predict", content=picture_bytes(seed=5))
    assert client.app.state.services.analyses.cache._nbytes == before


@pytest.fixture
def sample_folder(tmp_path, monkeypatch):
    (tmp_path / "samples").mkdir()
    monkeypatch.setattr("app.images.samples.static_dir", lambda: tmp_path)
    samples.load_samples.cache_clear()
    yield tmp_path / "samples"
    samples.load_samples.cache_clear()


def test_samples_are_listed_with_their_addresses(client, sample_folder):
    entry = {"id": "car", "title": "A car", "file": "car.jpg", "credit": "us", "license": "CC0-1.0"}
    (sample_folder / "samples.json").write_text(json.dumps([entry]))
    (sample,) = client.get("/api/v1/samples").json()
    assert sample.pop("url") == "/static/samples/car.jpg"
    assert sample == {k: v for k, v in entry.items() if k != "file"}


def test_without_samples_the_list_is_empty(client, sample_folder):
    assert client.get("/api/v1/samples").json() == []


def test_every_sample_that_ships_can_be_fetched_and_analysed(client):
    listed = client.get("/api/v1/samples").json()
    for sample in listed:
        picture = client.get(sample["url"])
        assert picture.status_code == 200
        assert client.post("/api/v1/analyses", content=picture.content).status_code == 201


def test_health(client):
    assert client.get("/api/v1/health/live").json()["status"] == "ok"
    assert client.get("/api/v1/health/ready").status_code == 200


@pytest.mark.parametrize(
    "path", ["/docs", "/static/js/pages/api-reference.js", "/static/css/api-reference.css"]
)
def test_the_description_is_served_by_the_app_itself(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.text.replace(HOST, "")  # what examples call the server
    assert "//" not in text.replace("// ", "").replace("http://www.w3.org", "")


def test_an_errors_type_leads_to_its_explanation(client):
    answer = client.get("/errors/busy", follow_redirects=True)
    assert answer.url.path == "/docs"
    assert answer.url.fragment == "error-busy"
    assert 'id="error-busy"' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/docs",
        "/static/js/pages/api-reference.js",
        "/api/v1/models",
        "/nope",
        "/api/v1/models/nope",
    ],
)
def test_every_answer_carries_the_headers_that_close_the_page(client, path):
    headers = client.get(path).headers
    for name in HEADERS:
        assert name in headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "path", ["/docs", "/static/js/pages/api-reference.js", "/api/v1/models", "/nope"]
)
def test_head_gives_the_headers_of_get_alone(client, path):
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))


def test_static_files_are_not_sent_twice(client):
    first = client.get("/static/js/pages/api-reference.js")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(
        "/static/js/pages/api-reference.js", headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304


def test_static_files_stay_in_their_folder(client):
    for path in (
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static//etc/passwd",
    ):
        assert client.get(path).status_code == 404
