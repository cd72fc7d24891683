"""A layer may have any name: its numbers are read by the path, by ``?layer=``, and behind a proxy
that decodes paths.
"""

import http.client
import io
import json
from urllib.parse import quote, unquote

import httpx
import numpy as np
import pytest

from app.client import Client
from app.http.middleware import RawPathMiddleware
from app.models.registry import Registry
from app.settings import Settings
from engine.network import Network, Node
from engine.ops import Conv2d, Relu
from engine.preprocess import Preprocess
from tests.app.conftest import RunningServer, picture_bytes

NAMES = (
    "a",
    "a/explain",
    "a/strongest-path",
    "a/effective-receptive-field",
    "a/weights",
    "a/receptive-fields",
    "a/explain/explain",
    "/lead",
    "end/",
    "two//slashes",
    "explain",
    ".",
    "..",
    "../..",
    "-",
    "%2F",
    "%252F",
    "100%",
    "Größe ∑ 层",
    "what?x=1&y=2#z",
    " spaced + plus; semi ",
    "back\\slash",
)


def build() -> Network:
    """A chain of convolutions, each of another weight, under awkward names."""
    nodes, before = [Node("head", Relu(), ("input",))], "head"
    for number, name in enumerate(NAMES):
        weight = np.full((1, 1 if number else 3, 1, 1), 1 + number / 100, np.float32)
        nodes.append(Node(name, Conv2d(weight), (before,)))
        before = name
    return Network(
        nodes,
        inputs={"input": (3, 4, 4)},
        outputs=(before,),
        preprocess=Preprocess(input_size=(3, 4, 4)),
        name="odd",
    ).freeze()


@pytest.fixture(scope="module")
def server():
    with RunningServer(
        Settings(port=0, workers=2, log_level="error", time_limit=60),
        Registry({"odd": build}, "odd"),
    ) as running:
        yield running


@pytest.fixture(scope="module")
def analysis(server):
    answer = httpx.post(f"{server.url}/api/v1/analyses", content=picture_bytes((4, 4)))
    assert answer.status_code == 201, answer.text
    return answer.json()


def get(server, target):
    """The target exactly as it stands: a library might tidy it up."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def array(server, target):
    status, body = get(server, target)
    assert status == 200, body
    return np.load(io.BytesIO(body))


def content(server, target):
    status, body = get(server, target)
    assert status == 200, body
    return json.loads(body)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_one_segment_and_in_the_query_is_that_layer(server, analysis, name):
    """Each filter multiplies what came in by a number of its own, so the weight tells which layer
    answered.
    """
    one, query = quote(name, safe=""), f"layer={quote(name, safe='')}"
    weight = pytest.approx(1 + NAMES.index(name) / 100)
    layers, place = f"/api/v1/analyses/{analysis['id']}/layers", "channel=0&y=1&x=2"
    model = "/api/v1/models/odd/layers"

    numbers = array(server, f"{layers}/{one}?format=npy")
    np.testing.assert_array_equal(numbers, array(server, f"{layers}/-?format=npy&{query}"))
    for address in (f"{layers}/{one}/explain?{place}", f"{layers}/-/explain?{place}&{query}"):
        assert content(server, address)["terms"][0]["weight"] == weight
    for address in (
        f"{layers}/{one}/strongest-path?{place}",
        f"{layers}/-/strongest-path?{place}&{query}",
    ):
        assert content(server, address)["steps"][0]["layer"] == name
    for address in (f"{model}/{one}/weights", f"{model}/-/weights?{query}"):
        assert np.ravel(content(server, address)["parameters"]["weight"])[0] == weight
    for address in (f"{model}/{one}/receptive-fields", f"{model}/-/receptive-fields?{query}"):
        assert len(content(server, address)["rows"]) == 4
    for address in (
        f"{layers}/{one}/effective-receptive-field",
        f"{layers}/-/effective-receptive-field",
    ):
        assert array(server, f"{address}?format=npy&{place}&{query}").shape == (4, 4)


@pytest.mark.parametrize("name", NAMES)
def test_a_proxy_that_decodes_paths_does_not_break_the_query(server, analysis, name):
    """nginx, for one, decodes %2F and joins slashes; what is behind the question mark stays as it
    is.
    """
    target = f"/api/v1/analyses/{analysis['id']}/layers/-/explain"
    found = content(server, f"{unquote(target)}?channel=0&y=0&x=0&layer={quote(name, safe='')}")
    assert found["terms"][0]["weight"] == pytest.approx(1 + NAMES.index(name) / 100)


def test_slashes_that_nobody_encoded_are_still_understood(server, analysis):
    layers = f"/api/v1/analyses/{analysis['id']}/layers"
    plain = array(server, f"{layers}/two//slashes?format=npy")
    np.testing.assert_array_equal(plain, array(server, f"{layers}/two%2f%2Fslashes?format=npy"))


@pytest.mark.parametrize("name", ["none", "none/explain", "%", "ÿ%ff"])
def test_a_name_that_is_none_is_a_404(server, analysis, name):
    layers = f"/api/v1/analyses/{analysis['id']}/layers"
    for target in (f"{layers}/{quote(name, safe='')}", f"{layers}/-?layer={quote(name, safe='')}"):
        status, body = get(server, target)
        assert status == 404
        assert json.loads(body)["type"] == "/errors/unknown-layer"


@pytest.mark.parametrize("name", NAMES)
def test_the_client_reads_every_name(server, name):
    with Client(server.url) as client:
        analysis = client.analyze(picture_bytes((4, 4)))
        assert analysis.layer(name).shape == (1, 4, 4)
        assert analysis.strongest_path(name, channel=0, y=0, x=0)[0]["layer"] == name
        assert client.weights("odd", name).ravel()[0] == pytest.approx(1 + NAMES.index(name) / 100)


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ({"path": "/api/a/b", "raw_path": b"/api/a%2Fb"}, "/api/a%2Fb"),
        ({"path": "/api/a/b", "raw_path": b"/api/a/b"}, "/api/a/b"),
        ({"path": "/api/%", "raw_path": b"/api/%25"}, "/api/%25"),
        ({"path": "/api/%2F", "raw_path": b"/api/%252F"}, "/api/%252F"),
        ({"path": "/api/%2F"}, "/api/%252F"),  # a server that tells no raw path
        ({"path": "/api/a/b", "raw_path": b"/elsewhere"}, "/api/a/b"),
        (
            {"path": "/base/api/a/b", "raw_path": b"/base/api/a%2fb", "root_path": "/base"},
            "/base/api/a%2Fb",
        ),
        ({"path": "/static/a/b", "raw_path": b"/static/a%2Fb"}, "/static/a/b"),
    ],
)
def test_which_path_routes_see(scope, path):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["path"])

    call = RawPathMiddleware(app, "/api/")({"type": "http", **scope}, None, None)
    with pytest.raises(StopIteration):
        call.send(None)
    assert seen == [path]
