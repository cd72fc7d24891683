"""Converters of products of matrices: MatMul and Gemm, of which most are dense layers."""

from __future__ import annotations

import numpy as np

from engine.formats.onnx.importing.builder import Operand, as_parameter
from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import (
    Add,
    Dense,
    MatMul,
    Mul,
    Reshape,
    Transpose,
)
from engine.types import Array


def matmul(step: NodeContext) -> None:
    """MatMul: of vectors and a constant matrix a dense layer without a bias, else a product of
    matrices.
    """
    known = step.operand(1).array
    if known is None:
        step.make(MatMul(), step.value(0), step.operand(1))
    elif known.ndim == 2 and len(step.shape()) == 2:
        step.make(Dense(as_parameter(known.T)), step.operand(0))
    elif known.ndim == 1:
        column = step.make(MatMul(as_parameter(known)[:, None]), step.operand(0), part="column")
        step.make(Reshape((-1, *column.shape[1:-1])), column)
    else:
        step.make(MatMul(as_parameter(known)), step.operand(0))


def gemm(step: NodeContext) -> None:
    """alpha · A B + beta · C. With constant B and C it is a dense layer that has alpha and beta in
    its weights.
    """
    x = step.value(0)
    if step.integer("transA", 0):
        x = step.make(Transpose((1, 0)), x, part="transposed")
    alpha, beta = step.real("alpha", 1.0), step.real("beta", 1.0)
    weight = _gemm_weight(step, alpha)
    bias = None if weight is None else _gemm_bias(step, len(weight), beta)
    added = step.has(2) and bias is None
    if weight is not None:
        y = step.make(Dense(weight, bias), x, part="product" if added else "")
    else:
        y = _gemm_product(step, x, alpha, last=not added)
    if added:
        _gemm_sum(step, y, beta)


def _gemm_weight(step: NodeContext, alpha: float) -> Array | None:
    """(outputs, inputs), or None where B is computed by the network."""
    matrix = step.operand(1).array
    if matrix is None:
        return None
    if matrix.ndim != 2:
        raise step.refused(f"its matrix has shape {list(matrix.shape)}")
    weight = as_parameter(matrix if step.integer("transB", 0) else matrix.T)
    return weight if alpha == 1 else weight * np.float32(alpha)


def _gemm_bias(step: NodeContext, outputs: int, beta: float) -> Array | None:
    """(outputs,), or None where C is missing, or not the same for all pictures."""
    added = step.operand(2).array if step.has(2) else None
    if added is None or added.size not in (1, outputs):
        return None
    if added.shape[-1:] not in ((), (1,), (outputs,)):
        return None
    return np.full(outputs, as_parameter(added).ravel() * np.float32(beta), np.float32)


def _gemm_product(step: NodeContext, x: Operand, alpha: float, *, last: bool) -> Operand:
    b = step.operand(1)
    if step.integer("transB", 0):
        b = step.make(Transpose((1, 0)), b, part="right")
    if alpha == 1:
        return step.make(MatMul(), x, b, part="" if last else "product")
    y = step.make(MatMul(), x, b, part="product")
    return step.make(Mul(np.array(alpha, np.float32)), y, part="" if last else "scaled")


def _gemm_sum(step: NodeContext, y: Operand, beta: float) -> None:
    c = step.operand(2)
    if c.array is not None:
        step.make(Add(as_parameter(c.array) * np.float32(beta)), y)
        return
    if beta != 1:
        c = step.make(Mul(np.array(beta, np.float32)), c, part="added")
    step.make(Add(), y, c)
