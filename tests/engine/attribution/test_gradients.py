"""The methods by gradient: against numerical gradients in float64, by hand, and by what their
authors prove of them.
"""

import numpy as np
import pytest

import engine
from engine.attribution import METHODS, target
from engine.attribution.gradients import (
    Guided,
    guided_backprop,
    input_x_gradient,
    integrated_gradients,
    saliency,
    smooth_grad,
)
from engine.attribution.target import make_target
from engine.network import Network, Node
from engine.ops import Clip, Conv2d, Dense, Flatten, LeakyRelu, Relu, Tanh
from tests.engine.attribution.targets import (
    SAMPLE_FILES,
    branched,
    linear,
    measured_gradient,
    photo,
)

STEPS = METHODS["integrated_gradients"].options["steps"].default


@pytest.mark.parametrize("target", range(5))
def test_saliency_is_the_largest_slope_of_the_colours(target):
    asking = branched(target)
    slopes = measured_gradient(asking.scores, asking.x)
    np.testing.assert_allclose(saliency(asking), np.abs(slopes).max(0), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("target", range(5))
def test_input_x_gradient(target):
    asking = branched(target)
    slopes = measured_gradient(asking.scores, asking.x)
    expected = (asking.x[0] * slopes).sum(0)
    np.testing.assert_allclose(input_x_gradient(asking), expected, rtol=1e-6, atol=1e-8)


class TestIntegratedGradients:
    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("target", range(5))
    def test_they_add_up_to_the_difference_of_the_scores(self, target, seed):
        asking = branched(target, seed=seed)
        there, nothing = asking.scores(np.concatenate([asking.x, asking.baseline]))
        found = integrated_gradients(asking, STEPS).sum()
        # A hundredth of a difference that is next to nothing itself cannot be asked for.
        assert found == pytest.approx(there - nothing, rel=0.01, abs=1e-3)

    @pytest.mark.parametrize("file", SAMPLE_FILES)
    def test_they_do_so_for_photos_in_the_network_that_ships(self, file):
        net = engine.load("everyday")
        asking = make_target(net, photo(net, file), None, None, None)
        there, nothing = asking.scores(np.concatenate([asking.x, asking.baseline]))
        found = integrated_gradients(asking, STEPS).sum()
        assert found == pytest.approx(there - nothing, rel=0.01)

    def test_of_a_weighted_sum_they_are_its_products(self):
        net = linear()
        x, baseline = np.random.default_rng(0).standard_normal((2, 1, 1, 4, 6))
        found = integrated_gradients(make_target(net, x, 1, baseline, None), steps=1)
        weight = net.parameters()["scores.weight"][1].reshape(4, 6)
        np.testing.assert_allclose(found, weight * (x - baseline)[0, 0])

    def test_where_the_picture_is_the_baseline_there_is_nothing_to_tell(self):
        asking = branched()
        same = make_target(asking.network, asking.x, 2, asking.x[0], None)
        assert not integrated_gradients(same, 3).any()

    def test_they_do_not_depend_on_how_many_pictures_run_together(self, monkeypatch):
        together = integrated_gradients(branched(), 10)
        monkeypatch.setattr(target, "MOST_PICTURES", 3)
        np.testing.assert_allclose(integrated_gradients(branched(), 10), together, atol=1e-12)


class TestSmoothGrad:
    def test_without_noise_it_is_saliency(self):
        np.testing.assert_allclose(smooth_grad(branched(), 3, 0.0, 0), saliency(branched()))

    def test_it_is_the_mean_over_noisy_copies(self):
        asking = branched()
        draws = np.random.default_rng(7).standard_normal((5, *asking.x.shape[1:]))
        noisy = asking.x + 0.2 * np.ptp(asking.x) * draws
        slopes = [measured_gradient(asking.scores, x[None]) for x in noisy]
        expected = np.abs(np.mean(slopes, axis=0)).max(0)
        np.testing.assert_allclose(smooth_grad(asking, 5, 0.2, 7), expected, rtol=1e-5, atol=1e-7)

    def test_a_seed_decides_everything(self, monkeypatch):
        once, other = smooth_grad(branched(), 10, 0.1, 1), smooth_grad(branched(), 10, 0.1, 2)
        assert np.abs(once - other).max() > 1e-3
        monkeypatch.setattr(target, "MOST_PICTURES", 3)
        np.testing.assert_allclose(smooth_grad(branched(), 10, 0.1, 1), once, atol=1e-12)


def switches(act):
    """Two pixels → three sums → an activation function → two more → the same function → a score."""
    first = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 2.0]]).reshape(3, 1, 1, 2)
    second = np.array([[1.0, -2.0, 0.5], [-1.0, 1.0, 3.0]]).reshape(2, 3, 1, 1)
    nodes = [
        Node("conv1", Conv2d(first), ("input",)),
        Node("act1", act, ("conv1",)),
        Node("conv2", Conv2d(second), ("act1",)),
        Node("act2", act, ("conv2",)),
        Node("list", Flatten(), ("act2",)),
        Node("score", Dense(np.array([[2.0, -1.0]])), ("list",)),
    ]
    return Network(nodes, inputs={"input": (1, 1, 2)}, outputs=("score",))


class TestGuided:
    """x = (2, 1): conv1 = (3, 1, 0), conv2 before its function = (1, −2) for a ReLU."""

    x = np.array([2.0, 1.0]).reshape(1, 1, 1, 2)

    def found(self, act):
        return guided_backprop(make_target(switches(act), self.x, 0, None, None))[0]

    def test_relu(self):
        # Score ← act2: (2, −1) → guided (2, 0). act1: 2 · (1, −2, 0.5) = (2, −4, 1) → guided, and
        # act1 open at 3 alone: (2, 0, 0).
        assert self.found(Relu()).tolist() == [2, 2]
        plain = saliency(make_target(switches(Relu()), self.x, 0, None, None))
        assert plain.tolist() == [[2, 6]]  # 2 · (1, 1) − 4 · (1, −1), without its signs

    def test_leaky_relu(self):
        # The third sum is 0, where a leak of 0.5 lets half of the 1 through: (2, 0, 0.5) → (2 −
        # 0.5, 2 + 1).
        assert self.found(LeakyRelu(0.5)).tolist() == [1.5, 3]

    def test_clip(self):
        # Up to 2.5: the first sum, 3, is cut off; conv2 = (0.5, −1.5), of which the second is cut
        # off too; the third sum lies on the bound.
        assert self.found(Clip(0.0, 2.5)).tolist() == [1, 2]

    def test_smooth_functions_are_left_as_they_are(self):
        asking = make_target(switches(Tanh()), self.x, 0, None, None)
        assert (guided_backprop(asking) == saliency(asking)).all()

    def test_forward_and_its_explanation_stay_as_they_are(self):
        inner, x = LeakyRelu(0.5), np.array([[-3.0, 4.0]])
        guided, (y, _) = Guided(inner), inner.forward(x)
        assert (guided.forward(x)[0] == y).all()
        assert (
            guided.explain((x,), y, (0, 0)).contributions
            == inner.explain((x,), y, (0, 0)).contributions
        )

    def test_the_network_stays_as_it_is(self):
        asking = branched()
        before = [node.op for node in asking.network.nodes]
        guided_backprop(asking)
        assert all(node.op is op for node, op in zip(asking.network.nodes, before, strict=True))
