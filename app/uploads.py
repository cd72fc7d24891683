"""A request's body → the picture's bytes, in memory: a multipart form, or the bare picture. Size and time are bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from app.crops import parse_crop
from app.errors import BadUpload, NoPicture, NotAPicture, SlowUpload
from app.images import Box, too_large
from app.settings import Settings

# Types under which bare bytes come; the last is what curl --data-binary says unless told otherwise.
_BARE = ("", "application/octet-stream", "application/x-www-form-urlencoded")

# What a multipart form may add to the picture: boundaries, headers, the field «model».
_FORM_OVERHEAD = 16 * 1024


@dataclass(frozen=True)
class Upload:
    """A picture file as it was sent, the model that it is meant for and the part that it is to see (None: the usual ones)."""

    data: bytes
    model: str | None
    crop: Box | None = None


async def read_upload(
    request: Request, settings: Settings, model: str | None, crop: str | None
) -> Upload:
    """The upload in a request's body. A form may name another ``model`` and ``crop`` than the query.

    Raises PictureTooLarge (from the announced length, or as soon as too much has come), SlowUpload, BadUpload, NoPicture, and
    NotAPicture for a content type that promises something else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(settings.body_timeout):
            if kind == "multipart/form-data":
                return await _read_form(request, settings.max_image_bytes, model, crop)
            if kind.startswith("image/") or kind in _BARE:
                chunks = [c async for c in _bounded(request, settings.max_image_bytes)]
                return Upload(b"".join(chunks), model, parse_crop(crop))
    except TimeoutError:
        raise SlowUpload(
            f"The upload did not arrive within {settings.body_timeout:g} s.",
            limit=settings.body_timeout,
        ) from None
    raise NotAPicture(
        f"A body of the type {kind!r} is not a picture. Send image/… or multipart/form-data with a field «image»."
    )


async def _bounded(request: Request, limit: int, slack: int = 0) -> AsyncGenerator[bytes, None]:
    """The body in pieces; PictureTooLarge once it has more than ``limit + slack`` bytes, before reading if its header says so."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit + slack:
        raise too_large(limit, int(announced))
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit + slack:
            raise too_large(limit, size)
        yield chunk


class _InMemoryParser(MultiPartParser):
    """Starlette's parser, but it never puts an upload on disk: the body is bounded already, and photos are private."""

    spool_max_size = 0  # SpooledTemporaryFile takes 0 for «never»


async def _read_form(
    request: Request, max_bytes: int, model: str | None, crop: str | None
) -> Upload:
    body = _bounded(request, max_bytes, _FORM_OVERHEAD)
    parser = _InMemoryParser(request.headers, body, max_files=1, max_fields=4, max_part_size=1024)
    try:
        form: FormData = await parser.parse()
    except MultiPartException as error:
        raise BadUpload(f"The multipart form cannot be read: {error.message}") from None
    try:
        picture = form.get("image")
        if picture is None or isinstance(picture, str):
            raise NoPicture("The form has no file in its field «image».")
        wanted, part = _text(form, "model") or model, _text(form, "crop") or crop
        return Upload(await picture.read(), wanted, parse_crop(part))
    finally:
        await form.close()


def _text(form: FormData, field: str) -> str | None:
    value = form.get(field)
    return value if isinstance(value, str) else None
