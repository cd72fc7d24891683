"""Which kernel computes a convolution: a rule by shape, and a stopwatch where the rule cannot know.

The ways differ in how much they multiply, move and read, and which of them wins moves with the shape and the machine. Large
convolutions of networks that no longer learn are therefore timed once for each shape, by every kernel that has a chance, and the
fastest is kept: for the process, and in the user's cache folder, where the first answer stands for every process on this machine,
so that all of them give the same numbers to the last bit. Networks that learn keep to the rule, which is the same on every
machine (docs/decisions/0004-a-plan-by-the-stopwatch.md).

``CONVSCOPE_KERNEL`` overrules all this: the name of a kernel, which is taken wherever it fits, or ``rule``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, Protocol

import numpy as np

from engine.execution import threads
from engine.kernels import depthwise, im2col, pointwise, winograd
from engine.kernels.gemm import panels
from engine.kernels.spec import Case
from engine.types import Array, Epilogue

# Below these Winograd's transforms cost more than the multiplications that they save (benchmarks/conv_kernels.py).
LEAST_CHANNELS = 12
LEAST_TILES = 32
LEAST_WORK = 8_000_000  # multiply-adds; less is done before the stopwatch is out
HOPELESS = 3.0  # times the estimate of the best one, and a kernel is not tried
NUMBER_COST = (
    24.0  # multiply-adds that BLAS does while one number is read from or written to memory
)
ROUNDS = 4
OTHERS_BYTES = 32 << 20
PATIENCE = 0.25  # seconds a shape may take to be timed, after one round


class Kernel(NamedTuple):
    """One way to convolve.

    - ``suits`` says whether it can do a case at all;
    - ``cost`` is an estimate of its time, in multiply-adds;
    - ``prepare`` makes of the weight (kh, kw, C / groups, K) what ``convolve`` reads, which depends on nothing else;
    - ``convolve(case, x, prepared, bias, y, epilogue)`` fills y (N, Ho, Wo, K).
    """

    suits: Callable[[Case], bool]
    cost: Callable[[Case], float]
    prepare: Callable[[Case, Array], Array]
    convolve: Callable[[Case, Array, Array, Array | None, Array, Epilogue | None], None]


class Choice(NamedTuple):
    """What was decided for a layer: its kernel, and the milliseconds of all that were tried (none where the rule was enough)."""

    layer: str
    kernel: str
    milliseconds: dict[str, float]


class _Timed(NamedTuple):
    kernel: str
    milliseconds: dict[str, float]


def _places(case: Case) -> int:
    rows, cols = case.output_size
    return case.pictures * rows * cols


def _im2col_cost(case: Case) -> float:
    depth = case.kernel[0] * case.kernel[1] * case.channels
    return case.multiply_adds + NUMBER_COST * _places(case) * depth / 4


def _winograd(tile: int) -> Kernel:
    reach = tile + 2

    def tiles(case: Case) -> int:
        rows, cols = case.output_size
        return case.pictures * -(-rows // tile) * -(-cols // tile)

    def cost(case: Case) -> float:
        numbers = tiles(case) * (case.channels + case.filters) + case.channels * case.filters
        return reach**2 * (tiles(case) * case.channels * case.filters + NUMBER_COST * numbers / 2)

    def suits(case: Case) -> bool:
        g = case.geometry
        return (
            case.kernel == (3, 3)
            and g.stride == g.dilation == (1, 1)
            and g.groups == 1
            and case.type == "f"
            and min(case.channels, case.filters) >= LEAST_CHANNELS
        )

    return Kernel(
        suits,
        cost,
        lambda _, weight: panels(winograd.transformed(weight, tile)),
        lambda case, x, spectrum, bias, y, epilogue: winograd.convolve(
            x, spectrum, bias, case.geometry, y, epilogue
        ),
    )


def _is_pointwise(case: Case) -> bool:
    g = case.geometry
    return case.kernel == g.stride == (1, 1) and g.groups == 1 and not any(g.padding)


def _is_depthwise(case: Case) -> bool:
    return case.channels == case.filters == case.geometry.groups > 1


KERNELS: dict[str, Kernel] = {
    "pointwise": Kernel(
        _is_pointwise,
        lambda case: 0.0,
        lambda case, weight: panels(weight[0, 0]),
        lambda case, x, matrix, bias, y, epilogue: pointwise.convolve(x, matrix, bias, y, epilogue),
    ),
    "depthwise": Kernel(
        _is_depthwise,
        lambda case: 0.0,
        lambda case, weight: depthwise.rows_of_weights(
            weight, case.output_size[1], case.geometry.stride[1]
        ),
        lambda case, x, weights, bias, y, epilogue: depthwise.convolve(
            x, weights, bias, case.geometry, y, epilogue
        ),
    ),
    "winograd4": _winograd(4),
    "winograd2": _winograd(2),
    "im2col": Kernel(
        lambda case: True,
        _im2col_cost,
        lambda case, weight: im2col.matrices(weight, case.geometry.groups),
        lambda case, x, matrices, bias, y, epilogue: im2col.convolve(
            x, matrices, bias, case.kernel, case.geometry, y, epilogue
        ),
    ),
}


def by_rule(case: Case) -> str:
    """The kernel's name by shape alone: the same on every machine."""
    overruled = _overruled(case)
    if overruled:
        return overruled
    for name in ("pointwise", "depthwise"):
        if KERNELS[name].suits(case):
            return name
    enough = _places(case) >= LEAST_TILES * 16
    return "winograd4" if enough and KERNELS["winograd4"].suits(case) else "im2col"


def by_stopwatch(case: Case) -> str:
    """The kernel's name: timed at the first call where it matters, remembered from then on."""
    return _decided(case).kernel


@cache
def _decided(case: Case) -> _Timed:
    overruled = _overruled(case)
    tried = _candidates(case)
    if overruled or len(tried) == 1 or case.multiply_adds < LEAST_WORK or case.pictures > 1:
        return _Timed(overruled or by_rule(case), {})
    path = _path(case)
    return _read(path) or _write(path, _time(case, tried))


def _overruled(case: Case) -> str | None:
    name = os.environ.get("CONVSCOPE_KERNEL", "")
    return name if name in KERNELS and KERNELS[name].suits(case) else None


def _candidates(case: Case) -> list[str]:
    """The kernels that may be the fastest."""
    if os.environ.get("CONVSCOPE_KERNEL") == "rule":
        return [by_rule(case)]
    costs = {name: kernel.cost(case) for name, kernel in KERNELS.items() if kernel.suits(case)}
    return [name for name, cost in costs.items() if cost <= HOPELESS * min(costs.values())]


def _time(case: Case, names: Iterable[str]) -> _Timed:
    """The best of a few rounds for each, taken in turns, so that whatever else the machine does meets all of them."""
    rng = np.random.default_rng(0)
    depth = case.channels // case.geometry.groups
    x = rng.standard_normal((case.pictures, *case.size, case.channels), np.float32)
    weight = rng.standard_normal((*case.kernel, depth, case.filters), np.float32)
    y = np.empty((case.pictures, *case.output_size, case.filters), np.float32)
    prepared = {name: KERNELS[name].prepare(case, weight) for name in names}
    best = dict.fromkeys(prepared, float("inf"))
    begin = perf_counter()
    others = np.zeros(OTHERS_BYTES // 4, np.float32)
    for attempt in range(ROUNDS + 1):
        for name, weights in prepared.items():
            others += 1  # within a network the other layers' numbers have pushed these weights out of the caches
            start = perf_counter()
            KERNELS[name].convolve(case, x, weights, None, y, None)
            if attempt:  # the first call grows the buffers
                best[name] = min(best[name], (perf_counter() - start) * 1e3)
        if attempt and perf_counter() - begin > PATIENCE:
            break
    return _Timed(min(best, key=best.__getitem__), best)


def _path(case: Case) -> Path:
    """Where the answer for a case is kept, or will be."""
    (height, width), (kernel_h, kernel_w), g = case.size, case.kernel, case.geometry
    parts = (
        f"{height}x{width}",
        f"{case.channels}to{case.filters}",
        f"{kernel_h}x{kernel_w}",
        *("-".join(map(str, numbers)) for numbers in (g.stride, g.padding, g.dilation)),
        str(g.groups),
    )
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home, "convscope", f"kernels-{_machine()}", "_".join(parts) + ".json")


@cache
def _machine() -> str:
    """Changes with everything that moves the answers: the processor, the threads, NumPy, and this room's own code."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
        processor = next((line for line in lines if line.startswith("model name")), "")
    except OSError:
        processor = platform.processor()
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    about = (processor, platform.machine(), str(threads.THREADS), np.__version__)
    return hashlib.sha256("\n".join(about).encode() + code).hexdigest()[:16]


def _read(path: Path) -> _Timed | None:
    try:
        found = json.loads(path.read_bytes())
        timed = _Timed(found["kernel"], {k: float(v) for k, v in found["milliseconds"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return timed if timed.kernel in KERNELS else None


def _write(path: Path, timed: _Timed) -> _Timed:
    """Keep the answer unless another process was first, whose answer then stands. Without a place to write it is this process's own."""
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(timed._asdict()))
        try:
            os.link(draft, path)  # whole or not at all, and never over another one
        except FileExistsError:
            return _read(path) or timed
        finally:
            draft.unlink()
    except OSError:
        pass
    return timed


class _Planned(Protocol):
    """A network, as far as this room knows of one."""

    @property
    def nodes(self) -> Iterable[Any]: ...

    def shapes(self, n: int = 1) -> dict[str, tuple[int, ...]]: ...


def plan_of(network: _Planned, n: int = 1) -> list[Choice]:
    """What was, or is now, decided for every convolution of the network, for ``n`` pictures at a time."""
    shapes = network.shapes(n)
    choices = []
    for node in network.nodes:
        case = getattr(node.op, "case", None)
        if case is not None:
            timed = _decided(case(shapes[node.inputs[0]]))
            choices.append(Choice(node.name, timed.kernel, dict(timed.milliseconds)))
    return choices
