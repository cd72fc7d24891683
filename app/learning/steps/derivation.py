"""The arithmetic of one training step, value by value: the gradient of a weight and of an
activation as sums, and a weight's update line by line.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any, NamedTuple

from app.analyses.serializers import place_of
from app.encoding.text import sentence
from app.errors import BadParameter
from app.learning.steps.serializers import options, update_of
from app.learning.steps.store import StepInspection
from engine.errors import TrainingError
from engine.train.inspection.gradient_terms import (
    GradientSum,
    activation_gradient_terms,
    parameter_terms,
)
from engine.types import Array, Index, Shape

Line = dict[str, Any]


class Named(NamedTuple):
    """A value and its symbol in a formula."""

    symbol: str
    value: float


def gradient(
    inspected: StepInspection, name: str, parameter: str, text: str, limit: int
) -> dict[str, Any]:
    """The chain rule of one number of a parameter: dW = Σ dZ · A, the largest products first."""
    index = index_in(text, update_of(inspected, name, parameter).gradient.shape)
    try:
        chain = parameter_terms(inspected.step_trace, name, parameter, index, limit=limit)
    except TrainingError as error:
        raise BadParameter(sentence(error)) from None
    return {"layer": name, "parameter": parameter, "index": list(index), **_chain(inspected, chain)}


def activation_gradient(
    inspected: StepInspection, name: str, picture: int, position: Index, limit: int
) -> dict[str, Any]:
    """The chain rule for a layer's value: dA = Σ dZ · ∂Z/∂A over the values computed from it."""
    index = inspected.index(name, picture, position)
    try:
        chain = activation_gradient_terms(inspected.step_trace, name, index, limit=limit)
    except TrainingError as error:
        raise BadParameter(sentence(error)) from None
    return {
        "layer": name,
        "picture": picture,
        "index": place_of(position),
        **_chain(inspected, chain),
    }


def _chain(inspected: StepInspection, chain: GradientSum) -> dict[str, Any]:
    return {
        "value": chain.value,
        "terms": [
            {
                "layer": term.layer,
                "picture": term.picture,
                "output": place_of(inspected.position(term.layer, term.output_index)),
                "dz": term.dz,
                "input": None if term.input_index is None else place_of(term.input_index),
                "a": term.a,
                "product": term.product,
            }
            for term in chain.terms
        ],
        "total": chain.total_count,
        "returned": len(chain.terms),
        "remainder": chain.remainder,
    }


def update(inspected: StepInspection, name: str, parameter: str, text: str) -> dict[str, Any]:
    """What the step did to one weight, with the optimiser's formulas."""
    found = update_of(inspected, name, parameter)
    index = index_in(text, found.before.shape)

    def at(array: Array) -> float:
        return float(array[index])

    slots = {
        slot: {"before": at(before), "after": at(after)}
        for slot, (before, after) in found.slots.items()
    }
    content = {
        "layer": name,
        "parameter": parameter,
        "index": list(index),
        "optimiser": inspected.config.optimiser,
        "before": at(found.before),
        "gradient": at(found.gradient),
        "gradient_with_decay": at(found.gradient_with_decay),
        "decayed_weight": at(found.decayed_weight),
        "slots": slots,
        "bias_corrected": {slot: at(array) for slot, array in found.bias_corrected.items()},
        "learning_rate": inspected.step_trace.learning_rate,
        "options": options(inspected),
        "steps": inspected.step_trace.steps,
        "step": at(found.step),
        "after": at(found.after),
    }
    return {**content, "derivation": derivation(content)}


def derivation(one: Mapping[str, Any]) -> list[Line]:
    """From a weight to its new value, line by line, with the value of each symbol.

    Results are those of the step itself (float32) where it keeps them, and computed from those
    where it does not.
    """
    how, rate = one["options"], one["learning_rate"]
    decay = how["weight_decay"]
    g, w = Named("g", one["gradient"]), Named("w", one["before"])
    made: list[Line] = []
    if one["gradient_with_decay"] != g.value:
        numbers = {"g": g.value, "λ": decay, "w": w.value}
        g = Named("g′", one["gradient_with_decay"])
        made.append(_line(g.symbol, "g + λ · w", numbers, g.value))
    made += _direction(one, how, g)
    d = Named(made[-1]["symbol"], made[-1]["value"]) if made else g
    move = -rate * d.value
    made.append(_line("Δ", f"−η · {d.symbol}", {"η": rate, d.symbol: d.value}, move))
    if one["decayed_weight"] != w.value:
        numbers = {"w": w.value, "η": rate, "λ": decay}
        w = Named("w̃", one["decayed_weight"])
        made.append(_line(w.symbol, "w · (1 − η · λ)", numbers, w.value))
    made.append(_line("w⁺", f"{w.symbol} + Δ", {w.symbol: w.value, "Δ": move}, one["after"]))
    return made


def _direction(one: Mapping[str, Any], how: Mapping[str, float], g: Named) -> list[Line]:
    """From the gradient to what the learning rate multiplies; no line for gradient descent."""
    match one["optimiser"]:
        case "momentum":
            return [_velocity(one, how, g)]
        case "nesterov":
            v, mu = one["slots"]["velocity"]["after"], how["momentum"]
            numbers = {g.symbol: g.value, "μ": mu, "v⁺": v}
            ahead = _line("d", f"{g.symbol} + μ · v⁺", numbers, g.value + mu * v)
            return [_velocity(one, how, g), ahead]
        case "rmsprop":
            s = Named("s⁺", one["slots"]["square"]["after"])
            return [_square(one, how["alpha"], "α", g), _scaled(g, s, how["epsilon"])]
        case "adam" | "adamw":
            return _adam(one, how, g)
    return []


def _velocity(one: Mapping[str, Any], how: Mapping[str, float], g: Named) -> Line:
    slot = one["slots"]["velocity"]
    numbers = {"μ": how["momentum"], "v": slot["before"], g.symbol: g.value}
    return _line("v⁺", f"μ · v + {g.symbol}", numbers, slot["after"])


def _adam(one: Mapping[str, Any], how: Mapping[str, float], g: Named) -> list[Line]:
    mean, square = one["slots"]["mean"], one["slots"]["square"]
    first, second, steps = how["beta1"], how["beta2"], one["steps"]
    m, s = (
        Named(symbol, one["bias_corrected"][slot])
        for symbol, slot in (("m̂", "mean"), ("ŝ", "square"))
    )
    numbers = {"β₁": first, "m": mean["before"], g.symbol: g.value}
    return [
        _line("m⁺", f"β₁ · m + (1 − β₁) · {g.symbol}", numbers, mean["after"]),
        _square(one, second, "β₂", g),
        _line("m̂", "m⁺ / (1 − β₁ᵗ)", {"m⁺": mean["after"], "β₁": first, "t": steps}, m.value),
        _line("ŝ", "s⁺ / (1 − β₂ᵗ)", {"s⁺": square["after"], "β₂": second, "t": steps}, s.value),
        _scaled(m, s, how["epsilon"]),
    ]


def _square(one: Mapping[str, Any], keep: float, symbol: str, g: Named) -> Line:
    slot = one["slots"]["square"]
    formula = f"{symbol} · s + (1 − {symbol}) · {g.symbol}²"
    numbers = {symbol: keep, "s": slot["before"], g.symbol: g.value}
    return _line("s⁺", formula, numbers, slot["after"])


def _scaled(d: Named, square: Named, epsilon: float) -> Line:
    """A value divided by the square root of the running average of its square."""
    numbers = {d.symbol: d.value, square.symbol: square.value, "ε": epsilon}
    formula = f"{d.symbol} / (√{square.symbol} + ε)"
    return _line("d", formula, numbers, d.value / (sqrt(square.value) + epsilon))


def _line(symbol: str, formula: str, numbers: Mapping[str, float], value: float) -> Line:
    return {"symbol": symbol, "formula": formula, "numbers": dict(numbers), "value": value}


def index_in(text: str, shape: Shape) -> Index:
    """``3,0,1,1`` → (3, 0, 1, 1), an index into a parameter of that shape. Raises BadParameter for
    any other text.
    """
    parts = [part.strip() for part in text.split(",")]
    sizes = " × ".join(map(str, shape))
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise BadParameter(f"index: {text!r} are not numbers. Write it like this: 3,0,1,1.")
    index = tuple(map(int, parts))
    if len(index) != len(shape) or any(i >= n for i, n in zip(index, shape, strict=True)):
        raise BadParameter(f"index: {text!r} is no place in {sizes} numbers, counted from 0.")
    return index
