"""How gradients become steps: SGD (plain, momentum, Nesterov), RMSProp, Adam, AdamW, as in PyTorch.

An optimiser owns its state and a scratch array for each parameter, and changes the parameters in
place: a step allocates nothing of a parameter's size. State is made like its parameter, memory
order included, so that elementwise work runs straight through both. Weight decay applies to weights
only; biases and the gammas and betas of normalisation, which have one axis, are left alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from math import sqrt

import numpy as np

from engine.errors import TrainingError
from engine.types import Array

Params = Mapping[str, Array]
Slots = tuple[Array, ...]


class Optimiser(ABC):
    """Changes ``params`` in place, by their gradients and a learning rate."""

    slots: tuple[str, ...] = ()  # the names of its running averages
    decoupled = False  # weight decay shrinks the weight itself instead of adding to its gradient

    def __init__(self, params: Params, *, weight_decay: float = 0.0) -> None:
        self.params = params
        self.weight_decay = weight_decay
        self.steps = 0
        self.averages = {
            slot: {name: np.zeros_like(p) for name, p in params.items()} for slot in self.slots
        }
        self._scratch = {name: (np.empty_like(p), np.empty_like(p)) for name, p in params.items()}

    def step(self, grads: Params, learning_rate: float) -> None:
        """One update. ``grads`` holds a gradient for each parameter and is not changed."""
        self.steps += 1
        for name, param in self.params.items():
            grad, scratch = self._scratch[name]
            np.copyto(grad, grads[name])
            if self.decays(name):
                self._decay(param, grad, scratch, learning_rate)
            slots = tuple(self.averages[slot][name] for slot in self.slots)
            self._update(param, grad, scratch, slots, learning_rate)

    @property
    def options(self) -> dict[str, float]:
        """What was chosen, by name."""
        return {"weight_decay": self.weight_decay}

    def decays(self, name: str) -> bool:
        """Whether this parameter is subject to weight decay."""
        return self.weight_decay > 0 and self.params[name].ndim > 1

    def bias_corrected(self, name: str) -> dict[str, Array]:
        """Of one parameter, the running averages without their start at zero, where the step uses
        them so.
        """
        return {}

    def state(self) -> dict[str, Array]:
        """All that a later run needs to go on exactly, by name: the live arrays, not copies."""
        arrays = {
            f"{slot}.{name}": a
            for slot, names in self.averages.items()
            for name, a in names.items()
        }
        return {"steps": np.array([self.steps]), **arrays}

    def load_state(self, state: Params) -> None:
        """Take over what ``state`` gave. Raises TrainingError when it belongs to another
        optimiser.
        """
        mine = self.state()
        if mine.keys() != state.keys() or any(
            mine[name].shape != state[name].shape for name in mine
        ):
            raise TrainingError(
                "the optimiser's saved state belongs to another optimiser or another network"
            )
        self.steps = int(state["steps"][0])
        for name in mine.keys() - {"steps"}:
            np.copyto(mine[name], state[name])

    def _decay(self, param: Array, grad: Array, scratch: Array, rate: float) -> None:
        if self.decoupled:
            param *= 1 - rate * self.weight_decay
        else:
            np.multiply(param, self.weight_decay, out=scratch)
            grad += scratch

    @abstractmethod
    def _update(self, param: Array, grad: Array, scratch: Array, slots: Slots, rate: float) -> None:
        """Move ``param``. Both ``grad`` and ``scratch`` may be overwritten."""


class SGD(Optimiser):
    """Stochastic gradient descent."""

    def _update(self, param: Array, grad: Array, scratch: Array, slots: Slots, rate: float) -> None:
        grad *= rate
        param -= grad


class Momentum(Optimiser):
    """SGD that keeps rolling: ``v = momentum * v + g``.

    Nesterov's form looks one roll ahead (Sutskever et al. 2013).
    """

    slots = ("velocity",)

    def __init__(
        self,
        params: Params,
        *,
        weight_decay: float = 0.0,
        momentum: float = 0.9,
        nesterov: bool = False,
    ) -> None:
        super().__init__(params, weight_decay=weight_decay)
        self.momentum = momentum
        self.nesterov = nesterov

    @property
    def options(self) -> dict[str, float]:
        return {**super().options, "momentum": self.momentum, "nesterov": self.nesterov}

    def _update(self, param: Array, grad: Array, scratch: Array, slots: Slots, rate: float) -> None:
        (velocity,) = slots
        velocity *= self.momentum
        velocity += grad
        if self.nesterov:
            np.multiply(velocity, self.momentum, out=scratch)
            grad += scratch
        else:
            grad = velocity
        np.multiply(grad, rate, out=scratch)
        param -= scratch


class RMSProp(Optimiser):
    """Divides each gradient by its recent root mean square (Hinton's lecture 6e)."""

    slots = ("square",)

    def __init__(
        self,
        params: Params,
        *,
        weight_decay: float = 0.0,
        alpha: float = 0.99,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(params, weight_decay=weight_decay)
        self.alpha = alpha
        self.epsilon = epsilon

    @property
    def options(self) -> dict[str, float]:
        return {**super().options, "alpha": self.alpha, "epsilon": self.epsilon}

    def _update(self, param: Array, grad: Array, scratch: Array, slots: Slots, rate: float) -> None:
        (square,) = slots
        _move_average(square, self.alpha, grad, scratch, squared=True)
        np.sqrt(square, out=scratch)
        scratch += self.epsilon
        np.divide(grad, scratch, out=scratch)
        scratch *= rate
        param -= scratch


class Adam(Optimiser):
    """Averages of the gradient and of its square, both corrected for their start at zero.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.
    """

    slots = ("mean", "square")

    def __init__(
        self,
        params: Params,
        *,
        weight_decay: float = 0.0,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(params, weight_decay=weight_decay)
        self.betas = betas
        self.epsilon = epsilon

    @property
    def options(self) -> dict[str, float]:
        first, second = self.betas
        return {**super().options, "beta1": first, "beta2": second, "epsilon": self.epsilon}

    def bias_corrected(self, name: str) -> dict[str, Array]:
        grown = (1 - beta**self.steps for beta in self.betas)
        return {
            slot: self.averages[slot][name] / share
            for slot, share in zip(self.slots, grown, strict=True)
        }

    def _update(self, param: Array, grad: Array, scratch: Array, slots: Slots, rate: float) -> None:
        mean, square = slots
        _move_average(mean, self.betas[0], grad, scratch)
        _move_average(square, self.betas[1], grad, scratch, squared=True)
        np.sqrt(square, out=scratch)
        scratch /= sqrt(1 - self.betas[1] ** self.steps)
        scratch += self.epsilon
        np.divide(mean, scratch, out=scratch)
        scratch *= rate / (1 - self.betas[0] ** self.steps)
        param -= scratch


class AdamW(Adam):
    """Adam with weight decay taken out of the gradient (Loshchilov & Hutter 2019, algorithm 2)."""

    decoupled = True


def _move_average(
    average: Array, keep: float, grad: Array, scratch: Array, squared: bool = False
) -> None:
    average *= keep
    np.multiply(grad, 1 - keep, out=scratch)
    if squared:
        scratch *= grad
    average += scratch


OPTIMISERS: Mapping[str, Callable[..., Optimiser]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": partial(Momentum, nesterov=True),
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}
