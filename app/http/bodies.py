"""A request's body as JSON of a known shape. Size and time are bounded before anything is parsed."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from app.errors import BodyTooLarge, SlowUpload

MAX_BYTES = 64 * 1024

Shape = TypeVar("Shape", bound=BaseModel)


async def read_json(request: Request, shape: type[Shape], timeout: float) -> Shape:
    """The body, which has to be JSON of that shape, within ``timeout`` seconds.

    Raises BodyTooLarge, SlowUpload, and RequestValidationError with the place of each mistake.
    """
    try:
        async with asyncio.timeout(timeout):
            body = await _bounded(request)
    except TimeoutError:
        raise SlowUpload(
            f"The request did not arrive within {timeout:g} s.", limit=timeout
        ) from None
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(
            [{**e, "loc": ("body", *e["loc"])} for e in error.errors(include_url=False)]
        ) from None


async def _bounded(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise BodyTooLarge(
                f"A request of this kind has at most {MAX_BYTES:,} bytes; this one has more.",
                limit=MAX_BYTES,
                actual=len(body),
            )
    return bytes(body)
