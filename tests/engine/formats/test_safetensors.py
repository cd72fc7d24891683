"""A network that is saved comes back the same; a file that is none is refused with a reason."""

import json

import numpy as np
import pytest
from safetensors.numpy import save as serialise

import engine
from engine.errors import FormatError, UnknownModel
from engine.formats import safetensors
from engine.network import Network, Node
from engine.zoo import ARCHITECTURES, names
from tests.engine.ops.cases import CASES, NAMES


@pytest.fixture(scope="module")
def network():
    return ARCHITECTURES["everyday"](("left", "right"), np.random.default_rng(0))


def test_full_precision_comes_back_bit_for_bit(network, tmp_path):
    safetensors.save(network, tmp_path / "a.safetensors", half=False)
    again = engine.load(tmp_path / "a.safetensors")
    assert again.structure() == network.structure()
    assert again.digest == network.digest
    for name, array in network.parameters().items():
        np.testing.assert_array_equal(again.parameters()[name], array)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_every_op_comes_back(case):
    nodes = [Node("op", case.op("float32"), tuple("abc"[: len(case.shapes)]))]
    inputs = dict(zip("abc", (shape[1:] for shape in case.shapes), strict=False))
    network = Network(nodes, inputs=inputs, outputs=("op",))
    again = safetensors.load(safetensors.to_bytes(network, half=False))
    assert again.structure() == network.structure()
    xs = case.inputs("float32")
    assert (again.node("op").op.forward(*xs)[0] == network.node("op").op.forward(*xs)[0]).all()


def test_half_precision_is_half_the_size_and_near(network, tmp_path):
    safetensors.save(network, tmp_path / "half.safetensors")
    safetensors.save(network, tmp_path / "full.safetensors", half=False)
    half, full = (tmp_path / f"{name}.safetensors" for name in ("half", "full"))
    assert half.stat().st_size < 0.51 * full.stat().st_size
    for name, array in engine.load(half).parameters().items():
        assert array.dtype == np.float32
        np.testing.assert_allclose(array, network.parameters()[name], rtol=1e-3, atol=1e-6)


def test_a_loaded_network_is_read_only(network, tmp_path):
    safetensors.save(network, tmp_path / "a.safetensors")
    for array in engine.load(tmp_path / "a.safetensors").parameters().values():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_saving_leaves_nothing_but_the_file(network, tmp_path):
    safetensors.save(network, tmp_path / "a.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]


def test_a_digest_tells_networks_apart(network, tmp_path):
    other = ARCHITECTURES["everyday"](("left", "right"), np.random.default_rng(1))
    assert other.digest != network.digest


@pytest.mark.parametrize("data", [b"", b"no model", b"\xff" * 64, serialise({"a": np.zeros(3)})])
def test_a_file_that_is_no_network_is_refused(data):
    with pytest.raises(FormatError, match=r"not a (safetensors file|network)"):
        safetensors.load(data)


def test_a_cut_off_file_is_refused(network, tmp_path):
    safetensors.save(network, tmp_path / "a.safetensors")
    data = (tmp_path / "a.safetensors").read_bytes()
    with pytest.raises(FormatError):
        safetensors.load(data[: len(data) // 2])


@pytest.mark.parametrize(
    "change",
    [
        {"op": "explode"},
        {"inputs": ["nothing"]},
        {"attributes": {"kernel": [0, 0], "stride": [1, 1]}},
        {"attributes": None},
    ],
)
def test_a_graph_that_makes_no_sense_is_refused(network, change):
    about = {"name": "", "structure": network.structure(), "meta": {}}
    place = next(i for i, n in enumerate(about["structure"]["nodes"]) if n["op"] == "max_pool")
    about["structure"]["nodes"][place] |= change
    arrays = {
        k: np.ascontiguousarray(a) for k, a in (network.parameters() | network.buffers()).items()
    }
    data = serialise(arrays, metadata={"convscope": json.dumps(about)})
    with pytest.raises(FormatError):
        safetensors.load(data)


def test_the_zoo_says_what_there_is():
    assert "everyday" in names()
    with pytest.raises(UnknownModel, match="everyday"):
        engine.load("nowhere")
