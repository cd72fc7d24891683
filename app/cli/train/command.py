"""The command ``convscope train`` and its options."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from app.cli.common import settings
from app.cli.train.local import DEFAULTS, Options, run
from app.learning.datasets import image_folder
from app.learning.runs.defaults import suggest
from engine.errors import TrainingError
from engine.train.augment import AUGMENTATIONS, Augmentation
from engine.train.config import TrainConfig
from engine.train.losses import LOSSES
from engine.train.optimisers import OPTIMISERS
from engine.train.schedules import SCHEDULES
from engine.zoo import ARCHITECTURES


def _one_of(names: Iterable[str]) -> str:
    return f"One of {', '.join(names)}."


def _by_number(text: str) -> Any:
    """An option whose default depends on the number of pictures."""
    return typer.Option(help=text, show_default="by the number of pictures")


def command(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="One folder of pictures for each class, named after it.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Where to write.", show_default="runs/NAME-OF-FOLDER")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint in --out.")
    ] = False,
    serve: Annotated[
        bool,
        typer.Option("--serve", help="Show it on the page as well, which stays until Ctrl-C."),
    ] = False,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on, with --serve.", show_default=False)
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, with --serve.")] = None,
    architecture: Annotated[str, typer.Option(help=_one_of(ARCHITECTURES))] = "everyday",
    epochs: Annotated[int | None, _by_number("How often each picture is seen.")] = None,
    batch_size: Annotated[int | None, _by_number("Pictures in a step.")] = None,
    loss: Annotated[str, typer.Option(help=_one_of(LOSSES))] = DEFAULTS.loss,
    label_smoothing: Annotated[
        float, typer.Option(help="The share of a picture's truth that all classes get.")
    ] = DEFAULTS.label_smoothing,
    optimiser: Annotated[str | None, _by_number(_one_of(OPTIMISERS))] = None,
    learning_rate: Annotated[float | None, _by_number("The highest one.")] = None,
    momentum: Annotated[
        float, typer.Option(help="For the optimisers momentum and nesterov.")
    ] = DEFAULTS.momentum,
    weight_decay: Annotated[
        float, typer.Option(help="How fast weights shrink by themselves.")
    ] = DEFAULTS.weight_decay,
    schedule: Annotated[str, typer.Option(help=_one_of(SCHEDULES))] = DEFAULTS.schedule,
    augmentation: Annotated[
        str | None,
        _by_number(f"{_one_of(AUGMENTATIONS)} Changes may follow: strong,zoom=0.3,erase=0"),
    ] = None,
    validation_fraction: Annotated[
        float, typer.Option(help="The fraction of each class that is never trained on.")
    ] = DEFAULTS.validation_fraction,
    ema_decay: Annotated[
        float,
        typer.Option(help="Decay of an exponential moving average of the weights; 0 is none."),
    ] = DEFAULTS.ema_decay,
    final_unmixed_epochs: Annotated[
        int, typer.Option(help="Epochs at the end without mixup and cutmix.")
    ] = DEFAULTS.final_unmixed_epochs,
    seed: Annotated[
        int, typer.Option(help="The same seed gives the same weights.")
    ] = DEFAULTS.seed,
) -> None:
    """Train a network on a folder of pictures.

    Ctrl-C stops cleanly; --resume goes on exactly, also after a kill.
    """
    if serve and resume:
        raise TrainingError(
            "a training with --serve is kept by the server: «convscope serve» goes on with it"
        )
    if resume:
        _refuse_settings(context)
    asked = {
        "epochs": epochs,
        "batch_size": batch_size,
        "optimiser": optimiser,
        "learning_rate": learning_rate,
        "augmentation": augmentation,
    }
    suggested = suggest(image_folder.count(folder), architecture=True)
    chosen = suggested | {name: value for name, value in asked.items() if value is not None}
    chosen["augmentation"] = Augmentation.from_text(chosen["augmentation"])
    config = TrainConfig(
        **chosen,
        loss=loss,
        label_smoothing=label_smoothing,
        momentum=momentum,
        weight_decay=weight_decay,
        schedule=schedule,
        validation_fraction=validation_fraction,
        ema_decay=ema_decay,
        final_unmixed_epochs=final_unmixed_epochs,
        seed=seed,
    )
    target = out or Path("runs") / folder.resolve().name
    options = Options(folder, target, architecture, config, resume)
    flags = {name: flag for name, flag in {"host": host, "port": port}.items() if flag is not None}
    raise typer.Exit(_run_served(options, flags) if serve else run(options, Console()))


def _run_served(options: Options, flags: dict[str, Any]) -> int:
    # Here rather than above: uvicorn and FastAPI take a moment that the other commands need not
    # wait.
    from app.cli.train.served import run as run_served

    return run_served(options, settings(**flags), Console())


def _refuse_settings(context: typer.Context) -> None:
    """A resumed training keeps its settings: to accept others and not use them would be a lie."""
    for name in context.params.keys() - {"folder", "out", "resume"}:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            flag = f"--{name.replace('_', '-')}"
            raise TrainingError(
                f"--resume goes on with the settings of the checkpoint: leave out {flag}"
            )
