"""The frames of a live camera: each is run through the network and forgotten."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.analyses.frames import FrameView, analyze_frame, check_view, shape_of
from app.errors import UnknownLayer
from app.http.dependencies import FrameTaskDep, ServicesDep, WorkerDep
from app.http.negotiation import MEDIA_TYPES
from app.http.openapi.document import (
    FRAME_BODY,
    UPLOAD_PROBLEMS,
    binary_content,
    problem_responses,
)
from app.http.params import Position
from app.http.schemas.frames import FrameRequest
from engine.network import Network

router = APIRouter(tags=["predict"])


@router.post(
    "/frames",
    summary="Analyse a frame",
    response_class=Response,
    response_description="A safetensors file. Its metadata «frame» is a Frame as JSON; its tensors are "
    "«layer/NAME» (float32) and «pixels» (uint8).",
    responses={
        200: {"content": binary_content("safetensors")},
        **UPLOAD_PROBLEMS,
        **problem_responses(UnknownLayer),
    },
    openapi_extra=FRAME_BODY,
)
async def analyse_frame(task: FrameTaskDep, services: ServicesDep, worker: WorkerDep) -> Response:
    """What one screen shows of an image, in one answer: for a camera that runs through the network.
    The numbers are those of an analysis, but neither the image nor they are kept. Send the next
    frame when the answer is here.
    """
    photo, limits = task.photo, services.analyses.limits
    view = _view(photo.called, photo.network, task.wanted)
    body = await worker.run(
        lambda check: analyze_frame(
            photo.called, photo.network, photo.data, limits, view, check, photo.crop
        )
    )
    return Response(body, media_type=MEDIA_TYPES["safetensors"])


def _view(model: str, network: Network, wanted: FrameRequest) -> FrameView:
    """The request, checked against the network before anything is done."""
    value = None
    if wanted.explain is not None:
        at = wanted.explain
        place = Position(at.channel, at.y, at.x, at.unit)
        value = at.layer, place.in_shape(shape_of(model, network, at.layer))
    layers = {one.name: one.channels for one in wanted.layers}
    stats = {one.name for one in wanted.layers if one.stats}
    view = FrameView(layers, stats, value, wanted.pixels)
    check_view(model, network, view)
    return view
