"""A request's body: JSON of a known shape, or a file, bare or in a multipart form. Size and time
are bounded.

A file is a picture, a ZIP of pictures to learn from, or a model; it stays in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath, PurePosixPath
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qs

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from app.errors import (
    AppError,
    BadParameter,
    BadUpload,
    BodyTooLarge,
    InvalidModel,
    NoPicture,
    NotAnArchive,
    NotAPicture,
    SlowUpload,
)
from app.http.params import parse_crop
from app.http.schemas.frames import FrameRequest
from app.images.decoding import too_large
from app.images.fitting import Box
from app.learning.datasets import archive
from app.models.loading import too_many_bytes
from app.models.options import MODEL_SUFFIXES, ModelUpload, parse_options
from app.settings import Settings

# Types under which bare bytes come; the last is what curl --data-binary says unless told otherwise.
_BARE = ("", "application/octet-stream", "application/x-www-form-urlencoded")
_MODEL = ("application/x-onnx", "application/onnx")
_ZIP = ("application/zip", "application/x-zip-compressed")

MAX_JSON_BYTES = 64 * 1024

Refusal = Callable[[int, int], AppError]  # of a body with too many bytes: the limit, and how many

Shape = TypeVar("Shape", bound=BaseModel)


class _FormBounds(NamedTuple):
    """How much a multipart form may hold: ``overhead`` bytes beside its file (boundaries, headers,
    fields), files, fields.
    """

    overhead: int = 16 * 1024
    files: int = 1
    fields: int = 4
    field_bytes: int = 1024


_FORM = _FormBounds()
_FRAME_FORM = _FormBounds(_FORM.overhead + MAX_JSON_BYTES, field_bytes=MAX_JSON_BYTES)
_MOST_DATA_FILES = 2000  # PyTorch once wrote a file for each tensor
_MODEL_FORM = _FormBounds(4 * 2**20, files=2 + _MOST_DATA_FILES, fields=32, field_bytes=2**20)


@dataclass(frozen=True)
class _Expected:
    """The files that a route takes: bare ones of these ``types``, or in a form within ``form``;
    others are ``refused``.
    """

    types: tuple[str, ...]
    limit: int
    too_large: Refusal
    refused: Callable[[str], AppError]
    form: _FormBounds = _FORM

    def takes(self, kind: str) -> bool:
        return kind in (*_BARE, *self.types) or f"{kind.partition('/')[0]}/*" in self.types


@dataclass(frozen=True)
class Upload:
    """A picture file as it was sent, the model that it is meant for and the part that it is to see
    (None: the usual ones).
    """

    data: bytes
    model: str | None
    crop: Box | None = None


async def read_upload(
    request: Request, settings: Settings, model: str | None, crop: str | None
) -> Upload:
    """The upload in a request's body. A form may name another ``model`` and ``crop`` than the
    query.

    Raises PictureTooLarge (from the announced length, or as soon as too much has come), SlowUpload,
    BadUpload, NoPicture, and NotAPicture for a content type that promises something else.
    """
    return await _upload_of(await _picture(request, settings, _FORM), model, crop)


async def read_frame(
    request: Request, settings: Settings, model: str | None, crop: str | None
) -> tuple[Upload, FrameRequest]:
    """The same for a frame of a moving image, and what is wanted of it: the field «view» of the
    form, nothing beside the prediction without one.

    Raises RequestValidationError, too.
    """
    body = await _picture(request, settings, _FRAME_FORM)
    view = None if isinstance(body, bytes) else _text(body, "view")
    upload = await _upload_of(body, model, crop)  # it closes the form
    return upload, FrameRequest() if view is None else _valid(FrameRequest, view, "body", "view")


async def read_archive(request: Request, limit: int, timeout: float) -> bytes:
    """The ZIP in a request's body, bare or as the field «file» of a form: at most ``limit`` bytes,
    within ``timeout`` seconds.

    Raises ArchiveTooLarge, SlowUpload, BadUpload, and NotAnArchive for a content type that promises
    something else.
    """
    body = await _read(request, _Expected(_ZIP, limit, archive.too_large, _no_zip), timeout)
    return body if isinstance(body, bytes) else await _file_of(body, "file", NotAnArchive)


async def read_model_file(
    request: Request, limit: int, timeout: float, query: Mapping[str, str]
) -> ModelUpload:
    """The model in a request's body, bare or as the field «file» of a form, and what is said of it.

    A form may have the files that hold its weights, each a field «data» with its file's name, say
    more than the ``query``, and have the classes' names as a text file. Raises OversizedModel,
    SlowUpload, BadUpload, BadParameter, and InvalidModel for a content type that promises something
    else.
    """
    expected = _Expected(_MODEL, limit, too_many_bytes, _no_model, _MODEL_FORM)
    body = await _read(request, expected, timeout)
    if isinstance(body, bytes):
        return ModelUpload(body, parse_options(query))
    try:
        return _model_form(body, query)
    finally:
        await body.close()


async def read_json(request: Request, shape: type[Shape], timeout: float) -> Shape:
    """The body, which has to be JSON of that shape, within ``timeout`` seconds. "1" is no number,
    and 1 is not true: what the document does not allow is refused.

    Raises BodyTooLarge, SlowUpload, and RequestValidationError with the place of each mistake.
    """
    return _valid(shape, await _small(request, timeout), "body")


async def read_form(request: Request, timeout: float) -> dict[str, str]:
    """The first value of each field of an HTML form without files, within ``timeout`` seconds.

    Raises BodyTooLarge and SlowUpload.
    """
    fields = parse_qs((await _small(request, timeout)).decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items()}


def _valid(shape: type[Shape], text: str | bytes, *where: str) -> Shape:
    """JSON of that shape. Raises RequestValidationError with the place of each mistake."""
    try:
        return shape.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise RequestValidationError(
            [{**e, "loc": (*where, *e["loc"])} for e in error.errors(include_url=False)]
        ) from None


async def _picture(request: Request, settings: Settings, form: _FormBounds) -> bytes | FormData:
    limit = settings.max_image_bytes
    expected = _Expected(("image/*",), limit, too_large, _no_picture, form)
    return await _read(request, expected, settings.body_timeout)


async def _upload_of(body: bytes | FormData, model: str | None, crop: str | None) -> Upload:
    if isinstance(body, bytes):
        return Upload(body, model, parse_crop(crop))
    wanted, part = _text(body, "model") or model, _text(body, "crop") or crop
    return Upload(await _file_of(body, "image", NoPicture), wanted, parse_crop(part))


async def _small(request: Request, timeout: float) -> bytes:
    """A body of at most MAX_JSON_BYTES. Raises BodyTooLarge and SlowUpload."""
    try:
        async with asyncio.timeout(timeout):
            return await _whole(_bounded(request, MAX_JSON_BYTES, _json_too_large))
    except TimeoutError:
        raise SlowUpload(
            f"The request did not arrive within {timeout:g} s.", limit=timeout
        ) from None


async def _read(request: Request, expected: _Expected, timeout: float) -> bytes | FormData:
    """A bare file, or the form that holds one. Raises SlowUpload, BadUpload, and the refusals that
    are ``expected``.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    limit, form = expected.limit, expected.form
    try:
        async with asyncio.timeout(timeout):
            if kind == "multipart/form-data":
                body = _bounded(request, limit, expected.too_large, form.overhead)
                return await _parsed(request, body, form)
            if expected.takes(kind):
                return await _whole(_bounded(request, limit, expected.too_large))
    except TimeoutError:
        raise SlowUpload(
            f"The upload did not arrive within {timeout:g} s.", limit=timeout
        ) from None
    raise expected.refused(kind)


def _no_picture(kind: str) -> AppError:
    return NotAPicture(
        f"A body of the type {kind!r} is not a picture. Send image/… or multipart/form-data with "
        "a field «image»."
    )


def _no_zip(kind: str) -> AppError:
    return NotAnArchive(
        f"A body of the type {kind!r} is no ZIP. Send application/zip or multipart/form-data with "
        "a field «file»."
    )


def _no_model(kind: str) -> AppError:
    return InvalidModel(
        f"A body of the type {kind!r} is no model. Send application/octet-stream or "
        "multipart/form-data with a field «file»."
    )


def _json_too_large(limit: int, actual: int) -> AppError:
    return BodyTooLarge(
        f"A request of this kind has at most {limit:,} bytes; this one has more.",
        limit=limit,
        actual=actual,
        more={"what": "bytes"},
    )


def _model_form(form: FormData, query: Mapping[str, str]) -> ModelUpload:
    given = {**query, **{key: value for key, value in form.items() if isinstance(value, str)}}
    labels = form.get("labels")
    model, others = _model_and_data(form)
    given = {"name": PurePath(model.filename or "").stem} | {k: v for k, v in given.items() if v}
    if isinstance(labels, UploadFile):
        try:
            given["labels"] = _content(labels).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadParameter("labels: the file is not a text in UTF-8.") from None
    external = {_base_name(file): _content(file) for file in others}
    return ModelUpload(_content(model), parse_options(given), external)


def _model_and_data(form: FormData) -> tuple[UploadFile, list[UploadFile]]:
    """The field «file» and the fields «data». Where all came as «file», the model is the one whose
    name says so.
    """
    files = [file for file in form.getlist("file") if isinstance(file, UploadFile)]
    others = [file for file in form.getlist("data") if isinstance(file, UploadFile)]
    if not files:
        raise InvalidModel("The form has no file in its field «file».")
    models = [file for file in files if _base_name(file).lower().endswith(MODEL_SUFFIXES)]
    if len(files) > 1 and len(models) != 1:
        raise BadUpload(
            f"The form has {len(files)} files in its field «file», {len(models)} of them with a "
            "model's name. Send the model as «file», and each file with its weights as «data»."
        )
    model = models[0] if len(files) > 1 else files[0]
    others += [file for file in files if file is not model]
    names = [_base_name(file) for file in others]
    if "" in names or len(set(names)) < len(names):
        raise BadUpload(
            "Each file in a field «data» has a file name of its own, as the model names it."
        )
    return model, others


def _base_name(file: UploadFile) -> str:
    return PurePosixPath((file.filename or "").replace("\\", "/")).name


def largest_body(settings: Settings) -> int:
    """The most bytes that one body may have."""
    return max(
        max(settings.max_image_bytes, settings.max_archive_bytes) + _FORM.overhead,
        settings.max_model_bytes + _MODEL_FORM.overhead,
    )


def announced_bytes(request: Request) -> int | None:
    """How many bytes the body has by its header; None where that does not say."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


async def _bounded(
    request: Request, limit: int, refusal: Refusal, slack: int = 0
) -> AsyncGenerator[bytes, None]:
    """The body in pieces; a refusal once it has more than ``limit + slack`` bytes, before reading
    if its header says so.
    """
    announced = announced_bytes(request)
    if announced is not None and announced > limit + slack:
        raise refusal(limit, announced)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit + slack:
            raise refusal(limit, size)
        yield chunk


async def _whole(body: AsyncGenerator[bytes, None]) -> bytes:
    """All of a body. Pieces that were joined at the end would be there twice then."""
    whole = BytesIO()
    async for chunk in body:
        whole.write(chunk)
    return whole.getvalue()


class _InMemoryParser(MultiPartParser):
    """Starlette's parser, but it never puts an upload on disk: the body is bounded already, and
    photos are private.
    """

    spool_max_size = 0  # SpooledTemporaryFile takes 0 for «never»

    @property
    def _charset(self) -> str:
        """Forms are in UTF-8 (RFC 7578, section 5.1.2), whatever their head says; Python has codecs
        that are no character sets.
        """
        return "utf-8"

    @_charset.setter
    def _charset(self, _: str) -> None:
        pass


async def _parsed(
    request: Request, body: AsyncGenerator[bytes, None], bounds: _FormBounds
) -> FormData:
    parser = _InMemoryParser(
        request.headers,
        body,
        max_files=bounds.files,
        max_fields=bounds.fields,
        max_part_size=bounds.field_bytes,
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise BadUpload(f"The multipart form cannot be read: {error.message}") from None


async def _file_of(form: FormData, field: str, missing: type[AppError]) -> bytes:
    """The content of a form's file; the form is closed."""
    try:
        file = form.get(field)
        if file is None or isinstance(file, str):
            raise missing(f"The form has no file in its field «{field}».")
        return _content(file)
    finally:
        await form.close()


def _content(file: UploadFile) -> bytes:
    """What a file of a form holds. To ``read`` it would copy it."""
    in_memory: BytesIO = file.file._file  # type: ignore[attr-defined]
    return in_memory.getvalue()


def _text(form: FormData, field: str) -> str | None:
    value = form.get(field)
    return value if isinstance(value, str) else None
