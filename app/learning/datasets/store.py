"""Sets of pictures to learn from: those that are drawn here, and those that people brought.

A brought set is two files in the folder ``datasets``: ``ID.npz`` with the pictures and labels, and
``ID.json`` with the rest, which is written last: without it, there is no set. Ids are made from the
content and the owner, so the same pictures are kept once for each.
"""

from __future__ import annotations

import io
import json
import math
import re
import time
import zipfile
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from cachetools import LRUCache

from app.encoding.text import short_name
from app.errors import BadParameter, QuotaExceeded, TimeLimit, UnknownDataset
from app.execution.executor import WorkExecutor
from app.execution.fair_pool import sender
from app.execution.loading import LoadingCache
from app.execution.turns import Parts, Turns
from app.images.decoding import Limits
from app.learning.datasets.archive import SIZE, ArchiveReader, Unpacked
from app.learning.disk import disk_failures
from app.workspaces.ids import IdMaker
from app.workspaces.quotas import Quotas
from app.workspaces.workspace import EVERYBODY, NOBODY, Workspace
from engine.errors import TrainingError
from engine.formats.safetensors import write_atomically
from engine.train.data import Dataset
from engine.train.synthetic import SETS, draw

_UPLOADED = re.compile(r"own-[0-9a-f]{16}")
_REMEMBERED = 4  # sets in memory; one has at most 61 MB
_AT_ONCE = 8  # archives on their way, from the first byte on: half of them one workspace's
_UNREADABLE = (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, TrainingError)


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a set without its pictures. Of a brought one, ``problems`` name what was
    left out and why, and ``notes`` tell what was made of it.
    """

    id: str
    name: str
    description: str
    classes: tuple[str, ...]
    pictures: int
    pictures_per_class: tuple[int, ...]
    uploaded: bool = False
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    size: tuple[int, int] = (SIZE, SIZE)
    owner: str = NOBODY


@dataclass(frozen=True)
class Bounds:
    """Of the sets that people bring: how many are kept, in how many bytes, how long reading one may
    take, in seconds, and which part of number and bytes may be whose.
    """

    count: int
    bytes: int
    seconds: float
    quotas: Quotas = field(default_factory=Quotas)


DRAWN = {
    key: DatasetInfo(
        key,
        info.title,
        info.text,
        info.classes,
        info.pictures,
        (info.per_class,) * len(info.classes),
        owner=EVERYBODY,
    )
    for key, info in SETS.items()
}


def load(folder: Path, dataset_id: str) -> Dataset:
    """A set by its id: drawn, or read from the trainings' ``folder``. Takes up to a second. Raises
    UnknownDataset.
    """
    if dataset_id in SETS:
        return draw(dataset_id)
    info = _read_info(folder, dataset_id)
    try:
        with (
            _path(folder, dataset_id, "npz").open("rb") as file,
            np.load(file, allow_pickle=False) as arrays,
        ):
            return Dataset(arrays["pictures"], arrays["labels"], info.classes)
    except _DAMAGED:
        raise UnknownDataset(
            f"The set {info.name!r} is damaged on the server's disk. Delete it, and bring it again."
        ) from None


class Datasets:
    """All sets of one server. Methods that are not coroutines may take a while: call them off the
    event loop.
    """

    def __init__(
        self, folder: Path, limits: Limits, bounds: Bounds, ids: IdMaker | None = None
    ) -> None:
        self._folder = folder
        self._ids = ids or IdMaker()
        self._limits = limits
        self._bounds = bounds
        self._loaded: LoadingCache[str, Dataset] = LoadingCache(LRUCache(_REMEMBERED))
        self._under_way = Parts("archives", _AT_ONCE)
        self._turns = Turns("archives")

    def seen_by(self, workspace: Workspace) -> list[DatasetInfo]:
        """The drawn sets, then those that a workspace brought, by name."""
        brought = [info for info in self._uploaded() if workspace.sees(info.owner)]
        return [*DRAWN.values(), *sorted(brought, key=lambda info: info.name.casefold())]

    def of(self, owner: str) -> list[DatasetInfo]:
        """The sets that a workspace brought."""
        return [info for info in self._uploaded() if info.owner == owner]

    def written(self) -> list[tuple[DatasetInfo, float]]:
        """The brought sets, and when they were brought: seconds since 1970."""
        found = []
        for info in self._uploaded():
            with suppress(FileNotFoundError):  # deleted just now
                found.append((info, _path(self._folder, info.id, "json").stat().st_mtime))
        return found

    def owners(self) -> set[str]:
        """The workspaces that have brought sets."""
        return {info.owner for info in self._uploaded()}

    def info(self, dataset_id: str) -> DatasetInfo:
        """One set. Raises UnknownDataset."""
        return DRAWN.get(dataset_id) or _read_info(self._folder, dataset_id)

    def get(self, dataset_id: str) -> Dataset:
        """A set with its pictures; the last ones asked for stay in memory. Raises
        UnknownDataset.
        """
        found = self._loaded.get(dataset_id, lambda: load(self._folder, dataset_id))
        if dataset_id not in DRAWN and not _path(self._folder, dataset_id, "json").exists():
            self._forget(dataset_id)  # it was deleted while it was read
        return found

    def delete(self, dataset_id: str) -> None:
        """Forget a set that somebody brought. Raises UnknownDataset, and BadParameter for one that
        is drawn.
        """
        if dataset_id in DRAWN:
            raise BadParameter(f"{dataset_id!r} is drawn by the server and cannot be deleted.")
        _read_info(self._folder, dataset_id)
        try:
            with disk_failures("The set of pictures cannot be deleted"):
                for kind in ("json", "npz"):
                    _path(self._folder, dataset_id, kind).unlink(missing_ok=True)
        finally:
            self._forget(dataset_id)  # now that nobody can read it any more

    def _forget(self, dataset_id: str) -> None:
        self._loaded.forget(lambda key: key == dataset_id)

    async def add(
        self,
        name: str,
        receive: Callable[[], Awaitable[bytes]],
        executor: WorkExecutor,
        owner: str = NOBODY,
    ) -> DatasetInfo:
        """Keep the pictures of a ZIP, which ``receive`` (a coroutine function) gets; one archive is
        read after the other.

        Raises Overloaded and TooManyRequests, QuotaExceeded, TimeLimit, and what ``ArchiveReader``
        and ``receive`` raise.
        """
        with self._under_way.admitted():
            self._bounds.quotas.hold(owner, sender.get().address)
            await executor.run(lambda _: self._check_room(0, owner))
            data = await receive()
            with executor.place():  # and not refused half-way
                async with self._turns.turn(self._bounds.seconds):
                    unpacked = await self._unpacked(data, executor)
                    return await executor.run(
                        lambda _: self.keep(
                            name, unpacked.dataset, unpacked.problems, unpacked.notes, owner
                        )
                    )

    async def _unpacked(self, data: bytes, executor: WorkExecutor) -> Unpacked:
        reading = await executor.run(lambda _: ArchiveReader(data, self._limits))
        stop = time.monotonic() + self._bounds.seconds
        while not await executor.run(reading.read_some):
            if time.monotonic() > stop:
                raise TimeLimit(
                    f"The archive took longer than {self._bounds.seconds:g} s to read. Shrink the "
                    "pictures before.",
                    limit=self._bounds.seconds,
                )
        return await executor.run(lambda _: reading.result())

    def keep(
        self,
        name: str,
        dataset: Dataset,
        problems: tuple[str, ...] = (),
        notes: tuple[str, ...] = (),
        owner: str = NOBODY,
    ) -> DatasetInfo:
        """Keep pictures that somebody brought. Raises QuotaExceeded and DiskFailure."""
        _, height, width, _ = dataset.pictures.shape
        dataset_id = f"own-{self._ids.derive('dataset', owner, dataset.digest)[:16]}"
        info = DatasetInfo(
            dataset_id,
            name=short_name(name) or "Pictures",
            description="",
            classes=dataset.classes,
            pictures=len(dataset.labels),
            pictures_per_class=tuple(dataset.pictures_per_class.tolist()),
            uploaded=True,
            problems=problems,
            notes=notes,
            size=(height, width),
            owner=owner,
        )
        if not _path(self._folder, dataset_id, "json").exists():
            self._check_room(dataset.pictures.nbytes, owner)
        with disk_failures("The set of pictures cannot be kept"):
            _write(self._folder, info, dataset)
        return info

    def _check_room(self, more: int, owner: str) -> None:
        """Raises QuotaExceeded when there is no place for one set more, of ``more`` bytes: first
        where its owner holds too much, whatever others have left.
        """
        kept = list((self._folder / "datasets").glob("own-*.npz"))
        for quota in self._bounds.quotas.of(owner):
            theirs = {info.id for info in self._uploaded() if info.owner in quota.owners}
            part = replace(
                self._bounds,
                count=math.ceil(quota.part * self._bounds.count),
                bytes=int(quota.part * self._bounds.bytes),
            )
            found = [path for path in kept if path.stem in theirs]
            _refuse_above(part, found, more, f" {quota.whose}")
        _refuse_above(self._bounds, kept, more)

    def _uploaded(self) -> list[DatasetInfo]:
        """The brought sets that can be read; what else lies in the folder is passed over."""
        found = []
        for path in (self._folder / "datasets").glob("own-*.json"):
            try:
                found.append(_read_info(self._folder, path.stem))
            except UnknownDataset:
                continue
        return found


def _refuse_above(bounds: Bounds, kept: list[Path], more: int, whose: str = "") -> None:
    size = sum(path.stat().st_size for path in kept)
    if len(kept) >= bounds.count:
        raise QuotaExceeded(
            f"{len(kept)} sets of pictures{whose} are kept already, as many as may be. Delete "
            "one that is no longer needed.",
            limit=bounds.count,
            actual=len(kept),
            more={"what": "datasets"},
        )
    if size + more > bounds.bytes:
        raise QuotaExceeded(
            f"With it the sets of pictures{whose} would take {size + more:,} bytes; at most "
            f"{bounds.bytes:,} are kept. Delete one that is no longer needed.",
            limit=bounds.bytes,
            actual=size + more,
            more={"what": "kept_bytes"},
        )


def _path(folder: Path, dataset_id: str, kind: str) -> Path:
    return folder / "datasets" / f"{dataset_id}.{kind}"


def unknown_dataset(dataset_id: str) -> UnknownDataset:
    """What is said of a set that is not here, or not for whoever asks."""
    return UnknownDataset(
        f"There is no set of pictures {dataset_id!r}; GET /api/v1/datasets lists those there are."
    )


def _read_info(folder: Path, dataset_id: str) -> DatasetInfo:
    unknown = unknown_dataset(dataset_id)
    if not _UPLOADED.fullmatch(dataset_id):
        raise unknown
    try:
        fields = json.loads(_path(folder, dataset_id, "json").read_bytes())
        if "pictures_per_class" not in fields:  # written by a version that did not count them
            fields["pictures_per_class"] = _counted(folder, dataset_id, len(fields["classes"]))
        tuples = {
            key: tuple(fields[key]) for key in ("classes", "pictures_per_class", "problems", "size")
        }
        tuples["notes"] = tuple(fields.get("notes", ()))  # those of older versions have none
        return DatasetInfo(**{**fields, **tuples})
    except _UNREADABLE:
        raise unknown from None


def _counted(folder: Path, dataset_id: str, classes: int) -> list[int]:
    with np.load(_path(folder, dataset_id, "npz"), allow_pickle=False) as arrays:
        counts: list[int] = np.bincount(arrays["labels"], minlength=classes).tolist()
    return counts


def _write(folder: Path, info: DatasetInfo, dataset: Dataset) -> None:
    """Both files, each complete or not there at all, the one that makes the set exist last. Where
    that one cannot be written the pictures go too: they would take room, and nobody could delete
    them.
    """
    arrays = _path(folder, info.id, "npz")
    arrays.parent.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    np.savez(content, pictures=dataset.pictures, labels=dataset.labels)
    about_path = arrays.with_suffix(".json")
    about = json.dumps(asdict(info), ensure_ascii=False).encode()
    try:
        write_atomically(arrays, content.getvalue())
        write_atomically(about_path, about)
    except OSError:
        if not about_path.exists():
            with suppress(OSError):
                arrays.unlink(missing_ok=True)
        raise
