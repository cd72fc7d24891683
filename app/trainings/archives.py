"""A ZIP of pictures, one folder a class → pictures to learn from. Every limit on hostile archives lives here.

What an archive claims is never believed: its entries are counted before its directory is parsed, bytes are counted while they
are unpacked, and nothing is ever written under a name that came with it. Reading goes in short slices, so that a large
archive does not keep other work waiting.
"""

from __future__ import annotations

import io
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.compute import Check
from app.errors import (
    ArchiveTooLarge,
    DamagedArchive,
    NoPicture,
    NotAnArchive,
    PictureError,
    UnfitArchive,
)
from app.images import Limits, decode, fit
from engine.preprocess import Preprocess
from engine.train.data import Dataset

SIZE = 32
PREPROCESS = Preprocess(input_size=(3, SIZE, SIZE))

MAX_PICTURES = 20_000
MAX_CLASSES = 100
MAX_ENTRIES = 25_000  # folders and what is left out included
MAX_UNPACKED = 2**30  # bytes
MAX_RATIO = 100  # unpacked bytes for one packed; pictures are packed already, so theirs is near 1 …
_SMALL = (
    16 * 2**20
)  # … but little ones of one colour may well shrink, and do no harm below so many bytes
MAX_NAME = 80  # characters of a class's name
MAX_DEPTH = 6  # folders within each other
MAX_PROBLEMS = 100  # pictures that are named; the rest is counted

_SLICE = 0.3  # seconds
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY = b"PK\x01\x02"  # every entry of a ZIP's directory begins with it
_START = (b"PK\x03\x04", b"PK\x05\x06")
_CLUTTER = {"__macosx", "thumbs.db", "desktop.ini"}  # what systems add of their own accord
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    ValueError,
    EOFError,
    OSError,
)


@dataclass(frozen=True)
class Unpacked:
    """What an archive held. ``problems`` name the files that were left out, and why."""

    dataset: Dataset
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    """An entry that may be a picture, and the class that its folder stands for."""

    info: zipfile.ZipInfo
    label: str

    @property
    def name(self) -> str:
        """Its path, as people may read it."""
        return _shown(self.info.filename)


class Reading:
    """An archive being read: ``go_on`` until it returns True, then take the ``result``.

    Raises NotAnArchive, DamagedArchive, ArchiveTooLarge or UnfitArchive, at once or on the way.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        self._packed = len(data)
        self._unpacked = 0
        self._archive = _opened(data)
        self._files, self._classes, strays = _arranged(self._archive)
        self._pictures = np.empty((len(self._files), SIZE, SIZE, 3), np.uint8)
        self._labels: list[int] = []
        self._problems = [f"{name}: It lies in no class's folder." for name in strays]
        self._left = iter(self._files)

    def go_on(self, check: Check) -> bool:
        """Read for a moment. Whether all is read."""
        stop = time.monotonic() + _SLICE
        for file in self._left:
            self._read(file)
            check()
            if time.monotonic() > stop:
                return False
        return True

    def result(self) -> Unpacked:
        """What was read. Raises UnfitArchive for a class without a picture."""
        labels = np.array(self._labels, np.int64)
        for label, name in enumerate(self._classes):
            if label not in labels:
                why = self._problems[0] if self._problems else "its folder is empty."
                raise UnfitArchive(
                    f"The class {name!r} has no picture that can be read. First trouble met: {why}"
                )
        dataset = Dataset(self._pictures[: len(labels)], labels, self._classes)
        problems = self._problems[:MAX_PROBLEMS]
        if len(self._problems) > MAX_PROBLEMS:
            problems.append(f"{len(self._problems) - MAX_PROBLEMS} more were left out.")
        return Unpacked(dataset, tuple(problems))

    def _read(self, file: _File) -> None:
        """Unpack and decode one file into the next place; leave it out when it is broken."""
        try:
            content = self._bytes_of(file)
            if not content:
                raise NoPicture("The file is empty.")
            picture = decode(content, self._limits, at_least=SIZE)
        except PictureError as error:
            self._problems.append(f"{file.name}: {error}")
        except _BROKEN:
            self._problems.append(f"{file.name}: It cannot be unpacked.")
        else:
            self._pictures[len(self._labels)] = fit(picture, PREPROCESS)
            self._labels.append(self._classes.index(file.label))

    def _bytes_of(self, file: _File) -> bytes:
        """A file's content, but no more than one byte over what a picture may have."""
        with self._archive.open(file.info) as stream:
            content = stream.read(self._limits.max_bytes + 1)
        self._unpacked += len(content)
        allowed = min(MAX_UNPACKED, max(_SMALL, MAX_RATIO * self._packed))
        if self._unpacked > allowed:
            raise ArchiveTooLarge(
                f"The archive of {self._packed:,} bytes unpacks to more than {allowed:,}, the most that is accepted for it.",
                limit=allowed,
                actual=self._unpacked,
            )
        return content


def too_large(limit: int, actual: int) -> ArchiveTooLarge:
    """The refusal of an archive with too many bytes; ``actual`` is how many there are, or were announced."""
    return ArchiveTooLarge(
        f"The archive has {actual:,} bytes; at most {limit:,} are accepted. The pictures are shrunk to {SIZE} × {SIZE} anyway: "
        "shrink them before.",
        limit=limit,
        actual=actual,
    )


def _opened(data: bytes) -> zipfile.ZipFile:
    """The archive with its directory read, whose length is known before."""
    if not data.startswith(_START):
        raise NotAnArchive("These bytes are not a ZIP archive. Pack one folder a class into a ZIP.")
    if (entries := data.count(_ENTRY)) > MAX_ENTRIES:
        raise ArchiveTooLarge(
            f"The archive has {entries:,} entries; at most {MAX_ENTRIES:,} are accepted.",
            limit=MAX_ENTRIES,
            actual=entries,
        )
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise DamagedArchive(
            f"It begins like a ZIP archive, but its directory cannot be read ({error}). Was it cut off on its way?"
        ) from None


def _arranged(archive: zipfile.ZipFile) -> tuple[list[_File], tuple[str, ...], list[str]]:
    """The files of all classes, the classes in the order of their labels, and names of files that belong to none."""
    entries = list(_entries(archive))
    tops = {path[0] for _, path in entries}
    # One folder around all others is what packing a folder gives.
    wrapped = len(tops) == 1 and any(len(path) > 2 for _, path in entries)
    found: dict[str, list[_File]] = {}
    strays = []
    for info, path in entries:
        label, *inside = path[1:] if wrapped else path
        if inside:
            files = found.setdefault(label, [])
            if path[-1]:
                files.append(_File(info, label))
        elif label:
            strays.append(_shown(info.filename))
    classes = tuple(sorted(found))
    _check_classes(classes)
    files = [file for label in classes for file in found[label]]
    if len(files) > MAX_PICTURES:
        raise ArchiveTooLarge(
            f"The archive has {len(files):,} pictures; at most {MAX_PICTURES:,} are accepted.",
            limit=MAX_PICTURES,
            actual=len(files),
        )
    return files, classes, strays


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    """Every entry that is meant, with its path; a folder's ends in an empty part. Raises UnfitArchive for a trick."""
    seen: set[tuple[str, ...]] = set()
    for info in archive.infolist():
        path = tuple(info.filename.replace("\\", "/").split("/"))
        _check_entry(info, path)
        if path in seen:
            raise UnfitArchive(f"{_shown(info.filename)} stands in the archive twice.")
        seen.add(path)
        if not any(part.startswith(".") or part.lower() in _CLUTTER for part in path):
            yield info, path


def _check_entry(info: zipfile.ZipInfo, path: tuple[str, ...]) -> None:
    name = _shown(info.filename)
    whole = path if path[-1] else path[:-1]
    if "\0" in info.orig_filename or ".." in path or "" in whole or ":" in path[0]:
        raise UnfitArchive(
            f"{name} leads out of the archive. A path looks like this: class/picture.png."
        )
    if len(path) > MAX_DEPTH:
        raise UnfitArchive(f"{name} lies deeper than {MAX_DEPTH} folders.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnfitArchive(f"{name} is a link. Pack the pictures themselves.")
    if info.flag_bits & 1:
        raise UnfitArchive(f"{name} is encrypted. Pack the pictures without a password.")
    if info.compress_type not in _METHODS:
        raise UnfitArchive(f"{name} is packed in a rare way. Pack with the usual one («deflate»).")


def _check_classes(classes: tuple[str, ...]) -> None:
    if len(classes) < 2:
        there = f"only one class, {_shown(classes[0])}" if classes else "no folder with pictures"
        raise UnfitArchive(
            f"The archive has {there}. Put the pictures of each class into a folder of its name, two folders or more."
        )
    if len(classes) > MAX_CLASSES:
        raise UnfitArchive(
            f"The archive has {len(classes)} folders; at most {MAX_CLASSES} classes are told apart.",
            limit=MAX_CLASSES,
            actual=len(classes),
        )
    for name in classes:
        if len(name) > MAX_NAME or not name.isprintable():
            raise UnfitArchive(f"{_shown(name)} is no name for a class: up to {MAX_NAME} letters.")


def _shown(name: str) -> str:
    """A name from an archive, harmless to print and not too long."""
    shown = repr(name)
    return shown if len(shown) <= 120 else f"{shown[:117]}…'"
