"""A folder whose disk can be filled up: a small file system in memory where this process may mount
one, or else a limit on the size of every file that the processes write.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_SIZE = 64 * 2**20
_MOST = 100  # bytes of a file under the limit


class Disk:
    """The folder exists in the ``with`` block."""

    def __enter__(self) -> Disk:
        self.folder = Path(tempfile.mkdtemp(prefix="convscope-disk-"))
        mount = ("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(self.folder))
        try:
            self._mounted = subprocess.run(mount, capture_output=True).returncode == 0
        except OSError:  # there is no such command
            self._mounted = False
        return self

    def __exit__(self, *_: object) -> None:
        if self._mounted:
            subprocess.run(("umount", str(self.folder)), check=True)
        shutil.rmtree(self.folder)

    @property
    def kind(self) -> str:
        """How it is filled."""
        if self._mounted:
            return f"a tmpfs of {_SIZE // 2**20} MiB, filled up"
        return f"RLIMIT_FSIZE of {_MOST} bytes"

    def fill(self, processes: Iterable[int]) -> None:
        """From now on those processes cannot write. Where a limit does it, others can."""
        if self._mounted:
            with suppress(OSError), self._ballast.open("ab", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            return
        for number in processes:
            with suppress(ProcessLookupError):
                resource.prlimit(number, resource.RLIMIT_FSIZE, (_MOST, _MOST))

    def free(self) -> None:
        """There is room again, for processes that begin now in any case."""
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


def kill(processes: Iterable[int]) -> None:
    """``kill -9``."""
    for number in processes:
        with suppress(ProcessLookupError):
            os.kill(number, 9)
