"""The networks on offer, their layers and weights, and sample photos."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.analyses import paths, serializers
from app.encoding.text import short_name
from app.errors import (
    BadParameter,
    BadUpload,
    BodyTooLarge,
    DiskFailure,
    ExternalDataMissing,
    InputSizeMissing,
    InvalidModel,
    ModelFixed,
    NotAcceptable,
    OptionMissing,
    Overloaded,
    OversizedModel,
    SharedOnly,
    SlowUpload,
    TimeLimit,
    UnknownLayer,
    UnknownModel,
    UnsupportedModel,
)
from app.http.bodies import read_json, read_model_file
from app.http.dependencies import (
    LayerName,
    ModelDep,
    OwnModelDep,
    ServicesDep,
    VisitorDep,
    WorkerDep,
)
from app.http.negotiation import MEDIA_TYPES, accepted, choose_format, parse_index_ranges
from app.http.openapi.document import (
    MODEL_BODY,
    binary_content,
    examples,
    json_body,
    problem_responses,
)
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
from app.images.samples import load_samples
from app.models.options import INPUT
from app.models.registry import UPLOADED_PREFIX

router = APIRouter(tags=["models"])


@router.get(
    "/models",
    summary="List the models",
    response_model=schemas.ModelList,
    responses=problem_responses(Overloaded),
)
async def list_models(services: ServicesDep, visitor: VisitorDep, worker: WorkerDep) -> Response:
    """The models that this server offers, the default first, and your own."""
    registry = services.registry
    models = await worker.run(
        lambda check: serializers.model_list(registry, check, visitor.sees_model)
    )
    for model in models:
        shared = services.shares.of("model", model["id"])
        model["share"] = shared and f"{UPLOADED_PREFIX}{shared}"
    return json_response({"default": registry.default, "models": models})


@router.post(
    "/models",
    status_code=201,
    summary="Upload a model",
    response_model=schemas.Model,
    response_description="The model; Location says where it can be read again.",
    responses=problem_responses(
        InvalidModel,
        UnsupportedModel,
        OversizedModel,
        InputSizeMissing,
        OptionMissing,
        ExternalDataMissing,
        BadUpload,
        SlowUpload,
        BadParameter,
        Overloaded,
        TimeLimit,
    ),
    openapi_extra={
        **MODEL_BODY,
        **examples(
            preset="imagenet",
            mean="0.485,0.456,0.406",
            std="0.229,0.224,0.225",
            scale="255",
            channels="rgb",
            crop_mode="center",
        ),
    },
)
async def create_model(
    request: Request,
    services: ServicesDep,
    visitor: VisitorDep,
    worker: WorkerDep,
    name: Annotated[
        str | None, Query(description="What to call it.", max_length=200, examples=["My ResNet"])
    ] = None,
    size: Annotated[
        str | None,
        Query(
            description="HEIGHTxWIDTH of the input in pixels, where the file leaves them open.",
            max_length=40,
            examples=["224x224"],
        ),
    ] = None,
    preset: PresetParam = None,
    mean: MeanParam = None,
    std: StdParam = None,
    scale: ScaleParam = None,
    channels: ChannelsParam = None,
    crop_mode: CropModeParam = None,
    layout: Annotated[
        str | None,
        Query(
            description="chw or hwc: whether channels come first or last, where the input's shape does not tell.",
            max_length=40,
            examples=["chw"],
        ),
    ] = None,
    labels: Annotated[
        str | None,
        Query(
            description="imagenet for the names of ImageNet's classes. Others come as a text file, one a line: the form's field «labels».",
            max_length=4096,
            examples=["imagenet"],
        ),
    ] = None,
) -> Response:
    """Upload an ONNX file, with its external data files if it has any, or a .safetensors file
    written by Convscope. What the file leaves open (class names, preprocessing, input size) can be
    given as options.

    An input other than the photo can be set to a constant: ``input:NAME=value``, one number for all
    elements or one for each. The model is kept in the server's memory while it is used and there is
    room. The same file with the same options gets the same id.
    """
    settings = services.settings
    told = {
        "name": name,
        "size": size,
        "preset": preset,
        "mean": mean,
        "std": std,
        "scale": scale,
        "channels": channels,
        "crop_mode": crop_mode,
        "layout": layout,
        "labels": labels,
    }
    constants = {k: v for k, v in request.query_params.items() if k.startswith(INPUT)}
    query = constants | {key: value for key, value in told.items() if value is not None}
    with services.model_reader.admitted():
        upload = await read_model_file(
            request, settings.max_model_bytes, settings.model_body_timeout, query
        )
        with services.executor.place():
            model, gone = await services.model_reader.add(upload, visitor.workspace.id)
            services.forget(gone)
            content = await worker.run(
                lambda check: serializers.model(services.registry, model, check)
            )
    return created(request, "describe_model", model, content)


@router.patch(
    "/models/{id}",
    summary="Rename a model",
    response_model=schemas.Model,
    responses=problem_responses(
        UnknownModel,
        ModelFixed,
        SharedOnly,
        BadParameter,
        BodyTooLarge,
        SlowUpload,
        Overloaded,
        TimeLimit,
    ),
    openapi_extra=json_body("ModelName", "The new name.") | examples(id="own-3f1a9c0b7d25"),
)
async def rename_model(
    request: Request, services: ServicesDep, worker: WorkerDep, model: OwnModelDep
) -> Response:
    """One that somebody brought, or that was learned here: its training is renamed with it."""
    asked = await read_json(request, schemas.ModelName, services.settings.body_timeout)
    name = short_name(asked.name)
    if not name:
        raise BadParameter("A model's name has at least one letter that can be seen.")
    await worker.run(lambda _: services.registry.peek(model))  # what is not here is said to be so
    run = services.trainings.run_of(model)
    if run is not None:
        await services.trainings.rename(run, name)
    else:
        services.uploaded_models.rename(model, name)
    return json_response(
        await worker.run(lambda check: serializers.model(services.registry, model, check))
    )


@router.delete(
    "/models/{id}",
    status_code=204,
    summary="Delete a model",
    response_class=Response,
    responses=problem_responses(UnknownModel, ModelFixed, SharedOnly, BadParameter, DiskFailure),
    openapi_extra=examples(id="own-3f1a9c0b7d25"),
)
async def delete_model(services: ServicesDep, model: OwnModelDep) -> Response:
    """Delete an uploaded model and its analyses. Models that ship with Convscope, or belong to a
    training, cannot be deleted here.
    """
    await services.delete_model(model)
    return Response(status_code=204)


@router.get(
    "/models/{id}",
    summary="Get a model",
    response_model=schemas.Model,
    responses=problem_responses(UnknownModel, BadParameter, Overloaded, TimeLimit),
)
async def describe_model(
    services: ServicesDep,
    worker: WorkerDep,
    model: ModelDep,
) -> Response:
    """Its layers with shapes, parameters, multiply-adds and attributes; labels; preprocessing; the
    model card.
    """
    content = await worker.run(lambda check: serializers.model(services.registry, model.id, check))
    named = {"id": model.called, "lent": model.called != model.id}
    return json_response(content | named)


@router.get(
    "/models/{id}/layers/{name:name}/weights",
    summary="Get a layer's weights",
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
    model: ModelDep,
    name: LayerName,
    filters: Annotated[
        str | None,
        Query(description="Some filters only: 0,3,8-15.", max_length=4096, examples=["0,2"]),
    ] = None,
    format: Annotated[  # noqa: A002, the parameter's name on the wire
        str | None, Query(description="Rather than the Accept header.", examples=["json"])
    ] = None,
) -> Response:
    """Weights and biases: as JSON, as .npz with one array for each parameter, or as .npy with the
    weights alone.
    """
    kind = choose_format(format, accepted(request.headers), ("json", "npy", "npz"))

    def choose(count: int) -> list[int]:
        return parse_index_ranges(filters, count, "filters")

    body = await worker.run(
        lambda _: paths.weights_bytes(services.registry, model.id, name, kind, choose)
    )
    return Response(body, media_type=MEDIA_TYPES[kind])


@router.get(
    "/models/{id}/layers/{name:name}/receptive-fields",
    summary="Get a layer's receptive fields",
    response_model=schemas.ReceptiveFields,
    responses=problem_responses(UnknownModel, UnknownLayer, BadParameter, Overloaded, TimeLimit),
)
async def read_receptive_fields(
    services: ServicesDep, worker: WorkerDep, model: ModelDep, name: LayerName
) -> Response:
    """Receptive fields on the network's input, for each row and each column of the layer: the field
    of an element is where its row's and its column's cross.
    """
    registry = services.registry
    return json_response(
        await worker.run(lambda check: paths.receptive_fields(registry, model.id, name, check))
    )


@router.get("/samples", summary="List the sample photos", response_model=list[schemas.Sample])
async def list_samples(request: Request) -> Response:
    """Sample photos to try the models on, with their authors and licences."""
    root = request.scope.get("root_path", "")
    return json_response([{**s, "url": root + s["url"]} for s in load_samples()])
