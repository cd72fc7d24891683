"""The configuration of a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.errors import TrainingError
from engine.train.augment import STANDARD, Augmentation
from engine.train.losses import LOSSES
from engine.train.optimisers import OPTIMISERS
from engine.train.schedules import SCHEDULES


@dataclass(frozen=True)
class TrainConfig:
    """Every choice with its default. Raises TrainingError for one that makes no sense.

    - ``learning_rate`` is the highest one; the schedule gives a factor of it for each step;
    - ``momentum`` is read by the optimisers momentum and nesterov;
    - ``validation_fraction`` is the fraction of each class that is never trained on;
    - ``ema_decay`` is the decay of an exponential moving average (EMA) of the weights, which then
      is what validates and is exported; 0 is none.
    - in the last ``final_unmixed_epochs`` epochs batches are no longer mixed, so that the network
      ends on pictures like those that it will see (He et al., "Data augmentation revisited", 2019).
    """

    epochs: int = 20
    batch_size: int = 128
    loss: str = "cross_entropy"
    label_smoothing: float = 0.1
    optimiser: str = "nesterov"
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 5e-4
    schedule: str = "one_cycle"
    augmentation: Augmentation = field(default=STANDARD)
    validation_fraction: float = 0.1
    ema_decay: float = 0.0
    final_unmixed_epochs: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, known in (("loss", LOSSES), ("optimiser", OPTIMISERS), ("schedule", SCHEDULES)):
            if getattr(self, name) not in known:
                raise TrainingError(
                    f"there is no {name} {getattr(self, name)!r}: choose one of {', '.join(known)}"
                )
        if self.epochs < 1 or self.batch_size < 1:
            raise TrainingError(
                f"a training has one epoch or more and batches of one picture or more: "
                f"got epochs {self.epochs}, batch_size {self.batch_size}"
            )
        if not 0 <= self.final_unmixed_epochs <= self.epochs:
            raise TrainingError(
                f"final_unmixed_epochs is a number of epochs, 0 to {self.epochs}: got {self.final_unmixed_epochs}"
            )
        if self.learning_rate <= 0 or self.weight_decay < 0 or self.seed < 0:
            raise TrainingError(
                "the learning rate is above 0; weight decay and seed are not below it"
            )
        for name in ("label_smoothing", "momentum", "validation_fraction", "ema_decay"):
            if not 0 <= getattr(self, name) < 1:
                raise TrainingError(
                    f"{name} lies between 0 and 1 (below 1), got {getattr(self, name)}"
                )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainConfig:
        """What ``to_dict`` gave."""
        return cls(**{**values, "augmentation": Augmentation(**values["augmentation"])})
