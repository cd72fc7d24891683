"""What deploy/ says agrees with what the app says, and with itself."""

import re
from pathlib import Path

import pytest

from app.http.bodies import _FORM, _MODEL_FORM
from app.http.problems import problems
from app.settings import MIB, Settings

PROJECT = Path(__file__).parents[2]
NGINX, REPLICAS, COMPOSE = (
    (PROJECT / "deploy" / name).read_text()
    for name in ("nginx.conf", "replicas.conf", "compose.yaml")
)


@pytest.fixture(scope="module")
def settings():
    """Of a server as compose.yaml starts it."""
    found = re.findall(r'^ +CONVSCOPE_(\w+): "(\d+)"$', COMPOSE, re.MULTILINE)
    return Settings(**{name.lower(): value for name, value in found})


def directive(name):
    (value,) = re.findall(rf"^ *{name} ([^;]+);", NGINX, re.MULTILINE)
    return value


def seconds(text):
    return int(text.removesuffix("s"))


def test_uploads_are_let_through_up_to_what_a_server_takes(settings):
    largest = max(
        settings.max_image_bytes + _FORM.overhead,
        settings.max_archive_bytes + _FORM.overhead,
        settings.max_model_bytes + _MODEL_FORM.overhead,
    )
    allowed = int(directive("client_max_body_size").removesuffix("m")) * MIB
    assert largest <= allowed < largest + 2 * MIB


def test_nginx_waits_longer_than_the_servers_do(settings):
    assert seconds(directive("client_header_timeout")) == settings.header_timeout
    slowest = max(settings.body_timeout, settings.model_body_timeout)
    assert seconds(directive("client_body_timeout")) > slowest
    assert seconds(directive("proxy_send_timeout")) > slowest
    assert seconds(directive("proxy_read_timeout")) > settings.training_time_limit
    assert settings.shutdown_timeout < seconds(directive("worker_shutdown_timeout"))
    servers, nginx = map(seconds, re.findall(r"stop_grace_period: (\w+)", COMPOSE))
    assert servers > settings.shutdown_timeout
    assert nginx > seconds(directive("worker_shutdown_timeout"))
    assert "stop_signal: SIGQUIT" in COMPOSE  # with SIGTERM it would cut requests off


def test_nothing_is_buffered_and_only_what_may_be_is_repeated():
    assert directive("proxy_buffering") == "off"
    assert directive("proxy_request_buffering") == "off"
    assert directive("proxy_next_upstream") == "error timeout"


def test_the_limits_are_those_of_one_server(settings):
    alone = (PROJECT / "compose.yaml").read_text()
    pattern = r'CONVSCOPE_\w+: "\d+"|read_only: .*|- ALL|no-new-privileges.*|mem_limit: 512m'
    assert set(re.findall(pattern, alone)) == set(re.findall(pattern, COMPOSE))


def test_every_server_has_an_address_and_a_volume_of_its_own():
    named = re.findall(r"^server ([\d.]+):8000 ", REPLICAS, re.MULTILINE)
    *servers, nginx = re.findall(r"ipv4_address: (\S+)", COMPOSE)
    assert sorted(named) == sorted(servers)
    assert f"FORWARDED_ALLOW_IPS: {nginx}\n" in COMPOSE
    volumes = re.findall(r"- (data-\d+):/data$", COMPOSE, re.MULTILINE)
    assert len(volumes) == len(set(volumes)) == len(servers)
    assert COMPOSE.count("- secret:/secret\n") == len(servers)
    assert re.search(r"CONVSCOPE_SECRET_FILE: /secret/\w+\n", COMPOSE)
    owned = r"install --directory --owner=convscope /data /secret\n"  # by who runs the server
    assert re.search(owned, (PROJECT / "Dockerfile").read_text())


def test_problems_are_named_and_called_as_in_the_app():
    known = {problem.slug: problem for problem in problems()}
    types, titles = (
        dict(re.findall(r'^ +(\d+) "?([^";]+)"?;', block, re.MULTILINE))
        for block in re.findall(
            r"map \$status \$problem_(?:type|title) \{(.*?)\}", NGINX, re.DOTALL
        )
    )
    assert len(types) > 4
    for status, slug in types.items():
        assert known[slug].status == int(status)
        assert known[slug].title == titles[status]
