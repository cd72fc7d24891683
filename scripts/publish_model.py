"""Turn a finished training into the network that ships: its file in the zoo, and its model card.

    python scripts/publish_model.py runs/everyday

reads model.safetensors and history.json of that folder and writes
engine/zoo/weights/everyday.safetensors, docs/models/everyday.md and, beside it, the history as JSON
and as a picture, and the confusion matrix as a picture.
"""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Iterator
from html import escape
from json import loads
from pathlib import Path
from typing import Any

import engine
from engine.formats import safetensors
from engine.inspection import describe_layers
from engine.train.clone import replace_nodes
from engine.zoo import WEIGHTS

ROOT = Path(__file__).resolve().parent.parent
CARDS = ROOT / "docs" / "models"

TERMS = (
    "Trained on everyday64, a selection from Tiny ImageNet's training pictures; the pictures are under ImageNet's terms "
    "(research use) and are not part of this project."
)

ABOUT = {
    "everyday": {
        "title": "everyday",
        "summary": "A small VGG that tells 20 kinds of everyday things apart.",
        "description": (
            "Eight convolutions, five poolings and one fully connected layer, for 64 × 64 photographs of 20 kinds of things. "
            "It always answers with one of them, also when the photo shows something else."
        ),
        "data": "everyday64",
        "note": (
            "`train` is the folder `everyday64/train`. The training was stopped once, in epoch 39, and resumed with "
            "`--final-unmixed-epochs`, which changes nothing before epoch 40, and with newer kernels, "
            "which round differently: the command leads to a network like this one, not to the same bits."
        ),
        "terms": TERMS,
    },
    "branches": {
        "title": "branches",
        "summary": "Short cuts, side by side and depthwise: what everyday lacks, for the same 20 kinds of things.",
        "description": (
            "A fifth of the size of everyday, and made of other pieces: a convolution that strides, three ways side by side, depthwise "
            "and dilated convolutions, short cuts that are added, batch normalisation, "
            "and global average pooling before the fully connected layer. "
            "It knows the same 20 kinds of things and sees the same part of the photo, so the two can be compared."
        ),
        "data": "everyday64",
        "note": "`train` is the folder `everyday64/train`. The minutes hold long pauses: the machine had other things to do.",
        "terms": TERMS,
    },
}

INK, FAINT, RULE, ACCENT, SECOND = "#1f2328", "#6a737d", "#e1e4e8", "#0b62c4", "#b35900"


def publish(run: Path, name: str) -> None:
    """Write everything that ships of the training in ``run`` under the model's ``name``."""
    trained = safetensors.load(run / "model.safetensors")
    WEIGHTS.mkdir(exist_ok=True)
    CARDS.mkdir(parents=True, exist_ok=True)
    safetensors.save(
        replace_nodes(trained, meta=trained.meta | ABOUT[name]), WEIGHTS / f"{name}.safetensors"
    )
    shutil.copy(run / "history.json", CARDS / f"{name}-history.json")
    epochs = loads((run / "history.json").read_text())["epochs"]
    network = engine.load(name)
    (CARDS / f"{name}-history.svg").write_text(history_picture(epochs))
    (CARDS / f"{name}-confusion.svg").write_text(
        confusion_picture(list(network.labels or ()), network.meta["confusion"])
    )
    (CARDS / f"{name}.md").write_text("\n".join(map(wrapped, card(name, network, epochs))) + "\n")


def wrapped(line: str) -> str:
    """A paragraph of the card in lines of at most 100 columns; tables and commands run on."""
    if line.startswith(("|", "!", "convscope ")):
        return line
    return textwrap.fill(line, 100, break_on_hyphens=False, break_long_words=False)


def card(name: str, network: engine.Network, epochs: list[dict[str, Any]]) -> Iterator[str]:
    """The model card's lines."""
    meta, layers = network.meta, describe_layers(network)
    seconds = sum(epoch["seconds"] for epoch in epochs)
    size = (WEIGHTS / f"{name}.safetensors").stat().st_size
    yield from (
        f"# {name}",
        "",
        meta["description"],
        "",
        "| | |",
        "|---|---|",
        (
            f"| validation accuracy | **{meta['accuracy']:.1%}** of "
            f"{meta['validation_pictures']:,} images |"
        ),
        f"| parameters | {sum(layer.parameters for layer in layers):,} |",
        f"| multiply-adds for one image | {sum(layer.multiply_adds for layer in layers):,} |",
        f"| file | {size / 1e6:.2f} MB, half precision; computed in float32 |",
        "",
        "## Data and terms",
        "",
        (
            f"{meta['terms']} {meta['training_pictures']:,} images to learn from, "
            f"{meta['validation_pictures']:,} for validation: 10 % of each class."
        ),
        "",
        "## How it was trained",
        "",
        (
            "By this project's own engine, on two CPU threads of a shared machine, "
            f"in {seconds / 60:.0f} minutes ({meta['date']}):"
        ),
        "",
        "```sh",
        meta["command"],
        "```",
        "",
        meta["note"],
        "",
        (
            "A batch normalisation that follows a convolution is folded into it on export; the file "
            "holds the moving average of the weights. Training loss and accuracy are measured on "
            "augmented and mixed images. Validation accuracy is measured before the statistics of "
            "batch normalisation are recalibrated on plain images, which is the last step, so the "
            "file is more accurate than the curve's end. "
            f"The numbers: [{name}-history.json]({name}-history.json)."
        ),
        "",
        f"![Loss and accuracy over the epochs]({name}-history.svg)",
        "",
        "## Accuracy of each class",
        "",
        "| class | accuracy | images in all |",
        "|---|---:|---:|",
    )
    for label, share in meta["per_class"].items():
        yield f"| {label} | {share:.1%} | {meta['pictures'][label]:,} |"
    yield from (
        "",
        "The confusion matrix; rows are the true classes, columns the predicted ones:",
        "",
        f"![Confusion matrix]({name}-confusion.svg)",
        "",
        "## What it is not for",
        "",
        (
            "It was made to be looked into. It knows 20 classes and was trained on small, centred "
            "photographs of one thing each. It always predicts one of its classes, so its "
            "probabilities say nothing about other things: it takes a giraffe for an “elephant” or a "
            "“dog”, at times with a high probability."
        ),
    )


def history_picture(epochs: list[dict[str, Any]]) -> str:
    """Loss and accuracy side by side, training and validation in each, as SVG."""
    body = [
        *_chart("loss", epochs, "loss", 0, _ceiling(epochs)),
        *_chart("accuracy", epochs, "accuracy", 440, 1.0),
    ]
    return _svg(860, 300, body)


def _ceiling(epochs: list[dict[str, Any]]) -> float:
    return max(float(max(e["train_loss"], e["validation_loss"])) for e in epochs)


def _chart(
    title: str, epochs: list[dict[str, Any]], key: str, left: int, top: float
) -> Iterator[str]:
    x0, y0, width, height = left + 50, 40, 350, 210
    yield _text(x0, 22, title, INK, "start", bold=True)
    for i in range(5):
        y, value = y0 + height * i / 4, top * (1 - i / 4)
        yield f'<line x1="{x0}" y1="{y}" x2="{x0 + width}" y2="{y}" stroke="{RULE}"/>'
        yield _text(
            x0 - 8, y + 4, f"{value:.0%}" if key == "accuracy" else f"{value:.1f}", FAINT, "end"
        )
    last = max(len(epochs) - 1, 1)
    for which, colour, row in (("train", SECOND, 0), ("validation", ACCENT, 1)):
        values = [epoch[f"{which}_{key}"] for epoch in epochs]
        points = " ".join(
            f"{x0 + width * i / last:.1f},{y0 + height * (1 - v / top):.1f}"
            for i, v in enumerate(values)
        )
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"/>'
        final = f"{values[-1]:.1%}" if key == "accuracy" else f"{values[-1]:.3f}"
        yield _text(x0 + 70 + 150 * row, 22, f"{which} {final}", colour, "start")
    yield _text(x0, y0 + height + 22, "epoch 1", FAINT, "start")
    yield _text(x0 + width, y0 + height + 22, f"{len(epochs)}", FAINT, "end")


def confusion_picture(labels: list[str], confusion: list[list[int]]) -> str:
    """The confusion matrix as SVG: each cell its count, as dark as its share of the row."""
    cell, left, top = 30, 110, 100
    side = cell * len(labels)
    body = []
    for row, counts in enumerate(confusion):
        y = top + row * cell
        body.append(_text(left - 8, y + 20, labels[row], INK, "end"))
        x = left + row * cell + 19
        body.append(
            f'<g transform="rotate(-60 {x} {top - 8})">{_text(x, top - 8, labels[row], INK, "start")}</g>'
        )
        for column, count in enumerate(counts):
            share = count / max(sum(counts), 1)
            corner = f'x="{left + column * cell}" y="{y}"'
            body.append(
                f'<rect {corner} width="{cell}" height="{cell}" fill="{ACCENT}" fill-opacity="{share:.3f}" '
                f'stroke="{RULE}"/>'
            )
            if count:
                colour = "#ffffff" if share > 0.5 else INK
                body.append(
                    _text(left + column * cell + cell / 2, y + 20, str(count), colour, "middle")
                )
    return _svg(left + side + 20, top + side + 20, body)


def _text(x: float, y: float, text: str, colour: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _svg(width: int, height: int, body: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="12">'
    )
    return "\n".join(
        [head, f'<rect width="{width}" height="{height}" fill="#ffffff"/>', *body, "</svg>", ""]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("run", type=Path, help="the folder that convscope train wrote")
    parser.add_argument("--name", default="everyday", choices=sorted(ABOUT))
    arguments = parser.parse_args()
    publish(arguments.run, arguments.name)
