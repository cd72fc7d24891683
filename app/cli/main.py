"""``convscope``: the server and the analyses from the shell.

Without ``--server``, predict and analyze run in this process, by the same functions as the server:
the scores are the same.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.cli import explain as explaining
from app.cli import models
from app.cli.common import errors_in_one_line, fail, own_address, settings, source, stdout, warn
from app.cli.models import ServerOption, model_of
from app.cli.train import command
from app.cli.workspace import workspace
from app.client import Client, ClientError, Prediction
from app.encoding.arrays import json_bytes
from app.errors import AppError
from app.http.params import parse_crop

app = typer.Typer(
    name="convscope",
    help="See every layer of a convolutional network at work on your own photo.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("train")(command.command)
app.command("inspect")(models.inspect)
app.command("tune")(models.tune)
app.command("workspace")(workspace)
app.add_typer(models.models, name="models")

ModelOption = Annotated[
    str | None,
    typer.Option("--model", "-m", help="A model's id, see «convscope models», or an .onnx file."),
]
OutputOption = Annotated[
    str | None,
    typer.Option(help="Which of several outputs, by its name; see «convscope inspect»."),
]
CropOption = Annotated[
    str | None,
    typer.Option(help="The part to look at, left,top,right,bottom in pixels; the middle without."),
]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Threads that compute.")] = None,
    log_level: Annotated[str | None, typer.Option(help="How much goes to the log.")] = None,
) -> None:
    """Serve the page and the API.

    Every CONVSCOPE_… variable of docs/settings.md counts; these flags come before them.
    """
    # Here rather than above: uvicorn and FastAPI take a moment that the other commands need not
    # wait.
    from app.http.server import make_server

    flags = {"host": host, "port": port, "workers": workers, "log_level": log_level}
    server = make_server(settings(**{k: v for k, v in flags.items() if v is not None}))
    server.run()
    if not server.started:
        raise typer.Exit(1)


@app.command()
def predict(
    photos: Annotated[list[Path], typer.Argument(help="Picture files.")],
    top_k: Annotated[int, typer.Option("--top-k", "-k", min=1, help="How many classes.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    output: OutputOption = None,
    model: ModelOption = None,
    crop: CropOption = None,
    server: ServerOption = None,
) -> None:
    """Say what is in photos."""
    results = []
    with source(server) as answers:
        model = model_of(answers, model)
        for photo in photos:
            try:
                scores = answers.predict(
                    _read(photo), top_k=top_k, model=model, crop=parse_crop(crop), output=output
                )
            except (AppError, ClientError) as error:
                warn(f"{photo}: {error}")
                continue
            results.append({"photo": str(photo), "predictions": [p._asdict() for p in scores]})
            if not as_json:
                _print_scores(str(photo), scores)
    if as_json:
        sys.stdout.write(json_bytes(results).decode() + "\n")
    if len(results) < len(photos):
        raise typer.Exit(1)


@app.command()
def analyze(
    photo: Annotated[Path, typer.Argument(help="A picture file.")],
    json: Annotated[Path | None, typer.Option(help="Write every number as JSON.")] = None,
    npz: Annotated[Path | None, typer.Option(help="Write every number for NumPy.")] = None,
    png: Annotated[
        Path | None, typer.Option(help="Write a sheet of heatmaps for each layer into a folder.")
    ] = None,
    model: ModelOption = None,
    crop: CropOption = None,
    server: ServerOption = None,
) -> None:
    """Write every layer that a network made of a photo."""
    if json is None and npz is None and png is None:
        fail("Say what to write: --json FILE, --npz FILE, --png FOLDER, or several of them.", 2)
    with source(server) as answers:
        model = model_of(answers, model)
        result = answers.analyze(_read(photo), model=model, crop=parse_crop(crop))
        if json is not None:
            result.export("json", json)
        if npz is not None:
            result.export("npz", npz)
        if png is not None:
            png.mkdir(parents=True, exist_ok=True)
            for number, layer in enumerate(result.layers):
                file = f"{number:02d}_{layer.replace('/', '_')}.png"
                (png / file).write_bytes(result.heatmaps(layer))
    best = (
        f"{result.predictions[0].label} {result.predictions[0].score:.2%}, "
        if result.predictions
        else ""
    )
    typer.echo(f"{best}{len(result.layers)} layers")


@app.command()
def explain(
    photo: Annotated[Path, typer.Argument(help="A picture file.")],
    method: Annotated[
        str,
        typer.Option(
            help="saliency, input-x-gradient, integrated-gradients, smooth-grad, guided-backprop, "
            "grad-cam, grad-cam-plus-plus or occlusion."
        ),
    ] = "grad-cam",
    label: Annotated[
        str | None,
        typer.Option(
            "--class", "-c", help="Which class, or the number of a value; the best one without it."
        ),
    ] = None,
    output: OutputOption = None,
    layer: Annotated[
        str | None, typer.Option(help="Whose maps grad-cam and grad-cam-plus-plus look at.")
    ] = None,
    curves: Annotated[
        bool, typer.Option("--curves", help="Test the map: delete and insert pixels by it.")
    ] = False,
    png: Annotated[Path | None, typer.Option(help="Write the photo with the map over it.")] = None,
    npy: Annotated[Path | None, typer.Option(help="Write the map for NumPy.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write all that was found.")] = None,
    model: ModelOption = None,
    crop: CropOption = None,
    server: ServerOption = None,
) -> None:
    """Say which pixels of a photo speak for a class."""
    options = {
        "method": method.replace("-", "_"),
        "curves": curves,
        "target": label,
        "layer": layer,
    }
    options["output"] = output
    with source(server) as answers:
        model = model_of(answers, model)
        result = answers.analyze(_read(photo), model=model, crop=parse_crop(crop))
        explaining.explain(result, options, png=png, npy=npy, json=json)


@app.command()
def health(
    url: Annotated[
        str | None, typer.Argument(help="http://HOST:PORT; the one of the settings without it.")
    ] = None,
) -> None:
    """Exit with 0 when a server is ready to take photos."""
    chosen = settings()
    address = url or own_address(chosen.host, chosen.port)
    with errors_in_one_line(), Client(address, timeout=3) as client:
        typer.echo(f"ready, version {client.health()['version']}")


def main() -> None:
    """The entry point: errors leave as one line on stderr and an exit code, without a traceback."""
    with errors_in_one_line():
        app()


def _print_scores(title: str, scores: list[Prediction]) -> None:
    table = Table("class", "share")
    for label, score in scores:
        table.add_row(label, f"{score:.2%}")
    typer.echo(title)
    stdout().print(table)


def _read(photo: Path) -> bytes:
    try:
        return photo.read_bytes()
    except OSError as error:
        raise AppError(error.strerror or str(error)) from None


if __name__ == "__main__":
    main()
