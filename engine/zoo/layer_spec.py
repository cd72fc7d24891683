"""A network from a list of layers: the shape and cost of each layer, the reason why one is
impossible, and the network.

A layer is a mapping: ``{"kind": "conv", "filters": 8, "kernel": 3, "stride": 1, "padding": 1}``,
``{"kind": "batchnorm"}``, ``{"kind": "relu"}`` (or sigmoid, tanh), ``{"kind": "maxpool", "kernel":
2, "stride": 2}`` (or avgpool), ``{"kind": "dropout", "rate": 0.25}``, ``{"kind": "dense", "units":
32}``. What stands after the last one is always the same and added here: one number a class
(``scores``), and the softmax; a flatten goes before the first dense layer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from engine.errors import TrainingError
from engine.network import Network, Node
from engine.ops import (
    AveragePool,
    Dropout,
    Flatten,
    MaxPool,
    Op,
    Relu,
    Sigmoid,
    Softmax,
    Tanh,
)
from engine.preprocess import Preprocess
from engine.types import Shape
from engine.zoo.layers import conv, dense, norm

LayerSpec = Mapping[str, Any]

MAX_LAYERS = 24
MAX_PARAMETERS = 2_000_000
MAX_MULTIPLY_ADDS = 50_000_000  # for one picture: some ten milliseconds of learning
MAX_NUMBERS = 500_000  # that one picture becomes on its way; a batch of 128 keeps 256 MB of them

# Learns each set that is drawn here (engine/train/synthetic) to over 95 % within seconds.
DEFAULT_LAYERS: tuple[LayerSpec, ...] = (
    {"kind": "conv", "filters": 8, "kernel": 3, "stride": 1, "padding": 1},
    {"kind": "relu"},
    {"kind": "maxpool", "kernel": 2, "stride": 2},
    {"kind": "conv", "filters": 16, "kernel": 3, "stride": 1, "padding": 1},
    {"kind": "relu"},
    {"kind": "maxpool", "kernel": 2, "stride": 2},
    {"kind": "conv", "filters": 32, "kernel": 3, "stride": 1, "padding": 1},
    {"kind": "relu"},
    {"kind": "maxpool", "kernel": 2, "stride": 2},
)

_ACTIVATIONS: Mapping[str, type[Op]] = {"relu": Relu, "sigmoid": Sigmoid, "tanh": Tanh}
_POOLS: Mapping[str, type[MaxPool] | type[AveragePool]] = {
    "maxpool": MaxPool,
    "avgpool": AveragePool,
}
_PREFIXES = {
    "batchnorm": "norm",
    "maxpool": "pool",
    "avgpool": "pool",
    "dense": "fc",
}  # others are named after their kind

# Kind → option → (minimum, maximum, default; None for a required option). All are whole numbers.
_OPTIONS: Mapping[str, Mapping[str, tuple[int, int, int | None]]] = {
    "conv": {
        "filters": (1, 256, None),
        "kernel": (1, 11, 3),
        "stride": (1, 8, 1),
        "padding": (0, 5, 0),
    },
    "batchnorm": {},
    **{kind: {} for kind in _ACTIVATIONS},
    **{kind: {"kernel": (1, 8, 2), "stride": (1, 8, 2)} for kind in _POOLS},
    "dropout": {},
    "dense": {"units": (1, 1024, None)},
}
_ADDED = ("flatten", "softmax")
_MAX_RATE = 0.9


@dataclass(frozen=True)
class LayerPlan:
    """One layer of a plan: what it gives and costs for one picture, or what is wrong with it.

    ``shape`` is without the batch axis. From the first layer with a ``problem`` on, numbers are
    None.
    """

    name: str
    kind: str
    shape: Shape | None = None
    parameters: int | None = None
    multiply_adds: int | None = None
    problem: str | None = None


def validate(
    layers: Sequence[LayerSpec], classes: int, size: tuple[int, int] = (32, 32)
) -> list[LayerPlan]:
    """What the layers come to, those that are added included, for pictures of ``size`` (rows,
    columns).

    Never raises for a layer that is impossible: its ``problem`` says why, and what to do.
    """
    shape: Shape | None = (3, *size)
    totals = Counter[str]()
    rows: list[LayerPlan] = []
    for name, spec in _named(layers, classes):
        row = LayerPlan(name, str(spec["kind"]))
        if shape is not None:
            try:
                if len(rows) == MAX_LAYERS < len(layers):
                    raise TrainingError(f"A sketch has at most {MAX_LAYERS} layers: take one out.")
                row = _measured(name, spec, shape)
                _add_up(row, totals)
            except TrainingError as error:
                row = replace(row, problem=str(error))
        rows.append(row)
        shape = None if row.problem else row.shape
    return rows


def build(
    layers: Sequence[LayerSpec],
    labels: Sequence[str],
    size: tuple[int, int] = (32, 32),
    *,
    rng: np.random.Generator,
) -> Network:
    """The network to be trained, with random weights. Raises TrainingError with the first layer's
    problem.
    """
    rows = validate(layers, len(labels), size)
    for row in rows:
        if row.problem is not None:
            raise TrainingError(f"{row.name}: {row.problem}")
    shape: Shape = (3, *size)
    nodes: list[Node] = []
    last = "input"
    for (name, spec), row in zip(_named(layers, len(labels)), rows, strict=True):
        nodes.append(Node(name, _op(complete(spec), shape, rng), (last,)))
        last = name
        assert row.shape is not None
        shape = row.shape
    return Network(
        nodes,
        inputs={"input": (3, *size)},
        outputs=("softmax",),
        labels=labels,
        preprocess=Preprocess(input_size=(3, *size), mean=(0.5,) * 3, std=(0.25,) * 3),
        name="sketch",
    )


def _named(layers: Sequence[LayerSpec], classes: int) -> Iterator[tuple[str, LayerSpec]]:
    """Every layer with its name, those that are added included."""
    seen = Counter[str]()
    flat = False
    for spec in layers:
        kind = str(spec.get("kind"))
        if kind == "dense" and not flat:
            flat = True
            yield "flatten", {"kind": "flatten"}
        prefix = _PREFIXES.get(kind, kind)
        seen[prefix] += 1
        yield f"{prefix}{seen[prefix]}", {**spec, "kind": kind}
    if not flat:
        yield "flatten", {"kind": "flatten"}
    yield "scores", {"kind": "dense", "units": classes}
    yield "softmax", {"kind": "softmax"}


def complete(spec: LayerSpec) -> dict[str, Any]:
    """A layer with every option of its kind, and no other. Raises TrainingError for one that makes
    no sense.
    """
    kind = spec["kind"]
    if kind in _ADDED:
        return dict(spec)
    if kind not in _OPTIONS:
        raise TrainingError(f"There is no layer {kind!r}; there is: {', '.join(_OPTIONS)}.")
    if kind == "dropout":
        rate = spec.get("rate", 0.25)
        if type(rate) not in (int, float) or not 0 <= rate <= _MAX_RATE:
            raise TrainingError(f"The rate lies between 0 and {_MAX_RATE}; it is {rate!r}.")
        return {"kind": kind, "rate": float(rate)}
    whole = {"kind": kind}
    for option, (least, most, usual) in _OPTIONS[kind].items():
        value = spec.get(option, usual)
        if type(value) is not int or not least <= value <= most:
            raise TrainingError(
                f"{option.capitalize()}: a whole number from {least} to {most}; it is {value!r}."
            )
        whole[option] = value
    return whole


def _measured(name: str, given: LayerSpec, shape: Shape) -> LayerPlan:
    """A layer on an input of ``shape``. Raises TrainingError when it cannot be."""
    spec = complete(given)
    kind = spec["kind"]
    after, parameters, multiply_adds = shape, 0, 0
    if kind == "conv":
        after = (spec["filters"], *_places(spec, shape))
        weights = spec["kernel"] ** 2 * shape[0]
        parameters, multiply_adds = after[0] * (weights + 1), prod(after) * weights
    elif kind in _POOLS:
        after = (shape[0], *_places(spec, shape))
    elif kind == "flatten":
        after = (prod(shape),)
    elif kind == "dense":
        after = (spec["units"],)
        multiply_adds = spec["units"] * shape[0]
        parameters = multiply_adds + spec["units"]
    elif kind == "batchnorm":
        parameters, multiply_adds = 2 * shape[0], prod(shape)
    return LayerPlan(name, kind, after, parameters, multiply_adds)


def _places(spec: LayerSpec, shape: Shape) -> tuple[int, int]:
    """The rows and columns that a sliding window gives."""
    kernel, padding = spec["kernel"], spec.get("padding", 0)
    if len(shape) != 3:
        raise TrainingError(
            f"It slides over maps, but what comes here is a list of {shape[0]} numbers: put it "
            "before the first dense layer."
        )
    if padding >= kernel:
        raise TrainingError(
            f"A padding of {padding} is not smaller than the kernel of {kernel}: some windows "
            "would see nothing else."
        )
    rows, columns = ((side + 2 * padding - kernel) // spec["stride"] + 1 for side in shape[1:])
    if rows < 1 or columns < 1:
        raise TrainingError(
            f"A window of {kernel} × {kernel} does not fit on maps of {shape[1]} × {shape[2]}: "
            f"take a smaller one, or pool less before it."
        )
    return rows, columns


def _add_up(row: LayerPlan, totals: Counter[str]) -> None:
    """Count a layer in. Raises TrainingError when there is too much of something."""
    assert row.shape is not None
    totals["parameters"] += row.parameters or 0
    totals["multiply-adds"] += row.multiply_adds or 0
    totals["numbers a picture"] += prod(row.shape)
    for what, most, remedy in (
        ("parameters", MAX_PARAMETERS, "take fewer filters or units, or pool more before it"),
        ("multiply-adds", MAX_MULTIPLY_ADDS, "take fewer filters, or pool earlier"),
        ("numbers a picture", MAX_NUMBERS, "take fewer filters, or pool earlier"),
    ):
        if totals[what] > most:
            raise TrainingError(
                f"With it the network has {totals[what]:,} {what}, more than {most:,}: {remedy}."
            )


def _op(spec: LayerSpec, shape: Shape, rng: np.random.Generator) -> Op:
    """What a complete layer does to an input of ``shape``; its weights are drawn."""
    kind = spec["kind"]
    if kind == "conv":
        drawn = conv(shape[0], spec["filters"], rng, kernel=spec["kernel"], stride=spec["stride"])
        bias = np.zeros(spec["filters"], np.float32)
        return replace(drawn, bias=bias, padding=(spec["padding"],) * 4)
    if kind == "batchnorm":
        return norm(shape[0])
    if kind in _ACTIVATIONS:
        return _ACTIVATIONS[kind]()
    if kind in _POOLS:
        return _POOLS[kind](kernel=(spec["kernel"],) * 2, stride=(spec["stride"],) * 2)
    if kind == "dropout":
        return Dropout(rate=spec["rate"])
    if kind == "dense":
        return dense(shape[0], spec["units"], rng)
    return Flatten() if kind == "flatten" else Softmax()
