"""Responses that several routes share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.encoding.arrays import json_bytes
from app.http.negotiation import MEDIA_TYPES


def json_response(
    content: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Plain content as JSON; bytes are JSON already."""
    body = content if isinstance(content, bytes) else json_bytes(content)
    return Response(body, status, headers, media_type=MEDIA_TYPES["json"])


def created(request: Request, route: str, key: str, content: Any) -> Response:
    """201 for a new resource, with a Location header of ``route``, which reads it by its id."""
    root = request.scope.get("root_path", "")
    location = root + request.app.url_path_for(route, id=key)
    return json_response(content, 201, {"Location": location})


def content_headers(tag: str) -> dict[str, str]:
    """Caching headers of a resource whose id is derived from its content: it may be kept for good,
    and is revalidated by its ETag.
    """
    return {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept"}
