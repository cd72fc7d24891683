"""A value is loaded once, keeps nobody from another, and is loaded anew after a failure."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cachetools import LRUCache

from app.execution.loading import LoadingCache

SECONDS = 20  # a thread that waits for ever would hang the test


def test_many_who_ask_for_one_value_load_it_once():
    cache, loads = LoadingCache({}), []

    def load():
        loads.append(threading.get_ident())
        return object()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: cache.get("a", load), range(100)))
    assert len(found) == len(loads) == 1
    assert "a" in cache


def test_a_value_that_is_loading_keeps_nobody_from_another():
    cache, met = LoadingCache({}), threading.Barrier(2)

    def load():
        met.wait(SECONDS)  # both are at it at the same time
        return threading.get_ident()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(lambda key: cache.get(key, load), "ab"))) == 2


def test_what_failed_or_was_forgotten_is_loaded_anew():
    cache = LoadingCache(LRUCache(1))
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 / 0)
    assert "a" not in cache
    assert [cache.get("a", lambda: 1), cache.get("a", lambda: 2)] == [1, 1]
    cache.get("b", lambda: 3)
    assert cache.get("a", lambda: 4) == 4
