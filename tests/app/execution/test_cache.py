"""Results up to a budget of bytes: what is shared is counted once, what belongs together stays together."""

import asyncio

import pytest

from app.execution.cache import Remembered
from app.execution.executor import Compute


@pytest.fixture
def kept():
    """Results are mappings of blocks themselves; ten bytes are kept."""
    compute = Compute(1, 4, 10)
    yield Remembered(compute, 10, lambda blocks: blocks)
    compute.close()


def there(kept, *keys):
    return [key for key in keys if kept.find(key) is not None]


def test_the_least_recently_used_goes_first(kept):
    for block, key in enumerate("abc"):
        assert kept.keep(key, {block: 4})
        kept.find("a")
    assert there(kept, *"abc") == ["a", "c"]


def test_what_is_shared_counts_once(kept):
    assert kept.keep("a", {1: 6, 2: 2})
    assert kept.keep("b", {1: 6, 3: 2})
    assert there(kept, *"ab") == ["a", "b"]
    assert kept.keep("c", {4: 2})  # only a has to go: b still holds the block that it shared
    assert there(kept, *"abc") == ["b", "c"]
    assert kept.keep("d", {5: 9})
    assert there(kept, *"abcd") == ["d"]


def test_what_belongs_beside_it_stays(kept):
    kept.keep("original", {1: 5})
    kept.keep("other", {2: 4})
    assert kept.keep("variant", {3: 5}, beside="original")
    assert there(kept, "original", "other", "variant") == ["original", "variant"]


def test_nothing_goes_for_what_has_no_room(kept):
    kept.keep("original", {1: 6})
    kept.keep("other", {2: 4})
    assert not kept.keep("variant", {3: 5}, beside="original")
    assert not kept.keep("large", {4: 11})
    assert there(kept, "original", "other", "variant", "large") == ["original", "other"]


def test_a_result_that_is_kept_again_counts_once(kept):
    for _ in range(3):
        assert kept.keep("a", {1: 6})
    assert kept.keep("b", {2: 4})
    assert there(kept, *"ab") == ["a", "b"]


def test_what_is_forgotten_leaves_its_room(kept):
    kept.keep("a", {1: 6})
    kept.forget(lambda blocks: 1 in blocks)
    kept.keep("b", {2: 5})
    kept.keep("c", {3: 5})
    assert there(kept, *"abc") == ["b", "c"]


def test_a_run_keeps_its_result_beside_another(kept):
    kept.keep("original", {1: 6})
    made = asyncio.run(kept.once("variant", lambda check: {1: 6, 2: 4}, beside="original"))
    assert made == {1: 6, 2: 4}
    assert there(kept, "original", "variant") == ["original", "variant"]
