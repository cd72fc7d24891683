"""What if: an analysis with something changed is an analysis like any other, and only what has to
be is computed again.
"""

import asyncio
import io

import numpy as np
import pytest

from app.analyses.analysis import Changes, analyze
from app.analyses.store import AnalysisStore
from app.analyses.variants import vary
from app.errors import UnknownAnalysis
from app.execution.executor import WorkExecutor
from app.http.application import create_app
from app.images.decoding import Limits
from app.images.edits import PhotoChanges
from app.settings import Settings
from engine.edits import ScaleFilter, SetWeight
from tests.app.conftest import TestClient, picture_bytes, run_coroutine

LIMITS = Limits(10**7, 10**7)
OFF = {"layer": "conv1", "filter": 1, "scale": 0}


@pytest.fixture(scope="module")
def original(tiny):
    return analyze("tiny", tiny, picture_bytes(), LIMITS)


@pytest.fixture
def ask(client, analysis):
    """Ask for a variant of the photo's analysis."""
    return lambda **changes: client.post(
        f"/api/v1/analyses/{analysis['id']}/variants", json=changes
    )


def numbers(client, analysis_id, layer):
    answer = client.get(f"/api/v1/analyses/{analysis_id}/layers/{layer}?format=npy")
    return np.load(io.BytesIO(answer.content))


def test_a_filter_off(client, analysis, ask):
    answer = ask(network=[OFF])
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["location"] == f"/api/v1/analyses/{body['id']}"
    assert body["id"] != analysis["id"]
    assert body["original"] == analysis["id"]
    assert body["changes"] == {"photo": {}, "network": [OFF]}
    assert body["input"] == analysis["input"]
    assert client.get(f"/api/v1/analyses/{body['id']}").json() == body
    before, after = (numbers(client, i, "conv1") for i in (analysis["id"], body["id"]))
    assert (after[1] == 0).all()
    np.testing.assert_array_equal(np.delete(after, 1, 0), np.delete(before, 1, 0))
    np.testing.assert_array_equal(
        numbers(client, body["id"], "input"), numbers(client, analysis["id"], "input")
    )
    assert body["predictions"] != analysis["predictions"]


def test_an_analysis_that_is_no_variant_says_nothing_of_one(analysis):
    assert analysis.keys() == {
        "id",
        "model",
        "input",
        "layers",
        "predictions",
        "output",
        "outputs",
        "timings_ms",
    }


def test_no_change_gives_the_same_numbers(client, analysis, ask):
    body = ask().json()
    assert body["layers"] == analysis["layers"]
    assert body["predictions"] == analysis["predictions"]
    assert set(body["timings_ms"]["layers"].values()) == {0.0}
    assert body["changes"] == {"photo": {}, "network": []}


def test_the_same_changes_give_the_same_id(ask):
    assert ask(network=[OFF], photo={}).json() == ask(network=[{**OFF, "scale": 0.0}]).json()
    other = ask(network=[{**OFF, "scale": 0.5}]).json()
    assert other["id"] != ask(network=[OFF]).json()["id"]


@pytest.mark.parametrize(("layer", "factor"), [("conv1", 0.25), ("conv1", 3.0), ("fc1", -0.7)])
def test_a_scaled_filter_is_the_map_times_the_factor(original, layer, factor):
    variant = vary(original, Changes(PhotoChanges(), (ScaleFilter(layer, 2, factor),)), "varied")
    expected = original.trace[layer][0, 2] * np.float32(factor)
    # A power of two scales every rounding with it; other factors may round the last bit of each
    # term anew.
    np.testing.assert_allclose(
        variant.trace[layer][0, 2], expected, rtol=0 if factor == 0.25 else 1e-5, atol=1e-6
    )


def test_what_comes_before_a_change_is_the_very_same(original):
    edit = SetWeight("fc1", 0, 5, None, None, 2.0)
    variant = vary(original, Changes(PhotoChanges(), (edit,)), "varied")
    same = [name for name in original.trace if variant.trace[name] is original.trace[name]]
    assert same == ["input", "conv1", "relu1", "pool1", "flatten"]
    for before, after in zip(original.layers[:5], variant.layers, strict=False):
        assert after is before
    assert variant.network.node("conv1").op is original.network.node("conv1").op
    assert variant.nbytes > original.nbytes  # the edited weights are its own


@pytest.mark.parametrize(
    "photo",
    [
        PhotoChanges(),
        PhotoChanges(shift=(3, -2), rotate=20.0, blur=0.5, occlude=((1, 1, 4, 3),)),
    ],
)
def test_a_variant_equals_a_whole_run_bit_for_bit(original, photo):
    edits = (ScaleFilter("conv1", 0, 0.5), SetWeight("fc1", 1, 7, None, None, -1.0))
    variant = vary(original, Changes(photo, edits), "varied")
    whole = variant.network.forward(variant.trace["input"])
    for name in whole:
        np.testing.assert_array_equal(variant.trace[name], whole[name], err_msg=name)


@pytest.mark.parametrize(
    "where", ["conv1/explain?channel=1&y=2&x=3", "pool1/explain?channel=1&y=1&x=1", "fc1/explain?unit=1"]
)  # fmt: skip
def test_explanations_add_up_with_the_weights_that_were_changed(client, ask, where):
    edits = [
        {"layer": "conv1", "filter": 1, "channel": 2, "y": 0, "x": 1, "weight": 1.75},
        {"layer": "fc1", "filter": 1, "channel": 5, "weight": -2.5},
    ]
    body = ask(network=edits).json()
    assert body["changes"]["network"] == edits
    why = client.get(f"/api/v1/analyses/{body['id']}/layers/{where}").json()
    if why["rule"] == "weighted_sum":
        total = why["bias"] + sum(term["product"] for term in why["terms"])
        assert total == pytest.approx(why["value"], rel=1e-4, abs=1e-5)
        assert {1.75, -2.5} & {term["weight"] for term in why["terms"]}
    layer, _, query = where.partition("/explain?")
    index = tuple(int(part.split("=")[1]) for part in query.split("&"))
    assert why["value"] == pytest.approx(float(numbers(client, body["id"], layer)[index]))


def test_a_changed_photo_is_what_the_input_shows(client, ask):
    body = ask(photo={"shift": [2, 0], "occlude": [[0, 0, 3, 8]]}).json()
    assert body["changes"]["photo"] == {"shift": [2, 0], "occlude": [[0, 0, 3, 8]]}
    shown = client.get(f"/api/v1/analyses/{body['id']}/input")
    assert shown.status_code == 200
    x = numbers(client, body["id"], "input")
    np.testing.assert_allclose(x[:, :, :3], 0, atol=0.501 / 255 / 0.2)  # half a step of a pixel


def test_what_a_number_sees_moves_with_the_photo(client, analysis, ask):
    where = "layers/conv1/explain?channel=0&y=4&x=4"
    body = ask(photo={"shift": [2, -1]}).json()
    before, after = (
        client.get(f"/api/v1/analyses/{i}/{where}").json()["receptive_field"]
        for i in (analysis["id"], body["id"])
    )
    assert after["input"] == before["input"]
    pixel = 30 / 8  # of the photo, in one of the input
    moved = {"left": -2 * pixel, "right": -2 * pixel, "top": pixel, "bottom": pixel}
    for side, way in moved.items():
        assert after["photo"][side] == pytest.approx(before["photo"][side] + way)


def test_a_variant_of_a_variant_is_refused_and_the_original_named(client, analysis, ask):
    variant = ask(network=[OFF]).json()["id"]
    answer = client.post(f"/api/v1/analyses/{variant}/variants", json={})
    assert answer.status_code == 422
    assert analysis["id"] in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": [{"layer": "pool1", "filter": 0, "scale": 0}]}, "change those of 'conv1'"),
        ({"network": [{"layer": "conv1", "filter": 4, "scale": 0}]}, "there are 0 to 3"),
        ({"network": [{"layer": "nowhere", "filter": 0, "scale": 0}]}, "no layer 'nowhere'"),
        ({"network": [{"layer": "conv1", "filter": 0}]}, "either scale"),
        ({"network": [{**OFF, "scale": 1e9}]}, "less than or equal"),
        ({"network": [OFF] * 257}, "at most 256"),
        ({"photo": {"shift": [9, 0]}}, "body.photo.shift.0"),
        ({"photo": {"shift": [1.5, 0]}}, "integer"),
        ({"photo": {"rotate": 181}}, "body.photo.rotate"),
        ({"photo": {"blur": -1}}, "body.photo.blur"),
        ({"photo": {"occlude": [[0, 0, 1, 1]] * 513}}, "at most 512"),
        ({"phoot": {}}, "body.phoot"),
    ],
)
def test_changes_that_cannot_be_made_are_refused_in_words(ask, changes, words):
    answer = ask(**changes)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_a_body_beyond_64_kib_is_refused(client, analysis):
    address = f"/api/v1/analyses/{analysis['id']}/variants"
    answer = client.post(address, content=b" " * (64 * 1024 + 1))
    assert (answer.status_code, answer.json()["type"]) == (413, "/errors/body-too-large")


def test_the_same_variant_asked_twice_at_once_is_computed_once(original, monkeypatch):
    runs = []

    def counted(*args):
        runs.append(args)
        return vary(*args)

    async def both():
        executor = WorkExecutor(2, 10, 60)
        analyses = AnalysisStore(executor, LIMITS, 10**7)
        changes = Changes(PhotoChanges(), (ScaleFilter("conv1", 0, 0.0),))
        with pytest.raises(UnknownAnalysis):  # the original was deleted meanwhile
            await analyses.vary(original, changes)
        analyses.keep(original)
        one, other = await asyncio.gather(*(analyses.vary(original, changes) for _ in range(2)))
        assert one is other
        assert analyses.get(one.id) is one
        assert len(runs) == 1
        elsewhere = AnalysisStore(executor, LIMITS, 10**7)
        elsewhere.keep(original)
        # Whoever knows the original and the changes does not know the id: a secret is in it.
        assert (await elsewhere.vary(original, changes)).id != one.id
        executor.close()

    monkeypatch.setattr("app.analyses.store.vary", counted)
    run_coroutine(both())


@pytest.mark.parametrize(
    ("changes", "room", "status"),
    [
        ({"network": [{"layer": "fc1", "filter": 0, "scale": 0}]}, 1.3, 201),
        ({"network": [{"layer": "conv1", "filter": 0, "scale": 0}]}, 1.3, 507),
        ({"photo": {"shift": [1, 0]}}, 1.3, 507),
        ({"photo": {"shift": [1, 0]}}, 2.1, 201),
    ],
)
def test_a_variant_never_sends_its_original_away(registry, photo, changes, room, status):
    """Where the values of a network take more than half of the memory, too: what both share is kept
    once.
    """
    with TestClient(create_app(Settings(workers=1), registry)) as client:
        first = client.post("/api/v1/analyses", content=photo).json()
        one = client.app.state.services.analyses.get(first["id"]).nbytes
    settings = Settings(workers=1, max_analysis_cache_bytes=int(room * one))
    with TestClient(create_app(settings, registry)) as client:
        original = client.post("/api/v1/analyses", content=photo).json()["id"]
        answer = client.post(f"/api/v1/analyses/{original}/variants", json=changes)
        assert answer.status_code == status, answer.text
        assert client.get(f"/api/v1/analyses/{original}").status_code == 200
        if status == 201:
            assert client.get(f"/api/v1/analyses/{answer.json()['id']}").status_code == 200
        else:
            problem = answer.json()
            assert problem["type"] == "/errors/no-room"
            assert problem["limit"] == int(room * one) < problem["actual"]
            assert "CONVSCOPE_MAX_ANALYSIS_CACHE_BYTES" in problem["detail"]


def test_a_step_without_room_for_the_network_after_it_says_so(registry, photo):
    with TestClient(create_app(Settings(workers=1), registry)) as client:
        first = client.post("/api/v1/analyses", content=photo).json()
        services = client.app.state.services
        one = services.analyses.get(first["id"]).nbytes
        services.analyses.cache.max_bytes = int(1.3 * one)
        answer = client.post(f"/api/v1/analyses/{first['id']}/training-step", json={"label": 1})
        assert (answer.status_code, answer.json()["type"]) == (507, "/errors/no-room")
        assert client.get(f"/api/v1/analyses/{first['id']}").status_code == 200
