"""Does the server keep to the memory that its settings allow? Analyses of different photos by five
networks in turn, far more than the cache holds, and the server's memory after it.

    python -m benchmarks.reliability.memory

The proportional set size counts once what processes share. By how much it is above that of the
server with all five networks loaded is compared with CONVSCOPE_MAX_ANALYSIS_CACHE_BYTES.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

import numpy as np
from PIL import Image

from benchmarks.reliability.pictures import save
from benchmarks.reliability.server import MB, Client, Server, row
from engine.formats import safetensors
from engine.network import Network, Node
from engine.ops import (
    BatchNorm,
    Conv2d,
    Dense,
    Flatten,
    LocalResponseNorm,
    MaxPool,
    Op,
    Relu,
    Softmax,
)
from engine.preprocess import Preprocess

SHIPPED = ("everyday", "branches", "efficientnet-lite0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--cache-mb", type=int, default=512)
    args = parser.parse_args()
    cache = args.cache_mb * 2**20
    with Server(max_analysis_cache_bytes=cache) as server:
        client = Client(server.port)
        models = []
        for network in (normalised(), silenced()):
            file = safetensors.to_bytes(network, half=False)
            answer = client.post("/api/v1/models", file, "application/octet-stream")
            models.append(json.loads(answer.body)["id"])
        models += [name for name in SHIPPED if client.get(f"/api/v1/models/{name}").status == 200]
        for model in models:  # what each loads and prepares once
            predict(client, model, -1)
        idle = server.proportional_memory()
        for number in range(args.count):
            analyse(client, models[number % len(models)], number)
        after, most = server.proportional_memory(), server.peak_memory()
    row("networks", ", ".join(models))
    row("idle, with the networks", f"{idle / MB:.0f} MB")
    row(f"after {args.count} analyses", f"{after / MB:.0f} MB, at most {most / MB:.0f} MB")
    grown = after - idle
    row("grown by", f"{grown / MB:.0f} MB", f"≤ {1.1 * cache / MB:.0f} MB: {cache / MB:.0f} + 10 %")


def analyse(client: Client, model: str, seed: int) -> None:
    answer = client.post(f"/api/v1/analyses?model={model}", photo(seed))
    assert answer.status == 201, answer


def predict(client: Client, model: str, seed: int) -> None:
    answer = client.post(f"/api/v1/predict?model={model}", photo(seed))
    assert answer.status == 200, answer


def photo(seed: int) -> bytes:
    rng = np.random.default_rng(seed + 1)
    return save(Image.fromarray(rng.integers(0, 256, (240, 320, 3), np.uint8)), "JPEG")


def normalised() -> Network:
    """Batch normalisation after each convolution."""
    return network("normalised", lambda width: (BatchNorm(*statistics(width)), Relu()))


def silenced() -> Network:
    """Local response normalisation, which keeps a copy of what it divides by."""
    return network("silenced", lambda _: (Relu(), LocalResponseNorm(5)))


def network(name: str, after: Callable[[int], tuple[Op, ...]]) -> Network:
    """A stem and three convolutions with what comes ``after`` each, for photos of 128 × 128."""
    rng = np.random.default_rng(0)
    nodes: list[Node] = []
    channels = 3

    def add(op: Op) -> None:
        before = nodes[-1].name if nodes else "input"
        nodes.append(Node(f"layer{len(nodes)}", op, (before,)))

    for width in (24, 48, 96):
        weight = rng.normal(0, 0.1, (width, channels, 3, 3)).astype(np.float32)
        add(Conv2d(weight, None, padding=(1, 1, 1, 1)))
        for op in after(width):
            add(op)
        add(MaxPool(kernel=(2, 2), stride=(2, 2)))
        channels = width
    add(Flatten())
    add(Dense(rng.normal(0, 0.01, (10, 96 * 16 * 16)).astype(np.float32), None))
    add(Softmax())
    size = (3, 128, 128)
    return Network(
        nodes,
        inputs={"input": size},
        outputs=(nodes[-1].name,),
        preprocess=Preprocess(size, mean=(0.5,) * 3, std=(0.25,) * 3),
        name=name,
        meta={"title": name},
    )


def statistics(width: int) -> tuple[np.ndarray, ...]:
    one, zero = np.ones(width, np.float32), np.zeros(width, np.float32)
    return one, zero, zero, one


if __name__ == "__main__":
    main()
