"""Links, and what becomes of them with what they lead to."""

import errno
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.http.access.workspace import HEADER
from app.learning.runs.run import TrainingRun
from app.workspaces import shares
from app.workspaces.workspace import new_key
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net
from tests.app.conftest import picture_bytes
from tests.app.http.test_workspaces import API, OWNER, TINY, Visits, server

OTHER = {HEADER: new_key()}


@pytest.fixture
def client(tmp_path):
    with server(str(tmp_path), max_kept_trainings=1) as client:
        yield client


@pytest.fixture
def visits(client):
    return Visits(client)


def begun(visits):
    return visits.made(OWNER, "trainings", json={**TINY, "dataset": "shapes"})["id"]


def test_a_training_that_makes_room_goes_with_all_that_is_of_it(client, visits, tmp_path):
    services = client.app.state.services
    run = begun(visits)
    visits.made(OWNER, f"trainings/{run}/advance", json={})
    link = visits.made(OWNER, f"trainings/{run}/share")["id"]
    made = visits.made(OWNER, f"analyses?model=run-{run}", content=picture_bytes())
    step = visits.ask(OWNER, "GET", f"{API}/trainings/{run}/next-step").json()
    visits.ask(OWNER, "POST", f"{API}/trainings/{run}/stop")
    patience = time.monotonic() + 60
    while services.trainings.find_run(run).process is not None:
        assert time.monotonic() < patience
        time.sleep(0.02)
    left = [f"trainings/{link}", f"models/run-{link}", f"analyses/{made['id']}"]
    left.append(f"steps/{step['id']}")
    for path in left:
        assert visits.ask(OWNER, "GET", f"{API}/{path}").status_code == 200
    begun(visits)
    for path in left:
        assert visits.ask(OWNER, "GET", f"{API}/{path}").status_code == 404, path
    assert json.loads((tmp_path / "shares.json").read_bytes()) == {}
    assert len(services.analyses.cache) == len(services.steps.cache) == 0
    assert not [key for key in services.registry._found._values if run in str(key)]


def test_links_are_written_beside_the_event_loop(client, visits, monkeypatch):
    run, model = begun(visits), visits.made(OWNER, "models", content=as_onnx(net()))["id"]
    threads = []

    def write(*what):
        threads.append(threading.get_ident())
        really(*what)

    really = shares.write_atomically
    monkeypatch.setattr(shares, "write_atomically", write)
    for path in (f"trainings/{run}/share", f"models/{model}/share"):
        visits.made(OWNER, path)
        assert visits.ask(OWNER, "DELETE", f"{API}/{path}").status_code == 204
        visits.made(OWNER, path)
    for path in (f"models/{model}", f"trainings/{run}"):
        assert visits.ask(OWNER, "DELETE", f"{API}/{path}").status_code == 204
    visits.ask(OWNER, "DELETE", f"{API}/workspace")
    assert len(threads) == 8
    assert client.portal.call(threading.get_ident) not in threads


def test_on_a_full_disk_links_stay_as_they_are(visits, tmp_path, monkeypatch):
    files = (as_onnx(net(classes=number)) for number in (2, 3))
    first, second = (visits.made(OWNER, "models", content=file)["id"] for file in files)
    link = visits.made(OWNER, f"models/{first}/share")["id"]
    written = (tmp_path / "shares.json").read_bytes()

    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shares, "write_atomically", full)
    for method, model in (("POST", second), ("DELETE", first)):
        refused = visits.ask(OWNER, method, f"{API}/models/{model}/share")
        assert (refused.status_code, refused.json()["type"]) == (507, "/errors/disk-failed")
        assert "No space left on device" in refused.json()["detail"]
    assert visits.ask({}, "GET", f"{API}/models/{link}").status_code == 200
    listed = visits.ask(OWNER, "GET", f"{API}/models").json()["models"]
    assert {model["id"]: model["share"] for model in listed if model["id"] in (first, second)} == {
        first: link,
        second: None,
    }
    assert (tmp_path / "shares.json").read_bytes() == written


@pytest.mark.parametrize("path", ["", "/share"])
def test_a_stream_by_a_link_ends_with_what_it_leads_to(client, visits, monkeypatch, path):
    run = begun(visits)
    link = visits.made(OWNER, f"trainings/{run}/share")["id"]
    follows = threading.Event()
    really = TrainingRun.events

    async def events(*how):
        async for news in really(*how):
            follows.set()
            yield news

    monkeypatch.setattr(TrainingRun, "events", events)
    with ThreadPoolExecutor(1) as thread:
        stream = thread.submit(client.get, f"{API}/trainings/{link}/events")
        assert follows.wait(60)
        answer = client.delete(f"{API}/trainings/{run}{path}", headers=OWNER)
        assert answer.status_code == 204
        assert stream.result(60).text.startswith("event: state")


def test_what_others_analysed_by_a_link_goes_with_it_and_an_address_tells_no_link(visits):
    own = visits.made(OWNER, "models", content=as_onnx(net()))["id"]
    mine = visits.made(OWNER, f"analyses?model={own}", content=picture_bytes(seed=1))["id"]
    link = visits.made(OWNER, f"models/{own}/share")["id"]
    done = visits.made(OTHER, f"analyses?model={link}", content=picture_bytes(seed=2))
    assert done["model"] == link
    changed = visits.made(OTHER, f"analyses/{done['id']}/variants", json={})["id"]
    assert link not in visits.ask(OTHER, "GET", f"{API}/analyses/{mine}").text
    lent = [f"models/{link}", f"models/own-{done['id']}"]
    lent += [f"analyses/{one}" for one in (done["id"], changed)]
    for path in lent:
        assert visits.ask(OTHER, "GET", f"{API}/{path}").status_code == 200, path
    assert visits.ask(OWNER, "DELETE", f"{API}/models/{own}/share").status_code == 204
    for path in lent:
        assert visits.ask(OTHER, "GET", f"{API}/{path}").status_code == 404, path
    assert visits.ask(OTHER, "GET", f"{API}/analyses/{mine}").status_code == 200


def test_a_lent_set_is_for_looking_and_not_learned_from(visits):
    zipped = {"content": packed(GOOD), "headers": {"Content-Type": "application/zip"}}
    dataset = visits.made(OWNER, "datasets", **zipped)["id"]
    run = visits.made(OWNER, "trainings", json={**TINY, "dataset": dataset})["id"]
    link = visits.made(OWNER, f"trainings/{run}/share")["id"]
    refused = visits.ask(OTHER, "POST", f"{API}/trainings", json={**TINY, "dataset": f"own-{link}"})
    assert (refused.status_code, refused.json()["type"]) == (403, "/errors/shared-only")


def test_whoever_has_most_links_makes_room(tmp_path, monkeypatch):
    monkeypatch.setattr(shares, "_MOST", 4)
    links = shares.Shares(tmp_path)
    links.make("model", "theirs", "one")
    for turn in range(6):
        links.make("model", f"{turn}", "much")
    kept = [thing for thing in ("theirs", *"012345") if links.of("model", thing)]
    assert kept == ["theirs", "3", "4", "5"]


def test_a_workspace_is_deleted_though_something_of_it_cannot_be(client, visits, monkeypatch):
    services = client.app.state.services
    run = begun(visits)
    first, _ = (visits.made(OWNER, "models", content=as_onnx(net(classes=n)))["id"] for n in (2, 3))
    really = services.uploaded_models.delete

    def gone_before(model):
        if model == first:
            really(model)
        really(model)

    monkeypatch.setattr(services.uploaded_models, "delete", gone_before)
    with monkeypatch.context() as full:
        full.setattr(services.executor, "_capacity", 0)
        assert visits.ask(OWNER, "DELETE", f"{API}/workspace").status_code == 503
    assert services.trainings.find_run(run) is not None
    assert visits.ask(OWNER, "DELETE", f"{API}/workspace").status_code == 204
    assert services.uploaded_models.ids() == services.trainings.all() == []
