"""What tests of steps share: asking for a step's parts, and every optimiser's formula in Python's
own arithmetic.
"""

import io
import re
from math import sqrt

import numpy as np
import pytest

OPTIMISERS = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
DECAY, MOMENTUM = 0.01, 0.8


def array(client, path):
    answer = client.get(f"/api/v1/steps/{path}", headers={"accept": "application/x-npy"})
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.content))


def ask(client, path, shape):
    answer = client.get(f"/api/v1/steps/{path}")
    assert answer.status_code == 200, answer.text
    shape.model_validate(answer.json(), extra="forbid")
    return answer.json()


def formula(name, w, g, memory, steps, rate, decay):
    """(the weight after, the memory after) of one number by the papers' formulas, in Python's own
    arithmetic.
    """
    v, m, s = (memory.get(key, 0.0) for key in ("velocity", "mean", "square"))
    if name == "adamw":
        w = w * (1 - rate * decay)
    else:
        g = g + decay * w
    if name == "sgd":
        return w - rate * g, {}
    if name in ("momentum", "nesterov"):
        v = MOMENTUM * v + g
        return w - rate * (g + MOMENTUM * v if name == "nesterov" else v), {"velocity": v}
    if name == "rmsprop":
        s = 0.99 * s + 0.01 * g * g
        return w - rate * g / (sqrt(s) + 1e-8), {"square": s}
    m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
    up = (m / (1 - 0.9**steps)) / (sqrt(s / (1 - 0.999**steps)) + 1e-8)
    return w - rate * up, {"mean": m, "square": s}


def check_update(one, name, decay, rate):
    """What is shown of one weight's update is what the formula gives, and its lines lead there."""
    memory = {slot: pair["before"] for slot, pair in one["slots"].items()}
    after, kept = formula(name, one["before"], one["gradient"], memory, one["steps"], rate, decay)
    assert one["after"] == pytest.approx(after, rel=1e-5, abs=2e-7)
    assert one["step"] == pytest.approx(after - one["before"], rel=1e-3, abs=2e-7)
    assert {slot: pair["after"] for slot, pair in one["slots"].items()} == pytest.approx(
        kept, rel=1e-5, abs=1e-12
    )
    assert one["derivation"][-1]["symbol"] == "w⁺"
    assert one["derivation"][-1]["value"] == one["after"]
    for line in one["derivation"]:
        assert evaluated(line) == pytest.approx(line["value"], rel=1e-4, abs=2e-7), line


def evaluated(line):
    """A line's formula, worked out with its own numbers."""
    names = {symbol: f"n{i}" for i, symbol in enumerate(line["numbers"])}
    text = line["formula"].replace("ᵗ", " ** t").replace("²", " ** 2")
    for symbol in sorted(names, key=len, reverse=True):
        text = text.replace(symbol, names[symbol])
    text = re.sub(r"√(n[0-9])", r"sqrt(\1)", text.replace("−", "-").replace("·", "*"))
    values = {name: line["numbers"][symbol] for symbol, name in names.items()}
    return eval(text, {"__builtins__": {}, "sqrt": sqrt}, values)
