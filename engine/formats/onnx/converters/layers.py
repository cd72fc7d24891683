"""Converters of normalisations and what becomes shares: steps with weights of their own."""

from __future__ import annotations

import numpy as np

from engine.formats.onnx.importing.builder import Operand, as_parameter
from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import (
    BatchNorm,
    Dropout,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocalResponseNorm,
    LogSoftmax,
    Reshape,
    Softmax,
)

EVAL_FIRST = "the file was exported while training: call model.eval() first, then export it again"


def batch_norm(step: NodeContext) -> None:
    """BatchNormalization as it is at inference."""
    if step.integer("training_mode", 0):
        raise step.refused(
            f"it takes mean and variance of each batch, as in training; {EVAL_FIRST}"
        )
    step.only_first_output()
    if not step.integer("spatial", 1):
        raise step.refused("it is run with one mean a channel, not with one a cell")
    # There momentum is the share of the old running value, here that of the new one.
    momentum = round(1 - step.real("momentum", 0.9), 7)
    op = BatchNorm(
        step.parameter(1, "its scale"),
        step.parameter(2, "its bias"),
        step.parameter(3, "its mean"),
        step.parameter(4, "its variance"),
        epsilon=step.real("epsilon", 1e-5),
        momentum=momentum,
    )
    step.make(op, step.operand(0))


def instance_norm(step: NodeContext) -> None:
    """InstanceNormalization."""
    op = InstanceNorm(
        step.parameter(1, "its scale"),
        step.parameter(2, "its bias"),
        step.real("epsilon", 1e-5),
    )
    step.make(op, step.operand(0))


def group_norm(step: NodeContext) -> None:
    """GroupNormalization: up to opset 20 with one factor a group, from then on with one a
    channel.
    """
    groups = step.integer("num_groups")
    scale, bias = step.parameter(1, "its scale"), step.parameter(2, "its bias")
    channels = step.shape()[1] if len(step.shape()) > 1 else 0
    if step.opset < 21 and 0 < groups == scale.size == bias.size and channels % groups == 0:
        scale, bias = (np.repeat(array, channels // groups) for array in (scale, bias))
    step.make(GroupNorm(scale, bias, groups, step.real("epsilon", 1e-5)), step.operand(0))


def layer_norm(step: NodeContext) -> None:
    """LayerNormalization without mean and deviation as outputs."""
    step.only_first_output()
    axis = step.integer("axis", -1)
    own = step.shape()[axis:]
    scale, bias = step.array(1, "its scale"), step.array(2, "its bias") if step.has(2) else None
    fits = all(a is None or a.ndim <= len(own) for a in (scale, bias))
    if not fits:
        raise step.refused(f"its scale of shape {list(scale.shape)} does not fit {list(own)}")
    op = LayerNorm(
        as_parameter(np.broadcast_to(scale, own)),
        None if bias is None else as_parameter(np.broadcast_to(bias, own)),
        axis,
        step.real("epsilon", 1e-5),
    )
    step.make(op, step.operand(0))


def local_response_norm(step: NodeContext) -> None:
    """LRN."""
    op = LocalResponseNorm(
        step.integer("size"),
        step.real("alpha", 1e-4),
        step.real("beta", 0.75),
        step.real("bias", 1.0),
    )
    step.make(op, step.operand(0))


def dropout(step: NodeContext) -> None:
    """Dropout, which passes everything on at inference."""
    rate = step.bound(1, "ratio")
    if step.has(2) and step.array(2, "training_mode").any() and rate != 0:
        raise step.refused(f"it drops numbers at random, as in training; {EVAL_FIRST}")
    step.only_first_output()
    step.make(Dropout(0.5 if rate is None else rate), step.operand(0))


def softmax(step: NodeContext) -> None:
    """Softmax; before opset 13 over all axes from ``axis`` on, as if they were one."""
    over_one_axis(step, Softmax)


def log_softmax(step: NodeContext) -> None:
    """LogSoftmax, with Softmax's axes."""
    over_one_axis(step, LogSoftmax)


def over_one_axis(step: NodeContext, op: type[Softmax]) -> None:
    """A softmax or its logarithm."""
    x = step.operand(0)
    if step.opset >= 13:
        step.make(op(step.integer("axis", -1)), x)
        return
    axis = step.integer("axis", 1)
    joined = x.shape[axis:] if axis >= 0 else x.shape[axis % len(x.shape) :]
    if sum(size > 1 for size in joined) <= 1:
        longest = max(range(len(joined)), key=lambda i: joined[i], default=0)
        step.make(op(axis % len(x.shape) + longest), x)
        return
    flat = step.make(Reshape((*_front(x, axis), -1)), x, part="joined")
    shares = step.make(op(-1), flat, part="shares")
    step.make(Reshape((-1, *x.shape[1:])), shares)


def _front(x: Operand, axis: int) -> tuple[int, ...]:
    """The axes before ``axis``, of which the first is the batch's and stays as it is."""
    return tuple(0 for _ in x.shape[: axis % len(x.shape)])
