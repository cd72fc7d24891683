"""Who reads a number, and by how much each reader hangs on it: against calculations by loops and by
definition, on crooked layers.
"""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import TrainingError
from engine.network import Network, Node
from engine.ops import (
    Add,
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Conv2d,
    Dense,
    Dequantize,
    Div,
    Dropout,
    Flatten,
    Gelu,
    GlobalAveragePool,
    HardSwish,
    LeakyRelu,
    MatMul,
    Max,
    MaxPool,
    Min,
    Mul,
    Neg,
    Pad,
    PRelu,
    Quantize,
    ReduceMean,
    Relu,
    Reshape,
    Sigmoid,
    Softmax,
    Sub,
    Tanh,
)
from engine.train.config import TrainConfig
from engine.train.inspection.gradient_terms import activation_gradient_terms, parameter_terms
from engine.train.inspection.step_trace import trace_step, trace_step_of
from engine.train.state import TrainState
from engine.types import Array

PLAIN = TrainConfig(optimiser="sgd", learning_rate=0.01, weight_decay=0.0)
# The pass is in float32, and each way of convolving rounds in its own order; the terms are added up
# in float64.
TOLERANCE = 2e-5


def network(dtype=np.float32) -> Network:
    """Every op whose gradient can be written out, with two branches and everything crooked:
    strides, padding, dilation, groups.
    """
    rng = np.random.default_rng(5)

    def some(*shape: int) -> Array:
        return rng.normal(0, 0.5, shape).astype(dtype)

    def norm(c: int) -> BatchNorm:
        return BatchNorm(1 + some(c), some(c), some(c), np.exp(some(c)))

    return Network(
        [
            Node("pad", Pad((1, 0, 0, 1), 0.5), ("input",)),
            Node("conv1", Conv2d(some(6, 2, 3, 3), some(6), (2, 1), (1, 2, 0, 1)), ("pad",)),
            Node("norm1", norm(6), ("conv1",)),
            Node("relu", Relu(), ("norm1",)),
            Node(
                "conv2",
                Conv2d(some(4, 3, 2, 2), None, (1, 1), (1, 0, 1, 1), (2, 1), groups=2),
                ("relu",),
            ),
            Node("tanh", Tanh(), ("conv2",)),
            Node("max", MaxPool((3, 2), (2, 1), (1, 0, 1, 1)), ("tanh",)),
            Node("mean", AveragePool((2, 2), (2, 1), (1, 0, 0, 0), ceil_mode=True), ("tanh",)),
            Node("point", Conv2d(some(4, 4, 1, 1)), ("max",)),
            Node("sum", Add(), ("max", "point")),
            Node("twice", Add(), ("sum", "sum")),
            Node("squeeze", GlobalAveragePool(), ("twice",)),
            Node("gate", Sigmoid(), ("squeeze",)),
            Node("gated", Mul(), ("twice", "gate")),
            Node("leaky", LeakyRelu(0.2), ("mean",)),
            Node("clip", Clip(-0.3, 0.3), ("tanh",)),
            Node("pooled", GlobalAveragePool(), ("clip",)),
            Node("list", Reshape((0, -1)), ("pooled",)),
            Node("flat1", Flatten(), ("gated",)),
            Node("flat2", Flatten(), ("leaky",)),
            Node("all", Concat(), ("flat1", "flat2", "list")),
            Node("dropout", Dropout(0.3), ("all",)),
            Node("hidden", Dense(some(5, 152), some(5)), ("dropout",)),
            Node("norm2", norm(5), ("hidden",)),
            Node("scores", Dense(some(3, 5), some(3)), ("norm2",)),
            Node("softmax", Softmax(), ("scores",)),
        ],
        inputs={"input": (2, 7, 6)},
        outputs=("softmax",),
    )


def batch(count):
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, (count, 2, 7, 6)).astype(np.float32)
    return x, np.eye(3, dtype=np.float32)[rng.integers(0, 3, count)]


@pytest.fixture(scope="module", params=["in training", "at inference"])
def step_trace(request):
    if request.param == "at inference":
        return trace_step_of(network(), *batch(1), PLAIN)
    return trace_step(TrainState(network(), PLAIN), *batch(7), 0.01)


def somewhere(shape, count=12):
    """Some positions of a value of that shape, and its corners."""
    rng = np.random.default_rng(0)
    places = {tuple(int(rng.integers(n)) for n in shape) for _ in range(count)}
    return sorted(places | {(0,) * len(shape), tuple(n - 1 for n in shape)})


def assert_adds_up(chain):
    """To nothing, too: the terms of a bias before a normalisation cancel each other."""
    products = np.array([term.product for term in chain.terms])
    assert len(products) == chain.total_count
    assert chain.remainder == 0
    assert abs(products.sum() - chain.value) <= TOLERANCE * max(np.abs(products).sum(), 1e-3)
    assert all(term.product == pytest.approx(term.dz * term.a) for term in chain.terms)


PARAMETERS = sorted(network().parameters())
VALUES = sorted({node.name for node in network().nodes} - {"scores", "softmax"} | {"input"})


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_terms_of_a_parameter_add_up_to_its_gradient(step_trace, name):
    node, parameter = name.split(".")
    gradient = step_trace.gradients.params[name]
    for index in somewhere(gradient.shape):
        chain = parameter_terms(step_trace, node, parameter, index)
        assert chain.value == float(gradient[index])
        assert_adds_up(chain)


@pytest.mark.parametrize("name", VALUES)
def test_the_terms_of_an_activation_add_up_to_its_gradient(step_trace, name):
    gradient = step_trace.gradients.values[name]
    assert np.abs(gradient).max() > 1e-4
    for index in somewhere(gradient.shape):
        chain = activation_gradient_terms(step_trace, name, index)
        assert chain.value == float(gradient[index])
        assert_adds_up(chain)


@pytest.mark.parametrize(
    "op",
    [
        PRelu(np.array([[[0.3]], [[-0.2]]], np.float32)),
        Gelu(),
        HardSwish(),
        Sub(np.float32([[[0.3]], [[-0.2]]]), constant_first=True),
        Mul(np.float32([0.5, -1, 2, 3, 0.1, 0.7])),
        Div(np.array(3, np.float32)),
        Max(np.array(0.2, np.float32)),
        Dequantize(*np.float32([[0.5, 2], [1, 3]]), axis=-3),
        Min(),
        Sub(),
    ],
    ids=lambda op: f"{op.op_type} {len(op.params)}",
)
def test_the_gradient_before_other_steps_adds_up(op):
    reads = ("input",) if op.params or not isinstance(op, Min | Sub) else ("input", "turned")
    rng = np.random.default_rng(3)
    nodes = [
        Node("turned", Neg(), ("input",)),
        Node("op", op, reads),
        Node("flat", Flatten(), ("op",)),
        Node("scores", Dense(rng.normal(0, 0.5, (3, 84)).astype(np.float32)), ("flat",)),
        Node("softmax", Softmax(), ("scores",)),
    ]
    step_trace = trace_step_of(
        Network(nodes, inputs={"input": (2, 7, 6)}, outputs=("softmax",)), *batch(1), PLAIN
    )
    for name in ("input", *reads[1:]):
        for index in somewhere(step_trace.trace[name].shape):
            assert_adds_up(activation_gradient_terms(step_trace, name, index))


def test_what_cannot_be_written_out_says_so():
    ops = [ReduceMean((2, 3)), MatMul(np.eye(6, dtype=np.float32)), Quantize(*np.float32([1, 0]))]
    for op in ops:
        nodes = [Node("op", op, ("input",)), Node("flat", Flatten(), ("op",))]
        step_trace = trace_step_of(
            Network(nodes, inputs={"input": (3, 1, 6)}, outputs=("flat",)),
            np.ones((1, 3, 1, 6), np.float32),
            np.eye(1, int(np.prod(op.infer_shape((1, 3, 1, 6)))), dtype=np.float32),
            PLAIN,
        )
        with pytest.raises(TrainingError, match="no list of products"):
            activation_gradient_terms(step_trace, "input", (0, 0, 0, 0))


def test_a_parameters_terms_name_what_they_multiply(step_trace):
    for name in PARAMETERS:
        node, parameter = name.split(".")
        (source,) = step_trace.network.node(node).inputs
        index = somewhere(step_trace.gradients.params[name].shape)[-1]
        for term in parameter_terms(step_trace, node, parameter, index, limit=20).terms:
            dz = step_trace.gradients.values[node][(term.picture, *term.output_index)]
            assert (term.layer, term.dz) == (node, float(dz))
            if parameter == "weight":
                assert term.a == float(step_trace.trace[source][(term.picture, *term.input_index)])
            elif parameter != "gamma":
                assert (term.a, term.input_index) == (1.0, None)


def by_loops(step_trace, node, op, index):
    """{(picture, output): (dz, a)} of a convolution's weight, written out cell by cell."""
    f, c, p, q = index
    (source,) = step_trace.network.node(node).inputs
    x, dy = step_trace.trace[source], step_trace.gradients.values[node]
    group = f // (op.weight.shape[0] // op.groups)
    found = {}
    for n in range(len(x)):
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                y = i * op.stride[0] - op.padding[0] + p * op.dilation[0]
                z = j * op.stride[1] - op.padding[1] + q * op.dilation[1]
                if 0 <= y < x.shape[2] and 0 <= z < x.shape[3]:
                    a = x[n, group * op.weight.shape[1] + c, y, z]
                    found[n, (f, i, j)] = (float(dy[n, f, i, j]), float(a))
    return found


@pytest.mark.parametrize("node", ["conv1", "conv2", "point"])
def test_a_convolutions_terms_are_those_of_loops(step_trace, node):
    op = step_trace.network.node(node).op
    for index in somewhere(op.weight.shape):
        terms = parameter_terms(step_trace, node, "weight", index).terms
        mine = {(t.picture, t.output_index): (t.dz, t.a) for t in terms}
        assert mine == by_loops(step_trace, node, op, index)
        assert len(mine) == len(terms)


@pytest.mark.parametrize("name", ["pad", "relu", "max"])
def test_who_reads_a_number_is_found_by_loops(step_trace, name):
    """Every output of the convolution whose window holds the number, by the weight that lies on it
    there.
    """
    node = next(
        n for n in step_trace.network.nodes if name in n.inputs and isinstance(n.op, Conv2d)
    )
    op, dy = node.op, step_trace.gradients.values[node.name]
    per_group = op.weight.shape[0] // op.groups
    for n, c, y, x in somewhere(step_trace.trace[name].shape):
        expected = {}
        for k, i, j, p, q in np.ndindex(*dy.shape[1:], *op.kernel):
            here = (
                i * op.stride[0] - op.padding[0] + p * op.dilation[0],
                j * op.stride[1] - op.padding[1] + q * op.dilation[1],
            )
            if here == (y, x) and k // per_group == c // op.weight.shape[1]:
                a = op.weight[k, c % op.weight.shape[1], p, q]
                expected[n, (k, i, j)] = (float(dy[n, k, i, j]), float(a))
        terms = [
            t
            for t in activation_gradient_terms(step_trace, name, (n, c, y, x)).terms
            if t.layer == node.name
        ]
        assert {(t.picture, t.output_index): (t.dz, t.a) for t in terms} == expected


@pytest.mark.parametrize("node", ["norm1", "norm2"])
def test_normalisations_terms_are_those_of_its_definition(node):
    """In training: each part of the batch by its own mean and variance, in float64."""
    x, targets = batch(7)
    step_trace = trace_step(TrainState(network(), PLAIN), x, targets, 0.01)
    op = step_trace.network.node(node).op
    (source,) = step_trace.network.node(node).inputs
    x = step_trace.trace[source].astype(float)
    axes = (0, *range(2, x.ndim))
    normalised = np.concatenate(
        [
            (part - part.mean(axes, keepdims=True))
            / np.sqrt(part.var(axes, keepdims=True) + op.epsilon)
            for part in (x[:3], x[3:])  # 7 pictures in two parts
        ]
    )
    for term in parameter_terms(step_trace, node, "gamma", (1,)).terms:
        assert term.a == pytest.approx(
            normalised[(term.picture, *term.output_index)], rel=1e-4, abs=1e-5
        )
    own = (5, 1, *(1 for _ in axes[1:]))
    terms = activation_gradient_terms(step_trace, source, own).terms
    assert {term.picture for term in terms} == {3, 4, 5, 6}
    step, moved = 1e-6, x[3:].copy()
    moved[(2, *own[1:])] += step
    change = [
        (a - a.mean(axes, keepdims=True)) / np.sqrt(a.var(axes, keepdims=True) + op.epsilon)
        for a in (moved, x[3:])
    ]
    slopes = (change[0] - change[1]) / step * float(op.gamma[1])
    for term in terms:
        place = (term.picture - 3, *term.output_index)
        assert term.a == pytest.approx(slopes[place], rel=1e-3, abs=1e-4)


def test_a_switched_off_number_has_no_part_in_it(step_trace):
    off = tuple(np.argwhere(step_trace.trace["norm1"] < 0)[0].tolist())
    (term,) = activation_gradient_terms(step_trace, "norm1", off).terms
    assert (term.layer, term.a, term.product) == ("relu", 0.0, 0.0)


def test_only_the_maximum_of_a_window_has_a_gradient():
    x = np.array([[[[1.0, 3.0, 3.0, 2.0]]]], np.float32)
    nodes = [
        Node("max", MaxPool((1, 2), (1, 1)), ("input",)),
        Node("flat", Flatten(), ("max",)),
        Node("scores", Dense(np.array([[1, 2, 4], [0, 0, 0]], np.float32)), ("flat",)),
    ]
    net = Network(nodes, inputs={"input": (1, 1, 4)}, outputs=("scores",))
    step_trace = trace_step_of(net, x, np.array([[0, 1]], np.float32), PLAIN)
    factors = [
        [t.a for t in activation_gradient_terms(step_trace, "input", (0, 0, 0, i)).terms]
        for i in range(4)
    ]
    assert [sorted(f) for f in factors] == [[0], [1, 1], [0, 1], [0]]


def test_a_softmax_in_the_middle_is_not_written_out():
    net = network()
    nodes = [replace(n, op=Softmax()) if n.name == "tanh" else n for n in net.nodes]
    net = Network(nodes, inputs=net.inputs, outputs=net.outputs)
    step_trace = trace_step_of(net, *batch(1), PLAIN)
    with pytest.raises(TrainingError, match=r"'tanh' \(softmax\)"):
        activation_gradient_terms(step_trace, "conv2", (0, 0, 0, 0))


def test_what_the_loss_does_not_depend_on_has_no_gradient(step_trace):
    with pytest.raises(TrainingError, match="no gradient reaches 'softmax'"):
        activation_gradient_terms(step_trace, "softmax", (0, 0))
