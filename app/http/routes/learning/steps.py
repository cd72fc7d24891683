"""One training step, value by value: of a training, or on an analysed photo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.errors import (
    BadParameter,
    BodyTooLarge,
    NotAcceptable,
    Overloaded,
    QuotaExceeded,
    SlowUpload,
    TimeLimit,
    UnknownAnalysis,
    UnknownDataset,
    UnknownLayer,
    UnknownStep,
    UnknownTraining,
    WrongState,
)
from app.http.access.visitor import Visitor
from app.http.bodies import read_json
from app.http.dependencies import (
    AnalysisDep,
    LayerName,
    ServicesDep,
    TrainingDep,
    VisitorDep,
    Worker,
    WorkerDep,
)
from app.http.negotiation import MEDIA_TYPES, accepted, choose_format, etag, not_modified
from app.http.openapi.document import (
    Responses,
    binary_content,
    examples,
    json_body,
    problem_responses,
)
from app.http.params import PositionDep
from app.http.responses import content_headers, created, json_response
from app.http.schemas import common as schemas
from app.http.schemas import steps as shapes
from app.http.services import Services
from app.learning.steps import derivation, serializers
from app.learning.steps.store import PhotoStep, StepInspection
from engine.types import Array

router = APIRouter(tags=["learning"])

_PROBLEMS = problem_responses(UnknownStep, BadParameter, Overloaded, TimeLimit)
_LAYER_PROBLEMS = problem_responses(UnknownStep, UnknownLayer, BadParameter, Overloaded, TimeLimit)
_ARRAY: Responses = {
    200: {"content": binary_content("npy")},
    304: {"description": "You have it already (If-None-Match)."},
    **problem_responses(
        UnknownStep, UnknownLayer, NotAcceptable, BadParameter, Overloaded, TimeLimit
    ),
}


async def _examined(
    services: ServicesDep,
    step_id: Annotated[
        str,
        Path(
            alias="id",
            description="The id that the step was given with.",
            max_length=64,
            examples=["5d1c0a9be2d94c7786a1d0f4b3e25c68"],
        ),
    ],
) -> StepInspection:
    return services.steps.get(step_id)


StepDep = Annotated[StepInspection, Depends(_examined)]
Picture = Annotated[int, Query(ge=0, le=2**31 - 1, description="A place in the batch.")]
Parameter = Annotated[str, Path(description="The parameter's name.", examples=["weight"])]
Place = Annotated[
    str,
    Query(
        alias="index",
        description="Where in the parameter, along each axis.",
        max_length=64,
        examples=["3,0"],
    ),
]
Limit = Annotated[int, Query(ge=0, le=10_000, description="How many terms are listed.")]
Format = Annotated[
    str | None, Query(description="json or npy, rather than the Accept header.", examples=["json"])
]


@router.post(
    "/analyses/{id}/training-step",
    status_code=201,
    summary="Take a training step on a photo",
    response_model=shapes.Step,
    response_description="The step; Location says where it can be read again.",
    responses=problem_responses(
        UnknownAnalysis,
        BadParameter,
        BodyTooLarge,
        SlowUpload,
        QuotaExceeded,
        Overloaded,
        TimeLimit,
    ),
    openapi_extra=json_body("TrainingStepRequest", "What the photo shows, and how to learn."),
)
async def train_on_photo(
    request: Request,
    done: AnalysisDep,
    services: ServicesDep,
    visitor: VisitorDep,
    worker: WorkerDep,
) -> Response:
    """Take one training step on the analysed photo with the given label. The model itself is not
    changed: the analysis named in ``after_analysis`` holds the network after the step, and can be
    read and compared like any other.
    """
    asked = await read_json(request, shapes.TrainingStepRequest, services.settings.body_timeout)
    step = PhotoStep(**asked.model_dump())
    inspected = await worker.wait_for(services.steps.of_photo(done, step))
    assert inspected.after is not None
    services.analyses.keep(inspected.after, visitor.workspace.id)
    content = await _serialize(services, visitor, worker, inspected, 0)
    return created(request, "read_step", inspected.id, content)


@router.get(
    "/trainings/{id}/next-step",
    summary="Get a training's next step",
    response_model=shapes.Step,
    responses=problem_responses(
        UnknownTraining, UnknownDataset, WrongState, BadParameter, Overloaded, TimeLimit
    ),
)
async def inspect_training_step(
    services: ServicesDep,
    worker: WorkerDep,
    training: TrainingDep,
    visitor: VisitorDep,
    step: Annotated[
        int | None,
        Query(
            ge=1,
            le=2**31 - 1,
            description="From 1; without it the step to come, or the last one of a finished training.",
        ),
    ] = None,
    picture: Picture = 0,
) -> Response:
    """A step with every intermediate value: the next one, while the training is paused or after it
    was stopped; one of the latest that were taken singly; or the last of a finished training.
    """
    run = training.run
    asked = await services.trainings.step_to_inspect(run, step)
    inspected = await worker.wait_for(
        services.steps.of_training(run.id, asked, lambda: services.trainings.before(run, asked))
    )
    return json_response(await _serialize(services, visitor, worker, inspected, picture))


@router.get(
    "/steps/{id}",
    summary="Get a step",
    response_model=shapes.Step,
    responses=_PROBLEMS,
)
async def read_step(
    inspected: StepDep,
    services: ServicesDep,
    visitor: VisitorDep,
    worker: WorkerDep,
    picture: Picture = 0,
) -> Response:
    """The same step, seen for any image of its batch."""
    return json_response(await _serialize(services, visitor, worker, inspected, picture))


async def _serialize(
    services: Services, visitor: Visitor, worker: Worker, inspected: StepInspection, picture: int
) -> dict[str, Any]:
    """Compute a step, unless its training has not reached it yet."""
    to_come = any(
        run.id == inspected.training and run.progress["step"] < (inspected.number or 0)
        for run in services.trainings.all()
    )
    content = await worker.run(lambda _: serializers.step(inspected, picture, applied=not to_come))
    return {**content, "training": visitor.name_of_training(inspected.training)}


@router.get(
    "/steps/{id}/values/{name:name}",
    summary="Get a layer's values in a step",
    response_model=shapes.StepValues,
    responses=_ARRAY,
)
async def read_step_values(
    request: Request,
    inspected: StepDep,
    worker: WorkerDep,
    name: LayerName,
    picture: Picture = 0,
    of: Annotated[
        str,
        Query(description="value, gradient, or after: the value after the step.", max_length=64),
    ] = "value",
    format: Format = None,  # noqa: A002, the parameter's name on the wire
) -> Response:
    """The activation (A or Z), its gradient (dA or dZ), or the activation after the step: (C, H, W)
    for maps, (K) for vectors.
    """
    about = {"name": name, "op": inspected.op(name), "picture": picture, "of": of}
    array = serializers.values(inspected, name, picture, of)
    return await _array(request, worker, inspected, array, format, about)


@router.get(
    "/steps/{id}/parameters/{name:name}/{parameter}",
    summary="Get a parameter's values in a step",
    response_model=shapes.StepParameterValues,
    responses=_ARRAY,
)
async def read_step_parameter(
    request: Request,
    inspected: StepDep,
    worker: WorkerDep,
    name: LayerName,
    parameter: Parameter,
    of: Annotated[
        str,
        Query(
            description="before, gradient, gradient_with_decay (the gradient with weight decay), step or after; of the optimiser's memory, "
            "velocity, square or mean after the step, with _before or _bias_corrected at the end.",
            max_length=64,
        ),
    ] = "before",
    format: Format = None,  # noqa: A002, the parameter's name on the wire
) -> Response:
    """Before the step, its gradient, the optimiser's memory, the step itself, or after it."""
    about = {"layer": name, "parameter": parameter, "of": of}
    array = serializers.parameter(inspected, name, parameter, of)
    return await _array(request, worker, inspected, array, format, about)


async def _array(
    request: Request,
    worker: Worker,
    inspected: StepInspection,
    array: Array,
    wanted: str | None,
    about: Mapping[str, object],
) -> Response:
    kind = choose_format(wanted, accepted(request.headers), ("json", "npy"))
    tag = etag(inspected.id, kind, *about.values())
    if not_modified(request.headers, tag):
        return Response(status_code=304, headers=content_headers(tag))
    body = await worker.run(lambda _: serializers.array_bytes(array, kind, about))
    return Response(body, headers=content_headers(tag), media_type=MEDIA_TYPES[kind])


@router.get(
    "/steps/{id}/explain/{name:name}",
    summary="Explain a value in a step",
    response_model=schemas.ExplanationOut,
    responses=_LAYER_PROBLEMS,
)
async def explain_in_step(
    inspected: StepDep,
    worker: WorkerDep,
    name: LayerName,
    position: PositionDep,
    picture: Picture = 0,
) -> Response:
    """As in an analysis, with the batch's own mean and variance and the dropout mask drawn."""
    place = position.in_shape(serializers.values(inspected, name, picture, "value").shape)
    content = await worker.run(lambda _: serializers.explanation(inspected, name, picture, place))
    return json_response(content)


@router.get(
    "/steps/{id}/gradient/{name:name}/{parameter}",
    summary="Get a weight's gradient as a sum",
    response_model=shapes.WeightGradient,
    responses=_LAYER_PROBLEMS,
)
async def explain_gradient(
    inspected: StepDep,
    worker: WorkerDep,
    name: LayerName,
    parameter: Parameter,
    index: Place,
    limit: Limit = 100,
) -> Response:
    """The chain rule with the real numbers: dW = Σ dZ · A over all places and pictures where the
    weight was used.
    """
    return json_response(
        await worker.run(lambda _: derivation.gradient(inspected, name, parameter, index, limit))
    )


@router.get(
    "/steps/{id}/activation-gradient/{name:name}",
    summary="Get an activation's gradient as a sum",
    response_model=shapes.ActivationGradient,
    responses=_LAYER_PROBLEMS,
    openapi_extra=examples(name="flatten"),
)
async def explain_activation_gradient(
    inspected: StepDep,
    worker: WorkerDep,
    name: LayerName,
    position: PositionDep,
    picture: Picture = 0,
    limit: Limit = 100,
) -> Response:
    """What is handed back to the layer before: dA = Σ dZ · dZ/dA over the numbers that read this
    one.
    """
    place = position.in_shape(serializers.values(inspected, name, picture, "value").shape)
    content = await worker.run(
        lambda _: derivation.activation_gradient(inspected, name, picture, place, limit)
    )
    return json_response(content)


@router.get(
    "/steps/{id}/update/{name:name}/{parameter}",
    summary="Get a weight's update",
    response_model=shapes.WeightUpdate,
    responses=_LAYER_PROBLEMS,
)
async def explain_update(
    inspected: StepDep, worker: WorkerDep, name: LayerName, parameter: Parameter, index: Place
) -> Response:
    """Before, gradient, the optimiser's memory, step and after, and the formulas between them with
    their numbers.
    """
    return json_response(
        await worker.run(lambda _: derivation.update(inspected, name, parameter, index))
    )
