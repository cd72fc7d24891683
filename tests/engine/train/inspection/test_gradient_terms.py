"""Every gradient taken apart adds up: over a network with every op, for weights and for
activations, in training and at inference.
"""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ShapeError, TrainingError
from engine.ops import Conv2d
from engine.train.config import TrainConfig
from engine.train.inspection import gradient_terms
from engine.train.inspection.step_trace import trace_step, trace_step_of
from engine.train.losses import soft_targets
from engine.train.state import TrainState
from tests.engine.networks import INPUT, network

CONFIG = TrainConfig(optimiser="sgd", label_smoothing=0.0)


@pytest.fixture(scope="module", params=["in training", "at inference"])
def step_trace(request):
    net = network()
    rng = np.random.default_rng(8)
    pictures = 5 if request.param == "in training" else 1
    x = rng.normal(0, 1, (pictures, *INPUT)).astype(np.float32)
    classes = net.shapes()[net.logits][1]
    targets = soft_targets(rng.integers(0, classes, pictures), classes, 0.0, x.dtype)
    if request.param == "in training":
        return trace_step(TrainState(net, CONFIG), x, targets, 0.01)
    return trace_step_of(net, x, targets, CONFIG)


def close(value, gradient):
    """float32 backward passes against float64 sums."""
    return value == pytest.approx(float(gradient), rel=5e-4, abs=2e-6)


def some(array, count=6):
    """The positions of the largest numbers, and of some others."""
    rng = np.random.default_rng(1)
    flat = np.concatenate(
        [np.abs(array).argsort(axis=None)[-count:], rng.integers(0, array.size, count)]
    )
    return [tuple(int(i) for i in np.unravel_index(place, array.shape)) for place in flat]


def names_of_parameters(net):
    return [name.rsplit(".", 1) for name in net.parameters()]


def test_the_terms_of_every_parameter_add_up_to_its_gradient(step_trace):
    assert names_of_parameters(step_trace.network)
    for node, parameter in names_of_parameters(step_trace.network):
        gradient = step_trace.gradients.params[f"{node}.{parameter}"]
        for index in some(gradient):
            found = gradient_terms.parameter_terms(step_trace, node, parameter, index)
            assert found.value == gradient[index]
            assert close(sum(term.product for term in found.terms), found.value), (node, parameter)
            assert found.remainder == 0
            assert found.total_count == len(found.terms)


def test_the_terms_of_every_activation_add_up_to_its_gradient(step_trace):
    unheard = []
    for name, gradient in step_trace.gradients.values.items():
        if name == step_trace.network.logits or name not in step_trace.trace:
            continue
        try:
            for index in some(gradient):
                found = gradient_terms.activation_gradient_terms(step_trace, name, index)
                assert found.value == gradient[index]
                assert close(sum(term.product for term in found.terms), found.value), name
        except TrainingError:
            unheard.append(name)
    assert unheard == []


def test_each_term_is_a_product_of_the_passs_own_numbers(step_trace):
    (node,) = [n for n in step_trace.network.nodes if n.name == "conv1"]
    assert isinstance(node.op, Conv2d)
    found = gradient_terms.parameter_terms(step_trace, "conv1", "weight", (2, 1, 0, 2))
    for term in found.terms:
        assert term.dz == step_trace.gradients.values["conv1"][(term.picture, *term.output_index)]
        assert term.a == step_trace.trace["input"][(term.picture, *term.input_index)]
        _, row, column = term.output_index
        # One cell above and one to the right of the window's middle; the kernel is padded by one.
        assert term.input_index == (1, row - 1, column + 1)
        assert term.product == pytest.approx(term.dz * term.a)


def test_a_weights_gradient_by_loops_alone(step_trace):
    """dW[f, c, p, q] of a 3 × 3 convolution with padding 1, written out without the engine."""
    dz, a = step_trace.gradients.values["conv1"], step_trace.trace["input"]
    f, c, p, q = 3, 2, 1, 0
    total = 0.0
    for n in range(len(a)):
        for row in range(INPUT[1]):
            for column in range(INPUT[2]):
                y, x = row + p - 1, column + q - 1
                if 0 <= y < INPUT[1] and 0 <= x < INPUT[2]:
                    total += float(dz[n, f, row, column]) * float(a[n, c, y, x])
    found = gradient_terms.parameter_terms(step_trace, "conv1", "weight", (f, c, p, q))
    assert sum(term.product for term in found.terms) == pytest.approx(total, rel=1e-9)


def test_the_largest_come_first_and_what_is_left_out_is_in_the_rest(step_trace):
    whole = gradient_terms.parameter_terms(step_trace, "conv1", "weight", (0, 0, 1, 1))
    few = gradient_terms.parameter_terms(step_trace, "conv1", "weight", (0, 0, 1, 1), limit=3)
    assert few.terms == whole.terms[:3]
    sizes = [abs(term.product) for term in whole.terms]
    assert sizes == sorted(sizes, reverse=True)
    assert few.total_count == whole.total_count
    assert few.remainder == pytest.approx(sum(term.product for term in whole.terms[3:]), abs=1e-12)


def test_what_cannot_be_written_out_is_refused_in_words(step_trace):
    with pytest.raises(TrainingError, match="no parameter 'slope'"):
        gradient_terms.parameter_terms(step_trace, "conv1", "slope", (0,))
    with pytest.raises(ShapeError, match="no position"):
        gradient_terms.parameter_terms(step_trace, "conv1", "weight", (99, 0, 0, 0))
    with pytest.raises(TrainingError, match="read by the loss itself"):
        gradient_terms.activation_gradient_terms(step_trace, step_trace.network.logits, (0, 0))
    with pytest.raises(KeyError):
        gradient_terms.parameter_terms(step_trace, "nothing", "weight", (0,))


def test_with_other_options_the_window_still_meets_the_right_numbers():
    """Stride, padding and dilation at once, in groups."""
    net = network()
    rng = np.random.default_rng(3)
    op = net.node("conv1").op
    weight = rng.normal(0, 0.3, (8, 3, 3, 3)).astype(np.float32)
    changed = net.replaced(
        {"conv1": replace(op, weight=weight, padding=(2, 2, 2, 2), dilation=(2, 2))}
    )
    x = rng.normal(0, 1, (1, *INPUT)).astype(np.float32)
    classes = net.shapes()[net.logits][1]
    step_trace = trace_step_of(
        changed, x, soft_targets(np.array([1]), classes, 0.0, x.dtype), CONFIG
    )
    gradient = step_trace.gradients.params["conv1.weight"]
    for index in some(gradient):
        found = gradient_terms.parameter_terms(step_trace, "conv1", "weight", index)
        assert close(sum(term.product for term in found.terms), gradient[index])
    gradient = step_trace.gradients.values["input"]
    for index in some(gradient):
        assert close(
            sum(
                term.product
                for term in gradient_terms.activation_gradient_terms(
                    step_trace, "input", index
                ).terms
            ),
            gradient[index],
        )
