"""Whole networks: values against onnxruntime, numerical gradients, and invalid graphs."""

import copy
import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import GraphError, ShapeError
from engine.network import Network, Node
from engine.ops import OPS, Add, Conv2d, Dense, Identity, Relu
from engine.zoo import ARCHITECTURES
from tests.engine.formats.onnx.twins import run_network
from tests.engine.gradcheck import check_gradients
from tests.engine.networks import INPUT, network, nodes, painter, pictures


def test_every_op_that_the_zoo_trains_is_in_the_network():
    rng = np.random.default_rng(0)
    built = [build(("this", "that"), rng) for build in ARCHITECTURES.values()]
    assert {n.op.op_type for network in built for n in network.nodes} <= {
        n.op.op_type for n in nodes()
    }


def test_every_value_is_onnxruntimes():
    net, x = network(), pictures()
    trace = net.forward(x)
    for name, value in run_network(net, x).items():
        np.testing.assert_allclose(trace[name], value, rtol=1e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("frozen", [False, True])
def test_a_network_that_paints_says_what_onnxruntime_says(frozen):
    net = painter().freeze() if frozen else painter()
    x = np.random.default_rng(9).standard_normal((2, 3, 12, 14)).astype(np.float32)
    trace = net.forward(x)
    for name, value in run_network(net, x).items():
        np.testing.assert_allclose(trace[name], value, rtol=1e-3, atol=1e-4, err_msg=name)


def test_gradients_of_a_network_that_paints():
    net = painter("float64")

    def forward(x):
        trace = net.forward(x)
        return trace["turned"], trace

    def backward(dy, trace):
        grads = net.backward(trace, {"turned": dy})
        return (grads.values["input"],), grads.params

    x = np.random.default_rng(9).standard_normal((2, 3, 12, 14))
    check_gradients(forward, backward, [x], net.parameters())


def test_shapes_are_those_of_the_values():
    net = network()
    assert net.shapes(3) == {name: y.shape for name, y in net.forward(pictures(3)).items()}


@pytest.mark.parametrize("train", [False, True], ids=["inference", "training"])
def test_gradients_of_the_input_and_of_every_parameter(train):
    net = network("float64")
    mask = net.node("dropout").op.rng
    state = mask.bit_generator.state

    def forward(x):
        mask.bit_generator.state = state  # the same numbers dropped every time
        trace = net.forward(x, train=train)
        return trace["softmax"], trace

    def backward(dy, trace):
        grads = net.backward(trace, {"softmax": dy})
        return (grads.values["input"],), grads.params

    check_gradients(forward, backward, [pictures(3, "float64")], net.parameters())


@pytest.mark.parametrize("name", ["pool1", "joined", "sum", "gate", "fc"])
def test_gradients_of_values_between(name):
    """A value's gradient is that of an input added to it, which is checked numerically."""
    parts = list(nodes("float64"))
    place = next(i for i, node in enumerate(parts) if node.name == name)
    parts[place] = Node("before", parts[place].op, parts[place].inputs)
    parts.insert(place + 1, Node(name, Add(), ("before", "nudge")))
    shape = network().shapes()[name][1:]
    nudged = Network(parts, inputs={"input": INPUT, "nudge": shape}, outputs=("softmax",))
    x = pictures(2, "float64")

    def forward(nudge):
        trace = nudged.forward({"input": x, "nudge": nudge})
        return trace["softmax"], trace

    def backward(dy, trace):
        return (nudged.backward(trace, {"softmax": dy}).values[name],), {}

    # A small nudge, not none: equal numbers that compete for a maximum have no gradient to measure.
    check_gradients(forward, backward, [np.random.default_rng(6).standard_normal((2, *shape)) / 10])


def test_gradients_from_several_values_add_up():
    net = network("float64")
    trace = net.forward(pictures(2, "float64"))
    at_gate, at_end = np.ones_like(trace["gate"]), np.ones_like(trace["fc"])
    both = net.backward(trace, {"gate": at_gate, "fc": at_end}).params["conv1.weight"]
    one, other = (
        net.backward(trace, {name: dy}).params["conv1.weight"]
        for name, dy in (("gate", at_gate), ("fc", at_end))
    )
    np.testing.assert_allclose(both, one + other, rtol=1e-10, atol=1e-12)


def test_only_the_parameters():
    net = network()
    trace = net.forward(pictures(), train=True)
    dy = np.eye(2, 5, dtype=np.float32)
    whole = net.backward(trace, {"softmax": dy})
    lean = net.backward(trace, {"softmax": dy}, only_params=True)
    assert lean.values == {}
    assert set(lean.params) == set(whole.params) == set(net.parameters())
    assert all((lean.params[name] == whole.params[name]).all() for name in whole.params)


@pytest.mark.parametrize("wanted", [["input"], ["gate"], ["joined", "input", "softmax"], []])
def test_only_some_values(wanted):
    net = network()
    trace = net.forward(pictures())
    dy = {"softmax": np.eye(2, 5, dtype=np.float32), "sum": np.ones_like(trace["sum"])}
    whole = net.backward(trace, dy)
    lean = net.backward(trace, dy, only_values=wanted)
    assert lean.params == {}
    assert set(lean.values) == set(wanted)
    assert all((lean.values[name] == whole.values[name]).all() for name in wanted)


@pytest.mark.parametrize("frozen", [False, True])
def test_a_pass_for_some_values_has_them_and_their_way_back(frozen):
    net = network().freeze() if frozen else network()
    whole, lean = net.forward(pictures()), net.forward(pictures(), only_values=["fc", "gate"])
    assert set(lean) == {"fc", "gate", "input", "softmax"}
    assert all((lean[name] == whole[name]).all() for name in lean)
    dy = {"softmax": np.eye(2, 5, dtype=np.float32)}
    found = net.backward(lean, dy, only_values=["input"]).values["input"]
    assert (found == net.backward(whole, dy, only_values=["input"]).values["input"]).all()
    assert lean.nbytes < 0.9 * whole.nbytes
    bare = net.forward(pictures(), only_values=["fc"], saves=False)
    assert (bare["fc"] == whole["fc"]).all()
    assert bare.nbytes < 0.2 * whole.nbytes
    assert not bare.caches


def test_a_value_that_had_no_part_in_it_has_no_gradient():
    net = network()
    trace = net.forward(pictures())
    at_gate = {"gate": np.ones_like(trace["gate"])}
    assert net.backward(trace, at_gate, only_values=["fc"]).values == {}


@pytest.mark.parametrize("how", [{}, {"only_params": True}, {"only_values": ["input"]}])
def test_gradients_of_unknown_values_are_refused(how):
    net = network()
    trace = net.forward(pictures())
    with pytest.raises(GraphError, match="has no value 'logits'"):
        net.backward(trace, {"logits": np.ones((2, 5))}, **how)
    with pytest.raises(GraphError, match="has no value 'photo'"):
        net.backward(trace, {"fc": np.ones((2, 5))}, only_values=["photo"])


class TestReplaced:
    def test_only_these_ops_change(self):
        net = network(labels=list("abcde"), meta={"licence": "none"})
        conv = net.node("conv1").op
        silent = net.replaced({"conv1": replace(conv, weight=np.zeros_like(conv.weight))})
        assert [node.name for node in silent.nodes] == [node.name for node in net.nodes]
        for before, after in zip(net.nodes, silent.nodes, strict=True):
            assert (before.op is after.op) == (before.name != "conv1")
        assert (silent.forward(pictures())["conv1"] == conv.bias[:, None, None]).all()
        assert (silent.labels, silent.meta) == (net.labels, net.meta)
        assert net.node("conv1").op is conv

    def test_it_has_a_digest_of_its_own(self):
        net = network()
        before = net.digest
        assert net.replaced({}).digest == before
        assert net.replaced({"relu1": Identity()}).digest != before == net.digest

    def test_a_name_that_no_node_has_is_refused(self):
        with pytest.raises(GraphError, match="has no layer 'conv9'"):
            network().replaced({"conv9": Relu()})

    def test_a_layer_that_does_not_fit_is_refused(self):
        with pytest.raises(ShapeError, match=r"layer 'fc' \(dense\)"):
            network().replaced({"fc": Dense(np.zeros((5, 7)))})


def test_the_logits_are_what_goes_into_the_softmax_at_the_end():
    assert network().logits == "fc"
    assert tiny(Node("a", Relu(), ("input",))).logits == "a"
    assert tiny(Node("a", Relu(), ("input",)), outputs=("input",)).logits == "input"


def test_nodes_may_come_in_any_order():
    expected = network().forward(pictures())["softmax"]
    for seed in range(5):
        shuffled = list(nodes())
        random.Random(seed).shuffle(shuffled)
        net = Network(shuffled, inputs={"input": INPUT}, outputs=("softmax",))
        assert (net.forward(pictures())["softmax"] == expected).all()


def test_four_threads_share_a_network():
    net = network().freeze()
    batches = [pictures(2, seed=seed) for seed in range(8)]
    alone = [dict(net.forward(x)) for x in batches]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(net.forward, batches * 3))
    for number, trace in enumerate(together):
        expected = alone[number % len(batches)]
        assert all((trace[name] == expected[name]).all() for name in expected)


def test_a_check_stops_the_work_between_nodes():
    calls = []

    def check():
        calls.append(None)
        if len(calls) == 4:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        network().forward(pictures(), check=check)
    assert len(calls) == 4


def test_a_frozen_network_cannot_be_written_to():
    net = network().freeze()
    for array in (*net.parameters().values(), *net.buffers().values()):
        with pytest.raises(ValueError, match="read-only"):
            array += 1


def test_parameters_are_the_arrays_that_forward_reads():
    net, x = network(), pictures()
    before = net.forward(x)["fc"]
    net.parameters()["fc.bias"] += 1
    np.testing.assert_allclose(net.forward(x)["fc"], before + 1, rtol=1e-5)


class TestDigest:
    def test_equal_networks_have_equal_digests(self):
        assert network().digest == network().digest
        assert len(network().digest) == 64

    @pytest.mark.parametrize("name", ["conv1.weight", "fc.bias", "norm1.gamma"])
    def test_one_number_changes_it(self, name):
        changed = network()
        changed.parameters()[name].flat[0] += 1
        assert changed.digest != network().digest

    def test_a_running_statistic_changes_it(self):
        changed = network()
        changed.buffers()["norm1.var"][0] += 1
        assert changed.digest != network().digest

    def test_the_structure_changes_it(self):
        assert network(labels=list("abcde")).digest != network().digest
        relu, leaky = (tiny(Node("a", op, ("input",))) for op in (Relu(), OPS["leaky_relu"](0.1)))
        assert (
            relu.digest
            != leaky.digest
            != tiny(Node("a", OPS["leaky_relu"](0.2), ("input",))).digest
        )


def tiny(*parts, outputs=None):
    last = (parts[-1].name,) if outputs is None else outputs
    return Network(parts, inputs={"input": (3, 4, 4)}, outputs=last)


class TestGraphs:
    def test_a_cycle(self):
        with pytest.raises(GraphError, match="cycle goes through a, b"):
            tiny(Node("a", Add(), ("input", "b")), Node("b", Relu(), ("a",)))

    def test_a_node_that_reads_itself(self):
        with pytest.raises(GraphError, match="cycle"):
            tiny(Node("a", Add(), ("input", "a")))

    def test_an_input_that_nothing_makes(self):
        with pytest.raises(GraphError, match="'a' reads 'nowhere'"):
            tiny(Node("a", Relu(), ("nowhere",)))

    def test_a_name_used_twice(self):
        with pytest.raises(GraphError, match="more than once: a"):
            tiny(Node("a", Relu(), ("input",)), Node("a", Relu(), ("input",)))

    def test_a_node_named_like_the_input(self):
        with pytest.raises(GraphError, match="more than once: input"):
            tiny(Node("input", Relu(), ("input",)))

    def test_an_output_that_nothing_makes(self):
        with pytest.raises(GraphError, match="'b' is made by no node"):
            tiny(Node("a", Relu(), ("input",)), outputs=("b",))

    def test_a_layer_that_does_not_fit_is_named(self):
        with pytest.raises(ShapeError, match=r"layer 'second' \(dense\)"):
            tiny(
                Node("first", Identity(), ("input",)),
                Node("second", Dense(np.zeros((2, 3))), ("first",)),
            )

    def test_a_long_chain_needs_no_deep_stack(self):
        chain = [Node(f"n{i}", Identity(), (f"n{i - 1}" if i else "input",)) for i in range(3000)]
        net = tiny(*chain)
        trace = net.forward(np.ones((1, 3, 4, 4)))
        grads = net.backward(trace, {"n2999": np.ones((1, 3, 4, 4))})
        assert grads.values["input"].sum() == 48


class TestInputs:
    def test_a_wrong_shape_is_refused(self):
        with pytest.raises(
            ShapeError, match=r"'input' takes \(N, 3, 13, 14\), got \(2, 3, 14, 13\)"
        ):
            network().forward(pictures().transpose(0, 1, 3, 2))

    def test_a_picture_without_a_batch_axis_is_refused(self):
        with pytest.raises(ShapeError, match=r"got \(3, 13, 14\)"):
            network().forward(pictures()[0])

    def test_unknown_names_are_refused(self):
        with pytest.raises(ShapeError, match=r"takes \['input'\], got \['photo'\]"):
            network().forward({"photo": pictures()})

    def test_memory_order_does_not_matter(self):
        x = pictures()
        turned = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
        assert (network().forward(x)["softmax"] == network().forward(turned)["softmax"]).all()


class TestTrace:
    def test_it_holds_every_value_by_name_in_order(self):
        net = network()
        trace = net.forward(pictures())
        assert list(trace) == ["input", *(node.name for node in net.nodes)]
        assert len(trace) == len(net.nodes) + 1
        assert list(trace.outputs) == ["softmax"]
        assert trace.outputs["softmax"] is trace["softmax"]
        assert trace.timings.keys() == trace.caches.keys() == {node.name for node in net.nodes}

    def test_it_is_read_only(self):
        trace = network().forward(pictures())
        for value in trace.values():
            with pytest.raises(ValueError, match="read-only"):
                value[...] = 0
        with pytest.raises(TypeError):
            trace["input"] = pictures()
        with pytest.raises(KeyError):
            trace["nowhere"]

    def test_the_caller_keeps_the_right_to_write_to_the_input(self):
        x = pictures()
        network().forward(x)
        x += 1

    def test_maps_lie_channels_last(self):
        for value in network().forward(pictures()).values():
            if value.ndim == 4:
                assert value.transpose(0, 2, 3, 1).flags.c_contiguous

    def test_bytes_count_what_is_held_once(self):
        conv = Conv2d(np.zeros((2, 3, 1, 1), np.float32))
        net = tiny(Node("a", conv, ("input",)), Node("same", Identity(), ("a",)))
        x = np.zeros((1, 3, 4, 4), np.float32)
        assert net.forward(x).nbytes == (3 + 2) * 16 * 4


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_network_in_use_can_be_copied_and_packed(copied):
    net, x = network().freeze(), pictures(1)
    for _ in range(3):
        trace = net.forward(x)
    other = copied(net)
    assert other.digest == net.digest
    again = other.forward(x)
    assert all(np.array_equal(again[name], trace[name]) for name in trace)


def test_a_copy_of_a_network_in_use_goes_by_its_own_numbers():
    """What was made of the weights stays with the network that they are of."""
    net, x = network().freeze(), pictures(1)
    for _ in range(3):
        trace = net.forward(x)
    assert net.digest
    changed = copy.deepcopy(net)
    changed.parameters()["conv1.weight"][...] = 0
    assert not any(node.op.is_frozen for node in changed.nodes if node.op.params)
    assert changed.digest != net.digest
    assert np.ptp(changed.forward(x)["conv1"], axis=(2, 3)).max() == 0
    assert all(np.array_equal(net.forward(x)[name], trace[name]) for name in trace)
