"""Times a training step of everyday beside PyTorch's: forward, loss, backward, update, of one batch
already in memory.

    python -m benchmarks.train_step [--batch 128] [--threads 2] [--repeats 9] [--only engine]

PyTorch gets the same network with the same weights, channels last, which is its faster layout here.
The two take turns, so that whatever else the machine is doing meets both; only the ratio counts.
First both do one step without dropout, and their losses and weights are compared: a benchmark of
two different things would be worth nothing.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.torch_module import torch_module

if TYPE_CHECKING:
    from engine.network import Network
    from engine.types import Array

CLASSES = 20
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.01, 0.9, 5e-4
Step = Callable[[], float]  # does one step, gives its loss


def batch(pictures: int) -> tuple[Array, Array]:
    """x (N, 3, 64, 64), channels last in memory, and labels (N,)."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((pictures, 64, 64, 3), np.float32)
    return x.transpose(0, 3, 1, 2), rng.integers(0, CLASSES, pictures)


def network(dropout: bool) -> Network:
    """Everyday as it is trained; without dropout both sides compute the same numbers."""
    from engine.ops import Dropout
    from engine.train.clone import replace_nodes, replace_op
    from engine.zoo import everyday

    built = everyday.build(tuple(map(str, range(CLASSES))), np.random.default_rng(0))
    if dropout:
        return built
    nodes = [replace_op(n, rate=0.0) if isinstance(n.op, Dropout) else n for n in built.nodes]
    return replace_nodes(built, nodes=nodes)


def engine_step(net: Network, x: Array, labels: Array) -> Step:
    """The step that the training loop does."""
    from engine.train.config import TrainConfig
    from engine.train.losses import cross_entropy, soft_targets
    from engine.train.state import TrainState
    from engine.train.step import Step as EngineStep

    state = TrainState(net, TrainConfig(momentum=MOMENTUM, weight_decay=WEIGHT_DECAY))
    step = EngineStep(state, cross_entropy)
    targets = soft_targets(labels, CLASSES, 0.0, x.dtype)

    def run() -> float:
        before = state.loss_sum
        step(x, targets, LEARNING_RATE)
        return (state.loss_sum - before) / len(x)

    return run


def torch_step(net: Network, x: Array, labels: Array) -> tuple[Step, Any]:
    """The same in PyTorch; and its module."""
    import torch

    module = torch_module(net).to(memory_format=torch.channels_last).train()
    for part in module.modules():
        if isinstance(part, torch.nn.ReLU):
            part.inplace = True  # quicker, as nothing else reads what goes into it
    weights = [p for p in module.parameters() if p.ndim > 1]
    others = [p for p in module.parameters() if p.ndim == 1]
    groups = [{"params": weights, "weight_decay": WEIGHT_DECAY}, {"params": others}]
    optimiser = torch.optim.SGD(groups, lr=LEARNING_RATE, momentum=MOMENTUM, nesterov=True)
    loss = torch.nn.CrossEntropyLoss()
    pictures, truth = torch.from_numpy(x), torch.from_numpy(labels)

    def run() -> float:
        optimiser.zero_grad()
        value = loss(module(pictures), truth)
        value.backward()
        optimiser.step()
        return value.item()

    return run, module


def check_same(x: Array, labels: Array) -> None:
    """One step of each from the same weights leads to the same weights.

    On few pictures, twice over: each half of the batch is normalised by itself in the engine, so
    both halves are made alike.
    """
    half = x[: len(x) // 2][:8]
    x = np.concatenate([half, half]).transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2)
    labels = np.tile(labels[: len(half)], 2)
    net = network(dropout=False)
    theirs, module = torch_step(net, x, labels)
    ours = engine_step(net, x, labels)
    losses = ours(), theirs()
    assert abs(losses[0] - losses[1]) < 1e-4 * losses[1], losses
    mine = [a for node in net.nodes for a in node.op.params.values()]
    for array, tensor in zip(mine, module.parameters(), strict=True):
        np.testing.assert_allclose(array, tensor.detach().numpy(), atol=2e-4)


def interleaved(steps: dict[str, Step], repeats: int) -> dict[str, float]:
    """Median seconds of each step."""
    spent: dict[str, list[float]] = {name: [] for name in steps}
    for attempt in range(repeats + 2):
        for name, step in steps.items():
            began = time.perf_counter()
            step()
            if attempt > 1:  # the first two grow buffers and choose kernels
                spent[name].append(time.perf_counter() - began)
    return {name: median(seconds) for name, seconds in spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--only", choices=["engine"], help="leave PyTorch out")
    arguments = parser.parse_args()
    # The engine starts one worker for each core that it may use, when it is first imported.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.threads])

    x, labels = batch(arguments.batch)
    steps = {"engine": engine_step(network(dropout=True), x, labels)}
    if arguments.only is None:
        import torch

        torch.set_num_threads(arguments.threads)
        check_same(x, labels)
        steps["PyTorch"], _ = torch_step(network(dropout=True), x, labels)
    seconds = interleaved(steps, arguments.repeats)
    for name, taken in seconds.items():
        print(f"{name:8} {taken * 1e3:7.0f} ms a step  {arguments.batch / taken:6.0f} pictures/s")
    if "PyTorch" in seconds:
        print(f"engine / PyTorch: {seconds['engine'] / seconds['PyTorch']:.2f}")


if __name__ == "__main__":
    main()
