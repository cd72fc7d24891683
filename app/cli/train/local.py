"""``convscope train``: from a folder of pictures to a network in a file, with everything needed to
go on after a kill.
"""

from __future__ import annotations

import json
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from types import FrameType
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from app.learning.datasets import image_folder
from app.learning.datasets.class_folders import list_problems
from engine.errors import TrainingError
from engine.formats import safetensors
from engine.network import Network
from engine.train import checkpoint
from engine.train.augment import AUGMENTATIONS, Augmentation
from engine.train.batch_norm.fold import fold
from engine.train.clone import replace_nodes
from engine.train.config import TrainConfig
from engine.train.data import INIT_STREAM, Dataset, batch_count, split_by_seed, stream
from engine.train.evaluate import Evaluation, evaluate
from engine.train.loop import EpochDone, Finished, StepDone, train
from engine.train.state import EpochRecord, TrainState
from engine.zoo import ARCHITECTURES

CHECKPOINT, HISTORY, MODEL = "checkpoint.safetensors", "history.json", "model.safetensors"
UNEVEN = 5  # times as many pictures in the largest class as in the smallest are worth a warning
INTERRUPTED = 130  # what a shell calls a program that Ctrl-C ended
DEFAULTS = TrainConfig()


@dataclass(frozen=True)
class Options:
    """The dataset (an ImageFolder), the output folder, and the options."""

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
    with progress_bar(console) as progress, _interruption() as interrupted:
        bar = progress.add_task("", total=None, numbers="")
        for event in train(dataset, state):
            match event:
                case StepDone():
                    _show_step(progress, bar, event, state.config.epochs)
                case EpochDone():
                    _save(options, state, dataset)
                    print_epoch(console, event.epoch, event.epochs, event.record)
                case Finished():
                    export(options, event.network, dataset, console)
                    return 0
            if interrupted.is_set():
                break
    _save(options, state, dataset)
    console.print(
        f"Stopped after {state.epoch} epochs and {state.batch} batches. Go on with --resume."
    )
    return INTERRUPTED


def _prepare(options: Options, console: Console) -> tuple[Options, TrainState, Dataset]:
    """The options (those of the checkpoint if it is resumed), the state to start from, the
    pictures.
    """
    saved = None
    if options.resume:
        saved = checkpoint.load(options.out / CHECKPOINT)
        config = TrainConfig.from_dict(saved.numbers["config"])
        options = replace(options, architecture=saved.extra["architecture"], config=config)
    elif (options.out / CHECKPOINT).exists():
        raise TrainingError(
            f"{options.out} holds a training already: --resume it, or choose another --out"
        )
    network = build(options)
    state = (
        TrainState.restore(network, saved.arrays, saved.numbers)
        if saved
        else TrainState(network, options.config)
    )
    dataset = read(options, network, console)
    options.out.mkdir(parents=True, exist_ok=True)
    return options, state, dataset


def build(options: Options) -> Network:
    """An untrained network for the folder's classes. Raises TrainingError."""
    classes = image_folder.classes(options.folder)
    name, known = options.architecture, ", ".join(ARCHITECTURES)
    if name not in ARCHITECTURES:
        raise TrainingError(f"there is no architecture {name!r}: choose one of {known}")
    return ARCHITECTURES[name](classes, stream(options.config.seed, INIT_STREAM))


def read(options: Options, network: Network, console: Console) -> Dataset:
    """The folder's images in the network's size; names what is left out. Raises TrainingError."""
    left_out: list[tuple[str, str]] = []
    notes: list[str] = []

    def on_problem(path: Path, problem: str) -> None:
        left_out.append((str(path), problem))

    assert network.preprocess is not None
    try:
        with console.status("Reading the pictures …"):
            dataset = image_folder.read(
                options.folder, network.preprocess, on_problem, notes.append
            )
    finally:
        for line in list_problems(left_out):
            console.print(f"Left out {line}", style="yellow", markup=False, soft_wrap=True)
    for note in notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"{len(dataset.labels):,} pictures of {len(dataset.classes)} classes", highlight=False
    )
    if warning := uneven(dataset):
        console.print(warning, style="yellow", markup=False, soft_wrap=True)
    console.print(plan(options.config, dataset), highlight=False, soft_wrap=True)
    return dataset


def plan(config: TrainConfig, dataset: Dataset) -> str:
    """How the pictures will be trained on, said before it begins."""
    training, held_out = split_by_seed(dataset.labels, config.validation_fraction, config.seed)
    steps = config.epochs * batch_count(len(training), config.batch_size)
    return (
        f"{config.epochs} epochs with batches of {config.batch_size}, {steps:,} steps in all; "
        f"{config.optimiser} with a learning rate of {config.learning_rate:g} at most; "
        f"augmentation {_name_of(config.augmentation)}; "
        f"{len(held_out):,} pictures held out for validation"
    )


def _name_of(augmentation: Augmentation) -> str:
    known = (name for name, one in AUGMENTATIONS.items() if one == augmentation)
    return next(known, augmentation.to_text())


def uneven(dataset: Dataset) -> str | None:
    """What to keep in mind where one class has many times the pictures of another."""
    counts = dataset.pictures_per_class
    most, fewest = int(counts.argmax()), int(counts.argmin())
    if counts[most] < UNEVEN * counts[fewest]:
        return None
    return (
        f"The classes are very uneven: {counts[most]:,} pictures of {dataset.classes[most]}, "
        f"{counts[fewest]:,} of {dataset.classes[fewest]}. A network that always answered {dataset.classes[most]} would be "
        f"right {counts[most] / counts.sum():.1%} of the time: look at the accuracy of each class."
    )


def _save(options: Options, state: TrainState, dataset: Dataset) -> None:
    checkpoint.save(state, options.out / CHECKPOINT, {"architecture": options.architecture})
    history = {
        "architecture": options.architecture,
        "config": state.config.to_dict(),
        "classes": list(dataset.classes),
        "epochs": [asdict(record) for record in state.history],
    }
    safetensors.write_atomically(options.out / HISTORY, json.dumps(history, indent=1).encode())


def export(options: Options, network: Network, dataset: Dataset, console: Console) -> None:
    """Write the folded network, and measure what was written: half precision included."""
    path = options.out / MODEL
    safetensors.save(fold(network), path)
    exported = safetensors.load(path)
    measured = _measure(options, exported, dataset)
    card = _card(options, measured, dataset)
    safetensors.save(replace_nodes(exported, meta=card), path)
    accuracy = "" if measured is None else f": {measured.accuracy:.1%} right on held-out pictures"
    console.print(f"{path}{accuracy}", highlight=False, soft_wrap=True)
    if measured is None:
        console.print("Nothing was held out, so nobody knows how well it reads new pictures.")
    else:
        console.print(_class_table(measured, dataset.classes))


def _measure(options: Options, network: Network, dataset: Dataset) -> Evaluation | None:
    """How it reads the pictures that were held out; None where there are none."""
    config = options.config
    _, held_out = split_by_seed(dataset.labels, config.validation_fraction, config.seed)
    if not len(held_out):
        return None
    return evaluate(network, dataset.take(held_out), config.batch_size)


def _class_table(measured: Evaluation, classes: tuple[str, ...]) -> Table:
    """Counts and accuracy of each class, and the mean of the accuracies, in which small classes
    weigh as much as large ones.
    """
    table = Table("class", box=None, pad_edge=False, show_footer=True)
    correct = np.diagonal(measured.confusion)
    table.columns[0].footer = "balanced accuracy"
    table.add_column("held out", f"{measured.pictures.sum():,}", justify="right")
    table.add_column("correct", f"{correct.sum():,}", justify="right")
    table.add_column("accuracy", f"{measured.balanced_accuracy:.1%}", justify="right")
    for label, count, right, share in zip(
        classes, measured.pictures, correct, measured.per_class, strict=True
    ):
        table.add_row(Text(label), f"{count:,}", f"{right:,}", f"{share:.1%}" if count else "–")
    return table


def _card(options: Options, measured: Evaluation | None, dataset: Dataset) -> dict[str, Any]:
    """The metadata of the model's file. It contains no path of this machine."""
    config = options.config
    training, held_out = split_by_seed(dataset.labels, config.validation_fraction, config.seed)
    counts = dataset.pictures_per_class
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
    if measured:
        shares = [
            share if count else None
            for share, count in zip(measured.per_class.tolist(), measured.pictures, strict=True)
        ]
        card["accuracy"] = measured.accuracy
        card["balanced_accuracy"] = measured.balanced_accuracy
        card["loss"] = measured.loss
        card["per_class"] = dict(zip(dataset.classes, shares, strict=True))
        card["validation_pictures_per_class"] = dict(
            zip(dataset.classes, measured.pictures.tolist(), strict=True)
        )
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
    """A flag for the first Ctrl-C (or SIGTERM), so that it does not break into a step; a second one
    does.
    """
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


def progress_bar(console: Console) -> Progress:
    """A bar for a training, with ``numbers`` beside it."""
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
        numbers=f"loss {event.loss:.4g}  {event.accuracy:.1%}  {speed}",
    )


def print_epoch(console: Console, epoch: int, epochs: int, record: EpochRecord) -> None:
    """A line for an epoch that is over."""
    line = f"epoch {epoch}/{epochs}"
    line += f"  loss {record.train_loss:.4g}  {record.train_accuracy:.1%}"
    if record.validation_accuracy is not None:
        line += f"  validation {record.validation_loss:.4g}  {record.validation_accuracy:.1%}"
    console.print(f"{line}  {record.seconds:.0f} s", highlight=False)
