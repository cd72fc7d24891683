"""The learning rate over time: functions of (step, total steps) to a factor of the highest one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import cos, pi

Schedule = Callable[[int, int], float]

COSINE_WARMUP = 0.05  # share of the training
ONE_CYCLE_RISE = 0.3  # share of the training; this and the next two are PyTorch's defaults
ONE_CYCLE_START = 1 / 25
ONE_CYCLE_END = 1 / 25 / 1e4


def constant(step: int, total: int) -> float:
    """The same learning rate from the first step to the last."""
    return 1.0


def cosine(step: int, total: int) -> float:
    """A straight rise over the first twentieth, then half a cosine wave down to zero.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017,
    without the restarts.
    """
    warmup = round(COSINE_WARMUP * total)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    return _half_wave(1.0, 0.0, (step - warmup) / max(1, total - warmup))


def one_cycle(step: int, total: int) -> float:
    """Up from 1/25 and down to almost nothing in two half waves, as PyTorch's OneCycleLR.

    Source: Smith and Topin, "Super-convergence", 2018.
    """
    top = ONE_CYCLE_RISE * total - 1
    if step <= top:
        return _half_wave(ONE_CYCLE_START, 1.0, step / top if top > 0 else 1.0)
    return _half_wave(1.0, ONE_CYCLE_END, (step - top) / max(1.0, total - 1 - top))


SCHEDULES: Mapping[str, Schedule] = {"constant": constant, "cosine": cosine, "one_cycle": one_cycle}


def _half_wave(start: float, end: float, progress: float) -> float:
    """From ``start`` at 0 to ``end`` at 1, slowly at both ends."""
    return end + (start - end) / 2 * (1 + cos(pi * progress))
