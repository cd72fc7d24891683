"""Why this class, over HTTP: the engine's maps in every form, told of on the way, stopped when
nobody waits.
"""

import io
import json
import threading
import time

import httpx
import numpy as np
import pytest
from PIL import Image

from app.analyses.analysis import analyze
from app.images.decoding import Limits
from engine.attribution import METHODS, attribute
from tests.app.conftest import LABELS

FAST = {"integrated_gradients": {"steps": 8}, "smooth_grad": {"samples": 4}}


@pytest.fixture(scope="module")
def address(analysis):
    return f"/api/v1/analyses/{analysis['id']}/attributions"


@pytest.fixture(scope="module")
def x(tiny, photo):
    return analyze("tiny", tiny, photo, Limits(10**7, 10**7)).trace["input"]


def events(text):
    """(name, content) of each server-sent event."""
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_the_engines_map(client, address, tiny, x, method):
    options = FAST.get(method, {})
    answer = client.post(address, json={"method": method, "target": "bear", **options})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    expected = attribute(tiny, x, method, target="bear", **options)
    np.testing.assert_array_equal(np.array(found["map"], np.float32), expected.values)
    assert found["target"] == {"output": "softmax", "layer": "fc1", "unit": 1, "label": "bear"}
    assert found["score"] == pytest.approx(expected.score)
    assert found["layer"] == expected.layer
    assert found["options"] == dict(expected.options)
    assert found["sum"] == pytest.approx(float(expected.values.sum(dtype="f8")))


def test_the_best_class_is_asked_about_unless_told(client, address, analysis):
    found = client.post(address, json={"method": "saliency"}).json()
    assert found["target"]["label"] == analysis["predictions"][0]["label"]
    by_unit = client.post(address, json={"method": "saliency", "target": 2}).json()
    assert by_unit["target"]["label"] == LABELS[2]


def test_a_layer_may_be_chosen(client, address):
    found = client.post(address, json={"method": "grad_cam", "layer": "conv1"}).json()
    assert found["layer"] == "conv1"


def test_curves_come_with_a_random_orders(client, address, analysis):
    found = client.post(address, json={"method": "saliency", "curves": True}).json()
    curves, best = found["curves"], analysis["predictions"][0]["score"]
    for lines in (curves, curves["random"]):
        assert len(lines["deletion"]) == len(lines["insertion"]) == len(curves["fractions"])
        assert lines["deletion"][0] == pytest.approx(best, rel=1e-5)
        assert lines["insertion"][-1] == pytest.approx(best, rel=1e-5)
        area = np.trapezoid(lines["deletion"], curves["fractions"])
        assert lines["deletion_area"] == pytest.approx(area, rel=1e-5)


def test_as_an_array_and_as_a_picture(client, address):
    options = {"method": "input_x_gradient"}
    as_json = client.post(address, json=options).json()
    as_npy = client.post(address, json=options, headers={"Accept": "application/x-npy"})
    array = np.load(io.BytesIO(as_npy.content))
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, np.array(as_json["map"], np.float32))
    as_png = client.post(address, json=options, headers={"Accept": "image/png"})
    picture = Image.open(io.BytesIO(as_png.content))
    assert picture.size == (512, 512)
    assert picture.text["Title"].startswith("input_x_gradient: ")


def test_events_tell_how_far_it_is_and_end_with_the_result(client, address):
    options = {"method": "integrated_gradients", "steps": 200}
    answer = client.post(address, json=options, headers={"Accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = list(events(answer.text))
    *progress, (last, result) = told
    assert last == "result"
    assert result == {
        **client.post(address, json=options).json(),
        "timings_ms": result["timings_ms"],
    }
    assert progress
    assert {name for name, _ in progress} == {"progress"}
    done = [content["done"] for _, content in progress]
    assert done == sorted(done)
    assert progress[-1][1] == {"done": 200, "total": 200}


def test_a_full_server_refuses_before_the_events_begin(client, address, monkeypatch):
    monkeypatch.setattr(client.app.state.services.executor, "_capacity", 0)
    options = {"method": "saliency"}
    answer = client.post(address, json=options, headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.json()["type"]) == (503, "/errors/busy")
    assert answer.headers["retry-after"]


def test_a_request_that_cannot_be_met_ends_the_events_with_a_problem(client, address):
    options = {"method": "integrated_gradients", "steps": 10**6}
    answer = client.post(address, json=options, headers={"Accept": "text/event-stream"})
    ((name, problem),) = events(answer.text)
    assert name == "problem"
    assert problem["status"] == 422
    assert "Steps must be" in problem["detail"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "divination"}, "no method 'divination'"),
        ({"method": "saliency", "target": "giraffe"}, "no class 'giraffe'"),
        ({"method": "saliency", "target": 3}, "no score 3"),
        ({"method": "saliency", "layer": "conv1"}, "takes no layer"),
        ({"method": "saliency", "steps": 3}, "has no options"),
        ({"method": "grad_cam", "layer": "fc1"}, "has no maps"),
        ({"method": "grad_cam", "layer": "nowhere"}, "no layer 'nowhere'"),
        ({"method": "smooth_grad", "noise": 7}, "Noise must be"),
        ({"method": "saliency", "colour": "red"}, "colour"),
        ({}, "method"),
        ([], "body"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(client, address, options, words):
    answer = client.post(address, json=options)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_a_body_that_is_too_large_or_no_json(client, address):
    answer = client.post(address, content=b" " * 70_000)
    assert answer.status_code == 413
    assert answer.json()["type"] == "/errors/body-too-large"
    assert answer.json()["limit"] == 65_536
    assert client.post(address, content=b"{").status_code == 422
    assert client.post("/api/v1/analyses/nope/attributions", json={}).status_code == 404


def test_a_variant_is_explained_by_its_own_network(client, analysis, address):
    change = {"network": [{"layer": "fc1", "filter": 1, "scale": 2.0}]}
    variant = client.post(f"/api/v1/analyses/{analysis['id']}/variants", json=change).json()
    options = {"method": "input_x_gradient", "target": "bear"}
    plain = client.post(address, json=options).json()
    doubled = client.post(f"/api/v1/analyses/{variant['id']}/attributions", json=options).json()
    np.testing.assert_allclose(doubled["map"], 2 * np.array(plain["map"]), rtol=1e-5, atol=1e-7)


def test_when_the_client_goes_away_the_work_stops(server, photo, monkeypatch):
    """The method is made endless; it ends because nobody listens any more."""
    ended = threading.Event()

    def endless(*_args, tick, **_options):
        try:
            for step in range(10**6):
                tick(step, 10**6)
                time.sleep(0.005)
        finally:
            ended.set()

    monkeypatch.setattr("app.analyses.attributions.attribute", endless)
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as http:
        made = http.post("/analyses", files={"image": photo}).json()
        options, accept = {"method": "saliency"}, {"Accept": "text/event-stream"}
        path = f"/analyses/{made['id']}/attributions"
        with http.stream("POST", path, json=options, headers=accept) as answer:
            lines = answer.iter_lines()  # kept: letting it go closes the connection
            assert next(lines) == "event: progress"
            assert not ended.is_set()
    assert ended.wait(10)
