"""uvicorn with our deadlines: slow clients are cut off, others are served meanwhile, and a stop is
clean.
"""

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from app.http.server import _Connection
from app.settings import Settings
from tests.app.conftest import RunningServer, picture_bytes, run_coroutine

PROJECT = Path(__file__).parents[3]
DEADLINES = Settings(
    port=0,
    workers=2,
    log_level="error",
    header_timeout=0.4,
    body_timeout=0.4,
    model_body_timeout=0.8,
    keep_alive_timeout=5,
)


@pytest.fixture(scope="module")
def server(registry):
    with RunningServer(DEADLINES, registry) as running:
        yield running


def open_socket(server):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def seconds_until_closed(connection, drip=b""):
    """How long the server keeps the connection while a byte comes every now and then, and what it
    answered.
    """
    start, answer = time.monotonic(), b""
    connection.settimeout(0.05)
    while time.monotonic() - start < 20:
        try:
            if drip:
                connection.sendall(drip)
            received = connection.recv(65536)
        except TimeoutError:
            continue
        except OSError:
            received = b""
        if not received:
            return time.monotonic() - start, answer
        answer += received
    raise AssertionError("the server never closed the connection")


def test_a_silent_connection_is_closed(server):
    with open_socket(server) as connection:
        assert 0.3 < seconds_until_closed(connection)[0] < 4


def test_a_head_that_drips_in_is_cut_off(server):
    with open_socket(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        assert 0.3 < seconds_until_closed(connection, drip=b"a")[0] < 4


def test_a_second_head_on_the_same_connection_has_a_deadline_too(server):
    with open_socket(server) as connection:
        connection.sendall(b"GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in connection.recv(65536)
        connection.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        assert seconds_until_closed(connection, drip=b"a")[0] < 4


def test_a_body_that_drips_in_is_a_408(server):
    with open_socket(server) as connection:
        connection.sendall(
            b"POST /api/v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
            b"Content-Length: 5000\r\n\r\n"
        )
        seconds, answer = seconds_until_closed(connection, drip=b"a")
    assert 0.3 < seconds < 10
    assert b" 408 " in answer
    assert b"/errors/upload-too-slow" in answer


def test_a_model_may_drip_in_for_longer(server):
    """And is answered when its own time is over, not cut off when a picture's is."""
    with open_socket(server) as connection:
        connection.sendall(
            b"POST /api/v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n"
        )
        seconds, answer = seconds_until_closed(connection, drip=b"a")
    assert 0.7 < seconds < 10
    assert b" 408 " in answer
    assert b"/errors/upload-too-slow" in answer


def test_a_body_that_nobody_reads_is_cut_off(server):
    with open_socket(server) as connection:
        connection.sendall(
            b"GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n"
        )
        seconds, answer = seconds_until_closed(connection, drip=b"a")
    assert seconds < 10
    assert b" 200 " in answer


@contextmanager
def full(server):
    """All places are taken."""
    executor = server.app.state.services.executor
    executor._pending += executor._capacity
    try:
        yield
    finally:
        executor._pending -= executor._capacity


@pytest.mark.parametrize("path", ["analyses", "predict", "models/everyday/preprocessing", "models"])
def test_a_full_server_refuses_before_it_has_read_the_body_and_keeps_the_connection(server, path):
    size = 1_000_000
    head = (
        f"POST /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        f"application/octet-stream\r\nContent-Length: {size}\r\n\r\n"
    )
    with open_socket(server) as connection:
        with full(server):
            connection.sendall(head.encode() + b"x")
            answer = connection.recv(65536)  # fails after 5 s
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"retry-after:" in answer.lower()
        connection.sendall(b"x" * (size - 1))
        connection.sendall(b"GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        rest = b""
        while b"HTTP/1.1 200" not in rest:
            piece = connection.recv(65536)
            assert piece
            rest += piece


def test_a_full_server_refuses_a_photo_before_it_asks_whose_it_is(server):
    """Each question more is asked of hundreds, in the time of those who are inside."""
    photo, key = picture_bytes(seed=7), {"Convscope-Workspace": "not a key"}
    url = f"{server.url}/api/v1/analyses"
    assert httpx.post(url, content=photo, headers=key).status_code == 401
    with full(server):
        refused = httpx.post(url, content=photo, headers=key)
        assert httpx.get(f"{server.url}/api/v1/health/live").status_code == 200
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["X-Request-ID"] == refused.json()["request_id"]
    assert refused.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "endless",
    [
        b"GET /api/v1/health/live HTTP/1.1\r\nX-Long: ",
        b"GET /api/v1/health/live?",
        b"POST /nowhere HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Long: ",
    ],
)
def test_what_is_too_long_for_a_head_is_cut_off_long_before_its_time_is_over(registry, endless):
    """The bytes of a body are counted elsewhere; all others stay in memory until they end."""
    with (
        RunningServer(DEADLINES.model_copy(update={"header_timeout": 60.0}), registry) as patient,
        open_socket(patient) as connection,
    ):
        connection.sendall(endless)
        sent, most = 0, 8_000_000
        with suppress(OSError):
            while sent < most:
                connection.sendall(b"a" * 10_000)
                sent += 10_000
                time.sleep(0.001)
    assert sent < most


def test_requests_that_come_together_are_answered_one_after_the_other(server):
    get = b"GET /api/v1/health/%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
    with open_socket(server) as connection:
        connection.sendall(get % (b"live", b"") + get % (b"nowhere", b"Connection: close\r\n"))
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    first, second = answer.index(b"HTTP/1.1 200"), answer.index(b"HTTP/1.1 404")
    assert first < second


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_refusal_reaches_a_client_that_is_still_sending_before_the_connection_is_closed(
    server, version
):
    size = 8_000_000
    head = (
        f"POST /api/v1/analyses HTTP/{version}\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: image/jpeg\r\nContent-Length: {size}\r\n\r\n"
    )
    with open_socket(server) as connection:
        with full(server):
            connection.sendall(head.encode() + b"x" * (size // 2))
            assert select.select([connection], [], [], 9)[0]  # the answer is there
        connection.sendall(b"x" * (size - size // 2))
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"/errors/busy" in answer


def test_a_client_that_goes_on_sending_after_its_refusal_is_cut_off(server):
    with open_socket(server) as connection:
        connection.sendall(
            b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Length: 500000\r\n\r\n"
        )
        start = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - start < 20:
                connection.sendall(b"x")
                time.sleep(0.05)
    assert time.monotonic() - start < 10


class Written:
    """A transport that remembers what is written at once."""

    def __init__(self):
        self.pieces = []

    def write(self, data):
        self.pieces.append(data)


def test_a_short_answer_is_written_at_once_and_a_head_does_not_wait_long_for_its_body():
    async def write(*parts, pause=False):
        written = Written()
        connection = _Connection(written, is_sending=lambda: False)
        for part in parts:
            connection.write(part)
            if pause:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        return written.pieces

    head, large = b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 100_000
    assert run_coroutine(write(head, b"short", b"")) == [head + b"short", b""]
    assert run_coroutine(write(head)) == [head]
    assert run_coroutine(write(head, b"event", pause=True)) == [head, b"event"]
    assert run_coroutine(write(head, large)) == [head, large]
    assert run_coroutine(write(head, b"", head, b"next")) == [head, head + b"next"]


def test_deadlines_do_not_touch_an_answer_that_takes_its_time(server, monkeypatch):
    forward = type(server.app.state.services.registry.get()).forward

    def slow(*args, **options):
        time.sleep(0.8)
        return forward(*args, **options)

    monkeypatch.setattr("engine.network.Network.forward", slow)
    answer = httpx.post(f"{server.url}/api/v1/predict", content=picture_bytes())
    assert answer.status_code == 200


def test_many_slow_clients_do_not_keep_a_new_one_waiting(server):
    slow = [open_socket(server) for _ in range(100)]
    try:
        for connection in slow:
            connection.sendall(
                b"POST /api/v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na"
            )
        with httpx.Client() as visitor:
            start = time.monotonic()
            assert visitor.get(f"{server.url}/api/v1/health/ready").status_code == 200
            assert time.monotonic() - start < 2
    finally:
        for connection in slow:
            connection.close()


def test_the_work_of_a_client_that_went_away_is_dropped(server, monkeypatch):
    started, stopped = threading.Event(), threading.Event()

    def forward(self, x, *, train=False, check=None):
        started.set()
        try:
            for _ in range(2000):
                check()
                time.sleep(0.005)
        except Exception:
            stopped.set()
            raise

    monkeypatch.setattr("engine.network.Network.forward", forward)
    photo = picture_bytes(seed=99)
    with open_socket(server) as connection:
        head = f"POST /api/v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(photo)}\r\n\r\n"
        connection.sendall(head.encode() + photo)
        assert started.wait(9)
        assert not stopped.is_set()
    assert stopped.wait(9)


def test_sigterm_lets_requests_under_way_finish(tmp_path):
    """The whole command, as an orchestrator starts and stops it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", SLOW_SERVER, "serve", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "CONVSCOPE_LOG_LEVEL": "error"}
    server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
    try:
        wait_until_ready(port, server)
        with ThreadPoolExecutor(1) as pool:
            url = f"http://127.0.0.1:{port}/api/v1/predict"
            request = pool.submit(httpx.post, url, content=picture_bytes(), timeout=30)
            assert server.stdout.readline() == b"at work\n"
            server.send_signal(signal.SIGTERM)
            assert request.result().status_code == 200
        assert server.wait(20) in (0, -signal.SIGTERM)
    finally:
        server.kill()
        server.communicate()


SLOW_SERVER = """
import time
from engine.network import Network
forward = Network.forward
def slow(*args, **options):
    print("at work", flush=True)
    time.sleep(1)
    return forward(*args, **options)
Network.forward = slow
from app.cli.main import main
main()
"""


def wait_until_ready(port, process):
    for _ in range(400):
        assert process.poll() is None, "the server ended"
        try:
            if httpx.get(f"http://127.0.0.1:{port}/api/v1/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server was never ready")
