"""An edited network differs in what was edited and in what comes after it, and in nothing else."""

import numpy as np
import pytest

from engine import inspection
from engine.edits import ScaleFilter, SetWeight, edited
from engine.errors import EditError
from engine.network import Network, Node
from engine.ops import ConvTranspose2d
from tests.engine.networks import network, pictures


@pytest.fixture(scope="module")
def net():
    return network("float64").freeze()


@pytest.fixture(scope="module")
def x():
    return pictures(1, "float64")


@pytest.mark.parametrize("layer", ["conv1", "depthwise", "residual", "norm1", "excite"])
def test_a_scaled_filters_map_is_scaled_and_no_other(net, x, layer):
    before = net.forward(x)
    after = edited(net, [ScaleFilter(layer, 2, 0.25)]).forward(x)
    expected = before[layer].copy()
    expected[:, 2] *= 0.25
    np.testing.assert_allclose(after[layer], expected, rtol=1e-12, atol=1e-12)


def test_a_scaled_unit_of_a_dense_layer(net, x):
    before, after = net.forward(x)["fc"], edited(net, [ScaleFilter("fc", 1, 0.0)]).forward(x)["fc"]
    assert after[0, 1] == 0
    np.testing.assert_array_equal(np.delete(after, 1, 1), np.delete(before, 1, 1))


def test_a_set_weight_is_that_weight_and_no_other(net, x):
    changed = edited(net, [SetWeight("residual", 7, 3, 1, 2, 5.0)])
    was, now = net.node("residual").op.weight, changed.node("residual").op.weight
    assert now[7, 3, 1, 2] == 5.0
    assert np.count_nonzero(was != now) == 1
    # By hand: filter 7 is in the second of three groups of six maps, whose map 3 is map 9; the tap
    # is below by 0 and right by 1.
    before, after = net.forward(x), changed.forward(x)
    moved = np.zeros_like(before["residual"][0, 7])
    moved[:, :-1] = before["joined"][0, 9][:, 1:]
    expected = before["residual"][0, 7] + (5.0 - was[7, 3, 1, 2]) * moved
    np.testing.assert_allclose(after["residual"][0, 7], expected, rtol=1e-10, atol=1e-12)


def test_a_set_weight_of_a_dense_layer(net):
    changed = edited(net, [SetWeight("fc", 4, 100, None, None, -1.0)])
    assert changed.node("fc").op.weight[4, 100] == -1.0


def test_the_filters_of_a_transposed_convolution():
    """Its weight is (C, K / groups, kh, kw): six maps in two groups make ten."""
    rng = np.random.default_rng(3)
    op = ConvTranspose2d(
        rng.normal(size=(6, 5, 3, 3)), rng.normal(size=10), stride=(2, 2), groups=2
    )
    net = Network([Node("paint", op, ("input",))], inputs={"input": (6, 4, 4)}, outputs=["paint"])
    maps = rng.normal(size=(1, 6, 4, 4))
    before = net.forward(maps)["paint"]
    after = edited(net, [ScaleFilter("paint", 7, 0.25)]).forward(maps)["paint"]
    expected = before.copy()
    expected[:, 7] *= 0.25
    np.testing.assert_allclose(after, expected, rtol=1e-12, atol=1e-12)

    changed = edited(net, [SetWeight("paint", 7, 1, 2, 0, 5.0)]).node("paint").op.weight
    assert changed[3 + 1, 7 - 5, 2, 0] == 5.0  # the second group's second map and third filter
    assert np.count_nonzero(changed != op.weight) == 1


def test_edits_of_one_layer_are_made_in_their_order(net):
    edits = [SetWeight("conv1", 0, 0, 0, 0, 2.0), ScaleFilter("conv1", 0, 0.5)]
    assert edited(net, edits).node("conv1").op.weight[0, 0, 0, 0] == 1.0
    assert edited(net, reversed(edits)).node("conv1").op.weight[0, 0, 0, 0] == 2.0


def test_the_given_network_stays_and_untouched_ops_are_shared(net, x):
    digest = net.digest
    changed = edited(net, [ScaleFilter("narrow", 0, 0.0)])
    assert network("float64").digest == digest
    assert [n.name for n in net.nodes if n.op is not changed.node(n.name).op] == ["narrow"]


@pytest.mark.parametrize("layer", ["conv1", "narrow", "fc"])
def test_a_rerun_equals_a_whole_run_and_computes_only_what_comes_after(net, x, layer):
    before = net.forward(x)
    changed = edited(net, [ScaleFilter(layer, 1, 3.0)])
    again, whole = changed.rerun(before, net), changed.forward(x)
    for name in whole:
        np.testing.assert_array_equal(again[name], whole[name], err_msg=name)
    reached = {layer}
    for node in net.nodes:
        if reached.intersection(node.inputs):
            reached.add(node.name)
    assert {name for name in whole if again[name] is not before[name]} == reached
    assert {name for name, seconds in again.timings.items() if seconds} == reached


def test_gradients_and_explanations_of_a_rerun_are_those_of_a_whole_run(net, x):
    changed = edited(net, [ScaleFilter("narrow", 1, 3.0)])
    again, whole = changed.rerun(net.forward(x), net), changed.forward(x)
    gradient = {"fc": np.ones_like(whole["fc"])}
    one, other = (changed.backward(trace, gradient).values["input"] for trace in (again, whole))
    np.testing.assert_array_equal(one, other)
    why = inspection.explain(changed, again, "narrow", (0, 1, 2, 3))
    assert why.bias + why.contributions.sum() == pytest.approx(
        again["narrow"][0, 1, 2, 3], rel=1e-12
    )


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (ScaleFilter("nowhere", 0, 0), "no layer 'nowhere'"),
        (ScaleFilter("input", 0, 0), "no layer 'input'"),
        (ScaleFilter("pool1", 0, 0), "change those of 'norm1'"),
        (ScaleFilter("conv1", 8, 0), "no filter 8; there are 0 to 7"),
        (ScaleFilter("conv1", -1, 0), "no filter -1"),
        (SetWeight("conv1", 0, 3, 0, 0, 1), "no channel 3"),
        (SetWeight("conv1", 0, 0, 3, 0, 1), "no y 3"),
        (SetWeight("conv1", 0, 0, None, None, 1), "filter, channel, y and x"),
        (SetWeight("fc", 0, 0, 0, 0, 1), "filter and channel alone"),
        (SetWeight("norm1", 0, 0, None, None, 1), "no kernels"),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(net, edit, words):
    with pytest.raises(EditError, match=words):
        edited(net, [edit])
