"""The API keeps its word: requests made up from its own OpenAPI document, valid and not, get what
the document promises.
"""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.http.application import create_app
from app.models.registry import Registry
from app.settings import Settings
from tests.app.conftest import build_tiny

APP = create_app(Settings(workers=2, max_trainings=0), Registry({"tiny": build_tiny}, "tiny"))
PROMISES = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


async def app(scope, receive, send):
    """The app, which is started and stopped around each request here and must not mind."""
    if scope["type"] != "lifespan":
        await APP(scope, receive, send)
        return
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})


@schemathesis.serializer("application/zip", "application/x-onnx")
def archive(_, value):
    """Bytes are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


def tried(examples):
    """So many requests made up for each call, besides those for its limits, and always the same."""
    checks = list(HealthCheck)
    return settings(
        max_examples=examples, deadline=None, derandomize=True, suppress_health_check=checks
    )


@SCHEMA.include(method="GET").parametrize()
@tried(8)
def test_what_is_read_is_as_the_document_says(case):
    """A path and the words of a query are soon tried out; what is sent with a call is not."""
    case.call_and_validate(checks=PROMISES)


@SCHEMA.exclude(method="GET").parametrize()
@tried(25)
def test_what_is_sent_is_answered_as_the_document_says(case):
    # No training may have a process here, so a good request for one is refused: a 503 that the
    # document tells of.
    begins = (case.method, case.path) == ("POST", "/api/v1/trainings")
    case.call_and_validate(checks=PROMISES[1:] if begins else PROMISES)
