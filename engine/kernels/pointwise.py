"""1 × 1 convolution: one matrix product over all the places, which lie in memory as the product reads them.

Everything is channels last, stride 1, no padding, one group: x (N, H, W, C) by a matrix (C, K).
"""

from __future__ import annotations

import numpy as np

from engine.kernels import parallel
from engine.kernels.geometry import Finish
from engine.types import Array

CHUNK_NUMBERS = 1 << 16  # of x and y together, at a time: what follows finds y in the cache
LEAST_PLACES = 32  # fewer to a product, and most of its time goes into reading the weights


def convolve(
    x: Array, matrix: Array, bias: Array | None, y: Array, finish: Finish | None = None
) -> None:
    """y (N, H, W, K) becomes x · matrix + bias."""
    n, rows, cols, channels = x.shape
    per_row = cols * (channels + y.shape[3])
    least = -(-LEAST_PLACES // cols)
    blocks = parallel.blocks(n, rows, max(least, CHUNK_NUMBERS // per_row), parallel.WORKERS)

    def work(block: tuple[slice, slice]) -> None:
        target = y[block].reshape(-1, y.shape[3])
        np.matmul(x[block].reshape(-1, channels), matrix, out=target)
        if bias is not None:
            target += bias
        if finish is not None:
            finish(*block)

    parallel.each(blocks, work)
