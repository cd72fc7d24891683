"""What if: the same photo with something changed in it or in the network, and how far apart two
analyses are.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.analyses.analysis import Changes
from app.analyses.variants import difference
from app.errors import (
    BadParameter,
    BodyTooLarge,
    Overloaded,
    QuotaExceeded,
    SlowUpload,
    TimeLimit,
    UnknownAnalysis,
)
from app.http.bodies import read_json
from app.http.dependencies import AnalysisDep, ServicesDep, VisitorDep, WorkerDep, analysis_json
from app.http.openapi.document import json_body, problem_responses
from app.http.responses import created, json_response
from app.http.schemas import common as schemas
from app.http.schemas.differences import Difference
from app.images import edits
from engine.edits import Edit, ScaleFilter, SetWeight

router = APIRouter(prefix="/analyses", tags=["analyses"])


@router.post(
    "/{id}/variants",
    status_code=201,
    summary="Create a variant",
    response_model=schemas.Analysis,
    response_description="An analysis like any other; Location says where it can be read again.",
    responses=problem_responses(
        UnknownAnalysis,
        BadParameter,
        BodyTooLarge,
        SlowUpload,
        QuotaExceeded,
        Overloaded,
        TimeLimit,
    ),
    openapi_extra=json_body("Changes", "What to change; nothing gives the same numbers again."),
)
async def create_variant(
    request: Request,
    done: AnalysisDep,
    services: ServicesDep,
    visitor: VisitorDep,
    worker: WorkerDep,
) -> Response:
    """Move, turn, blur or cover the photo; switch off or scale filters, set weights. What does not
    come after a change is not run again.
    """
    asked = await read_json(request, schemas.Changes, services.settings.body_timeout)
    variant = await worker.wait_for(
        services.analyses.vary(done, _changes(asked), visitor.workspace.id)
    )
    content = await analysis_json(worker, visitor.shown(variant))
    return created(request, "read_analysis", variant.id, content)


@router.get(
    "/{id}/difference",
    summary="Compare two analyses",
    response_model=Difference,
    responses=problem_responses(UnknownAnalysis, BadParameter, Overloaded, TimeLimit),
)
async def compare_analyses(
    done: AnalysisDep,
    services: ServicesDep,
    worker: WorkerDep,
    to: Annotated[
        str | None,
        Query(
            description="The other analysis; without it, the original of a variant.",
            max_length=64,
            examples=["8b1e5d20c4f94c7786a1d0f4b3e25c68"],
        ),
    ] = None,
) -> Response:
    """How far apart they are, layer by layer and in their answers: two photos, an original and its
    variant, or two networks as far as their layers are the same by name and shape.
    """
    if to is None and done.original is None:
        raise BadParameter(
            "This analysis is no variant, so say which other one to compare it with: ?to=ID."
        )
    other = services.analyses.get(to or done.original or "")
    return json_response(await worker.run(lambda _: difference(done, other)))


def _changes(asked: schemas.Changes) -> Changes:
    photo = asked.photo
    return Changes(
        edits.PhotoChanges(photo.shift, photo.rotate, photo.blur, tuple(photo.occlude)),
        tuple(_edit(edit) for edit in asked.network),
    )


def _edit(edit: schemas.NetworkEdit) -> Edit:
    if edit.weight is None or edit.channel is None:
        return ScaleFilter(edit.layer, edit.filter, edit.scale or 0.0)
    return SetWeight(edit.layer, edit.filter, edit.channel, edit.y, edit.x, edit.weight)
