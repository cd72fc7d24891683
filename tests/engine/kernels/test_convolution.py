"""Winograd against im2col in float64, and the door that chooses between them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engine.execution import threads
from engine.kernels import autotune, convolution, im2col, winograd
from engine.kernels.spec import ConvParams

# (N, H, W, C, K, padding): whole tiles, odd sizes, less than a tile, lopsided and negative padding,
# bands of a large picture.
CASES = [
    (2, 8, 8, 5, 7, (1, 1, 1, 1)),
    (3, 9, 11, 4, 3, (0, 2, 1, 3)),
    (1, 3, 3, 2, 2, (0, 0, 0, 0)),
    (1, 1, 2, 3, 1, (1, 1, 1, 1)),
    (1, 5, 4, 3, 2, (2, 2, 2, 2)),
    (2, 10, 9, 3, 2, (-2, -1, 1, -3)),
    (1, 4, 4, 2, 2, (9, 8, 7, 5)),
    (1, 130, 67, 6, 5, (1, 1, 1, 1)),
    (70, 8, 8, 24, 48, (1, 1, 1, 1)),
]
# Largest error over the largest output. Rounding grows with the root of the terms; measured: 4e-6
# and 5e-15.
TOLERANCES = {"float32": 2e-5, "float64": 1e-13}


def draw(n, height, width, channels, filters, padding, dtype="float64"):
    rng = np.random.default_rng(7)
    params = ConvParams((1, 1), padding, (1, 1), 1)
    rows, cols = params.output_size(height, width, (3, 3))
    shapes = [(n, height, width, channels), (3, 3, channels, filters), (filters,)]
    x, weight, bias, dy = (
        rng.standard_normal(shape).astype(dtype) for shape in [*shapes, (n, rows, cols, filters)]
    )
    return x, weight, bias, dy, params


def by(name, x, weight, bias, params, finish=None):
    """The convolution by the kernel of that name."""
    case = convolution.conv_problem(x.shape, weight.shape, params, x.dtype.char)
    y = np.full((len(x), *case.output_size, weight.shape[3]), np.nan, x.dtype)
    kernel = autotune.ALGORITHMS[name]
    kernel.convolve(case, x, kernel.prepare(case, weight), bias, y, finish)
    return y


def assert_close(got, exact, dtype):
    assert got.dtype == dtype
    assert got.shape == exact.shape
    assert got.flags.c_contiguous
    assert np.abs(got - exact).max() <= TOLERANCES[dtype] * np.abs(exact).max()


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", CASES)
def test_winograd_agrees_with_im2col(case, dtype):
    x, weight, bias, dy, params = draw(*case, dtype=dtype)
    x64, weight64, bias64, dy64 = (a.astype(np.float64) for a in (x, weight, bias, dy))

    y = by("winograd4", x, weight, bias, params)
    assert_close(y, by("im2col", x64, weight64, bias64, params), dtype)

    dw = winograd.weight_gradient(x, dy, params.padding)
    assert_close(dw, im2col.weight_gradient(x64, dy64, (3, 3), params), dtype)


@pytest.mark.parametrize("case", CASES)
def test_winograd_without_bias(case):
    x, weight, _, _, params = draw(*case)
    y = by("winograd4", x, weight, None, params)
    np.testing.assert_allclose(y, by("im2col", x, weight, None, params), atol=1e-11)


def test_the_error_stays_small_with_many_channels():
    x, weight, _, dy, params = draw(2, 32, 32, 192, 32, (1, 1, 1, 1), dtype="float32")
    x64, weight64, dy64 = (a.astype(np.float64) for a in (x, weight, dy))
    y = by("winograd4", x, weight, None, params)
    assert_close(y, by("im2col", x64, weight64, None, params), "float32")
    dw = winograd.weight_gradient(x, dy, params.padding)
    assert_close(dw, im2col.weight_gradient(x64, dy64, (3, 3), params), "float32")


def test_inputs_in_any_memory_order():
    x, weight, bias, dy, params = draw(*CASES[1])
    y = by("winograd4", np.asfortranarray(x), weight, bias, params)
    np.testing.assert_array_equal(y, by("winograd4", x, weight, bias, params))
    dw = winograd.weight_gradient(x[:, ::-1], dy[:, :, ::-1], params.padding)
    exact = im2col.weight_gradient(x[:, ::-1], dy[:, :, ::-1], (3, 3), params)
    np.testing.assert_allclose(dw, exact, atol=1e-11)


def test_inputs_that_may_not_be_written():
    x, weight, bias, dy, params = draw(*CASES[0])
    for array in (x, weight, bias, dy):
        array.flags.writeable = False
    y = by("winograd4", x, weight, bias, params)
    assert y.flags.writeable
    assert winograd.weight_gradient(x, dy, params.padding).flags.writeable


LARGE = (64, 16, 16, 24, 32, (1, 1, 1, 1))


def test_the_door_takes_winograd_for_large_float32_layers_only(monkeypatch):
    taken = []
    for name in ("convolve", "weight_gradient"):
        monkeypatch.setattr(winograd, name, lambda *_, name=name: taken.append(name))
    x, weight, bias, dy, params = draw(*LARGE, dtype="float32")
    convolution.convolve(x, weight, bias, params)
    convolution.weight_gradient(x, dy, (3, 3), params)
    convolution.input_gradient(dy, weight, params, x.shape[1:3])
    assert taken == ["convolve", "weight_gradient", "convolve"]

    convolution.convolve(x.astype(np.float64), weight.astype(np.float64), bias, params)
    convolution.convolve(x[:1], weight, bias, params)
    convolution.convolve(x[..., :3], weight[:, :, :3], bias, params)
    convolution.convolve(x, weight, bias, params._replace(stride=(2, 2)))
    convolution.convolve(x, weight, bias, params._replace(dilation=(2, 2)))
    convolution.convolve(x, weight[:, :, :12], bias, params._replace(groups=2))
    convolution.convolve(x, weight[:1], bias, params)
    assert len(taken) == 3


@pytest.mark.parametrize("padding", [(1, 1, 1, 1), (0, 2, 1, 0), (3, 3, 3, 3)])
def test_the_input_gradient_is_the_adjoint_of_the_convolution(padding):
    """<conv(x), dy> == <x, input_gradient(dy)> in float32, where the door takes Winograd."""
    x, weight, _, dy, params = draw(*LARGE[:5], padding, dtype="float32")
    y = by("im2col", x.astype(np.float64), weight.astype(np.float64), None, params)
    dx = convolution.input_gradient(dy, weight, params, x.shape[1:3])
    assert dx.shape == x.shape
    scale = np.linalg.norm(x) * np.linalg.norm(dx)
    assert abs(np.vdot(y, dy) - np.vdot(x.astype(np.float64), dx)) < 1e-6 * scale


@pytest.mark.parametrize(
    "params",
    [
        ConvParams((1, 1), (1, 1, 1, 1), (1, 1), 1),
        ConvParams((2, 1), (0, 1, 2, 1), (1, 2), 1),
        ConvParams((3, 2), (1, 0, 0, 1), (1, 1), 2),
    ],
)
def test_gradients_agree_with_finite_differences(params):
    rng = np.random.default_rng(3)
    x, weight = (
        rng.standard_normal((2, 7, 8, 4)),
        rng.standard_normal((3, 3, 4 // params.groups, 6)),
    )
    dy = rng.standard_normal(convolution.convolve(x, weight, None, params).shape)
    dw = convolution.weight_gradient(x, dy, (3, 3), params)
    dx = convolution.input_gradient(dy, weight, params, x.shape[1:3])
    for values, gradient in ((x, dx), (weight, dw)):
        for place in rng.choice(values.size, 12, replace=False):
            kept, ends = values.flat[place], []
            for step in (1e-6, -1e-6):
                values.flat[place] = kept + step
                ends.append(np.vdot(convolution.convolve(x, weight, None, params), dy))
            values.flat[place] = kept
            assert gradient.flat[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-6)


def test_the_number_of_workers_does_not_change_a_gradient(monkeypatch):
    x, _, _, dy, params = draw(9, 20, 12, 24, 24, (1, 1, 1, 1), dtype="float32")
    results = []
    for workers in (1, 2, 5):
        monkeypatch.setattr(threads, "THREADS", workers)
        results.append(
            [
                kernel.weight_gradient(x, dy, *rest)
                for kernel, rest in ((winograd, [params.padding]), (im2col, [(3, 3), params]))
            ]
        )
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_many_threads_at_once_get_the_same_numbers_as_one():
    cases = [draw(*case, dtype="float32") for case in (CASES[1], CASES[7], CASES[8], LARGE)] * 4

    def both(case):
        x, weight, bias, dy, params = case
        y = by("winograd4", x, weight, bias, params)
        return y, winograd.weight_gradient(x, dy, params.padding)

    alone = [both(case) for case in cases]
    with ThreadPoolExecutor(8) as threads:
        for expected, got in zip(alone, threads.map(both, cases), strict=True):
            np.testing.assert_array_equal(expected[0], got[0])
            np.testing.assert_array_equal(expected[1], got[1])


@pytest.mark.parametrize(
    ("n", "rows", "per_block", "parts"), [(1, 7, 3, 2), (5, 4, 9, 2), (64, 8, 100, 2), (1, 1, 9, 4)]
)
def test_blocks_cover_every_row_once(n, rows, per_block, parts):
    covered = np.zeros((n, rows), int)
    blocks = threads.blocks(n, rows, per_block, parts)
    for pictures, band in blocks:
        covered[pictures, band] += 1
        assert covered[pictures, band].size <= per_block
    assert (covered == 1).all()
    assert len(blocks) >= min(parts, n * rows)
