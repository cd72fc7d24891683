"""The gradient checker is tested with planted mistakes: each must be caught, and the right gradient
must pass.
"""

import numpy as np
import pytest

from tests.engine.gradcheck import WrongGradient, check_gradients

RNG = np.random.default_rng(3)
X = RNG.standard_normal((2, 90))
KERNEL = RNG.standard_normal(3)
BIAS = RNG.standard_normal(1)


class Correlation:
    """tanh(bias + Σ kernel[k] · x[i + k - 1]) with a border of zeros: small, and with all that can
    go wrong in it.
    """

    def __init__(self):
        self.params = {"kernel": KERNEL.copy(), "bias": BIAS.copy()}

    def forward(self, x):
        padded = np.pad(x, ((0, 0), (1, 1)))
        kernel, bias = self.params["kernel"], self.params["bias"]
        y = np.tanh(bias + sum(kernel[k] * padded[:, k : k + x.shape[1]] for k in range(3)))
        return y, (padded, y)

    def backward(self, dy, cache):
        padded, y = cache
        return self.gradient(self.slope(dy, y), padded)

    def slope(self, dy, y):
        return dy * (1 - y * y)

    def gradient(self, ds, padded):
        dx = self.to_input(ds)
        kernel = np.array([(ds * padded[:, k : k + ds.shape[1]]).sum() for k in range(3)])
        return (dx,), {"kernel": kernel, "bias": self.to_bias(ds)}

    def to_bias(self, ds):
        return np.array([ds.sum()])

    def to_input(self, ds):
        padded = np.pad(ds, ((0, 0), (1, 1)))
        kernel = self.params["kernel"][::-1]
        return sum(kernel[k] * padded[:, k : k + ds.shape[1]] for k in range(3))


class WrongSign(Correlation):
    def to_input(self, ds):
        return -super().to_input(ds)


class MissingTerm(Correlation):
    def slope(self, dy, y):
        return dy


class KernelNotTurned(Correlation):
    def to_input(self, ds):
        padded = np.pad(ds, ((0, 0), (1, 1)))
        return sum(self.params["kernel"][k] * padded[:, k : k + ds.shape[1]] for k in range(3))


class ForgottenBias(Correlation):
    def to_bias(self, ds):
        return np.zeros(1)


class BiasAveraged(Correlation):
    def to_bias(self, ds):
        return np.array([ds.mean()])


class OffByOneAtThePadding(Correlation):
    def to_input(self, ds):
        return np.roll(super().to_input(ds), 1, axis=1)


class OnePixelOfManyWrong(Correlation):
    def to_input(self, ds):
        dx = super().to_input(ds)
        dx[1, 77] *= 1.01
        return dx


class OneMember(Correlation):
    def to_input(self, ds):
        dx = super().to_input(ds)
        dx[1:] = 0
        return dx


class Slightly(Correlation):
    def to_input(self, ds):
        return super().to_input(ds) * (1 + 1e-4)


class NotFinite(Correlation):
    def to_input(self, ds):
        dx = super().to_input(ds)
        dx[0, 0] = np.nan
        return dx


class WrongShape(Correlation):
    def to_input(self, ds):
        return super().to_input(ds)[:, :-1]


class WrongDtype(Correlation):
    def to_input(self, ds):
        return super().to_input(ds).astype(np.float32)


class ParameterLeftOut(Correlation):
    def gradient(self, ds, padded):
        grads, params = super().gradient(ds, padded)
        return grads, {"kernel": params["kernel"]}


class InputLeftOut(Correlation):
    def gradient(self, ds, padded):
        return (), super().gradient(ds, padded)[1]


MISTAKES = [
    (WrongSign, "input 0"),
    (MissingTerm, "input 0"),
    (KernelNotTurned, "input 0"),
    (ForgottenBias, "bias"),
    (BiasAveraged, "bias"),
    (OffByOneAtThePadding, "input 0"),
    (OnePixelOfManyWrong, "input 0"),
    (OneMember, "input 0"),
    (Slightly, "input 0"),
    (NotFinite, "not finite"),
    (WrongShape, r"shape \(2, 90\), its gradient \(2, 89\)"),
    (WrongDtype, "float32"),
    (ParameterLeftOut, "gradients for"),
    (InputLeftOut, "gradients for 0"),
]


def check(op, seed=0):
    check_gradients(op.forward, op.backward, [X], op.params, seed)


@pytest.mark.parametrize("seed", range(5))
def test_the_right_gradient_passes(seed):
    check(Correlation(), seed)


@pytest.mark.parametrize(("op", "where"), MISTAKES, ids=[op.__name__ for op, _ in MISTAKES])
@pytest.mark.parametrize("seed", range(5))
def test_a_planted_mistake_is_caught(op, where, seed):
    with pytest.raises(WrongGradient, match=where):
        check(op(), seed)


def test_nothing_is_left_moved():
    op = Correlation()
    check(op)
    assert (op.params["kernel"] == KERNEL).all()
    assert (op.params["bias"] == BIAS).all()
