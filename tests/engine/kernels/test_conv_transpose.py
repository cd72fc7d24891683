"""The gradient of a convolution's input, part by part, against adding number by number."""

from itertools import product

import numpy as np
import pytest

from engine.kernels import col2im, convolution
from engine.kernels.spec import ConvParams

SIZE = (9, 8)
LARGE = (21, 26)


def added(dy, weight, params, size):
    """Every number of dy (N, Ho, Wo, K) adds its kernel to dx; what falls beside it is lost."""
    dx = np.zeros((len(dy), *size, weight.shape[2] * params.groups))
    depth, per_group = weight.shape[2], weight.shape[3] // params.groups
    for i, j, p, q in product(*map(range, (*dy.shape[1:3], *weight.shape[:2]))):
        y = i * params.stride[0] - params.padding[0] + p * params.dilation[0]
        x = j * params.stride[1] - params.padding[1] + q * params.dilation[1]
        if 0 <= y < size[0] and 0 <= x < size[1]:
            for group in range(params.groups):
                filters = slice(group * per_group, (group + 1) * per_group)
                maps = slice(group * depth, (group + 1) * depth)
                dx[:, y, x, maps] += dy[:, i, j, filters] @ weight[p, q, :, filters].T
    return dx


@pytest.mark.parametrize("padding", [(0, 0, 0, 0), (2, 1, 0, 3)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 3), (4, 2)])
@pytest.mark.parametrize("stride", [(1, 1), (2, 3), (4, 2), (5, 7)])
@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 2)])
def test_every_part_is_there(kernel, stride, dilation, padding):
    """Strides and dilations with common factors leave rows that no cell of the kernel meets."""
    params = ConvParams(stride, padding, dilation, 2)
    rows, columns = params.output_size(*SIZE, kernel)
    rng = np.random.default_rng(3)
    weight = rng.standard_normal((*kernel, 2, 6))
    dy = rng.standard_normal((2, rows, columns, 6))
    dx = convolution.input_gradient(dy, weight, params, SIZE)
    np.testing.assert_allclose(dx, added(dy, weight, params, SIZE), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("padding", [(0, 0, 0, 0), (2, 1, 0, 3)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 3)])
@pytest.mark.parametrize("stride", [(1, 1), (2, 3), (4, 2), (5, 7)])
@pytest.mark.parametrize("kernel", [(1, 2), (2, 3), (7, 7)])
def test_few_maps_by_col2im(kernel, stride, dilation, padding, monkeypatch):
    """A photo's colours: whatever the step, and however few rows are worked on at a time."""
    monkeypatch.setattr(col2im, "CHUNK_BYTES", 1 << 11)
    params = ConvParams(stride, padding, dilation, 1)
    rng = np.random.default_rng(4)
    rows, columns = params.output_size(*LARGE, kernel)
    weight = rng.standard_normal((*kernel, 3, 9))
    assert col2im.suits(weight.shape, params)
    dy = rng.standard_normal((2, rows, columns, 9))
    dx = convolution.input_gradient(dy, weight, params, LARGE)
    np.testing.assert_allclose(dx, added(dy, weight, params, LARGE), rtol=1e-12, atol=1e-12)
