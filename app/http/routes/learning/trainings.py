"""Trainings: start one, follow it, control it, read its results."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.encoding.arrays import json_bytes
from app.errors import (
    BadParameter,
    BodyTooLarge,
    DiskFailure,
    NotAcceptable,
    Overloaded,
    QuotaExceeded,
    SharedOnly,
    SlowUpload,
    TimeLimit,
    TooManyRequests,
    UnknownDataset,
    UnknownModel,
    UnknownTraining,
    WrongState,
)
from app.http.bodies import read_json
from app.http.dependencies import (
    OwnTrainingDep,
    ServicesDep,
    StreamDep,
    TrainingDep,
    VisitorDep,
    WorkerDep,
)
from app.http.negotiation import EVENTS, MEDIA_TYPES, accepted, choose_format
from app.http.openapi.document import binary_content, json_body, problem_responses
from app.http.responses import created, json_response
from app.http.schemas import learning as schemas
from app.http.schemas.training_config import TrainingRequest
from app.http.services import Services
from app.learning import evaluation
from app.learning.runs.config import config_of
from app.learning.runs.defaults import suggest
from app.learning.runs.run import TrainingRun
from engine.formats.onnx import to_onnx
from engine.formats.safetensors import to_bytes
from engine.zoo import layer_spec

router = APIRouter(prefix="/trainings", tags=["learning"])

_READ = problem_responses(UnknownTraining, BadParameter)
_COMMAND = problem_responses(
    UnknownTraining, SharedOnly, WrongState, Overloaded, BadParameter, DiskFailure
)
_BODY = (BodyTooLarge, SlowUpload, BadParameter)


@router.post(
    "/plan",
    summary="Validate a network",
    response_model=schemas.Plan,
    responses=problem_responses(UnknownDataset, Overloaded, TimeLimit, *_BODY),
    openapi_extra=json_body("NetworkSpec", "Layers, and the set of pictures."),
)
async def plan_training(
    request: Request, services: ServicesDep, visitor: VisitorDep, worker: WorkerDep
) -> Response:
    """Shapes and costs of every layer; the first impossible one says why, and the answer is a 200
    all the same.
    """
    spec = await read_json(request, schemas.NetworkSpec, services.settings.body_timeout)
    info = await worker.run(lambda _: visitor.dataset(spec.dataset))
    rows = layer_spec.validate(spec.layers, len(info.classes), info.size)
    problem = next((row.problem for row in rows if row.problem), None)
    content = {
        "input": [3, *info.size],
        "classes": len(info.classes),
        "layers": [vars(row) for row in rows],
        "parameters": None if problem else sum(row.parameters or 0 for row in rows),
        "multiply_adds": None if problem else sum(row.multiply_adds or 0 for row in rows),
        "problem": problem,
    }
    return json_response(content)


@router.get("", summary="List the trainings", response_model=schemas.TrainingList)
async def list_trainings(services: ServicesDep, visitor: VisitorDep) -> Response:
    """Your trainings, the newest first, without their history."""
    runs = services.trainings.seen_by(visitor.workspace)
    shared = services.shares
    listed = [{**run.listed(), "share": shared.of("training", run.id)} for run in runs]
    return json_response({"trainings": listed})


@router.post(
    "",
    status_code=201,
    summary="Start a training",
    response_model=schemas.Training,
    response_description="The training; Location says where it can be read again.",
    responses=problem_responses(
        UnknownDataset, SharedOnly, Overloaded, QuotaExceeded, TimeLimit, DiskFailure, *_BODY
    ),
    openapi_extra=json_body("TrainingRequest", "Pictures, a network, and how to learn."),
)
async def create_training(
    request: Request, services: ServicesDep, visitor: VisitorDep, worker: WorkerDep
) -> Response:
    """It learns in a process of its own, also when nobody looks, and is found again after a restart
    of the server.
    """
    spec = await read_json(request, TrainingRequest, services.settings.body_timeout)
    asked = spec.model_dump(exclude={"name", "paused", "speed"})
    info = await worker.run(lambda _: visitor.dataset(spec.dataset))
    if info.id != spec.dataset:
        raise SharedOnly(
            "These images are shared with you: they can be looked at. To train on them, bring them "
            "as a dataset of your own."
        )
    suggested = suggest(info.pictures, architecture=spec.architecture is not None)
    asked = {name: suggested.get(name) if value is None else value for name, value in asked.items()}
    asked = {name: value for name, value in asked.items() if value is not None}
    if spec.architecture is None and spec.layers is None:
        asked["layers"] = [dict(layer) for layer in layer_spec.DEFAULT_LAYERS]
    run = await services.create_training(
        asked, spec.name, paused=spec.paused, speed=spec.speed, owner=visitor.workspace.id
    )
    return created(request, "read_training", run.id, run.whole())


@router.get("/{id}", summary="Get a training", response_model=schemas.Training, responses=_READ)
async def read_training(training: TrainingDep) -> Response:
    """Where it stands, and what happened so far."""
    return json_response(training.present(training.run.whole()))


@router.delete(
    "/{id}",
    status_code=204,
    summary="Delete a training",
    response_class=Response,
    responses={**_READ, **problem_responses(SharedOnly, DiskFailure)},
)
async def delete_training(services: ServicesDep, run: OwnTrainingDep) -> Response:
    """With its networks, all its files and the link to it."""
    await services.delete_training(run)
    return Response(status_code=204)


@router.get(
    "/{id}/events",
    summary="Stream a training's events",
    response_class=EventSourceResponse,
    responses={
        200: {
            "content": {
                EVENTS: {
                    "schema": {"type": "string"},
                    "example": "event: batches\ndata: "
                    '{"batches":[[1,2.08,0.125,0.005],[2,2.01,0.25,0.005]]}\nid: 2\n\n',
                }
            }
        },
        **problem_responses(UnknownTraining, BadParameter, TooManyRequests),
    },
)
async def follow_training(
    services: ServicesDep,
    visitor: VisitorDep,
    training: TrainingDep,
    _: StreamDep,
    last_event_id: Annotated[
        int | None, Query(ge=0, le=2**53, description="The last step that is known.")
    ] = None,
    last_event: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            max_length=20,
            description="The same, as browsers say it when they come back; it counts more.",
        ),
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Events, whose id is a step: «state» first, then «batches», «epoch» and «diagnostics»; from
    the last one that is known on.
    """
    known = int(last_event) if last_event and last_event.isdecimal() else last_event_id or 0
    closing, is_seen = services.trainings.closing, partial(visitor.still_sees, training)
    async for name, step, content in training.run.events(known, closing, is_seen):
        told = training.present(content) if name == "state" else content
        yield ServerSentEvent(event=name, id=str(step), raw_data=json_bytes(told).decode())


@router.post(
    "/{id}/pause",
    summary="Pause a training",
    response_model=schemas.Training,
    responses=_COMMAND,
)
async def pause_training(services: ServicesDep, run: OwnTrainingDep) -> Response:
    """It rests before its next step. Everything is saved."""
    await services.trainings.pause(run)
    return json_response(run.whole())


@router.post(
    "/{id}/resume",
    summary="Resume a training",
    response_model=schemas.Training,
    responses={**_COMMAND, **problem_responses(*_BODY)},
    openapi_extra=json_body("ResumeRequest", "How fast."),
)
async def resume_training(request: Request, services: ServicesDep, run: OwnTrainingDep) -> Response:
    """After a pause; or at another speed."""
    spec = await read_json(request, schemas.ResumeRequest, services.settings.body_timeout)
    await services.trainings.resume(run, spec.speed)
    return json_response(run.whole())


@router.post(
    "/{id}/advance",
    summary="Advance a paused training",
    response_model=schemas.Training,
    responses={**_COMMAND, **problem_responses(*_BODY)},
    openapi_extra=json_body("AdvanceRequest", "How many batches."),
)
async def step_training(request: Request, services: ServicesDep, run: OwnTrainingDep) -> Response:
    """Or from a few; then it rests again. Only while it is paused."""
    spec = await read_json(request, schemas.AdvanceRequest, services.settings.body_timeout)
    await services.trainings.step(run, spec.batches)
    return json_response(run.whole())


@router.post(
    "/{id}/stop", summary="Stop a training", response_model=schemas.Training, responses=_COMMAND
)
async def stop_training(services: ServicesDep, run: OwnTrainingDep) -> Response:
    """For good; what it has learned stays."""
    await services.trainings.stop(run)
    return json_response(run.whole())


@router.post(
    "/{id}/reset", summary="Reset a training", response_model=schemas.Training, responses=_COMMAND
)
async def reset_training(services: ServicesDep, run: OwnTrainingDep) -> Response:
    """With the weights of the beginning, paused before the first step."""
    await services.trainings.reset(run)
    return json_response(run.whole())


@router.get(
    "/{id}/evaluation",
    summary="Evaluate the network",
    response_model=schemas.EvaluationOut,
    responses={
        **_READ,
        **problem_responses(UnknownTraining, UnknownDataset, UnknownModel, Overloaded, TimeLimit),
    },
)
async def evaluate_training(
    services: ServicesDep, worker: WorkerDep, training: TrainingDep
) -> Response:
    """Its newest network, on the pictures that are never learned from."""
    found = await worker.run(lambda _: _evaluation(services, training.run))
    return json_response({**found, "model": f"run-{training.called}@{found['step']}"})


@router.get(
    "/{id}/model",
    summary="Download the trained network",
    response_class=Response,
    responses={
        200: {"content": binary_content("safetensors", "onnx")},
        **_READ,
        **problem_responses(UnknownTraining, UnknownModel, NotAcceptable, Overloaded, TimeLimit),
    },
)
async def download_model(
    request: Request,
    services: ServicesDep,
    worker: WorkerDep,
    training: TrainingDep,
    format: Annotated[  # noqa: A002, the parameter's name on the wire
        str | None, Query(description="safetensors or onnx.", examples=["onnx"])
    ] = None,
) -> Response:
    """The newest one, as safetensors or ONNX."""
    run = training.run
    kind = choose_format(format, accepted(request.headers), ("safetensors", "onnx"))

    def write(_: Any) -> tuple[bytes, int]:
        network = services.registry.get(run.model)
        body = to_onnx(network) if kind == "onnx" else to_bytes(network, half=False)
        return body, network.meta["step"]

    body, step = await worker.run(write)
    headers = {
        "Content-Disposition": f'attachment; filename="convscope-{training.called}-{step}.{kind}"'
    }
    return Response(body, 200, headers, MEDIA_TYPES[kind])


def _evaluation(services: Services, run: TrainingRun) -> dict[str, Any]:
    network = services.registry.get(run.model)
    step = network.meta["step"]
    found = evaluation.evaluate(network, services.trainings.dataset(run), config_of(run.spec))
    return {"step": step, **found}
