"""A photo in, every layer out: the same numbers in every form."""

import asyncio
import io
import json

import numpy as np
import pytest
from PIL import Image

from app.http.application import create_app
from app.settings import Settings
from tests.app.conftest import LABELS, TestClient, picture_bytes

LAYERS = ["input", "conv1", "relu1", "pool1", "flatten", "fc1", "softmax"]


def address(analysis, layer=""):
    base = f"/api/v1/analyses/{analysis['id']}"
    return f"{base}/layers/{layer}" if layer else base


def test_a_multipart_upload_makes_an_analysis(client, photo):
    answer = client.post("/api/v1/analyses", files={"image": photo}, data={"model": "tiny"})
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["location"] == f"/api/v1/analyses/{body['id']}"
    assert body["model"] == "tiny"
    assert body["input"] == {
        "width": 40, "height": 30, "format": "PNG", "crop": [5.0, 0.0, 35.0, 30.0], "size": [8, 8],
    }  # fmt: skip
    assert [layer["name"] for layer in body["layers"]] == LAYERS
    assert [layer["op"] for layer in body["layers"]][:3] == ["input", "conv", "relu"]
    assert body["layers"][1]["shape"] == [4, 8, 8]
    scores = [p["score"] for p in body["predictions"]]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-5)
    assert {p["label"] for p in body["predictions"]} == set(LABELS)
    timings = body["timings_ms"]
    assert set(timings["layers"]) == set(LAYERS) - {"input"}
    stages = ("decode", "preprocess", "forward", "statistics")
    assert min(timings[stage] for stage in stages) > 0
    assert timings["total"] >= sum(timings[stage] for stage in stages) - 0.01


@pytest.mark.parametrize(
    "content_type", ["image/png", "image/anything", "application/octet-stream", None]
)
def test_a_bare_body_gives_the_same_analysis(client, photo, analysis, content_type):
    headers = {"content-type": content_type} if content_type else {}
    answer = client.post("/api/v1/analyses?model=tiny", content=photo, headers=headers)
    assert answer.status_code == 201
    assert answer.json() == analysis


def test_reading_an_analysis_again_gives_the_same_body(client, analysis):
    assert client.get(address(analysis)).json() == analysis


def test_another_photo_gets_another_id(client, analysis):
    other = client.post("/api/v1/analyses", files={"image": picture_bytes(seed=1)}).json()
    assert other["id"] != analysis["id"]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_form_holds_the_same_numbers(client, analysis, layer):
    at = address(analysis, layer)
    body = client.get(at).json()
    npy = np.load(io.BytesIO(client.get(f"{at}?format=npy").content), allow_pickle=False)
    npz = np.load(io.BytesIO(client.get(f"{at}?format=npz").content), allow_pickle=False)
    assert npy.dtype == np.dtype("<f4")
    assert npy.flags.c_contiguous
    assert list(npy.shape) == body["shape"]
    np.testing.assert_array_equal(np.array(body["data"], np.float32), npy)
    np.testing.assert_array_equal(npz[layer], npy)
    assert body["channels"] == list(range(len(npy)))
    assert body["stats"]["max"] == npy.max()
    assert body["stats"]["mean"] == pytest.approx(npy.mean(), abs=1e-5)
    assert body["stats"]["zero_fraction"] == pytest.approx((npy == 0).mean())


def test_scores_carry_labels_and_maps_do_not(client, analysis):
    assert client.get(address(analysis, "softmax")).json()["labels"] == list(LABELS)
    assert client.get(f"{address(analysis, 'fc1')}?channels=2,0").json()["labels"] == [
        "cloud",
        "apple",
    ]
    assert "labels" not in client.get(address(analysis, "conv1")).json()


def test_some_channels(client, analysis):
    at = address(analysis, "conv1")
    everything = np.array(client.get(at).json()["data"])
    some = client.get(f"{at}?channels=2-3,0").json()
    assert some["channels"] == [2, 3, 0]
    assert some["shape"] == [4, 8, 8]
    np.testing.assert_array_equal(some["data"], everything[[2, 3, 0]])


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_as_a_picture(client, analysis, layer):
    answer = client.get(f"{address(analysis, layer)}?format=png")
    assert answer.headers["content-type"] == "image/png"
    sheet = Image.open(io.BytesIO(answer.content))
    assert sheet.text["Title"] == layer
    assert len(sheet.convert("RGB").getcolors(100_000)) > 2


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/json"),
        ("application/x-npy", "application/x-npy"),
        ("image/png,*/*;q=0.5", "image/png"),
        ("image/*", "image/png"),
        ("application/x-npz;q=0.9, application/json;q=0.1", "application/x-npz"),
        ("text/html, application/json", "application/json"),
    ],
)
def test_the_accept_header_chooses(client, analysis, accept, content_type):
    answer = client.get(address(analysis, "conv1"), headers={"accept": accept})
    assert answer.headers["content-type"] == content_type
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    "path", ["", "/input", "/export", "/layers/conv1", "/layers/conv1?format=npy&channels=1"]
)
def test_what_the_client_has_already_is_not_sent_again(client, analysis, path):
    first = client.get(address(analysis) + path)
    tag = first.headers["etag"]
    again = client.get(address(analysis) + path, headers={"if-none-match": f'"x", {tag}'})
    assert (first.status_code, again.status_code) == (200, 304)
    assert again.content == b""
    assert again.headers["etag"] == tag
    assert (
        client.get(address(analysis) + path, headers={"if-none-match": '"x"'}).content
        == first.content
    )


def test_every_form_has_its_own_tag(client, analysis):
    at = address(analysis, "conv1")
    asked = [f"{at}?format={f}" for f in ("json", "npy", "npz", "png")] + [f"{at}?channels=1"]
    tags = {client.get(url).headers["etag"] for url in asked}
    assert len(tags) == 5


def test_the_input_is_shown_as_the_network_got_it(client, analysis):
    answer = client.get(f"{address(analysis)}/input")
    seen = np.asarray(Image.open(io.BytesIO(answer.content))).astype(np.float32)
    x = np.array(client.get(address(analysis, "input")).json()["data"], np.float32)
    mean, std = np.array([0.5, 0.4, 0.3]), np.array([0.25, 0.3, 0.2])
    np.testing.assert_allclose(((seen / 255 - mean) / std).transpose(2, 0, 1), x, atol=1e-5)


def test_export_as_json_is_the_analysis_with_every_layer(client, analysis):
    exported = json.loads(client.get(f"{address(analysis)}/export?format=json").content)
    layers = exported.pop("layers")
    assert exported == {k: v for k, v in analysis.items() if k != "layers"}
    assert layers == [client.get(address(analysis, name)).json() for name in LAYERS]


def test_export_as_npz_holds_every_layer(client, analysis):
    answer = client.get(f"{address(analysis)}/export?format=npz")
    assert f"convscope-{analysis['id']}.npz" in answer.headers["content-disposition"]
    arrays = np.load(io.BytesIO(answer.content), allow_pickle=False)
    assert list(arrays) == LAYERS
    for name in LAYERS:
        one = client.get(f"{address(analysis, name)}?format=npy").content
        np.testing.assert_array_equal(arrays[name], np.load(io.BytesIO(one)))


def test_the_oldest_analysis_goes_when_memory_is_needed(registry, photo):
    with TestClient(create_app(Settings(workers=1), registry)) as client:
        first = client.post("/api/v1/analyses", content=photo).json()
        one = client.app.state.services.analyses.get(first["id"]).nbytes
    settings = Settings(workers=1, max_analysis_cache_bytes=2 * one)
    with TestClient(create_app(settings, registry)) as client:
        made = [
            client.post("/api/v1/analyses", content=picture_bytes(seed=s)).json() for s in range(3)
        ]
        statuses = [client.get(address(a)).status_code for a in made]
        assert statuses == [404, 200, 200]
        problem = client.get(address(made[0], "conv1")).json()
        assert problem["type"] == "/errors/unknown-analysis"
        assert "upload the photo again" in problem["detail"]


def test_a_photo_is_never_written_to_disk(client, monkeypatch):
    def no_file(*_args, **_options):
        raise AssertionError("an upload went to a file")

    monkeypatch.setattr("tempfile.TemporaryFile", no_file)
    large = picture_bytes((900, 900))
    assert len(large) > 2**20
    assert client.post("/api/v1/analyses", files={"image": large}).status_code == 201


def test_a_photo_for_a_network_that_is_in_memory_takes_one_turn_on_one_thread(
    client, analysis, monkeypatch
):
    """Each turn more is a wait behind all others' photos, and one thread more that is woken."""
    turns = []
    executor = client.app.state.services.executor
    monkeypatch.setattr(executor, "observe", lambda *seconds: turns.append(seconds))
    monkeypatch.setattr(asyncio, "to_thread", lambda *_: pytest.fail("another thread"))
    for seed in range(60, 62):
        made = client.post("/api/v1/analyses", content=picture_bytes(seed=seed))
        assert made.status_code == 201
    assert len(turns) == 2


def test_routes_are_put_together_before_the_first_request(settings, registry, monkeypatch):
    app = create_app(settings, registry)
    with TestClient(app) as client:
        monkeypatch.setattr(
            "fastapi.routing._EffectiveRouteContext.from_api_route",
            lambda *_: pytest.fail("a route is put together now"),
        )
        assert client.get("/api/v1/health/live").status_code == 200
