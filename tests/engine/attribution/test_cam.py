"""Class activation maps against the papers' formulas, written out number by number."""

import numpy as np
import pytest

import engine
from engine.attribution import attribute
from engine.attribution.cam import (
    checked_layer,
    default_layer,
    grad_cam,
    grad_cam_plus_plus,
    upsampled,
)
from engine.errors import AttributionError
from engine.network import Network, Node
from engine.ops import (
    Concat,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    HardSigmoid,
    MaxPool,
    Mul,
    ReduceMean,
    Relu,
    Reshape,
    Sigmoid,
    Tanh,
    Transpose,
)
from tests.engine.attribution.targets import branched, linear
from tests.engine.networks import network, nodes

LAYERS = ["input", "conv1", "relu1", "pool1", "narrow_act", "joined", "residual_act", "pool2"]


def maps_and_slopes(asking, layer):
    """The layer's maps (K, h, w) and their gradients, by the backward pass that test_network.py
    proves.
    """
    at = np.zeros((1, 5))
    at[0, asking.unit] = 1
    slopes = asking.network.backward(asking.trace, {"fc": at}).values[layer]
    return asking.trace[layer][0], slopes[0]


def enlarged(cam, height, width):
    """Bilinear, half-pixel: each place by itself."""
    big = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            y = min(max((i + 0.5) * cam.shape[0] / height - 0.5, 0), cam.shape[0] - 1)
            x = min(max((j + 0.5) * cam.shape[1] / width - 0.5, 0), cam.shape[1] - 1)
            top, left = int(y), int(x)
            below, right = min(top + 1, cam.shape[0] - 1), min(left + 1, cam.shape[1] - 1)
            up = cam[top, left] * (1 - x + left) + cam[top, right] * (x - left)
            down = cam[below, left] * (1 - x + left) + cam[below, right] * (x - left)
            big[i, j] = up * (1 - y + top) + down * (y - top)
    return big


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 4), (13, 14), (20, 30)])
def test_enlarging(shape):
    cam = np.random.default_rng(0).standard_normal(shape)
    np.testing.assert_allclose(upsampled(cam, (13, 14)), enlarged(cam, 13, 14), atol=1e-12)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("target", [0, 4])
def test_grad_cam(layer, target):
    asking = branched(target)
    maps, slopes = maps_and_slopes(asking, layer)
    cam = np.zeros(maps.shape[1:])
    for one, slope in zip(maps, slopes, strict=True):
        cam += slope.sum() / slope.size * one
    cam[cam < 0] = 0
    np.testing.assert_allclose(grad_cam(asking, layer), enlarged(cam, 13, 14), atol=1e-12)


@pytest.mark.parametrize("layer", [name for name in LAYERS if name != "input"])
@pytest.mark.parametrize("target", [0, 4])
def test_grad_cam_plus_plus(layer, target):
    asking = branched(target)
    maps, slopes = maps_and_slopes(asking, layer)
    y = np.exp(
        asking.scores(asking.x)[0]
    )  # Y = exp(S), whose derivatives are Y · dS/dA to the n-th
    cam = np.zeros(maps.shape[1:])
    for one, slope in zip(maps, slopes, strict=True):
        first, second, third = y * slope, y * slope**2, y * slope**3
        below = 2 * second + one.sum() * third
        alpha = np.zeros_like(second)
        alpha[below != 0] = second[below != 0] / below[below != 0]
        cam += (alpha * np.maximum(first, 0)).sum() / y * one
    cam[cam < 0] = 0
    expected = enlarged(cam, 13, 14)
    np.testing.assert_allclose(grad_cam_plus_plus(asking, layer), expected, rtol=1e-9, atol=1e-12)


def ending(*parts, size=(1, 3, 4)):
    """These parts, and a mean and scores of their 4 maps."""
    end = [
        Node("mean", GlobalAveragePool(), (parts[-1].name,)),
        Node("list", Flatten(), ("mean",)),
        Node("fc", Dense(np.ones((2, 4))), ("list",)),
    ]
    return Network([*parts, *end], inputs={"input": size}, outputs=("fc",))


def twins():
    """The same network with channels first and, behind its convolution, channels last."""
    rng = np.random.default_rng(4)
    weight, dense = rng.standard_normal((5, 3, 3, 3)), rng.standard_normal((4, 5))
    head = Node("conv", Conv2d(weight, padding=(1, 1, 1, 1)), ("input",))
    forms = []
    for axes, last in (((2, 3), []), ((1, 2), [Node("last", Transpose((0, 2, 3, 1)), ("conv",))])):
        parts = [
            head,
            *last,
            Node("act", Tanh(), ((last[0].name if last else "conv"),)),
            Node("mean", ReduceMean(axes, keepdims=False), ("act",)),
            Node("fc", Dense(dense), ("mean",)),
        ]
        forms.append(Network(parts, inputs={"input": (3, 5, 7)}, outputs=("fc",)))
    return forms


@pytest.mark.parametrize("method", ["grad_cam", "grad_cam_plus_plus"])
def test_channels_last_give_the_map_of_channels_first(method):
    x = np.random.default_rng(2).standard_normal((1, 3, 5, 7))
    first, last = (attribute(net, x, method, target=1) for net in twins())
    assert (first.layer, last.layer) == ("act", "act")
    np.testing.assert_allclose(first.values, last.values, atol=1e-6)
    assert first.values.max() > 0


class TestDefaultLayer:
    def test_it_is_the_last_that_all_of_the_score_flows_through_and_has_places(self):
        assert default_layer(network()) == "gated"  # the gate itself is 1 × 1
        assert default_layer(engine.load("everyday")) == "relu5_1"

    def test_layers_without_a_part_in_the_score_do_not_count(self):
        aside = Node("aside", Relu(), ("framed",))
        net = Network([*nodes(), aside], inputs={"input": (3, 13, 14)}, outputs=("softmax",))
        assert default_layer(net) == "gated"

    @pytest.mark.parametrize("gate", [Sigmoid(), HardSigmoid()])
    def test_a_gate_is_gone_past(self, gate):
        """A swish as exporters write it, at the end: EfficientNet, MobileNetV3."""
        net = ending(
            Node("conv", Conv2d(np.ones((4, 1, 1, 1))), ("input",)),
            Node("gate", gate, ("conv",)),
            Node("swish", Mul(), ("conv", "gate")),
        )
        assert default_layer(net) == "swish"

    def test_squeeze_and_excite_is_looked_at_behind_its_gate(self):
        net = ending(
            Node("conv", Conv2d(np.ones((4, 1, 1, 1))), ("input",)),
            Node("squeeze", GlobalAveragePool(), ("conv",)),
            Node("gate", HardSigmoid(), ("squeeze",)),
            Node("scaled", Mul(), ("conv", "gate")),
        )
        assert default_layer(net) == "scaled"

    def test_branches_are_looked_at_where_they_are_joined(self):
        net = ending(
            Node("one", Conv2d(np.ones((3, 1, 1, 1))), ("input",)),
            Node("other", Relu(), ("input",)),
            Node("joined", Concat(), ("one", "other")),
        )
        assert default_layer(net) == "joined"

    def test_what_only_moves_numbers_is_passed_over(self):
        net = ending(
            Node("act", Relu(), ("input",)),
            Node("last", Transpose((0, 2, 3, 1)), ("act",)),
            Node("first", Transpose((0, 3, 1, 2)), ("last",)),
            Node("pool", MaxPool((2, 2), (1, 1)), ("first",)),
            size=(4, 4, 4),
        )
        assert default_layer(net) == "act"

    def test_channels_last_are_maps_too(self):
        parts = [
            Node("conv", Conv2d(np.ones((4, 1, 1, 1))), ("input",)),
            Node("last", Transpose((0, 2, 3, 1)), ("conv",)),
            Node("act", Relu(), ("last",)),
            Node("mean", ReduceMean((1, 2), keepdims=False), ("act",)),
            Node("fc", Dense(np.ones((2, 4))), ("mean",)),
        ]
        net = Network(parts, inputs={"input": (1, 4, 6)}, outputs=("fc",))
        assert default_layer(net) == "act"

    def test_tokens_are_not_maps(self):
        parts = [
            Node("conv", Conv2d(np.ones((4, 1, 1, 1))), ("input",)),
            Node("rows", Reshape((0, 4, 24)), ("conv",)),
            Node("tokens", Transpose((0, 2, 1)), ("rows",)),
            Node("act", Relu(), ("tokens",)),
            Node("mean", ReduceMean((1,), keepdims=False), ("act",)),
        ]
        net = Network(parts, inputs={"input": (1, 4, 6)}, outputs=("mean",))
        assert default_layer(net) == "conv"

    def test_branches_that_meet_in_numbers_alone_have_their_last_layer(self):
        parts = [
            Node("one", Relu(), ("input",)),
            Node("other", Tanh(), ("input",)),
            Node("a", Flatten(), ("one",)),
            Node("b", Flatten(), ("other",)),
            Node("joined", Concat(), ("a", "b")),
        ]
        net = Network(parts, inputs={"input": (1, 2, 2)}, outputs=("joined",))
        assert default_layer(net) == "other"

    def test_dropout_is_no_switch(self):
        parts = [
            Node("act", Relu(), ("input",)),
            Node("dropped", Dropout(), ("act",)),
            Node("list", Flatten(), ("dropped",)),
            Node("fc", Dense(np.ones((2, 4))), ("list",)),
        ]
        net = Network(parts, inputs={"input": (1, 2, 2)}, outputs=("fc",))
        assert default_layer(net) == "act"

    def test_a_network_without_any_says_so(self):
        with pytest.raises(AttributionError, match="no convolution or activation function"):
            default_layer(linear())


class TestCheckedLayer:
    def test_the_input_has_maps_too(self):
        assert checked_layer(network(), "input") == "input"

    @pytest.mark.parametrize(
        ("layer", "says"),
        [
            ("conv9", "has no layer 'conv9'"),
            ("flatten", "'flatten' has no maps, but a list of numbers"),
        ],
    )
    def test_others_are_refused(self, layer, says):
        with pytest.raises(AttributionError, match=says):
            checked_layer(network(), layer)

    def test_a_layer_without_a_part_in_the_score_is_refused(self):
        aside = Node("aside", Relu(), ("framed",))
        net = Network([*nodes(), aside], inputs={"input": (3, 13, 14)}, outputs=("softmax",))
        with pytest.raises(AttributionError, match="'aside' has no part in the scores"):
            checked_layer(net, "aside")
