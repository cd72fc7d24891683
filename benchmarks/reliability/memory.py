"""Does the server keep to the memory that its settings allow? It is given far more than may be kept
(analyses, models, inspected steps), and its memory is looked at afterwards.

    python -m benchmarks.reliability.memory [--only analyses]

The proportional set size counts once what processes share. By how much it is above that of the
server which has done everything once is compared with the setting. Every setting has a server of
its own.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial

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
LITTLE = 32 * 2**20  # bytes, for analyses where something else is measured
ALL = ("analyses", "models", "steps")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=ALL, action="append")
    parser.add_argument("--count", type=int, default=500, help="of analyses and steps")
    parser.add_argument("--models", type=int, default=120)
    parser.add_argument("--cache-mb", type=int, default=512, help="for analyses")
    parser.add_argument("--models-mb", type=int, default=256)
    parser.add_argument("--steps-mb", type=int, default=256)
    args = parser.parse_args()
    chosen = args.only or ALL
    if "analyses" in chosen:
        measure("max_analysis_cache_bytes", args.cache_mb, bring_five, partial(analyse, args.count))
    if "models" in chosen:
        measure(
            "max_models_bytes",
            args.models_mb,
            bring_one,
            partial(fill_with_models, args.models),
            max_analysis_cache_bytes=LITTLE,
        )
    if "steps" in chosen:
        measure(
            "max_step_cache_bytes",
            args.steps_mb,
            fill_the_cache,
            partial(fill_with_steps, args.count),
            max_analysis_cache_bytes=LITTLE,
        )


def measure(
    setting: str,
    allowed_mb: int,
    prepare: Callable[[Client], list[str]],
    fill: Callable[[Client, list[str]], None],
    **settings: object,
) -> None:
    """What ``fill`` adds to a server for which a setting allows so much. Before, it is brought the
    models that are asked, and each of them is run once.
    """
    allowed = allowed_mb * 2**20
    with Server(**{setting: allowed}, **settings) as server:
        client = Client(server.port)
        models = prepare(client)
        for model in models:
            predict(client, model, -1)
        idle = server.proportional_memory()
        fill(client, models)
        after, most = server.proportional_memory(), server.peak_memory()
    grown = after - idle
    row(f"CONVSCOPE_{setting.upper()}", f"{allowed / MB:.0f} MB")
    row("idle, with " + ", ".join(models), f"{idle / MB:.0f} MB")
    row("filled several times", f"{after / MB:.0f} MB, at most {most / MB:.0f} MB")
    row("grown by", f"{grown / MB:.0f} MB", f"≤ {1.1 * allowed / MB:.0f} MB, with the 10 %")


def bring_five(client: Client) -> list[str]:
    """Five networks: two that are brought, and the ones that ship."""
    brought = [bring(client, network) for network in (normalised(), silenced())]
    there = [name for name in SHIPPED if client.get(f"/api/v1/models/{name}").status == 200]
    return brought + there


def bring_one(client: Client) -> list[str]:
    """What a model takes beside its numbers is taken before; nothing of the model is left."""
    model = bring(client, wide(0))
    predict(client, model, -1)
    client.delete(f"/api/v1/models/{model}")
    return ["everyday"]


def fill_the_cache(client: Client) -> list[str]:
    """What analyses take is taken before."""
    analyse(30, client, ["everyday"])
    return ["everyday"]


def bring(client: Client, network: Network) -> str:
    """The id of a network that is uploaded."""
    file = safetensors.to_bytes(network, half=False)
    answer = client.post("/api/v1/models", file, "application/octet-stream")
    assert answer.status == 201, answer
    return str(json.loads(answer.body)["id"])


def analyse(count: int, client: Client, models: list[str]) -> None:
    """So many photos, the models taking turns."""
    for number in range(count):
        analysed(client, models[number % len(models)], number)


def fill_with_models(count: int, client: Client, _: list[str]) -> None:
    """Bring so many models, and use each."""
    for number in range(count):
        predict(client, bring(client, wide(number + 1)), number)


def fill_with_steps(count: int, client: Client, models: list[str]) -> None:
    """One step on each of so many photos."""
    for number in range(count):
        done = analysed(client, models[0], number)
        content = json.dumps({"label": 0}).encode()
        answer = client.post(f"/api/v1/analyses/{done}/training-step", content, "application/json")
        assert answer.status == 201, answer


def analysed(client: Client, model: str, seed: int) -> str:
    """The id of an analysis of a photo."""
    answer = client.post(f"/api/v1/analyses?model={model}", photo(seed))
    assert answer.status == 201, answer
    return str(json.loads(answer.body)["id"])


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


def wide(seed: int) -> Network:
    """Mostly numbers, 7 MB of them: another network for each seed."""
    return network("wide", lambda _: (Relu(),), (64, 256, 384), seed)


def network(
    name: str,
    after: Callable[[int], tuple[Op, ...]],
    widths: tuple[int, ...] = (24, 48, 96),
    seed: int = 0,
) -> Network:
    """A stem and three convolutions with what comes ``after`` each, for photos of 128 × 128."""
    rng = np.random.default_rng(seed)
    nodes: list[Node] = []
    channels = 3

    def add(op: Op) -> None:
        before = nodes[-1].name if nodes else "input"
        nodes.append(Node(f"layer{len(nodes)}", op, (before,)))

    for width in widths:
        weight = rng.normal(0, 0.1, (width, channels, 3, 3)).astype(np.float32)
        add(Conv2d(weight, None, padding=(1, 1, 1, 1)))
        for op in after(width):
            add(op)
        add(MaxPool(kernel=(2, 2), stride=(2, 2)))
        channels = width
    add(Flatten())
    add(Dense(rng.normal(0, 0.01, (10, channels * 16 * 16)).astype(np.float32), None))
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
