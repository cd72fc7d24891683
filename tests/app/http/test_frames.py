"""POST /frames: the numbers of an analysis for one screen, of which nothing is kept."""

import io
import json

import numpy as np
import pytest
from safetensors.numpy import load

from app.analyses import frames
from tests.app.conftest import picture_bytes

FRAMES = "/api/v1/frames"


def post(client, photo, view=None, **fields):
    data = fields if view is None else {**fields, "view": json.dumps(view)}
    return client.post(FRAMES, files={"image": photo}, data=data)


def parts(answer):
    """The JSON and the arrays of a frame."""
    body = answer.content
    size = int.from_bytes(body[:8], "little")
    return json.loads(json.loads(body[8 : 8 + size])["__metadata__"]["frame"]), load(body)


def test_a_frame_has_the_numbers_of_an_analysis(client, photo, analysis):
    view = {
        "layers": [
            {"name": "conv1", "stats": True},
            {"name": "relu1", "channels": [2, 0]},
            {"name": "fc1"},
        ],
        "explain": {"layer": "conv1", "channel": 1, "y": 3, "x": 4},
        "pixels": True,
    }
    answer = post(client, photo, view)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.safetensors"
    frame, arrays = parts(answer)
    base = f"/api/v1/analyses/{analysis['id']}"
    for name, channels in (("conv1", ""), ("relu1", "&channels=2,0"), ("fc1", "")):
        url = f"{base}/layers/{name}?format=npz{channels}"
        kept = np.load(io.BytesIO(client.get(url).content))[name]
        assert arrays[f"layer/{name}"].dtype == np.float32
        np.testing.assert_array_equal(arrays[f"layer/{name}"], kept)
    assert arrays["pixels"].shape == (8, 8, 3)
    assert set(arrays) == {"layer/conv1", "layer/relu1", "layer/fc1", "pixels"}
    why = client.get(f"{base}/layers/conv1/explain?channel=1&y=3&x=4").json()
    assert frame.pop("explanation") == why
    whole = {layer["name"]: layer["stats"] for layer in analysis["layers"]}
    assert frame["layers"] == [
        {
            "name": name,
            "min": whole[name]["min"],
            "max": whole[name]["max"],
            "stats": whole[name] if name == "conv1" else None,
        }
        for name in ("conv1", "relu1", "fc1")
    ]
    for same in ("model", "input", "predictions", "output", "outputs"):
        assert frame[same] == analysis[same]
    assert "id" not in frame


def test_without_a_view_there_is_the_prediction_alone(client, photo, analysis):
    for answer in (post(client, photo), client.post(FRAMES, content=photo)):
        frame, arrays = parts(answer)
        assert frame["predictions"] == analysis["predictions"]
        assert (frame["layers"], frame["explanation"], arrays) == ([], None, {})


def test_a_layer_may_be_asked_for_its_key_figures_alone(client, photo, analysis):
    asked = {"name": "conv1", "channels": [], "stats": True}
    frame, arrays = parts(post(client, photo, {"layers": [asked]}))
    assert arrays["layer/conv1"].size == 0
    assert frame["layers"][0]["stats"] == analysis["layers"][1]["stats"]


def test_a_frame_has_its_crop_and_its_network(client, photo):
    asked = {"crop": "4,5,20,21"}
    made = client.post("/api/v1/analyses", files={"image": photo}, data=asked).json()
    frame, _ = parts(post(client, photo, **asked))
    assert frame["predictions"] == made["predictions"]
    refused = post(client, photo, model="none")
    assert (refused.status_code, refused.json()["type"]) == (404, "/errors/unknown-model")


def test_nothing_of_a_frame_is_kept(client, app):
    store = app.state.services.analyses
    before = len(store.cache), store.cache.nbytes, len(store._makers)
    for seed in range(100, 110):
        view = {"layers": [{"name": "conv1"}], "pixels": True}
        assert post(client, picture_bytes(seed=seed), view).status_code == 200
    assert (len(store.cache), store.cache.nbytes, len(store._makers)) == before


@pytest.mark.parametrize(
    ("view", "status", "kind"),
    [
        ({"layers": [{"name": "conv9"}]}, 404, "unknown-layer"),
        ({"explain": {"layer": "conv9", "unit": 0}}, 404, "unknown-layer"),
        ({"layers": [{"name": "conv1", "channels": [0, 4]}]}, 422, "invalid-request"),
        ({"explain": {"layer": "conv1", "unit": 0}}, 422, "invalid-request"),
        ({"explain": {"layer": "conv1", "channel": 0, "y": 8, "x": 0}}, 422, "invalid-request"),
        ({"layers": [{"name": "conv1", "channels": [-1]}]}, 422, "invalid-request"),
        ({"layers": [{"name": "conv1", "channels": ["0"]}]}, 422, "invalid-request"),
        ({"layers": [{"name": "conv1"}] * 1025}, 422, "invalid-request"),
        ({"layer": "conv1"}, 422, "invalid-request"),
        (7, 422, "invalid-request"),
    ],
)
def test_a_view_that_does_not_fit_is_refused(client, photo, view, status, kind):
    answer = post(client, photo, view)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/errors/{kind}")


def test_a_view_that_is_no_json_is_refused_with_its_place(client, photo):
    answer = client.post(FRAMES, files={"image": photo}, data={"view": "{"})
    assert answer.status_code == 422
    assert "view" in answer.text


def test_a_view_has_at_most_so_many_bytes(client, photo, monkeypatch):
    long = {"layers": [{"name": "x" * 1000}] * 70}
    assert post(client, photo, long).json()["type"] == "/errors/bad-upload"
    whole = {"layers": [{"name": "conv1"}]}
    monkeypatch.setattr(frames, "MOST_BYTES", 4 * 4 * 8 * 8)
    assert post(client, photo, whole).status_code == 200
    monkeypatch.setattr(frames, "MOST_BYTES", 4 * 4 * 8 * 8 - 1)
    answer = post(client, photo, whole)
    assert (answer.status_code, answer.json()["actual"]) == (422, 1024)


def test_pictures_are_checked_as_everywhere(client):
    answer = post(client, b"no picture")
    assert (answer.status_code, answer.json()["type"]) == (415, "/errors/not-an-image")
    assert client.post(FRAMES, files={"other": b"x"}).json()["type"] == "/errors/no-image"
