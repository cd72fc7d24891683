"""Times every kernel that can do a convolution, side by side, and onnxruntime's own where it is
installed; then a weight's gradient.

    python -m benchmarks.conv_kernels [--pictures 1 64] [--repeats 7] [--set
    vgg|resnet|mobile|everyday]

All take turns, so that whatever else the machine is doing meets all of them; only the ratios count.
The kernels get two threads where the machine has two, as the engine does, and so does onnxruntime;
its spinning between calls is switched off, as it would slow down whoever comes next.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from engine.execution import threads
from engine.kernels import autotune, im2col, winograd
from engine.kernels.convolution import conv_problem
from engine.kernels.spec import ConvParams, ConvProblem

# (H = W, C, K, kernel, stride, groups)
SETS = {
    "everyday": [
        (64, 24, 24, 3, 1, 1),
        (32, 24, 48, 3, 1, 1),
        (32, 48, 48, 3, 1, 1),
        (16, 48, 96, 3, 1, 1),
        (16, 96, 96, 3, 1, 1),
        (8, 96, 192, 3, 1, 1),
        (8, 192, 192, 3, 1, 1),
    ],
    "vgg": [
        (224, 3, 64, 3, 1, 1),
        (224, 64, 64, 3, 1, 1),
        (112, 128, 128, 3, 1, 1),
        (56, 256, 256, 3, 1, 1),
        (28, 512, 512, 3, 1, 1),
        (14, 512, 512, 3, 1, 1),
    ],
    "resnet": [
        (224, 3, 64, 7, 2, 1),
        (56, 64, 64, 3, 1, 1),
        (28, 128, 128, 3, 1, 1),
        (14, 256, 256, 3, 1, 1),
        (7, 512, 512, 3, 1, 1),
        (56, 128, 128, 3, 2, 1),
        (56, 64, 256, 1, 1, 1),
        (14, 1024, 256, 1, 1, 1),
        (7, 512, 2048, 1, 1, 1),
    ],
    "mobile": [
        (112, 32, 32, 3, 1, 32),
        (112, 96, 96, 3, 2, 96),
        (56, 144, 144, 3, 1, 144),
        (14, 384, 384, 3, 1, 384),
        (56, 24, 144, 1, 1, 1),
        (14, 384, 64, 1, 1, 1),
    ],
}


def interleaved(ways: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median milliseconds of each way."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for attempt in range(repeats + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if attempt:  # the first call grows the buffers
                spent[name].append((time.perf_counter() - start) * 1e3)
    return {name: median(times) for name, times in spent.items()}


def forward(problem: ConvProblem) -> dict[str, Callable[[], object]]:
    """The convolution by each kernel that suits, with weights prepared, and by onnxruntime."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((problem.images, *problem.size, problem.channels), np.float32)
    shape = (*problem.kernel, problem.channels // problem.params.groups, problem.filters)
    weight, bias = (
        rng.standard_normal(shape, np.float32),
        rng.standard_normal(problem.filters, np.float32),
    )
    y = np.empty((problem.images, *problem.output_size, problem.filters), np.float32)
    ways: dict[str, Callable[[], object]] = {}
    for name, kernel in autotune.ALGORITHMS.items():
        if kernel.suits(problem):
            prepared = kernel.prepare(problem, weight)
            ways[name] = lambda k=kernel, p=prepared: k.convolve(problem, x, p, bias, y, None)
    runtime = _onnxruntime(problem, np.ascontiguousarray(x.transpose(0, 3, 1, 2)), weight, bias)
    return ways | ({"onnxruntime": runtime} if runtime else {})


def _onnxruntime(
    problem: ConvProblem, x: np.ndarray, weight: np.ndarray, bias: np.ndarray
) -> Callable[[], object] | None:
    try:
        import onnxruntime
        from onnx import TensorProto, helper, numpy_helper
    except ImportError:
        return None
    g = problem.params
    node = helper.make_node(
        "Conv",
        ["x", "w", "b"],
        ["y"],
        kernel_shape=problem.kernel,
        strides=g.stride,
        pads=g.padding,
        group=g.groups,
    )
    arrays = {"w": np.ascontiguousarray(weight.transpose(3, 2, 0, 1)), "b": bias}
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads.THREADS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, {"x": x})


def gradient(problem: ConvProblem) -> dict[str, Callable[[], object]]:
    """The weight's gradient by both ways."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((problem.images, *problem.size, problem.channels), np.float32)
    dy = rng.standard_normal((problem.images, *problem.output_size, problem.filters), np.float32)
    return {
        "im2col": lambda: im2col.weight_gradient(x, dy, problem.kernel, problem.params),
        "winograd4": lambda: winograd.weight_gradient(x, dy, problem.params.padding),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, nargs="+", default=[1])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--set", choices=SETS, nargs="+", default=list(SETS))
    chosen = parser.parse_args()
    layers = [layer for name in chosen.set for layer in SETS[name]]
    print(f"milliseconds, {threads.THREADS} threads, medians of {chosen.repeats}")
    for pictures in chosen.pictures:
        for size, channels, filters, kernel, stride, groups in layers:
            edge = kernel // 2
            params = ConvParams((stride, stride), (edge,) * 4, (1, 1), groups)
            shape = (pictures, size, size, channels)
            weight = (kernel, kernel, channels // groups, filters)
            problem = conv_problem(shape, weight, params, "f")
            line = f"{pictures} × {size}, {channels} → {filters}, {kernel}×{kernel} / {stride}"
            line += f" in {groups} groups" if groups > 1 else ""
            times = interleaved(forward(problem), chosen.repeats)
            print(f"{line:<46}" + "  ".join(f"{k} {v:.2f}" for k, v in times.items()), end="")
            if autotune.ALGORITHMS["winograd4"].suits(problem) and pictures > 1:
                times = interleaved(gradient(problem), chosen.repeats)
                print("   dW: " + "  ".join(f"{k} {v:.2f}" for k, v in times.items()), end="")
            print(flush=True)


if __name__ == "__main__":
    main()
