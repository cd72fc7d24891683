"""Image classification in the form that Hugging Face's clients speak."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.analyses import serializers
from app.analyses.analysis import predict
from app.http.dependencies import ServicesDep, TaskDep, WorkerDep
from app.http.openapi.document import UPLOAD_BODY, UPLOAD_PROBLEMS
from app.http.responses import json_response
from app.http.schemas import outputs

router = APIRouter(tags=["predict"])


@router.post(
    "/predict",
    summary="Classify a photo",
    response_model=list[outputs.Prediction],
    responses=UPLOAD_PROBLEMS,
    openapi_extra=UPLOAD_BODY,
)
async def classify(
    task: TaskDep,
    services: ServicesDep,
    worker: WorkerDep,
    top_k: Annotated[
        int, Query(ge=1, le=10_000, description="How many classes.", examples=[5])
    ] = 5,
    output: Annotated[
        str | None,
        Query(
            description="The name of the output whose classes are meant; without it the primary one.",
            max_length=512,
            examples=["softmax"],
        ),
    ] = None,
) -> Response:
    """The most probable classes with their scores; an empty list for an output without classes.
    Nothing about the photo is kept.
    """
    limits = services.analyses.limits
    scores = await worker.run(
        lambda check: predict(task.network, task.data, limits, check, task.crop, output)
    )
    return json_response(serializers.predictions(scores[:top_k]))
