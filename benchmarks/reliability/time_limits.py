"""How long after its time limit is work still at work? For one layer of each costly kind, near the
limits of what an upload may cost, stopped at moments that lie anywhere in its middle.

    python -m benchmarks.reliability.time_limits

Work that ends by itself before its limit counts as nothing.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator

import anyio
import anyio.to_thread
import numpy as np

from app.errors import TimeLimit
from app.execution.executor import WorkExecutor
from engine.network import Network, Node
from engine.ops import (
    AveragePool,
    Conv2d,
    ConvTranspose2d,
    CumSum,
    Erf,
    IntegerConv,
    LocalResponseNorm,
    LpPool,
    MatMul,
    MaxPool,
    Op,
    Resize,
    Softmax,
)

PROMISED = 0.25  # seconds


def costly() -> Iterator[tuple[str, Op, tuple[int, int, int]]]:
    """Names, ops and the shapes of their inputs, made one at a time."""
    yield "conv 127 × 127", conv(16, 3, 127, 63), (3, 224, 224)
    yield "conv 127 × 127, 64 channels", conv(1, 64, 127, 63), (64, 224, 224)
    yield "conv 3 × 3", conv(512, 512, 3, 1), (512, 112, 112)
    yield "conv 1 × 1", conv(2048, 2048, 1, 0), (2048, 96, 96)
    yield "conv 1 × 1, one place", conv(4096, 4096, 1, 0), (4096, 1, 1)
    yield "conv by channel 31 × 31", conv(256, 256, 31, 15, groups=256), (256, 384, 384)
    yield "conv by channel, stride 2", conv(64, 64, 63, 31, groups=64, stride=2), (64, 512, 512)
    yield "conv in 8 groups", conv(256, 256, 9, 4, groups=8), (256, 160, 160)
    yield "whole numbers, 15 × 15", whole(32, 64, 15, 7), (64, 224, 224)
    yield "transposed conv 64 × 64", painted(32, 16, 64), (32, 96, 96)
    yield "largest of 127 × 127", MaxPool((127, 127), (1, 1), (63, 63, 63, 63)), (64, 448, 448)
    yield "mean of 127 × 127", AveragePool((127, 127), (1, 1), (63, 63, 63, 63)), (64, 448, 448)
    yield "norm of 15 × 15", LpPool((15, 15), (1, 1), 3, (7, 7, 7, 7)), (64, 448, 448)
    yield "LRN over 511 channels", LocalResponseNorm(511), (512, 224, 224)
    yield "matrix product", MatMul(numbers(4096, 4096)), (1, 2048, 4096)
    yield "many matrix products", MatMul(numbers(512, 512)), (64, 1024, 512)
    yield "erf", Erf(), (64, 1024, 1024)
    yield "softmax", Softmax(axis=1), (64, 1024, 1024)
    yield "cumulative sums", CumSum(axis=3), (64, 1024, 1024)
    yield "resize", resize(4), (16, 480, 480)


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.01, shape).astype(np.float32)


def maps(channels: int, height: int, width: int) -> np.ndarray:
    """A value as the engine keeps it in memory, channels last."""
    return numbers(1, height, width, channels).transpose(0, 3, 1, 2)


def conv(filters: int, channels: int, kernel: int, padding: int, **more: int) -> Conv2d:
    groups, stride = more.get("groups", 1), more.get("stride", 1)
    weight = numbers(filters, channels // groups, kernel, kernel)
    return Conv2d(weight, None, stride=(stride,) * 2, padding=(padding,) * 4, groups=groups)


def whole(filters: int, channels: int, kernel: int, padding: int) -> IntegerConv:
    weight = np.rint(numbers(filters, channels, kernel, kernel) * 5000)
    return IntegerConv(weight, None, padding=(padding,) * 4)


def painted(channels: int, filters: int, kernel: int) -> ConvTranspose2d:
    return ConvTranspose2d(numbers(channels, filters, kernel, kernel), None, stride=(2, 2))


def resize(times: int) -> Resize:
    return Resize(mode="cubic", scales=(float(times), float(times)))


async def overshoot(network: Network, x: np.ndarray, limit: float) -> float | None:
    """Seconds after its limit at which the thread was free again; None when it was done before."""
    executor, free = WorkExecutor(1, 0, limit), threading.Event()
    ends: list[float] = []

    def work(check: object) -> None:
        try:
            network.forward(x)
        finally:
            ends.append(time.monotonic())
            free.set()

    begun = time.monotonic()
    try:
        await executor.run(work)
    except TimeLimit:
        await anyio.to_thread.run_sync(free.wait)
        return ends[0] - begun - limit
    finally:
        executor.close()
    return None


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="stops of each layer")
    parser.add_argument("--longest", type=float, default=1.0, help="of the limits, in seconds")
    parser.add_argument("--only", default="", help="layers whose names hold this")
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    every: list[float] = []
    for name, op, shape in costly():
        if options.only not in name:
            continue
        network = Network(
            [Node("layer", op, ("input",))], inputs={"input": shape}, outputs=("layer",)
        )
        network.freeze()
        x = maps(*shape)
        network.forward(x)  # as an upload does: what is prepared once is not measured
        found = [
            late
            for limit in rng.uniform(0.02, options.longest, options.rounds)
            if (late := await overshoot(network, x, float(limit))) is not None
        ]
        every += found
        worst = f"{1e3 * max(found):6.0f} ms late at most" if found else "done before its limit"
        print(f"{name:32} {len(found):4} stops {worst}", flush=True)
    met = sum(late <= PROMISED for late in every)
    print(f"{met} of {len(every)} stops within {1e3 * PROMISED:.0f} ms of the limit")


if __name__ == "__main__":
    anyio.run(main)
