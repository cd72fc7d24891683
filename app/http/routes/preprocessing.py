"""Preprocessing: the presets compared on one photo, and a copy of a model with another preset."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response

from app.analyses import preprocessing, serializers
from app.errors import (
    BadParameter,
    Overloaded,
    OversizedModel,
    TimeLimit,
    UnknownModel,
)
from app.http.dependencies import ModelDep, PlaceDep, ServicesDep, UploadDep, VisitorDep, WorkerDep
from app.http.openapi.document import UPLOAD_BODY, UPLOAD_PROBLEMS, examples, problem_responses
from app.http.params import (
    ChannelsParam,
    CropModeParam,
    MeanParam,
    PresetParam,
    ScaleParam,
    StdParam,
)
from app.http.responses import created, json_response
from app.http.schemas import common as schemas
from app.http.schemas import preprocessing as schemas_preprocessing
from app.models.options import parse_options

router = APIRouter(tags=["models"])


@router.post(
    "/models/{id}/preprocessing",
    summary="Compare ways to prepare a photo",
    response_model=schemas_preprocessing.PreprocessTrials,
    responses=UPLOAD_PROBLEMS,
    openapi_extra=UPLOAD_BODY,
)
async def compare_preprocessing(
    services: ServicesDep, worker: WorkerDep, model: ModelDep, upload: UploadDep, _: PlaceDep
) -> Response:
    """The model's prediction for a photo with each preset, its present one first. Preprocessing
    that matches no preset has ``preset`` null.

    Where a file does not say how photos are preprocessed (``preprocess.source`` is «assumed»), only
    one of them is right.
    """
    registry, limits = services.registry, services.analyses.limits
    ways = await worker.run(
        lambda _: preprocessing.trials(registry.get(model.id), upload.data, limits, upload.crop)
    )
    # One run after the other: each has the time limit to itself.
    found = [await worker.run(partial(preprocessing.tried, way)) for way in ways]
    return json_response({"model": model.called, "options": found})


@router.post(
    "/models/{id}/copies",
    status_code=201,
    summary="Copy a model with another preprocessing",
    response_model=schemas.Model,
    response_description="The copy; Location says where it can be read again.",
    responses=problem_responses(UnknownModel, OversizedModel, BadParameter, Overloaded, TimeLimit),
    openapi_extra=examples(preset="caffe", crop_mode="squash"),
)
async def copy_model(
    request: Request,
    services: ServicesDep,
    visitor: VisitorDep,
    worker: WorkerDep,
    model: ModelDep,
    _: PlaceDep,
    preset: PresetParam = None,
    mean: MeanParam = None,
    std: StdParam = None,
    scale: ScaleParam = None,
    channels: ChannelsParam = None,
    crop_mode: CropModeParam = None,
) -> Response:
    """The same network with other preprocessing. The file is not sent again, and the weights are
    shared in memory.

    Options are those of POST /models. The same choice gets the same id.
    """
    told = {
        "preset": preset,
        "mean": mean,
        "std": std,
        "scale": scale,
        "channels": channels,
        "crop_mode": crop_mode,
    }
    options = parse_options({key: value for key, value in told.items() if value is not None})
    registry = services.registry
    copy = await worker.run(lambda _: preprocessing.copied(registry.get(model.id), options))
    content_hash, network = copy
    owner = visitor.workspace.id
    made = services.uploaded_models.id_of(content_hash, owner)
    gone = await services.executor.run(
        lambda _: services.uploaded_models.keep(
            made, network, "changed", registry.title(model.id), owner
        )
    )
    services.forget(gone)
    content = await worker.run(lambda check: serializers.model(registry, made, check))
    return created(request, "describe_model", made, content)
