"""Labelled images, the split into training and validation, and the order of batches in an epoch."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from engine.errors import TrainingError
from engine.types import Array

# One seed feeds several independent streams of random numbers; each draws under its own number.
INIT_STREAM, SPLIT_STREAM, ORDER_STREAM, AUGMENT_STREAM, DROPOUT_STREAM = range(5)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures (N, H, W, 3) uint8 and labels (N,) int, which count the classes from 0."""

    pictures: Array
    labels: Array
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        shape, dtype = self.pictures.shape, self.pictures.dtype
        if dtype != np.uint8 or len(shape) != 4 or shape[3] != 3:
            raise TrainingError(f"pictures are (N, H, W, 3) uint8, got {shape} {dtype}")
        if self.labels.shape != self.pictures.shape[:1]:
            raise TrainingError(
                f"{len(self.pictures)} pictures need as many labels, got {self.labels.shape}"
            )
        if len(self.classes) < 2:
            raise TrainingError("there must be two classes or more to tell apart")

    @property
    def pictures_per_class(self) -> Array:
        """(K,) int: how many pictures each class has."""
        return np.bincount(self.labels, minlength=len(self.classes))

    @property
    def digest(self) -> str:
        """SHA-256 of images and labels: shows whether a resumed training has its original
        dataset.
        """
        content = sha256(str((self.pictures.shape, self.classes)).encode())
        content.update(self.labels.astype(np.int64).tobytes())
        content.update(self.pictures.tobytes())
        return content.hexdigest()

    def take(self, indices: Array) -> Dataset:
        """The pictures at ``indices``, in that order."""
        return Dataset(self.pictures[indices], self.labels[indices], self.classes)


def split_by_seed(labels: Array, fraction: float, seed: int) -> tuple[Array, Array]:
    """(training, validation): ascending indices; each index is in one of the two.

    Each class gives the same share, rounded, to the validation: at least one picture where there
    are two or more and the fraction is above 0. At least one of a class stays in the training.
    """
    rng = stream(seed, SPLIT_STREAM)
    held_out = []
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        wanted = max(round(fraction * len(members)), int(fraction > 0))
        held_out.append(members[: min(wanted, len(members) - 1)])
    validation = np.sort(np.concatenate(held_out))
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def batches(count: int, batch_size: int, seed: int, epoch: int) -> list[Array]:
    """The shuffled indices 0..count-1 of one epoch, in ``batch_count`` batches.

    Sizes differ by one at most, so that no small rest at the end upsets the batch normalisation.
    """
    order = stream(seed, ORDER_STREAM, epoch).permutation(count)
    return np.array_split(order, batch_count(count, batch_size))


def batch_count(count: int, batch_size: int) -> int:
    """How many batches an epoch of ``count`` pictures has, each of at most ``batch_size``.

    Nor is a batch a single picture unless that is the size: an odd one makes one of the batches of
    two a batch of three.
    """
    return max(1, min(-(-count // batch_size), count // min(batch_size, 2)))


def stream(seed: int, *path: int) -> np.random.Generator:
    """The random numbers of one place in a training, the same ones however often it was resumed."""
    return np.random.default_rng((seed, *path))
