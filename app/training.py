"""``convscope train``: from a folder of pictures to a network in a file, with everything needed to go on after a kill."""

from __future__ import annotations

import json
import shlex
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from types import FrameType
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app import imagefolder
from engine.errors import TrainingError
from engine.formats import safetensors
from engine.network import Network
from engine.train import checkpoint
from engine.train.augment import AUGMENTATIONS, Augmentation
from engine.train.config import TrainConfig
from engine.train.copies import rebuilt
from engine.train.data import INIT_STREAM, Dataset, split_by_seed, stream
from engine.train.evaluate import evaluate
from engine.train.fold import fold
from engine.train.loop import EpochDone, Finished, StepDone, train
from engine.train.losses import LOSSES
from engine.train.optimisers import OPTIMISERS
from engine.train.schedules import SCHEDULES
from engine.train.state import State
from engine.zoo import ARCHITECTURES

CHECKPOINT, HISTORY, MODEL = "checkpoint.safetensors", "history.json", "model.safetensors"
INTERRUPTED = 130  # what a shell calls a program that Ctrl-C ended
DEFAULTS = TrainConfig()


@dataclass(frozen=True)
class Options:
    """What to learn from (an ImageFolder), where to write, and how."""

    folder: Path
    out: Path
    architecture: str = "everyday"
    config: TrainConfig = DEFAULTS
    resume: bool = False


def run(options: Options, console: Console) -> int:
    """Train to the end (exit code 0) or until Ctrl-C (130), from where ``resume`` goes on.

    Writes checkpoint.safetensors and history.json into ``out`` after each epoch, and
    model.safetensors at the end. Raises TrainingError for whatever makes a training impossible.
    """
    options, state, dataset = _prepare(options, console)
    with _progress(console) as progress, _interruption() as interrupted:
        bar = progress.add_task("", total=None, numbers="")
        for event in train(dataset, state):
            match event:
                case StepDone():
                    _show_step(progress, bar, event, state.config.epochs)
                case EpochDone():
                    _save(options, state, dataset)
                    _print_epoch(console, event)
                case Finished():
                    _export(options, event.network, dataset, console)
                    return 0
            if interrupted.is_set():
                break
    _save(options, state, dataset)
    console.print(
        f"Stopped after {state.epoch} epochs and {state.batch} batches. Go on with --resume."
    )
    return INTERRUPTED


def _prepare(options: Options, console: Console) -> tuple[Options, State, Dataset]:
    """The options (those of the checkpoint if it is resumed), the state to start from, the pictures."""
    saved = None
    if options.resume:
        saved = checkpoint.load(options.out / CHECKPOINT)
        config = TrainConfig.from_dict(saved.numbers["config"])
        options = replace(options, architecture=saved.extra["architecture"], config=config)
    elif (options.out / CHECKPOINT).exists():
        raise TrainingError(
            f"{options.out} holds a training already: --resume it, or choose another --out"
        )
    network = _build(options, imagefolder.classes(options.folder))
    state = (
        State.restore(network, saved.arrays, saved.numbers)
        if saved
        else State(network, options.config)
    )
    dataset = _read(options, network, console)
    options.out.mkdir(parents=True, exist_ok=True)
    return options, state, dataset


def _build(options: Options, classes: tuple[str, ...]) -> Network:
    name, known = options.architecture, ", ".join(ARCHITECTURES)
    if name not in ARCHITECTURES:
        raise TrainingError(f"there is no architecture {name!r}: choose one of {known}")
    return ARCHITECTURES[name](classes, stream(options.config.seed, INIT_STREAM))


def _read(options: Options, network: Network, console: Console) -> Dataset:
    def on_problem(path: Path, problem: str) -> None:
        console.print(f"Left out {path}: {problem}", style="yellow", markup=False, soft_wrap=True)

    assert network.preprocess is not None
    with console.status("Reading the pictures …"):
        dataset = imagefolder.read(options.folder, network.preprocess, on_problem)
    console.print(
        f"{len(dataset.labels):,} pictures of {len(dataset.classes)} classes", highlight=False
    )
    return dataset


def _save(options: Options, state: State, dataset: Dataset) -> None:
    checkpoint.save(state, options.out / CHECKPOINT, {"architecture": options.architecture})
    history = {
        "architecture": options.architecture,
        "config": state.config.to_dict(),
        "classes": list(dataset.classes),
        "epochs": [asdict(record) for record in state.history],
    }
    safetensors.write_atomically(options.out / HISTORY, json.dumps(history, indent=1).encode())


def _export(options: Options, network: Network, dataset: Dataset, console: Console) -> None:
    """Write the folded network, and measure what was written: half precision included."""
    path = options.out / MODEL
    safetensors.save(fold(network), path)
    exported = safetensors.load(path)
    card = _card(options, exported, dataset)
    safetensors.save(rebuilt(exported, meta=card), path)
    accuracy = card.get("accuracy")
    told = "" if accuracy is None else f": {accuracy:.1%} right on pictures never trained on"
    console.print(f"{path}{told}", highlight=False, soft_wrap=True)


def _card(options: Options, network: Network, dataset: Dataset) -> dict[str, Any]:
    """What the model's file tells about it. No path of this machine is in it."""
    config = options.config
    training, held_out = split_by_seed(dataset.labels, config.validation, config.seed)
    counts = np.bincount(dataset.labels, minlength=len(dataset.classes))
    card: dict[str, Any] = {
        "data": options.folder.resolve().name,
        "pictures": dict(zip(dataset.classes, counts.tolist(), strict=True)),
        "training_pictures": len(training),
        "validation_pictures": len(held_out),
        "command": _command(options),
        "seed": config.seed,
        "epochs": config.epochs,
        "date": datetime.now(UTC).date().isoformat(),
    }
    if len(held_out):
        measured = evaluate(network, dataset.take(held_out), config.batch_size)
        per_class = measured.per_class.tolist()
        card["accuracy"] = measured.accuracy
        card["loss"] = measured.loss
        card["per_class"] = dict(zip(dataset.classes, per_class, strict=True))
        card["confusion"] = measured.confusion.tolist()
    return card


def _command(options: Options) -> str:
    """The command that repeats this training, every setting spelt out."""
    words = ["convscope", "train", options.folder.resolve().name]
    settings = options.config.to_dict() | {
        "architecture": options.architecture,
        "augmentation": options.config.augmentation.to_text(),
    }
    for name, value in settings.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join(words)


@contextmanager
def _interruption() -> Iterator[Flag]:
    """A flag for the first Ctrl-C (or SIGTERM), so that it does not break into a step; a second one does."""
    flag = Flag()

    def raise_flag(number: int, frame: FrameType | None) -> None:
        flag.set()
        signal.signal(number, before[number])

    signals = (signal.SIGINT, signal.SIGTERM)
    before: dict[int, Any] = {number: signal.signal(number, raise_flag) for number in signals}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[numbers]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=console,
        transient=True,
    )


def _show_step(progress: Progress, bar: TaskID, event: StepDone, epochs: int) -> None:
    speed = f"{event.images_per_second:,.0f} pictures/s"
    progress.update(
        bar,
        description=f"epoch {event.epoch}/{epochs}",
        total=event.steps,
        completed=event.step,
        numbers=f"loss {event.loss:.3f}  {event.accuracy:.1%}  {speed}",
    )


def _print_epoch(console: Console, event: EpochDone) -> None:
    record = event.record
    line = f"epoch {event.epoch}/{event.epochs}"
    line += f"  loss {record.train_loss:.4f}  {record.train_accuracy:.1%}"
    if record.validation_accuracy is not None:
        line += f"  validation {record.validation_loss:.4f}  {record.validation_accuracy:.1%}"
    console.print(f"{line}  {record.seconds:.0f} s", highlight=False)


def _one_of(names: Iterable[str]) -> str:
    return f"One of {', '.join(names)}."


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
    architecture: Annotated[str, typer.Option(help=_one_of(ARCHITECTURES))] = "everyday",
    epochs: Annotated[int, typer.Option(help="How often each picture is seen.")] = DEFAULTS.epochs,
    batch_size: Annotated[int, typer.Option(help="Pictures in a step.")] = DEFAULTS.batch_size,
    loss: Annotated[str, typer.Option(help=_one_of(LOSSES))] = DEFAULTS.loss,
    label_smoothing: Annotated[
        float, typer.Option(help="The share of a picture's truth that all classes get.")
    ] = DEFAULTS.label_smoothing,
    optimiser: Annotated[str, typer.Option(help=_one_of(OPTIMISERS))] = DEFAULTS.optimiser,
    learning_rate: Annotated[float, typer.Option(help="The highest one.")] = DEFAULTS.learning_rate,
    momentum: Annotated[
        float, typer.Option(help="For the optimisers momentum and nesterov.")
    ] = DEFAULTS.momentum,
    weight_decay: Annotated[
        float, typer.Option(help="How fast weights shrink by themselves.")
    ] = DEFAULTS.weight_decay,
    schedule: Annotated[str, typer.Option(help=_one_of(SCHEDULES))] = DEFAULTS.schedule,
    augmentation: Annotated[
        str,
        typer.Option(help=f"{_one_of(AUGMENTATIONS)} Changes may follow: strong,zoom=0.3,erase=0"),
    ] = "standard",
    validation: Annotated[
        float, typer.Option(help="The share of each class that is never trained on.")
    ] = DEFAULTS.validation,
    average: Annotated[
        float, typer.Option(help="Decay of a moving average of the weights; 0 is none.")
    ] = DEFAULTS.average,
    refine: Annotated[
        int, typer.Option(help="So many epochs at the end do without mixup and cutmix.")
    ] = DEFAULTS.refine,
    seed: Annotated[
        int, typer.Option(help="The same seed gives the same weights.")
    ] = DEFAULTS.seed,
) -> None:
    """Train a network on a folder of pictures.

    Ctrl-C stops cleanly; --resume goes on exactly, also after a kill.
    """
    if resume:
        _refuse_settings(context)
    config = TrainConfig(
        epochs=epochs,
        batch_size=batch_size,
        loss=loss,
        label_smoothing=label_smoothing,
        optimiser=optimiser,
        learning_rate=learning_rate,
        momentum=momentum,
        weight_decay=weight_decay,
        schedule=schedule,
        augmentation=Augmentation.from_text(augmentation),
        validation=validation,
        average=average,
        refine=refine,
        seed=seed,
    )
    target = out or Path("runs") / folder.resolve().name
    code = run(Options(folder, target, architecture, config, resume), Console())
    raise typer.Exit(code)


def _refuse_settings(context: typer.Context) -> None:
    """A resumed training keeps its settings: to accept others and not use them would be a lie."""
    for name in context.params.keys() - {"folder", "out", "resume"}:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            flag = f"--{name.replace('_', '-')}"
            raise TrainingError(
                f"--resume goes on with the settings of the checkpoint: leave out {flag}"
            )
