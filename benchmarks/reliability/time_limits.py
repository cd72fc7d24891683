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
    ArgMax,
    AveragePool,
    Conv2d,
    ConvTranspose2d,
    CumSum,
    DepthToSpace,
    Erf,
    Gather,
    GlobalMaxPool,
    InstanceNorm,
    IntegerConv,
    LayerNorm,
    LocalResponseNorm,
    LogSoftmax,
    LpPool,
    MatMul,
    MaxPool,
    Op,
    Pad,
    Pow,
    PRelu,
    Quantize,
    ReduceMean,
    ReduceProd,
    ReduceSum,
    Reshape,
    Resize,
    Sigmoid,
    Softmax,
    TopK,
    Transpose,
    Trigonometric,
)

PROMISED = 0.25  # seconds
ROW = 1 << 26  # numbers: 256 MB


def costly() -> Iterator[tuple[str, Op, tuple[int, ...]]]:
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
    yield "resize, linear", resize(4, "linear"), (16, 480, 480)
    yield "resize, nearest", resize(4, "nearest"), (16, 480, 480)
    yield "top 5 of a row", TopK(5), (ROW,)
    yield "a row in order", TopK(ROW // 8), (ROW // 8,)
    yield "top 5 of many rows", TopK(5), (64, 1024, 1024)
    yield "layer norm", LayerNorm(numbers(1024), numbers(1024)), (64, 1024, 1024)
    yield "layer norm of a row", LayerNorm(numbers(ROW // 4), numbers(ROW // 4)), (ROW // 4,)
    yield "instance norm", InstanceNorm(numbers(64), numbers(64)), (64, 1024, 1024)
    yield "log softmax", LogSoftmax(axis=1), (64, 1024, 1024)
    yield "softmax of a row", Softmax(axis=1), (ROW,)
    yield "PReLU", PRelu(numbers(64, 1, 1)), (64, 1024, 1024)
    yield "sigmoid of a row", Sigmoid(), (ROW,)
    yield "tan", Trigonometric("tan"), (64, 1024, 1024)
    yield "power", Pow(np.full(1, 1.7, np.float32)), (64, 1024, 1024)
    yield "mean of all", ReduceMean((1, 2, 3)), (64, 1024, 1024)
    yield "mean of columns", ReduceMean((3,)), (64, 1024, 1024)
    yield "product of a row", ReduceProd((1,)), (ROW,)
    yield "sum of pairs", ReduceSum((2,)), (ROW // 2, 2)
    yield "largest along columns", ArgMax(axis=3), (64, 1024, 1024)
    yield "cumulative sum of a row", CumSum(axis=1), (ROW,)
    yield "largest of each map", GlobalMaxPool(), (3, 4096, 4096)
    yield "transposed", Transpose((0, 3, 2, 1)), (64, 1024, 1024)
    yield "reshaped", Reshape((0, -1)), (64, 1024, 1024)
    yield "gathered", Gather(np.arange(1023, -1, -1), axis=3), (64, 1024, 1024)
    yield "padded by reflection", Pad((9, 9, 9, 9), mode="reflect"), (64, 1000, 1000)
    yield "depth to space", DepthToSpace(4), (64, 1024, 1024)
    yield "quantised", quantised(), (64, 1024, 1024)
    yield "conv 1 × 1, one long row", conv(256, 256, 1, 0), (256, 1, 1 << 17)
    yield "conv 3 × 3, one long row", conv(256, 256, 3, 1), (256, 1, 1 << 17)
    yield "conv by channel, one long row", conv(256, 256, 3, 1, groups=256), (256, 1, 1 << 17)
    yield "largest of 127, one long row", long_pool(), (32, 1, 1 << 20)


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.01, shape).astype(np.float32)


def value(*shape: int) -> np.ndarray:
    """A value of one picture as the engine keeps it in memory: maps channels last."""
    if len(shape) < 3:
        return np.random.default_rng(0).random((1, *shape), np.float32)
    channels, height, width = shape
    rng = np.random.default_rng(0)
    return rng.random((1, height, width, channels), np.float32).transpose(0, 3, 1, 2)


def conv(filters: int, channels: int, kernel: int, padding: int, **more: int) -> Conv2d:
    groups, stride = more.get("groups", 1), more.get("stride", 1)
    weight = numbers(filters, channels // groups, kernel, kernel)
    return Conv2d(weight, None, stride=(stride,) * 2, padding=(padding,) * 4, groups=groups)


def whole(filters: int, channels: int, kernel: int, padding: int) -> IntegerConv:
    weight = np.rint(numbers(filters, channels, kernel, kernel) * 5000)
    return IntegerConv(weight, None, padding=(padding,) * 4)


def painted(channels: int, filters: int, kernel: int) -> ConvTranspose2d:
    return ConvTranspose2d(numbers(channels, filters, kernel, kernel), None, stride=(2, 2))


def resize(times: int, mode: str = "cubic") -> Resize:
    return Resize(mode=mode, scales=(float(times), float(times)))


def quantised() -> Quantize:
    return Quantize(np.full(64, 0.01, np.float32), np.zeros(64, np.float32), axis=-3)


def long_pool() -> MaxPool:
    return MaxPool((1, 127), (1, 1), (0, 63, 0, 63))


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
        x = value(*shape)
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
