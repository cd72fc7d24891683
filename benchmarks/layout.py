"""Channels first or channels last? Times one 3 × 3 convolution both ways, in one run, in turn.

    python -m benchmarks.layout

Both ways gather windows and do one matrix product a chunk of about a megabyte, on one thread, with
the gathering that suits the layout: channels first copies runs of W numbers, channels last runs of
3 · C. The last column is Winograd's tile gathering alone. The decision it led to:
docs/decisions/0001-memory-layout.md.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from threadpoolctl import threadpool_limits

SHAPES = [
    (64, 3, 24),
    (64, 24, 24),
    (32, 48, 48),
    (16, 96, 96),
    (8, 192, 192),
    (56, 64, 64),
    (28, 128, 128),
]
CHUNK = 1 << 18  # numbers
ROUNDS = 9


def channels_first(padded, weight, out):
    """padded (C, H + 2, W + 2), weight (K, C·9), out (K, H·W)."""
    windows = sliding_window_view(padded, (3, 3), axis=(1, 2)).transpose(0, 3, 4, 1, 2)
    height, width = windows.shape[3:]
    rows = max(1, CHUNK // (weight.shape[1] * width))
    for first in range(0, height, rows):
        band = np.ascontiguousarray(windows[..., first : first + rows, :])
        columns = slice(first * width, (first + band.shape[3]) * width)
        out[:, columns] = weight @ band.reshape(weight.shape[1], -1)


def channels_last(padded, weight, out):
    """padded (H + 2, W + 2, C), weight (9·C, K), out (H·W, K)."""
    windows = sliding_window_view(padded, (3, 3), axis=(0, 1)).transpose(0, 1, 3, 4, 2)
    height, width = windows.shape[:2]
    rows = max(1, CHUNK // (weight.shape[0] * width))
    for first in range(0, height, rows):
        band = np.ascontiguousarray(windows[first : first + rows])
        columns = slice(first * width, (first + len(band)) * width)
        np.matmul(band.reshape(-1, weight.shape[0]), weight, out=out[columns])


def tiles_first(padded, out):
    """Winograd's 6 × 6 tiles, every 4 cells: padded (C, H + 2, W + 2) -> (36, C, tiles)."""
    c, sy, sx = padded.strides
    rows, cols = (padded.shape[1] - 2) // 4, (padded.shape[2] - 2) // 4
    view = as_strided(padded, (6, 6, padded.shape[0], rows, cols), (sy, sx, c, 4 * sy, 4 * sx))
    np.copyto(out.reshape(view.shape), view)


def tiles_last(padded, out):
    """The same from (H + 2, W + 2, C) -> (36, tiles, C)."""
    sy, sx, c = padded.strides
    rows, cols = (padded.shape[0] - 2) // 4, (padded.shape[1] - 2) // 4
    view = as_strided(padded, (6, 6, rows, cols, padded.shape[2]), (sy, sx, 4 * sy, 4 * sx, c))
    np.copyto(out.reshape(view.shape), view)


def seconds(work, *arguments):
    start = perf_counter()
    work(*arguments)
    return perf_counter() - start


def main() -> None:
    threadpool_limits(1, user_api="blas")
    rng = np.random.default_rng(0)
    print("H=W   C →  K   first ms  last ms  first/last   tiles first/last")
    for size, channels, filters in SHAPES:
        last = rng.standard_normal((size + 2, size + 2, channels), dtype=np.float32)
        first = np.ascontiguousarray(last.transpose(2, 0, 1))
        weight = rng.standard_normal((9 * channels, filters), dtype=np.float32)
        # (kh, kw, C) × K to K × (C, kh, kw): the same filters in the order that each layout gathers
        flat = weight.reshape(9, channels, filters).transpose(2, 1, 0).reshape(filters, -1).copy()
        out_first = np.empty((filters, size * size), np.float32)
        out_last = np.empty((size * size, filters), np.float32)
        tiles = np.empty(36 * (size // 4) ** 2 * channels, np.float32)
        jobs = [
            (channels_first, first, flat, out_first),
            (channels_last, last, weight, out_last),
            (tiles_first, first, tiles),
            (tiles_last, last, tiles),
        ]
        times = [[seconds(*job) for job in jobs] for _ in range(ROUNDS)]
        a, b, c, d = (median(column) * 1e3 for column in zip(*times, strict=True))
        np.testing.assert_allclose(out_first.T, out_last, rtol=1e-3, atol=1e-3)
        print(f"{size:3} {channels:4} → {filters:3} {a:9.2f} {b:8.2f} {a / b:8.2f} {c / d:14.2f}")


if __name__ == "__main__":
    main()
