"""Trainings over HTTP: begun, followed, told what to do, looked at, downloaded, bounded."""

import itertools
import json
import time
import tracemalloc

import httpx
import numpy as np
import onnxruntime
import pytest

from app.learning.runs import manager
from app.learning.runs.config import MAX_STEPS
from app.learning.runs.metrics_log import MetricsLog, cut_file
from app.settings import Settings
from engine.formats import safetensors
from tests.app.archives import packed
from tests.app.conftest import RunningServer, picture_bytes

TINY = {
    "dataset": "shapes",
    "layers": [
        {"kind": "conv", "filters": 2, "kernel": 3, "stride": 2, "padding": 1},
        {"kind": "relu"},
        {"kind": "maxpool", "kernel": 4, "stride": 4},
    ],
    "batch_size": 128,
    "epochs": 2,
}
LONG = {**TINY, "batch_size": 16, "epochs": 500}
TERMINAL_STATES = ("finished", "stopped", "failed")


@pytest.fixture(scope="module")
def server(registry, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("trainings"))
    settings = Settings(
        port=0, workers=2, log_level="error", time_limit=60, trainings_dir=folder, max_trainings=2
    )
    with RunningServer(settings, registry) as running:
        yield running


@pytest.fixture(scope="module")
def api(server):
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=60) as client:
        yield client


def begin(api, options=TINY, **more):
    answer = api.post("/trainings", json={**options, **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/v1/trainings/{answer.json()['id']}"
    return answer.json()["id"]


def read(api, run):
    return api.get(f"/trainings/{run}").json()


def tell(api, run, command, **options):
    return api.post(f"/trainings/{run}/{command}", json=options)


def wait(api, run, holds, seconds=240):
    end = time.monotonic() + seconds
    while not holds(now := read(api, run)):
        assert time.monotonic() < end, now["status"]
        time.sleep(0.05)
    return now


def events(api, run, until, **query):
    """(name, id, content) of a stream's events up to the first one for which ``until`` holds."""
    found, event = [], {}
    with api.stream("GET", f"/trainings/{run}/events", params=query) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line:
                field, _, value = line.partition(": ")
                event[field] = value
            elif "data" in event:  # a blank line ends an event
                found.append((event["event"], int(event["id"]), json.loads(event["data"])))
                event = {}
                if until(found[-1][0], found[-1][2]):
                    return found
    return found


@pytest.fixture(scope="module")
def finished(api):
    run = begin(api)
    return wait(api, run, lambda now: now["status"] in TERMINAL_STATES)


def test_a_training_goes_to_its_end(finished):
    assert finished["status"] == "finished", finished["problem"]
    assert finished["step"] == finished["steps"] == 2 * -(-2700 // 128)
    assert [point[0] for point in finished["batches"]] == list(range(1, finished["steps"] + 1))
    assert [record["epoch"] for record in finished["history"]] == [1, 2]
    assert finished["history"][1]["validation_accuracy"] is not None
    assert finished["parameters"] == sum(layer["parameters"] for layer in finished["layers"])


def test_its_network_is_a_model_like_others(api, finished):
    listed = {model["id"]: model for model in api.get("/models").json()["models"]}
    assert listed[finished["model"]]["training"] == finished["id"]
    picture = api.get("/datasets/shapes/pictures/7").content
    for model in (finished["model"], f"{finished['model']}@{finished['step']}"):
        analysis = api.post("/analyses", params={"model": model}, content=picture)
        assert analysis.status_code == 201, analysis.text
        assert [layer["name"] for layer in analysis.json()["layers"]][1:4] == [
            "conv1",
            "relu1",
            "pool1",
        ]
    assert api.get(f"/models/{finished['model']}@99999").status_code == 404


def test_a_training_and_its_networks_are_renamed_together(api, finished):
    model = finished["model"]
    for path in (model, f"{model}@{finished['step']}"):
        name = f"Shapes, {path}"
        answer = api.patch(f"/models/{path}", json={"name": name})
        assert (answer.status_code, answer.json()["title"]) == (200, name)
        assert read(api, finished["id"])["name"] == name
    listed = {model["id"]: model for model in api.get("/models").json()["models"]}
    told = listed[model]
    assert (told["title"], told["origin"], told["dataset"]) == (name, "trained", "Shapes")
    assert abs(told["created"] - time.time()) < 3600
    assert api.delete(f"/models/{model}").status_code == 403  # it goes with its training


def test_what_it_reads_wrong(api, finished):
    found = api.get(f"/trainings/{finished['id']}/evaluation").json()
    confusion = np.array(found["confusion_matrix"])
    assert confusion.sum() == 304
    assert found["accuracy"] == pytest.approx(np.trace(confusion) / confusion.sum())
    assert found["accuracy"] == pytest.approx(finished["history"][-1]["validation_accuracy"])
    shares = [mistake["probability"] for mistake in found["mistakes"]]
    assert shares == sorted(shares, reverse=True)
    assert all(mistake["label"] != mistake["prediction"] for mistake in found["mistakes"])
    assert found["model"] == f"{finished['model']}@{finished['step']}"


def test_few_pictures_a_class(api):
    """One of four is held out; of single ones nothing can be, and the training goes on all the
    same.
    """
    for count, held_out in ((4, 1), (1, 0)):
        files = {
            f"{k}/{i}.png": picture_bytes(seed=9 * k + i) for k in range(3) for i in range(count)
        }
        made = api.post("/datasets", content=packed(files)).json()
        assert made["pictures_per_class"] == [count] * 3
        run = wait(
            api,
            begin(api, {**TINY, "dataset": made["id"]}),
            lambda now: now["status"] in TERMINAL_STATES,
        )
        assert run["status"] == "finished", run["problem"]
        assert run["training_pictures"] == 3 * (count - held_out)
        assert run["validation_pictures"] == 3 * held_out
        accuracies = [record["validation_accuracy"] for record in run["history"]]
        assert [accuracy is None for accuracy in accuracies] == [not held_out] * 2
        found = api.get(f"/trainings/{run['id']}/evaluation").json()
        assert found["validation_pictures"] == 3 * held_out
        assert (found["accuracy"] is None) == (not held_out)


def test_batches_of_one(api):
    run = wait(
        api,
        begin(api, {**TINY, "batch_size": 1, "paused": True}),
        lambda now: now["status"] == "paused",
    )
    assert run["steps"] == 2 * run["training_pictures"]
    tell(api, run["id"], "stop")
    layers = [*TINY["layers"], {"kind": "batchnorm"}]
    refused = api.post("/trainings", json={**TINY, "layers": layers, "batch_size": 1})
    assert refused.status_code == 422
    assert "two pictures or more" in refused.json()["detail"]
    assert "batch_size" in refused.json()["detail"]


def test_both_downloads_read_as_the_server_does(api, finished):
    address = f"/trainings/{finished['id']}/model"
    network = safetensors.load(api.get(address, params={"format": "safetensors"}).content)
    x = np.random.default_rng(0).normal(size=(2, 3, 32, 32)).astype(np.float32)
    told = network.forward(x)["softmax"]
    session = onnxruntime.InferenceSession(api.get(address, params={"format": "onnx"}).content)
    (other,) = session.run(None, {session.get_inputs()[0].name: x})
    np.testing.assert_allclose(other, told, rtol=1e-4, atol=1e-6)
    assert api.get(address, params={"format": "png"}).status_code == 406


def test_what_is_over_cannot_go_on(api, finished):
    for command in ("pause", "resume", "advance", "stop"):
        answer = tell(api, finished["id"], command)
        assert answer.status_code == 409
        assert answer.json()["type"] == "/errors/wrong-state"


def test_a_step_at_a_time(api):
    run = begin(api, LONG, paused=True)
    wait(api, run, lambda now: now["status"] == "paused")
    assert read(api, run)["step"] == 0
    now = tell(api, run, "advance").json()
    assert (now["status"], now["step"]) == ("paused", 1)
    now = tell(api, run, "advance", batches=3).json()
    assert (now["status"], now["step"]) == ("paused", 4)
    assert [point[0] for point in now["batches"]] == [1, 2, 3, 4]
    assert tell(api, run, "advance", batches=0).status_code == 422
    assert tell(api, run, "resume", speed=None).json()["status"] == "running"
    assert tell(api, run, "advance").status_code == 409
    now = tell(api, run, "pause").json()
    assert now["status"] == "paused"
    next_step = api.get(f"/trainings/{run}/next-step").json()
    assert next_step["step"] == now["step"] + 1
    assert not next_step["applied"]
    after = tell(api, run, "advance").json()
    again = api.get(f"/trainings/{run}/next-step", params={"step": next_step["step"]}).json()
    assert again["applied"]
    losses = [picture["loss"] for picture in again["pictures"]]
    assert after["batches"][-1][1] == pytest.approx(np.mean(losses), rel=1e-4)
    now = tell(api, run, "reset").json()
    assert (now["status"], now["step"], now["batches"], now["history"]) == ("paused", 0, [], [])
    assert api.delete(f"/trainings/{run}").status_code == 204
    assert read(api, run)["type"] == "/errors/unknown-training"


def test_the_step_to_come_waits_for_the_batches_before_it(api, monkeypatch):
    """On a busy machine a command is answered before it is done; this one was then a 409."""
    run = begin(api, LONG, paused=True)
    monkeypatch.setattr(manager, "_ANSWER", 0.001)
    assert tell(api, run, "advance", batches=20).status_code == 200
    answer = api.get(f"/trainings/{run}/next-step")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["step"], answer.json()["applied"]) == (21, False)
    assert tell(api, run, "advance", batches=5).status_code == 200
    assert tell(api, run, "advance", batches=5).status_code == 200  # comes after the one before
    assert api.get(f"/trainings/{run}/next-step").json()["step"] == 31
    api.delete(f"/trainings/{run}")


def test_a_training_that_is_over_is_inspected_from_where_it_ended(api, finished):
    last = api.get(f"/trainings/{finished['id']}/next-step").json()
    assert (last["step"], last["applied"]) == (finished["steps"], True)
    assert last["loss"]["mean"] == pytest.approx(finished["batches"][-1][1], rel=1e-4)
    run = begin(api, LONG, paused=True)
    tell(api, run, "advance", batches=3)
    tell(api, run, "stop")
    to_come = api.get(f"/trainings/{run}/next-step").json()
    assert (to_come["step"], to_come["applied"]) == (4, False)
    api.delete(f"/trainings/{run}")


def test_a_speed_is_kept(api):
    run = begin(api, LONG, speed=5)
    first = wait(api, run, lambda now: now["step"] >= 1)["step"]
    began = time.monotonic()
    done = wait(api, run, lambda now: now["step"] >= first + 8)["step"] - first
    assert done <= 5 * (time.monotonic() - began) + 2
    assert tell(api, run, "stop").json()["status"] == "stopped"


def test_events_tell_everything_once(api):
    run = begin(api)
    found = events(api, run, lambda name, content: content.get("status") in TERMINAL_STATES)
    assert found[0][0] == "state"
    steps = [
        point[0] for name, _, content in found if name == "batches" for point in content["batches"]
    ]
    assert steps == list(range(1, 2 * -(-2700 // 128) + 1))
    assert [content["epoch"] for name, _, content in found if name == "epoch"] == [1, 2]
    assert all(number == content["step"] for name, number, content in found if name == "batches")


def test_head_of_the_events_ends_while_the_training_goes_on(api):
    run = begin(api, LONG)
    try:
        answer = api.head(f"/trainings/{run}/events", timeout=20)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert read(api, run)["status"] not in TERMINAL_STATES
    finally:
        tell(api, run, "stop")


def test_events_go_on_where_a_lost_connection_ended(api, finished):
    last = finished["steps"]
    found = events(api, finished["id"], lambda name, _: name == "batches", last_event_id=last - 3)
    assert found[0][0] == "state"
    assert [point[0] for point in found[-1][2]["batches"]] == [last - 2, last - 1, last]


def test_one_visitor_follows_trainings_in_so_many_streams(api, server, finished, monkeypatch):
    monkeypatch.setattr(server.app.state.services.streams, "_at_once", 2)  # of which half

    def status():
        with api.stream("GET", f"/trainings/{finished['id']}/events") as stream:
            return stream.status_code

    def until_none_is_left():  # the server has yet to hear that earlier ones are gone
        end = time.monotonic() + 60
        while server.app.state.services.streams._under_way:
            assert time.monotonic() < end
            time.sleep(0.02)

    until_none_is_left()
    with api.stream("GET", f"/trainings/{finished['id']}/events") as stream:
        lines = stream.iter_lines()  # kept: letting it go closes the connection
        assert next(lines) == "event: state"
        assert status() == 429
    until_none_is_left()
    assert status() == 200


def test_a_quiet_stream_says_that_it_is_still_there(api, finished, monkeypatch):
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.1)
    with api.stream("GET", f"/trainings/{finished['id']}/events") as stream:
        assert any(line.startswith(":") for line in stream.iter_lines())


def test_the_server_stops_though_somebody_listens(registry, tmp_path):
    settings = Settings(port=0, workers=1, log_level="error", trainings_dir=str(tmp_path))
    with RunningServer(settings, registry) as running, httpx.Client(timeout=60) as client:
        base = f"{running.url}/api/v1/trainings"
        run = client.post(base, json={**TINY, "paused": True}).json()["id"]
        with client.stream("GET", f"{base}/{run}/events") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: state"
            running.server.should_exit = True
            assert list(lines)  # to the end of the stream


def test_paused_ones_make_room_and_others_do_not(api):
    resting = begin(api, LONG, paused=True)
    wait(api, resting, lambda now: now["status"] == "paused")
    first, second = begin(api, LONG, speed=20), begin(api, LONG, speed=20)
    refused = api.post("/trainings", json=LONG)
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert refused.json()["limit"] == 2
    for run in (first, second):
        tell(api, run, "stop")
    now = tell(api, resting, "advance").json()
    assert (now["status"], now["step"]) == ("paused", 1)
    api.delete(f"/trainings/{resting}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"layers": [{"kind": "maxpool", "kernel": 8, "stride": 8}] * 3},
        {"layers": [{"kind": "spoon"}]},
        {"optimiser": "magic"},
        {"epochs": 0},
        {"batch_size": 2, "epochs": 1000},
        {"architecture": "everyday", "layers": None},
        {"layers": [], "architecture": "everyday"},
    ],
)
def test_an_impossible_config_is_refused(api, wrong):
    answer = api.post("/trainings", json={**TINY, **wrong})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/errors/invalid-request"


def test_unknown_ones(api):
    assert api.post("/trainings", json={**TINY, "dataset": "nothing"}).status_code == 404
    for address in ("", "/events", "/evaluation", "/model", "/next-step"):
        assert (
            api.get(f"/trainings/000000000000{address}").json()["type"]
            == "/errors/unknown-training"
        )


def test_a_plan_says_what_is_wrong(api):
    good = api.post("/trainings/plan", json={"dataset": "shapes", "layers": TINY["layers"]}).json()
    assert good["problem"] is None
    assert good["layers"][0]["shape"] == [2, 16, 16]
    layers = [{"kind": "maxpool", "kernel": 8, "stride": 8}] * 2
    bad = api.post("/trainings/plan", json={"dataset": "shapes", "layers": layers})
    assert bad.status_code == 200
    assert "does not fit" in bad.json()["problem"]
    assert bad.json()["parameters"] is None


def test_a_loss_that_is_no_number_is_said(api):
    run = begin(api, TINY, optimiser="sgd", learning_rate=10, loss="mean_squared_error", epochs=50)
    now = wait(api, run, lambda now: now["status"] in TERMINAL_STATES)
    if now["status"] == "failed":
        assert "learning rate" in now["problem"]


def test_a_time_limit(registry, tmp_path):
    settings = Settings(
        port=0, workers=1, log_level="error", trainings_dir=str(tmp_path), training_time_limit=0.3
    )
    with (
        RunningServer(settings, registry) as server,
        httpx.Client(base_url=f"{server.url}/api/v1", timeout=60) as api,
    ):
        run = begin(api, LONG)
        now = wait(api, run, lambda now: now["status"] in TERMINAL_STATES)
        assert now["status"] == "stopped"
        assert "0.3 s" in now["problem"]


def test_a_stop_of_the_server_waits_for_no_stream(registry, tmp_path):
    settings = Settings(port=0, workers=1, log_level="error", trainings_dir=str(tmp_path))
    with (
        RunningServer(settings, registry) as server,
        httpx.Client(base_url=f"{server.url}/api/v1", timeout=60) as api,
    ):
        run = begin(api, LONG, paused=True)
        wait(api, run, lambda now: now["status"] == "paused")
        with api.stream("GET", f"/trainings/{run}/events") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: state"
            began = time.monotonic()
            server.server.should_exit = True
            for _ in lines:
                pass
            assert time.monotonic() - began < 3


def test_a_journal_thins_and_forgets(tmp_path):
    points = [[step, 1 / step, 0.5, 0.1] for step in range(1, 5001)]
    whole = MetricsLog()
    whole.add(points)
    shown = whole.since(0)
    assert len(shown) <= 2000
    assert shown[-1] == whole.last == points[-1]
    assert all(point in points for point in shown)
    assert whole.since(4990) == points[4990:]
    whole.cut(4995)
    assert whole.since(4990) == points[4990:4995]
    journal = tmp_path / "journal.jsonl"
    lines = [*points[:8], ["epoch", {"epoch": 1, "step": 8}], *points[8:10]]
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines) + '[11, 0.2, "cut o')
    again = MetricsLog.read(journal, 7)
    assert again.since(0) == points[:7]
    assert again.epochs == []
    cut_file(journal, 8)
    assert [json.loads(line) for line in journal.read_text().splitlines()] == lines[:9]
    cut_file(tmp_path / "none.jsonl", 8)
    assert not (tmp_path / "none.jsonl").exists()


def test_a_log_of_the_longest_training_takes_little_memory_and_next_to_none_once_it_is_over():
    tracemalloc.start()
    log = MetricsLog()
    log.add([step, 1 / step, 0.5, 0.1] for step in range(1, MAX_STEPS + 1))
    under_way, _ = tracemalloc.get_traced_memory()
    assert log.since(MAX_STEPS - 1000) == [
        [step, 1 / step, 0.5, 0.1] for step in range(MAX_STEPS - 999, MAX_STEPS + 1)
    ]
    steps = [point[0] for point in log.since(0)]
    assert 1000 < len(steps) <= 2000
    assert steps == sorted(set(steps))
    widest = max(later - earlier for earlier, later in itertools.pairwise([0, *steps]))
    assert widest < MAX_STEPS / 200, "a part of the course is missing"
    assert log.last == [MAX_STEPS, 1 / MAX_STEPS, 0.5, 0.1]
    shown = log.since(0)
    log.thin()
    assert log.since(0) == shown
    assert len(log) == len(shown)
    del shown
    over, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert under_way < 1_000_000
    assert over < 200_000
