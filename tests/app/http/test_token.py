"""A closed server: nothing is answered without its token, and guessing it is slow."""

import pytest
from starlette.requests import Request

from app.client import Client, RequestRefused
from app.errors import TooManyAttempts, WrongToken
from app.http.access.token import COOKIE, Attempts, TokenGuard, counted_address, page_after
from app.http.application import create_app
from app.http.server import make_server
from app.settings import Settings
from tests.app.conftest import TestClient, picture_bytes

TOKEN = "0123456789abcdef"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
MODELS = "/api/v1/models"


@pytest.fixture
def closed(registry):
    with TestClient(create_app(Settings(token=TOKEN), registry), follow_redirects=False) as client:
        yield client


def test_every_call_needs_the_token(closed):
    paths = closed.get("/api/v1/openapi.json", headers=BEARER).json()["paths"]
    calls = [(path, method) for path, methods in paths.items() for method in methods]
    assert len(calls) > 40
    for path, method in calls:
        answer = closed.request(method, path)
        if "/health/" in path:
            assert answer.status_code == 200, path
        else:
            assert answer.status_code == 401, path
            assert answer.json()["type"] == "/errors/login-required"
            assert answer.headers["www-authenticate"] == "Bearer"
    for path in ("/api/v1/openapi.json", "/errors/busy", "/nothing"):
        assert closed.get(path).status_code == 401


def test_programs_send_it(closed):
    assert closed.get(MODELS, headers=BEARER).status_code == 200
    assert closed.get(MODELS, headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200
    wrong = closed.get(MODELS, headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code == 401
    assert wrong.json()["type"] == "/errors/wrong-token"
    assert TOKEN not in wrong.text


def test_the_client_sends_it(closed):
    with Client("http://testserver", token=TOKEN, transport=closed._transport) as client:
        assert client.predict(picture_bytes(), top_k=1)
    with (
        Client("http://testserver", transport=closed._transport) as client,
        pytest.raises(RequestRefused, match="closed"),
    ):
        client.models()


@pytest.mark.parametrize("page", ["", "learn", "docs", "learn?run=1&step=2"])
def test_a_page_leads_to_the_log_in_and_back(closed, page):
    asked = closed.get(f"/{page}")
    assert asked.status_code == 303
    form = closed.get(asked.headers["location"])
    assert form.status_code == 200
    next_page = form.text.partition('name="next" value="')[2].partition('"')[0]
    done = closed.post("/login", data={"token": TOKEN, "next": next_page.replace("&amp;", "&")})
    assert done.status_code == 303
    assert done.headers["location"] == f"./{page}"
    assert closed.get(f"/{page}").status_code == 200  # the client keeps the cookie
    assert closed.get(MODELS).status_code == 200


def test_the_cookie_is_not_the_token_and_is_kept_from_scripts(closed):
    cookie = closed.post("/login", data={"token": TOKEN}).headers["set-cookie"]
    assert TOKEN not in cookie
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie
    closed.base_url = "https://testserver"
    assert "Secure" in closed.post("/login", data={"token": TOKEN}).headers["set-cookie"]
    closed.cookies.clear()
    for value in ("", TOKEN, "é"):
        headers = {"Cookie": f"{COOKIE}={value}".encode()}
        assert closed.get(MODELS, headers=headers).status_code == 401


@pytest.mark.parametrize("other", ['prefs={"a":1}', "x=a b", "f[1]=2", "[]=", "k=\xe9", ";;"])
def test_another_server_s_cookies_on_that_machine_do_no_harm(closed, other):
    """Cookies do not tell ports apart."""
    own = closed.post("/login", data={"token": TOKEN}).headers["set-cookie"].partition(";")[0]
    closed.cookies.clear()
    for cookies in (f"{other}; {own}", f"{own}; {other}"):
        headers = {"Cookie": cookies.encode("latin-1")}
        assert closed.get(MODELS, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/learn", "..", "learn/../x", "\\\\x"]
)
def test_a_log_in_leads_nowhere_else(elsewhere):
    assert page_after(elsewhere) == "./"


def test_a_wrong_token_is_said_in_the_form(closed):
    answer = closed.post("/login", data={"token": "wrong", "next": "learn"})
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert 'value="learn"' in answer.text
    assert "set-cookie" not in answer.headers


def test_an_open_server_has_no_log_in(client):
    for answer in (
        client.get("/login", follow_redirects=False),
        client.post("/login", data={"token": TOKEN}, follow_redirects=False),
    ):
        assert answer.status_code == 303
        assert answer.headers["location"] == "./"
        assert "set-cookie" not in answer.headers


def test_what_the_log_in_page_needs_is_open(closed):
    assert closed.get("/static/css/base.css").status_code == 200
    assert closed.get("/api/v1/health/live").status_code == 200


def test_guessing_gets_slower():
    now = [1000.0]
    guard = TokenGuard(TOKEN, Attempts(lambda: now[0]))
    for _ in range(5):
        with pytest.raises(WrongToken):
            guard.check("guess", "10.0.0.1")
    with pytest.raises(TooManyAttempts) as told:
        guard.check(TOKEN, "10.0.0.1")
    assert told.value.retry_after == 2
    guard.check(TOKEN, "10.0.0.2")  # somebody else
    waits = []
    for _ in range(9):
        try:
            guard.check("guess", "10.0.0.1")
        except TooManyAttempts as error:
            waits.append(error.retry_after)
            now[0] += error.retry_after
        except WrongToken:
            pass
    assert waits == [2, 3, 5, 9, 17][: len(waits)]
    assert len(waits) >= 4
    now[0] += 60
    guard.check(TOKEN, "10.0.0.1")
    with pytest.raises(WrongToken):
        guard.check("guess", "10.0.0.1")
    with pytest.raises(TooManyAttempts):  # a neighbour's right token does not help who guesses
        guard.check("guess", "10.0.0.1")


@pytest.mark.parametrize(
    ("address", "as_one"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("::1", "::1"),
        ("unix", "unix"),
    ],
)
def test_all_addresses_of_an_ipv6_network_count_as_one(address, as_one):
    assert counted_address(Request({"type": "http", "client": (address, 1)})) == as_one


def test_another_address_of_the_same_network_is_no_other_guesser(closed):
    for number in range(7):
        guesser = TestClient(closed.app, client=(f"2001:db8::{number + 1}", 1))
        answer = guesser.get(MODELS, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 429


def test_the_memory_for_addresses_is_bounded():
    attempts = Attempts(lambda: 0.0)
    for number in range(10_500):
        attempts.count_wrong(str(number))
    assert len(attempts._wrong) == 10_000


def test_too_many_attempts_are_a_429(closed):
    answers = [closed.post("/login", data={"token": "wrong"}) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({"host": "0.0.0.0"}, 1),
        ({"host": "192.168.1.7"}, 1),
        ({"host": "0.0.0.0", "token": TOKEN}, 0),
        ({"host": "127.0.0.1"}, 0),
        ({"host": "::1"}, 0),
        ({"host": "localhost"}, 0),
    ],
)
def test_an_open_server_on_the_network_says_so(registry, capsys, settings, count):
    given = Settings(port=0, **settings)
    make_server(given, create_app(given, registry))
    assert capsys.readouterr().err.count("CONVSCOPE_TOKEN is not set") == count


@pytest.mark.parametrize("token", ["short", "sixteen with blanks", "ümlaut-und-mehr-zeichen"])
def test_a_weak_token_is_refused(token):
    with pytest.raises(ValueError, match="token"):
        Settings(token=token)


def test_the_token_is_not_shown():
    assert TOKEN not in repr(Settings(token=TOKEN))
