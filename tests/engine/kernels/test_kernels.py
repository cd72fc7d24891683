"""Every way to convolve does what the definition says; how exactly is stated here, for each."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from engine.execution import threads
from engine.kernels import autotune, gemm
from engine.kernels.convolution import conv_problem
from engine.kernels.spec import ConvParams

# Largest error of float32 over the largest output, with some hundred terms each. Measured: 5e-7,
# 3e-7, 1e-6, 5e-7, 6e-6.
TOLERANCES = {
    "pointwise": 2e-6,
    "depthwise": 2e-6,
    "im2col": 4e-6,
    "winograd2": 3e-6,
    "winograd4": 2e-5,
}
# (N, H, W, C, K, kernel, params)
SAME = (1, 1, 1, 1)
CASES = [
    (2, 9, 11, 48, 64, (1, 1), ConvParams((1, 1), (0, 0, 0, 0), (1, 1), 1)),
    (1, 7, 7, 300, 1000, (1, 1), ConvParams((1, 1), (0, 0, 0, 0), (1, 1), 1)),
    (1, 56, 56, 64, 37, (1, 1), ConvParams((1, 1), (0, 0, 0, 0), (1, 1), 1)),
    (1, 14, 14, 64, 128, (1, 1), ConvParams((2, 2), (0, 0, 0, 0), (1, 1), 1)),
    (1, 14, 14, 2048, 64, (1, 1), ConvParams((1, 1), (0, 0, 0, 0), (1, 1), 1)),
    (1, 40, 40, 32, 32, (3, 3), ConvParams((1, 1), SAME, (1, 1), 32)),
    (2, 15, 13, 24, 24, (5, 5), ConvParams((2, 2), (2, 2, 2, 2), (1, 1), 24)),
    (1, 16, 9, 8, 8, (3, 3), ConvParams((1, 1), (2, 0, 1, 3), (1, 1), 8)),
    (3, 12, 12, 8, 8, (3, 3), ConvParams((2, 1), (2, 2, 2, 2), (2, 2), 8)),
    (1, 4, 5, 6, 6, (3, 3), ConvParams((1, 1), (4, 4, 4, 4), (1, 1), 6)),
    (1, 30, 31, 24, 40, (3, 3), ConvParams((1, 1), SAME, (1, 1), 1)),
    (1, 14, 14, 128, 64, (3, 3), ConvParams((1, 1), SAME, (1, 1), 1)),
    (2, 7, 7, 256, 64, (3, 3), ConvParams((1, 1), (0, 1, 2, 1), (1, 1), 1)),
    (1, 61, 60, 3, 64, (7, 7), ConvParams((2, 2), (3, 3, 3, 3), (1, 1), 1)),
    (1, 27, 27, 64, 48, (5, 5), ConvParams((1, 1), (2, 2, 2, 2), (1, 1), 1)),
    (1, 20, 20, 32, 64, (3, 3), ConvParams((1, 1), (2, 2, 2, 2), (2, 2), 4)),
]
WAYS = [
    (name, case)
    for name, kernel in autotune.ALGORITHMS.items()
    for case in CASES
    if kernel.suits(conv_problem(case[:4], (*case[5], 0, case[4]), case[6], "f"))
]


def draw(n, height, width, channels, filters, kernel, params):
    rng = np.random.default_rng(11)
    shape = (*kernel, channels // params.groups, filters)
    x, bias = rng.standard_normal((n, height, width, channels)), rng.standard_normal(filters)
    return [a.astype(np.float32) for a in (x, rng.standard_normal(shape), bias)]


def by_definition(x, weight, bias, params):
    """The convolution in float64, group by group."""
    top, left, bottom, right = params.padding
    padded = np.pad(x.astype(np.float64), ((0, 0), (top, bottom), (left, right), (0, 0)))
    kernel_h, kernel_w, depth, filters = weight.shape
    reach = [d * (k - 1) + 1 for d, k in zip(params.dilation, (kernel_h, kernel_w), strict=True)]
    windows = sliding_window_view(padded, reach, (1, 2))
    windows = windows[:, :: params.stride[0], :: params.stride[1]]
    windows = windows[..., :: params.dilation[0], :: params.dilation[1]]
    per_group = filters // params.groups
    parts = [
        np.einsum(
            "nhwcij,ijck->nhwk",
            windows[:, :, :, g * depth : (g + 1) * depth],
            weight[..., g * per_group : (g + 1) * per_group].astype(np.float64),
            optimize=True,
        )
        for g in range(params.groups)
    ]
    return np.concatenate(parts, axis=3) + bias


def convolved(name, x, weight, bias, params, finish=None):
    case = conv_problem(x.shape, weight.shape, params, x.dtype.char)
    kernel = autotune.ALGORITHMS[name]
    y = np.full((len(x), *case.output_size, weight.shape[3]), np.nan, x.dtype)
    kernel.convolve(case, x, kernel.prepare(case, weight), bias, y, finish)
    return y


@pytest.mark.parametrize(("name", "case"), WAYS)
def test_every_way_agrees_with_the_definition(name, case):
    x, weight, bias = draw(*case)
    exact = by_definition(x, weight, bias, case[6])
    y = convolved(name, x, weight, bias, case[6])
    assert np.abs(y - exact).max() <= TOLERANCES[name] * np.abs(exact).max()
    np.testing.assert_array_equal(convolved(name, x, weight, bias, case[6]), y)


@pytest.mark.parametrize(("name", "case"), WAYS)
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_each_block_is_told_of_once_when_it_is_done(name, case, workers, monkeypatch):
    monkeypatch.setattr(threads, "THREADS", workers)
    x, weight, bias = draw(*case)
    whole = convolved(name, x, weight, bias, case[6])
    told = np.zeros(whole.shape[:2], int)
    made = np.empty(0)
    kernel = autotune.ALGORITHMS[name]
    this = conv_problem(x.shape, weight.shape, case[6], "f")
    made = np.full(whole.shape, np.nan, np.float32)

    def finish(pictures, rows):
        told[pictures, rows] += 1
        np.testing.assert_allclose(
            made[pictures, rows], whole[pictures, rows], rtol=1e-4, atol=1e-3
        )

    kernel.convolve(this, x, kernel.prepare(this, weight), bias, made, finish)
    assert (told == 1).all()


@pytest.mark.parametrize("limit", [0, 100**3])
@pytest.mark.parametrize(
    ("many", "rows", "depth", "columns"),
    [
        ((), 49, 4608, 64),
        ((), 5, 2000, 1000),
        ((3,), 33, 64, 96),
        ((2,), 7, 17, 31),
        ((4,), 1, 8, 8),
    ],
)
def test_panels_are_multiplied_like_the_matrix(many, rows, depth, columns, limit, monkeypatch):
    monkeypatch.setattr(gemm, "no_pack_limit", lambda: limit)
    rng = np.random.default_rng(2)
    a, matrix = (
        rng.standard_normal((*many, rows, depth)),
        rng.standard_normal((*many, depth, columns)),
    )
    out = np.empty((*many, rows, columns))
    cut = gemm.pack_panels(matrix)
    gemm.multiply(a, cut, out)
    np.testing.assert_allclose(out, a @ matrix, rtol=1e-9, atol=1e-9)
    assert cut.size == matrix.size
    if limit == 0:
        assert cut.shape[-4:-2] == (1, 1)
