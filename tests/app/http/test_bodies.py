"""A body is in memory once, while it comes and when it is there."""

import tracemalloc

import pytest
from starlette.requests import Request

from app.http.bodies import read_model_file, read_upload
from app.settings import Settings
from tests.app.conftest import run_coroutine

FILE = bytes(range(256)) * 2**14  # 4 MiB
PIECE = 2**16


def as_form(field):
    head = f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="a"\r\n\r\n'
    return "multipart/form-data; boundary=b", head.encode() + FILE + b"\r\n--b--\r\n"


def request(kind, body):
    places = iter(range(0, len(body), PIECE))

    async def receive():
        place = next(places)
        end = place + PIECE
        return {"type": "http.request", "body": body[place:end], "more_body": end < len(body)}

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b""}
    return Request({**scope, "headers": [(b"content-type", kind.encode())]}, receive)


async def photo(asked):
    return (await read_upload(asked, Settings(), None, None)).data


async def model(asked):
    return (await read_model_file(asked, 2 * len(FILE), 60, {})).data


@pytest.mark.parametrize(
    ("read", "kind", "body"),
    [
        (photo, "image/png", FILE),
        (photo, *as_form("image")),
        (model, *as_form("file")),
    ],
    ids=["bare", "form", "model"],
)
def test_a_body_takes_its_size_in_memory(read, kind, body):
    async def measured():
        asked = request(kind, body)
        tracemalloc.start()
        try:
            got = await read(asked)
            return got == FILE, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    is_whole, peak = run_coroutine(measured())
    assert is_whole
    assert peak < 1.5 * len(FILE)
