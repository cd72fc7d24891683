"""Two servers behind nginx as deploy/ has it: a visitor stays at one of them, and its end is told
in the app's own form.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path

import httpx
import pytest

from app.http.access.workspace import COOKIE, HEADER
from app.workspaces.workspace import new_key
from benchmarks.reliability.proxy import NGINX, Proxy
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net
from tests.app.conftest import picture_bytes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt-get install nginx)"),
]
API = "/api/v1"
HOST = "127.0.0.1"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TINY = {
    "layers": [{"kind": "conv", "filters": 2, "kernel": 3, "stride": 2, "padding": 1}],
    "batch_size": 64,
    "epochs": 300,
    "speed": 20,
}
PATIENCE = 60


def wait(condition, what):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)
    return found


class Replica:
    """``convscope serve``; its log names every request that it has answered."""

    def __init__(self, folder, **settings):
        with socket.create_server((HOST, 0)) as free:
            self.port = free.getsockname()[1]
        folder.mkdir()
        self._log = folder / "log"
        chosen = {"trainings_dir": folder, "models_dir": folder, "workers": 1, **settings}
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli.main", "serve", "--port", str(self.port)],
                env={**os.environ, **{f"CONVSCOPE_{k.upper()}": str(v) for k, v in chosen.items()}},
                stdout=log,
            )

    def is_ready(self):
        assert self.process.poll() is None
        try:
            return httpx.get(f"http://{HOST}:{self.port}{API}/health/ready").is_success
        except httpx.TransportError:
            return False

    def answered(self):
        lines = self._log.read_text().splitlines()
        return {json.loads(line)["id"] for line in lines if line.startswith("{")}

    def has_body_under_way(self):
        """Whether somebody is connected and the server has looked at all that was sent."""
        ours = f"{int.from_bytes(socket.inet_aton(HOST), 'little'):08X}:{self.port:04X}"
        table = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        waiting = [
            row[4].endswith(":00000000") for row in table if row[1] == ours and row[3] == "01"
        ]
        return bool(waiting) and all(waiting)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


@contextmanager
def replicas(folder, **settings):
    """Two servers, and nginx in front of them."""
    with ExitStack() as stack:
        shared = {"secret_file": folder / "ids", **settings}
        both = [Replica(folder / name, **shared) for name in ("first", "second")]
        for replica in both:
            stack.callback(replica.stop)
        for replica in both:
            wait(replica.is_ready, "a server starts")
        (folder / "nginx").mkdir()
        folder.chmod(0o755)  # nginx, started by root, works as somebody else
        yield both, stack.enter_context(Proxy([replica.port for replica in both], folder / "nginx"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replicas")
    with replicas(folder, body_timeout=1.5) as (both, proxy):
        yield both, proxy


def client(proxy, **headers):
    return httpx.Client(base_url=f"http://{HOST}:{proxy.port}", headers=headers, timeout=60)


def home(both, answer):
    """The server that has given an answer."""
    asked = answer.headers["X-Request-ID"]
    (found,) = wait(
        lambda: [replica for replica in both if asked in replica.answered()], "a line in a log"
    )
    return found


def visitors(both, proxy):
    """A key for each server, whose visitor is at home there."""
    keys = {}
    while len(keys) < len(both):
        key = new_key()
        with client(proxy, **{HEADER: key}) as visitor:
            keys[home(both, visitor.get(f"{API}/workspace"))] = key
    return [keys[replica] for replica in both]


def ways(key):
    """How the same visitor can say who it is."""
    return [
        {HEADER: key},
        {"Authorization": f"Bearer {key}"},
        {"Cookie": f"theme=dark; {COOKIE}={key}"},
        {HEADER: key, "Authorization": f"Bearer {new_key()}", "Cookie": f"{COOKIE}={new_key()}"},
    ]


def brought(visitor):
    """One of everything, and requests of every kind that lead to it."""
    image = {"Content-Type": "image/png"}
    made = {
        "analyses": visitor.post(f"{API}/analyses", content=picture_bytes(), headers=image),
        "models": visitor.post(f"{API}/models", content=as_onnx(net())),
        "datasets": visitor.post(
            f"{API}/datasets", content=packed(GOOD), headers={"Content-Type": "application/zip"}
        ),
        "trainings": visitor.post(f"{API}/trainings", json={**TINY, "paused": True}),
    }
    assert {name: answer.status_code for name, answer in made.items()} == dict.fromkeys(made, 201)
    one = {name: f"{API}/{name}/{answer.json()['id']}" for name, answer in made.items()}
    layer = made["analyses"].json()["layers"][1]["name"]
    return [
        *(("GET", address, {}, 200) for address in one.values()),
        *(("HEAD", address, {}, 200) for address in one.values()),
        ("GET", f"{one['analyses']}/layers/{layer}?format=npy", {}, 200),
        ("GET", f"{one['analyses']}/export?format=json", {}, 200),
        ("POST", f"{one['analyses']}/attributions", {"json": {"method": "saliency"}}, 200),
        ("POST", f"{API}/predict", {"content": picture_bytes(), "headers": image}, 200),
        ("POST", f"{API}/analyses", {"content": picture_bytes(), "headers": image}, 201),
        ("POST", f"{API}/analyses", {"files": {"image": picture_bytes(seed=2)}}, 201),
        ("POST", f"{API}/analyses", {"content": b"no picture", "headers": image}, 415),
        ("PATCH", one["models"], {"json": {"name": "Mine"}}, 200),
        ("POST", f"{one['models']}/share", {}, 201),
        ("DELETE", f"{one['models']}/share", {}, 204),
        ("GET", f"{one['datasets']}/pictures/0", {}, 200),
        ("GET", f"{one['analyses']}/layers/no%2Flayer", {}, 404),
        ("PUT", one["models"], {}, 405),
        *(("GET", f"/{page}", {}, 200) for page in ("", "learn", "docs", "static/css/login.css")),
    ]


def test_a_visitor_stays_at_one_server(site):
    both, proxy = site
    for replica, key in zip(both, visitors(both, proxy), strict=True):
        with client(proxy, **{HEADER: key}) as visitor:
            kinds = brought(visitor)
        with client(proxy) as anybody:
            asked = set()
            for who, (method, path, how, status) in islice(
                zip(cycle(ways(key)), cycle(kinds), strict=False), 200
            ):
                anybody.cookies.clear()
                headers = {**who, **how.get("headers", {})}
                answer = anybody.request(method, path, **{**how, "headers": headers})
                assert answer.status_code == status, f"{method} {path}: {answer.text[:200]}"
                asked.add(answer.headers["X-Request-ID"])
        assert len(asked) == 200
        wait(lambda: asked <= replica.answered(), "all 200 at the same server")  # noqa: B023


def test_without_a_key_the_address_decides(site):
    both, proxy = site
    for wrong in ({}, {"Cookie": f"{COOKIE}=short"}, {"Authorization": "Basic eDp5"}):
        with client(proxy, **wrong) as visitor:
            answers = [visitor.get(f"{API}/health/live") for _ in range(5)]
        assert len({home(both, answer) for answer in answers}) == 1


def test_events_come_as_they_happen(site):
    _, proxy = site
    with client(proxy, **{HEADER: new_key()}) as visitor:
        training = visitor.post(f"{API}/trainings", json=TINY).json()["id"]
        with visitor.stream("GET", f"{API}/trainings/{training}/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            steps = (line for line in stream.iter_lines() if line.startswith("data:"))
            assert len(list(islice(steps, 5))) == 5
            now = visitor.get(f"{API}/trainings/{training}").json()
            assert now["status"] == "running"  # so they did not wait for its end
        assert visitor.delete(f"{API}/trainings/{training}").status_code == 204


def open_post(proxy, key, length):
    """A photo that has begun to arrive."""
    connection = socket.create_connection((HOST, proxy.port), timeout=PATIENCE)
    connection.sendall(
        f"POST {API}/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
        f"{HEADER}: {key}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    return connection


def response(connection):
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer


def test_the_servers_own_deadline_for_bodies_holds(site):
    _, proxy = site
    with open_post(proxy, new_key(), 1000) as connection:
        answer = response(connection)
        assert json.loads(answer.read())["type"] == "/errors/upload-too-slow"
    assert answer.status == 408
    assert answer.headers["X-Request-ID"]  # it is not nginx that has answered


def test_the_visitor_s_address_and_name_arrive(site):
    _, proxy = site
    with client(proxy, **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}) as liar:
        assert "Secure" not in liar.get("/").headers["set-cookie"]
        foreign = liar.post(f"{API}/predict", headers={"Origin": "http://elsewhere.example"})
        assert foreign.json()["type"] == "/errors/cross-origin"
        own = liar.post(f"{API}/predict", headers={"Origin": f"http://{HOST}:{proxy.port}"})
        assert own.json()["type"] == "/errors/no-image"
        unknown = liar.get("/", headers={"Host": "rebound.example"})
        assert unknown.json()["type"] == "/errors/unknown-host"


REFUSED = {
    "too large": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "nonsense": (b"nonsense\r\n\r\n", 400),
    "a long address": (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "a large head": (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431),
    "above the root": (b"GET /../x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400),
    "TRACE": (b"TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405),
    "its own": (b"GET /.problem/json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_nginx_refuses_is_a_problem_document(site, what):
    _, proxy = site
    sent, status = REFUSED[what]
    with socket.create_connection((HOST, proxy.port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        answer = response(connection)
        check_problem(answer.headers["Content-Type"], json.loads(answer.read()), status)
    assert answer.status == status


def check_problem(kind, problem, status):
    assert kind == "application/problem+json"
    assert problem["status"] == status
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["type"].startswith("/errors/")
    assert "nginx" not in str(problem)


def test_the_end_of_a_server_is_told_in_the_app_s_own_form(tmp_path):
    with replicas(tmp_path) as (both, proxy):
        (dies, stops), photo = both, picture_bytes()
        lost, kept = visitors(both, proxy)
        with client(proxy, **{HEADER: lost, "Content-Type": "image/png"}) as visitor:
            done = visitor.post(f"{API}/analyses", content=photo).headers["Location"]
            assert visitor.get(done).status_code == 200
            with open_post(proxy, lost, len(photo)) as connection:
                connection.sendall(photo[:100])
                wait(dies.has_body_under_way, "the photo arrives at the server")
                dies.process.kill()
                answer = response(connection)
                problem = json.loads(answer.read())
            assert answer.status == 503
            assert answer.headers["Retry-After"] == "1"
            check_problem(answer.headers["Content-Type"], problem, 503)
            for _ in range(5):
                gone = visitor.get(done)
                assert (gone.status_code, gone.json()["type"]) == (404, "/errors/unknown-analysis")
                assert home(both, gone) is stops
            again = visitor.post(f"{API}/analyses", content=photo)
            assert again.status_code == 201
            assert again.headers["Location"] == done
            assert visitor.get(done).status_code == 200

        with open_post(proxy, kept, len(photo)) as connection:
            connection.sendall(photo[:100])
            wait(stops.has_body_under_way, "the photo arrives at the server")
            stops.process.terminate()
            wait(lambda: not listens(stops.port), "the server takes no more")
            check_nobody_is_there(proxy)
            connection.sendall(photo[100:])
            assert response(connection).status == 200
        assert stops.process.wait(PATIENCE) == -signal.SIGTERM  # as uvicorn ends when it is done


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def check_nobody_is_there(proxy):
    """No server is left: a problem document for programs, a plain page for browsers."""
    with client(proxy) as visitor:
        answer = visitor.post(f"{API}/predict", content=b"x")
        check_problem(answer.headers["Content-Type"], answer.json(), 503)
        for language, word in (("en", "Try again"), ("de-DE", "Noch einmal")):
            page = visitor.get("/", headers={**BROWSER, "Accept-Language": language})
            assert page.status_code == 503
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert page.headers["retry-after"] == "1"
            assert f'<html lang="{language[:2]}">' in page.text
            assert word in page.text
            assert "nginx" not in page.text
