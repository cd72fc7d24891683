"""Times attributions beside Captum's on the same weights, in one run, and holds the maps against
each other.

    python -m benchmarks.attributions [--only everyday,resnet18] [--methods saliency,occlusion]
        [--rounds 5] [--threads 2] [--json attributions.json]

The two take turns, so that whatever else the machine is doing meets both; only the ratio of one run
counts. Captum gets the network as a PyTorch module on copies of the weights (resnet18 has random
ones, in the files of benchmarks/architectures.py), channels last in memory, its faster layout here
(--contiguous is the other), and as many pictures at a time as TOGETHER says.

A map must be Captum's, up to the rounding of float32: the largest difference, as a part of the
largest value, is printed. In a deep network rounding alone flips a few switches, and each flip
moves a gradient by a jump: where two maps are further apart than TOLERANCE, Captum's is computed in
float64 as well, and the exit status is 1 if the engine's is more than twice as far from that as
Captum's own in float32 is. For SmoothGrad Captum is given the engine's noise while the maps are
compared.

People ask for an attribution of a photo that has been analysed, so the engine's time begins with
the trace of that pass; Captum has no place for one and always runs the network first. The lines
marked "from the photo" run it in the engine too. Needs PyTorch and Captum
(pip install '.[bench]'); without them it says so, with exit status 2.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from engine.network import Network
    from engine.trace import Trace
    from engine.types import Array

NETWORKS = ("everyday", "resnet18", "efficientnet-lite0")
TOLERANCE = 1e-3
STEPS, SAMPLES = 64, 25
TOGETHER = {"everyday": 32, "resnet18": 8, "efficientnet-lite0": 8}  # pictures at a time for Captum
GOALS = {"saliency": 0.5, "grad_cam": 0.5}  # of Captum's time; of all others 1
PHOTOS = Path(__file__).parents[1] / "static" / "samples"


class Method(NamedTuple):
    """A row of the table: the name, the engine's method, its options, and whether the trace is
    given.
    """

    name: str
    method: str
    options: dict[str, Any]
    from_trace: bool = True


METHODS = (
    Method("saliency", "saliency", {}),
    Method("saliency, from the photo", "saliency", {}, False),
    Method("grad_cam", "grad_cam", {}),
    Method("grad_cam, from the photo", "grad_cam", {}, False),
    Method("integrated_gradients", "integrated_gradients", {"steps": STEPS}),
    Method("smooth_grad", "smooth_grad", {"samples": SAMPLES}),
    Method("occlusion", "occlusion", {}),
    Method("input_x_gradient", "input_x_gradient", {}),
    Method("guided_backprop", "guided_backprop", {}),
)


class Asked(NamedTuple):
    """A photo as the network sees it, the trace of it, and the class that is asked about."""

    x: Array
    trace: Trace
    unit: int


Way = Callable[[Asked], Any]  # → map (H, W)


def load(name: str) -> Network:
    import engine

    if name in ("everyday", "efficientnet-lite0"):
        return engine.load(name)
    from benchmarks.architectures import build
    from engine.formats.onnx import from_onnx

    return from_onnx(build(name), name=name).freeze()


def questions(net: Network) -> Iterator[Asked]:
    """Each sample photo, with its best class."""
    from PIL import Image

    import engine

    preprocess = net.preprocess or engine.load("efficientnet-lite0").preprocess
    assert preprocess is not None
    height, width = preprocess.input_size[1:]
    for path in sorted(PHOTOS.glob("*.jpg")):
        with Image.open(path) as image:
            box = preprocess.crop_box(*image.size)
            seen = image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC, box)
        x = preprocess.normalise(np.asarray(seen))
        trace = net.forward(x)
        yield Asked(x, trace, int(trace[net.logits][0].argmax()))


def engine_way(net: Network, row: Method) -> Way:
    from engine.attribution import attribute

    def run(asked: Asked) -> Array:
        given = asked.trace if row.from_trace else asked.x
        return attribute(net, given, row.method, target=asked.unit, **row.options).values

    return run


class Captum:
    """Captum's methods on one network, each a Way."""

    def __init__(self, net: Network, layout: Any) -> None:
        import torch

        from benchmarks.torch_module import torch_module

        self.net, self.torch, self.dtype = net, torch, np.dtype(np.float32)
        self.module = torch_module(net).to(memory_format=layout).eval()
        self.together = TOGETHER[net.name]

    def way(self, row: Method) -> Way | None:
        """None where Captum computes something else."""
        from captum import attr

        match row.method:
            case "saliency":
                return self._run(attr.Saliency(self.module).attribute, _largest)
            case "input_x_gradient":
                return self._run(attr.InputXGradient(self.module).attribute, _added)
            case "guided_backprop" if not self._has("clip"):  # Captum guides ReLUs alone
                return self._run(attr.GuidedBackprop(self.module).attribute, _largest)
            case "integrated_gradients":
                how = partial(
                    attr.IntegratedGradients(self.module).attribute,
                    n_steps=row.options["steps"],
                    method="riemann_middle",
                    internal_batch_size=self.together,
                )
                return self._run(how, _added)
            case "smooth_grad":
                return self._smooth_grad(row)
            case "occlusion":
                return self._occlusion()
            case "grad_cam":
                return self._grad_cam()
        return None

    def _has(self, kind: str) -> bool:
        return any(node.op.op_type == kind for node in self.net.nodes)

    def _run(self, how: Callable[..., Any], reduce: Callable[[Any], Any]) -> Way:
        def run(asked: Asked) -> Array:
            picture = self.torch.from_numpy(asked.x.astype(self.dtype)).requires_grad_()
            found: Array = reduce(how(picture, target=asked.unit)).detach().numpy()[0]
            return found

        return run

    def _smooth_grad(self, row: Method) -> Way:
        from captum import attr

        from engine.attribution import METHODS as KNOWN

        tunnel = attr.NoiseTunnel(attr.Saliency(self.module))

        def run(asked: Asked) -> Array:
            spread = asked.x.max() - asked.x.min()
            how = partial(
                tunnel.attribute,
                nt_type="smoothgrad",
                nt_samples=row.options["samples"],
                nt_samples_batch_size=self.together,
                stdevs=float(KNOWN["smooth_grad"].options["noise"].default * spread),
                abs=False,
            )
            return self._run(how, _largest)(asked)

        return run

    def _occlusion(self) -> Way:
        from captum import attr

        from engine.attribution.occlusion import window_and_stride

        height, width = next(iter(self.net.inputs.values()))[1:]
        chosen = window_and_stride((height, width), None, None)
        side, step = chosen["window"], chosen["stride"]
        how = partial(
            attr.Occlusion(self.module).attribute,
            sliding_window_shapes=(3, side, side),
            strides=(3, step, step),
            perturbations_per_eval=self.together,
        )
        # A window covers all colours at once: each holds the same drop.
        return self._run(how, lambda found: found[:, 0])

    def _grad_cam(self) -> Way:
        from captum import attr
        from torch.nn.functional import interpolate

        from engine.attribution.cam import default_layer

        size = next(iter(self.net.inputs.values()))[1:]
        layer = self.module.layer(default_layer(self.net))
        how = partial(attr.LayerGradCam(self.module, layer).attribute, relu_attributions=True)

        def enlarged(found: Any) -> Any:
            return interpolate(found, size, mode="bilinear", align_corners=False)[:, 0]

        return self._run(how, enlarged)

    def exact(self, way: Way, asked: Asked) -> Array:
        """The map in float64."""
        self.module.double()
        self.dtype = np.dtype(np.float64)
        try:
            return self.with_our_noise(way, asked)
        finally:
            self.module.float()
            self.dtype = np.dtype(np.float32)

    def with_our_noise(self, way: Way, asked: Asked) -> Array:
        """The map of a way that draws noise, drawn by the engine's generator instead."""
        rng, own = np.random.default_rng(0), self.torch.normal

        def normal(_: float, deviations: Any) -> Any:
            draws = [rng.standard_normal(d.shape, np.float32) for d in deviations]
            return self.torch.from_numpy(np.stack(draws)).to(deviations.dtype) * deviations

        self.torch.normal = normal
        try:
            found: Array = way(asked)
            return found
        finally:
            self.torch.normal = own


def _largest(found: Any) -> Any:
    return found.abs().amax(1)


def _added(found: Any) -> Any:
    return found.sum(1)


def difference(one: Array, two: Array) -> float:
    """The largest difference of two maps, as a part of the largest value."""
    # A class may have no map at all.
    return float(np.abs(one - two).max() / (np.abs(two).max() or 1))


def timed(mine: Way, other: Way, asked: Asked, rounds: int) -> tuple[float, float]:
    """Median seconds of each, in turns."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for way, seconds in zip((mine, other), spent, strict=True):
            began = time.perf_counter()
            way(asked)
            seconds.append(time.perf_counter() - began)
    return median(spent[0]), median(spent[1])


def measure(name: str, rows: list[Method], rounds: int, layout: Any) -> Iterator[dict[str, Any]]:
    """A line of the table for each method that both have."""
    net = load(name)
    captum = Captum(net, layout)
    asked = list(questions(net))[: 4 if name == "everyday" else 1]
    for row in rows:
        mine, other = engine_way(net, row), captum.way(row)
        if other is None:
            continue
        # This is the first run too, which grows buffers and chooses kernels.
        apart, same = compared(mine, other, captum, asked)
        ours, theirs = timed(mine, other, asked[0], rounds)
        yield {
            "network": name,
            "method": row.name,
            "ratio": ours / theirs,
            "goal": GOALS.get(row.method, 1.0) if row.from_trace else None,
            "engine_ms": ours * 1e3,
            "captum_ms": theirs * 1e3,
            "apart": apart,
            "same": same,
        }


def compared(mine: Way, other: Way, captum: Captum, asked: list[Asked]) -> tuple[float, bool]:
    """How far the maps are apart at most, and whether rounding explains it."""
    apart, same = 0.0, True
    for one in asked:
        ours, theirs = mine(one), captum.with_our_noise(other, one)
        apart = max(apart, difference(ours, theirs))
        if difference(ours, theirs) > TOLERANCE:
            exact = captum.exact(other, one)
            same = same and difference(ours, exact) <= 2 * difference(theirs, exact)
    return apart, same


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(NETWORKS))
    parser.add_argument("--methods", help="by the names in the table, or the engine's")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--contiguous", action="store_true", help="Captum's other memory layout")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    missing = [module for module in ("torch", "captum") if find_spec(module) is None]
    if missing:
        print(f"{' and '.join(missing)} missing: pip install '.[bench]'", file=sys.stderr)
        sys.exit(2)
    # The engine starts one worker for each core that it may use, when it is first imported.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: chosen.threads])
    import torch

    warnings.filterwarnings("ignore", "Setting backward hooks on ReLU")
    torch.set_num_threads(chosen.threads)
    layout = torch.contiguous_format if chosen.contiguous else torch.channels_last
    wanted = set(chosen.methods.split(",")) if chosen.methods else None
    rows = [r for r in METHODS if wanted is None or wanted & {r.name, r.method}]
    print(f"{chosen.threads} threads; medians of {chosen.rounds}; ratio = engine / Captum")
    print(f"{'':46}  ratio  goal     engine     Captum  difference")
    lines = []
    for name in chosen.only.split(","):
        for line in measure(name, rows, chosen.rounds, layout):
            lines.append(line)
            goal = f"{line['goal']:.1f}" if line["goal"] else "–"
            print(
                f"{name:<20}{line['method']:<26}  {line['ratio']:5.2f}  {goal:>4}  "
                f"{line['engine_ms']:6.0f} ms  {line['captum_ms']:6.0f} ms  {line['apart']:10.1e}"
                f"{'' if line['same'] else ' WRONG'}",
                flush=True,
            )
    if chosen.json:
        chosen.json.write_text(json.dumps({"threads": chosen.threads, "rows": lines}) + "\n")
    sys.exit(not all(line["same"] for line in lines))


if __name__ == "__main__":
    main()
