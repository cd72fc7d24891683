"""Times 3 × 3 convolution by im2col and by Winograd, side by side: forward, the weight's gradient, the input's gradient.

    python -m benchmarks.conv_kernels [--pictures 64] [--repeats 7]

The two take turns, so that whatever else the machine is doing meets both; only the ratios count.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from engine.kernels import im2col, winograd
from engine.kernels.geometry import Geometry

# (H = W, C, K): the layers of the network that ships, and two like VGG-16's.
LAYERS = [
    (64, 24, 24),
    (32, 24, 48),
    (32, 48, 48),
    (16, 48, 96),
    (16, 96, 96),
    (8, 96, 192),
    (8, 128, 128),
    (8, 192, 192),
    (56, 64, 64),
    (28, 128, 128),
]
SAME = Geometry((1, 1), (1, 1, 1, 1), (1, 1), 1)


def interleaved(
    ways: tuple[Callable[[], object], Callable[[], object]], repeats: int
) -> tuple[float, float]:
    """Median seconds of either way."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for attempt in range(repeats + 1):
        for way, spent in zip(ways, seconds, strict=True):
            start = time.perf_counter()
            way()
            if attempt:  # the first call grows the buffers
                spent.append(time.perf_counter() - start)
    return median(seconds[0]), median(seconds[1])


def passes(
    size: int, channels: int, filters: int, pictures: int
) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """For each pass: by im2col, by Winograd."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((pictures, size, size, channels), np.float32)
    dy = rng.standard_normal((pictures, size, size, filters), np.float32)
    weight = rng.standard_normal((3, 3, channels, filters), np.float32)
    bias = rng.standard_normal(filters, np.float32)
    turned = np.ascontiguousarray(weight[::-1, ::-1].swapaxes(2, 3))
    padding = SAME.padding
    return {
        "forward": (
            lambda: im2col.convolve(x, weight, bias, SAME),
            lambda: winograd.convolve(x, weight, bias, padding),
        ),
        "dW": (
            lambda: im2col.weight_gradient(x, dy, (3, 3), SAME),
            lambda: winograd.weight_gradient(x, dy, padding),
        ),
        "dx": (
            lambda: im2col.convolve(dy, turned, None, SAME),
            lambda: winograd.convolve(dy, turned, None, padding),
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, nargs="+", default=[64, 1])
    parser.add_argument("--repeats", type=int, default=7)
    chosen = parser.parse_args()
    for pictures in chosen.pictures:
        print(f"\n{pictures} pictures; ms by im2col / by Winograd = ratio")
        print(f"{'H=W, C → K':>16}" + "".join(f"{name:>26}" for name in ("forward", "dW", "dx")))
        for size, channels, filters in LAYERS:
            line = f"{size:>4}, {channels:>3} → {filters:>3}"
            for ways in passes(size, channels, filters, pictures).values():
                direct, fast = interleaved(ways, chosen.repeats)
                line += f"{direct * 1e3:>9.2f} / {fast * 1e3:>7.2f} = {direct / fast:.2f}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
