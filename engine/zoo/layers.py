"""Layers with random weights, as networks that are to be trained begin with them."""

from __future__ import annotations

import numpy as np

from engine.ops import BatchNorm, Conv2d, Dense
from engine.types import Array


def conv(
    channels: int,
    filters: int,
    rng: np.random.Generator,
    *,
    kernel: int = 3,
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
) -> Conv2d:
    """A convolution that keeps the size of its maps but for its stride; weights for what goes into
    a ReLU (He et al., 2015).

    No bias: the batch normalisation after it would subtract it again. Folding gives the exported
    convolution one.
    """
    fan_in = kernel * kernel * channels // groups
    shape = (filters, channels // groups, kernel, kernel)
    weight: Array = rng.normal(0, (2 / fan_in) ** 0.5, shape)
    edge = dilation * (kernel // 2)
    return Conv2d(
        weight.astype(np.float32),
        stride=(stride, stride),
        padding=(edge, edge, edge, edge),
        dilation=(dilation, dilation),
        groups=groups,
    )


def norm(filters: int) -> BatchNorm:
    """A normalisation that changes nothing yet."""
    one, zero = np.ones(filters, np.float32), np.zeros(filters, np.float32)
    return BatchNorm(gamma=one.copy(), beta=zero.copy(), mean=zero.copy(), var=one.copy())


def dense(evidence: int, classes: int, rng: np.random.Generator) -> Dense:
    """A fully connected layer whose scores begin at the size of 1."""
    weight = rng.normal(0, evidence**-0.5, (classes, evidence)).astype(np.float32)
    return Dense(weight, np.zeros(classes, np.float32))
