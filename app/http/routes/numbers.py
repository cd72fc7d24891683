"""Where a value comes from, further back than its own terms."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.analyses import paths
from app.encoding.arrays import npy_bytes
from app.errors import (
    BadParameter,
    NotAcceptable,
    Overloaded,
    TimeLimit,
    UnknownAnalysis,
    UnknownLayer,
)
from app.http.dependencies import AnalysisDep, LayerName, WorkerDep
from app.http.negotiation import MEDIA_TYPES, accepted, choose_format
from app.http.openapi.document import binary_content, problem_responses
from app.http.params import PositionDep
from app.http.responses import json_response
from app.http.schemas import common as schemas

router = APIRouter(prefix="/analyses", tags=["analyses"])

_PROBLEMS = problem_responses(UnknownAnalysis, UnknownLayer, BadParameter, Overloaded, TimeLimit)

Format = Annotated[
    str | None, Query(description="json or npy, rather than the Accept header.", examples=["json"])
]


@router.get(
    "/{id}/layers/{name:name}/strongest-path",
    summary="Get the strongest path",
    response_model=schemas.StrongestPath,
    responses=_PROBLEMS,
)
async def follow_trail(
    done: AnalysisDep, worker: WorkerDep, name: LayerName, position: PositionDep
) -> Response:
    """From a value by its largest term, layer by layer, back to the input."""
    place = position.in_shape(done.layer(name).shape)
    return json_response(
        await worker.run(lambda check: paths.strongest_path(done, name, place, check))
    )


@router.get(
    "/{id}/layers/{name:name}/effective-receptive-field",
    summary="Get the effective receptive field",
    response_model=schemas.EffectiveField,
    responses={
        200: {"content": binary_content("npy")},
        **_PROBLEMS,
        **problem_responses(NotAcceptable),
    },
)
async def see_effective_field(
    request: Request,
    done: AnalysisDep,
    worker: WorkerDep,
    name: LayerName,
    position: PositionDep,
    format: Format = None,  # noqa: A002, the parameter's name on the wire
) -> Response:
    """How strongly each pixel of the input influences the value: the absolute gradient."""
    kind = choose_format(format, accepted(request.headers), ("json", "npy"))
    place = position.in_shape(done.layer(name).shape)
    if kind == "json":
        return json_response(
            await worker.run(
                lambda check: paths.describe_effective_receptive_field(done, name, place, check)
            )
        )
    body = await worker.run(
        lambda check: npy_bytes(paths.effective_receptive_field(done, name, place, check))
    )
    return Response(body, media_type=MEDIA_TYPES[kind])
