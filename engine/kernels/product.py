"""Matrix products with a factor that stays the same, cut into panels that BLAS multiplies as they lie.

Before a product BLAS copies both factors into an order of its own. With few rows that takes longer than the product itself.
OpenBLAS's kernels for AVX-512 leave it out when there are at most 100³ multiplications, so a large product is best made of many
that are just so small: the weights are cut into panels of some columns, each contiguous, once per network, and NumPy loops
over them without Python's help.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from engine.types import Array

WIDTHS = (64, 48, 32, 40, 24, 16)  # of a panel; the first one that fits
LEAST_ROWS = 16  # to a product; fewer are not worth a call


@cache
def unpacked() -> int:
    """Multiplications up to which BLAS takes the factors as they lie; 0 where it never does."""
    names = {
        library.info().get("architecture", "")
        for library in ThreadpoolController().select(user_api="blas").lib_controllers
    }
    return 100**3 if names and names <= {"SkylakeX", "Cooperlake", "SapphireRapids"} else 0


def panels(matrix: Array) -> Array:
    """A matrix (…, C, K), or many of them, as (…, P, C, K / P), contiguous: P is 1 where panels would not help."""
    *many, depth, columns = matrix.shape
    widths = (w for w in WIDTHS if columns % w == 0 and LEAST_ROWS * depth * w <= unpacked())
    width = min(columns, next(widths, columns))
    split = matrix.reshape(*many, depth, columns // width, width)
    return np.ascontiguousarray(np.moveaxis(split, -2, -3))


def multiply(a: Array, panels: Array, out: Array) -> None:
    """out (…, M, K) = a (…, M, C) · what ``panels`` was made of."""
    count, depth, width = panels.shape[-3:]
    rows = a.shape[-2]
    if count == 1:
        np.matmul(a, panels[..., 0, :, :], out=out)
        return
    target = np.moveaxis(out.reshape(*out.shape[:-1], count, width), -2, -3)
    blocks = -(-rows // max(LEAST_ROWS, unpacked() // (depth * width)))
    source = a[..., None, :, :]
    for i in range(blocks):
        here = slice(rows * i // blocks, rows * (i + 1) // blocks)
        np.matmul(source[..., here, :], panels, out=target[..., here, :])
