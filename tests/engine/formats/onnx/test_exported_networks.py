"""Networks with branches, as exporters write them: every value is onnxruntime's, and every number
can be explained.
"""

import numpy as np
import onnx
import pytest
from onnx import helper, shape_inference

from engine import inspection
from engine.formats.onnx import from_onnx, to_onnx
from tests.engine import exported
from tests.engine.formats.onnx.files import random
from tests.engine.formats.onnx.twins import run_file

NEAR = 1e-3  # of a value's largest number
# Half precision is computed in float32 here: onnxruntime gets the same weights in float32.
TWINS = {**exported.NETWORKS, "float16": exported.residual}


def all_values(data, x):
    """Every value of the file that has fractions or pixels in it, by onnxruntime."""
    model = shape_inference.infer_shapes(onnx.load_from_string(data))
    known = {value.name: value for value in (*model.graph.value_info, *model.graph.output)}
    names = [name for node in model.graph.node for name in node.output]
    del model.graph.output[:]
    for name in names:
        kind = known[name].type.tensor_type.elem_type
        model.graph.output.append(helper.make_tensor_value_info(name, kind, None))
    # As written: joined steps round an int8 that lies halfway to the other side.
    values = run_file(model.SerializeToString(), {"pixels": x}, names, as_written=True)
    return dict(zip(names, values, strict=True))


def pictures(network, n):
    return random(n, *network.inputs["pixels"], seed=n)


@pytest.fixture(params=exported.NETWORKS)
def name(request):
    return request.param


@pytest.fixture
def network(name):
    return from_onnx(exported.NETWORKS[name]())


@pytest.mark.parametrize("n", [1, 3])
def test_every_value_is_that_of_onnxruntime(name, network, n):
    x = pictures(network, n)
    trace = network.forward(x)
    theirs = all_values(TWINS[name](), x)
    for node in network.nodes:
        value, other = trace[node.name], theirs[node.name].astype(np.float32)
        assert value.shape == other.shape, node.name
        apart = np.abs(value - other).max() / np.abs(other).max()
        assert apart <= NEAR, f"{node.name}: {apart:.1e}"


def test_a_network_is_what_a_person_recognises(name, network):
    """Shapes, constants and packed weights are folded: what is left works on pictures, and all of
    it is needed.
    """
    read = {i for node in network.nodes for i in node.inputs} | set(network.outputs)
    assert {node.name for node in network.nodes} <= read
    assert "constant" not in {node.op.op_type for node in network.nodes}
    file = onnx.load_from_string(exported.NETWORKS[name]())
    labels = {n.name for n in file.graph.node}
    assert {node.label for node in network.nodes if node.label} <= labels


def test_terms_add_up_in_every_layer(network):
    trace = network.forward(pictures(network, 2))
    for node in network.nodes:
        y = trace[node.name]
        for index in ((0,) * y.ndim, (1, *(size // 2 for size in y.shape[1:]))):
            why = inspection.explain(network, trace, node.name, index)
            total = why.bias + why.contributions.sum()
            size = max(1, abs(why.bias), np.abs(why.contributions).max(initial=0))
            assert total == pytest.approx(y[index], abs=1e-4 * size), node.name


@pytest.mark.parametrize(
    "name", sorted(exported.NETWORKS.keys() - {"int8"})
)  # rounding has no slope
def test_gradients_are_slopes(network):
    """The score's change along a direction in the picture is what the backward pass says."""
    x = pictures(network, 1).astype(np.float64)
    output = network.outputs[0]
    towards = np.random.default_rng(1).standard_normal(x.shape)

    def score(x):
        return float((network.forward(x)[output].astype(np.float64) * weights).sum())

    trace = network.forward(x)
    weights = np.random.default_rng(2).standard_normal(trace[output].shape)
    slope = float((network.backward(trace, {output: weights}).values["pixels"] * towards).sum())
    step = 1e-4
    measured = (score(x + step * towards) - score(x - step * towards)) / (2 * step)
    assert slope == pytest.approx(measured, rel=2e-2)


def test_it_can_be_written_and_read_again(network):
    x = pictures(network, 2)
    again = from_onnx(to_onnx(network))
    output = network.outputs[0]
    np.testing.assert_allclose(
        again.forward(x)[output], network.forward(x)[output], rtol=1e-5, atol=1e-6
    )
