"""A small cache of what was derived, shared by threads: the least recently used entries go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Made = TypeVar("Made")


class LruCache:
    """Key → result, at most ``max_entries`` of them."""

    def __init__(self, max_entries: int) -> None:
        self._max_entries = max_entries
        self._entries: dict[Hashable, Any] = {}  # the least recently used first
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def values(self) -> list[Any]:
        """All results."""
        with self._lock:
            return list(self._entries.values())

    def get_or_make(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The entry of that key, made when there is none. Threads that ask at the same time may
        both make it.
        """
        with self._lock:
            if key in self._entries:
                found: Made = self._entries.pop(key)
                self._entries[key] = found
                return found
        made = make()
        with self._lock:
            self._entries[key] = made
            while len(self._entries) > self._max_entries:
                del self._entries[next(iter(self._entries))]
        return made
