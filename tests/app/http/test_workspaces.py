"""Whose is it: each visitor finds, reads and changes only what is their own."""

import re
import time
from pathlib import Path

import pytest

from app.http.access.workspace import COOKIE, HEADER
from app.http.application import create_app
from app.models.registry import Registry
from app.settings import Settings
from app.workspaces.workspace import new_key
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net
from tests.app.conftest import TestClient, build_tiny, picture_bytes

API = "/api/v1"
TINY = {
    "layers": [{"kind": "conv", "filters": 2, "kernel": 3, "stride": 2, "padding": 1}],
    "batch_size": 1,
    "epochs": 2,
    "paused": True,
}

OWNER = {HEADER: new_key()}
STRANGERS = {
    "another program": {HEADER: new_key()},
    "another program, by Bearer": {"Authorization": f"Bearer {new_key()}"},
    "another browser": {"Cookie": f"{COOKIE}={new_key()}"},
    "a program without a key": {},
}

# Whoever has such an address sees what is there: it cannot be guessed (see the tests below).
BY_ADDRESS = {"analyses", "steps"}


class Visits:
    """The app, asked with the headers of one visitor or another."""

    def __init__(self, client):
        self._client = client

    def ask(self, who, method, path, **how):
        self._client.cookies.clear()
        headers = {**who, **how.pop("headers", {})}
        return self._client.request(method, path, headers=headers, **how)

    def made(self, who, path, **how):
        answer = self.ask(who, "POST", f"{API}/{path}", **how)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


def server(folder, **settings):
    own = Settings(workers=2, time_limit=60, trainings_dir=folder, models_dir=folder, **settings)
    return TestClient(create_app(own, Registry({"tiny": build_tiny}, "tiny")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def visits(folder):
    with server(folder) as client:
        yield Visits(client)


@pytest.fixture(scope="module")
def document(visits):
    return visits.ask({}, "GET", f"{API}/openapi.json").json()


@pytest.fixture(scope="module")
def things(visits):
    """One of everything that a visitor can have: ids by the first part of their address."""
    model = visits.made(OWNER, "models", content=as_onnx(net()))["id"]
    zipped = {"content": packed(GOOD), "headers": {"Content-Type": "application/zip"}}
    dataset = visits.made(OWNER, "datasets?name=Faces", **zipped)["id"]
    run = visits.made(OWNER, "trainings", json={**TINY, "dataset": dataset})["id"]
    visits.made(OWNER, f"trainings/{run}/advance", json={})
    step = visits.ask(OWNER, "GET", f"{API}/trainings/{run}/next-step").json()
    done = visits.made(OWNER, f"analyses?model={model}", content=picture_bytes())
    return {
        "models": [model, f"run-{run}"],
        "datasets": [dataset],
        "trainings": [run],
        "analyses": [done["id"]],
        "steps": [step["id"]],
    }


def calls(document):
    return [
        (path, method.upper(), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def body_of(operation):
    """Something that the call would take."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        return {"json": content["application/json"]["example"]}
    return {"content": picture_bytes(), "headers": {"Content-Type": "image/png"}} if content else {}


def filled(path, thing):
    values = {"id": thing, "name": "conv", "parameter": "weight", "number": "0"}
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_what_is_another_s_does_not_exist(visits, document, things, stranger):
    """Every call of the document that takes an id, of everything that has one."""
    who = STRANGERS[stranger]
    before = [visits.ask(OWNER, "GET", f"{API}/{kind}/{one}").json() for kind, one in each(things)]
    tried = 0
    for path, method, operation in calls(document):
        kind = path.removeprefix(f"{API}/").partition("/")[0]
        if "{id}" not in path or kind in BY_ADDRESS:
            continue
        for thing in things[kind]:
            none = re.sub("[0-9a-f]{12,}", lambda found: "0" * len(found[0]), thing)
            answer = visits.ask(who, method, filled(path, thing), **body_of(operation))
            absent = visits.ask(who, method, filled(path, none), **body_of(operation))
            assert answer.status_code == 404, f"{method} {path}: {answer.text[:200]}"
            assert said(answer).replace(thing, none) == said(absent)
            tried += 1
    assert tried > 25
    after = [visits.ask(OWNER, "GET", f"{API}/{kind}/{one}").json() for kind, one in each(things)]
    assert [steady(one) for one in after] == [steady(one) for one in before]


def said(answer):
    """A problem, but for the request's own id."""
    return str({name: value for name, value in answer.json().items() if name != "request_id"})


def each(things):
    return [(kind, one) for kind, ones in things.items() for one in ones]


def steady(content):
    """Without the seconds until an unused model goes."""
    return {name: value for name, value in content.items() if name != "expires_in"}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_nor_can_it_be_named_in_another_call(visits, document, things, stranger):
    who = STRANGERS[stranger]
    tried = set()
    for path, method, operation in calls(document):
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        body = body_of(operation)
        if "{" in path:
            continue
        if "model" in names:
            for model in things["models"]:
                answer = visits.ask(who, method, path, params={"model": model}, **body)
                assert answer.json()["type"] == "/errors/unknown-model", f"{method} {path}"
        elif "dataset" in body.get("json", {}):
            body["json"] = {**body["json"], "dataset": things["datasets"][0]}
            answer = visits.ask(who, method, path, **body)
            assert answer.json()["type"] == "/errors/unknown-dataset", f"{method} {path}"
        else:
            continue
        tried.add(path.removeprefix(f"{API}/"))
    assert tried == {"analyses", "predict", "frames", "trainings", "trainings/plan"}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_lists_hold_one_s_own_and_what_the_server_offers(visits, document, things, stranger):
    listed = [path for path, method, _ in calls(document) if method == "GET" and "{" not in path]
    assert f"{API}/trainings" in listed
    for path in listed:
        theirs = visits.ask(STRANGERS[stranger], "GET", path).text
        for _, one in each(things):
            assert one not in theirs, path
    for kind in ("models", "datasets", "trainings"):
        mine = visits.ask(OWNER, "GET", f"{API}/{kind}").text
        assert all(f'"{one}"' in mine for one in things[kind])


def test_the_network_of_an_analysis_is_seen_by_its_address_and_not_changed(visits, things):
    who = STRANGERS["another browser"]
    (done,), own = things["analyses"], things["models"][0]
    shown = visits.ask(who, "GET", f"{API}/analyses/{done}").json()
    assert own not in str(shown)
    assert own not in visits.ask(who, "GET", f"{API}/analyses/{done}/export?format=json").text
    assert visits.ask(OWNER, "GET", f"{API}/analyses/{done}").json()["model"] == own
    model = f"{API}/models/{shown['model']}"
    described = visits.ask(who, "GET", model).json()
    assert described["id"] == shown["model"]
    assert described["layers"] == visits.ask(OWNER, "GET", f"{API}/models/{own}").json()["layers"]
    assert visits.ask(who, "GET", f"{model}/layers/conv/weights").status_code == 200
    for method, body in (("DELETE", None), ("PATCH", {"name": "Mine"})):
        answer = visits.ask(who, method, model, json=body)
        assert (answer.status_code, answer.json()["type"]) == (403, "/errors/shared-only")
    assert visits.ask(OWNER, "GET", f"{API}/models/{own}").status_code == 200


def test_the_same_content_has_another_id_in_every_workspace_and_on_every_server(visits, tmp_path):
    brought = {"content": as_onnx(net(classes=5))}
    first = visits.made(OWNER, "models", **brought)["id"]
    assert first == visits.made(OWNER, "models", **brought)["id"]
    assert first != visits.made(STRANGERS["another program"], "models", **brought)["id"]
    photo = {"content": picture_bytes(seed=9)}
    here = visits.made({}, "analyses", **photo)["id"]
    with server(str(tmp_path)) as client:
        assert Visits(client).made({}, "analyses", **photo)["id"] != here
    with server(str(tmp_path)) as client:
        again = Visits(client).made({}, "analyses", **photo)["id"]
    with server(str(tmp_path)) as client:  # after a restart it is the same
        assert Visits(client).made({}, "analyses", **photo)["id"] == again
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    with server(str(tmp_path / "third"), secret_file=str(tmp_path / "secret")) as client:
        assert Visits(client).made({}, "analyses", **photo)["id"] == again


def test_what_is_kept_on_disk_is_the_same_workspace_s_after_a_restart(tmp_path):
    zipped = {"content": packed(GOOD), "headers": {"Content-Type": "application/zip"}}
    with server(str(tmp_path), max_trainings=1) as client:
        visits = Visits(client)
        dataset = visits.made(OWNER, "datasets", **zipped)["id"]
        run = visits.made(OWNER, "trainings", json={**TINY, "dataset": dataset})["id"]
    with server(str(tmp_path), max_trainings=1) as client:
        for kind, one in (("datasets", dataset), ("trainings", run)):
            address = f"{API}/{kind}/{one}"
            assert Visits(client).ask(OWNER, "GET", address).status_code == 200
            assert (
                Visits(client).ask(STRANGERS["another program"], "GET", address).status_code == 404
            )


def test_what_was_there_before_workspaces_is_for_the_server_s_own_machine(tmp_path):
    with server(str(tmp_path)) as client:
        dataset = Visits(client).made(
            OWNER, "datasets", content=packed(GOOD), headers={"Content-Type": "application/zip"}
        )["id"]
    about = tmp_path / "datasets" / f"{dataset}.json"
    about.write_text(re.sub(r', "owner": "\w+"', "", about.read_text()))
    for address, name, status in (
        ("127.0.0.1", "localhost", 200),
        ("::1", "[::1]", 200),
        ("127.0.0.1", "convscope.example.org", 404),  # a proxy on this machine
        ("192.0.2.7", "127.0.0.1", 404),
    ):
        own = Settings(trainings_dir=str(tmp_path), models_dir=str(tmp_path), allowed_hosts="*")
        app = create_app(own, Registry({"tiny": build_tiny}, "tiny"))
        with TestClient(app, f"http://{name}", client=(address, 1)) as client:
            assert client.get(f"{API}/datasets/{dataset}").status_code == status
            assert (dataset in client.get(f"{API}/datasets").text) == (status == 200)


@pytest.mark.parametrize("page", ["", "learn", "docs"])
def test_a_page_gives_the_browser_its_key(visits, page):
    given = visits.ask({}, "GET", f"/{page}").headers["set-cookie"]
    name, key = given.partition(";")[0].split("=")
    assert name == COOKIE
    assert len(key) >= 22  # of 6 bits each: 128 and more
    assert "HttpOnly" in given
    assert "samesite=lax" in given.lower()
    assert "Max-Age=31536000" in given
    assert "Secure" not in given
    assert key not in visits.ask({}, "GET", f"/{page}").headers["set-cookie"]
    kept = visits.ask({"Cookie": f"{COOKIE}={key}"}, "GET", f"/{page}")
    assert f"{COOKIE}={key};" in kept.headers["set-cookie"]
    assert key not in kept.text


def test_behind_https_the_cookie_is_for_https_alone(visits):
    assert "Secure" in visits.ask({}, "GET", "https://testserver/").headers["set-cookie"]


@pytest.mark.parametrize("forged", ["", "x", "a" * 21, "a" * 129, "ä" * 30, "a b" * 10, "'--" * 10])
def test_a_forged_cookie_is_no_key(visits, forged):
    cookie = {"Cookie": f"{COOKIE}={forged}".encode()}
    given = visits.ask(cookie, "GET", "/").headers["set-cookie"]
    assert re.match(rf"{COOKIE}=[\w-]{{32}};", given)
    assert visits.ask(cookie, "GET", f"{API}/trainings").json() == {"trainings": []}


@pytest.mark.parametrize("header", [HEADER, "Authorization"])
@pytest.mark.parametrize("wrong", ["", "short", "a" * 129, "with spaces in it and long enough"])
def test_a_program_s_wrong_key_is_refused(visits, header, wrong):
    given = f"Bearer {wrong}" if header == "Authorization" else wrong
    answer = visits.ask({header: given}, "GET", f"{API}/models")
    assert (answer.status_code, answer.json()["type"]) == (401, "/errors/invalid-key")
    assert not wrong or wrong not in answer.text


def test_a_key_counts_letter_by_letter_and_only_where_it_belongs(visits, things):
    key = OWNER[HEADER]
    (run,) = things["trainings"]
    address = f"{API}/trainings/{run}"
    for same in ({HEADER: key}, {"Authorization": f"bearer {key}"}, {"Cookie": f"{COOKIE}={key}"}):
        assert visits.ask(same, "GET", address).status_code == 200
    for other in (key.swapcase(), key[:-1], f"{key}a", key[::-1]):
        assert visits.ask({HEADER: other}, "GET", address).status_code == 404
    for name in ("key", "workspace", COOKIE, HEADER, "access_token"):
        assert visits.ask({}, "GET", address, params={name: key}).status_code == 404
    answer = visits.ask({HEADER: new_key(), "Cookie": f"{COOKIE}={key}"}, "GET", address)
    assert answer.status_code == 404  # the header counts more


def test_on_a_closed_server_the_key_has_a_header_of_its_own(tmp_path):
    token, key = "0123456789abcdef0123456789abcdef", new_key()
    bearer = {"Authorization": f"Bearer {token}"}
    with server(str(tmp_path), token=token) as client:
        visits = Visits(client)
        model = visits.made({**bearer, HEADER: key}, "models", content=as_onnx(net()))["id"]
        address = f"{API}/models/{model}"
        assert visits.ask({**bearer, HEADER: key}, "GET", address).status_code == 200
        assert visits.ask(bearer, "GET", address).status_code == 404
        assert visits.ask({HEADER: key}, "GET", address).status_code == 401
        assert visits.ask({"Authorization": f"Bearer {key}"}, "GET", address).status_code == 401


def test_the_key_is_not_kept_logged_or_told(visits, document, things, folder, caplog, capfd):
    key = OWNER[HEADER]
    with caplog.at_level("DEBUG"):
        for path, method, _ in calls(document):
            if method == "GET" and not path.endswith("/events"):
                kind = path.removeprefix(f"{API}/").partition("/")[0]
                answer = visits.ask(OWNER, "GET", filled(path, things.get(kind, ["x"])[0]))
                assert key not in answer.text
                assert key not in str(answer.headers)
    written = [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()]
    assert len(written) > 5
    assert not any(key.encode() in content for content in written)
    assert key not in caplog.text
    assert key not in "".join(capfd.readouterr())


def test_a_shared_model_is_looked_at_and_not_changed(visits, things):
    own = things["models"][0]
    who = STRANGERS["another browser"]
    shared = visits.made(OWNER, f"models/{own}/share")["id"]
    assert visits.made(OWNER, f"models/{own}/share")["id"] == shared
    address = f"{API}/models/{shared}"
    lent = visits.ask(who, "GET", address).json()
    assert (lent["id"], lent["lent"]) == (shared, True)
    models = visits.ask(OWNER, "GET", f"{API}/models").json()["models"]
    assert {one["share"] for one in models if one["id"] == own} == {shared}
    assert visits.ask(who, "GET", f"{address}/layers/conv/weights").status_code == 200
    done = visits.made(who, f"analyses?model={shared}", content=picture_bytes(seed=3))
    assert done["model"] == shared
    assert shared not in visits.ask(who, "GET", f"{API}/models").text
    copy = visits.made(who, f"models/{shared}/copies?preset=raw")["id"]
    assert visits.ask(who, "DELETE", f"{API}/models/{copy}").status_code == 204  # one's own
    for method, path in (
        ("DELETE", address),
        ("PATCH", address),
        ("POST", f"{address}/share"),
        ("DELETE", f"{address}/share"),
    ):
        answer = visits.ask(who, method, path, json={"name": "Mine"})
        assert (answer.status_code, answer.json()["type"]) == (403, "/errors/shared-only"), path
    assert visits.ask(OWNER, "DELETE", f"{API}/models/{own}/share").status_code == 204
    assert visits.ask(who, "GET", address).status_code == 404
    assert visits.made(OWNER, f"models/{own}/share")["id"] != shared
    refused = visits.ask(OWNER, "POST", f"{API}/models/tiny/share")
    assert refused.status_code == 422  # it is everybody's


def test_a_shared_training_is_followed_and_not_changed(visits, document, things):
    """Every call of the document that takes a training's id."""
    (run,), (dataset,) = things["trainings"], things["datasets"]
    who = STRANGERS["another browser"]
    shared = visits.made(OWNER, f"trainings/{run}/share")["id"]
    seen = visits.ask(who, "GET", f"{API}/trainings/{shared}").json()
    mine = visits.ask(OWNER, "GET", f"{API}/trainings/{run}").json()
    assert (seen["id"], seen["model"]) == (shared, f"run-{shared}")
    assert (seen["lent"], mine["lent"]) == (True, False)
    (listed,) = visits.ask(OWNER, "GET", f"{API}/trainings").json()["trainings"]
    assert listed["share"] == shared
    assert seen["batches"] == mine["batches"]
    assert run not in str(seen)
    assert dataset not in str(seen)
    looked = set()
    for path, method, operation in calls(document):
        if not path.startswith(f"{API}/trainings/{{id}}") or path.endswith("/events"):
            continue
        answer = visits.ask(who, method, filled(path, shared), **body_of(operation))
        if method == "GET":
            assert answer.status_code == 200, path
            is_text = answer.headers["content-type"] == "application/json"
            assert not is_text or run not in answer.text
            looked.add(path)
        else:
            assert (answer.status_code, answer.json()["type"]) == (403, "/errors/shared-only"), path
    assert len(looked) == 4
    pictures = f"{API}/datasets/{seen['config']['dataset']}"
    assert visits.ask(who, "GET", pictures).json()["name"] == "Faces"
    assert visits.ask(who, "GET", f"{pictures}/pictures/0").status_code == 200
    assert visits.ask(who, "DELETE", pictures).status_code == 403
    assert visits.ask(who, "GET", f"{API}/models/{seen['model']}").status_code == 200
    assert visits.ask(who, "DELETE", f"{API}/models/{seen['model']}").status_code == 403
    step = visits.ask(who, "GET", f"{API}/trainings/{shared}/next-step").json()
    assert step["training"] == shared
    assert visits.ask(OWNER, "GET", f"{API}/steps/{step['id']}").json()["training"] == run
    assert steady(visits.ask(OWNER, "GET", f"{API}/trainings/{run}").json()) == steady(mine)
    assert visits.ask(OWNER, "DELETE", f"{API}/trainings/{run}/share").status_code == 204
    for path in (f"trainings/{shared}", f"models/{seen['model']}"):
        assert visits.ask(who, "GET", f"{API}/{path}").status_code == 404
    assert visits.ask(who, "GET", pictures).status_code == 404


def test_links_are_there_after_a_restart(tmp_path):
    with server(str(tmp_path)) as client:
        run = Visits(client).made(OWNER, "trainings", json={**TINY, "dataset": "shapes"})["id"]
        shared = Visits(client).made(OWNER, f"trainings/{run}/share")["id"]
    with server(str(tmp_path)) as client:
        address = f"{API}/trainings/{shared}"
        assert Visits(client).ask({}, "GET", address).json()["config"]["dataset"] == "shapes"
        assert Visits(client).ask(OWNER, "DELETE", f"{API}/trainings/{run}").status_code == 204
        assert Visits(client).ask({}, "GET", address).status_code == 404
    assert run not in (tmp_path / "shares.json").read_text()


def test_all_that_is_one_s_own_is_deleted_at_once(tmp_path):
    """From disk, memory and caches; and nothing of anybody else."""
    zipped = {"content": packed(GOOD), "headers": {"Content-Type": "application/zip"}}
    photo = {"content": picture_bytes(seed=5)}
    other = STRANGERS["another program"]
    with server(str(tmp_path)) as client:
        visits = Visits(client)
        services = client.app.state.services
        kept = {}
        for who in (OWNER, other):
            model = visits.made(who, "models", content=as_onnx(net()))["id"]
            dataset = visits.made(who, "datasets", **zipped)["id"]
            run = visits.made(who, "trainings", json={**TINY, "dataset": dataset})["id"]
            visits.made(who, f"trainings/{run}/advance", json={})
            step = visits.ask(who, "GET", f"{API}/trainings/{run}/next-step").json()["id"]
            link = visits.made(who, f"trainings/{run}/share")["id"]
            seed = picture_bytes(seed=6 if who is OWNER else 7)
            alone = visits.made(who, "analyses", content=seed)["id"]
            changed = visits.made(who, f"analyses/{alone}/variants", json={})["id"]
            shown = visits.made(who, f"analyses?model=run-{run}", content=seed)["id"]
            learned = visits.made(who, f"analyses/{alone}/training-step", json={"label": "bear"})
            both = visits.made(who, "analyses", **photo)["id"]  # of the other one, too
            kept[str(who)] = [
                f"models/{model}", f"datasets/{dataset}", f"trainings/{run}", f"models/run-{run}",
                f"trainings/{link}", f"steps/{step}", f"analyses/{alone}", f"analyses/{changed}",
                f"analyses/{shown}", f"steps/{learned['id']}",
                f"analyses/{learned['after_analysis']}",
            ]  # fmt: skip
        mine, theirs = kept[str(OWNER)], kept[str(other)]
        held = {"models": 1, "datasets": 1, "trainings": 1}
        assert visits.ask(OWNER, "GET", f"{API}/workspace").json() == held
        assert visits.ask(OWNER, "DELETE", f"{API}/workspace").status_code == 204
        assert set(visits.ask(OWNER, "GET", f"{API}/workspace").json().values()) == {0}
        for path in mine:
            assert visits.ask(OWNER, "GET", f"{API}/{path}").status_code == 404, path
        for path in (*theirs, f"analyses/{both}"):
            assert visits.ask(other, "GET", f"{API}/{path}").status_code == 200, path
        files = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")]
        gone = [path.partition("/")[2] for path in mine[:3]]
        assert not [file for file in files if any(one in file for one in gone)]
        assert gone[2] not in (tmp_path / "shares.json").read_text()
        assert not [key for key in services.registry._found._values if gone[2] in str(key)]
        assert visits.ask(other, "DELETE", f"{API}/workspace").status_code == 204
        assert visits.ask(other, "GET", f"{API}/analyses/{both}").status_code == 404
        assert len(services.analyses.cache) == 0
        assert len(services.steps.cache) == 0


def test_what_nobody_touches_is_deleted_after_the_retention(tmp_path):
    day, now = 86_400, time.time()
    zipped = {"content": packed(GOOD), "headers": {"Content-Type": "application/zip"}}
    with server(str(tmp_path), retention=30) as client:
        visits = Visits(client)
        services = client.app.state.services

        def left():
            return [
                [one["id"] for one in visits.ask(OWNER, "GET", f"{API}/{kind}").json()[kind]]
                for kind in ("datasets", "trainings")
            ]

        dataset = visits.made(OWNER, "datasets", **zipped)["id"]
        run = visits.made(OWNER, "trainings", json={**TINY, "dataset": dataset})["id"]
        client.portal.call(services.sweep, now + 31 * day)
        assert dataset in left()[0]  # the training may go on
        assert left()[1] == [run]
        visits.ask(OWNER, "POST", f"{API}/trainings/{run}/stop")
        wait = time.monotonic() + 30
        while services.trainings.find_run(run).process is not None:
            assert time.monotonic() < wait
            time.sleep(0.05)
        client.portal.call(services.sweep, now + 29 * day)
        assert left()[1] == [run]
        client.portal.call(services.sweep, now + 31 * day)
        assert dataset not in left()[0]
        assert left()[1] == []
