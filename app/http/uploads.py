"""A request's body → a file's bytes, in memory: a multipart form, or the bare file. Size and time are bounded.

The file is a picture, a ZIP of pictures to learn from, or a model.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from app.errors import (
    AppError,
    BadParameter,
    BadUpload,
    InvalidModel,
    NoPicture,
    NotAnArchive,
    NotAPicture,
    SlowUpload,
)
from app.http.params import parse_crop
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

Refusal = Callable[[int, int], AppError]  # of a body with too many bytes: the limit, and how many

# What a multipart form may add to the picture: boundaries, headers, the field «model».
_FORM_OVERHEAD = 16 * 1024


# A model's form also has the classes' names.
_MODEL_FORM_OVERHEAD = 4 * 2**20


class _FormBounds(NamedTuple):
    """How much a multipart form may hold, beside the bytes of its files."""

    files: int = 1
    fields: int = 4
    field_bytes: int = 1024


_FORM = _FormBounds()
_MOST_DATA_FILES = 2000  # PyTorch once wrote a file for each tensor
_MODEL_FORM = _FormBounds(files=2 + _MOST_DATA_FILES, fields=32, field_bytes=2**20)


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
                body = _bounded(request, settings.max_image_bytes, too_large)
                return Upload(b"".join([c async for c in body]), model, parse_crop(crop))
    except TimeoutError:
        raise _too_slow(settings.body_timeout) from None
    raise NotAPicture(
        f"A body of the type {kind!r} is not a picture. Send image/… or multipart/form-data with a field «image»."
    )


async def read_archive(request: Request, limit: int, timeout: float) -> bytes:
    """The ZIP in a request's body, bare or as the field «file» of a form: at most ``limit`` bytes, within ``timeout`` seconds.

    Raises ArchiveTooLarge, SlowUpload, BadUpload, and NotAnArchive for a content type that promises something else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(timeout):
            if kind == "multipart/form-data":
                body = _bounded(request, limit, archive.too_large, _FORM_OVERHEAD)
                return await _file_of(await _parsed(request, body), "file", NotAnArchive)
            if kind in (*_ZIP, *_BARE):
                body = _bounded(request, limit, archive.too_large)
                return b"".join([chunk async for chunk in body])
    except TimeoutError:
        raise _too_slow(timeout) from None
    raise NotAnArchive(
        f"A body of the type {kind!r} is no ZIP. Send application/zip or multipart/form-data with a field «file»."
    )


async def read_model_file(
    request: Request, limit: int, timeout: float, query: Mapping[str, str]
) -> ModelUpload:
    """The model in a request's body, bare or as the field «file» of a form, and what is said of it.

    A form may have the files that hold its weights, each a field «data» with its file's name, say more than the ``query``, and have
    the classes' names as a text file. Raises OversizedModel, SlowUpload, BadUpload, BadParameter, and InvalidModel for a content type
    that promises something else.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(timeout):
            if kind == "multipart/form-data":
                body = _bounded(request, limit, too_many_bytes, _MODEL_FORM_OVERHEAD)
                form = await _parsed(request, body, _MODEL_FORM)
                try:
                    return await _model_form(form, query)
                finally:
                    await form.close()
            if kind in (*_MODEL, *_BARE):
                body = _bounded(request, limit, too_many_bytes)
                return ModelUpload(b"".join([chunk async for chunk in body]), parse_options(query))
    except TimeoutError:
        raise _too_slow(timeout) from None
    raise InvalidModel(
        f"A body of the type {kind!r} is no model. Send application/octet-stream or multipart/form-data with a field «file»."
    )


async def _model_form(form: FormData, query: Mapping[str, str]) -> ModelUpload:
    given = {**query, **{key: value for key, value in form.items() if isinstance(value, str)}}
    labels = form.get("labels")
    model, others = _model_and_data(form)
    given = {"name": PurePath(model.filename or "").stem} | {k: v for k, v in given.items() if v}
    if isinstance(labels, UploadFile):
        try:
            given["labels"] = (await labels.read()).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadParameter("labels: the file is not a text in UTF-8.") from None
    external = {_base_name(file): await file.read() for file in others}
    return ModelUpload(await model.read(), parse_options(given), external)


def _model_and_data(form: FormData) -> tuple[UploadFile, list[UploadFile]]:
    """The field «file» and the fields «data». Where all came as «file», the model is the one whose name says so."""
    files = [file for file in form.getlist("file") if isinstance(file, UploadFile)]
    others = [file for file in form.getlist("data") if isinstance(file, UploadFile)]
    if not files:
        raise InvalidModel("The form has no file in its field «file».")
    models = [file for file in files if _base_name(file).lower().endswith(MODEL_SUFFIXES)]
    if len(files) > 1 and len(models) != 1:
        raise BadUpload(
            f"The form has {len(files)} files in its field «file», {len(models)} of them with a model's name. "
            "Send the model as «file», and each file with its weights as «data»."
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


def _too_slow(timeout: float) -> SlowUpload:
    return SlowUpload(f"The upload did not arrive within {timeout:g} s.", limit=timeout)


def announced_bytes(request: Request) -> int | None:
    """How many bytes the body has by its header; None where that does not say."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


async def _bounded(
    request: Request, limit: int, refusal: Refusal, slack: int = 0
) -> AsyncGenerator[bytes, None]:
    """The body in pieces; a refusal once it has more than ``limit + slack`` bytes, before reading if its header says so."""
    announced = announced_bytes(request)
    if announced is not None and announced > limit + slack:
        raise refusal(limit, announced)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit + slack:
            raise refusal(limit, size)
        yield chunk


class _InMemoryParser(MultiPartParser):
    """Starlette's parser, but it never puts an upload on disk: the body is bounded already, and photos are private."""

    spool_max_size = 0  # SpooledTemporaryFile takes 0 for «never»

    @property
    def _charset(self) -> str:
        """Forms are in UTF-8 (RFC 7578, section 5.1.2), whatever their head says; Python has codecs that are no character sets."""
        return "utf-8"

    @_charset.setter
    def _charset(self, _: str) -> None:
        pass


async def _read_form(
    request: Request, max_bytes: int, model: str | None, crop: str | None
) -> Upload:
    form = await _parsed(request, _bounded(request, max_bytes, too_large, _FORM_OVERHEAD))
    wanted, part = _text(form, "model") or model, _text(form, "crop") or crop
    return Upload(await _file_of(form, "image", NoPicture), wanted, parse_crop(part))


async def _parsed(
    request: Request, body: AsyncGenerator[bytes, None], bounds: _FormBounds = _FORM
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
        return await file.read()
    finally:
        await form.close()


def _text(form: FormData, field: str) -> str | None:
    value = form.get(field)
    return value if isinstance(value, str) else None
