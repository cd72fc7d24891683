"""The effective receptive field: against numerical gradients, and never outside the exact one."""

import numpy as np
import pytest

from engine.attribution import effective_field
from engine.errors import ShapeError
from engine.inspection.receptive_fields import ReceptiveFields
from engine.network import Network, Node
from engine.ops import Add, Relu
from tests.engine.attribution.targets import measured_gradient
from tests.engine.networks import network, pictures

PLACES = [
    ("conv1", (0, 3, 0, 5)),
    ("pool1", (0, 2, 3, 4)),
    ("depthwise_act", (0, 1, 2, 2)),
    ("joined", (0, 12, 6, 6)),
    ("sum", (0, 7, 3, 0)),
    ("gate", (0, 4, 0, 0)),
    ("pool2", (0, 9, 1, 2)),
    ("fc", (0, 1)),
    ("softmax", (0, 4)),
]


@pytest.mark.parametrize(("name", "index"), PLACES, ids=[name for name, _ in PLACES])
def test_it_is_the_length_of_the_gradient(name, index):
    net, x = network("float64"), pictures(1, "float64")
    slopes = measured_gradient(lambda xs: net.forward(xs)[name][:, *index[1:]], x)
    expected = np.sqrt((slopes**2).sum(0))
    found = effective_field(net, net.forward(x), name, index)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", [node.name for node in network().nodes])
def test_it_lies_within_the_receptive_field(name):
    net = network()
    trace = net.forward(pictures(2))
    rng = np.random.default_rng(1)
    for _ in range(5):
        index = tuple(int(rng.integers(n)) for n in trace[name].shape)
        field = effective_field(net, trace, name, index)
        box = ReceptiveFields(net, 2).at(name, index)
        if box is not None:
            field[box.start[2] : box.stop[2], box.start[3] : box.stop[3]] = 0
        assert not field.any()


def test_of_several_pictures_it_takes_the_one_that_is_meant():
    net, x = network(), pictures(3)
    alone = effective_field(net, net.forward(x[1:2]), "pool1", (0, 2, 3, 4))
    among = effective_field(net, net.forward(x), "pool1", (1, 2, 3, 4))
    np.testing.assert_allclose(among, alone, rtol=1e-5)


def test_a_pixel_depends_on_itself_alone():
    net = network()
    field = effective_field(net, net.forward(pictures(1)), "input", (0, 1, 4, 5))
    assert field[4, 5] == field.sum() == 1


def test_a_padded_constant_depends_on_nothing():
    net = network()
    assert not effective_field(net, net.forward(pictures(1)), "framed", (0, 3, 0, 2)).any()


def test_neither_does_what_is_made_of_another_input():
    parts = [Node("act", Relu(), ("other",)), Node("sum", Add(), ("input", "act"))]
    net = Network(parts, inputs={"input": (1, 3, 4), "other": (1, 3, 4)}, outputs=("sum",))
    trace = net.forward({name: np.ones((1, 1, 3, 4)) for name in net.inputs})
    assert effective_field(net, trace, "act", (0, 0, 1, 1)).tolist() == np.zeros((3, 4)).tolist()
    assert effective_field(net, trace, "sum", (0, 0, 1, 1)).sum() == 1


def test_what_does_not_exist_is_refused():
    net = network()
    trace = net.forward(pictures(1))
    with pytest.raises(ShapeError, match=r"'fc' has the shape \(1, 5\), so it has no position"):
        effective_field(net, trace, "fc", (0, 5))
    with pytest.raises(ShapeError, match="no position"):
        effective_field(net, trace, "conv1", (0, 5))
    with pytest.raises(KeyError):
        effective_field(net, trace, "nowhere", (0, 0))
