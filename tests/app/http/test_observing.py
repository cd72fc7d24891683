"""What whoever runs the server sees of it: a line for each request, figures; and what nobody else
sees.
"""

import json
import logging
import socket
import time

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.http.application import create_app
from app.http.observing.requests import LOGGER
from app.settings import Settings
from tests.app.conftest import RunningServer, TestClient, picture_bytes

TOKEN = "a-token-of-some-length"
KEY = "a-workspace-key-of-22-letters-and-more"


@pytest.fixture(scope="module")
def closed(registry, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("trainings"))
    settings = Settings(workers=2, time_limit=60, trainings_dir=folder, token=TOKEN)
    with TestClient(create_app(settings, registry), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


@pytest.fixture
def lines(caplog, monkeypatch):
    """The log's lines about requests, as they come."""
    monkeypatch.setattr(logging.getLogger(LOGGER), "propagate", True)
    caplog.set_level(logging.INFO, LOGGER)
    return lambda: [json.loads(record.message) for record in caplog.records]


def figures(text):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_each_request_is_a_line_with_its_id_and_route_but_not_its_address(client, lines, photo):
    made = client.post(
        "/api/v1/analyses",
        files={"image": ("holiday.png", photo)},
        headers={"Authorization": f"Bearer {KEY}"},
    )
    analysis = made.json()["id"]
    answers = [
        made,
        client.get(f"/api/v1/analyses/{analysis}/layers/conv1"),
        client.get("/static/css/base.css"),
        client.get(f"/nowhere/{analysis}"),
        client.head("/"),
    ]
    told = lines()
    assert [line["id"] for line in told] == [a.headers["x-request-id"] for a in answers]
    assert [(line["method"], line["route"], line["status"]) for line in told] == [
        ("POST", "/api/v1/analyses", 201),
        ("GET", "/api/v1/analyses/{id}/layers/{name}", 200),
        ("GET", "/static", answers[2].status_code),
        ("GET", "none", 404),
        ("HEAD", "/", 200),
    ]
    assert told[3]["reason"] == "not-found"
    assert set(told[0]["stages"]) == {"upload", "queue", "work", "json"}
    in_header = dict(part.split(";dur=") for part in made.headers["server-timing"].split(", "))
    assert {k: round(float(v), 1) for k, v in in_header.items()} == pytest.approx(
        told[0]["stages"], abs=0.11
    )
    assert told[2]["stages"] == {}
    assert "server-timing" not in answers[2].headers
    assert len({line["id"] for line in told}) == len(told)
    text = json.dumps(told)
    assert not [secret for secret in (analysis, KEY, "holiday", "conv1") if secret in text]


def test_a_photo_that_is_refused_at_the_door_is_seen_like_any_other_request(
    client, lines, photo, monkeypatch
):
    executor = client.app.state.services.executor
    monkeypatch.setattr(executor, "_pending", executor.capacity)
    path = "/api/v1/models/{id}/preprocessing"
    refused = client.post(path.replace("{id}", "everyday"), content=photo)
    (line,) = lines()
    assert (line["route"], line["status"], line["reason"]) == (path, 503, "busy")
    assert line["id"] == refused.json()["request_id"] == refused.headers["x-request-id"]
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["x-content-type-options"] == "nosniff"


def test_an_error_that_nobody_expects_is_found_by_its_id(client, lines, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("app.http.routes.health.json_response", broken)
    answer = client.get("/api/v1/health/live")
    (line,) = [line for line in lines() if "route" in line]
    assert (line["status"], line["reason"], line["error"]) == (
        500,
        "internal-error",
        "ZeroDivisionError",
    )
    assert line["id"] == answer.headers["x-request-id"] == answer.json()["request_id"]
    assert "secret" not in json.dumps(line) + answer.text


def test_figures_need_the_token_of_a_closed_server_and_are_not_on_an_open_one(closed, client):
    assert client.get("/metrics").status_code == 404
    assert closed.get("/metrics", headers={"Authorization": ""}).status_code == 401
    assert closed.get("/metrics").status_code == 200


def test_figures_count_requests_refusals_work_and_caches(closed):
    before = figures(closed.get("/metrics").text)
    photo = picture_bytes(seed=77)
    for _ in range(2):
        assert closed.post("/api/v1/analyses", content=photo).status_code == 201
    assert closed.post("/api/v1/analyses", content=b"no picture").status_code == 415
    after = figures(closed.get("/metrics").text)

    def more(*key):
        return after[key] - before.get(key, 0)

    where = (("method", "POST"), ("route", "/api/v1/analyses"))
    assert more("convscope_requests_total", *where, ("status", "201")) == 2
    assert more("convscope_requests_total", *where, ("status", "415")) == 1
    assert more("convscope_refusals_total", ("reason", "not-an-image")) == 1
    assert more("convscope_request_seconds_count", ("route", "/api/v1/analyses")) == 3
    for stage in ("queue", "work"):  # what is remembered takes none
        assert more("convscope_work_seconds_count", ("stage", stage)) == 2
    cache = ("cache", "analyses")
    assert more("convscope_cache_lookups_total", cache, ("found", "yes")) == 1
    assert more("convscope_cache_lookups_total", cache, ("found", "no")) == 2
    assert more("convscope_cache_bytes", cache) > 0
    assert after["convscope_cache_limit_bytes", cache] == 512 * 2**20
    assert after["convscope_tasks",] == 0
    assert after["convscope_process_resident_memory_bytes",] > 0


def test_a_port_of_this_machine_has_the_figures_of_an_open_server(registry, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        port=0, workers=1, log_level="error", trainings_dir=str(tmp_path), metrics_port=port
    )
    with RunningServer(settings, registry) as server:
        assert httpx.get(f"{server.url}/api/v1/health/live").status_code == 200
        where = (("method", "GET"), ("route", "/api/v1/health/live"), ("status", "200"))
        end = time.monotonic() + 20
        while True:  # a request is counted a moment after its answer
            found = figures(httpx.get(f"http://127.0.0.1:{port}/metrics").text)
            if ("convscope_requests_total", *where) in found:
                break
            assert time.monotonic() < end
        assert found["convscope_requests_total", *where] == 1
        figures_url = f"http://127.0.0.1:{port}/metrics"
        for host, status in (("localhost:1", 200), ("[::1]", 200), ("elsewhere.example", 421)):
            answer = httpx.get(figures_url, headers={"Host": host})
            assert (answer.status_code, bool(answer.content)) == (status, status == 200)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")


def test_nothing_leaves_the_host_whatever_opentelemetrys_variables_say(
    registry, tmp_path, monkeypatch, photo, caplog
):
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example.org:4318")
    reached = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: reached.append(address))
    settings = Settings(workers=1, trainings_dir=str(tmp_path))
    with TestClient(create_app(settings, registry)) as client:
        assert client.post("/api/v1/analyses", content=photo).status_code == 201
        assert not client.app._native_telemetry.enabled()
    assert reached == []
    assert "OpenTelemetry" not in caplog.text
    # With the setting the same variables count: here they name an exporter that is not installed.
    with TestClient(create_app(settings.model_copy(update={"telemetry": True}), registry)):
        assert "OpenTelemetry" in caplog.text
