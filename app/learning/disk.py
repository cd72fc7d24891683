"""Writes that can fail for reasons that nobody in the program can help: a full disk, a broken one,
a folder that is read-only.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.errors import DiskFailure


@contextmanager
def disk_failures(what: str) -> Iterator[None]:
    """Turns what the system says of files into an answer: ``what`` could not be done, and why."""
    try:
        yield
    except OSError as error:
        raise DiskFailure(f"{what}: {reason(error)}") from error


def reason(error: OSError) -> str:
    """Why a file could not be read or written, as a sentence for people."""
    return f"The server's disk says «{error.strerror or error}»."


def delete_folder(folder: Path) -> None:
    """Delete a folder with all that is in it; one that is not there is deleted. Raises OSError when
    something of it stays.
    """
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
