"""Links by which others may look at a network or a training, until whoever made them takes them
back.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from app.workspaces.ids import random_id
from engine.formats.safetensors import write_atomically

Kind = Literal["model", "training"]

_MOST = 10_000  # links of one server; beyond, the oldest of whoever has most go first

logger = logging.getLogger(__name__)


class Share(NamedTuple):
    """What a link leads to, and who made it."""

    kind: Kind
    thing: str
    owner: str


class Shares:
    """All links of one server by their ids, in one file. Thread-safe. What changes them raises
    OSError where the file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "shares.json"
        self._lock = threading.Lock()
        self._shares = _read(self._path)
        self._ids = _ids_of(self._shares)

    def find(self, kind: Kind, share_id: str) -> str | None:
        """What a link leads to; None if there is no such link."""
        share = self._shares.get(share_id)
        return share.thing if share is not None and share.kind == kind else None

    def of(self, kind: Kind, thing: str) -> str | None:
        """The link to something; None if it is not shared."""
        return self._ids.get((kind, thing))

    def make(self, kind: Kind, thing: str, owner: str) -> str:
        """The link to something, a new one if there is none yet."""
        with self._lock:
            there = self.of(kind, thing)
            if there is not None:
                return there
            made = random_id()
            self._keep({**_with_room(self._shares), made: Share(kind, thing, owner)})
            return made

    def forget(self, unwanted: Callable[[Share], bool]) -> None:
        """Take links back."""
        with self._lock:
            kept = {key: share for key, share in self._shares.items() if not unwanted(share)}
            if len(kept) < len(self._shares):
                self._keep(kept)

    def _keep(self, shares: dict[str, Share]) -> None:
        write_atomically(self._path, json.dumps(shares).encode())
        # Never changed in place: others read them without the lock.
        self._shares, self._ids = shares, _ids_of(shares)


def _with_room(shares: dict[str, Share]) -> dict[str, Share]:
    """They, without the oldest of whoever has most, as many as have to go for another one."""
    kept = dict(shares)
    held = Counter(share.owner for share in kept.values())
    while len(kept) >= _MOST:
        ((owner, _),) = held.most_common(1)
        del kept[next(key for key, share in kept.items() if share.owner == owner)]
        held[owner] -= 1
    return kept


def _ids_of(shares: dict[str, Share]) -> dict[tuple[str, str], str]:
    return {(share.kind, share.thing): key for key, share in shares.items()}


def _read(path: Path) -> dict[str, Share]:
    try:
        return {key: Share(*fields) for key, fields in json.loads(path.read_bytes()).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        logger.warning("%s cannot be read, so nothing is shared: %s", path, error)
        return {}
