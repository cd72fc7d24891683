"""``convscope models`` and ``convscope inspect``: list, add and remove models; describe a
network.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from app.analyses import serializers
from app.cli.backend import Backend, LocalBackend
from app.cli.common import errors_in_one_line, settings, source, stdout
from app.client import Client
from app.encoding.text import short_name
from app.errors import AppError
from app.models.external_data import read_beside
from app.models.folder import ModelFolder
from app.models.loading import limits_of, read_model
from app.models.options import IMAGENET, INPUT, MODEL_SUFFIXES, PRESETS, parse_options
from app.settings import Settings
from engine import inspection
from engine.kernels import autotune
from engine.kernels.autotune import Choice
from engine.network import Network

_WIDE = 120  # columns where the output is not a terminal

models = typer.Typer(help="List the models, and bring your own.", invoke_without_command=True)

ServerOption = Annotated[
    str | None,
    typer.Option(help="Ask a running server, http://HOST:PORT, instead of this process."),
]
SizeOption = Annotated[
    str | None, typer.Option(help="The input's HEIGHTxWIDTH, where the file leaves it open.")
]


@models.callback()
def _models(context: typer.Context, server: ServerOption = None) -> None:
    """List the models, and bring your own."""
    if context.invoked_subcommand is None:
        list_models(server)


@models.command("list")
def list_models(server: ServerOption = None) -> None:
    """List the models."""
    with source(server) as answers:
        entries = answers.models()
    table = Table("id", "classes", "parameters", "input", "what it does")
    for m in entries:
        size = " × ".join(map(str, m["input_size"]))
        what = " ".join((m["summary"] or m["title"]).split())
        table.add_row(m["id"], str(m["classes"]), f"{m['parameters']:,}", size, what)
    stdout().print(table)


@models.command()
def add(
    file: Annotated[
        Path,
        typer.Argument(
            help="An .onnx file, with its weights beside it, or a .safetensors of Convscope."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="What to call it; the file's name without it.")
    ] = None,
    size: SizeOption = None,
    preset: Annotated[
        str | None,
        typer.Option(help=f"How pixels become numbers: {', '.join(PRESETS)}; imagenet is usual."),
    ] = None,
    mean: Annotated[str | None, typer.Option(help="One number, or one a channel.")] = None,
    std: Annotated[str | None, typer.Option(help="One number, or one a channel.")] = None,
    scale: Annotated[
        str | None,
        typer.Option(
            help="What pixels are divided by first: 255, or 1 for mean and std of 0 to 255."
        ),
    ] = None,
    channels: Annotated[
        str | None,
        typer.Option(
            help="What each channel is given: rgb, bgr, rgba, or a list such as r,g,b,128."
        ),
    ] = None,
    crop_mode: Annotated[
        str | None,
        typer.Option(help="How photos fit: center (the middle), squash or border (letterbox)."),
    ] = None,
    layout: Annotated[
        str | None, typer.Option(help="chw or hwc, where the input's shape does not tell.")
    ] = None,
    constants: Annotated[
        list[str] | None,
        typer.Option("--input", help="NAME=VALUE: a constant for an input that is no photo."),
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="A text file with a class a line, or «imagenet».")
    ] = None,
    server: ServerOption = None,
) -> None:
    """Add a model: to the folder that every start offers, or to the memory of a running server."""
    told = {
        "name": name or file.stem,
        "size": size,
        "preset": preset,
        "mean": mean,
        "std": std,
        "scale": scale,
        "channels": channels,
        "crop_mode": crop_mode,
        "layout": layout,
        "labels": _read_labels(labels),
    }
    given = {key: value for key, value in told.items() if value is not None}
    with errors_in_one_line():
        given |= _constants(constants or [])
        if server is not None:
            with Client(server) as client:
                typer.echo(client.models_add(file, **given)["id"])
            return
        here = settings()
        network = _read(file, given, here)
        ModelFolder(here).add(file.stem, network)
        typer.echo(file.stem)


@models.command()
def remove(
    model: Annotated[str, typer.Argument(help="The model's id.")], server: ServerOption = None
) -> None:
    """Remove a model that was added."""
    with errors_in_one_line():
        if server is None:
            ModelFolder(settings()).remove(model)
            return
        with Client(server) as client:
            client.models_delete(model)


def inspect(
    model: Annotated[str, typer.Argument(help="A model's id, or an .onnx or .safetensors file.")],
    size: SizeOption = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show the algorithm of each convolution, too.")
    ] = False,
) -> None:
    """Show what a network is made of, layer by layer."""
    with errors_in_one_line():
        here = settings()
        network = _network(model, {} if size is None else {"size": size}, here)
        console = stdout(at_least=_WIDE)
        console.print(_layers(network))
        console.print(_outputs(network))
        console.print(_totals(network), soft_wrap=True)
        if plan:
            console.print(_algorithms(autotune.choices(network)))


def tune(
    names: Annotated[
        list[str], typer.Argument(help="Models' ids, or .onnx or .safetensors files.")
    ],
    size: SizeOption = None,
) -> None:
    """Measure which algorithm computes each large convolution fastest on this machine, and keep to
    it.

    Without it a convolution's shape decides. The choices count for whatever starts afterwards, and
    may change the last digits of its numbers. Let nothing else run meanwhile.
    """
    with errors_in_one_line():
        here = settings()
        for name in names:
            network = _network(name, {} if size is None else {"size": size}, here)
            stdout(at_least=_WIDE).print(_algorithms(autotune.tune(network)))


def is_file(model: str) -> bool:
    """Whether a model's name is that of a file rather than an id."""
    return Path(model).suffix.lower() in MODEL_SUFFIXES


def model_of(answers: Backend, model: str | None) -> str | None:
    """The id of a model that is given by its id or by a file; a file is loaded first."""
    if model is None or not is_file(model):
        return model
    found: str = answers.models_add(Path(model), name=Path(model).stem)["id"]
    return found


def _network(model: str, given: dict[str, str], here: Settings) -> Network:
    return _read(Path(model), given, here) if is_file(model) else LocalBackend(here).network(model)


def _read(file: Path, given: dict[str, str], here: Settings) -> Network:
    data, limits = file.read_bytes(), limits_of(here)
    external = read_beside(file, data, limits.max_bytes)
    return read_model(data, parse_options(given), limits, external=external)


def _constants(texts: list[str]) -> dict[str, str]:
    """Options from NAME=VALUE. Raises AppError."""
    pairs = [text.rpartition("=") for text in texts]
    if not all(name for name, _, _ in pairs):
        raise AppError("--input: write NAME=VALUE, the input's name and the number that it has.")
    return {f"{INPUT}{name}": value for name, _, value in pairs}


def _read_labels(labels: str | None) -> str | None:
    if labels is None or labels == IMAGENET:
        return labels
    try:
        return Path(labels).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise AppError(f"{labels} is not a text in UTF-8.") from None


def _layers(network: Network) -> Table:
    table = Table(box=box.SIMPLE)
    table.add_column("layer", overflow="fold")
    for title in ("op", "shape"):
        table.add_column(title, no_wrap=True)
    for title in ("parameters", "multiply-adds", "sees"):
        table.add_column(title, justify="right", no_wrap=True)
    for layer in inspection.describe_layers(network):
        table.add_row(
            short_name(layer.name),
            layer.op,
            _sides(layer.native_shape or layer.shape),
            f"{layer.parameters:,}" if layer.parameters else "",
            f"{layer.multiply_adds:,}" if layer.multiply_adds else "",
            _sides(layer.receptive_field),
        )
    return table


def _outputs(network: Network) -> Table:
    table = Table(box=box.SIMPLE)
    table.add_column("output", overflow="fold")
    for title in ("kind", "shape", "logits", "why"):
        table.add_column(title)
    for info in network.output_infos:
        kind = f"{info.kind}, primary" if info.primary else info.kind
        shape = _sides(info.shape) or "1"
        table.add_row(short_name(info.name), kind, shape, short_name(info.logits), info.reason)
    return table


def _totals(network: Network) -> str:
    cost = serializers.model_cost(network)
    megabytes = cost["activation_bytes"] / 1e6
    return (
        f"{len(network.nodes):,} layers, {cost['parameters']:,} parameters, "
        f"{cost['multiply_adds']:,} multiply-adds a photo, {megabytes:,.1f} MB of values"
    )


def _algorithms(choices: list[Choice]) -> Table:
    table = Table("layer", "algorithm", "milliseconds", box=box.SIMPLE)
    for choice in choices:
        measured = sorted(choice.milliseconds.items(), key=lambda entry: entry[1])
        times = ", ".join(f"{name} {took:.2f}" for name, took in measured)
        table.add_row(short_name(choice.layer), choice.algorithm, times)
    return table


def _sides(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
