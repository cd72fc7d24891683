"""1 × 1 convolution: one matrix product over all the places, which lie in memory as the product
reads them.

Everything is channels last, stride 1, no padding, one group: x (N, H, W, C) by a matrix (C, K), as
panels.
"""

from __future__ import annotations

from engine.execution import threads
from engine.kernels.gemm import multiply
from engine.types import Array, Epilogue

CHUNK_NUMBERS = 1 << 19  # of x and y together, at a time: what follows finds y in the cache


def convolve(
    x: Array, panels: Array, bias: Array | None, y: Array, epilogue: Epilogue | None = None
) -> None:
    """y (N, H, W, K) becomes x · matrix + bias."""
    n, rows, cols, channels = x.shape
    filters = y.shape[3]
    band = max(1, CHUNK_NUMBERS // (cols * (channels + filters)))

    def work(block: tuple[slice, slice]) -> None:
        target = y[block].reshape(-1, filters)
        multiply(x[block].reshape(-1, channels), panels, target)
        if bias is not None:
            target += bias
        if epilogue is not None:
            epilogue(*block)

    cut = threads.plan_split(x.size * filters, y.size)
    threads.parallel_for(threads.blocks(n, rows, band, cut.parts), work, wake=cut.wakes)
