"""3 × 3 convolution with a quarter of the multiplications: Winograd's minimal filtering, F(4 × 4, 3 × 3).

The output is cut into tiles of 4 × 4. A tile depends on 6 × 6 cells of the input; both they and the kernel are mapped to 36
numbers ("frequencies") in which the convolution is one multiplication each, where the direct way needs 4 · 4 · 9 = 144:

    y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A          over the channels: for each frequency one matrix product, tiles × C by C × K

Bᵀ, G and Aᵀ work on columns and on rows alike, so each transform is done as two stages of a small matrix times long rows, which
BLAS runs without packing. The price is rounding: about ten times im2col's in float32.

Everything is channels last, stride 1, dilation 1, one group. The order of the 36 frequencies is (across, down).
Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015, section 4.3.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.kernels import parallel
from engine.types import Array

Padding = tuple[int, int, int, int]

TILE = 4  # cells of output a tile has along each axis
FREQUENCIES = 36
CHUNK_TILES = 256  # to transform and multiply at a time
PARTIAL_SUMS = (
    2  # of a weight's gradient; fixed, so that the number of cores does not change the rounding
)


class Transforms(NamedTuple):
    """The matrices of F(4, 3), of the interpolation points 0, ±1, ±2 and infinity."""

    data: Array  # Bᵀ (6, 6)
    kernel: Array  # G (6, 3)
    output: Array  # Aᵀ (4, 6)


@cache
def transforms(dtype: np.dtype[Any]) -> Transforms:
    """The three matrices in this precision."""
    data = [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
    kernel = [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
    output = [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
    return Transforms(*(np.array(rows, dtype) for rows in (data, kernel, output)))


def convolve(x: Array, weight: Array, bias: Array | None, padding: Padding) -> Array:
    """The convolution of x (N, H, W, C) by weight (3, 3, C, K). Returns y (N, Ho, Wo, K), freshly allocated."""
    x = np.ascontiguousarray(x)
    filters = weight.shape[3]
    maps, kernel, from_frequencies = transforms(x.dtype)
    height, width = _output_size(x, padding)
    y = np.empty((len(x), height, width, filters), x.dtype)
    spectrum = np.kron(kernel, kernel) @ weight.swapaxes(0, 1).reshape(9, -1)
    spectrum = spectrum.reshape(FREQUENCIES, -1, filters)
    chunks = _chunks(y.shape, parallel.WORKERS)

    def work(first: int, last: int) -> None:
        for chunk in chunks[first:last]:
            data = _to_frequencies(maps, x, padding[:2], chunk)
            product = _scratch("product", (FREQUENCIES, data.shape[1], filters), x.dtype)
            np.matmul(data, spectrum, out=product)
            if bias is not None:
                product[7] += (
                    bias  # this frequency alone enters all the cells of a tile with weight 1
                )
            _from_frequencies(from_frequencies, product, y, chunk)

    parallel.split(len(chunks), work)
    return y


def weight_gradient(x: Array, dy: Array, padding: Padding) -> Array:
    """dW (3, 3, C, K) = Gᵀ [ Σ over the tiles of (Bᵀ x B) ⊗ (A dy Aᵀ) ] G."""
    x, dy = np.ascontiguousarray(x), np.ascontiguousarray(dy)
    channels, filters = x.shape[3], dy.shape[3]
    maps, kernel, from_frequencies = transforms(x.dtype)
    chunks = _chunks(dy.shape, PARTIAL_SUMS)
    partial_sums = np.zeros((PARTIAL_SUMS, FREQUENCIES, channels, filters), x.dtype)

    def work(first: int, last: int) -> None:
        for part in range(first, last):
            for chunk in chunks[part::PARTIAL_SUMS]:
                data = _to_frequencies(maps, x, padding[:2], chunk, "data")
                blame = _to_frequencies(from_frequencies.T, dy, (0, 0), chunk, "blame")
                product = _scratch("product", (FREQUENCIES, channels, filters), x.dtype)
                partial_sums[part] += np.matmul(data.transpose(0, 2, 1), blame, out=product)

    parallel.split(PARTIAL_SUMS, work)
    total = partial_sums.sum(0).reshape(FREQUENCIES, -1)
    dw = np.kron(kernel, kernel).T @ total
    return np.ascontiguousarray(dw.reshape(3, 3, channels, filters).swapaxes(0, 1))


class _Chunk(NamedTuple):
    """Pictures, and rows and columns of tiles, to work on at a time."""

    pictures: slice
    rows: slice
    cols: int


def _chunks(shape: tuple[int, ...], parts: int) -> list[_Chunk]:
    n, height, width = shape[:3]
    rows, cols = -(-height // TILE), -(-width // TILE)
    blocks = parallel.blocks(n, rows, max(1, CHUNK_TILES // cols), parts)
    return [_Chunk(pictures, band, cols) for pictures, band in blocks]


def _output_size(x: Array, padding: Padding) -> tuple[int, int]:
    top, left, bottom, right = padding
    return x.shape[1] + top + bottom - 2, x.shape[2] + left + right - 2


def _to_frequencies(
    matrix: Array, source: Array, offset: tuple[int, int], chunk: _Chunk, slot: str = "data"
) -> Array:
    """The windows of a chunk's tiles, transformed: (36, tiles, channels), in this thread's scratch.

    ``matrix`` (6, reach) transforms a window of reach × reach cells; the windows lie TILE apart, the first one ``offset`` above
    and left of the first cell. Cells outside the source are zeros.
    """
    reach = matrix.shape[1]
    n = chunk.pictures.stop - chunk.pictures.start
    rows, cols, channels = chunk.rows.stop - chunk.rows.start, chunk.cols, source.shape[3]
    width = TILE * cols + reach - TILE
    down = _scratch("down", (6, n, rows, width, channels), source.dtype)
    _transform_down(matrix, source[chunk.pictures], offset, chunk.rows, down)
    s = down.strides
    windows = as_strided(
        down,
        (reach, 6, n, rows, cols, channels),
        (s[3], s[0], s[1], s[2], TILE * s[3], s[4]),
    )
    gathered = _scratch("gathered", windows.shape, source.dtype)
    np.copyto(gathered, windows)
    run = rows * cols * channels
    both = _scratch(slot, (6, 6, n, run), source.dtype)
    np.matmul(
        matrix,
        gathered.reshape(reach, 6, n, run).transpose(1, 2, 0, 3),
        out=both.transpose(1, 2, 0, 3),
    )
    return both.reshape(FREQUENCIES, n * rows * cols, channels)


def _transform_down(
    matrix: Array, source: Array, offset: tuple[int, int], band: slice, down: Array
) -> None:
    """down (6, n, rows, width, C) = matrix · the cells of each tile row, straight from the source, zeros around it."""
    n, height, width, channels = source.shape
    top, left = offset
    first, last = max(-left, 0), min(width, down.shape[3] - left)  # columns of the source in use
    down[:, :, :, : first + left] = 0
    down[:, :, :, last + left :] = 0
    s, d = source.strides, down.strides
    run = (last - first) * channels
    for start, stop, low, high in _row_groups(band, top, height, matrix.shape[1]):
        target = down[:, :, start - band.start : stop - band.start, first + left :]
        if low >= high:
            target[...] = 0
            continue
        cells = as_strided(
            source[:, start * TILE - top + low :, first:],
            (n, stop - start, high - low, run),
            (s[0], TILE * s[1], s[1], s[3]),
        )
        out = as_strided(target, (n, stop - start, 6, run), (d[1], d[2], d[0], d[4]))
        np.matmul(matrix[:, low:high], cells, out=out)


def _row_groups(band: slice, top: int, height: int, reach: int) -> list[tuple[int, int, int, int]]:
    """(start, stop, low, high): neighbouring tile rows whose windows have the cells low..high inside the source."""
    groups: list[tuple[int, int, int, int]] = []
    for row in range(band.start, band.stop):
        at = row * TILE - top
        low, high = max(0, -at), min(reach, height - at)
        if groups and groups[-1][2:] == (low, high):
            groups[-1] = (groups[-1][0], row + 1, low, high)
        else:
            groups.append((row, row + 1, low, high))
    return groups


def _from_frequencies(matrix: Array, product: Array, y: Array, chunk: _Chunk) -> None:
    """The chunk's part of y = Aᵀ product A, cut off where the last tiles reach beyond it."""
    band, filters = chunk.rows, y.shape[3]
    target = y[chunk.pictures, band.start * TILE : band.stop * TILE]
    n, rows = len(target), band.stop - band.start
    run = rows * chunk.cols * filters
    across = _scratch("across", (TILE, 6, n, run), y.dtype)
    np.matmul(
        matrix,
        product.reshape(6, 6, n, run).transpose(1, 2, 0, 3),
        out=across.transpose(1, 2, 0, 3),
    )
    both = _scratch("gathered", (TILE, TILE, n, run), y.dtype)
    np.matmul(matrix, across.transpose(0, 2, 1, 3), out=both.transpose(0, 2, 1, 3))
    tiles = both.reshape(TILE, TILE, n, rows, chunk.cols, filters)
    for q, p in np.ndindex(TILE, TILE):
        cells = target[:, p::TILE, q::TILE]
        cells[...] = tiles[q, p, :, : cells.shape[1], : cells.shape[2]]


def _scratch(slot: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    size = int(np.prod(shape))
    return parallel.scratch(size, dtype, f"winograd.{slot}").reshape(shape)
