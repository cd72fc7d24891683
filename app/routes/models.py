"""Which networks there are, what they are made of, and pictures to try them on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app import present, schemas
from app.deps import ServicesDep, WorkerDep
from app.errors import BadParameter, Overloaded, UnknownModel
from app.openapi import problem_responses
from app.responses import json_response
from app.samples import load_samples

router = APIRouter(tags=["models"])


@router.get(
    "/models",
    summary="List the models",
    response_model=schemas.ModelList,
    responses=problem_responses(Overloaded),
)
async def list_models(services: ServicesDep, worker: WorkerDep) -> Response:
    """The models on offer, the default first."""
    registry = services.registry
    models = await worker.run(lambda _: [present.model_summary(registry, m) for m in registry.ids])
    return json_response({"default": registry.default, "models": models})


@router.get(
    "/models/{id}",
    summary="Describe a model",
    response_model=schemas.Model,
    responses=problem_responses(UnknownModel, BadParameter, Overloaded),
)
async def describe_model(
    services: ServicesDep,
    worker: WorkerDep,
    model: Annotated[str, Path(alias="id", description="The model's id.", examples=["everyday"])],
) -> Response:
    """Its layers with shapes, parameters, multiply-adds and attributes; labels; preprocessing; the model card."""
    return json_response(await worker.run(lambda _: present.model(services.registry, model)))


@router.get("/samples", summary="List the sample pictures", response_model=list[schemas.Sample])
async def list_samples(request: Request) -> Response:
    """Pictures to try the models on, with their makers and terms."""
    root = request.scope.get("root_path", "")
    return json_response([{**s, "url": root + s["url"]} for s in load_samples()])
