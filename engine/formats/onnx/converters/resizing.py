"""Resize and Upsample, whose meaning changed from opset to opset."""

from __future__ import annotations

from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import Identity, Resize


def upsample(step: NodeContext) -> None:
    """Upsample (to opset 9): output cell o looks at o / scale, rounded down."""
    scales = step.reals("scales") if step.opset < 9 else _floats(step, 1)
    _resized(step, scales, (), _mode(step), "asymmetric", "floor")


def resize(step: NodeContext) -> None:
    """Resize; opset 10 had Upsample's rule, 11 brought the choice."""
    if step.opset < 11:
        _resized(step, _floats(step, 1), (), _mode(step), "asymmetric", "floor")
        return
    mode = _mode(step)
    where = step.text("coordinate_transformation_mode", "half_pixel")
    # Old files leave an operand out by handing over an empty one.
    sizes = step.int_values(3, "sizes") if step.has(3) else ()
    scales = _floats(step, 2) if step.has(2) and not sizes else ()
    roi = _floats(step, 1) if where == "tf_crop_and_resize" else ()
    policy = step.text("keep_aspect_ratio_policy", "stretch")
    if sizes and policy != "stretch":
        scales, sizes = _in_proportion(step, sizes, policy), ()
    _resized(
        step,
        scales,
        sizes,
        mode,
        where,
        step.text("nearest_mode", "round_prefer_floor"),
        roi,
        step.real("extrapolation_value", 0.0),
    )


def _resized(
    step: NodeContext,
    scales: tuple[float, ...],
    sizes: tuple[int, ...],
    mode: str,
    where: str,
    rounding: str,
    roi: tuple[float, ...] = (),
    outside: float = 0.0,
) -> None:
    """One Resize of the axes that change, or none if none does."""
    axes = _axes(step)
    if len(scales or sizes) != len(axes) or (roi and len(roi) != 2 * len(axes)):
        raise step.refused(f"{len(axes)} axes take as many scales or sizes, known on load")
    starts, ends = roi[: len(axes)], roi[len(axes) :]
    shape = step.shape()
    changed = [
        i
        for i, axis in enumerate(axes)
        if (scales[i] != 1 if scales else sizes[i] != shape[axis])
        or (roi and (starts[i], ends[i]) != (0, 1))
    ]
    if not changed:
        step.make(Identity(), step.operand(0))
        return
    mixes = mode != "nearest"
    op = Resize(
        scales=tuple(scales[i] for i in changed) if scales else (),
        sizes=tuple(sizes[i] for i in changed) if sizes else (),
        axes=tuple(axes[i] for i in changed),
        mode=mode,
        coordinate_transformation_mode=where,
        nearest_mode=rounding,
        roi=tuple(part[i] for part in (starts, ends) for i in changed) if roi else (),
        extrapolation_value=outside,
        cubic_coeff_a=step.real("cubic_coeff_a", -0.75),
        exclude_outside=mixes and bool(step.integer("exclude_outside", 0)),
        antialias=mixes and bool(step.integer("antialias", 0)),
    )
    step.make(op, step.operand(0))


def _axes(step: NodeContext) -> tuple[int, ...]:
    rank = len(step.shape())
    return tuple(step.axis(axis, rank) for axis in step.integers("axes", range(rank)))


def _in_proportion(step: NodeContext, sizes: tuple[int, ...], policy: str) -> tuple[float, ...]:
    """One scale for all axes: the largest that makes none larger than asked for, or the smallest
    that makes none smaller.
    """
    axes = _axes(step)
    if policy not in ("not_larger", "not_smaller") or len(sizes) != len(axes):
        raise step.refused(f"keep_aspect_ratio_policy {policy!r} is not known")
    own = [step.shape()[axis] for axis in axes]
    choose = min if policy == "not_larger" else max
    scale = choose(size / has for size, has in zip(sizes, own, strict=True))
    if any(int(scale * has) != int(scale * has + 0.5) for has in own):
        raise step.refused(f"{own} times {scale:.4g} is rounded up, which is not done here")
    return (scale,) * len(own)


def _mode(step: NodeContext) -> str:
    mode = step.text("mode", "nearest")
    if mode == "bilinear":  # what opset 7 called it for maps
        return "linear"
    if mode not in ("nearest", "linear", "cubic"):
        raise step.refused(f"mode {mode!r} is not known")
    return mode


def _floats(step: NodeContext, place: int) -> tuple[float, ...]:
    return tuple(map(float, step.array(place, "its scales").ravel().tolist()))
