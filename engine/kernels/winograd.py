"""3 × 3 convolution with fewer multiplications: Winograd's minimal filtering, F(4 × 4, 3 × 3) and
F(2 × 2, 3 × 3).

The output is cut into tiles of 4 × 4. A tile depends on 6 × 6 cells of the input; both they and the
kernel are mapped to 36 numbers (the Winograd domain), in which the convolution is one
multiplication each, where the direct way needs 4 · 4 · 9 = 144:

    y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A          over the channels: for each of the 36 one matrix
    product, tiles × C by C × K

Bᵀ, G and Aᵀ work on columns and on rows alike, so each transform is done as two stages of a small
matrix times long rows, which BLAS runs without packing. The price is rounding: in float32 the
largest error is about 1e-5 of the largest output. With tiles of 2 × 2 it is 16 multiplications for
36, the rounding is hardly worse than the direct way's, and the transformed kernel is half as large,
which decides where there are few tiles and many channels.

Everything is channels last, stride 1, dilation 1, one group. The order within the Winograd domain
is (across, down). Source: Lavin and Gray, "Fast algorithms for convolutional neural networks",
2015, section 4.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any, NamedTuple

import numpy as np

from engine.execution import threads
from engine.kernels.gemm import multiply
from engine.kernels.padding import strided_view
from engine.kernels.spec import ConvParams
from engine.types import Array, Epilogue

Padding = tuple[int, int, int, int]

PARTIAL_SUMS = (
    2  # of a weight's gradient; fixed, so that the number of cores does not change the rounding
)
CHUNK_BYTES = 3 << 19  # of the Winograd domain at a time: about what a second-level cache holds


@dataclass(frozen=True, eq=False)
class WinogradTransform:
    """The matrices of F(tile × tile, 3 × 3)."""

    data: Array  # Bᵀ (reach, reach)
    kernel: Array  # G ⊗ G (reach², 9), both axes in one: kernels are small
    output: Array  # Aᵀ (tile, reach)

    @property
    def tile(self) -> int:
        """Cells of output a tile has along each axis."""
        return len(self.output)

    @property
    def reach(self) -> int:
        """Cells of input that a tile depends on along each axis."""
        return len(self.data)

    @property
    def size(self) -> int:
        """Elements of a tile in the Winograd domain: reach²."""
        return len(self.kernel)


@cache
def transform_of(tile: int, dtype: np.dtype[Any]) -> WinogradTransform:
    """F(4, 3), of the interpolation points 0, ±1, ±2 and infinity, or F(2, 3), of 0, ±1 and
    infinity, in this precision.
    """
    if tile == 2:
        data = [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]
        kernel = [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]]
        output = [[1, 1, 1, 0], [0, 1, -1, -1]]
    else:
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
        output = [
            [1, 1, 1, 1, 1, 0],
            [0, 1, -1, 2, -2, 0],
            [0, 1, 1, 4, 4, 0],
            [0, 1, -1, 8, -8, 1],
        ]
    g = np.array(kernel)
    return WinogradTransform(
        np.array(data, dtype), np.kron(g, g).astype(dtype), np.array(output, dtype)
    )


def transform_weights(weight: Array, tile: int) -> Array:
    """A kernel (3, 3, C, K) in the Winograd domain, (reach², C, K)."""
    kernel = transform_of(tile, weight.dtype).kernel
    return (kernel @ weight.swapaxes(0, 1).reshape(9, -1)).reshape(-1, *weight.shape[2:])


def convolve(
    x: Array,
    transformed_weights: Array,
    bias: Array | None,
    params: ConvParams,
    y: Array,
    epilogue: Epilogue | None = None,
) -> None:
    """y (N, Ho, Wo, K) becomes the convolution of x (N, H, W, C) by the kernel that
    ``transform_weights`` made, packed as panels.
    """
    x = np.ascontiguousarray(x)
    filters = y.shape[3]
    transform = transform_of(2 if len(transformed_weights) == 16 else 4, x.dtype)
    cut = threads.plan_split(3 * y.size * x.shape[3], y.size)
    chunks = _chunks(transform, y.shape, x.shape[3], cut.parts)

    def work(chunk: _Chunk) -> None:
        data = _to_winograd(transform, transform.data, x, params.padding[:2], chunk)
        product = _scratch("gathered", (transform.size, data.shape[1], filters), x.dtype)
        multiply(data, transformed_weights, product)
        if bias is not None:
            # Element (1, 1) alone enters every cell of a tile with weight 1.
            product[transform.reach + 1] += bias
        _from_winograd(transform, product, y, chunk)
        if epilogue is not None:
            cells = slice(chunk.rows.start * transform.tile, chunk.rows.stop * transform.tile)
            epilogue(chunk.images, slice(cells.start, min(cells.stop, y.shape[1])))

    threads.parallel_for(chunks, work, wake=cut.wakes)


def weight_gradient(x: Array, dy: Array, padding: Padding) -> Array:
    """dW (3, 3, C, K) = Gᵀ [ Σ over the tiles of (Bᵀ x B) ⊗ (A dy Aᵀ) ] G."""
    x, dy = np.ascontiguousarray(x), np.ascontiguousarray(dy)
    channels, filters = x.shape[3], dy.shape[3]
    transform = transform_of(4, x.dtype)
    chunks = _chunks(transform, dy.shape, channels, PARTIAL_SUMS)
    partial_sums = _scratch("sums", (PARTIAL_SUMS, transform.size, channels, filters), x.dtype)

    def work(first: int, last: int) -> None:
        for part in range(first, last):
            partial_sums[part] = 0
            for chunk in chunks[part::PARTIAL_SUMS]:
                data = _to_winograd(transform, transform.data, x, padding[:2], chunk, "data")
                gradient = _to_winograd(
                    transform, transform.output.T, dy, (0, 0), chunk, "gradient"
                )
                product = _scratch("product", (transform.size, channels, filters), x.dtype)
                partial_sums[part] += np.matmul(data.transpose(0, 2, 1), gradient, out=product)

    threads.parallel_ranges(PARTIAL_SUMS, work)
    total = partial_sums[0]
    for other in partial_sums[1:]:
        total += other
    dw = transform.kernel.T @ total.reshape(transform.size, -1)
    return np.ascontiguousarray(dw.reshape(3, 3, channels, filters).swapaxes(0, 1))


class _Chunk(NamedTuple):
    """Pictures, and rows and columns of tiles, to work on at a time."""

    images: slice
    rows: slice
    cols: int


def _chunks(
    transform: WinogradTransform, shape: tuple[int, ...], channels: int, parts: int
) -> list[_Chunk]:
    """The parts of an output of this shape."""
    n, height, width, filters = shape
    rows, cols = -(-height // transform.tile), -(-width // transform.tile)
    tiles = CHUNK_BYTES // (transform.size * max(channels, filters) * 4)
    per_block = max(1, tiles // cols)
    return [_Chunk(*block, cols) for block in threads.blocks(n, rows, per_block, parts)]


def _to_winograd(
    transform: WinogradTransform,
    matrix: Array,
    source: Array,
    offset: tuple[int, int],
    chunk: _Chunk,
    slot: str = "data",
) -> Array:
    """The windows of a chunk's tiles, transformed: (reach², tiles, channels), in this thread's
    scratch.

    ``matrix`` transforms the columns of a window, which are as long as its rows; the windows lie a
    tile apart, the first one ``offset`` above and left of the first cell. Cells outside the source
    are zeros.
    """
    size, reach, tile = transform.reach, matrix.shape[1], transform.tile
    n = chunk.images.stop - chunk.images.start
    rows, cols, channels = chunk.rows.stop - chunk.rows.start, chunk.cols, source.shape[3]
    width = tile * cols + reach - tile
    down = _scratch("down", (size, n, rows, width, channels), source.dtype)
    _transform_down(tile, matrix, source[chunk.images], offset, chunk.rows, down)
    s = down.strides
    windows = strided_view(
        down,
        (0, 0, 0, 0),
        (reach, size, n, rows, cols, channels),
        (s[3], s[0], s[1], s[2], tile * s[3], s[4]),
    )
    gathered = _scratch("gathered", windows.shape, source.dtype)
    np.copyto(gathered, windows)
    run = rows * cols * channels
    both = _scratch(slot, (size, size, n, run), source.dtype)
    np.matmul(
        matrix,
        gathered.reshape(reach, size, n, run).transpose(1, 2, 0, 3),
        out=both.transpose(1, 2, 0, 3),
    )
    return both.reshape(transform.size, n * rows * cols, channels)


def _transform_down(
    tile: int, matrix: Array, source: Array, offset: tuple[int, int], band: slice, down: Array
) -> None:
    """down (size, n, rows, width, C) = matrix · the cells of each tile row, straight from the
    source, zeros around it.
    """
    n, height, width, channels = source.shape
    top, left = offset
    first, last = max(-left, 0), min(width, down.shape[3] - left)  # columns of the source in use
    down[:, :, :, : first + left] = 0
    down[:, :, :, last + left :] = 0
    s, d = source.strides, down.strides
    run = (last - first) * channels
    for start, stop, low, high in _row_groups(tile, band, top, height, matrix.shape[1]):
        at = start - band.start
        if low >= high:
            down[:, :, at, first + left : last + left] = 0
            continue
        cells = strided_view(
            source,
            (0, start * tile - top + low, first),
            (n, stop - start, high - low, run),
            (s[0], tile * s[1], s[1], s[3]),
        )
        out = strided_view(
            down,
            (0, 0, at, first + left),
            (n, stop - start, len(matrix), run),
            (d[1], d[2], d[0], d[4]),
        )
        np.matmul(matrix[:, low:high], cells, out=out)


def _row_groups(
    tile: int, band: slice, top: int, height: int, reach: int
) -> Iterator[tuple[int, int, int, int]]:
    """(start, stop, low, high): tile rows whose windows have the cells low..high inside the source.

    All the rows with whole windows make one group; each of the others, at the edges, is its own.
    """
    whole = slice(
        min(max(band.start, -(-top // tile)), band.stop),
        min(max(band.start, (height + top - reach) // tile + 1), band.stop),
    )
    if whole.start < whole.stop:
        yield whole.start, whole.stop, 0, reach
        edges = [*range(band.start, whole.start), *range(whole.stop, band.stop)]
    else:
        edges = [*range(band.start, band.stop)]
    for row in edges:
        at = row * tile - top
        yield row, row + 1, max(0, -at), min(reach, height - at)


def _from_winograd(transform: WinogradTransform, product: Array, y: Array, chunk: _Chunk) -> None:
    """The chunk's part of y = Aᵀ product A, cut off where the last tiles reach beyond it."""
    tile, reach, matrix = transform.tile, transform.reach, transform.output
    n, filters = chunk.images.stop - chunk.images.start, y.shape[3]
    rows = chunk.rows.stop - chunk.rows.start
    run = rows * chunk.cols * filters
    across = _scratch("down", (tile, reach, n, run), y.dtype)
    np.matmul(
        matrix,
        product.reshape(reach, reach, n, run).transpose(1, 2, 0, 3),
        out=across.transpose(1, 2, 0, 3),
    )
    both = _scratch("data", (tile, tile, n, run), y.dtype)
    np.matmul(matrix, across.transpose(0, 2, 1, 3), out=both.transpose(0, 2, 1, 3))
    tiles = both.reshape(tile, tile, n, rows, chunk.cols, filters)
    s = y.strides
    strides = (s[2], s[1], s[0], tile * s[1], tile * s[2], s[3])
    for i, high in _pieces(tile, chunk.rows, y.shape[1]):
        for j, wide in _pieces(tile, slice(0, chunk.cols), y.shape[2]):
            mine = slice(i.start - chunk.rows.start, i.stop - chunk.rows.start)
            piece = tiles[:wide, :high, :, mine, j]
            start = chunk.images.start, i.start * tile, j.start * tile
            np.copyto(strided_view(y, start, piece.shape, strides), piece)


def _pieces(tile: int, tiles: slice, cells: int) -> list[tuple[slice, int]]:
    """Those of the tiles that lie whole in so many cells, then the one cut off: (which tiles, cells
    of each).
    """
    whole, rest = divmod(cells, tile)
    pieces = [(slice(tiles.start, min(tiles.stop, whole)), tile), (slice(whole, tiles.stop), rest)]
    return [(which, size) for which, size in pieces if size and which.start < which.stop]


def _scratch(slot: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return threads.scratch(prod(shape), dtype, f"winograd.{slot}").reshape(shape)
