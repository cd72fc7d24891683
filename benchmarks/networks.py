"""Times whole networks, every value kept, beside onnxruntime and PyTorch, in one run.

    python -m benchmarks.networks [--only vgg16,resnet18] [--batch 1 8] [--rounds 10] [--json
    networks.json]

Each network is built here (benchmarks/architectures.py, `everyday` from its weights), handed to
everyone as the same ONNX file, and must first give the same values: within a thousandth of the
largest, each of them. Then the rivals take turns, so that whatever else the machine is doing meets
all of them; each waits a little, runs twice in a row, and the second run counts, so that nobody
pays for the one before. Only the ratios of one run count.

- ours: `Network.forward`, every value in the trace;
- ort-all: onnxruntime with every value as an output;
- ort: onnxruntime with only the result;
- torch: PyTorch with a hook on every module that keeps its output, where torch and torchvision are
  installed.

`--sizes` times one network against the size of its picture instead: time should grow with the
multiply-adds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

import engine
from benchmarks.architectures import NETWORKS, build
from engine.cost import cost
from engine.execution import threads
from engine.formats.onnx import from_onnx, to_onnx
from engine.kernels import autotune
from engine.network import Network
from engine.types import Array

GOALS = ("vgg16", "resnet18", "resnet50", "squeezenet", "mobilenetv2", "alexnet")
ALL = (*NETWORKS, "everyday")
NEAR = 1e-3  # of a value's largest number
# seconds: onnxruntime's threads go on spinning after a run, at the cost of whoever comes next
PAUSE = 0.1
RIVALS = ("ours", "ort-all", "ort", "torch")

Run = Callable[[], Any]


def file_of(name: str, size: int = 224) -> bytes:
    """The network as an ONNX file."""
    return to_onnx(engine.load(name)) if name == "everyday" else build(name, size)


def session(data: bytes, everything: bool) -> onnxruntime.InferenceSession:
    """onnxruntime on as many threads as ours."""
    if everything:
        model = onnx.load_from_string(data)
        del model.graph.output[:]
        made = [name for node in model.graph.node for name in node.output]
        model.graph.output.extend(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in made
        )
        data = model.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads.THREADS
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def check(network: Network, all_of: onnxruntime.InferenceSession, x: Array) -> float:
    """The largest difference of any value, as a share of its largest number. Ends the run when it
    is too large.
    """
    trace = network.forward(x)
    names = [output.name for output in all_of.get_outputs()]
    values = dict(zip(names, all_of.run(None, {all_of.get_inputs()[0].name: x}), strict=True))
    worst = 0.0
    for name in set(names) & set(trace):
        apart = float(np.abs(trace[name] - values[name]).max() / np.abs(values[name]).max())
        if not apart <= NEAR:
            sys.exit(f"{network.name}: {name} differs by {apart:.1e} of its largest number")
        worst = max(worst, apart)
    return worst


def torch_run(name: str, x: Array) -> Run | None:
    """torchvision's network of that name, every module's output kept; None where it is not
    installed or has none.
    """
    known = {"squeezenet": "squeezenet1_1", "mobilenetv2": "mobilenet_v2"}.get(name, name)
    if find_spec("torchvision") is None or name not in GOALS:
        return None
    import torch
    import torchvision

    torch.set_num_threads(threads.THREADS)
    network = torchvision.models.get_model(known, weights=None).eval()
    kept: dict[str, Any] = {}
    for path, module in network.named_modules():
        if hasattr(module, "inplace"):
            module.inplace = False
        if not list(module.children()):
            module.register_forward_hook(lambda _, __, y, path=path: kept.update({path: y}))
    given = torch.from_numpy(np.ascontiguousarray(x)).contiguous(memory_format=torch.channels_last)
    network = network.to(memory_format=torch.channels_last)

    def run() -> None:
        with torch.inference_mode():
            network(given)

    return run


def measure(name: str, batch: int, rounds: int, rivals: list[str]) -> dict[str, Any]:
    """Median milliseconds of each rival."""
    data = file_of(name)
    network = from_onnx(data, name=name).freeze()
    shape = next(iter(network.inputs.values()))
    x = np.random.default_rng(0).standard_normal((batch, *shape), np.float32)
    all_of, result_of = session(data, True), session(data, False)
    worst = check(network, all_of, x)
    given = {all_of.get_inputs()[0].name: x}
    possible: dict[str, Run | None] = {
        "ours": lambda: network.forward(x),
        "ort-all": lambda: all_of.run(None, given),
        "ort": lambda: result_of.run(None, given),
        "torch": torch_run(name, x) if "torch" in rivals else None,
    }
    runs = {rival: run for rival in rivals if (run := possible[rival]) is not None}
    seconds = interleaved(runs, rounds)
    milliseconds = {rival: round(median(times) * 1e3, 2) for rival, times in seconds.items()}
    return {"network": name, "batch": batch, "apart": worst, **milliseconds}


def interleaved(runs: dict[str, Run], rounds: int) -> dict[str, list[float]]:
    """Seconds of every run, the runs taking turns; the first two rounds grow buffers and fill
    caches.
    """
    seconds: dict[str, list[float]] = {rival: [] for rival in runs}
    for attempt in range(rounds + 2):
        for rival, run in runs.items():
            time.sleep(PAUSE)
            run()  # the caches are full of another's numbers
            start = time.perf_counter()
            kept = run()
            if attempt > 1:
                seconds[rival].append(time.perf_counter() - start)
            del kept
    return seconds


def peak(name: str, rival: str) -> float:
    """Megabytes that a process of its own takes at most for three runs, beyond what it takes with
    everything imported.
    """
    code = (
        "import resource, sys; from benchmarks import networks as n\nimport numpy as np\nname, "
        f"rival = {name!r}, {rival!r}\nrss = lambda: "
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\ndata = n.file_of(name); net "
        "= n.from_onnx(data, name=name).freeze()\nx = np.zeros((1, "
        "*next(iter(net.inputs.values()))), np.float32)\ns = None if rival == 'ours' else "
        "n.session(data, True)\nif s is not None: del net\nfor _ in range(3): kept = "
        "net.forward(x) if s is None else s.run(None, {s.get_inputs()[0].name: "
        "x})\nprint(rss())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    return float(done.stdout)


def against_size(name: str, rounds: int) -> list[dict[str, Any]]:
    """Milliseconds and multiply-adds for pictures of several sizes."""
    rows = []
    for size in (128, 160, 192, 224, 288, 352):
        network = from_onnx(build(name, size), name=name).freeze()
        x = np.random.default_rng(0).standard_normal((1, 3, size, size), np.float32)
        times = interleaved({"ours": lambda n=network, x=x: n.forward(x)}, rounds)["ours"]  # type: ignore[misc]
        work = cost(network).multiply_adds
        rows.append(
            {"size": size, "ms": median(times) * 1e3, "ns_per_mac": median(times) * 1e9 / work}
        )
    return rows


def report(rows: list[dict[str, Any]], rivals: list[str]) -> dict[str, float]:
    """Print the table; the geometric mean of the six networks' ratios to onnxruntime with all
    values, by batch.
    """
    print(f"\n{threads.THREADS} threads; milliseconds, medians; ratio = ours / ort-all")
    print(f"{'network':<20}{'batch':>6}" + "".join(f"{r:>10}" for r in rivals) + f"{'ratio':>8}")
    means: dict[str, float] = {}
    for row in rows:
        ratio = row["ours"] / row["ort-all"] if "ort-all" in row else float("nan")
        times = "".join(f"{row[r]:>10.1f}" if r in row else f"{'–':>10}" for r in rivals)
        print(f"{row['network']:<20}{row['batch']:>6}{times}{ratio:>8.2f}")
    for batch in sorted({row["batch"] for row in rows}):
        six = [
            r["ours"] / r["ort-all"] for r in rows if r["network"] in GOALS and r["batch"] == batch
        ]
        if len(six) == len(GOALS):
            means[str(batch)] = geometric_mean(six)
            print(f"geometric mean of the six, batch {batch}: {means[str(batch)]:.2f}")
    return means


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(ALL))
    parser.add_argument("--batch", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--rivals", default=",".join(RIVALS))
    parser.add_argument("--sizes", metavar="NETWORK")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--tune", action="store_true", help="as `convscope tune` does, beforehand")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    if chosen.sizes:
        for row in against_size(chosen.sizes, chosen.rounds):
            print(
                f"{row['size']:>5}{row['ms']:>9.1f} ms{row['ns_per_mac']:>9.4f} ns a multiply-add"
            )
        return
    rivals = ["ours", *(r for r in chosen.rivals.split(",") if r != "ours")]
    names = chosen.only.split(",")
    for name in names if chosen.tune else ():
        autotune.tune(from_onnx(file_of(name)))
    if chosen.memory:
        for name in names:
            print(
                f"{name:<20}"
                + "".join(f"{r:>10}{peak(name, r):>8.0f} MB" for r in ("ours", "ort-all"))
            )
        return
    rows = [measure(name, batch, chosen.rounds, rivals) for batch in chosen.batch for name in names]
    means = report(rows, rivals)
    if chosen.json:
        about = {"threads": threads.THREADS, "geometric_mean": means, "rows": rows}
        chosen.json.write_text(json.dumps(about, indent=1) + "\n")


if __name__ == "__main__":
    main()
