"""Training from Python: a loop that yields events, and what it is configured with.

It does not depend on files, terminals or HTTP: the caller decides what to show, when to save and
when to stop.
"""

from engine.train.config import TrainConfig
from engine.train.data import Dataset
from engine.train.loop import EpochDone, Finished, StepDone, train
from engine.train.state import TrainState

__all__ = ["Dataset", "EpochDone", "Finished", "StepDone", "TrainConfig", "TrainState", "train"]
