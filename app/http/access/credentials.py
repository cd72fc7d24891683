"""How requests say who they are from: programs by a bearer token, browsers by a cookie."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

_YEAR = 365 * 24 * 3600  # seconds


def bearer(headers: Headers) -> str | None:
    """The token of ``Authorization: Bearer …`` (RFC 6750); None without such a header."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None


def keep_cookie(request: Request, answer: Response, name: str, value: str) -> None:
    """Let a browser keep a cookie for a year, away from scripts and from other sites' pages."""
    answer.set_cookie(
        name,
        value,
        max_age=_YEAR,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
