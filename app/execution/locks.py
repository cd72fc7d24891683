"""Locks by key: who works on one thing keeps nobody from another."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from weakref import WeakValueDictionary


class KeyedLocks:
    """A lock for each key, for as long as somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: WeakValueDictionary[Hashable, threading.Lock] = WeakValueDictionary()

    def of(self, key: Hashable) -> threading.Lock:
        """The lock of a key."""
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())
