"""Health checks for whoever operates the server."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.errors import NotReady
from app.http.dependencies import ServicesDep
from app.http.openapi.document import problem_responses
from app.http.responses import json_response
from app.http.schemas import common as schemas
from app.version import VERSION

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", summary="Check liveness", response_model=schemas.Health)
async def live() -> Response:
    """Answers as long as the event loop turns."""
    return json_response({"status": "ok", "version": VERSION})


@router.get(
    "/ready",
    summary="Check readiness",
    response_model=schemas.Health,
    responses=problem_responses(NotReady),
)
async def ready(services: ServicesDep) -> Response:
    """Answers 200 once the default model is loaded, 503 before."""
    if not services.registry.loaded:
        raise NotReady("The default model is still being loaded.", retry_after=1)
    return json_response({"status": "ok", "version": VERSION})
