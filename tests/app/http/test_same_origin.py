"""Which hosts and origins are answered."""

import socket

import pytest

from app.http.access.same_origin import allowed_names, is_allowed
from app.http.application import create_app
from app.settings import Settings
from tests.app.conftest import TestClient

LIVE = "/api/v1/health/live"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "LOCALHOST:8000",
        "localhost.",
        "lab.localhost:8000",
        "127.0.0.1:8000",
        "192.168.1.7",
        "[::1]:8000",
        "[::1]",
        "",
    ],
)
def test_localhost_and_addresses_are_allowed(host):
    assert is_allowed(host, allowed_names(Settings(allowed_hosts="")))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evillocalhost",
        "[evil.example]",
        "*",
    ],
)
def test_other_names_are_not(host):
    assert not is_allowed(host, allowed_names(Settings(allowed_hosts="")))


def test_names_are_listed():
    names = allowed_names(Settings(allowed_hosts="Cnn.school.example, *.lab.example,"))
    assert is_allowed("cnn.school.example:443", names)
    assert is_allowed("a.b.lab.example", names)
    assert not is_allowed("lab.example", names)
    assert not is_allowed("school.example", names)
    assert is_allowed("anything.example", allowed_names(Settings(allowed_hosts="*")))


def test_the_name_that_it_listens_on_is_allowed():
    assert is_allowed("cnn.example", allowed_names(Settings(host="cnn.example", allowed_hosts="")))
    here = socket.gethostname()
    everywhere = allowed_names(Settings(host="0.0.0.0", allowed_hosts=""))
    assert is_allowed(here, everywhere)
    assert here in {"localhost", ""} or not is_allowed(
        here, allowed_names(Settings(allowed_hosts=""))
    )


@pytest.fixture
def local(registry):
    return TestClient(
        create_app(Settings(allowed_hosts=""), registry), base_url="http://localhost:8000"
    )


@pytest.mark.parametrize("path", ["/", LIVE, "/static/favicon.svg", "/api/v1/nothing"])
def test_an_unknown_host_is_refused_at_every_path(local, path):
    answer = local.get(path, headers={"Host": "evil.example"})
    problem = answer.json()
    assert answer.status_code == problem["status"] == 421
    assert problem["type"] == "/errors/unknown-host"
    assert "CONVSCOPE_ALLOWED_HOSTS=evil.example" in problem["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"


CROSS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "null"},
]
OWN = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost:8000"},
    {"Origin": "https://LOCALHOST:8000"},  # a proxy speaks https in front of it
]


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH"])
@pytest.mark.parametrize("headers", CROSS)
def test_a_change_from_another_origin_is_refused(local, method, headers):
    answer = local.request(method, "/api/v1/models/tiny", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/errors/cross-origin"


@pytest.mark.parametrize("headers", OWN)
def test_ones_own_page_and_programs_change_things(local, headers):
    answer = local.delete("/api/v1/models/tiny", headers=headers)
    assert answer.json()["type"] == "/errors/model-fixed"  # the answer to a delete that got there


@pytest.mark.parametrize("headers", CROSS)
def test_reading_changes_nothing_and_is_answered(local, headers):
    answer = local.get(LIVE, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers
