"""Sets of pictures to learn from: drawn by the server, or brought as a ZIP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.encoding.arrays import png_bytes
from app.errors import (
    ArchiveTooLarge,
    BadParameter,
    BadUpload,
    DamagedArchive,
    NotAnArchive,
    Overloaded,
    QuotaExceeded,
    SlowUpload,
    TimeLimit,
    UnfitArchive,
    UnknownDataset,
)
from app.http.bodies import read_archive
from app.http.dependencies import ServicesDep, WorkerDep
from app.http.negotiation import MEDIA_TYPES, etag, not_modified
from app.http.openapi import ARCHIVE_BODY, Responses, binary_content, examples, problem_responses
from app.http.responses import content_headers, created, json_response
from app.http.schemas import learning as schemas
from app.learning.datasets.contact_sheet import contact_sheet
from app.learning.datasets.store import Datasets
from app.learning.runs.defaults import DEFAULT_CONFIG

router = APIRouter(prefix="/datasets", tags=["learning"])

DatasetId = Annotated[
    str, Path(alias="id", description="The set's id.", max_length=64, examples=["shapes"])
]

_PROBLEMS = problem_responses(UnknownDataset, BadParameter, Overloaded, TimeLimit)
_PNG: Responses = {
    200: {"content": binary_content("png")},
    304: {"description": "The client's copy (If-None-Match) is the right one."},
    **_PROBLEMS,
}


@router.get(
    "",
    summary="List the datasets",
    response_model=schemas.DatasetList,
    responses=problem_responses(Overloaded, TimeLimit),
)
async def list_datasets(services: ServicesDep, worker: WorkerDep) -> Response:
    """Those that the server draws, then those that people brought; and a config to begin with."""
    found = await worker.run(lambda _: services.datasets.all())
    listed = [asdict(info) for info in found]
    return json_response({"datasets": listed, "default_config": DEFAULT_CONFIG})


@router.post(
    "",
    status_code=201,
    summary="Upload a dataset",
    response_model=schemas.Dataset,
    response_description="The set; Location says where it can be read again.",
    responses=problem_responses(
        NotAnArchive,
        DamagedArchive,
        ArchiveTooLarge,
        UnfitArchive,
        BadUpload,
        SlowUpload,
        QuotaExceeded,
        Overloaded,
        TimeLimit,
        BadParameter,
    ),
    openapi_extra=ARCHIVE_BODY,
)
async def create_dataset(
    request: Request,
    services: ServicesDep,
    name: Annotated[
        str, Query(description="What to call it.", max_length=200, examples=["Cats and dogs"])
    ] = "",
) -> Response:
    """A ZIP with a folder a class. Broken pictures are left out and named in `problems`.

    The pictures are shrunk to 32 × 32 and, unlike photos, kept on the server's disk until the set
    is deleted: a training must find them again. The same pictures give the same id.
    """
    settings = services.settings

    async def receive() -> bytes:
        return await read_archive(request, settings.max_archive_bytes, settings.body_timeout)

    info = await services.datasets.add(name, receive, services.executor)
    return created(request, "read_dataset", info.id, asdict(info))


@router.get(
    "/{id}",
    summary="Get a dataset",
    response_model=schemas.Dataset,
    responses=_PROBLEMS,
)
async def read_dataset(services: ServicesDep, worker: WorkerDep, dataset: DatasetId) -> Response:
    """Its classes, how many pictures it has, and what was left out."""
    return json_response(asdict(await worker.run(lambda _: services.datasets.info(dataset))))


@router.delete(
    "/{id}",
    status_code=204,
    summary="Delete a dataset",
    response_class=Response,
    responses=_PROBLEMS,
    openapi_extra=examples(id="own-9c27e1d40ab35f68"),
)
async def delete_dataset(services: ServicesDep, worker: WorkerDep, dataset: DatasetId) -> Response:
    """One that somebody brought; those that the server draws stay."""
    await worker.run(lambda _: services.datasets.delete(dataset))
    return Response(status_code=204)


@router.get(
    "/{id}/sheet",
    summary="Get a dataset's contact sheet",
    response_class=Response,
    responses=_PNG,
)
async def read_sheet(
    request: Request,
    services: ServicesDep,
    worker: WorkerDep,
    dataset: DatasetId,
    per_class: Annotated[int, Query(description="Pictures a class.", ge=1, le=30)] = 6,
) -> Response:
    """A row a class, as a PNG without gaps: each picture has the set's size."""
    tag = etag(dataset, "sheet", per_class)
    if not_modified(request.headers, tag):
        return Response(status_code=304, headers=content_headers(tag))
    body = await worker.run(lambda _: contact_sheet(services.datasets.get(dataset), per_class))
    return Response(body, headers=content_headers(tag), media_type=MEDIA_TYPES["png"])


@router.get(
    "/{id}/pictures/{number}",
    summary="Get a picture",
    response_class=Response,
    responses=_PNG,
)
async def read_picture(
    request: Request,
    services: ServicesDep,
    worker: WorkerDep,
    dataset: DatasetId,
    number: Annotated[int, Path(description="From 0, class by class.", ge=0, examples=[7])],
) -> Response:
    """As a PNG of the set's size, pixel by pixel as a network gets it."""
    tag = etag(dataset, number)
    if not_modified(request.headers, tag):
        return Response(status_code=304, headers=content_headers(tag))
    body = await worker.run(lambda _: _picture(services.datasets, dataset, number))
    return Response(body, headers=content_headers(tag), media_type=MEDIA_TYPES["png"])


def _picture(datasets: Datasets, dataset: str, number: int) -> bytes:
    pictures = datasets.get(dataset).pictures
    if number >= len(pictures):
        raise BadParameter(
            f"{dataset!r} has the pictures 0 to {len(pictures) - 1}.",
            limit=len(pictures) - 1,
            actual=number,
        )
    return png_bytes(pictures[number])
