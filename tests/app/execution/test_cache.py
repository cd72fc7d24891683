"""Results up to a budget of bytes: what is shared is counted once, what belongs together stays
together.
"""

import pytest

from app.execution.cache import SingleFlightCache
from app.execution.executor import WorkExecutor
from app.execution.fair_pool import Sender, sender
from tests.app.conftest import run_coroutine


@pytest.fixture
def kept():
    """Results are mappings of blocks themselves; ten bytes are kept."""
    executor = WorkExecutor(1, 4, 10)
    yield SingleFlightCache(executor, 10, lambda blocks: blocks)
    executor.close()


def there(kept, *keys):
    return [key for key in keys if kept.get(key) is not None]


def test_the_least_recently_used_goes_first(kept):
    for block, key in enumerate("abc"):
        assert kept.put(key, {block: 4})
        kept.get("a")
    assert there(kept, *"abc") == ["a", "c"]


def test_what_is_shared_counts_once(kept):
    assert kept.put("a", {1: 6, 2: 2})
    assert kept.put("b", {1: 6, 3: 2})
    assert there(kept, *"ab") == ["a", "b"]
    assert kept.put("c", {4: 2})  # only a has to go: b still holds the block that it shared
    assert there(kept, *"abc") == ["b", "c"]
    assert kept.put("d", {5: 9})
    assert there(kept, *"abcd") == ["d"]


def put(kept, who, *keys):
    """Results of four bytes each, that no other has."""
    token = sender.set(who)
    for key in keys:
        assert kept.put(key, {key: 4})
    sender.reset(token)


@pytest.mark.parametrize("greedy", [[("a", "1")] * 3, [("a", "1"), ("a", "2"), ("a", "3")]])
def test_whoever_fills_it_drives_out_what_is_his_own(kept, greedy):
    kept.max_bytes = 12
    put(kept, Sender("b", "2"), "other")
    for number, who in enumerate(greedy):  # one workspace, or several made up at one address
        put(kept, Sender(*who), f"own {number}")
    assert there(kept, "other", "own 0", "own 1", "own 2") == ["other", "own 1", "own 2"]


def test_alone_one_may_fill_it(kept):
    put(kept, Sender("a", "1"), "x", "y", "z")
    assert there(kept, *"xyz") == ["y", "z"]
    kept.invalidate(lambda _: True)
    assert not kept._held


def test_what_belongs_beside_it_stays(kept):
    kept.put("original", {1: 5})
    kept.put("other", {2: 4})
    assert kept.put("variant", {3: 5}, beside="original")
    assert there(kept, "original", "other", "variant") == ["original", "variant"]


def test_nothing_goes_for_what_has_no_room(kept):
    kept.put("original", {1: 6})
    kept.put("other", {2: 4})
    assert not kept.put("variant", {3: 5}, beside="original")
    assert not kept.put("large", {4: 11})
    assert there(kept, "original", "other", "variant", "large") == ["original", "other"]


def test_a_result_that_is_kept_again_counts_once(kept):
    for _ in range(3):
        assert kept.put("a", {1: 6})
    assert kept.put("b", {2: 4})
    assert there(kept, *"ab") == ["a", "b"]


def test_what_is_forgotten_leaves_its_room(kept):
    kept.put("a", {1: 6})
    kept.invalidate(lambda blocks: 1 in blocks)
    kept.put("b", {2: 5})
    kept.put("c", {3: 5})
    assert there(kept, *"abc") == ["b", "c"]


def test_a_run_keeps_its_result_beside_another(kept):
    kept.put("original", {1: 6})
    made = run_coroutine(
        kept.get_or_compute("variant", lambda check: {1: 6, 2: 4}, beside="original")
    )
    assert made == {1: 6, 2: 4}
    assert there(kept, "original", "variant") == ["original", "variant"]
