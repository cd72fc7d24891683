"""Which number is asked about: the logit, whatever follows it; a yes and a no; any of several
outputs.
"""

import numpy as np
import pytest

from engine.attribution import attribute, curves, random_map
from engine.attribution.target import PASSING, batch_size, make_target
from engine.errors import AttributionError
from engine.network import Network, Node
from engine.ops import (
    Conv2d,
    Dense,
    Div,
    Exp,
    Flatten,
    GlobalAveragePool,
    Identity,
    LogSoftmax,
    Mul,
    ReduceSum,
    Relu,
    Reshape,
    Sigmoid,
    Softmax,
)
from tests.engine.attribution.targets import measured_gradient

X = np.random.default_rng(3).standard_normal((1, 3, 8, 8))


def small(*steps, k=4, outputs=None, **more):
    """conv → relu → mean → z, k scores that are far apart → steps, in float64."""
    rng = np.random.default_rng(11)
    nodes = [
        Node("conv", Conv2d(rng.standard_normal((5, 3, 3, 3)), padding=(1, 1, 1, 1)), ("image",)),
        Node("act", Relu(), ("conv",)),
        Node("mean", GlobalAveragePool(), ("act",)),
        Node("list", Flatten(), ("mean",)),
        Node("z", Dense(20 * rng.standard_normal((k, 5))), ("list",)),
    ]
    for name, op, *reads in steps:
        nodes.append(Node(name, op, tuple(reads) or (nodes[-1].name,)))
    return Network(nodes, inputs={"image": (3, 8, 8)}, outputs=outputs or (nodes[-1].name,), **more)


ENDINGS = {
    "softmax": [("p", Softmax())],
    "identity": [("p", Softmax()), ("y", Identity())],
    "reshape": [("p", Softmax()), ("y", Reshape((-1, 4)))],
    "log-softmax": [("p", LogSoftmax())],
    "written out": [("e", Exp(), "z"), ("s", ReduceSum((1,)), "e"), ("p", Div(), "e", "s")],
}


@pytest.mark.parametrize("steps", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("method", ["saliency", "grad_cam", "occlusion"])
def test_the_logit_is_explained_whatever_follows_it(steps, method):
    """A sure softmax has no slope left: explained from the probability the map would be all but
    zero.
    """
    plain, network = small(), small(*steps)
    expected = attribute(plain, X, method, target=2)
    found = attribute(network, X, method, target=2)
    assert found.target == ("z", 2)
    assert found.score == expected.score == plain.forward(X)["z"][0, 2]
    np.testing.assert_allclose(found.values, expected.values, atol=1e-7)


def test_no_is_explained_by_minus_the_logit():
    network = small(("p", Sigmoid()), k=1, labels=("cat", "dog"))
    yes = attribute(network, X, "input_x_gradient", target="dog")
    no = attribute(network, X, "input_x_gradient", target="cat")
    assert (no.target, yes.target) == (("z", 0), ("z", 1))
    assert no.score == -yes.score == -network.forward(X)["z"][0, 0]
    np.testing.assert_allclose(no.values, -yes.values)


def test_the_likelier_of_yes_and_no_is_asked_about_unless_told():
    network = small(("p", Sigmoid()), k=1)
    likelier = int(network.forward(X)["p"][0, 0] > 0.5)
    assert make_target(network, X, None, None, None).unit == likelier


def test_curves_of_no_tell_its_probability():
    network = small(("p", Sigmoid()), k=1, labels=("cat", "dog"))
    found = curves(network, X, random_map((8, 8)), target="cat", steps=4)
    assert found.deletion[0] == pytest.approx(1 - network.forward(X)["p"][0, 0])


@pytest.mark.parametrize("target", [0, 1])
def test_the_gradient_is_that_of_the_score(target):
    network = small(("p", Sigmoid()), k=1)
    question = make_target(network, X, target, None, None)
    found = question.gradients(question.trace, ["image"])["image"][0]
    np.testing.assert_allclose(found, measured_gradient(question.scores, X), atol=1e-6)


class TestSeveralOutputs:
    network = small(
        ("p", Softmax()),
        ("boxes", Mul(np.array([3.0])), "conv"),
        outputs=("boxes", "p"),
        labels=("a", "b", "c", "d"),
    )

    def test_the_primary_one_is_asked_about_unless_told(self):
        assert attribute(self.network, X, "saliency").target[0] == "z"

    def test_each_can_be_asked_about(self):
        found = attribute(self.network, X, "saliency", output="boxes", target=70)
        trace = self.network.forward(X)
        assert found.target == ("boxes", 70)
        assert found.output.name == "boxes"
        assert found.score == trace["boxes"].ravel()[70]
        named = attribute(self.network, X, "saliency", output="p", target="b")
        assert named.target == ("z", 1)

    def test_the_largest_number_is_asked_about_where_there_are_no_classes(self):
        found = attribute(self.network, X, "saliency", output="boxes")
        assert found.score == self.network.forward(X)["boxes"].max()

    def test_the_layer_is_one_before_that_output(self):
        assert attribute(self.network, X, "grad_cam", output="boxes").layer == "conv"
        with pytest.raises(AttributionError, match="no part"):
            attribute(self.network, X, "grad_cam", output="boxes", layer="act")

    def test_what_there_is_not_is_refused_with_what_there_is(self):
        with pytest.raises(AttributionError, match="there is: 'boxes', 'p'"):
            attribute(self.network, X, "saliency", output="nose")
        with pytest.raises(AttributionError, match="knows no class 'a'"):
            attribute(self.network, X, "saliency", output="boxes", target="a")


def test_a_class_without_a_name_is_called_by_its_number():
    assert attribute(small(("p", Softmax())), X, "saliency", target="3").target == ("z", 3)
    with pytest.raises(AttributionError, match="no score"):
        attribute(small(("p", Softmax())), X, "saliency", target="4")


def test_a_network_that_takes_one_picture_at_a_time_is_asked_one_by_one():
    network = small(("one", Reshape((1, 4))))
    assert batch_size(network, np.dtype("f8")) == 1
    assert attribute(network, X, "occlusion", target=1, window=4).values.any()


def test_so_many_pictures_run_together_that_what_is_held_of_them_has_a_bound(monkeypatch):
    """By what the backward pass reads: the switch's numbers, not the convolution's."""
    network = small()
    held = 5 * 8 * 8 + 5 + 5 + PASSING * 5 * 8 * 8  # act, mean, list, and what passes
    monkeypatch.setattr("engine.attribution.target.BATCH_BYTES", 7 * 8 * held)
    assert batch_size(network, np.dtype("f8")) == 7
    monkeypatch.setattr("engine.attribution.target.BATCH_BYTES", 7 * 8 * held - 1)
    assert batch_size(network, np.dtype("f8")) == 6
