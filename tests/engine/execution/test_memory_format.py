"""Maps are put channels last once, with the same numbers, however they lay before."""

import numpy as np
import pytest

from engine.execution.memory_format import FEW_CHANNELS, copy_maps, from_nhwc, to_nhwc


@pytest.mark.parametrize("channels", [1, 3, FEW_CHANNELS, FEW_CHANNELS + 1])
@pytest.mark.parametrize(
    "lay",
    [
        lambda x: x,
        lambda x: x[:, :, ::-1],
        lambda x: x.transpose(0, 1, 3, 2),
        lambda x: x.astype(">f4"),
    ],
    ids=["in a row", "upside down", "columns first", "bytes swapped"],
)
def test_the_numbers_stay_what_they_were(channels, lay):
    x = lay(np.random.default_rng(5).standard_normal((2, channels, 4, 5)).astype(np.float32))
    cells = to_nhwc(x)
    assert cells.flags.c_contiguous
    assert cells.dtype == x.dtype
    np.testing.assert_array_equal(cells, np.moveaxis(x, 1, -1))
    target = np.empty_like(cells)
    copy_maps(from_nhwc(target), x)
    np.testing.assert_array_equal(target, cells)


def test_what_lies_channels_last_is_not_copied():
    x = from_nhwc(np.zeros((2, 4, 5, 3), np.float32))
    assert np.shares_memory(to_nhwc(x), x)
