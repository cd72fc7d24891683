"""What can go wrong in the app, and how it looks on the wire: RFC 9457 problem documents, made from one table.

    AppError
    ├── PictureError            something is wrong with the picture that was sent
    │   ├── NoPicture           nothing was sent
    │   ├── NotAPicture         the bytes are not a picture in a format that is read here
    │   ├── DamagedPicture      it began as a picture, but cannot be decoded
    │   ├── PictureTooLarge     more bytes than allowed
    │   └── TooManyPixels       more pixels than allowed
    ├── UnknownModel            no network of that id
    ├── UnknownAnalysis         never made here, or gone from memory
    ├── UnknownLayer            the network has no value of that name
    ├── BadParameter            a parameter that parses, but means nothing here (a channel out of range)
    ├── NotAcceptable           none of the formats asked for exists
    ├── BadUpload               a body that is not what its Content-Type says
    ├── SlowUpload              the body did not arrive in time
    ├── Overloaded              the queue is full; come back later
    ├── TimeLimit               the work took too long and was stopped
    ├── NotReady                the default network is not loaded yet
    └── ClientGone              nobody waits for the answer any more

Each may carry the limit that was met and the actual value. docs/errors.md explains each type; a test keeps it complete.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

log = logging.getLogger("convscope")

PROBLEM_JSON = "application/problem+json"


class AppError(Exception):
    """Anything that the app refuses. Its text is the problem's ``detail`` and meant for people."""

    def __init__(
        self,
        detail: str,
        *,
        limit: float | None = None,
        actual: float | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.limit = limit
        self.actual = actual
        self.retry_after = retry_after


class PictureError(AppError):
    """Something is wrong with the picture that was sent."""


class NoPicture(PictureError):
    """Nothing was sent."""


class NotAPicture(PictureError):
    """The bytes are not a picture in a format that is read here."""


class DamagedPicture(PictureError):
    """It began as a picture, but cannot be decoded."""


class PictureTooLarge(PictureError):
    """More bytes than allowed."""


class TooManyPixels(PictureError):
    """More pixels than allowed."""


class UnknownModel(AppError):
    """No network of that id."""


class UnknownAnalysis(AppError):
    """Never made here, or gone from memory."""


class UnknownLayer(AppError):
    """The network has no value of that name."""


class BadParameter(AppError):
    """A parameter that parses, but means nothing here."""


class NotAcceptable(AppError):
    """None of the formats asked for exists."""


class BadUpload(AppError):
    """A body that is not what its Content-Type says."""


class SlowUpload(AppError):
    """The body did not arrive in time."""


class Overloaded(AppError):
    """The queue is full."""


class TimeLimit(AppError):
    """The work took too long and was stopped."""


class NotReady(AppError):
    """The default network is not loaded yet."""


class ClientGone(AppError):
    """Nobody waits for the answer any more."""


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
    UnknownModel: Problem("unknown-model", 404, "There is no such model"),
    UnknownAnalysis: Problem("unknown-analysis", 404, "There is no such analysis"),
    UnknownLayer: Problem("unknown-layer", 404, "There is no such layer"),
    BadParameter: Problem("invalid-request", 422, "The request is not valid"),
    RequestValidationError: Problem("invalid-request", 422, "The request is not valid"),
    NotAcceptable: Problem("not-acceptable", 406, "That format is not on offer"),
    BadUpload: Problem("bad-upload", 400, "The upload cannot be read"),
    SlowUpload: Problem("upload-too-slow", 408, "The upload took too long"),
    Overloaded: Problem("busy", 503, "The server is busy"),
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
    if isinstance(error, AppError):
        body["detail"] = str(error)
        body |= {k: v for k in ("limit", "actual") if (v := getattr(error, k)) is not None}
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
        # The text of an unexpected error may hold anything, so it goes to the log and not to the client.
        body["detail"] = "This is a mistake in the server, not in the request. It has been logged."
    else:
        body["detail"] = problem.title
    return body


def problem_response(request: Request, error: Exception) -> Response:
    """An error as an HTTP response."""
    body = document(error, request.url.path)
    headers = dict(getattr(error, "headers", None) or {})
    if isinstance(error, AppError) and error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return Response(orjson.dumps(body), body["status"], headers, media_type=PROBLEM_JSON)


async def _answer(request: Request, error: Exception) -> Response:
    return problem_response(request, error)


async def _answer_unexpected(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(request, error)


def install(app: FastAPI) -> None:
    """Let every error of the app leave as a problem document."""
    for kind in (AppError, ClientDisconnect, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(Exception, _answer_unexpected)
