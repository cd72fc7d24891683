"""``convscope train --serve``: the same training on the server, shown on the page at /learn and in
the terminal. The images become a dataset of the server. The training runs in a process of its own,
with checkpoints in the trainings folder, so ``convscope serve`` can resume it.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID

from app.cli.common import address, own_address
from app.cli.train.local import INTERRUPTED, Options, build, export, print_epoch, progress_bar, read
from app.http.access.same_origin import EVERYWHERE, is_loopback
from app.http.application import create_app
from app.http.server import make_server
from app.http.services import Services
from app.learning.runs.run import TrainingRun
from app.settings import Settings
from app.workspaces.workspace import NOBODY
from engine.errors import TrainingError
from engine.formats import safetensors
from engine.train.state import EpochRecord


def run(options: Options, settings: Settings, console: Console) -> int:
    """Serve, train to the end and go on serving until Ctrl-C. The exit code: 0 when the training
    came to its end, else 130.

    Writes model.safetensors into ``out`` at the end. Raises TrainingError for whatever makes a
    training impossible, AppError when there is no room for the pictures.
    """
    try:
        return asyncio.run(_run(options, settings, console))
    except KeyboardInterrupt:  # a second Ctrl-C
        return INTERRUPTED


async def _run(options: Options, settings: Settings, console: Console) -> int:
    network = build(options)
    dataset = await asyncio.to_thread(read, options, network, console)
    app = create_app(settings)
    services: Services = app.state.services
    name = options.folder.resolve().name
    info = await asyncio.to_thread(services.datasets.keep, name, dataset)
    server = make_server(settings, app)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        if serving.done():
            raise TrainingError(f"no server can listen on {settings.host}:{settings.port}")
        await asyncio.sleep(0.05)
    training = await services.create_training(
        _config(options, info.id), name, paused=False, speed=None
    )
    port = server.servers[0].sockets[0].getsockname()[1]
    for line in await links(services, training.id, port):
        console.print(line, soft_wrap=True, highlight=False)
    following = asyncio.create_task(_follow(training, console))
    with suppress(asyncio.CancelledError):  # uvicorn passes a Ctrl-C on, once it has shut down
        await asyncio.wait({serving, following}, return_when=asyncio.FIRST_COMPLETED)
    if not following.done():
        following.cancel()
        console.print(
            f"Stopped after {training.progress['step']} batches. It goes on with: convscope serve"
        )
        return INTERRUPTED
    path = services.trainings.find(training.model)
    if training.status == "finished" and path is not None:
        trained = await asyncio.to_thread(safetensors.load, path)
        options.out.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(export, options, trained, dataset, console)
    else:
        console.print(
            training.problem or f"The training is {training.status}.", style="red", markup=False
        )
    console.print("The page stays open until Ctrl-C.")
    with suppress(asyncio.CancelledError):
        await serving
    return 0 if training.status == "finished" else 1


async def links(services: Services, training: str, port: int) -> list[str]:
    """Where it can be watched: on this machine, whose training it is, and from elsewhere, by a
    link with which it is looked at alone.
    """
    host = services.settings.host
    found = []
    if is_loopback(host) or host in EVERYWHERE:
        found.append(f"Watch it learn: {own_address(host, port)}/learn?run={training}")
    if not is_loopback(host):
        shared = await services.share("training", training, NOBODY)
        name = socket.gethostname() if host in EVERYWHERE else host
        found.append(f"Others can watch: {address(name, port)}/learn?run={shared}")
    return found


def _config(options: Options, data: str) -> dict[str, Any]:
    config = options.config.to_dict()
    config["augmentation"] = options.config.augmentation.to_text()
    return {**config, "dataset": data, "architecture": options.architecture}


async def _follow(training: TrainingRun, console: Console) -> None:
    """Print each epoch until the training has ended."""
    told = 0
    with progress_bar(console) as progress:
        bar = progress.add_task("", total=None, numbers="")
        while not training.is_over:
            told = _tell_epochs(training, told, console)
            _show(progress, bar, training)
            await asyncio.sleep(0.2)
    _tell_epochs(training, told, console)


def _tell_epochs(training: TrainingRun, told: int, console: Console) -> int:
    for entry in training.metrics_log.epochs[told:]:
        record = EpochRecord(**{k: v for k, v in entry.items() if k not in ("epoch", "step")})
        print_epoch(console, entry["epoch"], training.progress["epochs"], record)
    return len(training.metrics_log.epochs)


def _show(progress: Progress, bar: TaskID, training: TrainingRun) -> None:
    now, last = training.progress, training.metrics_log.last
    if last is None:
        return
    _, loss, accuracy, _ = last
    speed = f"{now['images_per_second'] or 0:,.0f} pictures/s"
    progress.update(
        bar,
        description=f"epoch {now['epoch']}/{now['epochs']}",
        total=now["steps"],
        completed=now["step"],
        numbers=f"loss {loss:.4g}  {accuracy:.1%}  {speed}",
    )
