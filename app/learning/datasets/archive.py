"""A ZIP of pictures, one folder a class → pictures to learn from. Every limit on hostile archives
lives here.

What an archive claims is never believed: its entries are counted before its directory is parsed,
bytes are counted while they are unpacked, and nothing is ever written under a name that came with
it. Reading goes in short slices, so that a large archive does not keep other work waiting.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import numpy as np

from app.errors import (
    ArchiveTooLarge,
    DamagedArchive,
    NoPicture,
    NotAnArchive,
    PictureError,
    UnfitArchive,
)
from app.execution.executor import Check
from app.execution.fair_pool import Postponed
from app.images.decoding import Limits, decoded
from app.images.fitting import fit
from app.images.kinds import find_kind
from app.learning.datasets.class_folders import Path, arrange, list_problems
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

_SLICE = 0.3  # seconds
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY = b"PK\x01\x02"  # every entry of a ZIP's directory begins with it
_START = (b"PK\x03\x04", b"PK\x05\x06")
_UTF8 = 1 << 11  # the flag of names that are written in it (ZIP specification, 4.4.4)
_UNICODE_PATH = 0x7075  # the extra field with a name in UTF-8 beside the other one (4.6.9)
_DRIVE = re.compile(r"[A-Za-z]:")
_JOINERS = str.maketrans(
    "", "", "\u200c\u200d"
)  # within words of Persian and Hindi, and within emoji
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
    """What an archive held. ``problems`` name the files that were left out, and why; ``notes`` tell
    what was made of it.
    """

    dataset: Dataset
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    """An entry that may be a picture, and the class that its folder stands for."""

    info: zipfile.ZipInfo
    path: Path
    label: str


class ArchiveReader:
    """An archive being read: ``read_some`` until it returns True, then take the ``result``.

    Raises NotAnArchive, DamagedArchive, ArchiveTooLarge or UnfitArchive, at once or on the way.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        self._packed = len(data)
        self._unpacked = 0
        self._archive = _opened(data)
        self._files, self._classes, self._left_out, self._notes = _arranged(self._archive)
        self._pictures = np.empty((len(self._files), SIZE, SIZE, 3), np.uint8)
        self._labels: list[int] = []
        self._left: Iterator[_File] = iter(self._files)

    def read_some(self, check: Check) -> bool:
        """Read for a moment. Whether all is read."""
        stop = time.monotonic() + _SLICE
        for file in self._left:
            try:
                self._read(file)
            except Postponed:
                self._left = chain([file], self._left)
                raise
            check()
            if time.monotonic() > stop:
                return False
        return True

    def result(self) -> Unpacked:
        """What was read. Raises UnfitArchive for a class without a picture."""
        labels = np.array(self._labels, np.int64)
        for label, name in enumerate(self._classes):
            if label not in labels:
                why = next(
                    (f"{file}: {why}" for file, why in self._left_out), "its folder is empty."
                )
                raise UnfitArchive(
                    f"The class {name!r} has no picture that can be read. First trouble met: {why}"
                )
        dataset = Dataset(self._pictures[: len(labels)], labels, self._classes)
        return Unpacked(dataset, tuple(list_problems(self._left_out)), self._notes)

    def _read(self, file: _File) -> None:
        """Unpack and decode one file into the next place; leave it out when it is broken."""
        try:
            content = self._bytes_of(file)
            if not content:
                raise NoPicture("The file is empty.")
            with decoded(content, self._limits, at_least=SIZE) as picture:
                pixels = fit(picture, PREPROCESS)
        except Postponed:
            self._unpacked -= len(content)  # it will be unpacked anew
            raise
        except PictureError as error:
            self._left_out.append((_shown(file.path), str(error)))
        except _BROKEN:
            self._left_out.append((_shown(file.path), "It cannot be unpacked."))
        else:
            self._pictures[len(self._labels)] = pixels
            self._labels.append(self._classes.index(file.label))

    def _bytes_of(self, file: _File) -> bytes:
        """A file's content, but no more than one byte over what a picture may have."""
        with self._archive.open(file.info) as stream:
            content = stream.read(self._limits.max_bytes + 1)
        self._unpacked += len(content)
        allowed = min(MAX_UNPACKED, max(_SMALL, MAX_RATIO * self._packed))
        if self._unpacked > allowed:
            raise ArchiveTooLarge(
                f"The archive of {self._packed:,} bytes unpacks to more than {allowed:,}, the "
                "most that is accepted for it.",
                limit=allowed,
                actual=self._unpacked,
                more={"what": "unpacked_bytes"},
            )
        return content


def too_large(limit: int, actual: int) -> ArchiveTooLarge:
    """The refusal of an archive with too many bytes; ``actual`` is how many there are, or were
    announced.
    """
    return ArchiveTooLarge(
        f"The archive has {actual:,} bytes; at most {limit:,} are accepted. The pictures are "
        f"shrunk to {SIZE} × {SIZE} anyway: shrink them before.",
        limit=limit,
        actual=actual,
        more={"what": "bytes"},
    )


def _opened(data: bytes) -> zipfile.ZipFile:
    """The archive with its directory read, whose length is known before."""
    if not data.startswith(_START):
        kind = find_kind(data)
        what = "not a ZIP archive" if kind is None else f"{kind.name}, not a ZIP archive"
        raise NotAnArchive(f"These bytes are {what}. Pack one folder a class into a ZIP.")
    if (entries := data.count(_ENTRY)) > MAX_ENTRIES:
        raise ArchiveTooLarge(
            f"The archive has {entries:,} entries; at most {MAX_ENTRIES:,} are accepted.",
            limit=MAX_ENTRIES,
            actual=entries,
            more={"what": "entries"},
        )
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise DamagedArchive(
            f"It begins like a ZIP archive, but its directory cannot be read ({error}). Was it "
            "cut off on its way?"
        ) from None


def _arranged(
    archive: zipfile.ZipFile,
) -> tuple[list[_File], tuple[str, ...], list[tuple[str, str]], tuple[str, ...]]:
    """The files of all classes, the classes in the order of their labels; what is left out and why;
    notes.
    """
    entries = _entries(archive)
    found = arrange(entries)
    _check_classes(found.classes)
    files = [
        _File(entries[path], path, label) for label in found.classes for path in found.files[label]
    ]
    if len(files) > MAX_PICTURES:
        raise ArchiveTooLarge(
            f"The archive has {len(files):,} pictures; at most {MAX_PICTURES:,} are accepted.",
            limit=MAX_PICTURES,
            actual=len(files),
            more={"what": "pictures"},
        )
    left_out = [(_shown(path), why) for path, why in found.left_out]
    return files, found.classes, left_out, found.notes


def _entries(archive: zipfile.ZipFile) -> dict[Path, zipfile.ZipInfo]:
    """Every entry by its path; a folder's ends in an empty part. Raises UnfitArchive for a
    trick.
    """
    found: dict[Path, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        written = _name(info).replace("\\", "/").split("/")
        path = tuple(part for part in written if part != ".")
        _check_entry(info, path)
        if path in found:
            raise UnfitArchive(
                f"{_shown(path)} stands in the archive twice. Pack the pictures anew, or rename "
                "one of the two."
            )
        found[path] = info
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name. Many programs write UTF-8 without saying so; what is no UTF-8 is in the
    alphabet of DOS (cp437).
    """
    name = info.filename
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        with suppress(UnicodeDecodeError):
            name = (_unicode_path(info.extra, raw) or raw).decode("utf-8")
    return unicodedata.normalize("NFC", name)  # macOS writes letters and their accents apart


def _unicode_path(extra: bytes, raw: bytes) -> bytes | None:
    """The name in UTF-8 that stands beside ``raw`` in an entry's extra fields, if it is still that
    one's.
    """
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        content = extra[at + 4 : at + 4 + size]
        if kind == _UNICODE_PATH and content[:5] == b"\1" + struct.pack("<I", zlib.crc32(raw)):
            return content[5:]
        at += 4 + size
    return None


def _check_entry(info: zipfile.ZipInfo, path: Path) -> None:
    name = _shown(path)
    whole = path if path[-1:] != ("",) else path[:-1]
    is_elsewhere = ".." in path or "" in whole or (whole and _DRIVE.fullmatch(whole[0]))
    if "\0" in info.orig_filename or is_elsewhere:
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
        there = f"only one class, {_quoted(classes[0])}" if classes else "no folder with pictures"
        raise UnfitArchive(
            f"The archive has {there}. Put the pictures of each class into a folder of its name, "
            "two folders or more."
        )
    if len(classes) > MAX_CLASSES:
        raise UnfitArchive(
            f"The archive has {len(classes)} folders; at most {MAX_CLASSES} classes are told "
            "apart.",
            limit=MAX_CLASSES,
            actual=len(classes),
            more={"what": "classes"},
        )
    for name in classes:
        if not 0 < len(name) <= MAX_NAME or not name.translate(_JOINERS).isprintable():
            raise UnfitArchive(
                f"{_quoted(name)} is no name for a class: from 1 to {MAX_NAME} letters. Rename "
                "its folder."
            )


def _shown(path: Path) -> str:
    return _quoted("/".join(path))


def _quoted(name: str) -> str:
    """A name from an archive, harmless to print and not too long."""
    shown = repr(name)
    return shown if len(shown) <= 120 else f"{shown[:117]}…'"
