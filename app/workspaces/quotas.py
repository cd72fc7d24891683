"""Which part of what the server keeps may be one workspace's, and all workspaces' at one address.

Keys can be made up, so that a bound for each workspace alone would bind nobody. At which address a
workspace was last seen is remembered for that, in memory only, and only of those that hold
something: who makes up keys makes nobody's address forgotten.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Container, Set
from typing import NamedTuple

_UNSEEN = ""  # the address of who has held something since before the server's start


class Quota(NamedTuple):
    """The part of what is kept that these owners may have together, and how they are called."""

    owners: frozenset[str]
    part: float
    whose: str


class Quotas:
    """Quotas where one workspace may have a ``part`` of what is kept. Thread-safe.

    All at one address may have half of the rest too: a class that shares one is no single visitor,
    and something is left to those elsewhere. With a part of 1 nobody is bound.
    """

    def __init__(self, part: float = 1.0) -> None:
        self._part = part
        self._lock = threading.Lock()
        self._address: dict[str, str] = {}  # by workspace, of those that hold something
        self._at: defaultdict[str, set[str]] = defaultdict(set)  # workspaces by address
        self._new: set[str] = set()  # what they hold may not be there yet

    def note(self, owner: str, address: str) -> None:
        """A workspace is seen at an address."""
        with self._lock:
            if owner in self._address:
                self._move(owner, address)

    def hold(self, owner: str, address: str) -> None:
        """A workspace, seen at that address, is about to hold something."""
        if self._part == 1:
            return
        with self._lock:
            if address != _UNSEEN or owner not in self._address:
                self._move(owner, address)
            self._new.add(owner)

    def retain(self, holders: Set[str]) -> None:
        """These hold something: they, and who has been about to since the last call, are
        remembered.
        """
        if self._part == 1:
            return
        with self._lock:
            for owner in self._address.keys() - holders - self._new:
                self._forget(owner)
            for owner in holders - self._address.keys():
                self._move(owner, _UNSEEN)
            self._new.clear()

    def of(self, owner: str) -> list[Quota]:
        """What binds an owner."""
        if self._part == 1:
            return []
        with self._lock:
            address = self._address.get(owner, _UNSEEN)
            neighbours = frozenset() if address == _UNSEEN else frozenset(self._at[address])
        own = Quota(frozenset({owner}), self._part, "of yours")
        if neighbours <= own.owners:
            return [own]
        return [own, Quota(neighbours, (1 + self._part) / 2, "at your address")]

    def excess(self, owner: str, held: Callable[[Container[str]], float], most: float) -> int:
        """2 for an owner who has more than his part of ``most``, of which some owners have
        ``held``; 1 where only all at his address have more than theirs; 0 otherwise.
        """
        for rank, quota in zip((2, 1), self.of(owner), strict=False):
            if held(quota.owners) > quota.part * most:
                return rank
        return 0

    def _move(self, owner: str, address: str) -> None:
        if self._address.get(owner) != address:
            self._forget(owner)
            self._address[owner] = address
            self._at[address].add(owner)

    def _forget(self, owner: str) -> None:
        address = self._address.pop(owner, None)
        if address is None:
            return
        self._at[address].discard(owner)
        if not self._at[address]:
            del self._at[address]
