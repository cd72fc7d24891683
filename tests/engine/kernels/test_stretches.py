"""Memory that several processes see is used again, warm if it can be, and goes when nobody looks at it."""

import gc
import mmap
import os
import sys
from pathlib import Path

import numpy as np
import pytest

if sys.platform != "linux":
    pytest.skip("such files are Linux's", allow_module_level=True)

from engine.kernels import stretches
from engine.kernels.stretches import NoRoom, Stretches

FLOAT = np.dtype(np.float32)
SIZE = 10 * mmap.PAGESIZE


@pytest.fixture
def some():
    made = Stretches(SIZE)
    made.watch = os.dup(made.file)  # it tells how much there is, also after the end
    yield made
    os.close(made.watch)


def filled(some, number=1.0):
    """An array over a whole stretch."""
    array = some.lend()[1].lend((SIZE // 4,), FLOAT)
    array[...] = number
    return array


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def pages(some):
    return os.fstat(some.watch).st_blocks * 512 // mmap.PAGESIZE


def test_arrays_lie_one_after_the_other_at_cache_lines(some):
    stretch = some.lend()[1]
    one, other = stretch.lend((3, 5), FLOAT), stretch.lend((2,), FLOAT)
    address = [a.__array_interface__["data"][0] for a in (one, other)]
    assert address[1] - address[0] == 64
    assert one.shape == (3, 5)
    assert one.flags.c_contiguous
    with pytest.raises(NoRoom):
        stretch.lend((SIZE // 4,), FLOAT)


def test_another_look_at_the_same_stretch_sees_the_same_numbers(some):
    number, stretch = some.lend()
    stretch.lend((4,), FLOAT)[...] = [1, 2, 3, 4]
    assert some.seen(number).lend((4,), FLOAT).tolist() == [1, 2, 3, 4]


def test_a_stretch_comes_back_with_its_last_view(some):
    array = filled(some)
    view = array[5:].reshape(-1, 1)[::2]
    del array
    other = filled(some, 2.0)
    assert (view == 1).all()
    del view
    filled(some, 3.0)
    assert (other == 2).all()
    assert some._count == 2


def test_warm_ones_are_lent_first_and_a_burst_leaves_few(some, monkeypatch):
    """Else every run after a burst would be on memory that has to be had anew."""
    monkeypatch.setattr(stretches, "WARM_BYTES", 3 * SIZE)
    held = [filled(some) for _ in range(8)]
    assert pages(some) == 80
    held.clear()
    assert pages(some) == 30
    for _ in range(20):
        filled(some)
        assert pages(some) == 30


def test_one_stays_warm_however_large(some, monkeypatch):
    monkeypatch.setattr(stretches, "WARM_BYTES", 0)
    filled(some)
    assert pages(some) == 10


def test_after_the_end_there_is_only_what_somebody_looks_at(some):
    kept, other = filled(some, 7.0)[3:4], filled(some)
    held = [filled(some) for _ in range(3)]
    held.clear()
    some.close()
    assert pages(some) == 20
    del other
    assert pages(some) == 10
    assert kept[0] == 7
    del kept
    assert pages(some) == 0


def test_it_goes_without_a_collection_of_garbage():
    gc.disable()
    try:
        some = Stretches(SIZE)
        array = filled(some)
        some.close()
        mappings = some._mappings
        del some, array
        assert sys.getrefcount(mappings) == 2
    finally:
        gc.enable()


def test_many_take_few_open_files(some):
    before = open_files()
    held = [filled(some) for _ in range(100)]
    assert open_files() - before <= 100 / stretches.TO_A_MAPPING + 1
    assert len({array.__array_interface__["data"][0] for array in held}) == 100
