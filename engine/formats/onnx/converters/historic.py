"""Operations that ONNX had as experiments and dropped, in files of 2017 to 2019 (CoreML's and
Caffe2's exporters).
"""

from __future__ import annotations

import numpy as np

from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import Add, Mul, Slice, Softplus, Tanh


def image_scaler(step: NodeContext) -> None:
    """ImageScaler: all by one factor, then one offset a channel."""
    scaled = step.make(
        Mul(np.array(step.real("scale", 1.0), np.float32)), step.operand(0), part="scaled"
    )
    step.make(Add(np.array(step.reals("bias"), np.float32).reshape(-1, 1, 1)), scaled)


def affine(step: NodeContext) -> None:
    """Affine: alpha · x + beta."""
    alpha, beta = (np.array(step.real(name, 1.0), np.float32) for name in ("alpha", "beta"))
    step.make(Add(beta), step.make(Mul(alpha), step.operand(0), part="scaled"))


def crop(step: NodeContext) -> None:
    """Crop: so many cells off the left, top, right and bottom, or a height and width from the left
    and top on.
    """
    left, top, right, bottom = step.integers("border")
    height, width = step.shape()[2:]
    stops = (height - bottom, width - right)
    if "scale" in step.attributes:
        rows, columns = step.integers("scale")
        stops = (top + rows, left + columns)
    step.make(Slice((top, left), stops, axes=(2, 3)), step.operand(0))


def parametric_softplus(step: NodeContext) -> None:
    """ParametricSoftplus: alpha · softplus(beta · x)."""
    alpha, beta = (np.array(step.real(name, 1.0), np.float32) for name in ("alpha", "beta"))
    inner = step.make(Mul(beta), step.operand(0), part="scaled")
    step.make(Mul(alpha), step.make(Softplus(), inner, part="softplus"))


def scaled_tanh(step: NodeContext) -> None:
    """ScaledTanh: alpha · tanh(beta · x)."""
    alpha, beta = (np.array(step.real(name, 1.0), np.float32) for name in ("alpha", "beta"))
    inner = step.make(Mul(beta), step.operand(0), part="scaled")
    step.make(Mul(alpha), step.make(Tanh(), inner, part="tanh"))
