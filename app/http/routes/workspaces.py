"""One's workspace, and links by which others may look at what is in it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.errors import (
    BadParameter,
    DiskFailure,
    Overloaded,
    SharedOnly,
    TimeLimit,
    UnknownModel,
    UnknownTraining,
)
from app.http.dependencies import OwnModelDep, OwnTrainingDep, ServicesDep, VisitorDep
from app.http.openapi.document import examples, problem_responses
from app.http.responses import created, json_response
from app.http.schemas import workspaces as schemas
from app.models.registry import UPLOADED_PREFIX
from app.workspaces.workspace import EVERYBODY

router = APIRouter(tags=["workspace"])

_MODEL = problem_responses(UnknownModel, SharedOnly, BadParameter, DiskFailure)
_TRAINING = problem_responses(UnknownTraining, SharedOnly, BadParameter, DiskFailure)
_SHARED = "The link's id; Location says where others can read it."
_OWN = examples(id="own-3f1a9c0b7d25")


@router.get(
    "/workspace",
    summary="Get your workspace",
    response_model=schemas.WorkspaceOut,
    responses=problem_responses(Overloaded, TimeLimit),
)
async def read_workspace(services: ServicesDep, visitor: VisitorDep) -> Response:
    """How much of what this server keeps is your own."""
    return json_response(await services.held_by(visitor.workspace.id))


@router.delete(
    "/workspace",
    status_code=204,
    summary="Delete your workspace",
    response_class=Response,
    responses=problem_responses(DiskFailure, Overloaded, TimeLimit),
)
async def delete_workspace(services: ServicesDep, visitor: VisitorDep) -> Response:
    """Delete all that you brought or made: models, datasets, trainings, analyses, steps and links,
    on disk and in memory. Your key stays valid, and opens an empty workspace.
    """
    await services.delete_workspace(visitor.workspace.id)
    return Response(status_code=204)


@router.post(
    "/models/{id}/share",
    status_code=201,
    summary="Share a model",
    response_model=schemas.ShareOut,
    response_description=_SHARED,
    responses=_MODEL,
    openapi_extra=_OWN,
)
async def share_model(
    request: Request, services: ServicesDep, visitor: VisitorDep, model: OwnModelDep
) -> Response:
    """Make a link by which others can look at the model and use it, but not change it. Asking again
    gives the same link.
    """
    if services.registry.owner(model) == EVERYBODY:
        raise BadParameter(f"The model {model!r} is offered to everybody: its id is the link.")
    made = await services.share("model", model, visitor.workspace.id)
    called = f"{UPLOADED_PREFIX}{made}"
    return created(request, "describe_model", called, {"id": called})


@router.delete(
    "/models/{id}/share",
    status_code=204,
    summary="Take a model's link back",
    response_class=Response,
    responses=_MODEL,
    openapi_extra=_OWN,
)
async def unshare_model(services: ServicesDep, visitor: VisitorDep, model: OwnModelDep) -> Response:
    """The link leads nowhere then, and what others have analysed by it is forgotten; a copy that
    somebody has made with other preprocessing stays theirs. A new link has another id.
    """
    await services.unshare("model", model, visitor.workspace.id)
    return Response(status_code=204)


@router.post(
    "/trainings/{id}/share",
    status_code=201,
    summary="Share a training",
    response_model=schemas.ShareOut,
    response_description=_SHARED,
    responses=_TRAINING,
)
async def share_training(
    request: Request, services: ServicesDep, visitor: VisitorDep, run: OwnTrainingDep
) -> Response:
    """Make a link by which others can follow the training and look at its networks and at the
    pictures that it learns from, but not change anything. Asking again gives the same link.
    """
    made = await services.share("training", run.id, visitor.workspace.id)
    return created(request, "read_training", made, {"id": made})


@router.delete(
    "/trainings/{id}/share",
    status_code=204,
    summary="Take a training's link back",
    response_class=Response,
    responses=_TRAINING,
)
async def unshare_training(
    services: ServicesDep, visitor: VisitorDep, run: OwnTrainingDep
) -> Response:
    """The link leads nowhere then, streams by it end, and what others have analysed by it is
    forgotten. A new link has another id.
    """
    await services.unshare("training", run.id, visitor.workspace.id)
    return Response(status_code=204)
