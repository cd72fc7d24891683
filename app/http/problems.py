"""Errors on the wire: RFC 9457 problem documents, made from one table.

docs/errors.md explains each type; a test keeps it complete.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Mount

from app.errors import (
    AppError,
    ArchiveTooLarge,
    BadParameter,
    BadUpload,
    BodyTooLarge,
    ClientGone,
    CrossOrigin,
    DamagedArchive,
    DamagedPicture,
    DiskFailure,
    ExternalDataMissing,
    InputSizeMissing,
    InvalidKey,
    InvalidModel,
    LoginRequired,
    ModelFixed,
    NoPicture,
    NotAcceptable,
    NotAnArchive,
    NotAPicture,
    NotReady,
    OptionMissing,
    Overloaded,
    OversizedModel,
    PictureTooLarge,
    QuotaExceeded,
    SharedOnly,
    SlowUpload,
    TimeLimit,
    TooManyAttempts,
    TooManyPixels,
    TooManyRequests,
    UnfitArchive,
    UnknownAnalysis,
    UnknownDataset,
    UnknownHost,
    UnknownLayer,
    UnknownModel,
    UnknownStep,
    UnknownTraining,
    UnsupportedModel,
    WrongState,
    WrongToken,
)
from app.http.middleware import HEADERS
from app.http.observing.record import HEADER, current_id, note_reason

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One row of the table: the error's name on the wire, its status, its title."""

    slug: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The stable type URI; it leads to the error's explanation on the page of the API."""
        return f"/errors/{self.slug}"


PROBLEMS: Mapping[type[Exception], Problem] = {
    NoPicture: Problem("no-image", 422, "There is no picture in the request"),
    NotAPicture: Problem("not-an-image", 415, "This is not a picture that can be read"),
    DamagedPicture: Problem("image-damaged", 422, "The picture is damaged"),
    PictureTooLarge: Problem("image-too-large", 413, "The picture file is too large"),
    TooManyPixels: Problem("image-too-many-pixels", 413, "The picture has too many pixels"),
    NotAnArchive: Problem("not-an-archive", 415, "This is not a ZIP archive"),
    DamagedArchive: Problem("archive-damaged", 422, "The archive is damaged"),
    ArchiveTooLarge: Problem("archive-too-large", 413, "The archive is too large"),
    UnfitArchive: Problem("archive-unfit", 422, "Nothing can be learned from this archive"),
    UnknownDataset: Problem("unknown-dataset", 404, "There is no such set of pictures"),
    QuotaExceeded: Problem("no-room", 507, "There is no room left"),
    DiskFailure: Problem("disk-failed", 507, "The server's disk does not take it"),
    UnknownTraining: Problem("unknown-training", 404, "There is no such training"),
    WrongState: Problem("wrong-state", 409, "The training is not in that state"),
    InvalidModel: Problem("model-invalid", 422, "This is not a model that can be read"),
    UnsupportedModel: Problem("model-unsupported", 422, "The model uses what cannot be run here"),
    OversizedModel: Problem("model-too-large", 413, "The model is too large"),
    InputSizeMissing: Problem("model-input-size-needed", 422, "The model's input needs a size"),
    OptionMissing: Problem("model-option-needed", 422, "This model needs one more thing"),
    ExternalDataMissing: Problem(
        "model-external-data-needed", 422, "The model's weights are in another file"
    ),
    ModelFixed: Problem("model-fixed", 403, "This model cannot be renamed or deleted"),
    UnknownModel: Problem("unknown-model", 404, "There is no such model"),
    UnknownAnalysis: Problem("unknown-analysis", 404, "There is no such analysis"),
    UnknownStep: Problem("unknown-step", 404, "There is no such step"),
    UnknownLayer: Problem("unknown-layer", 404, "There is no such layer"),
    BadParameter: Problem("invalid-request", 422, "The request is not valid"),
    RequestValidationError: Problem("invalid-request", 422, "The request is not valid"),
    UnknownHost: Problem("unknown-host", 421, "This server does not have that name"),
    CrossOrigin: Problem("cross-origin", 403, "Another site's page asked for this"),
    InvalidKey: Problem("invalid-key", 401, "This is not a workspace's key"),
    SharedOnly: Problem("shared-only", 403, "This is shared with you, to be looked at"),
    LoginRequired: Problem("login-required", 401, "This server is closed"),
    WrongToken: Problem("wrong-token", 401, "This is not the token"),
    TooManyAttempts: Problem("too-many-attempts", 429, "Too many wrong tokens"),
    NotAcceptable: Problem("not-acceptable", 406, "That format is not on offer"),
    BadUpload: Problem("bad-upload", 400, "The upload cannot be read"),
    SlowUpload: Problem("upload-too-slow", 408, "The upload took too long"),
    BodyTooLarge: Problem("body-too-large", 413, "The request is too large"),
    Overloaded: Problem("busy", 503, "The server is busy"),
    TooManyRequests: Problem("too-many-requests", 429, "Too many requests at once"),
    TimeLimit: Problem("time-limit", 503, "The work took too long"),
    NotReady: Problem("not-ready", 503, "The server is not ready yet"),
    ClientGone: Problem("client-gone", 499, "The client went away"),
    ClientDisconnect: Problem("client-gone", 499, "The client went away"),
    Exception: Problem("internal-error", 500, "Something went wrong on the server"),
}

# Starlette raises these itself, as one class with a status.
HTTP_PROBLEMS: Mapping[int, Problem] = {
    404: Problem("not-found", 404, "There is nothing at this address"),
    405: Problem("method-not-allowed", 405, "This address does not take that method"),
}


def problems() -> list[Problem]:
    """Every problem there is, once, in the table's order."""
    return list(dict.fromkeys([*PROBLEMS.values(), *HTTP_PROBLEMS.values()]))


def find_problem(error: Exception) -> Problem:
    """The row for an error: that of its class or the nearest base class."""
    if isinstance(error, HTTPException):
        unnamed = Problem(f"http-{error.status_code}", error.status_code, error.detail)
        return HTTP_PROBLEMS.get(error.status_code, unnamed)
    return next(PROBLEMS[cls] for cls in type(error).__mro__ if cls in PROBLEMS)


def document(error: Exception, path: str) -> dict[str, Any]:
    """The problem document of an error that was met at ``path``."""
    problem = find_problem(error)
    body: dict[str, Any] = {"type": problem.type, "title": problem.title, "status": problem.status}
    if (request_id := current_id()) is not None:
        body["request_id"] = request_id
    if isinstance(error, AppError):
        body["detail"] = str(error)
        body |= {
            k: _json_number(v) for k in ("limit", "actual") if (v := getattr(error, k)) is not None
        }
        body |= error.more
    elif isinstance(error, RequestValidationError):
        body["errors"] = [
            {"where": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()
        ]
        body["detail"] = "; ".join(f"{e['where']}: {e['message']}" for e in body["errors"])
    elif problem.slug == "not-found":
        body["detail"] = f"Nothing is at {path}. The API is described at /docs."
    elif problem.slug == "method-not-allowed":
        body["detail"] = f"{path} does not take that method; the Allow header names what it takes."
    elif problem.status >= 500:
        # The text of an unexpected error may hold anything, so it goes to the log and not to the
        # client.
        body["detail"] = "This is a mistake in the server, not in the request. It has been logged."
    else:
        body["detail"] = problem.title
    return body


def problem_response(request: Request, error: Exception) -> Response:
    """An error as an HTTP response."""
    body = document(error, request.scope["path"])
    note_reason(body["type"].rpartition("/")[2])
    headers = dict(getattr(error, "headers", None) or {})
    if body["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    if isinstance(error, AppError) and error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return Response(orjson.dumps(body), body["status"], headers, media_type=PROBLEM_JSON)


def _methods(request: Request) -> list[str]:
    """What the address takes. A route knows of its own methods alone, and files of none."""
    taken = {
        method
        for method in ("DELETE", "GET", "PATCH", "POST")
        for route in request.app.routes
        if not isinstance(route, Mount)
        and route.matches({**request.scope, "method": method})[0] is Match.FULL
    } or {"GET"}
    return sorted(taken | {"HEAD"} if "GET" in taken else taken)


async def _answer(request: Request, error: Exception) -> Response:
    return problem_response(request, error)


async def _answer_unexpected(request: Request, error: Exception) -> Response:
    """The answer to an error that no route expects: Starlette sends it from outside the app's
    middleware, then raises the error again for the server's log.
    """
    response = problem_response(request, error)
    response.headers.update(HEADERS)
    if (request_id := current_id()) is not None:
        response.headers[HEADER] = request_id
    return response


def install(app: FastAPI) -> None:
    """Register the handlers that turn every error of the app into a problem document."""
    for kind in (AppError, ClientDisconnect, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(Exception, _answer_unexpected)


_LARGEST = int(sys.float_info.max)


def _json_number(number: float) -> float:
    """A number as JSON readers can take it: beyond 2⁵³ they know no whole ones, and beyond 1.8e308
    none at all.
    """
    return number if abs(number) <= 2**53 else float(min(number, _LARGEST))
