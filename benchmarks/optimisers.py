"""Holds three steps of every optimiser, with every loss, against PyTorch's: the same start, the
same batches, the same weights after.

    python -m benchmarks.optimisers

The network is the one that the page of learning begins with (engine/zoo/layer_spec.py), on pictures
of the set that ships. Weight decay is on, for weights alone, as the engine has it. Fails when a
weight is further off than TOLERANCE.

The figures that count are in float64; float32, in which the engine learns, is shown beside them,
and there RMSProp, Adam and AdamW can be further off than TOLERANCE. That is the engine's rounding,
not PyTorch's: where a weight's gradient is exactly zero, the weight gradient by Winograd's method
leaves some 1e-8, and these optimisers divide a gradient by its own size, so that next to nothing
becomes a whole step. With Winograd switched off, all are within 5e-6 in float32 as well.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.torch_module import torch_module
from engine.train.config import TrainConfig
from engine.train.losses import LOSSES, soft_targets
from engine.train.optimisers import OPTIMISERS
from engine.train.state import TrainState
from engine.train.step import Step
from engine.train.synthetic import SETS, draw
from engine.zoo.layer_spec import DEFAULT_LAYERS, build

if TYPE_CHECKING:
    from engine.network import Network
    from engine.types import Array

STEPS, BATCH = 3, 32
TOLERANCE = 1e-5  # of a weight; the weights are about 0.1
WEIGHT_DECAY, MOMENTUM = 0.01, 0.9
RATES = {"sgd": 0.01, "momentum": 0.005, "nesterov": 0.005}
OTHER_RATE = 0.002  # of those that divide by a gradient's size


def main() -> None:
    pictures, labels, classes = _batches()
    worst = 0.0
    for loss in LOSSES:
        for optimiser in OPTIMISERS:
            config = TrainConfig(
                optimiser=optimiser,
                loss=loss,
                learning_rate=RATES.get(optimiser, OTHER_RATE),
                momentum=MOMENTUM,
                weight_decay=WEIGHT_DECAY,
                label_smoothing=0.0,
            )
            off, moved = _compare(config, pictures, labels, classes, np.float64)
            rounded, _ = _compare(config, pictures, labels, classes, np.float32)
            worst = max(worst, off)
            print(
                f"{loss:20} {optimiser:9} largest difference {off:.1e} (in float32 {rounded:.1e}) "
                f"  weights moved by up to {moved:.3f}"
            )
    print(f"largest of all: {worst:.1e}, allowed: {TOLERANCE:.0e}")
    sys.exit(worst > TOLERANCE)


def _batches() -> tuple[Array, Array, int]:
    """x (STEPS, BATCH, 3, 32, 32), normalised, and labels (STEPS, BATCH)."""
    dataset = draw("shapes")
    chosen = np.random.default_rng(1).permutation(len(dataset.labels))[: STEPS * BATCH]
    preprocess = _network(dataset.classes).preprocess
    assert preprocess is not None
    x = preprocess.normalise(dataset.pictures[chosen])
    shape = (STEPS, BATCH)
    return (
        x.reshape(*shape, *x.shape[1:]),
        dataset.labels[chosen].reshape(shape),
        len(SETS["shapes"].classes),
    )


def _network(classes: tuple[str, ...]) -> Network:
    return build(DEFAULT_LAYERS, classes, rng=np.random.default_rng(0))


def _as(dtype: type, net: Network) -> Network:
    ops = {
        n.name: replace(n.op, **{k: a.astype(dtype) for k, a in n.op.params.items()})
        for n in net.nodes
        if n.op.params
    }
    return net.replaced(ops)


def _compare(
    config: TrainConfig, x: Array, labels: Array, classes: int, dtype: type
) -> tuple[float, float]:
    """The largest difference of a weight after the steps, and how far the weights themselves
    went.
    """
    import torch

    net, x = _as(dtype, _network(tuple(map(str, range(classes))))), x.astype(dtype)
    start = [array.copy() for array in net.parameters().values()]
    module = torch_module(net).to(getattr(torch, np.dtype(dtype).name))
    state = TrainState(net, config)
    step = Step(state, LOSSES[config.loss])
    for pictures, truth in zip(x, labels, strict=True):
        step(pictures, soft_targets(truth, classes, 0.0, pictures.dtype), config.learning_rate)
    _train_theirs(module, config, x, labels, classes)
    mine = list(net.parameters().values())
    theirs = [tensor.detach().numpy() for tensor in module.parameters()]
    off = max(float(np.abs(a - b).max()) for a, b in zip(mine, theirs, strict=True))
    moved = max(float(np.abs(a - b).max()) for a, b in zip(mine, start, strict=True))
    return off, moved


def _train_theirs(module: Any, config: TrainConfig, x: Array, labels: Array, classes: int) -> None:
    import torch

    parameters = list(module.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0},
    ]
    rate = config.learning_rate
    optim = torch.optim
    optimiser = {
        "sgd": lambda: optim.SGD(groups, lr=rate),
        "momentum": lambda: optim.SGD(groups, lr=rate, momentum=config.momentum),
        "nesterov": lambda: optim.SGD(groups, lr=rate, momentum=config.momentum, nesterov=True),
        "rmsprop": lambda: optim.RMSprop(groups, lr=rate),
        "adam": lambda: optim.Adam(groups, lr=rate),
        "adamw": lambda: optim.AdamW(groups, lr=rate),
    }[config.optimiser]()
    for pictures, truth in zip(x, labels, strict=True):
        optimiser.zero_grad()
        scores, right = (
            module(torch.from_numpy(np.ascontiguousarray(pictures))),
            torch.from_numpy(truth),
        )
        if config.loss == "cross_entropy":
            loss = torch.nn.functional.cross_entropy(scores, right)
        else:
            one_hot = torch.nn.functional.one_hot(right, classes).to(scores.dtype)
            loss = torch.nn.functional.mse_loss(scores, one_hot)
        loss.backward()
        optimiser.step()


if __name__ == "__main__":
    main()
