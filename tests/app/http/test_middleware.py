"""HEAD: wherever GET is answered, the headers come and nothing else, at once."""

import asyncio

import httpx
import pytest

from app.http.middleware import HeadMiddleware
from tests.app.conftest import picture_bytes, run_coroutine

SECONDS = 20  # a HEAD that hangs would hang for ever


def answered_by(app):
    """The messages that a HEAD gets from an app."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.Event().wait()

    async def head():
        scope = {"type": "http", "method": "HEAD", "path": "/"}
        async with asyncio.timeout(SECONDS):
            await HeadMiddleware(app)(scope, receive, send)

    run_coroutine(head())
    return sent


def test_a_stream_without_end_is_stopped():
    stopped = []

    async def app(scope, receive, send):
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(True)

    start, body = answered_by(app)
    assert start["status"] == 200
    assert body == {"type": "http.response.body"}
    assert stopped


def test_a_body_is_not_sent():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"words", "more_body": True})

    start, body = answered_by(app)
    assert start["status"] == 404
    assert not body.get("body")
    assert not body.get("more_body")


def test_an_app_that_breaks_before_its_headers_breaks_on():
    async def app(scope, receive, send):
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        answered_by(app)


def test_every_address_that_is_read_answers_head_on_a_real_server(server):
    with httpx.Client(base_url=server.url, timeout=SECONDS) as client:
        analysis = client.post("/api/v1/analyses", content=picture_bytes()).json()
        step = client.post(
            f"/api/v1/analyses/{analysis['id']}/training-step", json={"label": 0}
        ).json()
        ids = {"analyses": analysis["id"], "models": "tiny", "steps": step["id"]}
        paths = client.get("/api/v1/openapi.json").json()["paths"]
        for path in (path for path, methods in paths.items() if "get" in methods):
            address = path.replace("{id}", ids.get(path.split("/")[3], "shapes"))
            address = address.replace("{name}", "fc1").replace("{parameter}", "weight")
            address = address.replace("{number}", "0")
            get, head = client.get(address), client.head(address)
            assert head.status_code == get.status_code, address
            assert head.content == b"", address
            assert head.headers["content-type"] == get.headers["content-type"], address
