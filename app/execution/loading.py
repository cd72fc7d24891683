"""A cache for threads that loads a missing value once, and other values at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, MutableMapping
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LoadingCache(Generic[K, V]):
    """``values`` may be any mapping, one that forgets included. Safe to use from any thread; work
    on an event loop goes through ``SingleFlightCache``.
    """

    def __init__(self, values: MutableMapping[K, V]) -> None:
        self._values = values
        self._lock = threading.Lock()  # of both mappings; nothing is loaded while it is held
        self._loading: WeakValueDictionary[K, threading.Lock] = WeakValueDictionary()

    def __contains__(self, key: K) -> bool:
        """Whether a value is here already."""
        with self._lock:
            return key in self._values

    def peek(self, key: K) -> V | None:
        """The value of a key if it is here already."""
        with self._lock:
            return self._values.get(key)

    def forget(self, unwanted: Callable[[K], bool]) -> None:
        """Let go of the values of some keys."""
        with self._lock:
            for key in [key for key in self._values if unwanted(key)]:
                del self._values[key]

    def get(self, key: K, load: Callable[[], V]) -> V:
        """The value of a key; ``load`` makes it where it is missing, and may raise: then it is made
        anew the next time. Whoever asks for the same key meanwhile waits.
        """
        with self._lock:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            with self._lock:
                value = self._values.get(key)
            if value is None:
                value = load()
                with self._lock:
                    self._values[key] = value
            return value
