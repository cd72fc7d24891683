"""One shape for every error on the wire (RFC 9457), and a stable type for each kind."""

import pytest
from fastapi.exceptions import RequestValidationError

from app import errors
from app.http import problems
from app.http.application import create_app
from app.models.registry import Registry
from app.settings import Settings
from tests.app.conftest import TestClient, as_file, picture_bytes
from tests.app.images.test_decoding import bomb

UPLOAD = "/api/v1/analyses"
SMALL = Settings(workers=1, max_image_bytes=50_000, max_image_pixels=10_000)


@pytest.fixture(scope="module")
def client(registry):
    with TestClient(create_app(SMALL, registry), raise_server_exceptions=False) as client:
        yield client


def check(answer, slug, status, **extra):
    """The shape that all errors share."""
    body = answer.json()
    assert answer.status_code == status == body["status"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"/errors/{slug}"
    assert body["title"]
    assert len(body["detail"]) > 10
    assert set(body) - {"errors"} == {
        *("type", "title", "status", "detail", "request_id"),
        *extra,
    }
    assert body["request_id"] == answer.headers["x-request-id"]
    for name, value in extra.items():
        assert body[name] == value
    assert "Traceback" not in answer.text
    return body


@pytest.mark.parametrize("path", [UPLOAD, "/api/v1/predict"])
class TestUploads:
    def test_nothing(self, client, path):
        check(client.post(path), "no-image", 422)
        check(
            client.post(path, content=b"", headers={"content-type": "image/png"}), "no-image", 422
        )

    def test_a_form_without_a_file(self, client, path):
        check(client.post(path, files={"other": b"x"}), "no-image", 422)
        check(client.post(path, files={"model": (None, "tiny")}), "no-image", 422)

    def test_not_a_picture(self, client, path):
        check(client.post(path, content=b"hello"), "not-an-image", 415)
        check(client.post(path, files={"image": b"hello"}), "not-an-image", 415)

    def test_a_content_type_that_is_no_picture(self, client, path):
        check(client.post(path, json={"image": "x"}), "not-an-image", 415)

    def test_damaged(self, client, path):
        check(client.post(path, content=picture_bytes()[:-900]), "image-damaged", 422)

    def test_too_large_bare(self, client, path):
        answer = client.post(path, content=bytes(50_001))
        check(answer, "image-too-large", 413, limit=50_000, actual=50_001, what="bytes")

    def test_too_large_in_a_form(self, client, path):
        answer = client.post(path, files={"image": bytes(50_001)})
        check(answer, "image-too-large", 413, limit=50_000, actual=50_001, what="bytes")

    def test_too_large_without_an_announced_length(self, client, path):
        answer = client.post(path, content=iter([bytes(30_000), bytes(30_000)]))
        check(answer, "image-too-large", 413, limit=50_000, actual=60_000, what="bytes")

    def test_a_form_that_is_far_too_large(self, client, path):
        answer = client.post(path, files={"image": bytes(200_000)})
        actual = int(answer.request.headers["content-length"])
        check(answer, "image-too-large", 413, limit=50_000, actual=actual, what="bytes")

    def test_too_many_pixels(self, client, path):
        answer = client.post(path, content=picture_bytes((101, 100), "1"))
        check(answer, "image-too-many-pixels", 413, limit=10_000, actual=10_100, what="pixels")
        answer = client.post(path, content=bomb(2**31 - 1, 2**31 - 1))
        check(answer, "image-too-many-pixels", 413, limit=10_000, what="pixels")

    def test_a_broken_form(self, client, path):
        for body, kind in [
            (b"rubbish", "multipart/form-data; boundary=x"),
            (b"--x\r\n", "multipart/form-data"),
        ]:
            answer = client.post(path, content=body, headers={"content-type": kind})
            check(answer, "bad-upload", 400)

    def test_two_files(self, client, path):
        files = [("image", as_file_part(1)), ("image", as_file_part(2))]
        check(client.post(path, files=files), "bad-upload", 400)

    def test_unknown_model(self, client, path):
        check(client.post(f"{path}?model=nope", content=picture_bytes()), "unknown-model", 404)
        answer = client.post(path, files={"image": picture_bytes()}, data={"model": "nope"})
        assert "tiny" in check(answer, "unknown-model", 404)["detail"]


def as_file_part(seed):
    return (f"{seed}.png", picture_bytes(seed=seed), "image/png")


def test_reading(client):
    made = client.post(UPLOAD, content=picture_bytes()).json()["id"]
    check(client.get("/api/v1/models/nope"), "unknown-model", 404)
    check(client.get(f"{UPLOAD}/nope"), "unknown-analysis", 404)
    check(client.get(f"{UPLOAD}/{'x' * 100}"), "invalid-request", 422)
    check(client.get(f"{UPLOAD}/{made}/layers/nope"), "unknown-layer", 404)
    check(client.get(f"{UPLOAD}/{made}/layers/nope/explain?unit=1"), "unknown-layer", 404)
    check(client.get(f"{UPLOAD}/{made}/layers/conv1?format=gif"), "not-acceptable", 406)
    html = client.get(f"{UPLOAD}/{made}/layers/conv1", headers={"accept": "text/html"})
    check(html, "not-acceptable", 406)
    check(client.get(f"{UPLOAD}/{made}/export?format=png"), "not-acceptable", 406)


@pytest.mark.parametrize(
    "channels", ["4", "0-4", "2-1", "a", "", "1,,2", "-1", "1-", "٣", "9" * 400]
)
def test_channels(client, channels):
    made = client.post(UPLOAD, content=picture_bytes()).json()["id"]
    answer = client.get(f"{UPLOAD}/{made}/layers/conv1", params={"channels": channels})
    body = answer.json()
    assert (answer.status_code, body["type"]) == (422, "/errors/invalid-request")
    assert body["detail"].startswith("channels")


def test_parameters_that_do_not_parse_are_named(client):
    answer = client.post("/api/v1/predict?top_k=many", content=picture_bytes())
    body = check(answer, "invalid-request", 422)
    assert body["errors"][0]["where"] == "query.top_k"


def test_addresses_and_methods(client):
    check(client.get("/nope"), "not-found", 404)
    check(client.get("/static/nope.js"), "not-found", 404)
    check(client.get("/errors/nope"), "not-found", 404)
    answer = client.delete("/api/v1/models")
    check(answer, "method-not-allowed", 405)
    assert answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("field", [{"paused": 0}, {"epochs": "3"}, {"seed": True}, {"speed": "5"}])
def test_json_of_another_type_is_refused(client, field):
    body = check(client.post("/api/v1/trainings", json=field), "invalid-request", 422)
    assert body["errors"][0]["where"] == f"body.{next(iter(field))}"


@pytest.mark.parametrize(
    ("address", "takes"),
    [
        ("/api/v1/analyses", "POST"),
        ("/api/v1/models", "GET, HEAD, POST"),
        ("/api/v1/models/tiny", "DELETE, GET, HEAD, PATCH"),
        ("/api/v1/models/tiny/share", "DELETE, POST"),
        ("/api/v1/models/tiny/layers/a%2Fb/weights", "GET, HEAD"),
        ("/docs", "GET, HEAD"),
        ("/static/css/login.css", "GET, HEAD"),
    ],
)
def test_the_methods_of_an_address_are_all_named(client, address, takes):
    for method in ("OPTIONS", "PUT"):
        answer = client.request(method, address)
        check(answer, "method-not-allowed", 405)
        assert answer.headers["allow"] == takes


def test_a_server_that_is_not_ready(registry):
    app = create_app(SMALL, Registry({"tiny": lambda: registry.get()}, "tiny"))
    answer = TestClient(app).get("/api/v1/health/ready")  # without its lifespan: nothing is loaded
    check(answer, "not-ready", 503)
    assert answer.headers["retry-after"] == "1"


def test_a_mistake_in_the_server_tells_nothing_and_is_raised_for_the_log(registry, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr("app.analyses.serializers.model", broken)
    with TestClient(create_app(SMALL, registry), raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/models/tiny")
    check(answer, "internal-error", 500)
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers
    with (
        TestClient(create_app(SMALL, registry)) as client,
        pytest.raises(RuntimeError, match="secret"),
    ):
        client.get("/api/v1/models/tiny")


@pytest.mark.parametrize("host", ["[", "a b", "evil.example", "x" * 500])
def test_a_strange_host_header_is_refused(client, host):
    headers = {"host": host}
    answer = client.post(UPLOAD, content=picture_bytes(), headers=headers)
    check(answer, "unknown-host", 421)
    check(client.get("/nope", headers=headers), "unknown-host", 421)


def test_a_request_without_a_host_header_is_answered(client):
    answer = client.post(UPLOAD, content=picture_bytes(), headers={"host": ""})
    assert answer.headers["location"].startswith("/api/v1/analyses/")
    check(client.get("/api/v1/models/", headers={"host": ""}), "not-found", 404)


@pytest.mark.parametrize("number", ["2147483648", "9" * 30, "-1", "1e3", "NaN", "٣", "0x10"])
def test_absurd_numbers(client, number):
    made = client.post(UPLOAD, content=picture_bytes()).json()["id"]
    at = f"{UPLOAD}/{made}/layers/fc1/explain"
    check(client.get(at, params={"unit": number}), "invalid-request", 422)
    answer = client.post("/api/v1/predict", params={"top_k": number}, content=picture_bytes())
    check(answer, "invalid-request", 422)


def leaves(kind):
    return (
        [kind]
        if not kind.__subclasses__()
        else [x for c in kind.__subclasses__() for x in leaves(c)]
    )


def test_every_error_of_the_app_has_a_row_in_the_table():
    assert set(leaves(errors.AppError)) <= set(problems.PROBLEMS)


def test_a_slug_means_one_thing():
    rows = problems.problems()
    assert len({row.slug for row in rows}) == len(rows)


@pytest.mark.parametrize("kind", leaves(errors.AppError))
def test_every_error_of_the_app_makes_a_full_document(kind):
    document = problems.document(kind("What happened.", limit=2, actual=3), "/x")
    assert document["detail"] == "What happened."
    assert (document["limit"], document["actual"]) == (2, 3)
    assert 400 <= document["status"] < 600


def test_validation_errors_do_not_echo_the_input():
    error = RequestValidationError(
        [{"loc": ("query", "k"), "msg": "bad", "type": "x", "input": "<s>"}]
    )
    assert "<s>" not in str(problems.document(error, "/x"))


def test_a_palette_picture_is_no_error(client):
    from PIL import Image

    answer = client.post(UPLOAD, content=as_file(Image.new("P", (8, 8))))
    assert answer.status_code == 201
