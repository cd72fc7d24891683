"""The pages for people: the main page, training, the API reference, a closed server's log-in; and
where an error's type leads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from app.errors import TooManyAttempts, WrongToken
from app.http.access.credentials import keep_cookie
from app.http.access.token import COOKIE, TokenGuard, counted_address, page_after
from app.http.access.workspace import give_cookie
from app.http.bodies import read_form
from app.http.dependencies import ServicesDep, VisitorDep
from app.http.openapi.code_samples import HOST
from app.http.problems import find_problem, problems
from app.images.decoding import Limits
from app.paths import templates_dir
from app.version import VERSION
from app.workspaces.workspace import is_key

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(templates_dir())


@router.get("/")
async def page(request: Request, services: ServicesDep) -> Response:
    """The main page. It is told the server's limits, so that it can shrink larger photos before it
    sends them.
    """
    settings = services.settings
    limits = Limits(settings.max_image_bytes, settings.max_image_pixels)
    return _page(request, "index.html", {"version": VERSION, "limits": limits})


@router.get("/learn")
async def learn(request: Request) -> Response:
    """The page for training."""
    return _page(request, "learn.html", {"version": VERSION})


@router.get("/docs")
async def api_docs(request: Request) -> Response:
    """The API reference. static/js/pages/api-reference.js shows the OpenAPI document in it."""
    context = {
        "version": VERSION,
        "description": request.app.description,
        "example_host": HOST,
        "problems": problems(),
    }
    return _page(request, "docs.html", context)


@router.get("/workspace")
async def workspace(
    request: Request,
    services: ServicesDep,
    visitor: VisitorDep,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """What is this browser's own, and the ways to delete it or to use another workspace."""
    held = await services.held_by(visitor.workspace.id)
    return _page(request, "workspace.html", {"held": held, "done": done})


@router.post("/workspace")
async def change_workspace(
    request: Request, services: ServicesDep, visitor: VisitorDep
) -> Response:
    """Delete everything, or let the browser use the workspace with another key."""
    form = await read_form(request, services.settings.body_timeout)
    if form.get("do") == "delete":
        await services.delete_workspace(visitor.workspace.id)
        return RedirectResponse("workspace?done=deleted", 303)
    key = form.get("key", "").strip()
    if not is_key(key):
        return RedirectResponse("workspace?done=wrong", 303)
    answer = RedirectResponse("workspace", 303)
    give_cookie(request, answer, key)
    return answer


def _page(request: Request, template: str, context: Mapping[str, Any]) -> Response:
    """A page that works with the API: its browser gets a workspace's key."""
    answer = templates.TemplateResponse(request, template, dict(context))
    give_cookie(request, answer)
    return answer


@router.get("/errors/{slug}")
async def error_type(slug: Annotated[str, Path(max_length=64)]) -> Response:
    """An error's type URI leads to its row in the API reference."""
    if slug not in {problem.slug for problem in problems()}:
        raise HTTPException(404)
    return RedirectResponse(f"../docs#error-{slug}", 303)


@router.get("/login")
async def login_page(
    request: Request,
    services: ServicesDep,
    next_page: Annotated[str, Query(alias="next", max_length=4096)] = "",
) -> Response:
    """The form for a closed server's token; an open server needs none."""
    if not services.settings.token:
        return RedirectResponse("./", 303)
    return templates.TemplateResponse(request, "login.html", {"next": next_page})


@router.post("/login")
async def log_in(request: Request, services: ServicesDep) -> Response:
    """Give the browser its cookie and lead it to the page that it wanted."""
    form = await read_form(request, services.settings.body_timeout)
    guard: TokenGuard | None = request.app.state.token_guard
    if guard is None:
        return RedirectResponse("./", 303)
    try:
        guard.check(form.get("token", ""), counted_address(request))
    except (WrongToken, TooManyAttempts) as error:
        context = {"next": form.get("next", ""), "slug": find_problem(error).slug}
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        status = find_problem(error).status
        return templates.TemplateResponse(request, "login.html", context, status, headers)
    answer = RedirectResponse(page_after(form.get("next", "")), 303)
    keep_cookie(request, answer, COOKIE, guard.cookie)
    return answer
