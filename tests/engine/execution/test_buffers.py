"""Blocks of memory come back when nobody looks at them any more, and not before."""

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engine.execution import buffers

SHAPE = (3, 17, 129, 32)  # of no block's own size
FLOAT = np.dtype(np.float32)


def address(array):
    return array.__array_interface__["data"][0]


@pytest.fixture(autouse=True)
def _shelf_of_its_own(monkeypatch):
    gc.collect()
    monkeypatch.setattr(buffers, "_pool", buffers._BufferPool())


def test_a_block_is_used_again():
    first = buffers.empty(SHAPE, FLOAT)
    place = address(first)
    del first
    second = buffers.empty(SHAPE, FLOAT)
    assert address(second) == place
    assert second.shape == SHAPE
    assert second.dtype == FLOAT
    assert second.flags.c_contiguous
    assert second.flags.writeable


@pytest.mark.parametrize(
    "look",
    [
        lambda a: a.transpose(0, 3, 1, 2),
        lambda a: a[1:, ::2],
        lambda a: a.transpose(0, 3, 1, 2).reshape(3, 32, -1)[0].view(),
        lambda a: a.reshape(-1)[5:].view(np.int32),
    ],
)
def test_a_view_of_any_kind_holds_its_block(look):
    array = buffers.empty(SHAPE, FLOAT)
    array[...] = 7
    view = look(array)
    expected = view.copy()
    del array
    for _ in range(3):
        buffers.empty(SHAPE, FLOAT)[...] = 0
    np.testing.assert_array_equal(view, expected)


def test_what_is_kept_is_bounded():
    buffers._pool.limit(3 << 20)
    arrays = [buffers.empty((1 << 18,), FLOAT) for _ in range(6)]  # a megabyte each
    arrays += [buffers.empty(SHAPE, FLOAT) for _ in range(2)]
    del arrays
    assert 0 < buffers._pool._bytes <= 3 << 20
    kept = sum(block.nbytes for blocks in buffers._pool._free.values() for block in blocks)
    assert kept == buffers._pool._bytes


def test_threads_do_not_get_the_same_block():
    def work(number):
        array = buffers.empty(SHAPE, FLOAT)
        array[...] = number
        other = buffers.empty(SHAPE, FLOAT)
        other[...] = -1
        return bool((array == number).all())

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(work, range(200)))
