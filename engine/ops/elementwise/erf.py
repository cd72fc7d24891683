"""The error function, number by number without SciPy: erf(x) = 2/√π · ∫ exp(-t²) dt from 0 to x."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.types import Array

# float32: x · P(x²) / Q(x²) on [-4, 4], beyond which erf is ±1. Source: Eigen,
# GenericPacketMathFunctions (erf_float), MPL 2.0.
_P32 = (
    -2.72614225801306e-10,
    2.77068142495902e-08,
    -2.10102402082508e-06,
    -5.69250639462346e-05,
    -7.34990630326855e-04,
    -2.95459980854025e-03,
    -1.60960333262415e-02,
)
_Q32 = (
    -1.45660718464996e-05,
    -2.13374055278905e-04,
    -1.68282697438203e-03,
    -7.37332916720468e-03,
    -1.42647390514189e-02,
)
# float64: x · T(x²) / U(x²) up to 1, 1 - exp(-x²) · P(x) / Q(x) up to 6, beyond which erf is ±1.
# Source: Moshier, "Methods and programs for mathematical functions", 1989 (Cephes, ndtr.c).
_T = (
    9.60497373987051638749e0,
    9.00260197203842689217e1,
    2.23200534594684319226e3,
    7.00332514112805075473e3,
    5.55923013010394962768e4,
)
_U = (
    1.0,
    3.35617141647503099647e1,
    5.21357949780152679795e2,
    4.59432382970980127987e3,
    2.26290000613890934246e4,
    4.92673942608635921086e4,
)
_P = (
    2.46196981473530512524e-10,
    5.64189564831068821977e-1,
    7.46321056442269912687e0,
    4.86371970985681366614e1,
    1.96520832956077098242e2,
    5.26445194995477358631e2,
    9.34528527171957607540e2,
    1.02755188689515710272e3,
    5.57535335369399327526e2,
)
_Q = (
    1.0,
    1.32281951154744992508e1,
    8.67072140885989742329e1,
    3.54937778887819891062e2,
    9.75708501743205489753e2,
    1.82390916687909736289e3,
    2.24633760818710981792e3,
    1.65666309194161350182e3,
    5.57535340817727675546e2,
)


def erf(x: Array) -> Array:
    """erf of float32 or float64 numbers, in their own type; off by a few units in the last place at
    most.
    """
    return _double(x) if x.dtype == np.float64 else _single(x)


def _single(x: Array) -> Array:
    y = np.clip(x, -4, 4)
    square = y * y
    y *= _polynomial(_P32, square)
    y /= _polynomial(_Q32, square)
    return np.clip(y, -1, 1, out=y)


def _double(x: Array) -> Array:
    size = np.minimum(np.abs(x), 6)
    square = size * size
    near = size * _polynomial(_T, square) / _polynomial(_U, square)
    far = 1 - np.exp(-square) * _polynomial(_P, size) / _polynomial(_Q, size)
    return np.copysign(np.where(size <= 1, near, far), x)


def _polynomial(coefficients: Sequence[float], x: Array) -> Array:
    """The polynomial with those coefficients, of the highest power first (Horner)."""
    first, second, *others = coefficients
    y = x * first
    y += second
    for coefficient in others:
        y *= x
        y += coefficient
    return y
