"""Which networks there are, what they are made of, and pictures to try them on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app import origins, present, schemas
from app.deps import LayerName, ServicesDep, WorkerDep
from app.errors import BadParameter, NotAcceptable, Overloaded, UnknownLayer, UnknownModel
from app.negotiate import MEDIA_TYPES, choose_format
from app.openapi import binary_content, problem_responses
from app.responses import json_response
from app.samples import load_samples

router = APIRouter(tags=["models"])

ModelId = Annotated[str, Path(alias="id", description="The model's id.", examples=["everyday"])]


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
    model: ModelId,
) -> Response:
    """Its layers with shapes, parameters, multiply-adds and attributes; labels; preprocessing; the model card."""
    return json_response(await worker.run(lambda _: present.model(services.registry, model)))


@router.get(
    "/models/{id}/layers/{name:path}/weights",
    summary="Read a layer's weights",
    response_model=schemas.Weights,
    responses={
        200: {"content": binary_content("npy", "npz")},
        **problem_responses(UnknownModel, UnknownLayer, BadParameter, NotAcceptable, Overloaded),
    },
)
async def read_weights(
    request: Request,
    services: ServicesDep,
    worker: WorkerDep,
    model: ModelId,
    name: LayerName,
    filters: Annotated[
        str | None,
        Query(description="Some filters only: 0,3,8-15.", max_length=4096, examples=["0,2"]),
    ] = None,
    format: Annotated[  # noqa: A002, the parameter's name on the wire
        str | None, Query(description="Rather than the Accept header.", examples=["json"])
    ] = None,
) -> Response:
    """Weights and biases: as JSON, .npz with one array a parameter, or .npy with the first one, the weights."""
    kind = choose_format(format, request.headers.get("accept", ""), ("json", "npy", "npz"))
    body = await worker.run(
        lambda _: origins.weights_bytes(services.registry, model, name, kind, filters)
    )
    return Response(body, media_type=MEDIA_TYPES[kind])


@router.get(
    "/models/{id}/layers/{name:path}/receptive-fields",
    summary="See what each row and column of a layer sees",
    response_model=schemas.ReceptiveFields,
    responses=problem_responses(UnknownModel, UnknownLayer, BadParameter, Overloaded),
)
async def read_receptive_fields(
    services: ServicesDep, worker: WorkerDep, model: ModelId, name: LayerName
) -> Response:
    """On the network's input. A place of a map sees what its row and its column see."""
    registry = services.registry
    return json_response(
        await worker.run(lambda _: origins.receptive_fields(registry, model, name))
    )


@router.get("/samples", summary="List the sample pictures", response_model=list[schemas.Sample])
async def list_samples(request: Request) -> Response:
    """Pictures to try the models on, with their makers and terms."""
    root = request.scope.get("root_path", "")
    return json_response([{**s, "url": root + s["url"]} for s in load_samples()])
