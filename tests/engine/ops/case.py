"""What a case is: an op with hyper-parameters of its own, and the inputs that it is tried on.

Ops are made in float64; ``Case.op(dtype)`` makes the same op in another dtype.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.execution.memory_format import channels_last
from engine.ops import OPS

MAPS = (2, 3, 6, 7)


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable  # a generator of random numbers → the op
    shapes: tuple  # of the inputs
    positive: bool = False  # the op is a smooth function of positive numbers alone

    def op(self, dtype="float64"):
        op = self.make(np.random.default_rng(11))
        arrays = {name: a.astype(dtype) for name, a in {**op.params, **op.buffers}.items()}
        return type(op)(**arrays, **op.attributes)

    @property
    def op_type(self):
        return self.name.split(" ")[0]

    def inputs(self, dtype="float64", seed=5):
        """Numbers from -2 to 2, none twice and none at 0: no two within a numerical gradient's
        reach of a kink.
        """
        rng = np.random.default_rng(seed)
        return tuple(self._moved(spread(rng, shape), dtype) for shape in self.shapes)

    def tied_inputs(self, dtype="float64", seed=5):
        """Few different numbers, zero among them: ties for a maximum, and kinks hit exactly."""
        rng = np.random.default_rng(seed)
        drawn = (channels_last(rng.integers(-2, 3, shape)) for shape in self.shapes)
        return tuple(self._moved(numbers, dtype) for numbers in drawn)

    def _moved(self, numbers, dtype):
        return np.asarray(numbers + 2.5 if self.positive else numbers, dtype)


def spread(rng, shape):
    size = int(np.prod(shape))
    numbers = (np.arange(size) - size / 2 + 0.37) * (4 / size)
    return channels_last(rng.permutation(numbers).reshape(shape))


def plain(kind, name, *shapes, positive=False, **attributes):
    """An op without parameters."""
    return Case(f"{kind} {name}", lambda _: OPS[kind](**attributes), shapes, positive)
