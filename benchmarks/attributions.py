"""Holds the attributions of everyday against Captum's on the same weights, and times both.

    python -m benchmarks.attributions [--threads 2] [--repeats 5]

For each sample photo and its three best classes every method's map must be Captum's, up to the
rounding of float32: the largest difference, as a part of the largest value, is printed, and beyond
TOLERANCE the exit status is 1. SmoothGrad is left out: its noise comes from another generator.
Needs PyTorch and Captum (pip install '.[bench]').
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from engine.network import Network
    from engine.types import Array

TOLERANCE = 1e-3
CLASSES = 3
STEPS, WINDOW, STRIDE, TOGETHER = 128, 8, 4, 26
CAM_LAYERS = ("relu1_1", "conv3_2", "pool4", "relu5_1")
SAMPLES = Path(__file__).parents[1] / "static" / "samples"
Ways = dict[str, Callable[[Any, int], Any]]  # what → (picture, class) → map (H, W)


def photos(net: Network) -> dict[str, Array]:
    """Name → x (1, C, H, W), as the network sees it."""
    from PIL import Image

    assert net.preprocess is not None
    height, width = net.preprocess.input_size[1:]
    found = {}
    for path in sorted(SAMPLES.glob("*.jpg")):
        with Image.open(path) as image:
            box = net.preprocess.crop_box(*image.size)
            seen = image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC, box)
        found[path.stem] = net.preprocess.normalise(np.asarray(seen))
    return found


def engine_ways(net: Network) -> Ways:
    from engine.attribution import attribute

    def way(method: str, **how: Any) -> Callable[[Array, int], Array]:
        return lambda x, unit: attribute(net, x, method, target=unit, **how).values

    plain = ("saliency", "input_x_gradient", "guided_backprop")
    return {
        **{method: way(method) for method in plain},
        **{f"grad_cam {name}": way("grad_cam", layer=name) for name in CAM_LAYERS},
        "integrated_gradients": way("integrated_gradients", steps=STEPS),
        "occlusion": way("occlusion", window=WINDOW, stride=STRIDE),
    }


def captum_ways(net: Network) -> Ways:
    import torch
    from captum import attr
    from torch.nn.functional import interpolate

    from benchmarks.train_step import torch_module

    module = torch_module(net).to(memory_format=torch.channels_last).eval()
    for part in module:
        if isinstance(part, torch.nn.ReLU):
            part.inplace = False  # Captum reads what goes into it
    places = {node.name: module[i] for i, node in enumerate(net.nodes[:-1])}

    def way(
        how: Callable[..., Any], reduce: Callable[[Any], Any], **options: Any
    ) -> Callable[[Array, int], Array]:
        def run(x: Array, unit: int) -> Array:
            picture = torch.from_numpy(x).requires_grad_()
            found: Array = reduce(how(picture, target=unit, **options)).detach().numpy()[0]
            return found

        return run

    def largest(found: Any) -> Any:
        return found.abs().amax(1)

    def added(found: Any) -> Any:
        return found.sum(1)

    def first(found: Any) -> Any:  # a window covers all colours at once: each holds the same drop
        return found[:, 0]

    def enlarged(found: Any) -> Any:
        return interpolate(found, (64, 64), mode="bilinear", align_corners=False)[:, 0]

    def cam(name: str) -> Callable[[Array, int], Array]:
        how = attr.LayerGradCam(module, places[name]).attribute
        return way(how, enlarged, relu_attributions=True)

    windows = {"sliding_window_shapes": (3, WINDOW, WINDOW), "strides": (3, STRIDE, STRIDE)}
    middle = {"n_steps": STEPS, "method": "riemann_middle", "internal_batch_size": TOGETHER}
    return {
        "saliency": way(attr.Saliency(module).attribute, largest),
        "input_x_gradient": way(attr.InputXGradient(module).attribute, added),
        "guided_backprop": way(attr.GuidedBackprop(module).attribute, largest),
        **{f"grad_cam {name}": cam(name) for name in CAM_LAYERS},
        "integrated_gradients": way(attr.IntegratedGradients(module).attribute, added, **middle),
        "occlusion": way(
            attr.Occlusion(module).attribute, first, perturbations_per_eval=TOGETHER, **windows
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    # The engine starts one worker for each core that it may use, when it is first imported.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.threads])
    import torch

    import engine

    warnings.filterwarnings("ignore", "Setting backward hooks on ReLU")
    torch.set_num_threads(arguments.threads)
    net = engine.load("everyday")
    ours, theirs = engine_ways(net), captum_ways(net)
    asked = [(x, int(unit)) for x in photos(net).values() for unit in best(net, x)]
    differences = {
        what: max(difference(ours[what], theirs[what], *a) for a in asked) for what in ours
    }
    print(f"{'':22} largest difference    engine    Captum   ratio")
    for what, largest in differences.items():
        mine, other = timed(ours[what], theirs[what], *asked[0], arguments.repeats)
        print(
            f"{what:22} {largest:18.1e} {mine * 1e3:6.0f} ms {other * 1e3:6.0f} ms "
            f"{mine / other:7.2f}"
        )
    sys.exit(max(differences.values()) > TOLERANCE)


def best(net: Network, x: Array) -> Array:
    """The classes with the highest scores."""
    return np.argsort(-net.forward(x)[net.logits][0])[:CLASSES]


def difference(mine: Callable[..., Any], other: Callable[..., Any], x: Array, unit: int) -> float:
    """The largest difference of two maps, as a part of the largest value."""
    one, two = mine(x, unit), other(x, unit)
    return float(
        np.abs(one - two).max() / (np.abs(two).max() or 1)
    )  # a class may have no map at all


def timed(
    mine: Callable[..., Any], other: Callable[..., Any], x: Array, unit: int, repeats: int
) -> tuple[float, float]:
    """Median seconds of each, taking turns, so that whatever else the machine is doing meets
    both.
    """
    spent: tuple[list[float], list[float]] = ([], [])
    for attempt in range(repeats + 1):
        for way, seconds in zip((mine, other), spent, strict=True):
            began = time.perf_counter()
            way(x, unit)
            if attempt:  # the first one grows buffers and chooses kernels
                seconds.append(time.perf_counter() - began)
    return median(spent[0]), median(spent[1])


if __name__ == "__main__":
    main()
