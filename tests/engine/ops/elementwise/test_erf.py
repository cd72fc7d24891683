"""The error function against the C library's, in both types, and where it ends."""

import math

import numpy as np
import pytest

from engine.ops.elementwise.erf import erf


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 5e-7), ("float64", 1e-15)])
def test_against_the_c_library(dtype, tolerance):
    x = np.concatenate([np.linspace(-7, 7, 20_001), np.logspace(-30, 0, 500)]).astype(dtype)
    y = erf(x)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, [math.erf(number) for number in x], rtol=tolerance, atol=0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_where_it_ends(dtype):
    ends = erf(np.array([-np.inf, -1e30, 0, 1e30, np.inf, np.nan], dtype))
    assert ends[:5].tolist() == [-1, -1, 0, 1, 1]
    assert np.isnan(ends[5])
