"""The one way to ask any method: targets, options, progress, cancelling, refusals, and memory that
stays bounded.
"""

import tracemalloc

import numpy as np
import pytest

from engine.attribution import METHODS, attribute, target
from engine.attribution.target import batch_size
from engine.errors import AttributionError
from engine.network import Network, Node
from engine.ops import Add, Conv2d, Relu
from tests.engine.networks import INPUT, network, pictures

QUICK = {"integrated_gradients": {"steps": 9}, "smooth_grad": {"samples": 5}}
every_method = pytest.mark.parametrize("method", METHODS)


def ask(method, net=None, **how):
    return attribute(net or network(), pictures(1), method, **(QUICK.get(method, {}) | how))


@every_method
def test_what_comes_out(method):
    found = ask(method, target=2)
    trace = network().forward(np.concatenate([pictures(1), 0 * pictures(1)]))
    assert found.method == method
    assert found.values.shape == (13, 14)
    assert found.values.dtype == np.float32
    assert np.isfinite(found.values).all()
    assert found.values.any()
    assert found.signed or (found.values >= 0).all()
    assert found.target == ("fc", 2)
    assert found.score == pytest.approx(trace["fc"][0, 2], rel=1e-5)
    assert found.layer == ("gated" if METHODS[method].takes_layer else None)
    if METHODS[method].from_baseline:
        assert found.baseline_score == pytest.approx(trace["fc"][1, 2], rel=1e-5)
    else:
        assert found.baseline_score is None
    assert found.options.keys() == METHODS[method].options.keys()
    assert None not in found.options.values()


@every_method
def test_asked_twice_it_says_the_same(method):
    assert (ask(method).values == ask(method).values).all()


class TestTarget:
    def test_without_one_it_is_the_best_class(self):
        best = int(network().forward(pictures(1))["fc"].argmax())
        assert ask("saliency").target == ("fc", best)

    def test_a_label(self):
        net = network(labels=["ant", "bee", "cat", "dog", "eel"])
        assert ask("saliency", net, target="dog").target == ("fc", 3)

    def test_the_score_is_the_one_before_the_softmax(self):
        """The softmax's own gradient nearly vanishes for a class of which the network is sure."""
        net = network()
        bare = Network(net.nodes, inputs=net.inputs, outputs=("fc",))
        assert (
            ask("saliency", net, target=1).values == ask("saliency", bare, target=1).values
        ).all()

    def test_a_number_of_a_map_may_be_asked_about_too(self):
        net = Network([Node("act", Relu(), ("input",))], inputs={"input": INPUT}, outputs=("act",))
        x = np.abs(pictures(1))
        found = attribute(net, x, "saliency", target=14 * 13 + 14 + 2)
        assert np.argwhere(found.values).tolist() == [[1, 2]]
        assert found.score == x[0, 1, 1, 2]

    @pytest.mark.parametrize(
        ("target", "says"),
        [
            (5, "has the scores 0 to 4, so there is no score 5"),
            (-1, "no score -1"),
            ("unicorn", "knows no class 'unicorn'"),
        ],
    )
    def test_others_are_refused(self, target, says):
        with pytest.raises(AttributionError, match=says):
            ask("saliency", target=target)


class TestOptions:
    def test_none_is_the_default(self):
        assert ask("smooth_grad", samples=None, noise=None).options == {
            "samples": 32,
            "noise": 0.15,
            "seed": 0,
        }
        assert ask("occlusion").options == {"window": 2, "stride": 1}

    @pytest.mark.parametrize(
        ("method", "options", "says"),
        [
            ("integrated_gradients", {"steps": 0}, "steps must be a whole number from 1 to 1000"),
            ("integrated_gradients", {"steps": 2.5}, "steps must be a whole number.*got 2.5"),
            ("smooth_grad", {"noise": -0.1}, "noise must be a number from 0.0 to 1.0, got -0.1"),
            ("smooth_grad", {"noise": float("nan")}, "got nan"),
            ("smooth_grad", {"steps": 5}, "takes samples, noise, seed, but not steps"),
            ("saliency", {"steps": 5}, "saliency has no options, but not steps"),
            ("saliency", {"layer": "conv1"}, "takes no layer"),
            ("occlusion", {"window": 14}, "window must be from 1 to 13 pixels"),
            ("grad_cam", {"layer": "fc"}, "has no maps"),
            ("magic", {}, "no method 'magic'; there is: saliency, "),
        ],
    )
    def test_what_does_not_fit_is_refused(self, method, options, says):
        with pytest.raises(AttributionError, match=says):
            ask(method, **options)

    @every_method
    def test_texts_are_sentences(self, method):
        assert METHODS[method].text[0].isupper()
        assert METHODS[method].text.endswith(".")
        for option in METHODS[method].options.values():
            assert option.default is None or option.least <= option.default <= option.most


class TestTick:
    @every_method
    def test_it_hears_of_all_the_work(self, method, monkeypatch):
        monkeypatch.setattr(target, "MOST_PICTURES", 4)
        ticks = []
        ask(method, tick=lambda *at: ticks.append(at))
        (total,) = {total for _, total in ticks}
        done = [done for done, _ in ticks]
        assert done == [*range(0, total, 4), total]
        expected = {"integrated_gradients": 9, "smooth_grad": 5, "occlusion": 12 * 13}
        assert total == expected.get(method, 1)

    @every_method
    def test_it_may_stop_the_work(self, method, monkeypatch):
        monkeypatch.setattr(target, "MOST_PICTURES", 1)
        runs = []
        forward = Network.forward
        monkeypatch.setattr(
            Network, "forward", lambda *args, **how: runs.append(None) or forward(*args, **how)
        )

        def tick(done, _total):
            if done == 1:
                raise TimeoutError

        with pytest.raises(TimeoutError):
            ask(method, tick=tick)
        assert len(runs) <= 2


@pytest.mark.parametrize("method", ["saliency", "input_x_gradient", "guided_backprop", "grad_cam"])
def test_from_a_trace_the_network_is_not_run_again(method, monkeypatch):
    net = network()
    trace = net.forward(pictures(1))
    expected = attribute(net, pictures(1), method, target=1)
    monkeypatch.setattr(Network, "forward", None)
    found = attribute(net, trace, method, target=1)
    assert (found.values == expected.values).all()
    assert found.score == expected.score


@pytest.mark.parametrize(
    ("method", "option"), [("integrated_gradients", "steps"), ("smooth_grad", "samples")]
)
def test_more_passes_take_no_more_memory(method, option, monkeypatch):
    monkeypatch.setattr(target, "MOST_PICTURES", 4)
    net, peaks = network().freeze(), []
    ask(method, net, target=1, **{option: 4})  # what is prepared once
    for count in (4, 40):
        tracemalloc.start()
        ask(method, net, target=1, **{option: count})
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


class TestBaseline:
    def test_it_stands_for_nothing(self):
        grey = np.full(INPUT, 0.3, np.float32)
        found = ask("integrated_gradients", baseline=grey, steps=200)
        score = network().forward(grey[None])["fc"][0, found.target[1]]
        assert found.baseline_score == pytest.approx(score, rel=1e-5)
        assert found.values.sum() == pytest.approx(found.score - found.baseline_score, rel=0.01)

    def test_another_shape_is_refused(self):
        with pytest.raises(AttributionError, match="baseline has the picture's shape"):
            ask("occlusion", baseline=np.zeros((3, 1, 1)))


class TestPictures:
    def test_one_at_a_time(self):
        with pytest.raises(AttributionError, match=r"one picture \(1, 3, 13, 14\) is expected"):
            attribute(network(), pictures(2), "saliency")

    def test_a_network_of_two_inputs_is_refused(self):
        net = Network(
            [Node("sum", Add(), ("a", "b"))], inputs={"a": INPUT, "b": INPUT}, outputs=("sum",)
        )
        with pytest.raises(AttributionError, match="takes one picture"):
            attribute(net, pictures(1), "saliency")

    def test_a_network_of_vectors_is_refused(self):
        net = Network([Node("act", Relu(), ("input",))], inputs={"input": (7,)}, outputs=("act",))
        with pytest.raises(AttributionError, match="takes one picture"):
            attribute(net, np.ones((1, 7)), "saliency")


class TestMemory:
    def test_of_a_large_network_one_picture_runs_at_a_time(self):
        conv = Conv2d(np.zeros((700, 3, 1, 1), np.float32))
        parts = [Node("conv", conv, ("input",)), Node("act", Relu(), ("conv",))]
        net = Network(parts, inputs={"input": (3, 224, 224)}, outputs=("act",))
        assert batch_size(net, np.dtype("float32")) == 1  # 280 MB of values a picture

    def test_of_a_small_one_many(self):
        assert batch_size(network(), np.dtype("float32")) == target.MOST_PICTURES
