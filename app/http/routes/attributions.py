"""Attribution: how much each pixel contributes to a class's score."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from app.analyses import attributions
from app.encoding.arrays import npy_bytes
from app.errors import (
    BadParameter,
    BodyTooLarge,
    NotAcceptable,
    Overloaded,
    SlowUpload,
    TimeLimit,
    UnknownAnalysis,
)
from app.http.bodies import read_json
from app.http.dependencies import AnalysisDep, ServicesDep, WorkerDep
from app.http.negotiation import EVENTS, MEDIA_TYPES, accepted, choose_format
from app.http.openapi.document import binary_content, json_body, problem_responses
from app.http.responses import json_response
from app.http.schemas import attributions as shapes
from app.http.sse import event_stream

router = APIRouter(prefix="/analyses", tags=["analyses"])


@router.post(
    "/{id}/attributions",
    summary="Compute an attribution",
    response_model=shapes.AttributionOut,
    responses={
        200: {
            "content": {
                **binary_content("npy", "png"),
                EVENTS: {
                    "schema": {"type": "string"},
                    "example": 'event: progress\ndata: {"done":16,"total":128}\n\n',
                },
            }
        },
        **problem_responses(
            UnknownAnalysis,
            BadParameter,
            BodyTooLarge,
            SlowUpload,
            NotAcceptable,
            Overloaded,
            TimeLimit,
        ),
    },
    openapi_extra=json_body(
        "AttributionRequest", "The method, the class, and the method's options."
    ),
)
async def explain_class(
    request: Request, done: AnalysisDep, services: ServicesDep, worker: WorkerDep
) -> Response:
    """One number for each pixel of the input. As text/event-stream: «progress» events, then
    «result» with the JSON, or «problem».
    """
    asked = await read_json(request, shapes.AttributionRequest, services.settings.body_timeout)
    task = asked.task()
    kind = choose_format(None, accepted(request.headers), ("json", "npy", "png", "events"))
    if kind == "events":
        services.executor.refuse_when_full()  # an answer under way cannot become a refusal
        events = event_stream(
            services.executor,
            lambda tick: attributions.present(done, attributions.answer(done, task, tick)),
            request.url.path,
        )
        return StreamingResponse(events, media_type=EVENTS)

    def answer(check: attributions.Check) -> attributions.Answer:
        return attributions.answer(done, task, lambda *_: check())

    got = await worker.run(answer)
    if kind == "json":
        return json_response(attributions.present(done, got))
    body = npy_bytes(got.found.values) if kind == "npy" else attributions.overlay(done, got)
    return Response(body, media_type=MEDIA_TYPES[kind])
