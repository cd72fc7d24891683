"""Matrix products with a factor that stays the same, cut into panels that BLAS multiplies as they
lie.

Before a product BLAS copies both factors into an order of its own. With few rows that takes longer
than the product itself. OpenBLAS's kernels for AVX-512 leave it out when there are at most 100³
multiplications, so a large product is best made of many that are just so small: the weights are cut
into panels of some columns, and deep ones into slices whose products are added up, each contiguous,
once per network, and NumPy loops over them without Python's help.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from engine.execution import threads
from engine.types import Array

WIDTHS = (64, 48, 32, 40, 24, 16)  # of a panel; the first one that divides the columns
MIN_ROWS = 16  # to a product; fewer are not worth a call


@cache
def no_pack_limit() -> int:
    """Multiplications up to which BLAS takes the factors as they lie; 0 where it never does."""
    names = {
        library.info().get("architecture", "")
        for library in ThreadpoolController().select(user_api="blas").lib_controllers
    }
    return 100**3 if names and names <= {"SkylakeX", "Cooperlake", "SapphireRapids"} else 0


def pack_panels(matrix: Array) -> Array:
    """A matrix (…, C, K), or many of them, as (…, S, P, C / S, K / P), contiguous: S and P are 1
    where panels would not help.
    """
    *many, depth, columns = matrix.shape
    slices, width = _cut(depth, columns)
    split = matrix.reshape(*many, slices, depth // slices, columns // width, width)
    return np.ascontiguousarray(split.swapaxes(-2, -3))


def _cut(depth: int, columns: int) -> tuple[int, int]:
    """Into how many slices, and panels how wide."""
    width = next((w for w in WIDTHS if columns % w == 0), 0)
    deepest = no_pack_limit() // (MIN_ROWS * width) if width else 0
    if not deepest:
        return 1, columns
    slices = next(s for s in range(-(-depth // deepest), depth + 1) if depth % s == 0)
    return (slices, width) if depth // slices >= deepest // 4 or slices == 1 else (1, columns)


def multiply(a: Array, panels: Array, out: Array) -> None:
    """out (…, M, K) = a (…, M, C) · what ``panels`` was made of.

    Nothing but views are made on the way, by methods that take no time: the interpreter belongs to
    the other threads as well.
    """
    slices, count, depth, width = panels.shape[-4:]
    rows, many = a.shape[-2], a.shape[:-2]
    if slices > 1:
        sums = threads.scratch(slices * out.size, out.dtype, "slices")
        parts = sums.reshape(*many, slices, rows, count * width)
        source = a.reshape(*many, rows, slices, depth).swapaxes(-3, -2)
        _in_blocks(source[..., None, :, :], panels, parts)
        np.add.reduce(parts, axis=-3, out=out)
    elif count > 1:
        _in_blocks(a[..., None, :, :], panels[..., 0, :, :, :], out)
    else:
        np.matmul(a, panels[..., 0, 0, :, :], out=out)


def _in_blocks(a: Array, panels: Array, out: Array) -> None:
    """out (…, M, P · w) = a (…, 1, M, d) · panels (…, P, d, w), some rows at a time."""
    count, depth, width = panels.shape[-3:]
    rows = out.shape[-2]
    target = out.reshape(*out.shape[:-1], count, width).swapaxes(-3, -2)
    blocks = -(-rows // max(MIN_ROWS, no_pack_limit() // (depth * width)))
    if blocks == 1:
        np.matmul(a, panels, out=target)
        return
    for i in range(blocks):
        here = slice(rows * i // blocks, rows * (i + 1) // blocks)
        np.matmul(a[..., here, :], panels, out=target[..., here, :])
