"""A folder of pictures to learn from, laid out as an ImageFolder: one folder a class, named after
it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from app.errors import PictureError
from app.images.decoding import Limits, decoded
from app.images.fitting import fit
from app.learning.datasets.class_folders import Arrangement, arrange
from engine.errors import TrainingError
from engine.execution.cpu import cpu_count
from engine.preprocess import Preprocess
from engine.train.data import Dataset
from engine.types import Array

# The pictures are the person's own, so the limits only keep accidents out.
LIMITS = Limits(max_bytes=2**28, max_pixels=100_000_000)

OnProblem = Callable[
    [Path, str], None
]  # a file (relative to the folder), and what is wrong with it


def classes(folder: Path) -> tuple[str, ...]:
    """The class names in the order of their labels. Raises TrainingError if there are not two or
    more.
    """
    return _arranged(folder).classes


def count(folder: Path) -> int:
    """How many pictures there are, by their names. Raises TrainingError as ``classes`` does."""
    return sum(map(len, _arranged(folder).files.values()))


def read(
    folder: Path,
    preprocess: Preprocess,
    on_problem: OnProblem,
    on_note: Callable[[str], None] = lambda _: None,
) -> Dataset:
    """All pictures in the size that the network takes, in the order of their paths.

    A file that cannot be read is handed to ``on_problem`` and left out; ``on_note`` is told what
    was made of the folder: parts that were put together, files that were passed over. Raises
    TrainingError for a folder without classes and for a class without one readable picture.
    """
    arranged = _arranged(folder)
    names = arranged.classes
    for note in arranged.notes:
        on_note(note)
    for parts, why in arranged.left_out:
        on_problem(Path(*parts), why)
    found = [
        (folder.joinpath(*parts), label)
        for label, name in enumerate(names)
        for parts in sorted(arranged.files[name])
    ]
    _, height, width = preprocess.input_size
    pictures = np.empty((len(found), height, width, 3), np.uint8)
    load = partial(_load, preprocess=preprocess, pictures=pictures)
    with ThreadPoolExecutor(cpu_count()) as pool:
        problems = list(pool.map(load, range(len(found)), (path for path, _ in found)))
    for (path, _), problem in zip(found, problems, strict=True):
        if problem is not None:
            on_problem(path.relative_to(folder), problem)
    good = np.array([problem is None for problem in problems], bool)
    labels = np.array([label for _, label in found], np.int64)[good]
    for label, name in enumerate(names):
        if label not in labels:
            raise TrainingError(f"the class {name} has no picture that can be read")
    return Dataset(pictures[good], labels, names)


def _arranged(folder: Path) -> Arrangement:
    if not folder.is_dir():
        raise TrainingError(f"there is no folder {folder}")
    found = arrange(
        (*path.relative_to(folder).parts, *([""] if path.is_dir() else []))
        for path in sorted(folder.rglob("*"))
    )
    if not found.classes:
        raise TrainingError(
            f"{folder} has no folders in it: put the pictures of each class into one of its name"
        )
    if len(found.classes) == 1:
        raise TrainingError(
            f"{folder} has one class only ({found.classes[0]}): there must be two or more to "
            "tell apart"
        )
    return found


def _load(place: int, path: Path, *, preprocess: Preprocess, pictures: Array) -> str | None:
    """Decode one file into its place. What is wrong with it, if anything."""
    try:
        data, at_least = path.read_bytes(), min(preprocess.input_size[1:])
        with decoded(data, LIMITS, at_least) as picture:
            pictures[place] = fit(picture, preprocess)
    except (PictureError, OSError) as error:
        return str(error)
    return None
