"""What was derived is kept up to a number of entries; what was used last stays."""

from concurrent.futures import ThreadPoolExecutor

from engine.execution.lru import LruCache


def test_the_least_recently_used_goes():
    made, cache = [], LruCache(2)

    def get(key):
        return cache.get_or_make(key, lambda: made.append(key) or key)

    for key in (1, 2, 1, 3, 1, 2):
        assert get(key) == key
        assert len(cache) <= 2
    assert made == [1, 2, 3, 2]


def test_threads_share_it():
    cache = LruCache(3)

    def get(number):
        return cache.get_or_make(number % 7, lambda: number % 7)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(get, range(2000))) == [number % 7 for number in range(2000)]
    assert len(cache) == 3
