"""A network written as ONNX computes the same in onnxruntime, under the same names. (Single ops:
ops/test_forward_….)
"""

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest

import engine
from engine.formats.onnx import ATTRIBUTES, CONSTANTS, TYPES, from_onnx, to_onnx
from engine.network import Network, Node
from engine.ops import OPS, Concat, Constant, Identity, Relu, Sigmoid
from engine.preprocess import Preprocess
from tests.browser.menagerie import build_menagerie
from tests.engine import networks
from tests.engine.formats.onnx.twins import run_file, run_network
from tests.engine.ops.cases import CASES, NAMES

MAKERS = {
    "every op": networks.network,
    "painter": networks.painter,
    "menagerie": build_menagerie,
    "everyday": lambda: engine.load("everyday"),
    "branches": lambda: engine.load("branches"),
}


@pytest.fixture(scope="module", params=MAKERS)
def network(request):
    return MAKERS[request.param]()


@pytest.fixture(scope="module")
def written(network):
    return to_onnx(network)


@pytest.fixture(scope="module")
def pictures(network):
    ((_, shape),) = network.inputs.items()
    return np.random.default_rng(4).standard_normal((3, *shape)).astype(np.float32)


def assert_near(ours, theirs, name=""):
    np.testing.assert_allclose(
        ours, theirs, rtol=1e-5, atol=1e-5 * np.abs(theirs).max(), err_msg=name
    )


def test_every_kind_of_layer_can_be_written():
    assert TYPES.keys() == OPS.keys()
    assert ATTRIBUTES.keys() | CONSTANTS.keys() <= OPS.keys()


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_every_kind_of_layer_is_read_back(case):
    if not case.shapes:
        return  # a network without an input is none
    named = dict(zip("abc", case.inputs("float32"), strict=False))
    shapes = {name: x.shape[1:] for name, x in named.items()}
    nodes = [Node("op", case.op("float32"), tuple(named))]
    again = from_onnx(to_onnx(Network(nodes, inputs=shapes, outputs=("op",))))
    assert_near(again.forward(named)["op"], nodes[0].op.forward(*named.values())[0])


def test_a_constant_goes_along_with_the_batch():
    """A token that is put in front of a picture's own, as vision transformers do."""
    token = np.arange(3, dtype=np.float32).reshape(1, 1, 3)
    nodes = [Node("token", Constant(token), ("x",)), Node("y", Concat(1), ("token", "x"))]
    written = to_onnx(Network(nodes, inputs={"x": (4, 3)}, outputs=("y",)))
    again = from_onnx(written)
    x = np.ones((5, 4, 3), np.float32)
    y = again.forward(x)["y"]
    assert (y == np.concatenate([np.repeat(token, 5, 0), x], 1)).all()
    assert (run_file(written, {"x": x})[0] == y).all()


def test_every_value_is_ours(network, pictures):
    trace = network.forward(pictures)
    for name, value in run_network(network, pictures).items():
        assert_near(trace[name], value, name)


def test_the_file_alone_gives_the_answers(network, written, pictures):
    (name,) = network.inputs
    trace = network.forward(pictures)
    for output, theirs in zip(network.outputs, run_file(written, {name: pictures}), strict=True):
        assert_near(trace[output], theirs, output)


def test_a_batch_may_have_any_size(network, written, pictures):
    (name,) = network.inputs
    whole = run_file(written, {name: pictures})[0]
    assert_near(run_file(written, {name: pictures[:1]})[0], whole[:1])


def test_keeps_names_and_passes_onnx_s_own_check(network, written):
    model = onnx.load_from_string(written)
    onnx.checker.check_model(model, full_check=True)
    assert [node.name for node in model.graph.node] == [node.name for node in network.nodes]
    assert [list(node.output) for node in model.graph.node] == [[n.name] for n in network.nodes]
    assert [value.name for value in model.graph.input] == list(network.inputs)
    assert [value.name for value in model.graph.output] == list(network.outputs)
    arrays = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for name, array in (network.parameters() | network.buffers()).items():
        np.testing.assert_array_equal(arrays[name], array)


def test_labels_preprocessing_and_model_card_come_along(network, written):
    model = onnx.load_from_string(written)
    about = {prop.key: json.loads(prop.value) for prop in model.metadata_props}
    assert tuple(about.get("labels", ())) == (network.labels or ())
    assert about.get("meta", {}) == network.meta
    preprocess = about.get("preprocess")
    assert (preprocess and Preprocess.from_dict(preprocess)) == network.preprocess
    assert model.graph.name == (network.name or "network")


def test_several_outputs_in_their_order():
    nodes = [
        Node("low", Relu(), ("x",)),
        Node("high", Sigmoid(), ("low",)),
        Node("unused", Identity(), ("x",)),
    ]
    network = Network(nodes, inputs={"x": (2, 3, 3)}, outputs=("high", "low"))
    x = np.linspace(-1, 1, 18, dtype=np.float32).reshape(1, 2, 3, 3)
    high, low = run_file(to_onnx(network), {"x": x})
    assert_near(network.forward(x)["high"], high)
    assert_near(network.forward(x)["low"], low)


def test_double_precision_is_written_as_single():
    model = onnx.load_from_string(to_onnx(networks.network("float64")))
    kinds = {tensor.data_type for tensor in model.graph.initializer}
    assert kinds == {onnx.TensorProto.FLOAT, onnx.TensorProto.INT64}  # the latter: shapes and pads


def test_the_engine_alone_does_not_load_onnx():
    """It takes as long as the rest of the engine, and only files need it."""
    script = "import sys, engine; sys.exit('onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
