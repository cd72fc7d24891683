"""The pages for people: the main page, training, the API reference; and where an error's type
leads.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from app.http.dependencies import ServicesDep
from app.http.openapi.code_samples import HOST
from app.http.problems import problems
from app.images.decoding import Limits
from app.paths import templates_dir
from app.version import VERSION

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(templates_dir())


@router.get("/")
async def page(request: Request, services: ServicesDep) -> Response:
    """The main page. It is told the server's limits, so that it can shrink larger photos before it
    sends them.
    """
    settings = services.settings
    limits = Limits(settings.max_image_bytes, settings.max_image_pixels)
    context = {"version": VERSION, "limits": limits}
    return templates.TemplateResponse(request, "index.html", context)


@router.get("/learn")
async def learn(request: Request) -> Response:
    """The page for training."""
    return templates.TemplateResponse(request, "learn.html", {"version": VERSION})


@router.get("/docs")
async def api_docs(request: Request) -> Response:
    """The API reference. static/js/pages/api-reference.js shows the OpenAPI document in it."""
    context = {
        "version": VERSION,
        "description": request.app.description,
        "example_host": HOST,
        "problems": problems(),
    }
    return templates.TemplateResponse(request, "docs.html", context)


@router.get("/errors/{slug}")
async def error_type(slug: Annotated[str, Path(max_length=64)]) -> Response:
    """An error's type URI leads to its row in the API reference."""
    if slug not in {problem.slug for problem in problems()}:
        raise HTTPException(404)
    return RedirectResponse(f"../docs#error-{slug}", 303)
