"""Layers of any rank: shown as maps or vectors, with every number at the same place on every way in
and out.
"""

import io

import numpy as np
import pytest

from app.http.application import create_app
from app.models.registry import Registry
from app.settings import Settings
from engine.network import Network, Node
from engine.ops import Conv2d, Dense, Flatten, Reshape, Transpose
from engine.preprocess import Preprocess
from tests.app.conftest import TestClient, picture_bytes

# The layer, its own shape, the shape that is shown.
LAYERS = {
    "groups": ([2, 3, 5, 4], [6, 5, 4]),
    "shuffled": ([3, 2, 5, 4], [6, 5, 4]),
    "tokens": ([20, 6], [1, 20, 6]),
    "deep": ([2, 3, 5, 2, 2], [30, 2, 2]),
}


def build_odd() -> Network:
    """Values of two, four and five axes between maps and scores, without a softmax at the end."""
    rng = np.random.default_rng(3)
    weight = rng.normal(0, 0.4, (6, 3, 3, 3)).astype(np.float32)
    dense = rng.normal(0, 0.3, (4, 120)).astype(np.float32)
    return Network(
        [
            Node("conv", Conv2d(weight, padding=(1, 1, 1, 1)), ("input",)),
            Node("groups", Reshape((0, 2, 3, 5, 4)), ("conv",)),
            Node("shuffled", Transpose((0, 2, 1, 3, 4)), ("groups",)),
            Node("deep", Reshape((0, 2, 3, 5, 2, 2)), ("groups",)),
            Node("maps", Reshape((0, 6, 5, 4)), ("shuffled",)),
            Node("rows", Reshape((0, 6, 20)), ("maps",)),
            Node("tokens", Transpose((0, 2, 1)), ("rows",)),
            Node("flat", Flatten(), ("tokens",)),
            Node("fc", Dense(dense, np.zeros(4, np.float32)), ("flat",)),
        ],
        inputs={"input": (3, 5, 4)},
        outputs=("fc", "deep"),
        preprocess=Preprocess(input_size=(3, 5, 4)),
    )


@pytest.fixture(scope="module")
def odd():
    return build_odd().freeze()


@pytest.fixture(scope="module")
def client(odd, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("odd"))
    settings = Settings(workers=2, time_limit=60, trainings_dir=folder, models_dir=folder)
    with TestClient(create_app(settings, Registry({"odd": lambda: odd}, "odd"))) as client:
        yield client


@pytest.fixture(scope="module")
def done(client):
    return client.post("/api/v1/analyses", content=picture_bytes((40, 50))).json()


@pytest.fixture
def get(client, done):
    def get(path, **params):
        answer = client.get(f"/api/v1/analyses/{done['id']}/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer

    return get


def load(answer):
    return np.load(io.BytesIO(answer.content))


@pytest.mark.parametrize("name", LAYERS)
def test_both_shapes_are_told(client, done, name):
    own, shown = LAYERS[name]
    described = client.get("/api/v1/models/odd").json()["layers"]
    for layers in (described, done["layers"]):
        layer = next(layer for layer in layers if layer["name"] == name)
        assert (layer["shape"], layer["native_shape"]) == (shown, own)
    conv = next(layer for layer in described if layer["name"] == "conv")
    assert (conv["shape"], conv["native_shape"]) == ([6, 5, 4], None)


@pytest.mark.parametrize("name", LAYERS)
def test_numbers_leave_in_the_shape_that_is_shown(get, name):
    _, shown = LAYERS[name]
    whole = load(get(f"layers/{name}", format="npy"))
    assert list(whole.shape) == shown
    exported = load(get("export", format="npz"))
    np.testing.assert_array_equal(exported[name], whole)
    last = shown[0] - 1
    some = get(f"layers/{name}", format="json", channels=str(last)).json()
    np.testing.assert_allclose(np.array(some["data"]), whole[last:], rtol=1e-6)
    assert get(f"layers/{name}", format="png").content[:4] == b"\x89PNG"


@pytest.mark.parametrize("name", [*LAYERS, "maps", "flat", "fc"])
def test_terms_lie_where_the_layer_before_shows_them(get, name):
    values = {
        n: load(get(f"layers/{n}", format="npy"))
        for n in ("conv", *LAYERS, "maps", "rows", "flat", "fc")
    }
    here = values[name]
    for place in np.random.default_rng(1).integers(0, here.size, 12):
        at = tuple(map(int, np.unravel_index(place, here.shape)))
        position = dict(zip(("channel", "y", "x") if len(at) == 3 else ("unit",), at, strict=True))
        why = get(f"layers/{name}/explain", **position).json()
        assert why["value"] == pytest.approx(float(here[at]), rel=1e-5)
        assert why["bias"] + sum(t["product"] for t in why["terms"]) == pytest.approx(
            why["value"], abs=1e-4
        )
        for term in why["terms"]:
            source = values[term["input"]]
            where = (term["unit"],) if source.ndim == 1 else (term["channel"], term["y"], term["x"])
            assert not term["padding"]
            assert term["value"] == pytest.approx(float(source[where]), rel=1e-5)


def test_the_way_back_goes_through_them(get, done):
    steps = get("layers/fc/strongest-path", unit=2).json()["steps"]
    assert [s["layer"] for s in steps] == [
        "fc", "flat", "tokens", "rows", "maps", "shuffled", "groups", "conv", "input",
    ]  # fmt: skip
    values = {s["layer"]: load(get(f"layers/{s['layer']}", format="npy")) for s in steps}
    for step in steps:
        assert step["value"] == pytest.approx(
            float(values[step["layer"]][tuple(step["index"].values())])
        )
        assert step["receptive_field"] is not None


def test_what_a_number_sees_is_what_moves_it(client, get):
    field = get("layers/shuffled/explain", channel=4, y=3, x=1).json()["receptive_field"]["input"]
    assert field == {"left": 0, "top": 2, "right": 3, "bottom": 5}
    effective = get("layers/shuffled/effective-receptive-field", channel=4, y=3, x=1).json()
    seen = np.array(effective["map"]) > 0
    assert seen[2:5, 0:3].all()
    assert seen.sum() == 9
    spans = client.get("/api/v1/models/odd/layers/shuffled/receptive-fields").json()
    assert spans["rows"][3] == [2, 5]
    assert spans["columns"][1] == [0, 3]


def test_positions_outside_are_refused(client, done):
    path = f"/api/v1/analyses/{done['id']}/layers/tokens/explain"
    assert client.get(path, params={"channel": 0, "y": 19, "x": 5}).status_code == 200
    for wrong in ({"channel": 1, "y": 0, "x": 0}, {"channel": 0, "y": 20, "x": 0}, {"unit": 3}):
        assert client.get(path, params=wrong).json()["type"] == "/errors/invalid-request"


def test_raw_scores_become_shares(done, client, get):
    assert done["output"] == "logits"
    scores = load(get("layers/fc", format="npy")).astype(np.float64)
    shares = np.exp(scores) / np.exp(scores).sum()
    assert [p["label"] for p in done["predictions"]] == [str(i) for i in np.argsort(-scores)]
    assert [p["score"] for p in done["predictions"]] == pytest.approx(sorted(shares)[::-1])
    assert client.get("/api/v1/models/odd").json()["output"] == "logits"


def test_changes_differences_and_maps_of_pixels_work_on_them(client, done):
    changed = client.post(
        f"/api/v1/analyses/{done['id']}/variants",
        json={"network": [{"layer": "conv", "filter": 2, "scale": 0}]},
    ).json()
    apart = client.get(f"/api/v1/analyses/{changed['id']}/difference").json()
    largest = {layer["name"]: layer["largest"] for layer in apart["layers"]}
    assert largest["input"] == 0
    assert largest["tokens"] > 0
    assert sum(p["score"] for p in apart["predictions"]) == pytest.approx(1)
    for method in ("saliency", "grad_cam"):
        answer = client.post(f"/api/v1/analyses/{done['id']}/attributions", json={"method": method})
        assert np.array(answer.json()["map"]).shape == (5, 4)
    refused = client.post(
        f"/api/v1/analyses/{done['id']}/attributions",
        json={"method": "grad_cam", "layer": "tokens"},
    )
    assert refused.json()["type"] == "/errors/invalid-request"


def test_a_training_step_shows_them_too(client, done):
    step = client.post(f"/api/v1/analyses/{done['id']}/training-step", json={"label": 1}).json()
    tokens = next(layer for layer in step["layers"] if layer["name"] == "tokens")
    assert tokens["shape"] == [1, 20, 6]
    gradient = client.get(
        f"/api/v1/steps/{step['id']}/values/tokens", params={"of": "gradient", "format": "npy"}
    )
    assert load(gradient).shape == (1, 20, 6)
    chain = client.get(
        f"/api/v1/steps/{step['id']}/activation-gradient/tokens",
        params={"channel": 0, "y": 7, "x": 3},
    ).json()
    assert chain["value"] == pytest.approx(float(load(gradient)[0, 7, 3]), rel=1e-4)
