"""Numerical gradients in float64, to hold against those that a backward pass claims.

The check looks at one number, loss = Σ y · projection with a random projection, and moves what it
depends on: a sample of single coordinates, which name the place of a mistake, and a few random
directions, which miss none. It is itself tested with planted mistakes (test_gradcheck.py).
"""

import numpy as np

STEP = 1e-5  # central differences are off by STEP² · f''' + rounding / STEP: about 1e-10 of both
TOLERANCE = 1e-6  # of the largest gradient in the array
COORDINATES = 24  # at most, of an array
DIRECTIONS = 2


class WrongGradient(AssertionError):
    """A claimed gradient that the numbers do not bear out."""


def check_gradients(forward, backward, inputs, params=None, seed=0):
    """Raise WrongGradient unless ``backward`` is the derivative of ``forward``.

    - ``forward(*inputs)`` → (y, cache); called anew for each step, so it must draw the same random
      numbers every time;
    - ``backward(dy, cache)`` → (one gradient per input, {name: gradient});
    - ``inputs``: float64 arrays; ``params``: name → the float64 array that forward reads, moved in
      place and put back.
    """
    rng = np.random.default_rng(seed)
    inputs, params = [x.copy(order="K") for x in inputs], dict(params or {})
    y, cache = forward(*inputs)
    projection = rng.standard_normal(y.shape)
    input_grads, param_grads = backward(projection.copy(order="K"), cache)
    if len(input_grads) != len(inputs):
        raise WrongGradient(f"{len(inputs)} inputs, but gradients for {len(input_grads)}")
    if set(param_grads) != set(params):
        raise WrongGradient(f"parameters {sorted(params)}, but gradients for {sorted(param_grads)}")

    def loss():
        return float((forward(*inputs)[0] * projection).sum())

    for number, (x, gradient) in enumerate(zip(inputs, input_grads, strict=True)):
        _check(loss, x, gradient, f"input {number}", rng)
    for name, array in params.items():
        _check(loss, array, param_grads[name], name, rng)


def _check(loss, x, claimed, name, rng):
    if claimed.shape != x.shape:
        raise WrongGradient(f"{name} has shape {x.shape}, its gradient {claimed.shape}")
    if claimed.dtype != x.dtype:
        raise WrongGradient(f"{name} is {x.dtype}, its gradient {claimed.dtype}")
    if not np.isfinite(claimed).all():
        raise WrongGradient(f"the gradient of {name} is not finite everywhere")
    chosen = rng.permutation(x.size)[:COORDINATES]
    for flat in chosen:
        place = np.unravel_index(flat, x.shape)
        towards = np.zeros(x.shape)
        towards[place] = 1.0
        _compare(loss, x, claimed, towards, f"{name}{[int(i) for i in place]}")
    for _ in range(DIRECTIONS if x.size > COORDINATES else 0):
        _compare(
            loss, x, claimed, rng.choice([-1.0, 1.0], x.shape), f"{name} in a random direction"
        )


def _compare(loss, x, claimed, towards, where):
    there = x.copy()
    x += STEP * towards
    ahead = loss()
    x[...] = there - STEP * towards
    behind = loss()
    x[...] = there
    measured = (ahead - behind) / (2 * STEP)
    says = float((claimed * towards).sum())
    scale = 1 + np.abs(claimed).max() * np.sqrt(np.abs(towards).sum())
    if abs(measured - says) > TOLERANCE * scale:
        raise WrongGradient(f"{where}: backward says {says:.9g}, the numbers say {measured:.9g}")
