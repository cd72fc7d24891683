"""The state of a training: all that a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.errors import TrainingError
from engine.network import Network
from engine.train.clone import clone
from engine.train.config import TrainConfig
from engine.train.optimisers import OPTIMISERS, Optimiser
from engine.types import Array


@dataclass(frozen=True)
class EpochRecord:
    """One line of the history. Training loss and accuracy are means over steps, on augmented
    pictures.
    """

    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float


class TrainState:
    """A training between two steps. ``network`` must be trainable: its arrays are changed in place.

    ``epoch`` counts finished epochs and ``batch`` the finished batches of the next; ``loss_sum``,
    ``correct`` and ``seen`` are sums over those batches. No generator of random numbers is kept:
    each draw belongs to a place in the training, not to a past.
    """

    def __init__(self, network: Network, config: TrainConfig) -> None:
        self.network = network
        self.config = config
        self.ema = clone(network) if config.ema_decay else None
        self.optimiser = _optimiser(network, config)
        self.history: list[EpochRecord] = []
        self.data = ""  # the digest of the pictures, once the loop has seen them
        self.batch = 0
        self.loss_sum = 0.0
        self.correct = 0
        self.seen = 0

    @property
    def epoch(self) -> int:
        """How many epochs are finished."""
        return len(self.history)

    @property
    def best(self) -> Network:
        """The network to validate and to export: the EMA of the weights if there is one."""
        return self.network if self.ema is None else self.ema

    def add_batch(self, loss: float, correct: int, pictures: int) -> None:
        """Add one batch."""
        self.batch += 1
        self.loss_sum += loss * pictures
        self.correct += correct
        self.seen += pictures

    def close_epoch(self, record: EpochRecord) -> None:
        """Write the epoch into the history and begin the next."""
        self.history.append(record)
        self.batch = self.correct = self.seen = 0
        self.loss_sum = 0.0

    def update_ema(self) -> None:
        """Move the exponential moving average towards the trained network, faster in the first
        steps.
        """
        if self.ema is None:
            return
        steps = self.optimiser.steps
        rate = 1 - min(self.config.ema_decay, (1 + steps) / (10 + steps))
        for mine, now in zip(_tensors(self.ema), _tensors(self.network), strict=True):
            mine += rate * (now - mine)

    def arrays(self) -> dict[str, Array]:
        """The live arrays by name."""
        named = {f"network.{name}": a for name, a in _named(self.network).items()}
        if self.ema is not None:
            named |= {f"ema.{name}": a for name, a in _named(self.ema).items()}
        return named | {f"optimiser.{name}": a for name, a in self.optimiser.state().items()}

    def numbers(self) -> dict[str, Any]:
        """All the rest as plain JSON values."""
        return {
            "config": self.config.to_dict(),
            "history": [asdict(record) for record in self.history],
            "data": self.data,
            "batch": self.batch,
            "loss_sum": self.loss_sum,
            "correct": self.correct,
            "seen": self.seen,
        }

    @classmethod
    def restore(
        cls, network: Network, arrays: Mapping[str, Array], numbers: Mapping[str, Any]
    ) -> TrainState:
        """The state that was saved, in a network built as it was then.

        Raises TrainingError when the network has another shape.
        """
        state = cls(network, TrainConfig.from_dict(numbers["config"]))
        mine = state.arrays()
        if mine.keys() != arrays.keys() or any(mine[n].shape != arrays[n].shape for n in mine):
            raise TrainingError("the checkpoint belongs to a network of another shape")
        prefix = "optimiser."
        for name, array in arrays.items():
            if not name.startswith(prefix):
                np.copyto(mine[name], array)
        state.optimiser.load_state(
            {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
        )
        state.history = [EpochRecord(**record) for record in numbers["history"]]
        for name in ("data", "batch", "loss_sum", "correct", "seen"):
            setattr(state, name, numbers[name])
        return state


def _optimiser(network: Network, config: TrainConfig) -> Optimiser:
    options = {"momentum": config.momentum} if config.optimiser in ("momentum", "nesterov") else {}
    make = OPTIMISERS[config.optimiser]
    return make(network.parameters(), weight_decay=config.weight_decay, **options)


def _named(network: Network) -> dict[str, Array]:
    return network.parameters() | network.buffers()


def _tensors(network: Network) -> list[Array]:
    return list(_named(network).values())
