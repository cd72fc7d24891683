"""Analyses: one photo through one model, every layer kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from app.analyses import serializers
from app.encoding import arrays
from app.errors import (
    BadParameter,
    NotAcceptable,
    Overloaded,
    TimeLimit,
    UnknownAnalysis,
    UnknownLayer,
)
from app.http.dependencies import (
    AnalysisDep,
    LayerName,
    ServicesDep,
    TaskDep,
    VisitorDep,
    WorkerDep,
    analysis_json,
)
from app.http.negotiation import (
    MEDIA_TYPES,
    accepted,
    choose_format,
    etag,
    not_modified,
    parse_index_ranges,
)
from app.http.openapi.document import (
    UPLOAD_BODY,
    UPLOAD_PROBLEMS,
    Responses,
    binary_content,
    problem_responses,
)
from app.http.params import PositionDep
from app.http.responses import content_headers, created, json_response
from app.http.schemas import common as schemas

router = APIRouter(prefix="/analyses", tags=["analyses"])

_READ_PROBLEMS = problem_responses(UnknownAnalysis, BadParameter)
_LAYER_PROBLEMS = problem_responses(
    UnknownAnalysis, UnknownLayer, NotAcceptable, BadParameter, Overloaded, TimeLimit
)
_UNCHANGED: Responses = {304: {"description": "You have it already (If-None-Match)."}}

Format = Annotated[
    str | None, Query(description="Rather than the Accept header.", examples=["json"])
]


@router.post(
    "",
    status_code=201,
    summary="Analyse a photo",
    response_model=schemas.Analysis,
    response_description="The analysis; Location says where it can be read again.",
    responses=UPLOAD_PROBLEMS,
    openapi_extra=UPLOAD_BODY,
)
async def create_analysis(
    request: Request,
    task: TaskDep,
    services: ServicesDep,
    visitor: VisitorDep,
    worker: WorkerDep,
) -> Response:
    """Run a model on a photo and keep every layer in memory for a while. The photo itself is not
    kept.
    """
    made = services.analyses.make(
        task.model,
        task.network,
        task.data,
        task.crop,
        visitor.workspace.id,
        lambda: services.registry.check(task.model),
    )
    done = await worker.wait_for(made)
    content = await analysis_json(worker, visitor.shown(done, task.called))
    return created(request, "read_analysis", done.id, content)


@router.get(
    "/{id}",
    summary="Get an analysis",
    response_model=schemas.Analysis,
    responses={
        **problem_responses(UnknownAnalysis, BadParameter, Overloaded, TimeLimit),
        **_UNCHANGED,
    },
)
async def read_analysis(
    request: Request, done: AnalysisDep, visitor: VisitorDep, worker: WorkerDep
) -> Response:
    """The same document as when the analysis was created. Whoever has the address can read it; a
    model that is somebody else's goes by another id then.
    """
    shown = visitor.shown(done)
    tag = etag(done.id, "analysis", shown.model, done.timings_ms["total"])
    if not_modified(request.headers, tag):
        return Response(status_code=304, headers=content_headers(tag))
    return json_response(await analysis_json(worker, shown), headers=content_headers(tag))


@router.get(
    "/{id}/input",
    summary="Get the network's input",
    response_class=Response,
    responses={200: {"content": binary_content("png")}, **_READ_PROBLEMS, **_UNCHANGED},
)
async def read_input(request: Request, done: AnalysisDep, worker: WorkerDep) -> Response:
    """The cropped and resized photo as a PNG: exactly the pixels that the network got."""
    tag = etag(done.id, "pixels")
    if not_modified(request.headers, tag):
        return Response(status_code=304, headers=content_headers(tag))
    body = await worker.run(lambda _: arrays.png_bytes(done.photo.pixels))
    return Response(body, headers=content_headers(tag), media_type=MEDIA_TYPES["png"])


@router.get(
    "/{id}/layers/{name:name}/explain",
    summary="Explain a value",
    response_model=schemas.ExplanationOut,
    responses=_LAYER_PROBLEMS,
)
async def explain_number(
    done: AnalysisDep, worker: WorkerDep, name: LayerName, position: PositionDep
) -> Response:
    """The terms that a value is computed from, and its receptive field on the photo."""
    place = position.in_shape(done.layer(name).shape)
    return json_response(await worker.run(lambda _: serializers.explanation(done, name, place)))


@router.get(
    "/{id}/layers/{name:name}",
    summary="Get a layer's values",
    response_model=schemas.LayerData,
    responses={
        200: {"content": binary_content("npy", "npz", "png")},
        **_LAYER_PROBLEMS,
        **_UNCHANGED,
    },
)
async def read_layer(
    request: Request,
    done: AnalysisDep,
    worker: WorkerDep,
    name: LayerName,
    format: Format = None,  # noqa: A002, the parameter's name on the wire
    channels: Annotated[
        str | None,
        Query(description="Some channels only: 0,3,8-15.", max_length=4096, examples=["0,2"]),
    ] = None,
) -> Response:
    """A layer's values: as JSON, .npy, .npz, or a PNG of heatmaps."""
    kind = choose_format(format, accepted(request.headers), ("json", "npy", "npz", "png"))
    chosen = parse_index_ranges(channels, done.layer(name).shape[0])
    tag = etag(done.id, name, kind, chosen)
    if not_modified(request.headers, tag):
        return Response(status_code=304, headers=content_headers(tag))
    body = await worker.run(lambda _: serializers.layer_bytes(done, name, kind, chosen))
    return Response(body, headers=content_headers(tag), media_type=MEDIA_TYPES[kind])


@router.get(
    "/{id}/export",
    summary="Export an analysis",
    response_model=schemas.Analysis,
    response_description="The analysis, each layer with its numbers (as «Get a layer's values» gives them).",
    responses={
        200: {"content": binary_content("npz")},
        **problem_responses(UnknownAnalysis, NotAcceptable, BadParameter, Overloaded),
        **_UNCHANGED,
    },
)
async def export_analysis(
    request: Request,
    services: ServicesDep,
    visitor: VisitorDep,
    done: AnalysisDep,
    format: Format = None,  # noqa: A002
) -> Response:
    """Every layer's values in one file: JSON, or .npz with one array for each layer."""
    kind = choose_format(format, accepted(request.headers), ("json", "npz"))
    shown = visitor.shown(done)
    tag = etag(done.id, "export", shown.model, kind, done.timings_ms["total"])
    if not_modified(request.headers, tag):
        return Response(status_code=304, headers=content_headers(tag))
    services.executor.refuse_when_full()
    headers = {
        **content_headers(tag),
        "Content-Disposition": f'attachment; filename="convscope-{done.id}.{kind}"',
    }
    pieces = services.executor.stream(serializers.export(shown, kind))
    return StreamingResponse(pieces, 200, headers, MEDIA_TYPES[kind])
