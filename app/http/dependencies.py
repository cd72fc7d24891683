"""What route handlers ask for, as annotated aliases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import Depends, Path, Query, Request
from starlette.types import Receive

from app.analyses import serializers
from app.analyses.analysis import Analysis
from app.encoding.arrays import json_bytes
from app.execution.executor import Work, WorkExecutor, while_connected
from app.http.access.visitor import SeenTraining, Visitor
from app.http.access.workspace import workspace_of
from app.http.bodies import Upload, read_frame, read_upload
from app.http.observing.record import stage
from app.http.schemas.frames import FrameRequest
from app.http.services import Services
from app.images.fitting import Box
from app.learning.datasets.store import DatasetInfo
from app.learning.runs.run import TrainingRun
from engine.network import Network

T = TypeVar("T")


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]


async def _visitor(request: Request, services: ServicesDep) -> Visitor:
    return Visitor(
        workspace_of(request),
        services.registry,
        services.analyses,
        services.datasets,
        services.trainings,
        services.shares,
    )


VisitorDep = Annotated[Visitor, Depends(_visitor)]


class Worker:
    """Runs work for one request and stops it when the client goes away."""

    def __init__(self, receive: Receive, executor: WorkExecutor) -> None:
        self._receive = receive
        self._executor = executor

    async def run(self, work: Work[T]) -> T:
        """The result of ``work(check)``, off the event loop."""
        return await self.wait_for(self._executor.run(work))

    async def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine that does its work off the event loop."""
        return await while_connected(self._receive, work)


async def _worker(request: Request, services: ServicesDep) -> Worker:
    return Worker(request.receive, services.executor)


WorkerDep = Annotated[Worker, Depends(_worker)]


ModelQuery = Annotated[
    str | None, Query(description="A model's id; the default without it.", examples=["everyday"])
]
CropQuery = Annotated[
    str | None,
    Query(
        description="left,top,right,bottom in pixels of the upright photo; without it, the middle.",
        max_length=200,
    ),
]


async def _upload(
    request: Request, services: ServicesDep, model: ModelQuery = None, crop: CropQuery = None
) -> Upload:
    with stage("upload"):
        return await read_upload(request, services.settings, model, crop)


UploadDep = Annotated[Upload, Depends(_upload)]


@dataclass(frozen=True)
class Task:
    """An uploaded photo, the network to run it through (and how whoever asks has ``called`` it),
    and its crop.
    """

    data: bytes
    called: str
    model: str
    network: Network
    crop: Box | None


async def _place(services: ServicesDep) -> AsyncIterator[None]:
    with services.executor.place():
        yield


# One place among the work until the answer is ready: whoever is slow to read it holds none.
PlaceDep = Annotated[None, Depends(_place, scope="function")]


async def _task(
    upload: UploadDep, _: PlaceDep, services: ServicesDep, visitor: VisitorDep, worker: WorkerDep
) -> Task:
    return await _task_of(upload, services, visitor, worker)


async def _task_of(upload: Upload, services: Services, visitor: Visitor, worker: Worker) -> Task:
    registry = services.registry
    called = upload.model or registry.default
    model = visitor.model(called)
    network = registry.at_hand(model)
    if network is None:
        network = await worker.run(lambda _: registry.get(model))
    return Task(upload.data, called, model, network, upload.crop)


TaskDep = Annotated[Task, Depends(_task)]


class FrameTask(NamedTuple):
    """A frame of a moving image, and what is wanted of it."""

    photo: Task
    wanted: FrameRequest


async def _frame_upload(
    request: Request, services: ServicesDep, model: ModelQuery = None, crop: CropQuery = None
) -> tuple[Upload, FrameRequest]:
    with stage("upload"):
        return await read_frame(request, services.settings, model, crop)


async def _frame_task(
    frame: Annotated[tuple[Upload, FrameRequest], Depends(_frame_upload)],
    _: PlaceDep,
    services: ServicesDep,
    visitor: VisitorDep,
    worker: WorkerDep,
) -> FrameTask:
    upload, wanted = frame
    return FrameTask(await _task_of(upload, services, visitor, worker), wanted)


FrameTaskDep = Annotated[FrameTask, Depends(_frame_task)]


class Named(NamedTuple):
    """The ``id`` of a model, and how whoever asks has ``called`` it: otherwise where it
    is lent.
    """

    id: str
    called: str


async def _analysis(
    services: ServicesDep,
    analysis_id: Annotated[
        str,
        Path(
            alias="id",
            description="The id that POST /api/v1/analyses gave.",
            max_length=64,
            examples=["0f3c5a1be2d94c7786a1d0f4b3e25c68"],
        ),
    ],
) -> Analysis:
    done = services.analyses.get(analysis_id)
    services.registry.use(done.model)
    return done


async def analysis_json(worker: Worker, done: Analysis) -> bytes:
    """An analysis as JSON: off the event loop where it has so many classes that it would be held
    up.
    """

    def write(_: object) -> bytes:
        return json_bytes(serializers.analysis(done))

    with stage("json"):
        return await worker.run(write) if serializers.is_long(done) else write(None)


AnalysisDep = Annotated[Analysis, Depends(_analysis)]


ModelPath = Annotated[str, Path(alias="id", description="The model's id.", examples=["everyday"])]


async def _model(called: ModelPath, visitor: VisitorDep) -> Named:
    return Named(visitor.model(called), called)


async def _own_model(called: ModelPath, visitor: VisitorDep) -> str:
    return visitor.own_model(called)


ModelDep = Annotated[Named, Depends(_model)]
OwnModelDep = Annotated[str, Depends(_own_model)]

TrainingPath = Annotated[
    str,
    Path(
        alias="id",
        description="The training's id.",
        max_length=64,
        examples=["6f1d2c3b4a59"],
    ),
]


async def _training(called: TrainingPath, visitor: VisitorDep) -> SeenTraining:
    """Before a stream begins, so that an unknown one is answered with a 404."""
    return visitor.training(called)


async def _own_training(called: TrainingPath, visitor: VisitorDep) -> TrainingRun:
    return visitor.own_training(called)


TrainingDep = Annotated[SeenTraining, Depends(_training)]
OwnTrainingDep = Annotated[TrainingRun, Depends(_own_training)]


async def _stream(services: ServicesDep) -> AsyncIterator[None]:
    with services.streams.admitted():
        yield


# One stream more of whoever asks, until it ends.
StreamDep = Annotated[None, Depends(_stream)]

DatasetPath = Annotated[
    str, Path(alias="id", description="The set's id.", max_length=64, examples=["shapes"])
]


class SeenDataset(NamedTuple):
    """A dataset, and how whoever asks has ``called`` it: otherwise where it is lent."""

    info: DatasetInfo
    called: str


async def _dataset(called: DatasetPath, visitor: VisitorDep, worker: WorkerDep) -> SeenDataset:
    return SeenDataset(await worker.run(lambda _: visitor.dataset(called)), called)


async def _own_dataset(called: DatasetPath, visitor: VisitorDep, worker: WorkerDep) -> str:
    return await worker.run(lambda _: visitor.own_dataset(called))


DatasetDep = Annotated[SeenDataset, Depends(_dataset)]
OwnDatasetDep = Annotated[str, Depends(_own_dataset)]


async def _layer_name(
    name: Annotated[
        str,
        Path(
            description="The layer's name, percent-encoded (a slash as %2F), or «-» with ?layer=.",
            examples=["fc1"],
        ),
    ],
    layer: Annotated[
        str | None,
        Query(
            description="The layer's name, rather than in the path: for names with slashes behind a proxy "
            "that decodes paths, and for names like «..», which browsers take out of them.",
        ),
    ] = None,
) -> str:
    return name if layer is None else layer


LayerName = Annotated[str, Depends(_layer_name)]
