"""Puts the app together."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig

from app.analyses.store import AnalysisStore
from app.errors import AppError
from app.execution.executor import WorkExecutor
from app.execution.turns import Parts
from app.http import problems
from app.http.access.admission import AdmissionMiddleware
from app.http.access.budget import BodyBudget, BudgetMiddleware
from app.http.access.same_origin import SameOriginMiddleware
from app.http.access.token import TokenGuard, TokenMiddleware
from app.http.access.workspace import WorkspaceMiddleware
from app.http.bodies import largest_body
from app.http.middleware import HeadersMiddleware, HeadMiddleware, RawPathMiddleware
from app.http.observing.metrics import Metrics, served
from app.http.observing.requests import RequestsMiddleware, RouteMiddleware
from app.http.openapi import document
from app.http.routes import (
    analyses,
    attributions,
    health,
    metrics,
    models,
    numbers,
    pages,
    preprocessing,
    variants,
    workspaces,
)
from app.http.routes.learning import datasets, steps, trainings
from app.http.routes.prediction import frames, predict
from app.http.services import Services
from app.images.decoding import Limits
from app.learning.datasets.store import Bounds, Datasets
from app.learning.runs.manager import TrainingManager
from app.learning.runs.room import TrainingBounds
from app.learning.runs.root_folder import make_folder
from app.learning.steps.store import StepStore
from app.models.folder import ModelFolder
from app.models.registry import Registry
from app.models.uploaded import ModelReader, UploadedModels
from app.paths import static_dir
from app.settings import MIB, Settings
from app.version import VERSION
from app.workspaces.ids import IdMaker
from app.workspaces.quotas import Quotas
from app.workspaces.shares import Shares
from engine.execution import keeping_at_most

API = "/api/v1"

# Layers' names may hold slashes, so the addresses that end in a word come before the layer itself.
_ROUTERS = (
    models.router,
    preprocessing.router,
    numbers.router,
    attributions.router,
    variants.router,
    analyses.router,
    predict.router,
    frames.router,
    datasets.router,
    trainings.router,
    steps.router,
    workspaces.router,
    health.router,
)

logger = logging.getLogger(__name__)

_SWEEP = 60  # seconds
_MOST_FREE = 256 * MIB
_STREAMS = 128  # of which a workspace may have half, and a class that shares an address 96

_DESCRIPTION = (
    "A photo goes in, every layer of a convolutional network comes out: activation maps, pooled "
    "outputs, scores, and where each number came from."
)


def create_app(settings: Settings | None = None, registry: Registry | None = None) -> FastAPI:
    """The app, ready to be served. Without arguments: settings from the environment, the networks
    that ship.
    """
    services = _services(settings or Settings(), registry or Registry.of_zoo())
    app = FastAPI(
        title="Convscope",
        version=VERSION,
        description=_DESCRIPTION,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # FastAPI's own pages load from another host
        redoc_url=None,
        redirect_slashes=False,  # such a redirect goes wherever the request's Host header says
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan,
        telemetry=_telemetry(services.settings),
    )
    app.state.services = services
    app.openapi = lambda: document.build(app)  # type: ignore[method-assign]
    token = services.settings.token
    app.state.token_guard = TokenGuard(token) if token else None
    app.state.metrics = Metrics(services)
    app.add_middleware(RouteMiddleware, prefix=API)
    # Half of it, which one workspace may have, is enough for the largest file.
    app.state.budget = BodyBudget(2 * largest_body(services.settings))
    app.add_middleware(BudgetMiddleware, budget=app.state.budget)
    _add_door(app, services.executor.refuse_when_full)
    app.add_middleware(WorkspaceMiddleware, closed=bool(token), seen=services.quotas.note)
    if token:
        app.add_middleware(TokenMiddleware, guard=app.state.token_guard)
    app.add_middleware(SameOriginMiddleware, settings=services.settings)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(RawPathMiddleware, prefix=f"{API}/")
    _add_door(app, services.executor.refuse_all_when_full)
    app.add_middleware(HeadersMiddleware)
    app.add_middleware(RequestsMiddleware, metrics=app.state.metrics)
    problems.install(app)
    for router in _ROUTERS:
        app.include_router(router, prefix=API)
    app.include_router(pages.router)
    app.include_router(metrics.router)
    app.mount("/static", StaticFiles(directory=static_dir()), name="static")
    return app


def _add_door(app: FastAPI, refuse: Callable[[], None]) -> None:
    routes = [route for router in _ROUTERS for route in router.routes]
    app.add_middleware(AdmissionMiddleware, refuse=refuse, routes=routes, prefix=API)


def _services(settings: Settings, registry: Registry) -> Services:
    quotas = Quotas(settings.workspace_share)
    executor = WorkExecutor(settings.workers, settings.max_queue_size, settings.time_limit)
    limits = Limits(settings.max_image_bytes, settings.max_image_pixels)
    bounds = Bounds(
        settings.max_datasets,
        settings.max_datasets_bytes,
        settings.dataset_time_limit,
        quotas,
    )
    folder = make_folder(settings.trainings_dir)
    ids = IdMaker.of_file(_secret_file(settings, folder))
    analyses = AnalysisStore(executor, limits, settings.max_analysis_cache_bytes, ids)
    datasets = Datasets(folder, limits, bounds, ids)
    steps = StepStore(executor, settings.max_step_cache_bytes, ids)
    trainings = TrainingManager(folder, datasets, executor, _training_bounds(settings, quotas))
    uploaded_models = UploadedModels(
        settings.max_models_bytes, settings.model_ttl, ids=ids, quotas=quotas
    )
    reader = ModelReader(settings, uploaded_models, executor, registry)
    for provider in (trainings, ModelFolder(settings), uploaded_models):
        registry.add(provider)
    return Services(
        settings,
        registry,
        executor,
        analyses,
        datasets,
        steps,
        trainings,
        uploaded_models,
        reader,
        Shares(folder),
        quotas,
        Parts("streams", _STREAMS),
    )


def _secret_file(settings: Settings, folder: Path) -> Path:
    return Path(settings.secret_file).expanduser() if settings.secret_file else folder / "secret"


def _telemetry(settings: Settings) -> TelemetryConfig:
    """FastAPI's OpenTelemetry: all of it or nothing, whatever its own variables say."""
    on = settings.telemetry
    return {"tracing": on, "metrics": on, "logs": on, "auto_configure": on}


def _training_bounds(settings: Settings, quotas: Quotas) -> TrainingBounds:
    return TrainingBounds(
        settings.max_trainings,
        settings.max_kept_trainings,
        settings.max_training_memory,
        settings.training_time_limit,
        quotas,
    )


async def _sweep(services: Services) -> None:
    """Let go of what is no longer used, again and again."""
    while True:
        await asyncio.sleep(_SWEEP)
        try:
            await services.sweep(time.time())
        except AppError as error:  # of the disk, or there is too much to do: the next time, then
            logger.warning("%s", error)
        except Exception:  # without this loop nothing would ever be deleted again
            logger.exception("What is no longer used cannot be deleted.")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the default network and put the routes together before the first photo comes, and resume
    the trainings that a restart interrupted.
    """
    services: Services = app.state.services
    list(iter_route_contexts(app.routes))  # the first to ask for them would wait for it
    with keeping_at_most(_free_memory(services.settings)):
        await services.executor.run(lambda _: services.registry.layers(services.registry.default))
        await services.trainings.open()
        await services.note_holders()
        sweeping = asyncio.create_task(_sweep(services))
        with served(app.state.metrics, services.settings.metrics_port):
            yield
        sweeping.cancel()
        await services.trainings.close()
        services.executor.close()


def _free_memory(settings: Settings) -> int:
    """How many bytes of values that are gone may be kept for the next run."""
    return min(_MOST_FREE, settings.max_analysis_cache_bytes // 2)
