"""3 × 3 convolution with a quarter of the multiplications: Winograd's minimal filtering, F(4 × 4, 3 × 3).

The output is cut into tiles of 4 × 4. A tile depends on 6 × 6 cells of the input; both they and the kernel are mapped to 36
numbers ("frequencies") in which the convolution is one multiplication each, where the direct way needs 4 · 4 · 9 = 144:

    y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A          over the channels: for each frequency one matrix product, tiles × C by C × K

Bᵀ, G and Aᵀ work on columns and on rows alike, so each transform is done as two stages of a small matrix times long rows, which
BLAS runs without packing. The price is rounding: in float32 the largest error is about 1e-5 of the largest output.

Everything is channels last, stride 1, dilation 1, one group. The order of the 36 frequencies is (across, down).
Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015, section 4.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import prod
from operator import mul
from typing import Any, NamedTuple

import numpy as np

from engine.kernels import parallel
from engine.types import Array

Padding = tuple[int, int, int, int]

TILE = 4  # cells of output a tile has along each axis
FREQUENCIES = 36
PARTIAL_SUMS = (
    2  # of a weight's gradient; fixed, so that the number of cores does not change the rounding
)
CHUNK_BYTES = 3 << 19  # of frequencies at a time: about what a second-level cache holds
UNPACKED = (
    100**3
)  # multiplications up to which OpenBLAS takes the factors as they lie, which is faster
PACKED_TILES = 256  # to multiply at a time where 100³ multiplications would be too few tiles


class Transforms(NamedTuple):
    """The matrices of F(4, 3), of the interpolation points 0, ±1, ±2 and infinity."""

    data: Array  # Bᵀ (6, 6)
    kernel: Array  # G ⊗ G (36, 9), both axes in one: kernels are small
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
    g = np.array(kernel)
    return Transforms(np.array(data, dtype), np.kron(g, g).astype(dtype), np.array(output, dtype))


def convolve(x: Array, weight: Array, bias: Array | None, padding: Padding) -> Array:
    """The convolution of x (N, H, W, C) by weight (3, 3, C, K). Returns y (N, Ho, Wo, K), freshly allocated."""
    x = np.ascontiguousarray(x)
    filters = weight.shape[3]
    maps, kernel, from_frequencies = transforms(x.dtype)
    height, width = _output_size(x, padding)
    y = np.empty((len(x), height, width, filters), x.dtype)
    spectrum = kernel @ weight.swapaxes(0, 1).reshape(9, -1)
    spectrum = spectrum.reshape(FREQUENCIES, -1, filters)
    chunks = _chunks(y.shape, x.shape[3], parallel.WORKERS)

    def work(first: int, last: int) -> None:
        for chunk in chunks[first:last]:
            data = _to_frequencies(maps, x, padding[:2], chunk)
            product = _scratch("gathered", (FREQUENCIES, data.shape[1], filters), x.dtype)
            np.matmul(data, spectrum, out=product)
            if bias is not None:
                # Frequency (1, 1) alone enters every cell of a tile with weight 1.
                product[7] += bias
            _from_frequencies(from_frequencies, product, y, chunk)

    parallel.split(len(chunks), work)
    return y


def weight_gradient(x: Array, dy: Array, padding: Padding) -> Array:
    """dW (3, 3, C, K) = Gᵀ [ Σ over the tiles of (Bᵀ x B) ⊗ (A dy Aᵀ) ] G."""
    x, dy = np.ascontiguousarray(x), np.ascontiguousarray(dy)
    channels, filters = x.shape[3], dy.shape[3]
    maps, kernel, from_frequencies = transforms(x.dtype)
    chunks = _chunks(dy.shape, channels, PARTIAL_SUMS)
    partial_sums = _scratch("sums", (PARTIAL_SUMS, FREQUENCIES, channels, filters), x.dtype)

    def work(first: int, last: int) -> None:
        for part in range(first, last):
            partial_sums[part] = 0
            for chunk in chunks[part::PARTIAL_SUMS]:
                data = _to_frequencies(maps, x, padding[:2], chunk, "data")
                blame = _to_frequencies(from_frequencies.T, dy, (0, 0), chunk, "blame")
                product = _scratch("product", (FREQUENCIES, channels, filters), x.dtype)
                partial_sums[part] += np.matmul(data.transpose(0, 2, 1), blame, out=product)

    parallel.split(PARTIAL_SUMS, work)
    total = partial_sums[0]
    for other in partial_sums[1:]:
        total += other
    dw = kernel.T @ total.reshape(FREQUENCIES, -1)
    return np.ascontiguousarray(dw.reshape(3, 3, channels, filters).swapaxes(0, 1))


class _Chunk(NamedTuple):
    """Pictures, and rows and columns of tiles, to work on at a time."""

    pictures: slice
    rows: slice
    cols: int


def _chunks(shape: tuple[int, ...], channels: int, parts: int) -> list[_Chunk]:
    """The parts of an output of this shape."""
    n, height, width, filters = shape
    rows, cols = -(-height // TILE), -(-width // TILE)
    tiles = min(
        UNPACKED // (channels * filters),
        CHUNK_BYTES // (FREQUENCIES * max(channels, filters) * 4),
    )
    if tiles < PACKED_TILES // 8:
        tiles = PACKED_TILES
    per_block = max(1, tiles // cols)
    return [_Chunk(*block, cols) for block in parallel.blocks(n, rows, per_block, parts)]


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
    windows = _view(
        down,
        (0, 0, 0, 0),
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
        at = start - band.start
        if low >= high:
            down[:, :, at, first + left : last + left] = 0
            continue
        cells = _view(
            source,
            (0, start * TILE - top + low, first),
            (n, stop - start, high - low, run),
            (s[0], TILE * s[1], s[1], s[3]),
        )
        out = _view(
            down,
            (0, 0, at, first + left),
            (n, stop - start, 6, run),
            (d[1], d[2], d[0], d[4]),
        )
        np.matmul(matrix[:, low:high], cells, out=out)


def _row_groups(
    band: slice, top: int, height: int, reach: int
) -> Iterator[tuple[int, int, int, int]]:
    """(start, stop, low, high): tile rows whose windows have the cells low..high inside the source.

    All the rows with whole windows make one group; each of the others, at the edges, is its own.
    """
    whole = slice(
        min(max(band.start, -(-top // TILE)), band.stop),
        min(max(band.start, (height + top - reach) // TILE + 1), band.stop),
    )
    if whole.start < whole.stop:
        yield whole.start, whole.stop, 0, reach
        edges = [*range(band.start, whole.start), *range(whole.stop, band.stop)]
    else:
        edges = [*range(band.start, band.stop)]
    for row in edges:
        at = row * TILE - top
        yield row, row + 1, max(0, -at), min(reach, height - at)


def _from_frequencies(matrix: Array, product: Array, y: Array, chunk: _Chunk) -> None:
    """The chunk's part of y = Aᵀ product A, cut off where the last tiles reach beyond it."""
    n, filters = chunk.pictures.stop - chunk.pictures.start, y.shape[3]
    rows = chunk.rows.stop - chunk.rows.start
    run = rows * chunk.cols * filters
    across = _scratch("down", (TILE, 6, n, run), y.dtype)
    np.matmul(
        matrix,
        product.reshape(6, 6, n, run).transpose(1, 2, 0, 3),
        out=across.transpose(1, 2, 0, 3),
    )
    both = _scratch("data", (TILE, TILE, n, run), y.dtype)
    np.matmul(matrix, across.transpose(0, 2, 1, 3), out=both.transpose(0, 2, 1, 3))
    tiles = both.reshape(TILE, TILE, n, rows, chunk.cols, filters)
    s = y.strides
    strides = (s[2], s[1], s[0], TILE * s[1], TILE * s[2], s[3])
    for i, high in _pieces(chunk.rows, y.shape[1]):
        for j, wide in _pieces(slice(0, chunk.cols), y.shape[2]):
            mine = slice(i.start - chunk.rows.start, i.stop - chunk.rows.start)
            piece = tiles[:wide, :high, :, mine, j]
            start = chunk.pictures.start, i.start * TILE, j.start * TILE
            np.copyto(_view(y, start, piece.shape, strides), piece)


def _pieces(tiles: slice, cells: int) -> list[tuple[slice, int]]:
    """Those of the tiles that lie whole in so many cells, then the one cut off: (which tiles, cells of each)."""
    whole, rest = divmod(cells, TILE)
    pieces = [(slice(tiles.start, min(tiles.stop, whole)), TILE), (slice(whole, tiles.stop), rest)]
    return [(which, size) for which, size in pieces if size and which.start < which.stop]


def _view(
    array: Array, start: tuple[int, ...], shape: tuple[int, ...], strides: tuple[int, ...]
) -> Array:
    """A view of a contiguous array from the cell ``start`` on: a cheaper ``as_strided`` that checks the bounds."""
    offset = sum(map(mul, start, array.strides))
    return np.ndarray(shape, array.dtype, array, offset, strides)


def _scratch(slot: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return parallel.scratch(prod(shape), dtype, f"winograd.{slot}").reshape(shape)
