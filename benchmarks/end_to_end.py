"""Times what a visitor waits for, from the photo sent to the answer received, beside the same job
done with onnxruntime.

    python -m benchmarks.end_to_end [--only everyday,resnet50] [--photos 24] [--rounds 3]
    [--clients 1 2 4] [--json end_to_end.json]

For each network, `convscope serve` is started with its settings by default and that network in its
models' folder. One, two and four clients send photos, each photo a new one, each client from an
address of its own. The same photos are given to benchmarks/onnxruntime_job.py, as many at once: it
does the same without HTTP, in a process of its own. Both take turns, so that whatever else the
machine does meets both; before, both must give the same answer. Only the ratios of one run count.

The stages of the server are those that it tells (`timings_ms`, and its header `Server-Timing`);
"rest" is what is left of the time that the client waits: HTTP, and what passes between the stages.
"faults" are pages of memory that are touched for the first time, per photo.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

import engine
from app.workspaces.workspace import new_key
from benchmarks.architectures import build
from benchmarks.networks import PAUSE
from benchmarks.onnxruntime_job import Block, Brought, Done, Rival, at_once
from benchmarks.reliability.pictures import save
from benchmarks.reliability.server import MB, Client, Server, quantile
from engine.execution import threads
from engine.formats.onnx import to_onnx
from engine.preprocess import Preprocess
from engine.zoo import names as shipped

ALL = ("everyday", "efficientnet-lite0", "resnet18", "resnet50", "mobilenetv2", "vgg16")
SAMPLE = Path("static/samples/car.jpg")
SIZE = (1024, 768)
STAGES = ("upload", "queue", "decode", "preprocess", "forward", "statistics", "json", "rest")
NEAR = 1e-3  # of a value's largest number


class Side(NamedTuple):
    """What one of the two has made of all photos, for so many clients at once."""

    blocks: list[Block]

    def seconds(self, share: float) -> float:
        return quantile([done.seconds for block in self.blocks for done in block.done], share)

    @property
    def rate(self) -> float:
        """Photos a second."""
        return median(len(block.done) / block.seconds for block in self.blocks)

    @property
    def faults(self) -> float:
        """Of a photo, where the machine was the least disturbed."""
        return min(block.faults / len(block.done) for block in self.blocks)

    def stage(self, name: str) -> float:
        """Milliseconds."""
        return median(done.stages.get(name, 0.0) for block in self.blocks for done in block.done)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(ALL), help="networks, with commas between them")
    parser.add_argument(
        "--photos", type=int, default=24, help="of each round and number of clients"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--warm-up", type=int, default=24, help="photos before anything is timed")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    print(f"{threads.THREADS} threads; ratio = convscope / onnxruntime; milliseconds, MB")
    rows = []
    for name in args.only.split(","):
        rows += measure(name, args)
    summarise(rows)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")


def measure(name: str, args: argparse.Namespace) -> list[dict[str, Any]]:
    """The rows of one network, printed as they come."""
    ships = name in shipped()
    file = to_onnx(engine.load(name)) if ships else build(name)
    with tempfile.TemporaryDirectory() as folder:
        if not ships:
            Path(folder, f"{name}.onnx").write_bytes(file)
        with Server(models_dir=folder, trainings_dir=folder) as server:
            about = json.loads(Client(server.port).get(f"/api/v1/models/{name}").body)
            with Rival(_brought(file, about)) as rival:
                return _measure(name, server, rival, args)


def _brought(file: bytes, about: dict[str, Any]) -> Brought:
    steps = Preprocess.from_dict(about["preprocess"])
    return Brought(file, steps, about["labels"], about["output"] == "logits")


def _measure(
    name: str, server: Server, rival: Rival, args: argparse.Namespace
) -> list[dict[str, Any]]:
    most = max(args.clients)
    visitors = [Visitor(server, name, number) for number in range(most)]
    new = photos()
    first = list(islice(new, 1))
    check(visitors[0](first[0]), rival.run(first, 1).done[0])
    for clients in {1, most}:
        warm = list(islice(new, max(clients, args.warm_up // 2)))
        visit(server, visitors[:clients], warm)
        rival.run(warm, clients)
    rows = []
    for clients in args.clients:
        ours, theirs = Side([]), Side([])
        for _ in range(args.rounds):
            block = list(islice(new, max(clients, args.photos)))
            time.sleep(PAUSE)
            ours.blocks.append(visit(server, visitors[:clients], block))
            time.sleep(PAUSE)
            theirs.blocks.append(rival.run(block, clients))
        rows.append(_row(name, clients, ours, theirs))
        _print(rows[-1])
    memory = [server.peak_memory() / MB, rival.peak_memory / MB]
    print(f"{'':<20}memory at most {memory[0]:.0f} / {memory[1]:.0f}\n", flush=True)
    return [{**row, "memory": memory} for row in rows]


class Visitor:
    """Somebody at an address of its own who sends one photo after the other."""

    def __init__(self, server: Server, model: str, number: int) -> None:
        self._client = Client(server.port, address=f"127.0.1.{number + 1}")
        self._path = f"/api/v1/analyses?model={model}"
        self._key = new_key()

    def come(self) -> None:
        """With a connection of its own: the server has closed the last one meanwhile."""
        self._client.close()

    def __call__(self, photo: bytes) -> Done:
        answer = self._client.post(self._path, photo, key=self._key)
        if answer.status != 201:
            sys.exit(f"answered with {answer.status}: {answer.body[:300]!r}")
        inside = json.loads(answer.body)["timings_ms"]
        parts = (part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
        outside = {name: float(ms) for name, ms in parts}
        stages = {name: outside.get(name) or inside.get(name, 0.0) for name in STAGES}
        stages["rest"] = 1e3 * answer.seconds - sum(stages.values())
        return Done(answer.body, answer.seconds, stages)


def visit(server: Server, visitors: Sequence[Visitor], new: Sequence[bytes]) -> Block:
    """Photos sent by all of the visitors at once."""
    for visitor in visitors:
        visitor.come()
    before = server.page_faults()
    done, seconds = at_once(visitors, new)
    return Block(done, seconds, server.page_faults() - before)


def photos() -> Iterator[bytes]:
    """Photos without end, none like another: parts of a sample, as cameras save them."""
    rng = np.random.default_rng(0)
    sample = Image.open(SAMPLE).convert("RGB")
    while True:
        wide = rng.uniform(0.6, 1) * sample.width
        high = min(sample.height, wide * SIZE[1] / SIZE[0])
        left = rng.uniform(0, sample.width - wide)
        top = rng.uniform(0, sample.height - high)
        part = (left, top, left + wide, top + high)
        yield save(sample.resize(SIZE, Image.Resampling.BILINEAR, part), "JPEG", quality=90)


def check(ours: Done, theirs: Done) -> None:
    """Ends the run where the two do not answer the same."""
    a, b = json.loads(ours.body), json.loads(theirs.body)
    figures = {layer["name"]: layer["stats"] for layer in b["layers"]}
    shared = [layer for layer in a["layers"] if layer["name"] in figures]
    if len(shared) < 0.9 * len(a["layers"]):
        sys.exit(f"only {len(shared)} of {len(a['layers'])} layers have the same names")
    for layer in shared:
        one, other = layer["stats"], figures[layer["name"]]
        size = max(abs(one["min"]), abs(one["max"]))
        for figure in ("min", "max", "mean", "std"):
            if abs(one[figure] - other[figure]) > NEAR * size:
                sys.exit(f"{layer['name']}: {figure} is {one[figure]} here, {other[figure]} there")
    best, other = a["predictions"][0], b["predictions"][0]
    if best["label"] != other["label"] or not math.isclose(
        best["score"], other["score"], abs_tol=NEAR
    ):
        sys.exit(f"{best} here, {other} there")


def _row(name: str, clients: int, ours: Side, theirs: Side) -> dict[str, Any]:
    return {
        "network": name,
        "clients": clients,
        "ratio": ours.seconds(0.5) / theirs.seconds(0.5),
        "ratio_p95": ours.seconds(0.95) / theirs.seconds(0.95),
        "ratio_rate": ours.rate / theirs.rate,
        "rate": ours.rate,
        **{side: _figures(s) for side, s in (("ours", ours), ("onnxruntime", theirs))},
    }


def _figures(side: Side) -> dict[str, Any]:
    return {
        "p50": 1e3 * side.seconds(0.5),
        "p95": 1e3 * side.seconds(0.95),
        "rate": side.rate,
        "faults": side.faults,
        "stages": {name: round(side.stage(name), 2) for name in STAGES},
    }


def _print(row: dict[str, Any]) -> None:
    print(
        f"{row['network']:<20}{row['clients']} at once   ratio {row['ratio']:.2f}   p95 "
        f"{row['ratio_p95']:.2f}   photos a second {row['ratio_rate']:.2f}"
    )
    for side in ("ours", "onnxruntime"):
        figures = row[side]
        stages = "  ".join(f"{name} {ms:.1f}" for name, ms in figures["stages"].items() if ms > 0)
        print(
            f"  {side:<18}p50 {figures['p50']:.1f}  p95 {figures['p95']:.1f}  "
            f"{figures['rate']:.1f}/s  faults {figures['faults']:.0f}   {stages}",
            flush=True,
        )


def summarise(rows: Sequence[dict[str, Any]]) -> None:
    alone = [row for row in rows if row["clients"] == 1]
    if alone:
        mean = geometric_mean(row["ratio"] for row in alone)
        print(f"geometric mean of {len(alone)} networks, one client: {mean:.2f}")
    for row in rows:
        one = next((r for r in alone if r["network"] == row["network"]), None)
        if one is not None and row["clients"] > 1:
            print(
                f"{row['network']:<20}{row['clients']} clients: {row['rate'] / one['rate']:.2f} "
                "times the photos a second of one"
            )


if __name__ == "__main__":
    main()
