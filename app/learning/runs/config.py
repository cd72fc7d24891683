"""A training's specification as plain JSON values, and what follows from it: its configuration, its
network, its first state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from engine.errors import TrainingError
from engine.network import Network
from engine.train.augment import Augmentation
from engine.train.checkpoint import Checkpoint
from engine.train.config import TrainConfig
from engine.train.data import INIT_STREAM, Dataset, batch_count, split_by_seed, stream
from engine.train.loop import check_batch_norm
from engine.train.state import TrainState
from engine.zoo import ARCHITECTURES, layer_spec

TrainingSpec = Mapping[str, Any]

MAX_STEPS = 200_000
MAX_BATCH = 512

_CHOICES = {field.name for field in fields(TrainConfig)}


def config_of(spec: TrainingSpec) -> TrainConfig:
    """The training's configuration; defaults for what the specification leaves out. Raises
    TrainingError.
    """
    chosen = {name: spec[name] for name in _CHOICES & spec.keys()}
    if "augmentation" in chosen:
        chosen["augmentation"] = Augmentation.from_text(chosen["augmentation"])
    return TrainConfig(**chosen)


def network_of(spec: TrainingSpec, dataset: Dataset) -> Network:
    """The network with its initial weights. Raises TrainingError for an impossible one."""
    rng = stream(spec["seed"], INIT_STREAM)
    size = (dataset.pictures.shape[1], dataset.pictures.shape[2])
    if spec.get("layers") is not None:
        return layer_spec.build(spec["layers"], dataset.classes, size, rng=rng)
    network = ARCHITECTURES[spec["architecture"]](dataset.classes, rng)
    (wanted,) = network.inputs.values()
    if wanted[1:] != size:
        raise TrainingError(
            f"{spec['architecture']!r} learns from pictures of {wanted[2]} × {wanted[1]}, "
            f"those of this set have {size[1]} × {size[0]}: give layers instead"
        )
    return network


def initial_state(spec: TrainingSpec, dataset: Dataset) -> TrainState:
    """The state before the first step. Raises TrainingError for an impossible specification and for
    one that would take too long.
    """
    config = config_of(spec)
    if config.batch_size > MAX_BATCH:
        raise TrainingError(f"batch_size: at most {MAX_BATCH} pictures, got {config.batch_size}")
    steps = config.epochs * batches_of(config, dataset)
    if steps > MAX_STEPS:
        raise TrainingError(
            f"this would take {steps:,} steps, more than {MAX_STEPS:,}: fewer epochs, or larger batches"
        )
    network = network_of(spec, dataset)
    check_batch_norm(network, config)
    return TrainState(network, config)


def restore(spec: TrainingSpec, dataset: Dataset, saved: Checkpoint) -> TrainState:
    """The saved state. Raises TrainingError when it belongs to another network."""
    return TrainState.restore(network_of(spec, dataset), saved.arrays, saved.numbers)


def batches_of(config: TrainConfig, dataset: Dataset) -> int:
    """The number of steps in an epoch."""
    learned, _ = split_by_seed(dataset.labels, config.validation_fraction, config.seed)
    return batch_count(len(learned), config.batch_size)


def planned(network: Network) -> list[dict[str, Any]]:
    """The network's layers as a training tells them: name, kind, shape and number of parameters."""
    shapes = network.shapes()
    return [
        {
            "name": node.name,
            "kind": node.op.op_type,
            "shape": list(shapes[node.name][1:]),
            "parameters": sum(array.size for array in node.op.params.values()),
        }
        for node in network.nodes
    ]
