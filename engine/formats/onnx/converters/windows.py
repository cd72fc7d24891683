"""Converters of what slides a window over maps: convolutions and pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import AveragePool, Conv2d, ConvTranspose2d, LpPool, MaxPool, Op
from engine.types import Array, Shape


def conv(step: NodeContext) -> None:
    """Conv with a constant kernel."""
    weight = step.parameter(1, "its kernel")
    bias = step.parameter(2, "its bias") if step.has(2) else None
    step.make(Conv2d(weight, bias, **sliding(step, weight)), step.operand(0))


def sliding(step: NodeContext, weight: Array) -> dict[str, Any]:
    """How the kernel of a convolution slides: stride, padding, dilation and groups, as ``Conv2d``
    takes them.
    """
    kernel = _kernel(step, weight.shape[2:])
    stride, dilation = _pair(step, "strides"), _pair(step, "dilations")
    return {
        "stride": stride,
        "padding": _padding(step, kernel, stride, dilation),
        "dilation": dilation,
        "groups": step.integer("group", 1),
    }


def conv_transpose(step: NodeContext) -> None:
    """ConvTranspose with a constant kernel; ``output_shape`` says how large the result is, and the
    padding follows from it.
    """
    weight = step.parameter(1, "its kernel")
    kernel = _kernel(step, weight.shape[2:])
    stride, dilation = _pair(step, "strides"), _pair(step, "dilations")
    extra = _pair(step, "output_padding", 0)
    painted = [
        (size - 1) * s + (k - 1) * d + 1 + e
        for size, k, s, d, e in zip(_maps(step)[2:], kernel, stride, dilation, extra, strict=True)
    ]
    wanted = step.integers("output_shape", ())[-2:]
    same = step.text("auto_pad", "NOTSET").startswith("SAME")
    if same and not wanted:
        wanted = tuple(n * s for n, s in zip(_maps(step)[2:], stride, strict=True))
    if wanted:
        cut = [whole - size for whole, size in zip(painted, wanted, strict=True)]
        # More than is painted is wanted: cells of the bias alone are added below and on the right.
        extra = (extra[0] + max(0, -cut[0]), extra[1] + max(0, -cut[1]))
        upper = step.text("auto_pad", "NOTSET") == "SAME_UPPER"
        padding = _shared([max(0, c) for c in cut], more_first=not upper)
    else:
        padding = _padding(step, kernel, stride, dilation)
    op = ConvTranspose2d(
        weight,
        step.parameter(2, "its bias") if step.has(2) else None,
        stride=stride,
        padding=padding,
        dilation=dilation,
        output_padding=extra,
        groups=step.integer("group", 1),
    )
    step.make(op, step.operand(0))


def max_pool(step: NodeContext) -> None:
    """MaxPool without its second output (where each number came from)."""
    step.only_first_output()
    kernel, stride, dilation = _pooled(step)
    op = MaxPool(
        kernel,
        stride,
        _padding(step, kernel, stride, dilation),
        dilation,
        bool(step.integer("ceil_mode", 0)),
    )
    step.make(op, step.operand(0))


def average_pool(step: NodeContext) -> None:
    """AveragePool."""
    step.make(averaging(step), step.operand(0))


def averaging(step: NodeContext) -> AveragePool:
    """The mean over windows that a node asks for."""
    kernel, stride, dilation = _pooled(step)
    return AveragePool(
        kernel,
        stride,
        _padding(step, kernel, stride, dilation),
        bool(step.integer("ceil_mode", 0)),
        bool(step.integer("count_include_pad", 0)),
        dilation,
    )


def lp_pool(step: NodeContext) -> None:
    """LpPool."""
    kernel, stride, dilation = _pooled(step)
    op = LpPool(
        kernel,
        stride,
        step.integer("p", 2),
        _padding(step, kernel, stride, dilation),
        dilation,
        bool(step.integer("ceil_mode", 0)),
    )
    step.make(op, step.operand(0))


def whole_maps(op: Callable[[], Op]) -> Callable[[NodeContext], None]:
    """A pool over whole maps."""

    def convert(step: NodeContext) -> None:
        _maps(step)
        step.make(op(), step.operand(0))

    return convert


def _maps(step: NodeContext) -> Shape:
    shape = step.shape()
    if len(shape) != 4:
        kinds = {3: " (1-D: for sound, text or series)", 5: " (3-D: for volumes or films)"}
        raise step.refused(
            f"it runs on maps (N, C, H, W) here, and gets {len(shape)} "
            f"axes{kinds.get(len(shape), '')}: {list(shape)}"
        )
    return shape


def _kernel(step: NodeContext, of_weight: Shape) -> tuple[int, int]:
    """The kernel's size, which the weights have and the attribute may repeat."""
    _maps(step)
    if len(of_weight) != 2 or step.integers("kernel_shape", of_weight) != of_weight:
        raise step.refused(
            f"its kernel is {list(of_weight)}, and should be "
            f"{list(step.integers('kernel_shape', (0, 0)))}"
        )
    return of_weight[0], of_weight[1]


def _pooled(step: NodeContext) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Kernel, stride and dilation of a pool."""
    _maps(step)
    return _pair(step, "kernel_shape"), _pair(step, "strides"), _pair(step, "dilations")


def _pair(step: NodeContext, name: str, default: int = 1) -> tuple[int, int]:
    numbers = step.integers(name, None if name == "kernel_shape" else (default, default))
    if len(numbers) != 2:
        raise step.refused(f"{name} should be two numbers, got {list(numbers)}")
    return numbers[0], numbers[1]


def _padding(
    step: NodeContext, kernel: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
) -> tuple[int, int, int, int]:
    """(top, left, bottom, right), worked out where the file leaves it to the reader (``auto_pad``).

    SAME gives ⌈size / stride⌉ outputs an axis; an odd cell of padding goes behind (UPPER) or before
    (LOWER) the map.
    """
    auto = step.text("auto_pad", "NOTSET")
    if auto == "VALID":
        return (0, 0, 0, 0)
    if auto == "NOTSET":
        pads = step.integers("pads", (0, 0, 0, 0))
        if len(pads) != 4:
            raise step.refused(f"pads should be four numbers, got {list(pads)}")
        return pads[0], pads[1], pads[2], pads[3]
    if auto not in ("SAME_UPPER", "SAME_LOWER") or min(*stride, *kernel, *dilation) < 1:
        raise step.refused(f"auto_pad {auto!r} is not known")
    needed = [
        max(0, (-(-size // s) - 1) * s + (k - 1) * d + 1 - size)
        for size, k, s, d in zip(_maps(step)[2:], kernel, stride, dilation, strict=True)
    ]
    return _shared(needed, more_first=auto == "SAME_LOWER")


def _shared(cells: list[int], *, more_first: bool) -> tuple[int, int, int, int]:
    """So many cells an axis, half of them before and half behind; the odd one where it is said."""
    (rows, cols), odd = cells, int(more_first)
    top, left = (rows + odd) // 2, (cols + odd) // 2
    return top, left, rows - top, cols - left
